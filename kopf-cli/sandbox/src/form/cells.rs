//! Cells of built-in tables that a path alone cannot tell: of workloads, roles, Events and what configures the server.

use jiff::Timestamp;
use serde_json::Value;

use super::{ages, at, items, pick};
use crate::times;

pub(super) fn joined<'a>(parts: impl IntoIterator<Item = &'a str>, between: &str) -> String {
    parts.into_iter().collect::<Vec<_>>().join(between)
}

pub(super) fn or<'a>(text: &'a str, nothing: &'a str) -> &'a str {
    if text.is_empty() { nothing } else { text }
}

/// The first `most` of a list, and how many more there are.
pub(super) fn some_of(list: &[String], most: usize, separator: &str, nothing: &str) -> Value {
    let shown = list.iter().take(most).cloned().collect::<Vec<_>>().join(separator);
    let more = list.len().saturating_sub(most);
    let text = if more > 0 { format!("{shown} + {more} more...") } else { shown };
    or(&text, nothing).into()
}

/// The statuses of all conditions of a kind: there may be several.
pub(super) fn conditions<'a>(object: &'a Value, kind: &str) -> impl DoubleEndedIterator<Item = &'a str> {
    let conditions = items(object, "status.conditions").iter();
    conditions.filter(move |condition| condition["type"] == kind).map(|condition| pick(condition, "status"))
}

/// Whether a condition is there, and its status: the first one's, where there are several.
pub(super) fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a str> {
    conditions(object, kind).next()
}

pub(super) fn going(object: &Value) -> bool {
    at(object, "metadata.deletionTimestamp").is_string()
}

/// A map as a selector would have it: `a=b,c=d`.
pub(super) fn labels(map: &Value) -> String {
    let mut pairs: Vec<String> = map
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    pairs.sort();
    or(&pairs.join(","), "<none>").to_owned()
}

/// A label selector in words; empty where it selects everything or nothing.
pub(super) fn selector(selector: &Value) -> String {
    let mut parts: Vec<(String, String)> = selector["matchLabels"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), format!("{key}={}", value.as_str().unwrap_or_default())))
        .collect();
    for expression in items(selector, "matchExpressions") {
        let key = pick(expression, "key");
        let mut values: Vec<&str> = items(expression, "values").iter().filter_map(Value::as_str).collect();
        values.sort_unstable();
        let values = values.join(",");
        let said = match pick(expression, "operator") {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.to_owned(),
            _ => format!("!{key}"),
        };
        parts.push((key.to_owned(), said));
    }
    parts.sort_by(|(left, _), (right, _)| left.cmp(right));
    joined(parts.iter().map(|(_, said)| said.as_str()), ",")
}

pub(super) fn plain_selector(object: &Value, _: Timestamp) -> Value {
    selector(at(object, "spec.selector")).into()
}

pub(super) fn suspended(object: &Value, _: Timestamp) -> Value {
    match at(object, "spec.suspend") {
        Value::Bool(true) => "True",
        Value::Bool(false) => "False",
        _ => "<unset>",
    }
    .into()
}

// Roles and their bindings.

pub(super) fn role(object: &Value, _: Timestamp) -> Value {
    format!("{}/{}", pick(object, "roleRef.kind"), pick(object, "roleRef.name")).into()
}

fn subjects(object: &Value, kind: &str) -> Value {
    let subjects = items(object, "subjects").iter().filter(|subject| subject["kind"] == kind);
    let names: Vec<String> = subjects
        .map(|subject| match kind {
            "ServiceAccount" => format!("{}/{}", pick(subject, "namespace"), pick(subject, "name")),
            _ => pick(subject, "name").to_owned(),
        })
        .collect();
    names.join(", ").into()
}

pub(super) fn users(object: &Value, _: Timestamp) -> Value {
    subjects(object, "User")
}

pub(super) fn groups(object: &Value, _: Timestamp) -> Value {
    subjects(object, "Group")
}

pub(super) fn accounts(object: &Value, _: Timestamp) -> Value {
    subjects(object, "ServiceAccount")
}

// Workloads.

pub(super) fn controller(object: &Value, _: Timestamp) -> Value {
    let owners = items(object, "metadata.ownerReferences");
    let Some(owner) = owners.iter().find(|owner| owner["controller"] == true) else { return "<none>".into() };
    let group = match pick(owner, "apiVersion").rsplit_once('/') {
        Some((group, _)) if !group.is_empty() => format!(".{group}"),
        _ => String::new(),
    };
    let kind = format!("{}{group}", pick(owner, "kind")).to_lowercase();
    format!("{kind}/{}", pick(owner, "name")).into()
}

pub(super) fn job_status(object: &Value, _: Timestamp) -> Value {
    let is = |kind: &str| condition(object, kind) == Some("True");
    match () {
        () if is("Complete") => "Complete",
        () if is("Failed") => "Failed",
        () if going(object) => "Terminating",
        () if is("Suspended") => "Suspended",
        () if is("FailureTarget") => "FailureTarget",
        () if is("SuccessCriteriaMet") => "SuccessCriteriaMet",
        () => "Running",
    }
    .into()
}

