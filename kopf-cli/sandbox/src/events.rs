//! What an Event has to say, by the rules of the group that it is written in.

use serde_json::{Map, Value, json};

use crate::{
    names::{key_faults, name_faults},
    resources::NameRule,
    status::Cause,
};

/// How many bytes an instance, an action or a reason may have.
const LONGEST: usize = 128;
/// How many bytes a note may have.
const LONGEST_NOTE: usize = 1_024;
/// Where Events of objects without a namespace may be; the second is for those that tell their time.
const HOMES: [&str; 2] = ["default", "kube-system"];
/// What stays as it was written, by the rules of the newer group.
const IMMUTABLE: [&str; 13] = [
    "involvedObject",
    "reason",
    "message",
    "source",
    "firstTimestamp",
    "lastTimestamp",
    "count",
    "type",
    "eventTime",
    "action",
    "related",
    "reportingComponent",
    "reportingInstance",
];

type Fields = Map<String, Value>;

/// Everything that is wrong with an Event, whose fields are called as in the core group.
///
/// `newer` is whether it is written as one of `events.k8s.io`, which is stricter; `old` is absent on creation.
pub(crate) fn faults(event: &Fields, namespace: &str, newer: bool, old: Option<&Fields>) -> Vec<Cause> {
    let mut causes = usual_faults(event, namespace, newer);
    match old {
        _ if !newer => {}
        None => {
            causes.extend(name_faults_of(event));
            causes.extend(series_faults(event));
            causes.extend(faults_of_a_new_one(event));
        }
        Some(old) => {
            if event.get("series") != old.get("series") {
                causes.extend(series_faults(event));
            }
            causes.extend(forbidden_changes(event, old));
        }
    }
    causes
}

fn usual_faults(event: &Fields, namespace: &str, newer: bool) -> Vec<Cause> {
    let mut causes = Vec::new();
    let timed = is_set(event, "eventTime");
    let about = event.get("involvedObject").and_then(|about| about["namespace"].as_str()).unwrap_or_default();
    let at_home = match (about, timed) {
        ("", true) => HOMES.contains(&namespace),
        ("", false) => namespace == HOMES[0],
        // Events that tell their time may be about objects elsewhere.
        (_, true) => true,
        (about, false) => about == namespace,
    };
    if !at_home {
        causes.push(Cause::invalid("involvedObject.namespace", about, "does not match event.namespace"));
    }
    if !timed {
        return causes;
    }
    let controller = text(event, "reportingComponent");
    let field = if newer { "reportingController" } else { "reportingComponent" };
    if controller.is_empty() {
        causes.push(Cause::required(field, ""));
    }
    causes.extend(key_faults(controller).iter().map(|why| Cause::invalid(field, controller, why)));
    for field in ["reportingInstance", "action", "reason"] {
        if text(event, field).is_empty() {
            causes.push(Cause::required(field, ""));
        }
        causes.extend(length_fault(event, field, LONGEST));
    }
    causes.extend(length_fault(event, "message", LONGEST_NOTE));
    causes
}

/// In the older group an Event may be called by anything that can stand in a path.
fn name_faults_of(event: &Fields) -> Vec<Cause> {
    let name = event.get("metadata").and_then(|metadata| metadata["name"].as_str()).unwrap_or_default();
    let why = if name.is_empty() { Vec::new() } else { name_faults(name, NameRule::Subdomain) };
    why.iter().map(|why| Cause::invalid("metadata.name", name, why)).collect()
}

fn length_fault(event: &Fields, field: &str, longest: usize) -> Option<Cause> {
    let too_long = text(event, field).len() > longest;
    too_long.then(|| Cause::invalid(field, "", &format!("can have at most {longest} characters")))
}

fn series_faults(event: &Fields) -> Vec<Cause> {
    let mut causes = Vec::new();
    if let Some(Value::Object(series)) = event.get("series") {
        if series.get("count").and_then(Value::as_i64).unwrap_or_default() < 2 {
            causes.push(Cause::invalid("series.count", "", "should be at least 2"));
        }
        if !is_set(series, "lastObservedTime") {
            causes.push(Cause::required("series.lastObservedTime", ""));
        }
    }
    causes
}

