//! An answer, less what differs between any two runs.

use super::wire;
use base64::{Engine, prelude::BASE64_STANDARD};
use http::StatusCode;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// An answer: its code, and its body as JSON: one document, or the events of a watch.
#[derive(Debug)]
pub(super) struct Answer {
    code: StatusCode,
    headers: Vec<String>,
    media: String,
    raw: Vec<Value>,
    masked: Vec<Value>,
}

impl PartialEq for Answer {
    fn eq(&self, other: &Answer) -> bool {
        (self.code, &self.headers, &self.media) == (other.code, &other.headers, &other.media)
            && self.masked == other.masked
    }
}

impl Answer {
    pub(super) fn new(code: StatusCode, headers: Vec<String>, media: String, body: &[u8]) -> Answer {
        let documents = serde_json::Deserializer::from_slice(body).into_iter::<Value>();
        let raw = match &*media {
            "application/vnd.kubernetes.protobuf" => vec![wire::document(body)],
            "application/vnd.kubernetes.protobuf;stream=watch" => wire::frames(body),
            _ => documents.map_while(Result::ok).collect::<Vec<_>>(),
        };
        let raw = if raw.is_empty() { vec![json!(String::from_utf8_lossy(body))] } else { raw };
        Answer { code, headers, media, masked: raw.clone(), raw }
    }

    /// The code and the headers alone, for what controllers have a hand in.
    pub(super) fn without_body(mut self) -> Answer {
        self.masked.clear();
        self
    }

    /// The same of what was taken; what was refused is compared whole.
    pub(super) fn of_refusals(self) -> Answer {
        if self.code.is_success() { self.without_body() } else { self }
    }

    /// The same but for what controllers write: a status, and the version that comes of it.
    pub(super) fn without_status(mut self) -> Answer {
        for document in self.masked.iter_mut().filter_map(Value::as_object_mut) {
            if document.get("kind").is_some_and(|kind| kind != "Status") {
                document.shift_remove("status");
                if let Some(Value::Object(metadata)) = document.get_mut("metadata") {
                    metadata.shift_remove("managedFields");
                }
            }
        }
        self
    }

    /// The same, but the order of members is compared, too.
    pub(super) fn in_order(mut self) -> Answer {
        self.masked.iter_mut().for_each(|document| *document = document.to_string().into());
        self
    }

    pub(super) fn has(&self, code: u16) -> bool {
        self.code.as_u16() == code
    }

    /// Masks what two servers cannot agree on: versions, uids, times, and the name of the test's namespace.
    pub(super) fn without(mut self, namespace: &str) -> Answer {
        // Bookmarks come when a server finds it convenient, but for the one that ends what there was.
        let is_casual = |event: &Value| {
            let annotations = &event["object"]["metadata"]["annotations"];
            event["type"] == "BOOKMARK" && annotations.get("k8s.io/initial-events-end").is_none()
        };
        self.masked.retain(|event| !is_casual(event));
        self.headers.iter_mut().for_each(|header| {
            *header = without_hash(&masked(&header.replace(namespace, "NAMESPACE"), is_uid))
        });
        self.masked.iter_mut().for_each(|document| mask(document, namespace));
        self
    }

    /// Whether the answer is what a row waits for: a code, words that are all in it, or (with `!`) a text that is not; a
    /// success where the row does not say what.
    pub(super) fn is(&self, wanted: &str) -> bool {
        let has = |text: &str| self.raw.iter().any(|document| document.to_string().contains(text));
        // A version or a uid may have the digits of a code in it.
        let is_code = wanted.len() == 3 && wanted.bytes().all(|byte| byte.is_ascii_digit());
        match wanted.strip_prefix('!') {
            _ if is_code => self.code.as_str() == wanted,
            Some(unwanted) => self.code.is_success() && !has(unwanted),
            None if wanted.is_empty() => self.code.is_success(),
            None => wanted.split(' ').all(has),
        }
    }

    /// The object in the answer, as it came.
    pub(super) fn object(&self) -> &Value {
        &self.raw[0]
    }

