//! What is wrong with the limits that a namespace has for what is in it.

use std::collections::{BTreeSet, HashSet};

use super::resources::{any_name_faults, may_be_exceeded, name_faults};
use crate::{
    builtin::{checks::Causes, site::Site},
    names::key_faults,
    quantity::Quantity,
};

const POD: &str = "Pod";
const CONTAINER: &str = "Container";
const CLAIM: &str = "PersistentVolumeClaim";
const RATIO: &str = "maxLimitRequestRatio";

pub(super) fn range(root: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let mut known = HashSet::new();
    for limit in root.at("spec.limits").each() {
        let kind = limit.at("type");
        causes.extend(kind_faults(&kind));
        if !known.insert(kind.text()) {
            causes.push(kind.duplicate_word());
        }
        causes.extend(limit_faults(&limit));
    }
    causes
}

fn kind_faults(kind: &Site<'_>) -> Causes {
    let name = kind.text();
    let causes: Causes = key_faults(name).iter().map(|why| kind.invalid_word(why)).collect();
    if causes.is_empty() && !name.contains('/') && ![POD, CONTAINER, CLAIM].contains(&name) {
        return vec![kind.invalid_word("must be a standard limit type or fully qualified")];
    }
    causes
}

fn limit_faults(limit: &Site<'_>) -> Causes {
    let kind = limit.at("type").text();
    let name_faults = if [POD, CONTAINER].contains(&kind) { name_faults } else { any_name_faults };
    let mut causes = Vec::new();
    let mut names = BTreeSet::new();
    for field in ["max", "min", "default", "defaultRequest", RATIO] {
        let amounts = limit.at(field);
        if kind == POD && field.starts_with("default") {
            let is_said = amounts.len() > 0;
            causes.extend(is_said.then(|| amounts.forbidden("may not be specified when `type` is 'Pod'")));
            continue;
        }
        let is_said = |field: &str| !limit.value[field]["storage"].is_null();
        if field == RATIO && kind == CLAIM && !is_said("min") && !is_said("max") {
            let why = "either minimum or maximum storage value is required, but neither was provided";
            causes.push(limit.at("limits").required(why));
        }
        for (name, amount) in amounts.entries() {
            causes.extend(name_faults(&amount.place, name));
            names.insert(name);
        }
    }
    causes.extend(names.into_iter().flat_map(|name| amounts_faults(limit, kind, name)));
    causes
}

/// Which amounts of a resource are not to be more than which others, how both are called, where that is told, and with whose value.
const IN_ORDER: [([&str; 2], [&str; 2], &str, &str); 6] = [
    (["min", "max"], ["min", "max"], "min", "min"),
    (["min", "defaultRequest"], ["min", "default request"], "defaultRequest", "defaultRequest"),
    (["defaultRequest", "max"], ["default request", "max"], "defaultRequest", "defaultRequest"),
    (["defaultRequest", "default"], ["default request", "default limit"], "defaultRequest", "defaultRequest"),
    (["min", "default"], ["min", "default"], "default", "min"),
    (["default", "max"], ["default", "max"], "default", "max"),
];

/// What is wrong with the amounts of a resource beside each other.
fn amounts_faults(limit: &Site<'_>, kind: &str, name: &str) -> Causes {
    let of = |field: &str| {
        let value = limit.value[field].get(name).filter(|_| kind != POD || !field.starts_with("default"))?;
        let place = format!("{}.{field}[{name}]", limit.place);
        Some(Site { place, value, before: None, empties: None })
    };
    let mut causes = Vec::new();
    for ([less, more], [called, than], place, shown) in IN_ORDER {
        let (Some(less), Some(more), Some(shown)) = (of(less), of(more), of(shown)) else { continue };
        if Quantity::of(less.value) > Quantity::of(more.value) {
            let why = format!("{called} value {} is greater than {than} value {}", less.text(), more.text());
            causes.push(shown.moved(format!("{}.{place}[{name}]", limit.place)).invalid(&why));
        }
    }
    if let Some(ratio) = of(RATIO) {
        causes.extend(ratio_faults(&ratio, of("min").zip(of("max"))));
    }
    if let (Some(default), Some(request)) = (of("default"), of("defaultRequest"))
        && !may_be_exceeded(name)
        && Quantity::of(default.value) != Quantity::of(request.value)
    {
        let (default, asked) = (default.text(), request.text());
        let why = format!("default value {default} must equal to defaultRequest value {asked} in {name}");
        causes.push(request.invalid(&why));
    }
    causes
}

/// What is wrong with how often the request may be in the limit.
fn ratio_faults(ratio: &Site<'_>, bounds: Option<(Site<'_>, Site<'_>)>) -> Causes {
    let amount = Quantity::of(ratio.value);
    let mut causes = Vec::new();
    if amount < Quantity::ONE {
        causes.push(ratio.invalid(&format!("ratio {} is less than 1", ratio.text())));
    }
    if let Some((min, max)) = bounds {
        let [one, times, least, most] =
            Quantity::comparable([Quantity::ONE, amount, Quantity::of(min.value), Quantity::of(max.value)]);
        let greatest = most as f64 / least as f64;
        if times as f64 / one as f64 > greatest {
            // What all are greater than is told as Go tells it.
            let greatest = if greatest.is_finite() { format!("{greatest:.6}") } else { "-Inf".to_owned() };
            let why = format!("ratio {} is greater than max/min = {greatest}", ratio.text());
            causes.push(ratio.invalid(&why));
        }
    }
    causes
}
