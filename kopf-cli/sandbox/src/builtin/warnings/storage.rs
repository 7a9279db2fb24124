//! What is warned of in volumes and in claims to them.

use super::{Site, Warnings, labels, not_whole};

/// Kinds of volumes that do nothing any more, by their fields: what they are called, and since when.
const IN_PODS: &[(&str, &str, &str)] = &[
    ("photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("gitRepo", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
    ("scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"),
    ("quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"),
];
/// Those of volumes that are objects, in the order in which they are told.
const IN_CLUSTERS: [&str; 6] = ["cephfs", "photonPersistentDisk", "scaleIO", "storageos", "glusterfs", "rbd"];
const CLASS: &str = "volume.beta.kubernetes.io/storage-class";
const CLASS_SAID: &str = r#"deprecated since v1.8; use "storageClassName" attribute instead"#;
const OPTIONS: &str = "volume.beta.kubernetes.io/mount-options";
const OPTIONS_SAID: &str = r#"deprecated since v1.31; use "mountOptions" attribute instead"#;
const RECYCLED: &str = "The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic \
    provisioning.";

/// A volume of a pod.
pub(super) fn of_a_pod(volume: &Site<'_>) -> Warnings {
    let mut warnings: Warnings = IN_PODS.iter().filter_map(|kind| old_kind(volume, kind)).collect();
    let asked = volume.at("ephemeral.volumeClaimTemplate.spec");
    warnings.extend(claimed(&asked));
    warnings
}

fn old_kind(volume: &Site<'_>, (field, name, said): &(&str, &str, &str)) -> Option<String> {
    let place = if volume.place.is_empty() { (*name).to_owned() } else { format!("{}.{name}", volume.place) };
    volume.at(field).is_given().then(|| format!("{place}: {said}"))
}

/// A volume that is an object.
pub(super) fn volume(root: &Site<'_>) -> Warnings {
    let spec = root.at("spec");
    let mut warnings: Warnings = [(CLASS, CLASS_SAID), (OPTIONS, OPTIONS_SAID)]
        .into_iter()
        .filter_map(|(key, said)| annotated(root, key, said))
        .collect();
    let policy = spec.at("persistentVolumeReclaimPolicy");
    warnings.extend(policy.is("Recycle").then(|| format!("{}: {RECYCLED}", policy.place)));
    for term in spec.at("nodeAffinity.required.nodeSelectorTerms").each() {
        warnings.extend(labels::term(&term, false));
    }
    let known = |field: &&str| IN_PODS.iter().find(|(known, ..)| known == field);
    warnings.extend(IN_CLUSTERS.iter().filter_map(known).filter_map(|kind| old_kind(&spec, kind)));
    warnings
}

fn annotated(root: &Site<'_>, key: &str, said: &str) -> Option<String> {
    let annotations = root.at("metadata.annotations");
    annotations.value.get(key).map(|_| format!("{}[{key}]: {said}", annotations.place))
}

/// A claim that is an object.
pub(super) fn claim(root: &Site<'_>) -> Warnings {
    let mut warnings: Warnings = annotated(root, CLASS, CLASS_SAID).into_iter().collect();
    warnings.extend(claimed(&root.at("spec")));
    warnings
}

/// What a claim asks for.
pub(super) fn claimed(spec: &Site<'_>) -> Warnings {
    let resources = ["resources.requests", "resources.limits"].map(|of| spec.at(of));
    resources.iter().filter_map(|of| not_whole(of, "storage")).collect()
}
