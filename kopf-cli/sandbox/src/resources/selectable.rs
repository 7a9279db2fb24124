//! Which fields selectors of built-in resources may name: one row for each kind whose group says so in code of its own.
//!
//! Whatever has no row is chosen by its name and its namespace, even where it is in none.

use serde_json::Value;

use super::Resource;
use crate::printed;

/// What a selector may name, and what of an object it means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Label {
    said: &'static str,
    /// Where its value is in an object as it is stored: at the first of these places that has one.
    places: &'static [&'static str],
    /// Its value where no place has one.
    pub(crate) absent: &'static str,
}

/// In which words it is told that a label is none.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    Plain,
    OfJobs,
    OfSlices,
}

struct Row {
    group: &'static str,
    plural: &'static str,
    refusal: Refusal,
    labels: &'static [Label],
}

const fn text(place: &'static [&'static str; 1]) -> Label {
    Label { said: place[0], places: place, absent: "" }
}

const fn count(said: &'static str, places: &'static [&'static str]) -> Label {
    Label { said, places, absent: "0" }
}

const fn flag(place: &'static [&'static str; 1]) -> Label {
    Label { said: place[0], places: place, absent: "false" }
}

const fn renamed(said: &'static str, places: &'static [&'static str]) -> Label {
    Label { said, places, absent: "" }
}

const fn row(group: &'static str, plural: &'static str, labels: &'static [Label]) -> Row {
    Row { group, plural, refusal: Refusal::Plain, labels }
}

const NAME: Label = text(&["metadata.name"]);
const NAMESPACE: Label = text(&["metadata.namespace"]);
const SIGNER: Label = text(&["spec.signerName"]);
const REPLICAS: Label = count("status.replicas", &["status.replicas"]);

/// What all may name that have no row.
const USUAL: [Label; 2] = [NAME, NAMESPACE];

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("", "events", EVENTS),
    row("", "namespaces", &[NAME, text(&["status.phase"])]),
    row("", "nodes", &[NAME, flag(&["spec.unschedulable"])]),
    row("", "pods", PODS),
    row("", "replicationcontrollers", &[NAME, NAMESPACE, REPLICAS]),
    row("", "secrets", &[NAME, NAMESPACE, text(&["type"])]),
    row("", "services", &[NAME, NAMESPACE, text(&["spec.clusterIP"]), text(&["spec.type"])]),
    Row { refusal: Refusal::OfJobs, ..row("batch", "jobs", &[NAME, NAMESPACE, count("status.successful", &["status.succeeded"])]) },
    row("certificates.k8s.io", "certificatesigningrequests", &[NAME, SIGNER]),
    row("certificates.k8s.io", "clustertrustbundles", &[NAME, SIGNER]),
    row("certificates.k8s.io", "podcertificaterequests", &[NAME, SIGNER, text(&["spec.podName"]), text(&["spec.nodeName"])]),
    row("events.k8s.io", "events", NEWER_EVENTS),
    Row { refusal: Refusal::OfSlices, ..row("resource.k8s.io", "resourceslices", SLICES) },
];

const EVENTS: &[Label] = &[
    NAME,
    NAMESPACE,
    text(&["involvedObject.kind"]),
    text(&["involvedObject.namespace"]),
    text(&["involvedObject.name"]),
    text(&["involvedObject.uid"]),
    text(&["involvedObject.apiVersion"]),
    text(&["involvedObject.resourceVersion"]),
    text(&["involvedObject.fieldPath"]),
    text(&["reason"]),
    text(&["reportingComponent"]),
    renamed("source", &["source.component", "reportingComponent"]),
    text(&["type"]),
];

/// Events are stored as the core has them.
const NEWER_EVENTS: &[Label] = &[
    NAME,
    NAMESPACE,
    renamed("regarding.kind", &["involvedObject.kind"]),
    renamed("regarding.namespace", &["involvedObject.namespace"]),
    renamed("regarding.name", &["involvedObject.name"]),
    renamed("regarding.uid", &["involvedObject.uid"]),
    renamed("regarding.apiVersion", &["involvedObject.apiVersion"]),
    renamed("regarding.resourceVersion", &["involvedObject.resourceVersion"]),
    renamed("regarding.fieldPath", &["involvedObject.fieldPath"]),
    text(&["reason"]),
    renamed("reportingController", &["reportingComponent"]),
    text(&["type"]),
];

