//! What is wrong with what scales workloads, and with how few pods they may have.

use serde_json::{Value, json};

use super::{resources, workloads::over};
use crate::{
    builtin::{
        checks::{Causes, Check, LABEL, Rule, check, selector_faults},
        site::Site,
    },
    names::name_faults,
    quantity::Quantity,
    resources::NameRule,
    status::Cause,
};

use Check::{AtLeast, By, OneOf, Required, Share};

const METRICS: &[&str] = &["ContainerResource", "External", "Object", "Pods", "Resource"];
/// Where metrics of a kind are said; in this order the server looks for them.
const SOURCES: [(&str, &str); 5] = [
    ("Object", "object"),
    ("External", "external"),
    ("Pods", "pods"),
    ("Resource", "resource"),
    ("ContainerResource", "containerResource"),
];
const EITHER: &str = "must set either a target raw value or a target utilization";
const BOTH: &str = "may not set both a target raw value and a target utilization";
const POLICIES: &[&str] = &["Percent", "Pods"];

pub(super) fn autoscaler(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let (least, most) = (spec.at("minReplicas"), spec.at("maxReplicas"));
    let mut causes = check(&least, &[("", AtLeast(0))]);
    let number = most.number().unwrap_or_default();
    if number == 0 {
        causes.push(most.required(""));
    }
    if number < 0 {
        causes.push(most.invalid("must be greater than or equal to 1"));
    }
    if least.number().is_some_and(|least| number < least) {
        let why = "must be greater than or equal to `minReplicas`";
        causes.push(Cause::invalid_value(&*most.place, &number.into(), why));
    }
    causes.extend(reference(&spec.at("scaleTargetRef"), false));
    let metrics = spec.at("metrics");
    causes.extend(metrics.each().flat_map(|metric| metric_faults(&metric)));
    let from_outside = |metric: &Site<'_>| ["Object", "External"].contains(&metric.at("type").text());
    if least.number() == Some(0) && !metrics.each().any(|metric| from_outside(&metric)) {
        let why = "must specify at least one Object or External metric to support scaling to zero replicas";
        causes.push(metrics.forbidden(why));
    }
    for direction in ["scaleUp", "scaleDown"] {
        let rules = spec.at("behavior").at(direction);
        if rules.is_given() {
            causes.extend(behavior(&rules));
        }
    }
    causes
}

/// What names an object of some kind.
fn reference(site: &Site<'_>, any_version: bool) -> Causes {
    let mut causes = Vec::new();
    for field in ["kind", "name"].map(|field| site.at(field)) {
        if field.len() == 0 {
            causes.push(field.required(""));
        } else {
            causes.extend(field.against(name_faults(field.text(), NameRule::PathSegment)));
        }
    }
    let version = site.at("apiVersion");
    let text = version.text();
    if text.matches('/').count() > 1 {
        let why = format!("unexpected GroupVersion string: {text}");
        causes.push(Cause::invalid(&*version.place, text, &why));
    } else if !any_version && !text.contains('/') && site.at("kind").text() != "ReplicationController" {
        causes.push(Cause::invalid(&*version.place, text, "apiVersion must specify API group"));
    }
    causes
}

fn metric_faults(site: &Site<'_>) -> Causes {
    let kind = site.at("type");
    let mut causes = Vec::new();
    if kind.len() == 0 {
        causes.push(kind.required("must specify a metric source type"));
    }
    let known = METRICS.contains(&kind.text());
    let unknown = || kind.unsupported(METRICS);
    causes.extend((!known).then(unknown));
    let said: Vec<_> = SOURCES.iter().filter(|(_, field)| site.at(field).is_given()).collect();
    if let Some((_, field)) = said.first() {
        causes.extend(source(field, &site.at(field)));
    }
    let wanted = SOURCES.iter().find(|(name, _)| kind.is(name)).map(|(_, field)| *field);
    match wanted {
        Some(field) if !site.at(field).is_given() => {
            causes.push(site.at(field).required("must populate information for the given metric source"));
        }
        _ => {}
    }
    if said.len() != 1 {
        for (_, field) in said.iter().filter(|(_, field)| Some(*field) != wanted) {
            causes.push(site.at(field).forbidden("must populate the given metric source only"));
        }
    }
    causes
}

