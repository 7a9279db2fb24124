//! From a conclusion and the object as it is now: what to send, and nothing that would change nothing.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    cycle::{Conclusion, Finalizer, Kept},
    identity::Identity,
    object::{self, Object},
    store::{
        self, ANNOTATIONS_LIMIT, STATE_LIMIT,
        handled::{Handled, fit},
        progress::Progress,
    },
};

/// What to send. Both carry the resourceVersion that they are made for, so that a conflict is told as a 409.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patches {
    /// To the status subresource, first: the results.
    pub status: Option<Value>,
    /// To the object, then: the state that records the success, and the finalizer.
    pub main: Option<Value>,
    /// What does not fit on the object, to be kept in memory.
    pub unfit: Option<Kept>,
}

/// Composes the patches that apply a conclusion to an object. Without a status subresource all goes in one.
pub fn compose(conclusion: &Conclusion, object: &Object, identity: &Identity, has_status: bool) -> Patches {
    let body = &object.body;
    let mut main = conclusion.patch.clone().unwrap_or_else(|| json!({}));
    let mut status = json!({});
    if let Some(wanted) = main.as_object_mut().and_then(|main| main.remove("status")) {
        status["status"] = wanted;
    }
    for (id, result) in &conclusion.results {
        merge(&mut status, &json!({ "status": { id: result } }));
    }
    if !has_status {
        merge(&mut main, &status);
        status = json!({});
    }
    let (annotations, unfit) = state(conclusion, object, identity);
    if !annotations.is_empty() {
        merge(&mut main, &json!({ "metadata": { "annotations": annotations } }));
    }
    if let Some(finalizers) = finalizers(conclusion.finalizer, body, identity.finalizer()) {
        merge(&mut main, &json!({ "metadata": { "finalizers": finalizers } }));
    }
    let version = object.header.version.to_string();
    let guarded = |patch: &Value| {
        let mut patch = reduce(patch, body)?;
        merge(&mut patch, &json!({ "metadata": { "resourceVersion": version } }));
        Some(patch)
    };
    Patches { status: guarded(&status), main: guarded(&main), unfit }
}

/// The annotations to be written: records first, then what was handled last, as far as they fit.
fn state(
    conclusion: &Conclusion,
    object: &Object,
    identity: &Identity,
) -> (Map<String, Value>, Option<Kept>) {
    let body = &object.body;
    let uid = &object.header.uid;
    let mut annotations = Map::new();
    let mut unfit = Kept::default();
    let handled_key = identity.keys().handled(body);
    let present: Vec<&str> = identity.records(body).collect();
    let mut ours = present.iter().map(|key| size(key, object::annotation(body, key))).sum::<usize>();
    ours += size(&handled_key, object::annotation(body, &handled_key));
    let mark = identity.keys().mark();
    let mut room = ANNOTATIONS_LIMIT.saturating_sub(store::annotations_size(body).saturating_sub(ours));
    let marked = object::annotation(body, &mark).is_some();
    let mut written: BTreeMap<String, String> = BTreeMap::new();
    if !marked {
        room = room.saturating_sub(mark.len() + "yes".len());
    }
    match &conclusion.records {
        Some(records) => {
            annotations.extend(present.iter().map(|key| ((*key).to_owned(), Value::Null)));
            for (id, record) in records {
                let (key, text) = (identity.keys().handler(id, body), record.write(uid));
                match room.checked_sub(key.len() + text.len()) {
                    Some(left) => {
                        room = left;
                        written.insert(key, text);
                    }
                    None => {
                        unfit.records.insert(id.clone(), Progress::clone(record));
                    }
                }
            }
        }
        None => {
            let kept: usize = present.iter().map(|key| size(key, object::annotation(body, key))).sum();
            room = room.saturating_sub(kept);
        }
    }
    if let Some(handled) = &conclusion.handled {
        let most = STATE_LIMIT.min(room.saturating_sub(handled_key.len()));
        let (fitting, text): (Handled, String) = fit(handled.clone(), uid, most);
        if text.len() <= most {
            written.insert(handled_key, text);
        } else {
            unfit.handled = Some(fitting);
            annotations.insert(handled_key, Value::Null);
        }
    }
    if !written.is_empty() && !marked {
        annotations.insert(mark, Value::from("yes"));
    }
    annotations.extend(written.into_iter().map(|(key, text)| (key, Value::from(text))));
    (annotations, (unfit != Kept::default()).then_some(unfit))
}

fn size(key: &str, value: Option<&str>) -> usize {
    value.map_or(0, |value| key.len() + value.len())
}

/// The finalizers as they are to be, or `None` if they are so.
fn finalizers(wanted: Finalizer, body: &Value, ours: &str) -> Option<Vec<String>> {
    let others = object::finalizers(body).filter(|finalizer| *finalizer != ours).map(str::to_owned);
    let held = object::finalizers(body).any(|finalizer| finalizer == ours);
    match wanted {
        Finalizer::Add if !held => Some(others.chain([ours.to_owned()]).collect()),
        Finalizer::Remove if held => Some(others.collect()),
        _ => None,
    }
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

/// The part of a merge patch that changes the target; `None` if nothing does.
pub fn reduce(patch: &Value, target: &Value) -> Option<Value> {
    match (patch, target) {
        (Value::Object(patch), Value::Object(target)) => {
            let members = patch.iter().filter_map(|(key, value)| match target.get(key) {
                None if value.is_null() => None,
                None => Some((key.clone(), value.clone())),
                Some(found) => reduce(value, found).map(|value| (key.clone(), value)),
            });
            let members: Map<String, Value> = members.collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        _ => (patch != target).then(|| patch.clone()),
    }
}
