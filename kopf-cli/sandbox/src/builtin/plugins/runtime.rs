//! Classes of runtimes: pods have the overhead of theirs, and go where it runs.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
};

use serde_json::{Map, Value};

use super::Write;
use crate::{form::at, printed, quantity::Quantity, status::Status};

/// The resource key of classes.
const CLASSES: &str = "runtimeclasses.node.k8s.io";
/// So many comparisons of tolerations there are; those that are left stay.
const MOST_COMPARED: usize = 200_000;
const UNLIKE: &str = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
const ALONE: &str = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead";

/// The class that a pod names.
fn class(write: &Write<'_>, name: Option<&Value>) -> Result<Value, Status> {
    let Some(name) = name.and_then(Value::as_str) else { return Ok(Value::Null) };
    let class = write.store.get(CLASSES, "", name).map(|class| class.value());
    class.ok_or_else(|| {
        write.forbidden(&format!("pod rejected: RuntimeClass {} not found", printed::quoted(name)))
    })
}

/// Gives a new pod what its class says.
pub(super) fn admit(write: &Write<'_>, spec: &mut Map<String, Value>) -> Result<(), Status> {
    let class = class(write, spec.get("runtimeClassName"))?;
    if !class["overhead"].is_null() {
        let (fixed, said) = (at(&class, "overhead.podFixed"), spec.get("overhead").unwrap_or(&Value::Null));
        if !amounts(said).is_empty() && amounts(said) != amounts(fixed) {
            return Err(write.forbidden(UNLIKE));
        }
        if !fixed.is_null() {
            spec.insert("overhead".to_owned(), fixed.clone());
        }
    }
    let scheduling = &class["scheduling"];
    if scheduling.is_null() {
        return Ok(());
    }
    select(write, spec, &scheduling["nodeSelector"])?;
    let own = spec.get("tolerations").and_then(Value::as_array).cloned().unwrap_or_default();
    let others = scheduling["tolerations"].as_array().cloned().unwrap_or_default();
    spec.insert("tolerations".to_owned(), merge(&[own, others].concat()).into());
    Ok(())
}

fn select(write: &Write<'_>, spec: &mut Map<String, Value>, selector: &Value) -> Result<(), Status> {
    let Some(selector) = selector.as_object().filter(|selector| !selector.is_empty()) else { return Ok(()) };
    let Value::Object(own) = spec.entry("nodeSelector").or_insert_with(|| Map::new().into()) else {
        return Ok(());
    };
    for (key, value) in selector {
        if let Some(said) = own.get(key).filter(|said| *said != value) {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            return Err(write.forbidden(&format!(
                "conflict: runtimeClass.scheduling.nodeSelector[{key}] = {}; pod.spec.nodeSelector[{key}] = {}",
                text(value),
                text(said)
            )));
        }
        own.insert(key.clone(), value.clone());
    }
    own.sort_keys();
    Ok(())
}

/// Refuses a pod whose overhead is not that of its class.
pub(super) fn judge(write: &Write<'_>, pod: &Value) -> Result<(), Status> {
    let spec = &pod["spec"];
    let class = class(write, spec.get("runtimeClassName"))?;
    match (class["overhead"].is_null(), spec["overhead"].is_null()) {
        (true, false) => Err(write.forbidden(ALONE)),
        (false, _) if amounts(at(&class, "overhead.podFixed")) != amounts(&spec["overhead"]) => {
            Err(write.forbidden(UNLIKE))
        }
        _ => Ok(()),
    }
}

fn amounts(overhead: &Value) -> BTreeMap<&str, Quantity> {
    let amounts = overhead.as_object().into_iter().flatten();
    amounts.map(|(name, amount)| (&**name, Quantity::of(amount))).collect()
}

/// All tolerations but those that others go beyond. Whatever goes beyond one is of its key or of any, and of its value or of
/// any: only such are compared, and no more of them than can be.
fn merge(all: &[Value]) -> Vec<Value> {
    let mut alike: HashMap<(&str, Option<&str>), Vec<usize>> = HashMap::new();
    for (index, toleration) in all.iter().enumerate() {
        let ([key, operator, value, _], _) = parts(toleration);
        alike.entry((key, Some(value).filter(|_| operator != "Exists"))).or_default().push(index);
    }
    let mut kept = vec![false; all.len()];
    let mut left = MOST_COMPARED;
    for (index, toleration) in all.iter().enumerate() {
        let ([key, _, value, _], _) = parts(toleration);
        let wider = [(key, Some(value)), (key, None), ("", None)].into_iter().filter_map(|of| alike.get(&of));
        let compared = wider.flatten().take_while(|_| {
            left = left.saturating_sub(1);
            left > 0
        });
        kept[index] = !compared.copied().any(|other| {
            let counts = match other.cmp(&index) {
                Ordering::Less => kept[other],
                Ordering::Equal => false,
                Ordering::Greater => parts(&all[other]) != parts(toleration),
            };
            counts && goes_beyond(&all[other], toleration)
        });
    }
    all.iter().zip(kept).filter(|(_, kept)| *kept).map(|(toleration, _)| toleration.clone()).collect()
}

/// What tolerations are told apart by.
fn parts(toleration: &Value) -> ([&str; 4], Option<i64>) {
    let text = |field: &str| toleration[field].as_str().unwrap_or_default();
    (["key", "operator", "value", "effect"].map(text), toleration["tolerationSeconds"].as_i64())
}

/// Whether whatever `one` tolerates is tolerated by `other`, too.
fn goes_beyond(other: &Value, one: &Value) -> bool {
    let ([key, operator, value, effect], seconds) = parts(one);
    let ([other_key, other_operator, other_value, other_effect], other_seconds) = parts(other);
    if parts(one) == parts(other) {
        return true;
    }
    let is_of_any_key = other_key.is_empty() && other_operator == "Exists";
    let is_longer = other_effect != "NoExecute"
        || other_seconds.is_none_or(|most| seconds.is_some_and(|seconds| seconds <= most));
    let is_wider = match other_operator {
        "" | "Equal" => operator == "Equal" && value == other_value,
        other => other == "Exists",
    };
    (key == other_key || is_of_any_key)
        && (effect == other_effect || other_effect.is_empty())
        && is_longer
        && is_wider
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_tolerations_those_are_kept_that_others_do_not_go_beyond() {
        let any = json!({ "operator": "Exists" });
        let one =
            json!({ "key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 });
        let long =
            json!({ "key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 600 });
        let other = json!({ "key": "b", "operator": "Equal", "value": "c" });
        assert_eq!(merge(&[one.clone(), any.clone(), other.clone()]), [any]);
        assert_eq!(merge(&[one, other.clone(), long.clone(), other.clone()]), [other, long]);
        assert!(merge(&[]).is_empty());
    }
}
