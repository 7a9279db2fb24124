//! What is wrong with volumes, claims of them, and their classes.

use serde_json::{Map, Value};

use super::placement;
use crate::{
    builtin::{
        checks::{Causes, Check, Rule, SUBDOMAIN, check, label_faults},
        difference,
        site::Site,
        texts,
    },
    names::{key_faults, name_faults},
    printed,
    quantity::Quantity,
    resources::NameRule,
    status::Cause,
};

use Check::{By, OneOf, Required, Selector};

const ACCESS: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const MODES: &[&str] = &["Block", "Filesystem"];
const STORAGE: &str = "must be greater than zero";
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
const OF_VOLUMES: &[Rule] = &[
    ("accessModes", Required("")),
    ("accessModes", By(access)),
    ("capacity", By(capacity)),
    ("persistentVolumeReclaimPolicy", OneOf(&["Delete", "Recycle", "Retain"])),
    ("nodeAffinity", By(affinity)),
];
/// What the metadata of a claim that goes with its pod may have.
const ALLOWED: [&str; 2] = ["annotations", "labels"];
const MOUNTED: &str = "volume.beta.kubernetes.io/mount-options";
/// Kinds of volumes that an annotation may say how to mount.
const MOUNTABLE: [&str; 13] = [
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "glusterfs",
    "nfs",
    "rbd",
    "quobyte",
    "iscsi",
    "cinder",
    "cephfs",
    "azureFile",
    "vsphereVolume",
    "azureDisk",
    "photonPersistentDisk",
];
/// Kinds of volumes, and what is looked at in them.
const VOLUMES: &[(&str, &[Rule])] = &[
    ("hostPath", &[("path", Required("")), ("path", By(|site| site.against(texts::no_way_up(site.text()))))]),
    ("gcePersistentDisk", &[]),
    ("awsElasticBlockStore", &[]),
    ("glusterfs", &[]),
    ("flocker", &[]),
    ("nfs", &[("server", Required("")), ("path", Required(""))]),
    ("rbd", &[]),
    ("quobyte", &[]),
    ("cephfs", &[]),
    ("iscsi", &[]),
    ("cinder", &[]),
    ("fc", &[]),
    ("flexVolume", &[]),
    ("azureFile", &[]),
    ("vsphereVolume", &[]),
    ("photonPersistentDisk", &[]),
    ("portworxVolume", &[]),
    ("azureDisk", &[]),
    ("scaleIO", &[]),
    ("local", &[("path", Required("")), ("path", By(|site| site.against(texts::no_way_up(site.text()))))]),
    ("storageos", &[]),
    ("csi", &[("driver", Required("")), ("volumeHandle", Required(""))]),
];

/// What is wrong with the spec of a claim.
pub(super) fn claim_spec(site: &Site<'_>) -> Causes {
    let mut causes = check(site, OF_CLAIMS);
    let (source, reference) = (site.at("dataSource"), site.at("dataSourceRef"));
    let differs = |field: &str| source.value.get(field) != reference.value.get(field);
    // The server says where it is twice.
    let said = |why: &str| Cause::invalid(&*site.place, &source.place, why);
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
    let mut causes = label_faults(&metadata.at("labels"));
    let others = metadata.value.as_object().into_iter().flatten();
    for (field, _) in others.filter(|(field, said)| !said.is_null() && !ALLOWED.contains(&field.as_str())) {
        // The server makes its name of that of the field in Go.
        let field = if field == "uid" { "uID" } else { field };
        causes.push(metadata.at(field).forbidden("cannot be set"));
    }
    causes.extend(claim_spec(&template.at("spec")));
    causes
}