fn source(kind: &str, site: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let (name, container) = (site.at("name"), site.at("container"));
    match kind {
        "object" => causes.extend(reference(&site.at("describedObject"), true)),
        "resource" | "containerResource" if name.len() == 0 => {
            causes.push(name.required("must specify a resource name"));
        }
        "containerResource" => causes.extend(resources::name_faults(&name.place, name.text())),
        _ => {}
    }
    if kind == "containerResource" {
        causes.extend(check(&container, &[("", Required("must specify a container")), ("", LABEL)]));
    }
    let metric = site.at("metric.name");
    if !["resource", "containerResource"].contains(&kind) {
        if metric.len() == 0 {
            causes.push(metric.required("must specify a metric name"));
        } else {
            causes.extend(metric.against(name_faults(metric.text(), NameRule::PathSegment)));
        }
    }
    let target = site.at("target");
    causes.extend(target_faults(&target));
    let has = |field: &str| target.at(field).is_given();
    match kind {
        "object" if !has("value") && !has("averageValue") => {
            let why = "must set either a target value or averageValue";
            causes.push(target.at("averageValue").required(why));
        }
        "external" if !has("value") && !has("averageValue") => {
            let why = "must set either a target value for metric or a per-pod target";
            causes.push(target.at("averageValue").required(why));
        }
        "external" if has("value") && has("averageValue") => {
            let why = "may not set both a target value for metric and a per-pod target";
            causes.push(target.at("value").forbidden(why));
        }
        "pods" if !has("averageValue") => {
            causes.push(target.at("averageValue").required("must specify a positive target averageValue"));
        }
        "resource" | "containerResource" => match (has("averageUtilization"), has("averageValue")) {
            (false, false) => causes.push(target.at("averageUtilization").required(EITHER)),
            (true, true) => causes.push(target.at("averageValue").forbidden(BOTH)),
            _ => {}
        },
        _ => {}
    }
    causes
}

fn target_faults(site: &Site<'_>) -> Causes {
    let kind = site.at("type");
    let mut causes = Vec::new();
    if kind.len() == 0 {
        causes.push(kind.required("must specify a metric target type"));
    }
    if !["Utilization", "Value", "AverageValue"].contains(&kind.text()) {
        let why = "must be either Utilization, Value, or AverageValue";
        causes.push(kind.invalid_word(why));
    }
    for amount in ["value", "averageValue"].map(|field| site.at(field)) {
        if amount.is_given() && !Quantity::of(amount.value).is_positive() {
            causes.push(amount.invalid("must be positive"));
        }
    }
    let share = site.at("averageUtilization");
    if share.number().is_some_and(|share| share < 1) {
        causes.push(share.invalid("must be greater than 0"));
    }
    causes
}

fn behavior(rules: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let window = rules.at("stabilizationWindowSeconds");
    match window.number() {
        Some(seconds) if seconds < 0 => causes.push(window.invalid("must be greater than or equal to zero")),
        Some(seconds) if seconds > 3_600 => causes.push(window.invalid("must be less than or equal to 3600")),
        _ => {}
    }
    causes.extend(check(rules, &[("selectPolicy", OneOf(&["Disabled", "Max", "Min"]))]));
    let policies = rules.at("policies");
    if policies.len() == 0 {
        causes.push(policies.required("must specify at least one Policy"));
    }
    for policy in policies.each() {
        let kind = policy.at("type");
        if !POLICIES.contains(&kind.text()) {
            causes.push(kind.unsupported(POLICIES));
        }
        for field in ["value", "periodSeconds"].map(|field| policy.at(field)) {
            let number = field.number().unwrap_or_default();
            if number <= 0 {
                causes.push(Cause::invalid_value(field.place, &number.into(), "must be greater than zero"));
            }
        }
        let period = policy.at("periodSeconds");
        if period.number().is_some_and(|seconds| seconds > 1_800) {
            causes.push(period.invalid("must be less than or equal to 1800"));
        }
    }
    let tolerance = rules.at("tolerance");
    if Quantity::of(tolerance.value).is_negative() {
        causes.push(tolerance.invalid("must be greater than or equal to 0"));
    }
    causes
}

const OF_BUDGETS: &[Rule] = &[("minAvailable", By(available)), ("maxUnavailable", By(available))];

fn available(site: &Site<'_>) -> Causes {
    let mut causes = check(site, &[("", Share)]);
    causes.extend(over(site));
    causes
}

pub(super) fn budget(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let mut causes = Vec::new();
    let field = |name: &str| -> &Value { spec.at(name).value };
    if !field("minAvailable").is_null() && !field("maxUnavailable").is_null() {
        let shown = json!({
            "MinAvailable": field("minAvailable"),
            "Selector": field("selector"),
            "MaxUnavailable": field("maxUnavailable"),
            "UnhealthyPodEvictionPolicy": field("unhealthyPodEvictionPolicy"),
        });
        let why = "minAvailable and maxUnavailable cannot be both set";
        causes.push(Cause::invalid_value(&*spec.place, &shown, why));
    }
    causes.extend(check(&spec, OF_BUDGETS));
    causes.extend(selector_faults(&spec.at("selector")));
    let policy = spec.at("unhealthyPodEvictionPolicy");
    causes.extend(check(&policy, &[("", OneOf(&["AlwaysAllow", "IfHealthyBudget"]))]));
    causes
}