pub(super) fn completions(object: &Value, _: Timestamp) -> Value {
    let succeeded = at(object, "status.succeeded").as_i64().unwrap_or_default();
    let parallelism = at(object, "spec.parallelism").as_i64().unwrap_or_default();
    match at(object, "spec.completions").as_i64() {
        Some(wanted) => format!("{succeeded}/{wanted}"),
        None if parallelism > 1 => format!("{succeeded}/1 of {parallelism}"),
        None => format!("{succeeded}/1"),
    }
    .into()
}

pub(super) fn job_duration(object: &Value, now: Timestamp) -> Value {
    let moment = |path: &str| times::shown(pick(object, path));
    let Some(start) = moment("status.startTime") else { return "".into() };
    ages::between(start, moment("status.completionTime").unwrap_or(now)).into()
}

/// How many replicas a scale wants; of a custom resource it does not say so of none.
pub(super) fn wanted(object: &Value, _: Timestamp) -> Value {
    at(object, "spec.replicas").as_i64().filter(|wanted| *wanted != 0).into()
}

pub(super) fn scale_target(object: &Value, _: Timestamp) -> Value {
    format!("{}/{}", pick(object, "spec.scaleTargetRef.kind"), pick(object, "spec.scaleTargetRef.name"))
        .into()
}

pub(super) fn metrics(object: &Value, _: Timestamp) -> Value {
    let current = items(object, "status.currentMetrics");
    let said: Vec<String> = items(object, "spec.metrics")
        .iter()
        .enumerate()
        .map(|(index, metric)| {
            let kind = pick(metric, "type");
            let Some(source) = ["external", "pods", "object", "resource", "containerResource"]
                .into_iter()
                .find(|source| source.eq_ignore_ascii_case(kind))
            else {
                return "<unknown type>".to_owned();
            };
            let target = at(&metric[source], "target");
            let found = current.get(index).map(|now| &now[source]).filter(|found| found.is_object());
            let now = |field: &str| found.map_or(&Value::Null, |found| &found["current"][field]);
            let said = |value: &Value| shown(value).unwrap_or_else(|| "<unknown>".to_owned());
            // Go has a word of its own for an amount that is missing in what is there.
            let nothing = if found.is_some() { "<nil>" } else { "<unknown>" };
            let shown = |value: &Value| shown(value).unwrap_or_else(|| nothing.to_owned());
            let percent = |value: &Value| value.as_i64().map(|value| format!("{value}%"));
            let average = &target["averageValue"];
            match source {
                "resource" | "containerResource" => {
                    let name = pick(&metric[source], "name");
                    if average.is_null() {
                        let aim =
                            percent(&target["averageUtilization"]).unwrap_or_else(|| "<auto>".to_owned());
                        let now =
                            percent(now("averageUtilization")).unwrap_or_else(|| "<unknown>".to_owned());
                        format!("{name}: {now}/{aim}")
                    } else {
                        format!("{name}: {}/{}", shown(now("averageValue")), shown(average))
                    }
                }
                "pods" => format!("{}/{}", shown(now("averageValue")), shown(average)),
                _ if average.is_null() => format!("{}/{}", shown(now("value")), shown(&target["value"])),
                _ => format!("{}/{} (avg)", said(now("averageValue")), shown(average)),
            }
        })
        .collect();
    some_of(&said, 2, ", ", "<none>")
}