const PODS: &[Label] = &[
    NAME,
    NAMESPACE,
    text(&["spec.nodeName"]),
    renamed("spec.host", &["spec.nodeName"]),
    text(&["spec.restartPolicy"]),
    text(&["spec.schedulerName"]),
    text(&["spec.serviceAccountName"]),
    flag(&["spec.hostNetwork"]),
    text(&["status.phase"]),
    text(&["status.podIP"]),
    // It may be named, but no pod has it.
    renamed("status.podIPs", &[]),
    text(&["status.nominatedNodeName"]),
];

const SLICES: &[Label] = &[NAME, text(&["spec.nodeName"]), text(&["spec.driver"]), text(&["spec.pool.name"])];

fn row_of(group: &str, plural: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.group == group && row.plural == plural)
}

/// What a selector of a built-in resource means by a label.
///
/// # Errors
///
/// What is said of a label that there is not.
pub(crate) fn label(group: &str, plural: &str, said: &str) -> Result<&'static Label, String> {
    let row = row_of(group, plural);
    let labels = row.map_or(&USUAL[..], |row| row.labels);
    if let Some(label) = labels.iter().find(|label| label.said == said) {
        return Ok(label);
    }
    Err(match row.map(|row| row.refusal) {
        Some(Refusal::Plain) => format!("field label not supported: {said}"),
        Some(Refusal::OfJobs) => format!("field label {} not supported for Job", printed::quoted(said)),
        Some(Refusal::OfSlices) => {
            format!("field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: {said}")
        }
        None => format!(
            "{} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
            printed::quoted(said)
        ),
    })
}

/// The values that selectors of a built-in resource compare, by what [`Label::key`] calls them; less its metadata.
pub(crate) fn values(resource: &Resource, object: &Value) -> Vec<(String, String)> {
    let group = resource.versions.first().map_or("", |version| &version.group);
    let labels = row_of(group, &resource.plural).map_or(&[][..], |row| row.labels);
    let mut values: Vec<(String, String)> = Vec::new();
    for label in labels.iter().filter(|label| !USUAL.contains(label)) {
        let found = label.places.iter().find_map(|place| value_at(object, place));
        if let Some(value) = found.filter(|_| !values.iter().any(|(known, _)| known == label.key())) {
            values.push((label.key().to_owned(), value));
        }
    }
    values
}

/// The text at a place, if there is one that says something.
pub(crate) fn value_at(object: &Value, place: &str) -> Option<String> {
    let found = place.split('.').try_fold(object, |value, field| value.get(field))?;
    let text = match found {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

impl Label {
    /// What its value is kept by.
    pub(crate) fn key(&self) -> &'static str {
        self.places.first().copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resources::Catalog;

    #[test]
    fn each_row_is_of_a_resource_that_there_is() {
        let catalog = Catalog::built_in();
        for row in ROWS {
            assert!(catalog.view(row.group, "v1", row.plural).is_some(), "{}/{}", row.group, row.plural);
        }
    }

    #[test]
    fn an_event_comes_from_its_component_or_else_from_its_reporter() {
        let view = Catalog::built_in().view("", "v1", "events").unwrap();
        let key = label("", "events", "source").unwrap().key();
        let source = |event: Value| {
            let values = values(&view.resource, &event).into_iter();
            values.filter(|(known, _)| known == key).map(|(_, value)| value).collect::<Vec<_>>()
        };
        assert_eq!(source(json!({ "source": { "component": "c" }, "reportingComponent": "r" })), ["c"]);
        assert_eq!(source(json!({ "source": { "component": "" }, "reportingComponent": "r" })), ["r"]);
        assert!(source(json!({})).is_empty());
    }
}
