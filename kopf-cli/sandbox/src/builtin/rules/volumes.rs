//! What is wrong with the volumes of a pod.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::{
    projected,
    security::ID,
    sources::{self, LONGEST_PORTAL, TOO_LONG_A_PORTAL},
    storage,
};
use crate::{
    builtin::{
        checks::{Causes, Check, LABEL, Rule, SUBDOMAIN, check},
        site::Site,
        texts,
    },
    names::name_faults,
    printed,
    quantity::Quantity,
    resources::NameRule,
    status::Cause,
};

use Check::{By, OneOf, Required, Text};

/// Which mode the files of a volume have, and whose they are.
pub(super) const FILE_MODE: Rule = ("defaultMode", By(mode));
pub(super) const FILE_USER: Rule = ("defaultUser", ID);

/// The volumes that can be mounted, by their names.
pub(super) type Volumes<'a> = BTreeMap<&'a str, &'a Value>;

/// Kinds of volumes in the order in which they are told, and what they need.
const KINDS: &[(&str, &[Rule])] = &[
    ("hostPath", sources::HOST_PATH),
    ("gitRepo", &[("repository", Required("")), ("directory", Text(texts::descending))]),
    ("gcePersistentDisk", sources::GCE),
    ("awsElasticBlockStore", sources::AWS),
    ("secret", &[("secretName", Required("")), FILE_MODE, FILE_USER, ("items[]", By(item))]),
    ("nfs", sources::NFS),
    ("iscsi", &[("targetPortal", Required("")), ("", By(iscsi))]),
    ("glusterfs", sources::GLUSTER),
    ("flocker", sources::FLOCKER),
    ("persistentVolumeClaim", &[("claimName", Required(""))]),
    ("rbd", sources::RBD),
    ("cinder", &[("volumeID", Required("")), ("secretRef.name", Required(""))]),
    ("cephfs", sources::CEPH),
    ("quobyte", sources::QUOBYTE),
    ("downwardAPI", &[FILE_MODE, FILE_USER, ("", By(about_pod))]),
    ("fc", sources::FC),
    ("flexVolume", sources::FLEX),
    ("configMap", &[("name", Required("")), FILE_MODE, FILE_USER, ("items[]", By(item))]),
    ("azureFile", sources::AZURE_FILE),
    ("vsphereVolume", sources::VSPHERE),
    ("photonPersistentDisk", sources::PHOTON),
    ("portworxVolume", sources::PORTWORX),
    ("azureDisk", sources::AZURE_DISK),
    ("storageos", sources::STORAGE_OS),
    ("projected", &[("", By(projected::faults))]),
    ("scaleIO", sources::SCALE_IO),
    ("csi", &[("driver", By(sources::driver)), ("", By(secret_of_driver))]),
    ("ephemeral", &[("", By(storage::ephemeral))]),
    ("image", &[("reference", Required("")), ("pullPolicy", OneOf(&["Always", "IfNotPresent", "Never"]))]),
];
const MODE: &str = "must be a number between 0 and 0777 (octal), both inclusive";
const OTHERS: &str = "may not specify more than 1 volume type";

/// What is wrong with volumes of a pod, which has no name in a template; and those with which nothing is.
pub(super) fn faults<'a>(list: &Site<'a>, pod: &str) -> (Causes, Volumes<'a>) {
    let made = |volume: &Site<'a>| volume.at("ephemeral").is_given().then(|| volume.at("name").text());
    let made: HashSet<&str> = list.each().filter_map(|volume| made(&volume)).collect();
    let mut volumes = Volumes::new();
    let mut causes = Vec::new();
    for volume in list.each() {
        let name = volume.at("name");
        let mut faults = kinds(&volume, pod);
        faults.extend(check(&volume, &[("name", Required("")), ("name", LABEL)]));
        if volumes.contains_key(name.text()) {
            faults.push(name.duplicate());
        }
        if faults.is_empty() {
            volumes.insert(name.text(), volume.value);
        }
        causes.extend(faults);
        let claim = volume.at("persistentVolumeClaim.claimName");
        let of_pod = claim.text().strip_prefix(pod).and_then(|rest| rest.strip_prefix('-'));
        if !pod.is_empty() && of_pod.is_some_and(|name| made.contains(name)) {
            causes.push(claim.invalid("must not reference a PVC that gets created for an ephemeral volume"));
        }
    }
    (causes, volumes)
}