/// A scalar as text; none where there is nothing.
pub(super) fn shown(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

pub(super) fn quota(object: &Value, limits: bool) -> Value {
    let hard = at(object, "status.hard").as_object();
    let mut said: Vec<String> = hard
        .into_iter()
        .flatten()
        .filter(|(name, _)| name.starts_with("limits.") == limits)
        .map(|(name, hard)| {
            let used = shown(&object["status"]["used"][name]).unwrap_or_else(|| "0".to_owned());
            format!("{name}: {used}/{}", shown(hard).unwrap_or_default())
        })
        .collect();
    said.sort();
    said.join(", ").into()
}

// Events. An Event that is a series, or that tells its time, has its moments elsewhere.

pub(super) fn first_seen(object: &Value, now: Timestamp) -> Value {
    let said = or(pick(object, "firstTimestamp"), pick(object, "eventTime"));
    ages::since(said, now).into()
}

pub(super) fn last_seen(object: &Value, now: Timestamp) -> Value {
    if object["series"].is_object() {
        return ages::since(pick(object, "series.lastObservedTime"), now).into();
    }
    match pick(object, "lastTimestamp") {
        "" => first_seen(object, now),
        said => ages::since(said, now).into(),
    }
}

pub(super) fn event_count(object: &Value, _: Timestamp) -> Value {
    let series = &object["series"];
    let count = if series.is_object() { &series["count"] } else { &object["count"] };
    match (count.as_i64().unwrap_or_default(), series.is_object()) {
        (0, false) => 1.into(),
        (count, _) => count.into(),
    }
}

pub(super) fn involved(object: &Value, _: Timestamp) -> Value {
    let kind = pick(object, "involvedObject.kind").to_lowercase();
    match pick(object, "involvedObject.name") {
        "" => kind,
        name => format!("{kind}/{name}"),
    }
    .into()
}

pub(super) fn event_source(object: &Value, _: Timestamp) -> Value {
    let component = or(pick(object, "source.component"), pick(object, "reportingComponent"));
    let instance = or(pick(object, "source.host"), pick(object, "reportingInstance"));
    if instance.is_empty() { component.into() } else { format!("{component}, {instance}").into() }
}

pub(super) fn event_message(object: &Value, _: Timestamp) -> Value {
    pick(object, "message").trim().into()
}

// What configures the server.

pub(super) fn served(object: &Value, _: Timestamp) -> Value {
    let versions = items(object, "spec.versions").iter().filter(|version| version["served"] == true);
    let mut versions: Vec<String> = versions
        .map(|version| {
            let mark = if version["storage"] == true { "(storage)" } else { "" };
            format!("{}{mark}", pick(version, "name"))
        })
        .collect();
    versions.sort();
    versions.join(",").into()
}

pub(super) fn short_names(object: &Value, _: Timestamp) -> Value {
    joined(items(object, "spec.names.shortNames").iter().filter_map(Value::as_str), ",").into()
}

pub(super) fn established(object: &Value, _: Timestamp) -> Value {
    conditions(object, "Established").any(|status| status == "True").into()
}

pub(super) fn available(object: &Value, _: Timestamp) -> Value {
    let conditions = at(object, "status.conditions").as_array().into_iter().flatten();
    let Some(found) = conditions.into_iter().find(|condition| condition["type"] == "Available") else {
        return "Unknown".into();
    };
    match (pick(found, "status"), pick(found, "reason")) {
        (status, reason) if status != "True" && !reason.is_empty() => format!("{status} ({reason})").into(),
        (status, _) => status.into(),
    }
}

pub(super) fn param_kind(object: &Value, _: Timestamp) -> Value {
    let kind = at(object, "spec.paramKind");
    if kind.is_object() {
        format!("{}/{}", pick(kind, "apiVersion"), pick(kind, "kind")).into()
    } else {
        "<unset>".into()
    }
}

pub(super) fn param_ref(object: &Value, _: Timestamp) -> Value {
    let wanted = at(object, "spec.paramRef");
    match (pick(wanted, "name"), pick(wanted, "namespace")) {
        ("", _) if wanted["selector"].is_object() => selector_in_go(&wanted["selector"]).into(),
        ("", _) => "<unset>".into(),
        (name, "") => format!("*/{name}").into(),
        (name, namespace) => format!("{namespace}/{name}").into(),
    }
}

/// A label selector as Go prints the type.
fn selector_in_go(selector: &Value) -> String {
    let labels = selector["matchLabels"].as_object().into_iter().flatten();
    let mut labels: Vec<String> =
        labels.map(|(key, value)| format!("{key}: {},", value.as_str().unwrap_or_default())).collect();
    labels.sort_unstable();
    let expressions = items(selector, "matchExpressions").iter().map(|expression| {
        let values = items(expression, "values").iter().filter_map(Value::as_str);
        let (key, operator) = (pick(expression, "key"), pick(expression, "operator"));
        format!(
            "LabelSelectorRequirement{{Key:{key},Operator:{operator},Values:[{}],}},",
            joined(values, " ")
        )
    });
    format!(
        "&LabelSelector{{MatchLabels:map[string]string{{{}}},MatchExpressions:[]LabelSelectorRequirement{{{}}},}}",
        labels.concat(),
        expressions.collect::<String>()
    )
}

pub(super) fn dangling(object: &Value, _: Timestamp) -> Value {
    condition(object, "Dangling").unwrap_or("?").into()
}

pub(super) fn limited(object: &Value, path: &str) -> Value {
    match at(at(object, "spec.limited"), path) {
        Value::Null => "<none>".into(),
        number => number.clone(),
    }
}

pub(super) fn certificate(object: &Value, _: Timestamp) -> Value {
    let is = |kind: &str| condition(object, kind).is_some();
    let mut said = match () {
        () if is("Denied") => "Denied",
        () if is("Approved") => "Approved",
        () => "Pending",
    }
    .to_owned();
    if is("Failed") {
        said.push_str(",Failed");
    }
    if !pick(object, "status.certificate").is_empty() {
        said.push_str(",Issued");
    }
    said.into()
}

pub(super) fn requested_duration(object: &Value, _: Timestamp) -> Value {
    match at(object, "spec.expirationSeconds").as_i64() {
        Some(seconds) => ages::human(seconds).into(),
        None => "<none>".into(),
    }
}

pub(super) fn device_claim(object: &Value, _: Timestamp) -> Value {
    let allocated = at(object, "status.allocation").is_object();
    let reserved = allocated && !items(object, "status.reservedFor").is_empty();
    let states = [
        (going(object), "deleted"),
        (!allocated && !going(object), "pending"),
        (allocated, "allocated"),
        (reserved, "reserved"),
    ];
    joined(states.into_iter().filter(|(is, _)| *is).map(|(_, word)| word), ",").into()
}