    /// All documents in the answer, as they came: the events of a watch.
    pub(super) fn documents(&self) -> &[Value] {
        &self.raw
    }

    /// A field of the metadata of the object in the answer.
    pub(super) fn metadata(&self, field: &str) -> Option<&str> {
        self.raw.first()?.get("metadata")?.get(field)?.as_str()
    }
}

/// What the field of an owner is called by.
const UID_KEY: &str = r#"k:{"uid":"#;

fn mask(value: &mut Value, namespace: &str) {
    match value {
        Value::Object(fields) => {
            if fields.keys().any(|name| name.starts_with(UID_KEY)) {
                let owners = std::mem::take(fields).into_iter();
                let masked = owners.map(|(name, value)| {
                    if name.starts_with(UID_KEY) { (format!("{UID_KEY}SET"), value) } else { (name, value) }
                });
                *fields = masked.collect();
            }
            forget_unknown_owners(fields);
            // The groups of other tests come and go.
            if let Some(groups) = fields.get_mut("groups").and_then(Value::as_array_mut) {
                groups.retain(|group| group["name"].as_str().is_none_or(is_on_both));
            }
            causes_once(fields);
            for list in ["items", "resources"] {
                if let Some(list) = fields.get_mut(list).and_then(Value::as_array_mut) {
                    put_in_order(list);
                }
            }
            // Each controller puts in its own, when its turn comes.
            if let Some(conditions) = fields.get_mut("conditions").and_then(Value::as_array_mut) {
                conditions.sort_by_key(|condition| condition["type"].to_string());
            }
            for (name, value) in fields.iter_mut() {
                match name.as_str() {
                    "cells" => {
                        mask(value, namespace);
                        value.as_array_mut().into_iter().flatten().for_each(mask_cell);
                    }
                    "description" if !is_of_a_row(value) => set(value),
                    "gitVersion"
                    | "gitCommit"
                    | "buildDate"
                    | "goVersion"
                    | "compiler"
                    | "serverAddress"
                    | "storageVersionHash"
                    | "ca.crt"
                    | "uid"
                    | "resourceVersion"
                    | "token"
                    | "expirationTimestamp"
                    | "jwks_uri" => set(value),
                    "continue" if value != "" => set(value),
                    // Of whom a token has told.
                    "authentication.kubernetes.io/credential-id"
                    | "authentication.kubernetes.io/pod-uid"
                    | "authentication.kubernetes.io/node-uid" => set(value),
                    // Of whom a secret keeps a token, and when it was used.
                    "kubernetes.io/service-account.uid" | "kubernetes.io/legacy-token-last-used" => {
                        set(value)
                    }
                    "error" if value.is_string() => {
                        *value = json!(without_versions(value.as_str().unwrap_or_default(), namespace));
                    }
                    // In what a secret tells of its namespace.
                    "namespace" if *value == BASE64_STANDARD.encode(namespace) => {
                        *value = BASE64_STANDARD.encode("NAMESPACE").into();
                    }
                    // Which address a service is given, and which pods a job has.
                    "nodePort" | "healthCheckNodePort" => set(value),
                    "clusterIP" if value != "None" && value != "" => set(value),
                    "clusterIPs" if value[0] != "None" => set(value),
                    "batch.kubernetes.io/controller-uid" | "controller-uid" => set(value),
                    "lastPhaseTransitionTime"
                    | "creationTimestamp"
                    | "deletionTimestamp"
                    | "lastTransitionTime"
                    | "lastUpdateTime"
                    | "time" => set(value),
                    "warning" if value.is_string() => {
                        *value = json!(without_numbers_of_types(
                            &value.as_str().unwrap_or_default().replace(namespace, "NAMESPACE")
                        ));
                    }
                    "managedFields" => {
                        by_owner(value);
                        mask(value, namespace);
                    }
                    "message" => {
                        let text = without_object(value.as_str().unwrap_or_default());
                        let text = without_parser(&text);
                        let text = without_address(&without_time(&text));
                        let text = without_versions(&text, namespace);
                        *value = json!(in_order(&text))
                    }
                    _ => mask(value, namespace),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| mask(value, namespace)),
        Value::String(text) => *text = without_volume(&text.replace(namespace, "NAMESPACE")),
        _ => {}
    }
}

/// The type of what a policy is for is called by its kind, and by the moment in which it was looked at: the word that a type
/// begins with, where types are told.
fn without_numbers_of_types(warning: &str) -> String {
    let mut parts = warning.split("applied to '");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (types, rest) = part.split_once('\'').unwrap_or((part, ""));
        masked += "applied to '";
        for word in types.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()) {
            let (name, end) =
                word.split_at(word.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric()).len());
            let begins = !masked.ends_with('.') && name.starts_with(|first: char| first.is_ascii_uppercase());
            masked +=
                if begins { name.trim_end_matches(|letter: char| letter.is_ascii_digit()) } else { name };
            masked += end;
        }
        masked += "'";
        masked += rest;
    }
    masked
}

