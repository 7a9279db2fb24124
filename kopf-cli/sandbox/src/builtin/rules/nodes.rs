//! What is wrong with nodes: their taints, ranges of addresses and resources.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::resources::amount_faults;
use crate::{
    builtin::{
        checks::{Causes, Check, check},
        site::Site,
        texts,
    },
    names::{key_faults, label_value_faults},
    net::addresses,
    printed,
    status::Cause,
};

const EFFECTS: &[&str] = &["NoSchedule", "PreferNoSchedule", "NoExecute"];

pub(super) fn node(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let mut causes = common(root, &spec);
    causes.extend(ranges(&spec.at("podCIDRs")));
    if root.before.is_some() {
        causes.extend(kept(root, &spec));
    }
    causes
}

pub(super) fn status(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let mut causes = common(root, &spec);
    causes.extend(kept(root, &spec));
    causes
}

fn common(root: &Site<'_>, spec: &Site<'_>) -> Causes {
    // The server says that taints are in the metadata.
    let mut causes = taints(&spec.at("taints").moved("metadata.taints".to_owned()));
    for field in ["status.capacity", "status.allocatable"] {
        let amounts = root.at(field);
        for (name, amount) in amounts.entries() {
            causes.extend(amount_faults(&amount.moved(format!("{}.{name}", amounts.place)), name));
        }
    }
    causes
}

fn taints(list: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let mut known = HashSet::new();
    for taint in list.each() {
        let (key, value, effect) = (taint.at("key"), taint.at("value"), taint.at("effect"));
        causes.extend(key.against(key_faults(key.text())));
        let faults = label_value_faults(value.text());
        if !faults.is_empty() {
            causes.push(value.invalid(&faults.join(";")));
        }
        if effect.len() == 0 {
            causes.push(effect.required(""));
        } else {
            causes.extend(check(&effect, &[("", Check::OneOf(EFFECTS))]));
        }
        if !known.insert((effect.text(), key.text())) {
            let said = json!({
                "Key": key.text(), "Value": value.text(), "Effect": effect.text(), "TimeAdded": taint.at("timeAdded").value,
            });
            let mut cause = twice(&taint, &said);
            cause.message += ": taints must be unique by key and effect pair";
            causes.push(cause);
        }
    }
    causes
}

/// That something is there twice, in the order of fields in which the server has it inside.
fn twice(site: &Site<'_>, said: &Value) -> Cause {
    let message = format!("Duplicate value: {}", printed::bad_value(said));
    Cause { message, ..Cause::duplicate(&*site.place, said) }
}

fn ranges(list: &Site<'_>) -> Causes {
    let mut causes: Causes =
        list.each().flat_map(|range| range.against(texts::range(range.text()))).collect();
    let families: Vec<Option<bool>> = list
        .each()
        .map(|range| addresses::tolerant_range(range.text()).map(|(address, _)| address.is_ipv4()))
        .collect();
    if let Some(at) = families.iter().position(Option::is_none).filter(|_| list.len() > 1) {
        let said = list.each().nth(at).map(|range| range.text()).unwrap_or_default();
        let why = format!(
            "invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[{at}]: <nil> (invalid CIDR address: {said})"
        );
        causes.push(Cause::internal(&*list.place, &why));
    }
    if list.len() > 2 || (list.len() == 2 && (families[0] == families[1] || families.contains(&None))) {
        causes.push(list.invalid("may specify no more than one CIDR for each IP family"));
    }
    causes
}

/// What a node was given stays.
fn kept(root: &Site<'_>, spec: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let mut known = HashSet::new();
    for address in root.at("status.addresses").each() {
        let (kind, said) = (address.at("type").text(), address.at("address").text());
        if !known.insert((kind, said)) {
            causes.push(twice(&address, &json!({ "Type": kind, "Address": said })));
        }
    }
    let ranges = spec.at("podCIDRs");
    let then = ranges.before.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let now = ranges.value.as_array().map_or(&[][..], Vec::as_slice);
    let why = "node updates may not change podCIDR except from \"\" to valid";
    let differences = if then.is_empty() {
        0
    } else if then.len() == now.len() {
        then.iter().zip(now).filter(|(then, now)| then != now).count()
    } else {
        1
    };
    causes.extend((0..differences).map(|_| ranges.forbidden(why)));
    let provider = spec.at("providerID");
    if provider.before.and_then(Value::as_str).is_some_and(|then| !then.is_empty()) && provider.is_changed() {
        let what = if provider.len() > 0 { "modified" } else { "cleared" };
        let why = format!("field cannot be {what} once set");
        causes.push(Cause {
            message: format!("Invalid value: {}: {why}", printed::json(&Value::Null)),
            ..provider.invalid(&why)
        });
    }
    let former = spec.at("externalID");
    causes.extend(former.is_changed().then(|| former.forbidden("may not be updated")));
    causes
}
