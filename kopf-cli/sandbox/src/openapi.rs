//! Documents of OpenAPI, made of what is served: one of all in release 2, and in release 3 one for each group version.

mod connections;
mod custom;
mod definitions;
mod described;
mod documents;
mod draft;
mod items;
mod naming;
mod operations;
mod parameters;
mod unfolded;
pub(crate) mod v2;
pub(crate) mod v3;

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use serde::Deserialize;
use serde_json::{Map, Value, json};

pub(crate) use draft::Form;

use crate::{object::Stored, resources::DEFINITIONS, store::Store};

const REFERENCE: &str = "#/components/schemas/";

/// What documents are made of besides what is built in.
pub(crate) struct Sources(Vec<Arc<Stored>>);

impl Sources {
    pub(crate) fn of(store: &Store) -> Self {
        Sources(store.list(DEFINITIONS, None))
    }

    /// How deep the deepest of them is.
    fn depth(&self) -> usize {
        self.0.iter().map(|definition| definition.header.depth).max().unwrap_or_default()
    }

    /// Those of a group, which their names end with.
    fn definitions(&self, group: &str) -> impl Iterator<Item = &Arc<Stored>> {
        let is_of = move |name: &str| name.split_once('.').is_some_and(|(_, of)| of == group);
        self.0.iter().filter(move |definition| is_of(&definition.header.name))
    }
}

/// What names of documents are made of; definitions may be large, and all else of them is passed over.
#[derive(Debug, Deserialize)]
struct Outline {
    spec: Spec,
    #[serde(default)]
    status: Status,
}

#[derive(Debug, Deserialize)]
struct Spec {
    group: String,
    versions: Vec<Version>,
}

#[derive(Debug, Deserialize)]
struct Version {
    name: String,
    served: bool,
}

#[derive(Debug, Default, Deserialize)]
struct Status {
    #[serde(default)]
    conditions: Vec<Condition>,
}

#[derive(Debug, Deserialize)]
struct Condition {
    r#type: String,
    status: String,
}

/// The names of the documents that a definition is told of in.
fn names_of(definition: &Stored) -> Vec<String> {
    let Ok(outline) = serde_json::from_slice::<Outline>(&definition.bytes) else { return Vec::new() };
    let mut conditions = outline.status.conditions.iter();
    if !conditions.any(|condition| condition.r#type == "Established" && condition.status == "True") {
        return Vec::new();
    }
    let served = outline.spec.versions.iter().filter(|version| version.served);
    served.map(|version| name_of((&outline.spec.group, &version.name))).collect()
}

/// `/openapi/v3`: where the documents are.
pub(crate) fn index(sources: &Sources) -> Value {
    let places = names(sources).into_iter().map(|name| {
        let place = url(&name, &hash(sources, &name));
        (name, json!({ "serverRelativeURL": place }))
    });
    json!({ "paths": places.collect::<Map<_, _>>() })
}

/// Where the document of a name is.
pub(crate) fn url(name: &str, hash: &str) -> String {
    format!("/openapi/v3/{name}?hash={hash}")
}

/// What there are documents of in release 3.
fn names(sources: &Sources) -> Vec<String> {
    let mut names = described::built_in_names();
    names.extend(sources.0.iter().flat_map(|definition| names_of(definition)));
    names.sort();
    names.dedup();
    names
}

/// Whether there is a document of that name.
pub(crate) fn has(sources: &Sources, name: &str) -> bool {
    let is_it = |known: &String| known == name;
    let group = group_version(name).map(|(group, _)| group).unwrap_or_default();
    described::built_in_names().iter().any(is_it)
        || sources.definitions(group).any(|definition| names_of(definition).iter().any(is_it))
}

/// `api/v1`, or `apis/GROUP/VERSION`
fn name_of((group, version): (&str, &str)) -> String {
    if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") }
}

/// The group and the version that a name is of, if it is one of those.
fn group_version(name: &str) -> Option<(&str, &str)> {
    match name.strip_prefix("api/") {
        Some(version) => Some(("", version)),
        None => name.strip_prefix("apis/")?.split_once('/'),
    }
}

/// What a document's name changes by: the definitions of its group, as they are.
pub(crate) fn hash(sources: &Sources, name: &str) -> String {
    let mut hasher = DefaultHasher::new();
    (name, env!("CARGO_PKG_VERSION")).hash(&mut hasher);
    let (group, _) = group_version(name).unwrap_or_default();
    for definition in sources.definitions(group) {
        (&definition.header.name, definition.header.revision).hash(&mut hasher);
    }
    format!("{:016X}", hasher.finish())
}

/// `org.zalando.v1.KopfExample`
fn name_of_custom((group, version): (&str, &str), kind: &str) -> String {
    let group: Vec<&str> = group.split('.').rev().collect();
    format!("{}.{version}.{kind}", group.join("."))
}

fn group_version_kind((group, version): (&str, &str), kind: &str) -> Value {
    json!({ "group": group, "version": version, "kind": kind })
}
