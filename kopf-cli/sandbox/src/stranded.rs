//! Objects that were stored in a version which their definition has no more: they are there, and nobody can read them.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    json as deep,
    object::{self, Stored},
    options::Options,
    resources::{Resource, View},
    status::Status,
    store::Store,
};

/// How many of them one refusal tells.
const MOST: usize = 100;
/// By how much of itself, each second, grows what somebody who has asked for a list is to wait.
const GROWTH: f64 = 0.06;
/// How long that is at most, in seconds.
const LONGEST_WAIT: u32 = 30;

/// What is wrong with an object that nobody can read; `None` where it can be read.
pub(crate) fn fault(resource: &Resource, object: &Stored) -> Option<String> {
    if !resource.rules.custom
        || resource.versions.iter().any(|version| object::is_stored_so(&object.bytes, version))
    {
        return None;
    }
    // What an object says of itself need not come first.
    let said = deep::with_stack(object.header.depth, || {
        object.value()["apiVersion"].as_str().unwrap_or_default().to_owned()
    });
    let is_known = resource.versions.iter().any(|version| version.api_version() == said);
    let revision = object.header.revision;
    let why = "request to convert CR from an invalid group/version";
    (!is_known).then(|| format!("object not decodable revision={revision}: {why}: {said}"))
}

pub(crate) fn is_stranded(resource: &Resource, object: &Stored) -> bool {
    fault(resource, object).is_some()
}

/// Sees whether a resource has such objects now that it is defined otherwise: what is written is always in a version that is
/// there. `now` is when the server begins to try to read them.
pub(crate) fn look_again(store: &mut Store, key: &str, now: Timestamp) {
    let Some(resource) = store.catalog.get(key).cloned() else { return };
    if store.list(key, None).iter().any(|object| is_stranded(&resource, object)) {
        store.unreadable.insert(Arc::clone(&resource.key), now);
    } else {
        store.unreadable.remove(key);
    }
}

/// Refuses to read an object that nobody can read.
pub(crate) fn check_read(view: &View, object: &Stored) -> Result<(), Status> {
    let told = |why: String| Status::internal_error(&told(&key("", &view.resource, object), &why));
    fault(&view.resource, object).map_or(Ok(()), |why| Err(told(why)))
}

/// Refuses to change an object that nobody can read.
pub(crate) fn check_change(view: &View, object: &Stored) -> Result<(), Status> {
    fault(&view.resource, object).map_or(Ok(()), |why| Err(Status::internal(why)))
}

/// Refuses a list of a resource that has such objects: a server cannot keep its objects in mind.
pub(crate) fn check_all(store: &Store, resource: &Resource, now: Timestamp) -> Result<(), Status> {
    let Some(since) = store.unreadable.get(&resource.key) else { return Ok(()) };
    let all = store.list(&resource.key, None);
    let Some(refused) = refused(resource, all.iter().map(|object| &**object), usize::MAX) else {
        return Ok(());
    };
    let message = format!("storage is (re)initializing: failed to list <unspecified>: {}", refused.message);
    Err(Status { message, ..Status::too_many_requests(retry_after(now.duration_since(*since))) })
}

/// When who has asked for a list may ask again, in seconds: the later, the longer it could not be read.
fn retry_after(span: SignedDuration) -> u32 {
    let is_reached = |wait: &u32| f64::from(*wait).ln() <= GROWTH * span.as_secs_f64();
    (2..=LONGEST_WAIT).take_while(is_reached).last().unwrap_or(1)
}

/// Refuses a list of `objects` that is read where they are kept.
pub(crate) fn check_these(resource: &Resource, objects: &[Arc<Stored>]) -> Result<(), Status> {
    refused(resource, objects.iter().map(|object| &**object), usize::MAX).map_or(Ok(()), Err)
}

/// Refuses a list of `objects`, of which `limit` are asked for. A piece of all objects is read where they are kept; the rest is
/// read out of what a server keeps in mind of the resource.
pub(crate) fn check_list<'a>(
    store: &Store,
    resource: &Resource,
    objects: impl Iterator<Item = &'a Stored>,
    options: &Options,
    now: Timestamp,
) -> Result<(), Status> {
    if !store.unreadable.contains_key(&resource.key) {
        return Ok(());
    }
    if options.limit <= 0 || !options.selection.is_everything() {
        return check_all(store, resource, now);
    }
    refused(resource, objects, usize::try_from(options.limit).unwrap_or(usize::MAX)).map_or(Ok(()), Err)
}

/// The refusal of a list of the first `limit` of these objects.
fn refused<'a>(
    resource: &Resource,
    objects: impl Iterator<Item = &'a Stored>,
    limit: usize,
) -> Option<Status> {
    let mut causes: Vec<(String, String)> = Vec::new();
    for object in objects.take(limit) {
        let Some(why) = fault(resource, object) else { continue };
        let key = key("/registry", resource, object);
        causes.push((told(&key, &why), key));
        if causes.len() == MOST {
            break;
        }
    }
    let (first, _) = causes.first()?;
    let name = format!("{}.{}", resource.plural, resource.storage().group);
    let mut message = format!("failed to read one or more {name} from the storage: {first}");
    if causes.len() > 1 {
        message += &format!(" (and {} more)", causes.len() - 1);
    }
    let is_cut = causes.len() == MOST;
    let causes = causes
        .into_iter()
        .map(|(why, key)| json!({ "reason": "UnexpectedServerResponse", "message": why, "field": key }));
    let cut = is_cut.then(
        || json!({ "reason": "FieldValueTooMany", "message": "too many errors, the list is truncated" }),
    );
    let causes: Vec<Value> = causes.chain(cut).collect();
    let group = &resource.storage().group;
    let details = json!({ "name": "list", "group": group, "kind": resource.plural, "causes": causes });
    Some(Status { details: Some(Box::new(details)), ..Status::new(500, "StorageReadError", message) })
}

fn told(key: &str, why: &str) -> String {
    format!(
        "StorageError: corrupt object, Code: 7, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: {why}"
    )
}

/// What a server keeps an object by.
fn key(root: &str, resource: &Resource, object: &Stored) -> String {
    let (namespace, name) = object.place();
    let home = if namespace.is_empty() { String::new() } else { format!("{namespace}/") };
    format!("{root}/{}/{}/{home}{name}", resource.storage().group, resource.plural)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_a_list_is_to_wait_longer_and_longer() {
        let waits =
            [0, 11, 12, 18, 19, 56, 57, 3_600].map(|span| retry_after(SignedDuration::from_secs(span)));
        assert_eq!(waits, [1, 1, 2, 2, 3, 28, 30, 30]);
    }
}
