//! The checks of the level that holds pods to what is good practice.

use super::{
    baseline::{adding, is_other_profile, unmasked, uses},
    levels::Version,
    pod::{Finding, Names, Pod, named, plural, quoted, setters, text},
};
use crate::form::at;

/// What volumes may be of.
const VOLUMES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];
/// What else they can be of.
const OTHER_VOLUMES: [&str; 21] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

/// From this version on it is seen which system pods are for.
fn is_spared_as_windows(pod: Pod<'_>, version: Version) -> bool {
    version >= Version::Minor(25) && pod.is_of_windows()
}

/// From this version on users may be any who are not those of the node.
fn is_spared_for_its_users(pod: Pod<'_>, version: Version) -> bool {
    version >= Version::Minor(35) && pod.has_own_users()
}

pub(super) fn escalation(pod: Pod<'_>, version: Version) -> Option<Finding> {
    if is_spared_as_windows(pod, version) {
        return None;
    }
    let containers =
        pod.those(|container| at(container, "securityContext.allowPrivilegeEscalation") != false);
    let what = "must set securityContext.allowPrivilegeEscalation=false";
    Finding::about(&named(&containers), "allowPrivilegeEscalation != false", what)
}

pub(super) fn capabilities(pod: Pod<'_>, version: Version) -> Option<Finding> {
    if is_spared_as_windows(pod, version) {
        return None;
    }
    let keeping = pod.those(|container| {
        let dropped = at(container, "securityContext.capabilities.drop").as_array();
        !dropped.into_iter().flatten().any(|name| name == "ALL")
    });
    let (adding, others) = adding(pod, &["NET_BIND_SERVICE"]);
    let mut details = Vec::new();
    if !keeping.is_empty() {
        details.push(format!(r#"{} must set securityContext.capabilities.drop=["ALL"]"#, named(&keeping)));
    }
    if !adding.is_empty() {
        let what = format!("must not include {} in securityContext.capabilities.add", quoted(&others));
        details.push(format!("{} {what}", named(&adding)));
    }
    let found = || Finding { reason: "unrestricted capabilities".to_owned(), detail: details.join("; ") };
    (!details.is_empty()).then(found)
}

pub(super) fn proc_mount(pod: Pod<'_>, _: Version) -> Option<Finding> {
    unmasked(pod)
}

pub(super) fn volumes(pod: Pod<'_>, _: Version) -> Option<Finding> {
    let mut kinds = Names::new();
    let volumes = pod.list("volumes").filter(|volume| !VOLUMES.iter().any(|kind| !volume[*kind].is_null()));
    let names: Vec<&str> = volumes
        .map(|volume| {
            let kind = OTHER_VOLUMES.into_iter().find(|kind| !volume[*kind].is_null());
            kinds.insert(kind.unwrap_or("unknown"));
            text(&volume["name"])
        })
        .collect();
    let volumes = plural("volume", names.len());
    let of = plural("restricted volume type", kinds.len());
    let detail = format!("{volumes} {} {} {of} {}", quoted(&names), uses(&names), quoted(&kinds));
    (!names.is_empty()).then(|| Finding { reason: "restricted volume types".to_owned(), detail })
}

pub(super) fn non_root(pod: Pod<'_>, version: Version) -> Option<Finding> {
    const REASON: &str = "runAsNonRoot != true";
    if is_spared_for_its_users(pod, version) {
        return None;
    }
    let found = pod.bad("runAsNonRoot", |said| *said == false);
    let explicit = setters(&found);
    if !explicit.is_empty() {
        return Finding::about(&explicit, REASON, "must not set securityContext.runAsNonRoot=false");
    }
    let of_pod = at(pod.spec, "securityContext.runAsNonRoot") == true;
    let silent = pod.those(|container| !of_pod && at(container, "securityContext.runAsNonRoot").is_null());
    implicit(&silent, REASON, "must set securityContext.runAsNonRoot=true")
}

/// What is found where containers do not say what the pod does not say either.
fn implicit(containers: &[&str], reason: &str, what: &str) -> Option<Finding> {
    let found =
        || Finding { reason: reason.to_owned(), detail: format!("pod or {} {what}", named(containers)) };
    (!containers.is_empty()).then(found)
}

pub(super) fn user(pod: Pod<'_>, version: Version) -> Option<Finding> {
    if is_spared_for_its_users(pod, version) {
        return None;
    }
    let found = pod.bad("runAsUser", |user| *user == 0);
    Finding::about(&setters(&found), "runAsUser=0", "must not set runAsUser=0")
}

pub(super) fn seccomp(pod: Pod<'_>, version: Version) -> Option<Finding> {
    const REASON: &str = "seccompProfile";
    if is_spared_as_windows(pod, version) {
        return None;
    }
    let mut types = Names::new();
    let found = pod.bad("seccompProfile", |profile| is_other_profile(profile, &mut types));
    let explicit = setters(&found);
    if !explicit.is_empty() {
        let what = format!("must not set securityContext.seccompProfile.type to {}", quoted(&types));
        return Finding::about(&explicit, REASON, &what);
    }
    let of_pod = !at(pod.spec, "securityContext.seccompProfile").is_null();
    let silent = pod.those(|container| !of_pod && at(container, "securityContext.seccompProfile").is_null());
    let what = r#"must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost""#;
    implicit(&silent, REASON, what)
}
