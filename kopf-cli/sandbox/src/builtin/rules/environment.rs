//! What is wrong with the variables of a container, and with what they are taken from.

use crate::{
    builtin::{
        checks::{Causes, Check, LABEL, Rule, SUBDOMAIN, check},
        site::Site,
        texts,
    },
    names::{key_faults, name_faults},
    resources::NameRule,
    status::Cause,
};

use Check::{By, Required, Text};

/// What of a pod a variable can be.
const OF_PODS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
/// What of a pod a file can be.
const OF_PODS_IN_FILES: &[&str] =
    &["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
/// What of a container's resources can be told.
const OF_RESOURCES: &[&str] = &[
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];
const LARGE_PAGES: [&str; 2] = ["limits.hugepages-", "requests.hugepages-"];
/// What else of a pod has a name, if not for these.
const OF_PODS_ALONE: [&str; 4] = ["spec.restartPolicy", "spec.schedulerName", "status.phase", "spec.host"];
/// The fields of pods of which one entry can be told.
const LABELS: [&str; 2] = ["metadata.annotations", "metadata.labels"];
const OF_A_FILE: &[Rule] = &[
    ("key", Required("")),
    ("key", Text(texts::variable)),
    ("volumeName", Required("")),
    ("volumeName", LABEL),
    ("path", Required("")),
    ("path", Text(texts::no_way_up)),
];
const SOURCES: [&str; 5] = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
const OF_A_KEY: &[Rule] = &[("name", By(name)), ("key", Required("")), ("key", Text(texts::config_key))];

fn name(site: &Site<'_>) -> Causes {
    site.against(name_faults(site.text(), NameRule::Subdomain))
}

/// What is wrong with a variable.
pub(super) fn variable(site: &Site<'_>) -> Causes {
    let mut causes = check(site, &[("name", Required("")), ("name", Text(texts::variable))]);
    let from = site.at("valueFrom");
    if !from.is_given() {
        return causes;
    }
    let said: Vec<_> =
        SOURCES.iter().map(|field| (field, from.at(field))).filter(|(_, site)| site.is_given()).collect();
    for (field, source) in &said {
        causes.extend(match **field {
            "fieldRef" => field_faults(source, OF_PODS),
            "resourceFieldRef" => resource_faults(source, false),
            "fileKeyRef" => check(source, OF_A_FILE),
            _ => check(source, OF_A_KEY),
        });
    }
    let why = match said.len() {
        0 => {
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        }
        _ if site.at("value").len() > 0 => "may not be specified when `value` is not empty",
        1 => return causes,
        _ => "may not have more than one field specified at a time",
    };
    causes.push(Cause::invalid(from.place, "", why));
    causes
}

/// What is wrong with where all variables of an object are taken from.
pub(super) fn sources(list: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    for source in list.each() {
        causes.extend(check(&source, &[("prefix", Text(texts::variable))]));
        let said = ["configMapRef", "secretRef"].map(|field| source.at(field));
        let said: Vec<_> = said.iter().filter(|site| site.is_given()).collect();
        for from in &said {
            causes.extend(check(from, &[("name", Required("")), ("name", SUBDOMAIN)]));
        }
        let why = match said.len() {
            0 => "must specify one of: `configMapRef` or `secretRef`",
            1 => continue,
            _ => "may not have more than one field specified at a time",
        };
        causes.push(Cause::invalid(&*list.place, "", why));
    }
    causes
}

/// What is wrong with what a file of a volume tells of its pod.
pub(super) fn file(site: &Site<'_>) -> Causes {
    let (field, resource) = (site.at("fieldRef"), site.at("resourceFieldRef"));
    let mut causes = Vec::new();
    match (field.is_given(), resource.is_given()) {
        (true, both) => {
            causes.extend(field_faults(&field, OF_PODS_IN_FILES));
            let why = "fieldRef and resourceFieldRef can not be specified simultaneously";
            causes.extend(both.then(|| Cause::invalid(&*site.place, "resource", why)));
        }
        (false, true) => causes.extend(resource_faults(&resource, true)),
        (false, false) => causes.push(site.required("one of fieldRef and resourceFieldRef is required")),
    }
    causes
}

fn field_faults(site: &Site<'_>, known: &[&str]) -> Causes {
    let (version, path) = (site.at("apiVersion"), site.at("fieldPath"));
    if version.len() == 0 {
        return vec![version.required("")];
    }
    if path.len() == 0 {
        return vec![path.required("")];
    }
    let said = path.text();
    let convertible =
        |field: &str| OF_PODS.contains(&field) || LABELS.contains(&field) || OF_PODS_ALONE.contains(&field);
    if !version.is("v1") {
        let why = format!("error converting fieldPath: unsupported pod version: {}", version.text());
        return vec![path.invalid(&why)];
    }
    if let Some((field, key)) = said.strip_suffix("']").and_then(|said| said.split_once("['")) {
        let key = if field == LABELS[0] { key.to_lowercase() } else { key.to_owned() };
        if LABELS.contains(&field) {
            return key_faults(&key).iter().map(|why| Cause::invalid(&*site.place, &key, why)).collect();
        }
        let why = format!("error converting fieldPath: field label does not support subscript: {said}");
        return vec![path.invalid(&why)];
    }
    if !convertible(said) {
        return vec![path.invalid(&format!("error converting fieldPath: field label not supported: {said}"))];
    }
    let of_old = said == "spec.host" && known.contains(&"spec.nodeName");
    if of_old || known.contains(&said) { Vec::new() } else { vec![path.unsupported_text(known)] }
}

fn resource_faults(site: &Site<'_>, in_a_file: bool) -> Causes {
    let (container, resource) = (site.at("containerName"), site.at("resource"));
    let is_known = OF_RESOURCES.contains(&resource.text())
        || LARGE_PAGES.iter().any(|prefix| resource.text().starts_with(prefix));
    let mut causes = match () {
        () if in_a_file && container.len() == 0 => vec![container.required("")],
        () if resource.len() == 0 => vec![resource.required("")],
        () if !is_known => vec![resource.unsupported_text(OF_RESOURCES)],
        () => Vec::new(),
    };
    let divisor = site.at("divisor");
    let of_bytes = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];
    let said = divisor.text();
    if said.is_empty() || said == "0" {
        return causes;
    }
    let many = of_bytes.join(", ");
    let (fine, values, what) = match resource.text().split_once('.').map_or("", |(_, what)| what) {
        "cpu" => (["1m", "1"].contains(&said), "1m and 1".to_owned(), "cpu"),
        "memory" => (of_bytes.contains(&said), many, "memory"),
        "ephemeral-storage" => (of_bytes.contains(&said), many, "local ephemeral storage"),
        what if what.starts_with("hugepages-") => (of_bytes.contains(&said), many, "hugepages"),
        _ => return causes,
    };
    if !fine {
        let why = format!("only divisor's values {values} are supported with the {what} resource");
        causes.push(Cause::invalid(divisor.place, resource.text(), &why));
    }
    causes
}