/// The volume with the token of a pod has a name of its own.
fn without_volume(name: &str) -> String {
    const TOKEN: &str = "kube-api-access-";
    let drawn = name.strip_prefix(TOKEN).filter(|drawn| drawn.len() == 5);
    drawn.map_or_else(|| name.to_owned(), |_| format!("{TOKEN}DRAWN"))
}

/// Cells that tell a moment, or how long ago one was.
fn mask_cell(cell: &mut Value) {
    let text = cell.as_str().unwrap_or_default();
    let is_age = text.starts_with(|first: char| first.is_ascii_digit())
        && text.ends_with(['s', 'm', 'h', 'd', 'y'])
        && text.chars().all(|character| character.is_ascii_digit() || "smhdy".contains(character));
    let is_moment = text.len() == 20 && text.ends_with('Z');
    if is_age || is_moment {
        set(cell);
    }
}

/// What a field of the API means the sandbox leaves to its readers; what a definition says it repeats.
fn is_of_a_row(description: &Value) -> bool {
    let text = description.as_str().unwrap_or_default();
    text.starts_with("Row") || text.starts_with("Custom resource definition column")
}

/// Whether a group is built in, or that of these tests; others come and go on the real server.
pub(super) fn is_on_both(group: &str) -> bool {
    let is_of_a_test = group.starts_with("kopf-test-");
    !group.contains('.') || (group.ends_with(".k8s.io") && !is_of_a_test) || group == "differential.kopf.test"
}

/// Causes are told in their order, but for those of a map, which a server goes through in any order, as it does through the
/// fields of custom resources; and each is told once, however often a server has looked: of custom resources and definitions it
/// tells what is wrong with metadata once for each of its three looks at what is changed, of built-in objects what is wrong by
/// rules that are declared once more. The message has the same causes.
fn causes_once(status: &mut Map<String, Value>) {
    const LISTED: &str = " is invalid: [";
    let is_custom =
        |details: &Value| details["group"].as_str().is_some_and(|group| group.ends_with(".kopf.test"));
    // Conflicts are told manager by manager, in any order.
    let is_any =
        status.get("details").is_some_and(is_custom) || status.get("reason") == Some(&json!("Conflict"));
    let details = status.get_mut("details");
    let Some(causes) = details.and_then(|details| details.get_mut("causes")?.as_array_mut()) else { return };
    let mut known = std::collections::HashSet::new();
    causes.retain(|cause| known.insert(cause.to_string()));
    for together in causes.chunk_by_mut(|one, other| is_any || map_of(one) == map_of(other)) {
        together.sort_by_cached_key(Value::to_string);
    }
    if let Some(Value::String(message)) = status.get_mut("message")
        && let Some(at) = message.find(LISTED)
        && !message.starts_with("ListOptions.")
    {
        message.truncate(at + LISTED.len());
    }
}

