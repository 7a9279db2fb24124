//! What budgets say of pods that are to be evicted, as their status tells it.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    form::pick,
    object::Stored,
    selectors::Labels,
    status::{About, Status},
    store::Store,
    write::seconds,
};

/// The resource key of budgets.
pub(crate) const BUDGETS: &str = "poddisruptionbudgets.policy";
/// The refusal of a pod that has several budgets.
pub(crate) const SEVERAL: &str =
    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";

/// How many pods a budget may have that are on their way, and that nobody has counted.
const MOST_DISRUPTED: usize = 2000;
/// Seconds after which a budget may have been counted.
const SOON: u32 = 10;
const REFUSAL: &str = "Cannot evict pod as it would violate the pod's disruption budget.";
/// What a cause is called by that is a budget.
const BUDGET_CAUSE: &str = "DisruptionBudget";
/// The condition that tells whether a budget allows anything.
const DISRUPTION_ALLOWED: &str = "DisruptionAllowed";
/// The condition of a pod that goes, and why.
const DISRUPTION_TARGET: &str = "DisruptionTarget";

/// Whether a pod is of no use to anybody: it waits, has ended or is going.
pub(crate) fn is_idle(pod: &Value) -> bool {
    matches!(pick(pod, "status.phase"), "Succeeded" | "Failed" | "Pending")
        || !pick(pod, "metadata.deletionTimestamp").is_empty()
}

/// The budgets that a pod is in: an empty selector selects all pods, none at all selects none.
pub(crate) fn budgets(store: &Store, pod: &Stored) -> Vec<Arc<Stored>> {
    let is_in = |budget: &Arc<Stored>| {
        let selector = &budget.value()["spec"]["selector"];
        !selector.is_null() && Labels::of(selector).match_all(&pod.header.labels)
    };
    store.list(BUDGETS, Some(&pod.header.namespace)).into_iter().filter(is_in).collect()
}

/// Whether a budget lets a pod go without counting it: one that is not ready, and was not counted before.
pub(crate) fn is_uncounted(pod: &Value, budget: &Value) -> bool {
    let status = &budget["status"];
    let wanted = number(status, "desiredHealthy");
    let is_content = number(status, "currentHealthy") >= wanted && wanted > 0;
    let always = pick(budget, "spec.unhealthyPodEvictionPolicy") == "AlwaysAllow";
    !is_ready(pod) && (always || is_content)
}

fn is_ready(pod: &Value) -> bool {
    condition(&pod["status"], "Ready").is_some_and(|ready| ready["status"] == "True")
}

fn condition<'a>(status: &'a Value, kind: &str) -> Option<&'a Value> {
    status["conditions"].as_array()?.iter().find(|condition| condition["type"] == kind)
}

fn number(status: &Value, field: &str) -> i64 {
    status[field].as_i64().unwrap_or_default()
}

/// Counts a pod that goes.
///
/// # Errors
///
/// The budget allows no pod to go, or nobody has counted for it yet.
pub(crate) fn count(budget: &mut Value, pod: &str, now: Timestamp) -> Result<(), Status> {
    let name = pick(budget, "metadata.name");
    let status = &budget["status"];
    if number(status, "observedGeneration") < number(&budget["metadata"], "generation") {
        return Err(unprocessed(name));
    }
    if status["disruptedPods"].as_object().is_some_and(|pods| pods.len() > MOST_DISRUPTED) {
        let about = About { kind: "poddisruptionbudget", group: "policy", name };
        let why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
        let because = format!(
            "The disruption budget {name} does not allow evicting pods currently: too many pending evictions not confirmed \
             by PDB controller"
        );
        return Err(caused(Status::forbidden(about, why), &because));
    }
    let allowed = number(status, "disruptionsAllowed");
    if allowed <= 0 {
        return Err(refusal(None, &exhausted(name, status)));
    }
    let generation = number(status, "observedGeneration");
    let status = &mut budget["status"];
    status["disruptionsAllowed"] = (allowed - 1).into();
    if allowed == 1 {
        exhaust(status, generation, now);
    }
    if !status["disruptedPods"].is_object() {
        status["disruptedPods"] = json!({});
    }
    status["disruptedPods"][pod] = seconds(now).into();
    Ok(())
}

/// Why a budget allows nothing.
fn exhausted(name: &str, status: &Value) -> String {
    let (wanted, found) = (number(status, "desiredHealthy"), number(status, "currentHealthy"));
    let told = condition(status, DISRUPTION_ALLOWED).filter(|condition| condition["status"] == "False");
    let told = told.map(|told| (pick(told, "reason"), pick(told, "message")));
    match told.filter(|(_, message)| !message.is_empty()) {
        Some(("SyncFailed", message)) => format!(
            "The disruption budget {name} does not allow evicting pods currently because it failed sync: {message}"
        ),
        _ if found <= wanted => {
            format!("The disruption budget {name} needs {wanted} healthy pods and has {found} currently")
        }
        Some((reason, message)) => {
            format!(
                "The disruption budget {name} does not allow evicting pods currently ({reason}): {message}"
            )
        }
        None => format!("The disruption budget {name} does not allow evicting pods currently"),
    }
}

