//! What is wrong with leases and classes of priority.

use serde_json::Value;

use crate::{
    builtin::{
        checks::{Causes, Check, Rule, check},
        plugins::priority::SYSTEM,
        site::Site,
    },
    status::Cause,
};

use Check::{AtLeast, MoreThan, OneOf};

/// The most that who is no part of a cluster may claim.
const HIGHEST: i64 = 1_000_000_000;
/// What is wrong with a lease.
pub(super) const LEASE: &[Rule] =
    &[("spec.leaseDurationSeconds", MoreThan(0)), ("spec.leaseTransitions", AtLeast(0))];

pub(super) fn priority(root: &Site<'_>) -> Causes {
    let (value, policy) = (root.at("value"), root.at("preemptionPolicy"));
    let mut causes = match policy.text() {
        _ if root.before.is_some() => Vec::new(),
        "" if policy.is_given() => vec![policy.required("")],
        _ => check(&policy, &[("", OneOf(&["PreemptLowerPriority", "Never"]))]),
    };
    if value.is_changed() {
        causes.push(value.forbidden("may not be changed in an update."));
    }
    if policy.is_changed() {
        causes.push(policy.invalid("field is immutable"));
    }
    causes
}

/// What is wrong with a new class of priority by its name.
pub(super) fn priority_name(object: &Value) -> Causes {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let value = object["value"].as_i64().unwrap_or_default();
    if !name.starts_with("system-") {
        let why = format!("maximum allowed value of a user defined priority is {HIGHEST}");
        return (value > HIGHEST).then(|| Cause::forbidden("value", &why)).into_iter().collect();
    }
    let why = match SYSTEM.iter().find(|(known, ..)| *known == name) {
        Some((_, expected, _)) if *expected != value => {
            format!("value of {name} PriorityClass must be {expected}")
        }
        Some(_) if object["globalDefault"] == true => {
            format!("globalDefault of {name} PriorityClass must be false")
        }
        Some(_) => return Vec::new(),
        None => format!("{name} is not a known system priority class"),
    };
    let reserved = "priority class names with 'system-' prefix are reserved for system use only";
    vec![Cause::forbidden("metadata.name", &format!("{reserved}. error: {why}"))]
}
