//! From a conclusion and the object as it is now: what to send, and nothing that would change nothing.

mod state;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use self::state::State;
use crate::{
    cycle::{Conclusion, Finalizer, Kept},
    diff::same,
    identity::Identity,
    object::{self, Object},
    registry::Served,
};

/// What to send. Both carry the resourceVersion that they are made for, so that a conflict is told as a 409.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patches {
    /// To the status subresource, first: the results.
    pub status: Option<Value>,
    /// To the object, then: the state that records the success, and the finalizer.
    pub main: Option<Value>,
    /// All that is to be kept in memory from now on, for it does not fit on the object.
    pub unfit: Option<Kept>,
}

/// Composes the patches that apply a conclusion to an object. Without a status subresource all goes in one.
pub fn compose(
    conclusion: &Conclusion,
    object: &Object,
    identity: &Identity,
    served: &Served,
    has_status: bool,
) -> Patches {
    let mut main = conclusion.patch.clone().filter(Value::is_object).unwrap_or_else(|| json!({}));
    let mut status = json!({});
    if let Some(wanted) = main.as_object_mut().and_then(|main| main.remove("status")) {
        status["status"] = wanted;
    }
    if !conclusion.results.is_empty() {
        merge(&mut status, &json!({ "status": conclusion.results }));
    }
    let has_ended = conclusion.records.as_ref().is_some_and(BTreeMap::is_empty);
    if has_ended && let Some(legacy) = identity.store().legacy(&object.body, served) {
        merge(&mut status, &legacy);
    }
    if !has_status {
        merge(&mut main, &status);
        status = json!({});
    }
    let State { annotations, unfit } = state::fit(conclusion, object, identity, served);
    if !annotations.is_empty() {
        merge(&mut main, &json!({ "metadata": { "annotations": annotations } }));
    }
    if let Some(finalizers) = finalizers(conclusion, object, identity.finalizer()) {
        merge(&mut main, &json!({ "metadata": { "finalizers": finalizers } }));
    }
    let version = object.header.version.to_string();
    let guarded = |patch: &Value| {
        let mut patch = reduce(patch, &object.body)?;
        merge(&mut patch, &json!({ "metadata": { "resourceVersion": version } }));
        Some(patch)
    };
    let (status, mut main) = (guarded(&status), guarded(&main));
    if let (Some(main), Some(touched)) = (&mut main, identity.store().touched(&object.body)) {
        merge(main, &json!({ "metadata": { "annotations": { touched: null } } }));
    }
    Patches { status, main, unfit }
}

/// The finalizers as they are to be; `None` where there are none and are to be none.
///
/// A handler may want others to be there, or not to be. Ours is not its business.
fn finalizers(conclusion: &Conclusion, object: &Object, ours: &str) -> Option<Vec<String>> {
    let held = object.has_finalizer(ours);
    let hold = match conclusion.finalizer {
        // No finalizer can be added to an object that is being deleted: it is too late to hold it.
        Finalizer::Add => held || !object.header.deleting,
        Finalizer::Keep => held,
        Finalizer::Remove => false,
    };
    let wanted = conclusion.patch.as_ref().filter(|patch| patch["metadata"].get("finalizers").is_some());
    let wanted: Vec<&str> = object::finalizers(wanted.unwrap_or(&object.body)).collect();
    let first_of_ours = wanted.iter().position(|finalizer| *finalizer == ours);
    let mut finalizers: Vec<String> = (wanted.iter().enumerate())
        .filter(|(place, finalizer)| **finalizer != ours || (hold && Some(*place) == first_of_ours))
        .map(|(_, finalizer)| (*finalizer).to_owned())
        .collect();
    if hold && first_of_ours.is_none() {
        finalizers.push(ours.to_owned());
    }
    let any = object::finalizers(&object.body).next().is_some();
    (any || !finalizers.is_empty()).then_some(finalizers)
}

/// Merges one merge patch into a value or into another patch (RFC 7386, but a null stays in a patch).
///
/// Applied to a body this leaves nulls where members are taken away; for all of ours, null and absent are one.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(target) = target {
        for (key, value) in patch {
            merge(target.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

/// Applies a merge patch to a value (RFC 7386): a null takes a member away.
pub fn apply(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(target) = target {
        for (key, value) in patch {
            match value {
                Value::Null => drop(target.shift_remove(key)),
                value => apply(target.entry(key.clone()).or_insert(Value::Null), value),
            }
        }
    }
}

/// The merge patch that makes one value of another; `None` if they are the same.
pub fn between(before: &Value, after: &Value) -> Option<Value> {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        return (!same(before, after)).then(|| after.clone());
    };
    let gone = old.keys().filter(|key| !new.contains_key(*key)).map(|key| (key.clone(), Value::Null));
    let changed = new.iter().filter_map(|(key, value)| {
        let changing = match old.get(key) {
            Some(before) => between(before, value),
            None => reduce_on_nothing(value),
        };
        changing.map(|changing| (key.clone(), changing))
    });
    let members: Map<String, Value> = gone.chain(changed).collect();
    (!members.is_empty()).then_some(Value::Object(members))
}

/// The part of a merge patch that changes the target; `None` if nothing does.
pub fn reduce(patch: &Value, target: &Value) -> Option<Value> {
    match (patch, target) {
        (Value::Object(patch), Value::Object(target)) => {
            let members: Map<String, Value> = (patch.iter())
                .filter_map(|(key, value)| {
                    let changing = match target.get(key) {
                        Some(found) => reduce(value, found),
                        None => reduce_on_nothing(value),
                    };
                    changing.map(|changing| (key.clone(), changing))
                })
                .collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        _ => (!same(patch, target)).then(|| patch.clone()),
    }
}

/// The part of a merge patch that changes something where nothing is: what is only to be taken away does not.
fn reduce_on_nothing(patch: &Value) -> Option<Value> {
    match patch {
        Value::Null => None,
        Value::Object(members) if !members.is_empty() => reduce(patch, &Value::Object(Map::new())),
        _ => Some(patch.clone()),
    }
}

#[cfg(test)]
mod tests;
