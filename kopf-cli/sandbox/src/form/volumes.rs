//! Cells of volumes, claims and drivers.

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
