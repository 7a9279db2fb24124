//! The state of the Python framework of the same name, byte for byte where it reads it back: keys, records, essences.
//!
//! It is that of its version 1.45.2 with the settings that it comes with; nothing in these shapes differs from 1.44.6.
//! Records in the status are of versions before 1.44: they are read and taken away, and no longer written.
//!
//! Their records are of any object: they carry no uid. They do not tell on which state a handler has ended; that is
//! kept in memory.

use std::fmt::Write;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    digest::digest,
    handled::{Handled, State},
    keys,
    progress::Progress,
};
use crate::{essence, field::FieldPath, object, registry::Served};

/// What stands before the slash in all keys.
pub(super) const PREFIX: &str = "kopf.zalando.org";

/// What holds objects back from deletion.
pub(crate) const FINALIZER: &str = "kopf.zalando.org/KopfFinalizerMarker";

/// The longest key of the older kind, prefix and slash included.
const OLD_KEY_LIMIT: usize = 63;

/// The annotation that the framework writes to itself to be woken by its own event.
const TOUCH: &str = "touch-dummy";

/// Our own addition, which the framework passes over like everything under its prefix that no handler is called like:
/// the fields that were watched when the essence was written.
const FIELDS: &str = "last-handled-fields";

/// Where the framework kept its records once, by the raw id. It still reads them and takes them away.
const LEGACY: [&str; 3] = ["status", "kopf", "progress"];

/// What handlers react to. All but the known parts of `metadata` and `status` is there as it is; of `fields`, the
/// fields of all handlers, also what would be left out otherwise.
///
/// A field in the annotations brings back what is left out of them otherwise, all of it if the field is all of them.
pub(super) fn essence(body: &Value, fields: &[FieldPath]) -> Value {
    let is_operators = |prefix: &str| essence::is_within(prefix, PREFIX);
    let mut essence = essence::reduced(body, |annotations| essence::of_others(annotations, is_operators));
    for path in fields {
        essence::add(&mut essence, body, path);
        if *path.steps() == ["metadata"] {
            for member in ["labels", "annotations"] {
                let path = FieldPath::from(vec!["metadata".to_owned(), member.to_owned()]);
                essence::add(&mut essence, body, &path);
            }
        }
    }
    without_own(&mut essence);
    essence
}

/// Takes out what the framework keeps for itself, in the annotations and where it did once, and what is empty then.
fn without_own(essence: &mut Value) {
    FieldPath::from(LEGACY.map(str::to_owned).to_vec()).remove(essence);
    if let Some(annotations) = essence.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        annotations.retain(|key, _| key.split_once('/').is_none_or(|(prefix, _)| prefix != PREFIX));
    }
    essence::drop_empty(essence);
}

/// The keys of a handler's record, the one that is read first in front.
///
/// The older kind counts the prefix as part of the 63 characters, and hashes the id with its slashes replaced.
pub(super) fn keys(id: &str, body: &Value) -> Vec<String> {
    let id = keys::marked(id, body);
    let safe = id.replace('/', ".").replace(['<', '>'], "_");
    let cut = |most: usize, suffix: &str| {
        let head: String = safe.chars().take(most - suffix.len()).collect();
        head + suffix
    };
    let name = if id.chars().count() > keys::NAME_LIMIT {
        cut(keys::NAME_LIMIT, &keys::suffix(&id))
    } else {
        safe.clone()
    };
    let key = |name: &str| format!("{PREFIX}/{name}");
    if !keys::is_name(&name) || is_reserved(&name) {
        // The framework cannot write such a record at all, or overwrites another one with it.
        return vec![key(&keys::name(&id, true))];
    }
    let most = OLD_KEY_LIMIT - PREFIX.len() - 1;
    let old = (safe.chars().count() > most).then(|| cut(most, &keys::suffix(&safe)));
    [Some(name), old].into_iter().flatten().map(|name| key(&name)).collect()
}

/// Whether an annotation of this name is no handler's record.
fn is_reserved(name: &str) -> bool {
    let name = name.strip_suffix(keys::OF_DEPLOYMENT).unwrap_or(name);
    [keys::HANDLED, TOUCH, FIELDS].contains(&name)
}

/// The keys of what was handled last: of the essence, and of the fields that were watched.
pub(super) fn handled_keys(body: &Value) -> [String; 2] {
    [keys::HANDLED, FIELDS].map(|name| format!("{PREFIX}/{}", keys::marked(name, body)))
}

/// The annotation that woke the operator, if it is there.
pub(super) fn touched(body: &Value) -> Option<String> {
    let key = format!("{PREFIX}/{}", keys::marked(TOUCH, body));
    object::annotation(body, &key).is_some().then_some(key)
}

/// A handler's record: in the annotations, or else where it was once. Garbage counts as absent.
pub(super) fn record(id: &str, body: &Value, now: Timestamp) -> Option<Progress> {
    let texts = keys(id, body);
    let mut annotations = texts.iter().filter_map(|key| object::annotation(body, key));
    let record = annotations.find_map(|text| Progress::read_of_any(serde_json::from_str(text).ok()?, now));
    record.or_else(|| Progress::read_of_any(legacy_records(body)?.get(id)?.clone(), now))
}