fn access(list: &Site<'_>) -> Causes {
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
    causes.extend(check(site, &[("apiGroup", SUBDOMAIN)]));
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
    let (mut then, mut now) = (before.clone(), spec.value.clone());
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
    if then != now {
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

fn capacity(site: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    if site.len() == 0 {
        causes.push(site.required(""));
    }
    if site.at("storage").is_given() && site.len() == 1 {
        if !Quantity::of(site.at("storage").value).is_positive() {
            let storage = site.at("storage").moved(format!("{}[storage]", site.place));
            let units = Quantity::of(storage.value).units();
            if units < 0 {
                let why = "must be a valid resource quantity";
                causes.push(Cause::invalid_value(&*storage.place, &units.into(), why));
            }
            causes.push(storage.invalid(STORAGE));
        }
    } else {
        causes.push(Cause::unsupported(&*site.place, &printed::bad_value(site.value), &["storage"]));
    }
    causes
}

fn affinity(site: &Site<'_>) -> Causes {
    let required = site.at("required");
    match (site.is_given(), required.is_given()) {
        (true, true) => placement::node_selector(&required),
        (true, false) => vec![required.required("must specify required node constraints")],
        (false, _) => Vec::new(),
    }
}

/// What is wrong with a volume.
pub(super) fn volume(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let mut causes = check(&spec, OF_VOLUMES);
    let mut known = 0;
    for (kind, rules) in VOLUMES {
        let said = spec.at(kind);
        if !said.is_given() {
            continue;
        }
        if known > 0 {
            causes.push(said.forbidden("may not specify more than 1 volume type"));
        } else {
            causes.extend(check(&said, rules));
            if *kind == "local" && !spec.at("nodeAffinity").is_given() {
                causes.push(spec.at("nodeAffinity").required("Local volume requires node affinity"));
            }
        }
        known += 1;
    }
    if known == 0 {
        causes.push(spec.required("must specify a volume type"));
    }
    let path = spec.at("hostPath.path");
    if path.is("/") && spec.at("persistentVolumeReclaimPolicy").is("Recycle") {
        let why = "may not be 'recycle' for a hostPath mount of '/'";
        causes.push(spec.at("persistentVolumeReclaimPolicy").forbidden(why));
    }
    causes.extend(check(&spec, &[("storageClassName", SUBDOMAIN), ("volumeMode", OneOf(MODES))]));
    let annotations = root.at("metadata.annotations");
    let mountable = MOUNTABLE.iter().any(|kind| spec.at(kind).is_given());
    if annotations.value.get(MOUNTED).is_some() && !mountable {
        let why = "may not specify mount options for this volume type";
        causes.push(Cause::forbidden(format!("{}.{MOUNTED}", annotations.place), why));
    }
    let Some(before) = spec.before else { return causes };
    let only = |spec: &Value| {
        let source = VOLUMES.iter().map(|(kind, _)| ((*kind).to_owned(), spec[*kind].clone()));
        Value::from(source.filter(|(_, said)| !said.is_null()).collect::<Map<_, _>>())
    };
    let (then, now) = (only(before), only(spec.value));
    if then != now {
        let why = "spec.persistentvolumesource is immutable after creation";
        let difference = difference::inside("core.PersistentVolumeSource", before, spec.value);
        let why = format!("{why}\n{difference}");
        causes.push(Cause::forbidden("spec.persistentvolumesource", &why));
    }
    let mode = spec.at("volumeMode").moved("volumeMode".to_owned());
    causes.extend(mode.is_changed().then(|| mode.invalid("field is immutable")));
    causes
}

/// What is wrong with a class of volumes.
pub(super) const CLASS: &[Rule] = &[
    ("provisioner", Required("")),
    ("provisioner", Check::Text(|name| key_faults(&name.to_lowercase()))),
    ("reclaimPolicy", OneOf(&["Delete", "Retain"])),
    ("volumeBindingMode", OneOf(&["Immediate", "WaitForFirstConsumer"])),
    ("provisioner", By(kept)),
    ("parameters", By(kept)),
    ("reclaimPolicy", By(kept)),
    ("volumeBindingMode", By(kept)),
];

/// The server does not tell what it should have become.
fn kept(site: &Site<'_>) -> Causes {
    let cause = || Cause::invalid_value(&*site.place, &Value::Null, "field is immutable");
    site.is_changed().then(cause).into_iter().collect()
}
