//! Copies Secrets and ConfigMaps that say so into other namespaces, keeps the copies equal, and takes them away again.
//!
//! - `config`: what may be copied where.
//! - `patterns`: which namespaces a text means.
//! - `key`: what an object has in common with its copies.
//! - `content`: what of an object is copied.
//! - `source`: what an object says of itself.
//! - `copies`: one copy and its place.
//! - `known`: what there is.
//! - `steps`: what handlers are made of.
//!
//! Three indexes know what there is: sources, copies, namespaces. Handlers compare them, whatever it was that called them,
//! and so what nobody has seen is mended too. Where something is to be taken away, the source itself is asked first.

mod config;
mod content;
mod copies;
mod key;
mod known;
mod patterns;
mod source;
mod steps;

use std::collections::HashSet;

use config::Config;
use content::Content;
use copies::Copy;
use key::Key;
use known::Known;
use kopf_plugin_api::prelude::*;
use source::Source;
use steps::{Problems, bring, bring_again, withdraw_orphan};

/// The annotation of a source: where its copies are to be.
const TO: &str = "secret-replicator/to";
/// The annotation of a copy: what it is a copy of, as `namespace/name`.
const FROM: &str = "secret-replicator/from";
/// The label of a copy.
const COPY: &str = "secret-replicator/copy";

/// A configuration that makes no sense ends the operator at its start.
#[kopf::on::startup]
fn configure() -> Outcome<()> {
    config().map(drop)
}

fn config() -> Outcome<&'static Config> {
    Ok(config::get().map_err(Permanent::new)?)
}

#[kopf::index("v1", "secrets", annotations = { "secret-replicator/to" = present })]
#[kopf::index("v1", "configmaps", annotations = { "secret-replicator/to" = present })]
fn sources(source: Source) -> (Key, Source) {
    (source.key.clone(), source)
}

#[kopf::index("v1", "secrets", labels = { "secret-replicator/copy" = present })]
#[kopf::index("v1", "configmaps", labels = { "secret-replicator/copy" = present })]
fn copied(key: Key, body: Body) -> Option<(Key, Copy)> {
    let copy = Copy::of(&key, &body)?;
    Some((key, copy))
}

/// The namespaces that take copies.
#[kopf::index("v1", "namespaces")]
fn namespaces(name: Name, meta: Meta) -> Option<(String, ())> {
    meta["deletionTimestamp"].is_null().then(|| (name.to_string(), ()))
}

/// Brings the copies of a source that are missing or other than it, and takes away those that are not wanted any more.
/// Every few minutes it looks whether all is in order: so what a handler of events could not do is done in the end.
#[kopf::on::create("v1", "secrets", annotations = { "secret-replicator/to" = present })]
#[kopf::on::create("v1", "configmaps", annotations = { "secret-replicator/to" = present })]
#[kopf::on::update("v1", "secrets", annotations = { "secret-replicator/to" = present })]
#[kopf::on::update("v1", "configmaps", annotations = { "secret-replicator/to" = present })]
#[kopf::on::resume("v1", "secrets", annotations = { "secret-replicator/to" = present })]
#[kopf::on::resume("v1", "configmaps", annotations = { "secret-replicator/to" = present })]
#[kopf::timer("v1", "secrets", annotations = { "secret-replicator/to" = present }, interval = "5m", initial_delay = "5m")]
#[kopf::timer("v1", "configmaps", annotations = { "secret-replicator/to" = present }, interval = "5m", initial_delay = "5m")]
async fn replicate(client: Client, body: Body, source: Source, known: Known) -> Outcome<()> {
    let config = config()?;
    let mut problems = Problems::default();
    let mut fresh = HashSet::new();
    for copy in known.copies_of(&source) {
        if !source.keeps(&copy.namespace, config) {
            problems.note(&copy.namespace, steps::withdraw(&client, &source.key, &copy).await);
        } else if copy.fingerprint == source.fingerprint {
            fresh.insert(copy.namespace.clone());
        }
    }
    if let Some(complaint) = source.complaint() {
        problems.into_outcome()?;
        return Err(Permanent::new(format!("not copied: {complaint}")).into());
    }
    let content = Content::of(&body)?;
    let mut wanted = known.namespaces.keys();
    wanted.retain(|namespace| source.wants(namespace, config) && !fresh.contains(namespace));
    wanted.sort();
    for namespace in wanted {
        problems.note(&namespace, bring(&client, &source, &content, &namespace, &known, config).await);
    }
    problems.into_outcome()
}

