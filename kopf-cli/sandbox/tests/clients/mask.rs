//! Takes out of what clients print what differs between any two runs.

use std::{fmt::Write, sync::LazyLock};

use kopf_control_plane::client::Objects;
use kube::{
    Client,
    api::{DynamicObject, ListParams},
};
use regex::Regex;
use serde_json::{Value, json};

/// What is found, and what comes in its place.
static MASKS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
        (r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000", "TIME"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000( UTC)?", "TIME"),
        (r#"(resourceVersion"?: "?|Resource Version: +)\d+"#, "${1}VERSION"),
        (r"https?://(127\.0\.0\.1|localhost|\[::1\]):\d+", "SERVER"),
        (r"127\.0\.0\.1:\d+", "SERVER"),
        (r"\beyJ[\w-]+\.[\w-]+\.[\w-]+", "TOKEN"),
        (r#",?"storageVersionHash":"[^"]*""#, ""),
        // What was refused, as a whole, in the order of each server.
        (r#"Invalid value: "\{.*\}": "#, "Invalid value: OBJECT: "),
        (r"\bkube-api-access-[a-z0-9]{5}\b", "kube-api-access-RANDOM"),
        (r"\bpod-template-hash=[a-z0-9]+", "pod-template-hash=HASH"),
        (r"\b10\.\d+\.\d+\.\d+\b", "ADDRESS"),
        (r"/tmp/(LIVE|MERGED)-\d+", "$1"),
        (r"kubectl-edit-\d+\.yaml", "EDITED"),
        (r"v1\.\d+\.\d+[-+.a-z0-9]*", "RELEASE"),
        (r"\b(\d+[dhms]){1,2}\b", "AGE"),
        (r"[ \t]{2,}", "  "),
    ]
    .into_iter()
    .map(|(found, place)| (Regex::new(found).expect("this is an expression"), place))
    .collect()
});

/// The lines of a text, masked.
pub(super) fn lines(text: &str, namespace: &str, folder: &str) -> Vec<String> {
    let text = text.replace(folder, "FOLDER").replace(namespace, "NAMESPACE");
    let text = MASKS.iter().fold(text, |text, (found, place)| found.replace_all(&text, *place).into_owned());
    let mut lines: Vec<String> = text.lines().map(|line| line.trim_end().to_owned()).collect();
    // Of several reasons, none is the first.
    for reasons in lines.chunk_by_mut(|one, next| [one, next].iter().all(|line| line.starts_with("* "))) {
        reasons.sort();
    }
    lines
}

/// An object in one line, without what differs between any two runs: of built-in kinds, lists do not say what is in them; owners of
/// fields are in the order of their times; fields of custom resources are in any order here, and by name there.
pub(super) fn object(object: &DynamicObject, namespace: &str) -> String {
    let mut object = serde_json::to_value(DynamicObject { types: None, ..object.clone() }).unwrap();
    if object.get("involvedObject").is_some() {
        object["metadata"]["name"] = json!("GENERATED");
        // A typed server writes out the old fields of an Event though they are not set.
        let fields = object.as_object_mut().unwrap();
        fields.retain(|_, value| !value.is_null() && *value != json!({}));
    }
    let metadata = object["metadata"].as_object_mut().unwrap();
    metadata.remove("resourceVersion");
    if let Some(Value::Array(owners)) = metadata.get_mut("managedFields") {
        owners.sort_by_key(|owner| (owner["manager"].to_string(), owner["subresource"].to_string()));
    }
    object.sort_all_objects();
    lines(&object.to_string(), namespace, "nowhere").concat()
}

/// The Events of a namespace, masked.
pub(super) async fn events(client: &Client, namespace: &str) -> Vec<String> {
    let events = Objects::of(client, "v1", "Event", "events", Some(namespace));
    let events = events.api.list(&ListParams::default()).await.unwrap();
    let mut rows: Vec<String> = events.items.iter().map(|event| object(event, namespace)).collect();
    rows.sort();
    rows
}

/// The lines that one of both has more often than the other, or the first that is in another place.
pub(super) fn difference(expected: &[String], found: &[String]) -> String {
    let mut difference = String::new();
    for (mark, lines, others) in [("real   ", expected, found), ("sandbox", found, expected)] {
        for (at, line) in lines.iter().enumerate() {
            let is = |other: &&String| *other == line;
            if lines[..=at].iter().filter(is).count() > others.iter().filter(is).count() {
                writeln!(difference, "   {mark}  {line}").expect("memory takes text");
            }
        }
    }
    if difference.is_empty() {
        let mut places = expected.iter().zip(found).enumerate();
        if let Some((at, (real, sandbox))) = places.find(|(_, (real, sandbox))| real != sandbox) {
            let at = at + 1;
            writeln!(difference, "   the same lines in another order; line {at}:")
                .expect("memory takes text");
            writeln!(difference, "   real     {real}\n   sandbox  {sandbox}").expect("memory takes text");
        }
    }
    difference
}
