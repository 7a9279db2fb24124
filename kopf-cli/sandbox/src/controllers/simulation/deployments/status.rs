//! The status of a deployment whose pods are there, or are refused.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{conditions::Conditions, rolling::may_lack};
use crate::controllers::simulation::{Owner, refusals::FAILURE, status::seen};

/// That of one all of whose pods are there; `set` is the name of the set that has them.
pub(super) fn complete(owner: &Owner<'_>, set: &str, now: Timestamp) -> Value {
    let mut conditions = Conditions::of(&owner.value, now);
    conditions.available(true);
    conditions.complete(set);
    conditions.take_back(FAILURE);
    counted(owner, owner.wanted(), conditions)
}

/// That of one of whose pods some are there; `refusal` is what its set, whose name is before it, says of the others.
pub(super) fn refused(owner: &Owner<'_>, there: u64, set: &str, refusal: Value, now: Timestamp) -> Value {
    let mut conditions = Conditions::of(&owner.value, now);
    conditions.begun(set);
    conditions.available(is_available(owner, there));
    let mut failure = refusal;
    failure["lastUpdateTime"] = failure["lastTransitionTime"].clone();
    conditions.put(failure);
    let mut status = counted(owner, there, conditions);
    status["unavailableReplicas"] = owner.wanted().saturating_sub(there).into();
    status
}

/// Whether so many pods are enough.
pub(super) fn is_available(owner: &Owner<'_>, there: u64) -> bool {
    let wanted = owner.wanted();
    there >= wanted.saturating_sub(may_lack(&owner.value, wanted))
}

/// A status with so many pods, all of which are of the present template, and ready.
fn counted(owner: &Owner<'_>, count: u64, conditions: Conditions) -> Value {
    let mut status = json!({
        "observedGeneration": seen(&owner.value), "terminatingReplicas": 0, "conditions": conditions.into_value(),
    });
    if count > 0 {
        for field in ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"] {
            status[field] = count.into();
        }
    }
    status
}