/// Takes the copies of a source away that goes, or is no source any more.
#[kopf::on::delete("v1", "secrets", annotations = { "secret-replicator/to" = present })]
#[kopf::on::delete("v1", "configmaps", annotations = { "secret-replicator/to" = present })]
#[kopf::on::update("v1", "secrets", field = "metadata.annotations.secret-replicator/to", old = present, new = absent)]
#[kopf::on::update("v1", "configmaps", field = "metadata.annotations.secret-replicator/to", old = present, new = absent)]
async fn withdraw(client: Client, source: Source, known: Known) -> Outcome<()> {
    let mut problems = Problems::default();
    for copy in known.copies_of(&source) {
        problems.note(&copy.namespace, steps::withdraw(&client, &source.key, &copy).await);
    }
    problems.into_outcome()
}

/// Brings all copies that a new namespace is to have. What is there at the start is looked after by its sources.
#[kopf::on::event("v1", "namespaces",
    when = |event: RawEvent, name: Name, known: Known| event.kind() == Some("ADDED") && known.wants_anything_in(&name))]
async fn furnish(client: Client, name: Name, known: Known) -> Outcome<()> {
    let config = config()?;
    let mut problems = Problems::default();
    for source in known.sources.values() {
        if source.wants(&name, config) {
            problems
                .note(&source.key.to_string(), bring_again(&client, &source, &name, &known, config).await);
        }
    }
    problems.into_outcome()
}

/// Puts a copy in order that somebody has changed or deleted, brings one where another object was in the way, and takes those
/// away whose source is none any more, in whatever way that came about.
#[kopf::on::event("v1", "secrets", when = is_out_of_order)]
#[kopf::on::event("v1", "configmaps", when = is_out_of_order)]
async fn tend(client: Client, key: Key, namespace: Namespace, event: RawEvent, known: Known) -> Outcome<()> {
    let config = config()?;
    let namespace = namespace.get().unwrap_or_default();
    let mut problems = Problems::default();
    for copy in known.orphans(&key, namespace, config) {
        problems.note(&copy.namespace, withdraw_orphan(&client, &key, &copy, config).await);
    }
    match known.copy_in(&key, namespace).filter(|_| !is_gone(&event)) {
        Some(copy) if !known.keeps(&key, &copy, config) => {
            problems.note(namespace, withdraw_orphan(&client, &key, &copy, config).await);
        }
        _ => {
            for source in known.wanting(&key, namespace, config) {
                problems.note(namespace, bring_again(&client, &source, namespace, &known, config).await);
            }
        }
    }
    problems.into_outcome()
}

/// Whether the place of an object is other than it should be. What is in the place of a copy and is none is left alone.
#[expect(clippy::needless_pass_by_value, reason = "what a handler takes, and a filter too, comes by value")]
fn is_out_of_order(
    key: Key,
    namespace: Namespace,
    event: RawEvent,
    meta: Meta,
    known: Known,
) -> Outcome<bool> {
    let config = config()?;
    let namespace = namespace.get().unwrap_or_default();
    // One that is to go is held, and has a handler for that.
    let is_going = !meta["deletionTimestamp"].is_null();
    if !is_going && !known.orphans(&key, namespace, config).is_empty() {
        return Ok(true);
    }
    let copy = known.copy_in(&key, namespace).filter(|_| !is_gone(&event));
    let wanting = known.wanting(&key, namespace, config);
    Ok(match copy {
        Some(copy) => match wanting.iter().find(|source| source.namespace == copy.from) {
            Some(source) => source.fingerprint != copy.fingerprint,
            None => !known.keeps(&key, &copy, config),
        },
        None => is_gone(&event) && known.namespaces.contains_key(namespace) && !wanting.is_empty(),
    })
}

fn is_gone(event: &RawEvent) -> bool {
    event.kind() == Some("DELETED")
}

#[cfg(test)]
mod tests;