/// A volume is of one kind.
fn kinds(volume: &Site<'_>, pod: &str) -> Causes {
    let mut causes = Vec::new();
    let empty = volume.at("emptyDir");
    let limit = empty.at("sizeLimit");
    if limit.is_given() && Quantity::of(limit.value).is_negative() {
        causes.push(limit.forbidden("SizeLimit field must be a valid resource quantity"));
    }
    let mut known = usize::from(empty.is_given());
    for (kind, rules) in KINDS {
        let source = volume.at(kind);
        if !source.is_given() {
            continue;
        }
        if known > 0 {
            causes.push(volume.at(as_another(kind)).forbidden(OTHERS));
        } else {
            causes.extend(check(&source.moved(format!("{}.{}", volume.place, as_the_one(kind))), rules));
        }
        known += 1;
        causes.extend(match *kind {
            "iscsi" => portal(volume),
            "ephemeral" if known == 1 => claim_name(&volume.at("name"), pod),
            _ => Vec::new(),
        });
    }
    if known == 0 {
        causes.push(volume.required("must specify a volume type"));
    }
    causes
}

/// What the server calls some kinds, where they are one too many.
pub(super) fn as_another(kind: &str) -> &str {
    match kind {
        "cephfs" => "cephFS",
        "downwardAPI" => "downwarAPI",
        kind => kind,
    }
}

/// What the server calls some kinds, where something is wrong with them.
pub(super) fn as_the_one(kind: &str) -> &str {
    if kind == "gcePersistentDisk" { "persistentDisk" } else { kind }
}

fn iscsi(site: &Site<'_>) -> Causes {
    const UNKNOWN: &str = "must be valid format starting with iqn, eui, or naa";
    let mut causes = sources::iscsi(site, UNKNOWN);
    causes.extend(sources::initiator(site, UNKNOWN));
    causes
}

fn portal(volume: &Site<'_>) -> Causes {
    let (name, disk) = (volume.at("name"), volume.at("iscsi"));
    let length = name.len() + 1 + disk.at("targetPortal").len();
    if disk.at("initiatorName").is_given() && length > LONGEST_PORTAL {
        return vec![Cause::invalid(&*name.place, name.text(), TOO_LONG_A_PORTAL)];
    }
    Vec::new()
}

/// A claim that goes with its pod is called after the pod and the volume.
fn claim_name(name: &Site<'_>, pod: &str) -> Causes {
    if pod.is_empty() || name.len() == 0 {
        return Vec::new();
    }
    let claim = format!("{pod}-{}", name.text());
    let told = |why: String| format!("PVC name {}: {why}", printed::quoted(&claim));
    name.against(name_faults(&claim, NameRule::Subdomain).into_iter().map(told))
}

fn secret_of_driver(site: &Site<'_>) -> Causes {
    let secret = site.at("nodePublishSecretRef");
    let mut causes = check(&secret, &[("name", Required(""))]);
    // The server names another place.
    causes.extend(check(&secret.at("name").moved(format!("{}.name", site.place)), &[("", SUBDOMAIN)]));
    causes
}

fn about_pod(site: &Site<'_>) -> Causes {
    site.at("items").each().flat_map(|file| projected::about_pod(&file, &site.place)).collect()
}

pub(super) fn mode(site: &Site<'_>) -> Causes {
    let wrong = site.number().is_some_and(|mode| !(0..=0o777).contains(&mode));
    if wrong { vec![site.invalid(MODE)] } else { Vec::new() }
}

/// A key that becomes a file.
pub(super) fn item(site: &Site<'_>) -> Causes {
    let mut causes = check(site, &[("key", Required("")), ("path", Required(""))]);
    let path = site.at("path");
    causes.extend(path.against(texts::not_reserved(path.text())));
    causes.extend(check(site, &[("mode", By(mode)), ("user", ID)]));
    causes
}
