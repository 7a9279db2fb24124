//! The conditions of a definition: what has come of it so far.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::write::seconds;

/// Says whether the names that a definition asks for are its own.
pub(super) const NAMES_ACCEPTED: &str = "NamesAccepted";
/// Says whether it is served.
pub(super) const ESTABLISHED: &str = "Established";
/// Says whether its objects are on their way out.
pub(super) const TERMINATING: &str = "Terminating";

/// One condition, but for its time.
pub(super) struct Condition<'a> {
    pub(super) kind: &'a str,
    pub(super) holds: bool,
    pub(super) reason: &'a str,
    pub(super) message: &'a str,
}

/// The condition of a kind, if the definition has it.
pub(super) fn find<'a>(definition: &'a Value, kind: &str) -> Option<&'a Value> {
    let mut conditions = definition["status"]["conditions"].as_array()?.iter();
    conditions.find(|condition| condition["type"] == kind)
}

/// Whether the definition says of itself that this is so.
pub(super) fn holds(definition: &Value, kind: &str) -> bool {
    find(definition, kind).is_some_and(|condition| condition["status"] == "True")
}

/// Writes a condition in its place; its time is that of the last change from one status to another.
pub(super) fn set(definition: &mut Value, condition: &Condition<'_>, now: Timestamp) {
    let Condition { kind, holds, reason, message } = *condition;
    let status = if holds { "True" } else { "False" };
    let known = find(definition, kind).filter(|known| known["status"] == status);
    let since = known.map_or_else(|| seconds(now).into(), |known| known["lastTransitionTime"].clone());
    let written = json!({ "lastTransitionTime": since, "message": message, "reason": reason, "status": status, "type": kind });
    if !definition["status"].is_object() {
        definition["status"] = json!({});
    }
    let conditions = &mut definition["status"]["conditions"];
    if !conditions.is_array() {
        *conditions = json!([]);
    }
    let Value::Array(conditions) = conditions else { return };
    match conditions.iter_mut().find(|condition| condition["type"] == kind) {
        Some(place) => *place = written,
        None => conditions.push(written),
    }
}
