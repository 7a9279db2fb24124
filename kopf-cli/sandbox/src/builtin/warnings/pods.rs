//! What is warned of in pods and in templates of pods alike.

use std::collections::BTreeSet;

use super::{Site, Warnings, address, containers, labels, not_whole, paths, ports, storage};
use crate::printed::quoted;

/// Annotations that do nothing any more.
const ANNOTATIONS: &[(&str, &str)] = &[
    (
        "scheduler.alpha.kubernetes.io/critical-pod",
        r#"non-functional in v1.16+; use the "priorityClassName" field instead"#,
    ),
    ("security.alpha.kubernetes.io/sysctls", r#"non-functional in v1.11+; use the "sysctls" field instead"#),
    (
        "security.alpha.kubernetes.io/unsafe-sysctls",
        r#"non-functional in v1.11+; use the "sysctls" field instead"#,
    ),
];
const NOTHING_MATCHES: &str = "a null labelSelector results in matching no pod";

/// The warnings of a pod, or of a template, in the order in which a server tells them.
pub(super) fn pod(pod: &Site<'_>, is_template: bool) -> Warnings {
    let spec = pod.at("spec");
    let containers = containers::all(&spec);
    let mut warnings = placed(&spec);
    let annotations = pod.at("metadata.annotations");
    let old = ANNOTATIONS.iter().filter(|(key, _)| annotations.value.get(*key).is_some());
    warnings.extend(old.map(|(key, said)| format!("{}[{key}]: {said}", annotations.place)));
    warnings.extend(spec.at("volumes").each().flat_map(|volume| storage::of_a_pod(&volume)));
    warnings.extend(paths::overlaps(&spec.at("volumes")));
    warnings.extend(twice(&spec.at("hostAliases"), "ip"));
    warnings.extend(twice(&spec.at("imagePullSecrets"), "name"));
    let names = spec.at("imagePullSecrets").each().map(|secret| secret.at("name"));
    warnings.extend(
        names.filter(|name| name.len() == 0).map(|name| format!("{}: invalid empty name \"\"", name.place)),
    );
    for resource in ["memory", "ephemeral-storage"] {
        warnings.extend(not_whole(&spec.at("overhead"), resource));
    }
    warnings.extend(containers::annotated(pod));
    for container in &containers {
        warnings.extend(containers::container(container, pod, is_template));
    }
    warnings.extend(ports::ports(&containers));
    let grace = spec.at("terminationGracePeriodSeconds");
    if grace.number().is_some_and(|seconds| seconds < 0) {
        let why = "must be >= 0; negative values are invalid and will be treated as 1";
        warnings.push(format!("{}: {why}", grace.place));
    }
    for affinity in ["affinity.podAffinity", "affinity.podAntiAffinity"] {
        warnings.extend(beside(&spec.at(affinity)));
    }
    warnings.extend(spec.at("dnsConfig.nameservers").each().flat_map(|server| address(&server)));
    warnings.extend(spec.at("hostAliases").each().flat_map(|alias| address(&alias.at("ip"))));
    warnings
}

/// How nodes are selected.
fn placed(spec: &Site<'_>) -> Warnings {
    let mut warnings = labels::keys(&spec.at("nodeSelector"));
    let nodes = spec.at("affinity.nodeAffinity");
    for term in nodes.at("requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms").each() {
        warnings.extend(labels::term(&term, false));
    }
    for preferred in nodes.at("preferredDuringSchedulingIgnoredDuringExecution").each() {
        warnings.extend(labels::term(&preferred.at("preference"), true));
    }
    for spread in spec.at("topologySpreadConstraints").each() {
        warnings.extend(labels::named(&spread.at("topologyKey")));
        warnings.extend(unselective(&spread));
    }
    warnings
}

/// Which pods are selected to be near, or far from.
fn beside(affinity: &Site<'_>) -> Warnings {
    let required = affinity.at("requiredDuringSchedulingIgnoredDuringExecution");
    let preferred = affinity.at("preferredDuringSchedulingIgnoredDuringExecution");
    let preferred = preferred.each().map(|term| term.at("podAffinityTerm"));
    required.each().chain(preferred).filter_map(|term| unselective(&term)).collect()
}

fn unselective(term: &Site<'_>) -> Option<String> {
    let selector = term.at("labelSelector");
    (!selector.is_given()).then(|| format!("{}: {NOTHING_MATCHES}", selector.place))
}

/// Elements of a list that have a field in common with one before them.
fn twice(list: &Site<'_>, field: &str) -> Warnings {
    let mut known = BTreeSet::new();
    let said = list.each().map(|item| item.at(field));
    let again = said.filter(|said| !known.insert(said.text()));
    again.map(|said| format!("{}: duplicate {field} {}", said.place, quoted(said.text()))).collect()
}