/// A field without the key of a map in it and what stands behind; of nodes, keys are told as fields are.
fn map_of(cause: &Value) -> &str {
    const OF_NODES: [&str; 2] = ["status.capacity.", "status.allocatable."];
    let field = cause["field"].as_str().unwrap_or_default();
    if let Some(map) = OF_NODES.into_iter().find(|map| field.starts_with(map)) {
        return map;
    }
    let is_key = |at: &usize| !field[at + 1..].starts_with(|first: char| first.is_ascii_digit());
    field.match_indices('[').map(|(at, _)| at).find(is_key).map_or(field, |at| &field[..at])
}

/// Lists whose order and repetitions mean nothing. Of the groups of tests only that of these is the same on both servers.
fn put_in_order(list: &mut Vec<Value>) {
    list.retain(|item| {
        let group = item["metadata"]["name"].as_str().filter(|_| item["versions"].is_array());
        group.is_none_or(is_on_both)
    });
    if list.iter().any(|item| item["metadata"]["resourceVersion"].is_null()) {
        list.sort_by_key(Value::to_string);
        list.dedup();
    }
}

/// Of some built-in kinds it is not compared who owns which fields.
fn forget_unknown_owners(object: &mut Map<String, Value>) {
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    // What is told of the end of a namespace is told by a controller.
    let of_others =
        kind == "Namespace" && object.get("status").is_some_and(|status| !status["conditions"].is_null());
    let unknown = of_others;
    if let Some(Value::Object(metadata)) = object.get_mut("metadata").filter(|_| unknown) {
        metadata.remove("managedFields");
    }
}

/// Entries are listed by the second in which they were made, which depends on how fast a server is.
fn by_owner(entries: &mut Value) {
    let text = |entry: &Value, field: &str| entry[field].as_str().unwrap_or_default().to_owned();
    if let Value::Array(entries) = entries {
        // What runs is told of on a real server alone.
        entries.retain(|entry| {
            let status = &entry["fieldsV1"]["f:status"];
            let told = !status["f:observedGeneration"].is_null() || !status["f:phase"].is_null();
            entry["manager"] != "kube-controller-manager" || !told
        });
        entries.sort_by_cached_key(|entry| {
            ["operation", "manager", "apiVersion", "subresource"].map(|field| text(entry, field))
        });
    }
}

/// Keeps that there is a value, and not which.
fn set(value: &mut Value) {
    if !value.is_null() {
        *value = json!("SET");
    }
}

/// A refused patch is told with all of the object that it made, times and versions included.
fn without_object(text: &str) -> String {
    let Some((before, rest)) = text.split_once("Invalid value: \"{") else { return text.to_owned() };
    let after = rest.rsplit_once("}\": ").map_or(rest, |(_, after)| after);
    format!("{before}Invalid value: OBJECT: {after}")
}

/// When an object was written that a refusal shows.
fn without_time(text: &str) -> String {
    const TIME: &str = r#""time":""#;
    let Some((before, after)) = text.split_once(TIME) else { return text.to_owned() };
    let after = after.split_once('"').map_or("", |(_, after)| after);
    format!("{before}{TIME}SET\"{after}")
}

/// Documents are of different servers, and so are their hashes.
fn without_hash(header: &str) -> String {
    const BEFORE: [&str; 2] = ["etag: ", "?hash="];
    let end = BEFORE.iter().find_map(|words| Some(header.find(words)? + words.len()));
    end.map_or_else(|| header.to_owned(), |end| format!("{}HASH", &header[..end]))
}

/// Which address a service was given that is refused one of another family.
fn without_address(text: &str) -> String {
    const AFTER: &str = "\": expected an IPv6 value as indicated by `ipFamilies";
    let Some((before, after)) = text.split_once(AFTER) else { return text.to_owned() };
    let before = before.rsplit_once('"').map_or(before, |(before, _)| before);
    format!("{before}\"ADDRESS{AFTER}{after}")
}

/// What a parser says of a text that is none is its own.
fn without_parser(text: &str) -> String {
    // An answer of a webhook that is no JSON a server takes for YAML.
    const STUMBLES: [&str; 2] =
        ["failed to call webhook: couldn't get version/kind; json parse error: ", "Syntax error: "];
    let stumble = STUMBLES.iter().find_map(|words| Some(text.find(words)? + words.len()));
    stumble.map_or_else(|| text.to_owned(), |end| text[..end].to_owned())
}

