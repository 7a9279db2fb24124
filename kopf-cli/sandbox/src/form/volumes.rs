//! Cells of volumes, claims and drivers.

use std::cmp::Reverse;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    at,
    cells::{going, joined, or, shown},
    items, pick,
};

/// How claims and volumes named their class before there was a field for it.
const OLD_CLASS: &str = "volume.beta.kubernetes.io/storage-class";
const MODES: [(&str, &str); 4] = [
    ("ReadWriteOnce", "RWO"),
    ("ReadOnlyMany", "ROX"),
    ("ReadWriteMany", "RWX"),
    ("ReadWriteOncePod", "RWOP"),
];

pub(super) fn phase(object: &Value, _: Timestamp) -> Value {
    if going(object) { "Terminating" } else { pick(object, "status.phase") }.into()
}

fn modes(object: &Value, path: &str) -> Value {
    let modes = items(object, path);
    let known = MODES.into_iter().filter(|(mode, _)| modes.iter().any(|said| said == mode));
    joined(known.map(|(_, short)| short), ",").into()
}

pub(super) fn class(object: &Value, _: Timestamp) -> Value {
    let old = at(object, "metadata.annotations")[OLD_CLASS].as_str();
    old.unwrap_or_else(|| pick(object, "spec.storageClassName")).into()
}

/// A claim may want none in so many words.
pub(super) fn attributes_class(object: &Value, _: Timestamp) -> Value {
    at(object, "spec.volumeAttributesClassName").as_str().unwrap_or("<unset>").into()
}

pub(super) fn attacher(object: &Value, _: Timestamp) -> Value {
    pick(object, "spec.attacher").into()
}

/// Of storage classes that say that they are the default the one that is: the newest, or the first by name.
pub(super) fn default_class<'a>(classes: impl Iterator<Item = &'a Value>) -> Option<String> {
    const DEFAULT: [&str; 2] =
        ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];
    let is_default =
        |class: &&Value| DEFAULT.into_iter().any(|said| at(class, "metadata.annotations")[said] == "true");
    let age = |class: &&Value| {
        (
            Reverse(pick(class, "metadata.creationTimestamp").to_owned()),
            pick(class, "metadata.name").to_owned(),
        )
    };
    classes.filter(is_default).min_by_key(age).map(|class| pick(class, "metadata.name").to_owned())
}

pub(super) fn volume_modes(object: &Value, _: Timestamp) -> Value {
    modes(object, "spec.accessModes")
}

pub(super) fn claim(object: &Value, _: Timestamp) -> Value {
    let claim = at(object, "spec.claimRef");
    if claim.is_object() {
        format!("{}/{}", pick(claim, "namespace"), pick(claim, "name")).into()
    } else {
        "".into()
    }
}

/// A claim that no volume answers has neither capacity nor modes.
fn is_bound(object: &Value) -> bool {
    !pick(object, "spec.volumeName").is_empty()
}

pub(super) fn claim_capacity(object: &Value, _: Timestamp) -> Value {
    let capacity = shown(at(object, "status.capacity.storage")).unwrap_or_else(|| "0".to_owned());
    if is_bound(object) { capacity.into() } else { "".into() }
}

pub(super) fn claim_modes(object: &Value, _: Timestamp) -> Value {
    if is_bound(object) { modes(object, "status.accessModes") } else { "".into() }
}

pub(super) fn token_requests(object: &Value, _: Timestamp) -> Value {
    if at(object, "spec.tokenRequests").is_null() {
        return "<unset>".into();
    }
    joined(items(object, "spec.tokenRequests").iter().map(|request| pick(request, "audience")), ",").into()
}

pub(super) fn lifecycle_modes(object: &Value, _: Timestamp) -> Value {
    let modes = items(object, "spec.volumeLifecycleModes").iter().filter_map(Value::as_str);
    or(&joined(modes, ","), "<none>").into()
}