/// Says of a budget that it allows nothing any more.
fn exhaust(status: &mut Value, generation: i64, now: Timestamp) {
    if !status["conditions"].is_array() {
        status["conditions"] = json!([]);
    }
    let since = condition(status, DISRUPTION_ALLOWED)
        .filter(|condition| condition["status"] == "False")
        .map(|condition| condition["lastTransitionTime"].clone());
    let mut told = json!({
        "type": DISRUPTION_ALLOWED, "status": "False", "observedGeneration": generation,
        "lastTransitionTime": since.unwrap_or_else(|| seconds(now).into()),
        "reason": "InsufficientPods", "message": "",
    });
    if generation == 0
        && let Value::Object(told) = &mut told
    {
        told.shift_remove("observedGeneration");
    }
    put_condition(status, told);
}

/// Puts a condition where the one of its type is, or behind all others.
fn put_condition(status: &mut Value, condition: Value) {
    let Value::Array(conditions) = &mut status["conditions"] else { return };
    match conditions.iter_mut().find(|known| known["type"] == condition["type"]) {
        Some(known) => *known = condition,
        None => conditions.push(condition),
    }
}

/// Says of a pod that it is being evicted.
pub(crate) fn mark(pod: &mut Value, now: Timestamp) {
    let status = &mut pod["status"];
    if !status["conditions"].is_array() {
        status["conditions"] = json!([]);
    }
    let since = condition(status, DISRUPTION_TARGET)
        .filter(|condition| condition["status"] == "True")
        .map(|condition| condition["lastTransitionTime"].clone());
    let told = json!({
        "type": DISRUPTION_TARGET, "status": "True", "lastProbeTime": null,
        "lastTransitionTime": since.unwrap_or_else(|| seconds(now).into()),
        "reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting",
    });
    put_condition(status, told);
}

/// The refusal for as long as nobody has counted for a budget.
pub(crate) fn unprocessed(budget: &str) -> Status {
    let because = format!("The disruption budget {budget} is still being processed by the server.");
    refusal(Some(SOON), &because)
}

fn refusal(after: Option<u32>, because: &str) -> Status {
    let details = Some(Box::new(json!({})));
    let refusal = Status { details, retry_after: after, ..Status::new(429, "TooManyRequests", REFUSAL) };
    let mut refusal = caused(refusal, because);
    if let (Some(seconds), Some(details)) = (after, &mut refusal.details) {
        details["retryAfterSeconds"] = seconds.into();
    }
    refusal
}

fn caused(mut refusal: Status, because: &str) -> Status {
    if let Some(details) = &mut refusal.details {
        details["causes"] = json!([{ "reason": BUDGET_CAUSE, "message": because }]);
    }
    refusal
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Why a budget with this status allows nothing.
    #[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
    #[track_caller]
    fn check(status: Value, expected: &str) {
        let mut budget = json!({ "metadata": { "name": "b", "generation": 2 }, "status": status });
        let refusal = count(&mut budget, "p", Timestamp::UNIX_EPOCH).unwrap_err().to_value();
        let said = pick(&refusal["details"]["causes"][0], "message");
        assert_eq!(said, format!("The disruption budget b {expected}"));
    }

    fn told(reason: &str, message: &str, healthy: [i64; 2]) -> Value {
        let condition =
            json!({ "type": DISRUPTION_ALLOWED, "status": "False", "reason": reason, "message": message });
        let [current, desired] = healthy;
        json!({
            "observedGeneration": 2, "currentHealthy": current, "desiredHealthy": desired, "conditions": [condition],
        })
    }

    #[test]
    fn a_budget_says_why_it_allows_nothing() {
        check(json!({ "observedGeneration": 1 }), "is still being processed by the server.");
        check(told("InsufficientPods", "", [1, 2]), "needs 2 healthy pods and has 1 currently");
        check(told("InsufficientPods", "", [3, 2]), "does not allow evicting pods currently");
        check(told("Why", "because", [3, 2]), "does not allow evicting pods currently (Why): because");
        let failed = "does not allow evicting pods currently because it failed sync: because";
        check(told("SyncFailed", "because", [1, 2]), failed);
        let disrupted: serde_json::Map<String, Value> =
            (0..=MOST_DISRUPTED).map(|n| (n.to_string(), Value::Null)).collect();
        check(
            json!({ "observedGeneration": 2, "disruptionsAllowed": 1, "disruptedPods": disrupted }),
            "does not allow evicting pods currently: too many pending evictions not confirmed by PDB controller",
        );
    }

    #[test]
    fn a_budget_is_counted_down_and_says_when_it_is_used_up() {
        let mut budget = json!({
            "metadata": { "name": "b", "generation": 1 },
            "status": { "observedGeneration": 1, "disruptionsAllowed": 2 },
        });
        count(&mut budget, "p", Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(budget["status"]["conditions"], Value::Null);
        count(&mut budget, "q", Timestamp::UNIX_EPOCH).unwrap();
        let at = "1970-01-01T00:00:00Z";
        let expected = json!({
            "observedGeneration": 1, "disruptionsAllowed": 0, "disruptedPods": { "p": at, "q": at },
            "conditions": [{
                "type": "DisruptionAllowed", "status": "False", "observedGeneration": 1, "lastTransitionTime": at,
                "reason": "InsufficientPods", "message": "",
            }],
        });
        assert_eq!(budget["status"], expected);
    }
}