/// Where several things cannot be merged a server tells them in the order of a map, which is any.
fn in_order(text: &str) -> String {
    let Some((before, errors)) = text.split_once(": errors:\n") else { return text.to_owned() };
    let mut errors: Vec<&str> = errors.lines().collect();
    errors.sort_unstable();
    format!("{before}: errors:\n{}", errors.join("\n"))
}

/// Versions of objects, and the moments at which they were written, where a text tells of them.
fn without_versions(text: &str, namespace: &str) -> String {
    // What a version or a moment stands behind.
    const BEFORE: [&str; 12] = [
        "resource version: ",
        "current: ",
        "too old resource version: # (",
        "revision=",
        "ersion in precondition: ",
        "ersion in object meta: ",
        "ersion in the precondition (",
        "ersion in record (",
        r#""resourceVersion\":\""#,
        r#""resourceVersion":""#,
        r#"Timestamp":""#,
        // How long what is sent to etcd is depends on where it is.
        "message larger than max (",
    ];
    let mut text = masked(&text.replace(namespace, "NAMESPACE"), is_uid);
    for words in BEFORE {
        let parts: Vec<&str> = text.split(words).collect();
        let is_of_it = |letter: char| letter.is_ascii_digit() || "-:TZ".contains(letter);
        let rest = parts[1..].iter().map(|part| format!("{words}#{}", part.trim_start_matches(is_of_it)));
        text = parts[0].to_owned() + &rest.collect::<String>();
    }
    without_made_names(&text)
}

/// Types that have no name get another one each time they are looked at.
fn without_made_names(text: &str) -> String {
    const MADE: &str = "selfType";
    let mut parts = text.split(MADE);
    let first = parts.next().unwrap_or_default().to_owned();
    let plain = |part: &str| part.trim_start_matches(|letter: char| letter.is_ascii_digit()).to_owned();
    parts.fold(first, |text, part| format!("{text}{MADE}{}", plain(part)))
}

fn is_uid(word: &str) -> bool {
    word.len() == 36 && word.matches('-').count() == 4
}

/// A text in which words of digits are masked that are as is said.
fn masked(text: &str, is_meant: impl Fn(&str) -> bool) -> String {
    let is_part = |character: char| character.is_ascii_hexdigit() || character == '-';
    let words = text.split_inclusive(|character| !is_part(character)).map(|word| {
        let end = word.trim_start_matches(is_part);
        let number = &word[..word.len() - end.len()];
        if is_meant(number) { format!("#{end}") } else { word.to_owned() }
    });
    words.collect()
}

/// Both answers, line by line, with a mark on the lines that only one has.
pub(super) fn difference(expected: &Answer, found: &Answer) -> String {
    let (expected, found) = (text(expected), text(found));
    let mut difference = String::new();
    for (mark, lines, others) in [("real   ", &expected, &found), ("sandbox", &found, &expected)] {
        for line in lines.iter().filter(|line| !others.contains(line)) {
            writeln!(difference, "   {mark}  {line}").expect("memory takes text");
        }
    }
    difference
}

fn text(answer: &Answer) -> Vec<String> {
    let mut lines = vec![format!("HTTP {} {}", answer.code.as_u16(), answer.media)];
    lines.extend(answer.headers.iter().cloned());
    for document in &answer.masked {
        let mut path = Vec::new();
        flatten(document, &mut path, &mut lines);
    }
    lines
}

/// One line for each leaf, so that a difference has an address.
fn flatten(value: &Value, path: &mut Vec<String>, lines: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) if !fields.is_empty() => {
            fields.iter().map(|(name, value)| (name.clone(), value)).collect()
        }
        Value::Array(values) if !values.is_empty() => {
            values.iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect()
        }
        leaf => {
            lines.push(format!("{}: {leaf}", path.join(".")));
            return;
        }
    };
    for (name, child) in children {
        path.push(name);
        flatten(child, path, lines);
        path.pop();
    }
}
