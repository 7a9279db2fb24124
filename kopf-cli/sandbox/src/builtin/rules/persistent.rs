//! What is wrong with volumes that are there by themselves.

use serde_json::{Map, Value, json};

use super::{
    placement,
    sources::{self, LONGEST_PORTAL, SECRET, TOO_LONG_A_PORTAL},
    storage::{MODES, STORAGE, access, copy},
    volumes::{as_another, as_the_one},
};
use crate::{
    builtin::{
        checks::{Causes, Check, LABEL, Rule, SUBDOMAIN, check},
        difference,
        site::Site,
        texts,
    },
    printed,
    quantity::Quantity,
    status::Cause,
    tables,
};

use Check::{By, OneOf, Required};

const OF_VOLUMES: &[Rule] = &[
    ("accessModes", Required("")),
    ("accessModes", By(access)),
    ("capacity", By(capacity)),
    ("persistentVolumeReclaimPolicy", OneOf(&["Delete", "Recycle", "Retain"])),
    ("nodeAffinity", By(affinity)),
];
const EXPANDED: &str = "/csi/controllerExpandSecretRef";
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
/// Labels of nodes, and what they are called now.
const RENAMED: [(&str, &str); 5] = [
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("beta.kubernetes.io/os", "kubernetes.io/os"),
    ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
    ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"),
];
/// Kinds of volumes in the order in which they are told, and what they need.
const VOLUMES: &[(&str, &[Rule])] = &[
    ("hostPath", sources::HOST_PATH),
    ("gcePersistentDisk", sources::GCE),
    ("awsElasticBlockStore", sources::AWS),
    ("glusterfs", &[("", By(|site| check(site, sources::GLUSTER))), ("endpointsNamespace", By(endpoints))]),
    ("flocker", sources::FLOCKER),
    ("nfs", sources::NFS),
    ("rbd", sources::RBD),
    ("quobyte", sources::QUOBYTE),
    ("cephfs", sources::CEPH),
    ("iscsi", &[("targetPortal", Required(""))]),
    ("cinder", &[("volumeID", Required("")), ("secretRef", By(secret))]),
    ("fc", sources::FC),
    ("flexVolume", sources::FLEX),
    ("azureFile", &[("", By(|site| check(site, sources::AZURE_FILE))), ("secretNamespace", By(home))]),
    ("vsphereVolume", sources::VSPHERE),
    ("photonPersistentDisk", sources::PHOTON),
    ("portworxVolume", sources::PORTWORX),
    ("azureDisk", sources::AZURE_DISK),
    ("scaleIO", sources::SCALE_IO),
    ("local", &[("path", Required("")), ("path", Check::Text(texts::no_way_up))]),
    (
        "storageos",
        &[("", By(|site| check(site, sources::STORAGE_OS))), ("secretRef.namespace", Required(""))],
    ),
    (
        "csi",
        &[
            ("driver", By(sources::driver)),
            ("volumeHandle", Required("")),
            ("controllerPublishSecretRef", By(|site| check(site, SECRET))),
            ("controllerExpandSecretRef", By(|site| check(site, SECRET))),
            ("nodePublishSecretRef", By(|site| check(site, SECRET))),
            ("nodeExpandSecretRef", By(|site| check(site, SECRET))),
        ],
    ),
];

fn endpoints(site: &Site<'_>) -> Causes {
    const EMPTY: &str = "if the endpointnamespace is set, it must be a valid namespace name";
    if site.is("") {
        return vec![site.invalid(EMPTY)];
    }
    check(site, &[("", LABEL)])
}

/// What is said of a secret has its name and its namespace.
fn secret(site: &Site<'_>) -> Causes {
    check(site, &[("name", Required("")), ("namespace", Required(""))])
}

fn home(site: &Site<'_>) -> Causes {
    if site.is("") { vec![site.required("")] } else { Vec::new() }
}

