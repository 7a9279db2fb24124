//! What is wrong with where pods may run: affinities, tolerations, how they are spread.

use serde_json::Value;

use crate::{
    builtin::{
        checks::{Causes, Check, Rule, check, selector_faults},
        site::Site,
    },
    names::{key_faults, label_value_faults, name_faults},
    resources::NameRule,
    status::Cause,
    tables,
};

use Check::{By, OneOf, Required};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
const EFFECTS: &[&str] = &["NoSchedule", "PreferNoSchedule", "NoExecute"];
const POLICIES: &[&str] = &["Honor", "Ignore"];
const SPREAD: &[Rule] = &[
    ("topologyKey", Required("can not be empty")),
    ("whenUnsatisfiable", OneOf(&["DoNotSchedule", "ScheduleAnyway"])),
];
const AFTER_SPREAD: &[Rule] = &[
    ("nodeAffinityPolicy", OneOf(POLICIES)),
    ("nodeTaintsPolicy", OneOf(POLICIES)),
    ("", By(label_keys)),
    ("labelSelector", By(selector_faults)),
];

fn positive(site: &Site<'_>) -> Causes {
    let wrong = site.number().is_some_and(|number| number <= 0);
    if wrong { vec![site.invalid("must be greater than zero")] } else { Vec::new() }
}

pub(super) fn affinity(site: &Site<'_>) -> Causes {
    let nodes = site.at("nodeAffinity");
    let mut causes = Vec::new();
    let required = nodes.at(REQUIRED);
    if required.is_given() {
        causes.extend(node_selector(&required));
    }
    for term in nodes.at(PREFERRED).each() {
        causes.extend(weight(&term.at("weight")));
        causes.extend(node_term(&term.at("preference"), true));
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        let pods = site.at(kind);
        causes.extend(pods.at(REQUIRED).each().flat_map(|term| pod_term(&term)));
        for term in pods.at(PREFERRED).each() {
            causes.extend(weight(&term.at("weight")));
            causes.extend(pod_term(&term.at("podAffinityTerm")));
        }
    }
    causes
}

fn weight(site: &Site<'_>) -> Causes {
    let number = site.number().unwrap_or_default();
    if (1..=100).contains(&number) {
        return Vec::new();
    }
    vec![Cause::invalid_value(&*site.place, &number.into(), "must be in the range 1-100")]
}

/// What is wrong with what selects nodes.
pub(super) fn node_selector(site: &Site<'_>) -> Causes {
    let terms = site.at("nodeSelectorTerms");
    if terms.len() == 0 {
        return vec![terms.required("must have at least one node selector term")];
    }
    terms.each().flat_map(|term| node_term(&term, false)).collect()
}

/// The values of what is merely preferred may be of any form.
fn node_term(term: &Site<'_>, preferred: bool) -> Causes {
    let mut causes = Vec::new();
    for said in term.at("matchExpressions").each() {
        let (operator, values) = (said.at("operator"), said.at("values"));
        let why = match (operator.text(), values.len()) {
            ("In" | "NotIn", 0) => Some("must be specified when `operator` is 'In' or 'NotIn'"),
            ("Gt" | "Lt", 1) => None,
            ("Gt" | "Lt", _) => Some("must be specified single value when `operator` is 'Lt' or 'Gt'"),
            _ => None,
        };
        causes.extend(why.map(|why| values.required(why)));
        match operator.text() {
            "Exists" | "DoesNotExist" if values.len() > 0 => {
                let why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                causes.push(values.forbidden(why));
            }
            "In" | "NotIn" | "Gt" | "Lt" | "Exists" | "DoesNotExist" => {}
            _ => causes.push(operator.invalid_word("not a valid selector operator")),
        }
        let key = said.at("key");
        causes.extend(key.against(key_faults(key.text())));
        let strict = values.each().filter(|_| !preferred);
        causes.extend(strict.flat_map(|value| value.against(label_value_faults(value.text()))));
    }
    for said in term.at("matchFields").each() {
        let (operator, values, key) = (said.at("operator"), said.at("values"), said.at("key"));
        match operator.text() {
            "In" | "NotIn" if values.len() == 1 => {}
            "In" | "NotIn" => {
                let why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
                causes.push(values.required(why));
            }
            _ => causes.push(operator.invalid_word("not a valid selector operator")),
        }
        if key.is("metadata.name") {
            let names = values.each();
            causes.extend(names.flat_map(|name| name.against(name_faults(name.text(), NameRule::Subdomain))));
        } else {
            causes.push(Cause::invalid(&*key.place, key.text(), "not a valid field selector key"));
        }
    }
    causes
}

fn pod_term(term: &Site<'_>) -> Causes {
    let mut causes = selector_faults(&term.at("labelSelector"));
    causes.extend(selector_faults(&term.at("namespaceSelector")));
    for name in term.at("namespaces").each() {
        let name = name.moved(format!("{}.namespace", term.place));
        causes.extend(name.against(name_faults(name.text(), NameRule::Label)));
    }
    causes.extend(label_keys(term));
    let key = term.at("topologyKey");
    if key.len() == 0 {
        causes.push(key.required("can not be empty"));
    }
    causes.extend(key.against(key_faults(key.text())));
    causes
}

/// Keys of labels of the pod itself, which need a selector beside them.
fn label_keys(site: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    for list in ["matchLabelKeys", "mismatchLabelKeys"].map(|field| site.at(field)) {
        if list.len() > 0 && !site.at("labelSelector").is_given() {
            causes.push(list.forbidden("must not be specified when labelSelector is not set"));
            continue;
        }
        causes.extend(list.each().flat_map(|key| key.against(key_faults(key.text()))));
    }
    let others = site.at("mismatchLabelKeys");
    for key in site.at("matchLabelKeys").each() {
        if others.each().any(|other| other.value == key.value) {
            causes.push(key.invalid("exists in both matchLabelKeys and mismatchLabelKeys"));
        }
    }
    causes
}

