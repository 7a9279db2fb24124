//! What stays where a part of an object is written: what whoever writes it leaves out, and what another path decides.

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{schema::Part, user::User, write::seconds};

type Fields = Map<String, Value>;

const REQUESTS: &str = "certificatesigningrequests.certificates.k8s.io";
/// What a pod has of devices, which clients may not know of.
const CLAIMS: [&str; 3] =
    ["resourceClaimStatuses", "extendedResourceClaimStatus", "nodeAllocatableResourceClaimStatuses"];
/// Conditions that `/approval` alone decides.
const DECIDED: [&str; 2] = ["Approved", "Denied"];

/// Whether objects of the resource `key` are asked to be signed.
pub(crate) fn is_signed(key: &str) -> bool {
    key == REQUESTS
}

/// Writes into a request who asks.
pub(crate) fn ask(rest: &mut Fields, user: Option<&User>) {
    let Value::Object(spec) = rest.entry("spec").or_insert_with(|| json!({})) else { return };
    for field in ["username", "uid", "groups", "extra"] {
        spec.shift_remove(field);
    }
    if let Some(Value::Object(asking)) = user.map(User::to_value) {
        spec.extend(asking);
    }
}

/// Puts into an object of the resource `key`, of which a part is written, what stays of the old one.
pub(crate) fn keep(key: &str, part: Part, rest: &mut Fields, old: &Value, now: Timestamp) {
    match (key, part) {
        ("pods", Part::Status) => keep_of_pod(rest, &old["status"]),
        (REQUESTS, Part::Whole) => {
            rest.insert("spec".to_owned(), old["spec"].clone());
        }
        (REQUESTS, Part::Status) => {
            keep_decisions(rest, &old["status"]);
            drop_nothing(rest);
            date(rest, &old["status"], now);
        }
        (REQUESTS, Part::Approval) => {
            date(rest, &old["status"], now);
            keep_all_but_conditions(rest, &old["status"]);
        }
        _ => {}
    }
}

fn keep_of_pod(rest: &mut Fields, old: &Value) {
    let status = rest.entry("status").or_insert_with(|| json!({}));
    if status.is_null() {
        *status = json!({});
    }
    let Value::Object(status) = status else { return };
    let mut keep = |field: &str, is_unsaid: fn(&Value) -> bool| {
        if status.get(field).is_none_or(is_unsaid)
            && let Some(value) = old.get(field).filter(|value| !value.is_null())
        {
            status.insert(field.to_owned(), value.clone());
        }
    };
    keep("qosClass", |said| said.is_null() || *said == "");
    CLAIMS.iter().for_each(|field| keep(field, Value::is_null));
    keep("observedGeneration", is_zero);
    let mut generations: HashMap<&str, VecDeque<&Value>> = HashMap::new();
    for condition in items(&old["conditions"]) {
        generations.entry(kind(condition)).or_default().push_back(&condition["observedGeneration"]);
    }
    for condition in status.get_mut("conditions").and_then(Value::as_array_mut).into_iter().flatten() {
        // Of conditions of one type each follows the one in its place.
        let Some(former) = generations.get_mut(kind(condition)).and_then(VecDeque::pop_front) else {
            continue;
        };
        if is_zero(&condition["observedGeneration"]) && !is_zero(former) {
            condition["observedGeneration"] = former.clone();
        }
    }
}

/// What was decided stays as it was, unless there are more decisions now, or fewer: that is refused.
fn keep_decisions(rest: &mut Fields, old: &Value) {
    for decision in DECIDED {
        let before: Vec<&Value> =
            items(&old["conditions"]).iter().filter(|condition| kind(condition) == decision).collect();
        let now: Vec<&mut Value> = conditions(rest).filter(|condition| kind(condition) == decision).collect();
        if before.len() == now.len() {
            now.into_iter().zip(before).for_each(|(now, before)| *now = before.clone());
        }
    }
}

/// Says since when conditions are as they are.
fn date(rest: &mut Fields, old: &Value, now: Timestamp) {
    let mut since: HashMap<(&str, &str), &Value> = HashMap::new();
    for condition in items(&old["conditions"]) {
        let time = &condition["lastTransitionTime"];
        if !time.is_null() {
            since.entry((kind(condition), text(condition, "status"))).or_insert(time);
        }
    }
    for condition in conditions(rest).filter(|condition| condition.is_object()) {
        if condition["lastUpdateTime"].is_null() {
            condition["lastUpdateTime"] = seconds(now).into();
        }
        if condition["lastTransitionTime"].is_null() {
            let known = since.get(&(kind(condition), text(condition, "status")));
            condition["lastTransitionTime"] =
                known.map_or_else(|| seconds(now).into(), |time| (*time).clone());
        }
    }
}

/// A certificate of no bytes is none.
fn drop_nothing(rest: &mut Fields) {
    if let Some(Value::Object(status)) = rest.get_mut("status")
        && status.get("certificate").is_some_and(|said| *said == "")
    {
        status.shift_remove("certificate");
    }
}

fn keep_all_but_conditions(rest: &mut Fields, old: &Value) {
    let decided = rest.get("status").and_then(|status| status.get("conditions")).cloned();
    let mut status = old.as_object().cloned().unwrap_or_default();
    match decided {
        Some(decided) => status.insert("conditions".to_owned(), decided),
        None => status.shift_remove("conditions"),
    };
    rest.insert("status".to_owned(), status.into());
}

fn conditions(rest: &mut Fields) -> impl Iterator<Item = &mut Value> {
    let conditions = rest.get_mut("status").and_then(|status| status.get_mut("conditions"));
    conditions.and_then(Value::as_array_mut).into_iter().flatten()
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn kind(condition: &Value) -> &str {
    text(condition, "type")
}

fn is_zero(number: &Value) -> bool {
    number.is_null() || *number == 0
}
