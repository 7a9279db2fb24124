//! Labels of nodes that have another name by now, wherever nodes are selected.

use super::{Site, Warnings};
use crate::names::label_value_faults;

const OLD: &[(&str, &str)] = &[
    ("beta.kubernetes.io/arch", r#"deprecated since v1.14; use "kubernetes.io/arch" instead"#),
    ("beta.kubernetes.io/os", r#"deprecated since v1.14; use "kubernetes.io/os" instead"#),
    (
        "failure-domain.beta.kubernetes.io/region",
        r#"deprecated since v1.17; use "topology.kubernetes.io/region" instead"#,
    ),
    (
        "failure-domain.beta.kubernetes.io/zone",
        r#"deprecated since v1.17; use "topology.kubernetes.io/zone" instead"#,
    ),
    (
        "beta.kubernetes.io/instance-type",
        r#"deprecated since v1.17; use "node.kubernetes.io/instance-type" instead"#,
    ),
    ("app.kubernetes.io/created-by", "deprecated since v1.9"),
    (
        "scheduler.alpha.kubernetes.io/preferAvoidPods",
        "deprecated since v1.22; use Taints and Tolerations instead",
    ),
    ("node-role.kubernetes.io/master", r#"use "node-role.kubernetes.io/control-plane" instead"#),
];

/// What is said of a label, if it is an old one.
fn said_of(label: &str) -> Option<&'static str> {
    OLD.iter().find(|(old, _)| *old == label).map(|(_, said)| *said)
}

/// Old labels among the keys of a map, told where they are.
pub(super) fn keys(map: &Site<'_>) -> Warnings {
    map.entries().filter_map(|(label, site)| Some(format!("{}: {}", site.place, said_of(label)?))).collect()
}

/// Old labels among the keys of a map, told of the map.
pub(super) fn keys_of_all(map: &Site<'_>) -> Warnings {
    map.entries().filter_map(|(label, _)| Some(format!("{}: {}", map.place, said_of(label)?))).collect()
}

/// An old label as a text.
pub(super) fn key(site: &Site<'_>) -> Option<String> {
    Some(format!("{}: {}", site.place, said_of(site.text())?))
}

/// The same, the label itself told.
pub(super) fn named(site: &Site<'_>) -> Option<String> {
    let label = site.text();
    Some(format!("{}: {label} is {}", site.place, said_of(label)?))
}

/// Old labels in the expressions of a term that selects nodes, and values in them that no label can have.
pub(super) fn term(term: &Site<'_>, with_values: bool) -> Warnings {
    let mut warnings = Vec::new();
    for expression in term.at("matchExpressions").each() {
        warnings.extend(named(&expression.at("key")));
        for value in expression.at("values").each().filter(|_| with_values) {
            let told = |why: String| format!("{}: {} is invalid, {why}", value.place, value.text());
            warnings.extend(label_value_faults(value.text()).into_iter().map(told));
        }
    }
    warnings
}

/// Old labels in a selector.
pub(super) fn selector(selector: &Site<'_>) -> Warnings {
    let mut warnings = term(selector, false);
    let labels = selector.at("matchLabels");
    for (label, _) in labels.entries() {
        warnings.extend(said_of(label).map(|said| format!("{}.{label}: {said}", labels.place)));
    }
    warnings
}