/// The text of a record.
pub(super) fn record_text(record: &Progress) -> String {
    ascii(&record.plain())
}

/// The records of handlers and, as far as these tell, of their sub-handlers.
pub(super) fn records(body: &Value, served: &Served, now: Timestamp) -> Vec<Progress> {
    let mut records = vec![];
    for id in ids(served) {
        if let Some(found) = record(id, body, now) {
            records.extend(found.subrefs.iter().filter_map(|sub| record(sub, body, now)));
            records.push(found);
        }
    }
    records
}

/// The keys of all annotations in the place of such records, whatever is in them.
pub(super) fn present(body: &Value, served: &Served) -> Vec<String> {
    if !any_state(body) {
        return vec![];
    }
    let mut present = vec![];
    let mut add = |id: &str| {
        let found =
            keys(id, body).into_iter().filter(|key| body["metadata"]["annotations"].get(key).is_some());
        present.extend(found);
    };
    for id in ids(served) {
        add(id);
        let record = record(id, body, Timestamp::UNIX_EPOCH);
        record.iter().flat_map(|record| &record.subrefs).for_each(|sub| add(sub));
    }
    present
}

/// Whether there may be any record. There is none on most objects, so that no key must be formed.
fn any_state(body: &Value) -> bool {
    let annotations = body["metadata"]["annotations"].as_object();
    let names =
        annotations.into_iter().flatten().filter_map(|(key, _)| key.strip_prefix(PREFIX)?.strip_prefix('/'));
    names.into_iter().any(|name| !is_reserved(name)) || legacy_records(body).is_some()
}

/// The merge patch that takes away the records where they were once.
pub(super) fn legacy(body: &Value, served: &Served) -> Option<Value> {
    let found = legacy_records(body)?;
    let gone: Map<String, Value> =
        ids(served).filter(|id| found.contains_key(*id)).map(|id| (id.to_owned(), Value::Null)).collect();
    (!gone.is_empty()).then(|| json!({ "status": { "kopf": { "progress": gone } } }))
}

fn legacy_records(body: &Value) -> Option<&Map<String, Value>> {
    LEGACY.iter().try_fold(body, |place, step| place.get(step))?.as_object()
}

fn ids(served: &Served) -> impl Iterator<Item = &str> {
    served.changing().map(|handler| handler.id.as_str())
}

/// What was handled last: an essence, and the fields that were watched when we wrote it.
///
/// Where the framework wrote it, it does not tell these. Then every watched field was that is in it, or that is not
/// there now either; one that is there now and not in it counts as newly watched, for a deploy is no update of every
/// object.
pub(super) fn handled(
    text: &str,
    fields: Option<&str>,
    watched: &[FieldPath],
    now: &Value,
) -> Option<Handled> {
    let mut essence: Value = serde_json::from_str(text.trim()).ok().filter(Value::is_object)?;
    without_own(&mut essence);
    let essence = essence::narrowed(&essence, watched);
    let there = |field: &FieldPath, value: &Value| field.get(value).is_some_and(|value| !value.is_null());
    let fields = fields
        .and_then(|fields| serde_json::from_str(fields).ok())
        .filter(|fields: &Fields| fields.of == mark_of(text))
        .map(|fields| fields.fields)
        .unwrap_or_else(|| {
            let known = |field: &&FieldPath| there(field, &essence) || !there(field, now);
            watched.iter().filter(known).cloned().collect()
        });
    Some(Handled::new(essence, fields, false))
}

/// The texts of what was handled last, in the order of [`handled_keys`]; none where only digests are known or a creation
/// has not ended, which the framework has no form for. The fields are left out where no essence but ours would differ.
pub(super) fn handled_texts(handled: &Handled) -> Vec<String> {
    let State::Whole(essence) = &handled.state else { return vec![] };
    if handled.pending {
        return vec![];
    }
    let text = ascii(&essence.to_string()) + "\n";
    let fields: Vec<_> =
        handled.fields.iter().filter(|field| !essence::is_inherent(field)).cloned().collect();
    let fields = (!fields.is_empty()).then(|| Fields { of: mark_of(&text), fields });
    let fields = fields.map(|fields| serde_json::to_string(&fields).expect("it is made of texts"));
    [Some(text), fields].into_iter().flatten().collect()
}

/// The fields that were watched when an essence was written.
#[derive(Serialize, Deserialize)]
struct Fields {
    /// A digest of the essence's text: what the framework writes later has none.
    of: String,
    fields: Vec<FieldPath>,
}

fn mark_of(text: &str) -> String {
    digest("", &Value::from(text)).to_string()
}

/// JSON with all but ASCII escaped, as Python writes it.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        // What is no ASCII is inside of a string, for JSON has no such signs.
        if matches!(c, ' '..='~') {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing into a String does not fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests;