/// What is wrong with a disk behind a network, beside its not being told where it is.
fn iscsi(disk: &Site<'_>, name: &str) -> Causes {
    const UNKNOWN: &str = "must be valid format";
    let mut causes = Vec::new();
    let portal = disk.at("targetPortal");
    if disk.at("initiatorName").is_given() && name.len() + 1 + portal.len() > LONGEST_PORTAL {
        let place = format!("{}.targetportal", disk.place);
        causes.push(Cause::invalid(place, portal.text(), TOO_LONG_A_PORTAL));
    }
    causes.extend(sources::iscsi(disk, UNKNOWN));
    causes.extend(check(disk, &[("secretRef.name", Required(""))]));
    causes.extend(sources::initiator(disk, UNKNOWN));
    causes
}

fn capacity(site: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    if site.len() == 0 {
        causes.push(site.required(""));
    }
    if site.len() != 1 || !site.at("storage").is_given() {
        let mut said = site.value.clone();
        said.sort_all_objects();
        causes.push(Cause::unsupported(&*site.place, &printed::bad_value(&said), &["storage"]));
    }
    for (_, amount) in site.entries() {
        let units = Quantity::of(amount.value).units();
        if units < 0 {
            let why = "must be a valid resource quantity";
            causes.push(Cause::invalid_value(&*amount.place, &units.into(), why));
        }
        if !Quantity::of(amount.value).is_positive() {
            causes.push(amount.invalid(STORAGE));
        }
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

/// Whether a path leads to the root, maybe by way of others.
fn is_root(path: &str) -> bool {
    let step = |depth: usize, name| match name {
        "" | "." => depth,
        ".." => depth.saturating_sub(1),
        _ => depth + 1,
    };
    path.starts_with('/') && path.split('/').fold(0, step) == 0
}

/// What is wrong with the class by which a volume can be altered.
fn altered(spec: &Site<'_>) -> Causes {
    let class = spec.at("volumeAttributesClassName");
    let mut causes = check(&class, &[("", SUBDOMAIN)]);
    if class.is("") {
        causes.push(class.required("an empty string is disallowed"));
    }
    if class.is_given() && !spec.at("csi").is_given() {
        causes.push(spec.at("csi").required("has to be specified when using volumeAttributesClassName"));
    }
    if class.before.is_some_and(|before| !before.is_null()) && !class.is_given() {
        causes.push(class.forbidden("update from non-nil value to nil is forbidden"));
    }
    causes
}

/// Where a volume is stays as it was told, but for labels of nodes that have got another name.
fn place(spec: &Site<'_>) -> Option<Cause> {
    let affinity = spec.at("nodeAffinity").moved("nodeAffinity".to_owned());
    let before = affinity.before.filter(|before| !before.is_null())?;
    let mut renamed = before.clone();
    let terms =
        |value: &Value| value["required"]["nodeSelectorTerms"].as_array().cloned().unwrap_or_default();
    for (at, term) in terms(affinity.value).iter().enumerate() {
        for list in ["matchExpressions", "matchFields"] {
            for (n, said) in term[list].as_array().into_iter().flatten().enumerate() {
                let place = format!("/required/nodeSelectorTerms/{at}/{list}/{n}/key");
                let Some(key) = renamed.pointer_mut(&place) else { continue };
                let renamed = RENAMED.iter().find(|(old, _)| *key == *old).map_or("", |(_, new)| new);
                if said["key"] == renamed {
                    *key = said["key"].clone();
                }
            }
        }
    }
    let why = "field is immutable, except for updating from beta label to GA";
    let required = tables::inside("*core.NodeSelector", &affinity.value["required"]);
    let told = if affinity.is_given() { json!({ "Required": required }) } else { Value::Null };
    (renamed != *affinity.value).then(|| Cause::invalid_value(affinity.place, &told, why))
}

/// What is wrong with what a volume is; `placed` is whether it is told on which nodes.
fn kinds(spec: &Site<'_>, name: &str, placed: bool) -> Causes {
    let mut causes = Vec::new();
    let mut known = 0;
    for (kind, rules) in VOLUMES {
        let said = spec.at(kind);
        if !said.is_given() {
            continue;
        }
        if known > 0 && *kind != "flexVolume" {
            causes.push(spec.at(as_another(kind)).forbidden("may not specify more than 1 volume type"));
        } else {
            let said = said.moved(format!("{}.{}", spec.place, as_the_one(kind)));
            causes.extend(check(&said, rules));
            if *kind == "iscsi" {
                causes.extend(iscsi(&spec.at("iscsi"), name));
            }
            if *kind == "local" && !placed {
                causes.push(spec.at("nodeAffinity").required("Local volume requires node affinity"));
            }
        }
        known += 1;
    }
    if known == 0 {
        causes.push(spec.required("must specify a volume type"));
    }
    causes
}

/// What is wrong with a volume that is no object, but is told of where it is attached.
pub(super) fn inline(spec: &Site<'_>) -> Causes {
    const OTHERWISE: &str = "in the context of inline volumes";
    let none = |site: Site<'_>, is_said: bool| {
        is_said.then(|| site.forbidden(&format!("may not be specified {OTHERWISE}")))
    };
    let given = |field: &str| none(spec.at(field), spec.at(field).is_given());
    let said = |field: &str| none(spec.at(field), spec.at(field).len() > 0);
    let mut causes = Vec::new();
    causes.extend(given("claimRef"));
    causes.extend(said("capacity"));
    if !spec.at("csi").is_given() {
        causes.push(spec.at("csi").required(&format!("has to be specified {OTHERWISE}")));
    }
    causes.extend(check(spec, &[("accessModes", Required("")), ("accessModes", By(access))]));
    let (policy, mode) = (spec.at("persistentVolumeReclaimPolicy"), spec.at("volumeMode"));
    if policy.len() > 0 && !policy.is("Retain") {
        causes.push(policy.forbidden(&format!("may only be Retain {OTHERWISE}")));
    }
    causes.extend(given("nodeAffinity"));
    causes.extend(kinds(spec, "", false));
    causes.extend(recycled(spec));
    causes.extend(said("storageClassName"));
    if mode.is_given() && !mode.is("Filesystem") {
        let why = format!("may not specify volumeMode other than Filesystem {OTHERWISE}");
        causes.push(mode.forbidden(&why));
    }
    causes
}

fn recycled(spec: &Site<'_>) -> Option<Cause> {
    let policy = spec.at("persistentVolumeReclaimPolicy");
    let wrong = is_root(spec.at("hostPath.path").text()) && policy.is("Recycle");
    wrong.then(|| policy.forbidden("may not be 'recycle' for a hostPath mount of '/'"))
}

/// What is wrong with a volume.
pub(super) fn volume(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let mut causes = check(&spec, OF_VOLUMES);
    causes.extend(kinds(&spec, root.at("metadata.name").text(), spec.at("nodeAffinity").is_given()));
    causes.extend(recycled(&spec));
    causes.extend(check(&spec, &[("storageClassName", SUBDOMAIN), ("volumeMode", OneOf(MODES))]));
    causes.extend(altered(&spec));
    let annotations = root.at("metadata.annotations");
    let mountable = MOUNTABLE.iter().any(|kind| spec.at(kind).is_given());
    if annotations.value.get(MOUNTED).is_some() && !mountable {
        let why = "may not specify mount options for this volume type";
        causes.push(Cause::forbidden(format!("{}.{MOUNTED}", annotations.place), why));
    }
    let Some(before) = spec.before else { return causes };
    // What a volume is made bigger with may be told later.
    let settle = |mut now: Value| {
        if before.pointer(EXPANDED).is_none_or(Value::is_null)
            && let Some(csi) = now.get_mut("csi")
        {
            copy(&before["csi"], "controllerExpandSecretRef", csi);
        }
        now
    };
    let only = |spec: &Value| {
        let source = VOLUMES.iter().map(|(kind, _)| ((*kind).to_owned(), spec[*kind].clone()));
        Value::from(source.filter(|(_, said)| !said.is_null()).collect::<Map<_, _>>())
    };
    let (then, now) = (only(before), only(&settle(spec.value.clone())));
    if then != now {
        let why = "spec.persistentvolumesource is immutable after creation";
        let (before, now) = spec.as_sent(before);
        let difference = difference::inside("core.PersistentVolumeSource", &before, &settle(now));
        let why = format!("{why}\n{difference}");
        causes.push(Cause::forbidden("spec.persistentvolumesource", &why));
    }
    let mode = spec.at("volumeMode").moved("volumeMode".to_owned());
    causes.extend(mode.is_changed().then(|| mode.invalid("field is immutable")));
    causes.extend(place(&spec));
    causes
}
