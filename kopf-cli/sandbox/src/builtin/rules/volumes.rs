//! What is wrong with the volumes of a pod.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::{environment, storage};
use crate::{
    builtin::{
        checks::{Causes, Check, LABEL, Rule, check},
        site::Site,
        texts,
    },
    quantity::Quantity,
    status::Cause,
};

use Check::{By, OneOf, Required};

/// The volumes that can be mounted, by their names.
pub(super) type Volumes<'a> = BTreeMap<&'a str, &'a Value>;

/// Kinds of volumes in the order in which they are told, and what they need.
const KINDS: &[(&str, &[Rule])] = &[
    (
        "hostPath",
        &[
            ("path", Required("")),
            ("path", By(|site| site.against(texts::no_way_up(site.text())))),
            ("type", OneOf(HOST_TYPES)),
        ],
    ),
    ("gitRepo", &[("repository", Required(""))]),
    ("gcePersistentDisk", &[]),
    ("awsElasticBlockStore", &[]),
    ("secret", &[("secretName", Required("")), ("defaultMode", By(mode)), ("items[]", By(item))]),
    ("nfs", &[("server", Required("")), ("path", Required("")), ("path", By(absolute))]),
    ("iscsi", &[]),
    ("glusterfs", &[("endpoints", Required("")), ("path", Required(""))]),
    ("flocker", &[]),
    ("persistentVolumeClaim", &[("claimName", Required(""))]),
    ("rbd", &[]),
    ("cinder", &[("volumeID", Required(""))]),
    ("cephfs", &[]),
    ("quobyte", &[]),
    ("downwardAPI", &[("defaultMode", By(mode)), ("", By(|site| files(&site.at("items"), &site.place)))]),
    ("fc", &[]),
    ("flexVolume", &[("driver", Required(""))]),
    ("configMap", &[("name", Required("")), ("defaultMode", By(mode)), ("items[]", By(item))]),
    ("azureFile", &[("secretName", Required("")), ("shareName", Required(""))]),
    ("vsphereVolume", &[("volumePath", Required(""))]),
    ("photonPersistentDisk", &[]),
    ("portworxVolume", &[("volumeID", Required(""))]),
    ("azureDisk", &[]),
    ("storageos", &[]),
    ("projected", &[("defaultMode", By(mode)), ("", By(projected))]),
    ("scaleIO", &[]),
    ("csi", &[("driver", Required(""))]),
    ("ephemeral", &[("", By(storage::ephemeral))]),
    ("image", &[("pullPolicy", OneOf(&["Always", "IfNotPresent", "Never"]))]),
];
const HOST_TYPES: &[&str] =
    &["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];
const MODE: &str = "must be a number between 0 and 0777 (octal), both inclusive";
const OTHERS: &str = "may not specify more than 1 volume type";

/// What is wrong with volumes; and those with which nothing is.
pub(super) fn faults<'a>(list: &Site<'a>) -> (Causes, Volumes<'a>) {
    let mut volumes = Volumes::new();
    let mut causes = Vec::new();
    for volume in list.each() {
        let name = volume.at("name");
        let mut faults = sources(&volume);
        faults.extend(check(&volume, &[("name", Required("")), ("name", LABEL)]));
        if volumes.contains_key(name.text()) {
            faults.push(name.duplicate());
        }
        if faults.is_empty() {
            volumes.insert(name.text(), volume.value);
        }
        causes.extend(faults);
    }
    (causes, volumes)
}

/// A volume is of one kind.
fn sources(volume: &Site<'_>) -> Causes {
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
            causes.push(source.forbidden(OTHERS));
        } else {
            causes.extend(check(&source, rules));
        }
        known += 1;
    }
    if known == 0 {
        causes.push(volume.required("must specify a volume type"));
    }
    causes
}

fn mode(site: &Site<'_>) -> Causes {
    let wrong = site.number().is_some_and(|mode| !(0..=0o777).contains(&mode));
    if wrong { vec![site.invalid(MODE)] } else { Vec::new() }
}

fn absolute(site: &Site<'_>) -> Causes {
    if site.text().starts_with('/') {
        return Vec::new();
    }
    vec![Cause::invalid(&*site.place, site.text(), "must be an absolute path")]
}

/// A key that becomes a file.
fn item(site: &Site<'_>) -> Causes {
    let mut causes = check(site, &[("key", Required("")), ("path", Required(""))]);
    let path = site.at("path");
    causes.extend(path.against(texts::not_reserved(path.text())));
    causes.extend(mode(&site.at("mode")));
    causes
}

/// Files that tell of their pod; the server names what they are in and not the file.
fn files(list: &Site<'_>, place: &str) -> Causes {
    let mut causes = Vec::new();
    for file in list.each() {
        let file = file.moved(place.to_owned());
        causes.extend(check(&file, &[("path", Required(""))]));
        let path = file.at("path");
        causes.extend(path.against(texts::not_reserved(path.text())));
        causes.extend(environment::file(&file));
        causes.extend(mode(&file.at("mode")));
    }
    causes
}

/// Several sources in one folder, of which no two can have the same file.
fn projected(site: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let mut known: HashSet<&str> = HashSet::new();
    for source in site.at("sources").each() {
        let mut said = 0;
        for kind in ["secret", "configMap"] {
            let place = source.at(kind);
            if !place.is_given() {
                continue;
            }
            said += 1;
            causes.extend(check(&place, &[("name", Required(""))]));
            for file in place.at("items").each() {
                causes.extend(item(&file));
                let path = file.at("path").text();
                if known.contains(path) {
                    let why = "conflicting duplicate paths";
                    causes.push(Cause::invalid(&*site.place, place.at("name").text(), why));
                }
                known.extend(Some(path).filter(|path| !path.is_empty()));
            }
        }
        let about = source.at("downwardAPI");
        if about.is_given() {
            said += 1;
            causes.extend(files(&about.at("items"), &about.place));
            for path in about.find("items[].path") {
                if known.contains(path.text()) {
                    causes.push(Cause::invalid(&*site.place, path.text(), "conflicting duplicate paths"));
                }
                known.extend(Some(path.text()).filter(|path| !path.is_empty()));
            }
        }
        let token = source.at("serviceAccountToken");
        if token.is_given() {
            said += 1;
            causes.extend(token_faults(&token, &site.at("path")));
        }
        for kind in ["clusterTrustBundle", "podCertificate"] {
            said += usize::from(source.at(kind).is_given());
        }
        if said > 1 {
            causes.push(source.forbidden("may not specify more than 1 volume type per source"));
        }
    }
    causes
}

fn token_faults(token: &Site<'_>, place: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let lasting = token.at("expirationSeconds");
    match lasting.number() {
        Some(seconds) if seconds < 600 => {
            causes.push(lasting.invalid("may not specify a duration less than 10 minutes"));
        }
        Some(seconds) if seconds > 1 << 32 => {
            causes.push(lasting.invalid("may not specify a duration larger than 2^32 seconds"));
        }
        _ => {}
    }
    let path = token.at("path").moved(place.place.clone());
    if path.len() == 0 {
        causes.push(path.required(""));
    }
    causes.extend(path.against(texts::not_reserved(path.text())));
    causes
}