fn faults_of_a_new_one(event: &Fields) -> Vec<Cause> {
    let mut causes = Vec::new();
    if !is_set(event, "eventTime") {
        causes.push(Cause::required("eventTime", ""));
    }
    let kind = text(event, "type");
    if !["Normal", "Warning"].contains(&kind) {
        causes.push(Cause::invalid("type", "", &format!("has invalid value: {kind}")));
    }
    let nothing = [json!(0), json!({})];
    for field in ["firstTimestamp", "lastTimestamp", "count", "source"] {
        if is_set(event, field) && !event.get(field).is_some_and(|value| nothing.contains(value)) {
            causes.push(Cause::invalid(field, "", "needs to be unset"));
        }
    }
    causes
}

fn forbidden_changes(event: &Fields, old: &Fields) -> Vec<Cause> {
    let changed = IMMUTABLE.into_iter().filter(|&field| event.get(field) != old.get(field));
    changed
        .map(|field| {
            let value = event.get(field).cloned().unwrap_or_default();
            let shown = match field {
                "involvedObject" | "related" if !value.is_null() => reference(&value),
                "source" => source(&value),
                _ => value,
            };
            let field = if field == "reportingComponent" { "reportingController" } else { field };
            Cause::invalid_value(field, &shown, "field is immutable")
        })
        .collect()
}

/// A reference as Go prints it.
fn reference(value: &Value) -> Value {
    let said = |field: &str| value[field].as_str().unwrap_or_default();
    json!({
        "Kind": said("kind"),
        "Namespace": said("namespace"),
        "Name": said("name"),
        "UID": said("uid"),
        "APIVersion": said("apiVersion"),
        "ResourceVersion": said("resourceVersion"),
        "FieldPath": said("fieldPath"),
    })
}

/// Where an Event is from, as Go prints it.
fn source(value: &Value) -> Value {
    let said = |field: &str| value[field].as_str().unwrap_or_default();
    json!({ "Component": said("component"), "Host": said("host") })
}

fn text<'a>(fields: &'a Fields, field: &str) -> &'a str {
    fields.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn is_set(fields: &Fields, field: &str) -> bool {
    fields.get(field).is_some_and(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
    #[track_caller]
    fn check(event: Value, newer: bool, old: Option<Value>, expected: &[&str]) {
        let old = old.as_ref().map(|old| old.as_object().unwrap());
        let found = faults(event.as_object().unwrap(), "n", newer, old);
        let fields: Vec<&str> = found.iter().map(|cause| cause.field.as_str()).collect();
        assert_eq!(fields, expected);
    }

    fn complete() -> Value {
        json!({
            "eventTime": "2026-01-02T03:04:05.000006Z", "type": "Normal", "reason": "r", "action": "a",
            "reportingComponent": "kopf", "reportingInstance": "i", "involvedObject": { "namespace": "n" },
        })
    }

    #[test]
    fn the_newer_group_wants_it_all() {
        check(complete(), true, None, &[]);
        check(json!({ "involvedObject": { "namespace": "n" } }), true, None, &["eventTime", "type"]);
        let mut event = complete();
        event["reason"] = "r".repeat(129).into();
        event["count"] = 2.into();
        check(event, true, None, &["reason", "count"]);
    }

    #[test]
    fn the_older_group_wants_it_only_of_those_that_tell_their_time() {
        check(json!({ "involvedObject": { "namespace": "n" } }), false, None, &[]);
        check(json!({}), false, None, &["involvedObject.namespace"]);
        let mut event = complete();
        event["reportingComponent"] = "no name".into();
        event["involvedObject"] = json!({ "namespace": "other" });
        check(event, false, None, &["reportingComponent"]);
    }

    #[test]
    fn only_the_series_of_an_event_grows() {
        let mut event = complete();
        event["series"] = json!({ "count": 2, "lastObservedTime": "2026-01-02T03:04:05.000006Z" });
        check(event.clone(), true, Some(complete()), &[]);
        event["series"]["count"] = 1.into();
        event["note"] = "this is no field of the core group".into();
        event["message"] = "other".into();
        check(event, true, Some(complete()), &["series.count", "message"]);
    }
}
