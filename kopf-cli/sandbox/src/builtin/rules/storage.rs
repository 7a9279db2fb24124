//! What is wrong with volumes, claims of them, and their classes.

use serde_json::{Value, json};

use crate::{
    builtin::{
        checks::{Causes, Check, Rule, SUBDOMAIN, annotation_faults, check, label_faults},
        difference,
        site::Site,
    },
    names::name_faults,
    quantity::Quantity,
    resources::NameRule,
    status::Cause,
};

use Check::{By, OneOf, Required, Selector};

const ACCESS: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
pub(super) const MODES: &[&str] = &["Block", "Filesystem"];
pub(super) const STORAGE: &str = "must be greater than zero";
const OF_CLAIMS: &[Rule] = &[
    ("accessModes", Required("at least 1 access mode is required")),
    ("selector", Selector),
    ("accessModes", By(access)),
    ("resources", By(size)),
    ("storageClassName", SUBDOMAIN),
    ("volumeMode", OneOf(MODES)),
    ("dataSource", By(source)),
    ("dataSourceRef", By(source)),
    ("volumeAttributesClassName", SUBDOMAIN),
];
/// What the metadata of a claim that goes with its pod may have.
const ALLOWED: [&str; 2] = ["annotations", "labels"];

/// What is wrong with the spec of a claim.
pub(super) fn claim_spec(site: &Site<'_>) -> Causes {
    let mut causes = check(site, OF_CLAIMS);
    let (source, reference) = (site.at("dataSource"), site.at("dataSourceRef"));
    // Groups that were taken when nobody looked may stay.
    let had = |field: &str| site.before.is_some_and(|before| !before[field]["apiGroup"].is_null());
    if !had("dataSource") && !had("dataSourceRef") {
        causes.extend(
            [&source, &reference].into_iter().flat_map(|from| check(from, &[("apiGroup", SUBDOMAIN)])),
        );
    }
    let differs = |field: &str| source.value.get(field) != reference.value.get(field);
    // The server tells of a place where it means a value, and of a place it tells nothing.
    let said = |why: &str| Cause::invalid_value(&*site.place, &json!({}), why);
    if source.is_given() && reference.at("namespace").len() > 0 {
        causes.push(said("may not be specified when dataSourceRef.namespace is specified"));
    } else if source.is_given()
        && reference.is_given()
        && ["apiGroup", "kind", "name"].into_iter().any(differs)
    {
        causes.push(said("must match dataSourceRef"));
    }
    causes
}

/// What is wrong with a volume that lives as long as its pod.
pub(super) fn ephemeral(site: &Site<'_>) -> Causes {
    let template = site.at("volumeClaimTemplate");
    if !template.is_given() {
        return vec![template.required("")];
    }
    let metadata = template.at("metadata");
    let mut causes = annotation_faults(&metadata.at("annotations"));
    causes.extend(label_faults(&metadata.at("labels")));
    let others = metadata.value.as_object().into_iter().flatten();
    for (field, _) in others.filter(|(field, said)| !said.is_null() && !ALLOWED.contains(&field.as_str())) {
        // The server makes its name of that of the field in Go.
        let field = if field == "uid" { "uID" } else { field };
        causes.push(metadata.at(field).forbidden("cannot be set"));
    }
    causes.extend(claim_spec(&template.at("spec")));
    causes
}

pub(super) fn access(list: &Site<'_>) -> Causes {
    let mut causes: Causes = Vec::new();
    for mode in list.each().filter(|mode| !ACCESS.contains(&mode.text())) {
        causes.push(mode.moved(list.place.clone()).unsupported(ACCESS));
    }
    let is_single = |mode: &Site<'_>| mode.is("ReadWriteOncePod");
    let known = || list.each().filter(|mode| ACCESS.contains(&mode.text()));
    if known().any(|mode| is_single(&mode)) && known().any(|mode| !is_single(&mode)) {
        causes.push(list.forbidden("may not use ReadWriteOncePod with other access modes"));
    }
    causes
}

fn size(site: &Site<'_>) -> Causes {
    let storage = site.at("requests.storage").moved(format!("{}[storage]", site.place));
    if !storage.is_given() {
        return vec![storage.required("")];
    }
    if Quantity::of(storage.value).is_positive() { Vec::new() } else { vec![storage.invalid(STORAGE)] }
}

fn source(site: &Site<'_>) -> Causes {
    if !site.is_given() {
        return Vec::new();
    }
    let mut causes = check(site, &[("name", Required("")), ("kind", Required(""))]);
    let (group, kind) = (site.at("apiGroup"), site.at("kind"));
    if group.len() == 0 && !kind.is("PersistentVolumeClaim") {
        let why = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
        causes.push(Cause::invalid(&*site.place, kind.text(), why));
    }
    let home = site.at("namespace");
    if home.len() > 0 {
        causes.extend(home.against(name_faults(home.text(), NameRule::Label)));
    }
    causes
}

/// What is wrong with a claim.
pub(super) fn claim(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let mut causes = claim_spec(&spec);
    let Some(before) = spec.before else { return causes };
    let bound = root.value["status"]["phase"] == "Bound";
    let settle = |(mut then, mut now): (Value, Value)| {
        // A volume is given once.
        if before["volumeName"].is_null() {
            copy(&now, "volumeName", &mut then);
        }
        // A class may be given later to what has none.
        if before["storageClassName"].is_null() {
            copy(before, "storageClassName", &mut now);
        }
        if bound {
            if let Some(requests) = now.pointer_mut("/resources/requests") {
                copy(&before["resources"]["requests"], "storage", requests);
            }
            copy(before, "volumeAttributesClassName", &mut now);
        }
        (then, now)
    };
    let (then, now) = settle((before.clone(), spec.value.clone()));
    if then != now {
        let (then, now) = settle(spec.as_sent(before));
        let why = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
        let difference = difference::inside("core.PersistentVolumeClaimSpec", &then, &now);
        causes.push(spec.forbidden(&format!("{why}\n{difference}")));
    }
    let storage = spec.at("resources.requests.storage");
    let (then, now) = (Quantity::of(storage.before.unwrap_or(&Value::Null)), Quantity::of(storage.value));
    if now < then && now <= Quantity::of(&root.value["status"]["capacity"]["storage"]) {
        causes.push(storage.forbidden("field can not be less than status.capacity"));
    }
    let mode = spec.at("volumeMode").moved("volumeMode".to_owned());
    causes.extend(mode.is_changed().then(|| mode.invalid("field is immutable")));
    causes
}

/// Makes a field what it is elsewhere, be it missing.
pub(super) fn copy(from: &Value, field: &str, to: &mut Value) {
    let Value::Object(fields) = to else { return };
    match from.get(field) {
        Some(value) => fields.insert(field.to_owned(), value.clone()),
        None => fields.shift_remove(field),
    };
}
