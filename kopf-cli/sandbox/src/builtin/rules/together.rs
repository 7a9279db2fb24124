//! What is wrong with how that goes together which a pod asks for as a whole and which its containers ask for.

use std::collections::HashMap;

use crate::{
    builtin::{
        checks::Causes,
        site::Site,
        whole::{self, is_large_pages},
    },
    quantity::Quantity,
    status::{Cause, told},
};

/// A pod has to ask for what its containers do, and to be limited to no less than each of them.
pub(super) fn faults(spec: &Site<'_>) -> Causes {
    let resources = spec.at("resources");
    if !resources.is_given() {
        return Vec::new();
    }
    let (requests, limits) = (resources.at("requests"), resources.at("limits"));
    let less = less(spec, &requests, "requests", |_| true).into_iter().chain(less(
        spec,
        &limits,
        "limits",
        is_large_pages,
    ));
    let limits: HashMap<&str, (Quantity, &str)> = limits
        .entries()
        .filter(|(_, limit)| limit.is_given())
        .map(|(name, limit)| (name, (Quantity::of(limit.value), limit.text())))
        .collect();
    let (limits, place) = (&limits, &resources.place);
    let more = spec.at("containers").each().enumerate().flat_map(|(at, container)| {
        container.at("resources.limits").entries().filter_map(move |(name, limit)| {
            let (_, most) = limits.get(name).filter(|(most, _)| Quantity::of(limit.value) > *most)?;
            let why = format!("must be less than or equal to pod limits of {most}");
            Some(Cause::invalid(format!("{place}.containers[{at}][{name}].limits"), limit.text(), &why))
        })
    });
    told(less.chain(more))
}

/// Amounts of a pod that are less than those of its containers together.
fn less(spec: &Site<'_>, said: &Site<'_>, list: &str, counts: fn(&str) -> bool) -> Causes {
    let mut together =
        spec.value.as_object().map(|spec| whole::of_containers(spec, list)).unwrap_or_default();
    together.retain(|name, _| counts(name));
    let less = said.entries().filter_map(|(name, amount)| {
        let all = together.get(name).filter(|all| all.quantity() > Quantity::of(amount.value))?.shown();
        let all = all.as_str().unwrap_or_default();
        Some(amount.invalid(&format!("must be greater than or equal to aggregate container {list} of {all}")))
    });
    less.collect()
}
