//! What a pod asks for as a whole: how much that is of what its containers ask for, and what it is completed by.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use crate::{
    form::at,
    quantity::{Quantity, Sum},
};

type Fields = Map<String, Value>;
/// How much of each resource.
pub(super) type Amounts<'a> = BTreeMap<&'a str, Sum<'a>>;

const REQUESTS: &str = "requests";
const LIMITS: &str = "limits";
const LARGE_PAGES: &str = "hugepages-";

/// Whether it is a resource that a pod can ask for as a whole.
fn is_of_pods(name: &str) -> bool {
    ["cpu", "memory"].contains(&name) || is_large_pages(name)
}

/// Whether it is memory in large pages, of which a limit is never more than what is asked for.
pub(super) fn is_large_pages(name: &str) -> bool {
    name.starts_with(LARGE_PAGES)
}

/// Whether a pod asks for anything as a whole.
pub(super) fn is_asked_for(spec: &Fields) -> bool {
    let lists = [REQUESTS, LIMITS].into_iter().filter_map(|list| spec.get("resources")?[list].as_object());
    lists.flat_map(Map::keys).any(|name| is_of_pods(name))
}

/// What all containers ask for, or are limited to: those that go first run one after another, but for those that stay.
pub(super) fn of_containers<'a>(spec: &'a Fields, list: &str) -> Amounts<'a> {
    let mut all = Amounts::new();
    for container in items(spec, "containers") {
        for (name, amount) in amounts(container, list) {
            add(&mut all, name, amount);
        }
    }
    let (mut staying, mut first) = (Amounts::new(), Amounts::new());
    for container in items(spec, "initContainers") {
        let stays = container["restartPolicy"] == "Always";
        for (name, amount) in amounts(container, list) {
            let mut together = amount;
            if stays {
                add(&mut all, name, amount);
                together = add(&mut staying, name, amount);
            } else if let Some(others) = staying.get(name) {
                together = amount.plus(*others);
            }
            raise(&mut first, name, together);
        }
    }
    first.into_iter().for_each(|(name, amount)| raise(&mut all, name, amount));
    all
}

fn items<'a>(spec: &'a Fields, field: &str) -> impl Iterator<Item = &'a Value> {
    spec.get(field).and_then(Value::as_array).into_iter().flatten()
}

/// What a container asks for, or is limited to, or whatever else has resources.
pub(super) fn amounts<'a>(container: &'a Value, list: &str) -> impl Iterator<Item = (&'a str, Sum<'a>)> {
    let amounts = container["resources"][list].as_object();
    amounts.into_iter().flatten().map(|(name, amount)| (&**name, Sum::of(amount)))
}

/// Adds an amount to what is known of it; the answer is both.
fn add<'a>(amounts: &mut Amounts<'a>, name: &'a str, more: Sum<'a>) -> Sum<'a> {
    let both = amounts.get(name).map_or(more, |known| known.plus(more));
    amounts.insert(name, both);
    both
}

fn raise<'a>(amounts: &mut Amounts<'a>, name: &'a str, to: Sum<'a>) {
    if amounts.get(name).is_none_or(|known| known.quantity() < to.quantity()) {
        amounts.insert(name, to);
    }
}

/// Completes what a pod asks for by what its containers do, and its limits by theirs, where all of them have some.
pub(super) fn complete(spec: &mut Fields) {
    let said = |list| -> Fields {
        let said = spec.get("resources").and_then(|whole| whole[list].as_object());
        said.cloned().unwrap_or_default()
    };
    let (mut requests, mut limits) = (said(REQUESTS), said(LIMITS));
    if requests.is_empty() && limits.is_empty() {
        return;
    }
    let limited = of_containers(spec, LIMITS);
    for (name, amount) in limited.iter().filter(|(name, _)| is_large_pages(name)) {
        if !requests.contains_key(*name) {
            limits.entry(*name).or_insert_with(|| amount.shown());
        }
    }
    let asked = of_containers(spec, REQUESTS);
    for (name, amount) in asked.into_iter().filter(|(name, _)| is_of_pods(name) && !is_large_pages(name)) {
        requests.entry(name).or_insert_with(|| amount.shown());
    }
    for (name, amount) in limits.iter().filter(|(name, _)| is_of_pods(name)) {
        requests.entry(name).or_insert_with(|| amount.clone());
    }
    let unlimited = requests.iter().filter(|(name, _)| is_of_pods(name) && !limits.contains_key(*name));
    let mut unlimited: HashMap<&str, &Value> =
        unlimited.map(|(name, amount)| (name.as_str(), amount)).collect();
    for container in items(spec, "containers").chain(items(spec, "initContainers")) {
        let own = at(container, "resources.limits");
        unlimited.retain(|name, _| own.get(name).is_some());
    }
    for (name, asked) in unlimited {
        if let Some(limit) = limited.get(name) {
            let more = Quantity::of(asked) > limit.quantity();
            limits.insert(name.to_owned(), if more { asked.clone() } else { limit.shown() });
        }
    }
    if let Some(Value::Object(whole)) = spec.get_mut("resources") {
        for (list, mut amounts) in [(REQUESTS, requests), (LIMITS, limits)] {
            amounts.sort_keys();
            if !amounts.is_empty() {
                whole.insert(list.to_owned(), amounts.into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn limited(amounts: &Value) -> Value {
        json!({ "resources": { "limits": amounts } })
    }

    #[test]
    fn those_that_go_first_count_where_they_take_more() {
        let mut staying = limited(&json!({ "cpu": "500m" }));
        staying["restartPolicy"] = "Always".into();
        let spec = json!({
            "containers": [limited(&json!({ "cpu": "1", "memory": "1Gi" })), limited(&json!({ "cpu": "0.5" }))],
            "initContainers": [limited(&json!({ "cpu": "1" })), staying, limited(&json!({ "cpu": "3", "memory": "1" }))],
        });
        let all = of_containers(spec.as_object().unwrap(), LIMITS);
        let all: Vec<_> = all.into_iter().map(|(name, amount)| (name, amount.shown())).collect();
        assert_eq!(all, [("cpu", json!("3500m")), ("memory", json!("1Gi"))]);
    }
}
