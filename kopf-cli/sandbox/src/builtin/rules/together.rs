//! What is wrong with how that goes together which a pod asks for as a whole and which its containers ask for.

use crate::{
    builtin::{
        checks::Causes,
        site::Site,
        whole::{self, is_large_pages},
    },
    quantity::Quantity,
    status::Cause,
};

/// A pod has to ask for what its containers do, and to be limited to no less than each of them.
pub(super) fn faults(spec: &Site<'_>) -> Causes {
    let resources = spec.at("resources");
    if !resources.is_given() {
        return Vec::new();
    }
    let mut causes = less(spec, &resources.at("requests"), "requests", |_| true);
    causes.extend(less(spec, &resources.at("limits"), "limits", is_large_pages));
    for (at, container) in spec.at("containers").each().enumerate() {
        for (name, limit) in container.at("resources.limits").entries() {
            let whole = &resources.at("limits").value[name];
            if whole.is_null() || Quantity::of(limit.value) <= Quantity::of(whole) {
                continue;
            }
            let place = format!("{}.containers[{at}][{name}].limits", resources.place);
            let why =
                format!("must be less than or equal to pod limits of {}", whole.as_str().unwrap_or_default());
            causes.push(Cause::invalid(place, limit.text(), &why));
        }
    }
    causes
}

/// Amounts of a pod that are less than those of its containers together.
fn less(spec: &Site<'_>, said: &Site<'_>, list: &str, counts: fn(&str) -> bool) -> Causes {
    let mut together =
        spec.value.as_object().map(|spec| whole::of_containers(spec, list)).unwrap_or_default();
    together.retain(|name, _| counts(name));
    let less = said.entries().filter_map(|(name, amount)| {
        let all = together.get(name).filter(|all| Quantity::of(all) > Quantity::of(amount.value))?;
        let all = all.as_str().unwrap_or_default();
        Some(amount.invalid(&format!("must be greater than or equal to aggregate container {list} of {all}")))
    });
    less.collect()
}