pub(super) fn spreading(list: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let constraints: Vec<Site<'_>> = list.each().collect();
    for (at, constraint) in constraints.iter().enumerate() {
        let skew = constraint.at("maxSkew");
        let number = skew.number().unwrap_or_default();
        if number <= 0 {
            causes.push(Cause::invalid_value(skew.place, &number.into(), "must be greater than zero"));
        }
        causes.extend(check(constraint, SPREAD));
        let (key, action) = (constraint.at("topologyKey"), constraint.at("whenUnsatisfiable"));
        let same = |other: &Site<'_>| {
            other.at("topologyKey").value == key.value && other.at("whenUnsatisfiable").value == action.value
        };
        if constraints[at + 1..].iter().any(same) {
            let place = format!("{}.{{topologyKey, whenUnsatisfiable}}", constraint.place);
            let said = format!("{{{}, {}}}", key.text(), action.text());
            causes.push(Cause::duplicate(place, &said.into()));
        }
        let least = constraint.at("minDomains");
        causes.extend(positive(&least));
        if least.is_given() && !action.is("DoNotSchedule") {
            let why =
                format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {}", action.text());
            causes.push(least.invalid(&why));
        }
        causes.extend(check(constraint, AFTER_SPREAD));
    }
    causes
}

pub(super) fn toleration(site: &Site<'_>) -> Causes {
    let (key, operator, effect) = (site.at("key"), site.at("operator"), site.at("effect"));
    let mut causes = Vec::new();
    if key.len() > 0 {
        causes.extend(key.against(key_faults(key.text())));
    } else if !operator.is("Exists") {
        let why =
            "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
        causes.push(operator.invalid_word(why));
    }
    if site.at("tolerationSeconds").is_given() && !effect.is("NoExecute") {
        let why = "effect must be 'NoExecute' when `tolerationSeconds` is set";
        causes.push(effect.invalid_word(why));
    }
    let value = site.at("value").moved(operator.place.clone());
    match operator.text() {
        "" | "Equal" => {
            let why = label_value_faults(value.text());
            causes.extend((!why.is_empty()).then(|| value.invalid(&why.join(";"))));
        }
        "Exists" if value.len() > 0 => {
            causes.push(value.invalid("value must be empty when `operator` is 'Exists'"));
        }
        "Exists" => {}
        "Lt" | "Gt" => causes.push(operator.unsupported(&["Equal", "Exists", "Lt", "Gt"])),
        _ => causes.push(operator.unsupported(&["Equal", "Exists"])),
    }
    if effect.len() > 0 {
        causes.extend(check(&effect, &[("", OneOf(EFFECTS))]));
    }
    causes
}

/// Tolerations of a pod may be added to, and last for another time.
pub(super) fn only_added(list: &Site<'_>, before: &Value) -> Causes {
    let without_time = |toleration: &Value| {
        let mut toleration = toleration.clone();
        toleration.as_object_mut().map(|fields| fields.shift_remove("tolerationSeconds"));
        toleration
    };
    let now: Vec<Value> = list.value.as_array().into_iter().flatten().map(without_time).collect();
    let mut then = before.as_array().into_iter().flatten().map(without_time);
    if then.all(|toleration| now.contains(&toleration)) {
        return Vec::new();
    }
    vec![list.forbidden("existing toleration can not be modified except its tolerationSeconds")]
}

/// Where a pod may run can be narrowed as long as it is held back.
pub(super) fn while_gated(spec: &Site<'_>, before: &Value) -> Causes {
    let selector = spec.at("nodeSelector");
    let mut known = before["nodeSelector"].as_object().into_iter().flatten();
    let mut causes = Vec::new();
    if !known.all(|(key, value)| selector.value.get(key) == Some(value)) {
        let why = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
        causes.push(selector.invalid(why));
    }
    causes.extend(extended(&spec.at(&format!("affinity.nodeAffinity.{REQUIRED}.nodeSelectorTerms"))));
    causes
}

/// Terms that nodes have to meet may say more than they did, each of them.
fn extended(terms: &Site<'_>) -> Causes {
    const TYPE: &str = "core.NodeSelectorTerm";
    let before = terms.before.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if !before.is_empty() && before.len() != terms.len() {
        let why = "no additions/deletions to non-empty NodeSelectorTerms list are allowed";
        let said = tables::inside(&format!("[{TYPE}"), &terms.as_sent(&Value::Null).1);
        return vec![Cause::invalid_value(&*terms.place, &said, why)];
    }
    let begins_as = |term: &Value, before: &Value, list: &str| {
        let items = |value: &Value| value[list].as_array().cloned().unwrap_or_default();
        items(term).starts_with(&items(before))
    };
    let lists = ["matchExpressions", "matchFields"];
    let is_empty = |term: &Value| lists.iter().all(|list| term[*list].as_array().is_none_or(Vec::is_empty));
    let is_other = |(_, (term, before)): &(usize, (Site<'_>, &Value))| {
        is_empty(before) && !is_empty(term.value)
            || !lists.iter().all(|list| begins_as(term.value, before, list))
    };
    let mut others = terms.each().zip(before).enumerate().filter(is_other).peekable();
    if others.peek().is_none() {
        return Vec::new();
    }
    // What is said to be empty is looked for once, and not for each that is told.
    let sent = tables::inside(&format!("[{TYPE}"), &terms.as_sent(&Value::Null).1);
    let why = "only additions are allowed (no mutations or deletions)";
    others.map(|(at, (term, _))| Cause::invalid_value(term.place, &sent[at], why)).collect()
}
