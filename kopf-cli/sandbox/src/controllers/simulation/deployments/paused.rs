//! Deployments that are paused: they keep the pods of the template that they had, are scaled, and say so.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{conditions::Conditions, status::is_available};
use crate::{
    controllers::simulation::{MOST_PODS, Owner, status::seen},
    form::pick,
    object::Stored,
};

/// The set that is scaled while its deployment is paused: the one that has pods; where none has, the one of the present
/// template, or else the youngest, whatever its revision. Where several have, none is.
pub(super) fn scaled<'a>(
    sets: &'a [Arc<Stored>],
    current: Option<&'a Arc<Stored>>,
) -> Option<&'a Arc<Stored>> {
    let mut active = sets.iter().filter(|set| set.value()["spec"]["replicas"] != 0);
    match (active.next(), active.next()) {
        (Some(_), Some(_)) => None,
        (Some(only), None) => Some(only),
        (None, _) => current.or_else(|| {
            let age = |set: &&Arc<Stored>| {
                (pick(&set.value(), "metadata.creationTimestamp").to_owned(), set.header.name.clone())
            };
            sets.iter().max_by_key(age)
        }),
    }
}

/// The status of a paused deployment with these sets; `current` is the one of the present template.
pub(super) fn status(owner: &Owner<'_>, sets: &[Value], current: Option<&Value>, now: Timestamp) -> Value {
    let sum = |part: &str, field: &str| {
        let counts = sets.iter().map(|set| set[part][field].as_u64().unwrap_or_default().min(MOST_PODS));
        counts.fold(0, u64::saturating_add)
    };
    let available = sum("status", "availableReplicas");
    let mut conditions = Conditions::of(&owner.value, now);
    conditions.paused();
    conditions.available(is_available(owner, available));
    let mut status = json!({
        "observedGeneration": seen(&owner.value), "terminatingReplicas": 0, "conditions": conditions.into_value(),
    });
    let counts = [
        ("replicas", sum("status", "replicas")),
        ("updatedReplicas", current.and_then(|set| set["status"]["replicas"].as_u64()).unwrap_or_default()),
        ("readyReplicas", sum("status", "readyReplicas")),
        ("availableReplicas", available),
        ("unavailableReplicas", sum("spec", "replicas").saturating_sub(available)),
    ];
    for (field, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        status[field] = count.into();
    }
    status
}
