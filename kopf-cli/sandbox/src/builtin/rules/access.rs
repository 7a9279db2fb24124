//! What is wrong with roles and with what binds them.

use serde_json::{Value, json};

use crate::{
    builtin::{
        checks::{Causes, Check, Rule, check, selector_faults, selects},
        site::Site,
    },
    names::name_faults,
    resources::NameRule,
    status::Cause,
};

use Check::Required;

const GROUP: &str = "rbac.authorization.k8s.io";
const SUBJECTS: &[&str] = &["ServiceAccount", "User", "Group"];
const OF_RULES: &[Rule] = &[
    ("apiGroups", Required("resource rules must supply at least one api group")),
    ("resources", Required("resource rules must supply at least one resource")),
];

pub(super) fn role(root: &Site<'_>) -> Causes {
    root.at("rules").each().flat_map(|rule| rule_faults(&rule, true)).collect()
}

pub(super) fn cluster_role(root: &Site<'_>) -> Causes {
    let mut causes: Causes = root.at("rules").each().flat_map(|rule| rule_faults(&rule, false)).collect();
    let (aggregated, selectors) =
        (root.at("aggregationRule"), root.at("aggregationRule.clusterRoleSelectors"));
    if aggregated.is_given() && selectors.len() == 0 {
        let why = "at least one clusterRoleSelector required if aggregationRule is non-nil";
        causes.push(selectors.required(why));
    }
    for selector in selectors.each() {
        causes.extend(selector_faults(&selector));
        if selects(selector.value, &Value::Null).is_none() {
            causes.push(Cause::invalid_value(selector.place, &Value::Null, "invalid label selector."));
        }
    }
    causes
}

fn rule_faults(rule: &Site<'_>, of_a_namespace: bool) -> Causes {
    let mut causes = Vec::new();
    let (verbs, paths) = (rule.at("verbs"), rule.at("nonResourceURLs"));
    if verbs.len() == 0 {
        causes.push(verbs.required(""));
    }
    if paths.len() == 0 {
        causes.extend(check(rule, OF_RULES));
        return causes;
    }
    if of_a_namespace {
        causes.push(paths.invalid("namespaced rules cannot apply to non-resource URLs"));
    }
    if ["apiGroups", "resources", "resourceNames"].iter().any(|field| rule.at(field).len() > 0) {
        causes.push(paths.invalid("rules cannot apply to both regular resources and non-resource URLs"));
    }
    causes
}

pub(super) fn binding(root: &Site<'_>) -> Causes {
    binding_faults(root, &["Role", "ClusterRole"], true)
}

pub(super) fn cluster_binding(root: &Site<'_>) -> Causes {
    binding_faults(root, &["ClusterRole"], false)
}

fn binding_faults(root: &Site<'_>, kinds: &[&str], of_a_namespace: bool) -> Causes {
    let role = root.at("roleRef");
    let mut causes = Vec::new();
    let one_of = |site: &Site<'_>, known: &[&str]| {
        (!known.contains(&site.text())).then(|| site.unsupported_text(known))
    };
    causes.extend(one_of(&role.at("apiGroup"), &[GROUP]));
    causes.extend(one_of(&role.at("kind"), kinds));
    let name = role.at("name");
    if name.len() == 0 {
        causes.push(name.required(""));
    } else {
        causes.extend(name.against(name_faults(name.text(), NameRule::PathSegment)));
    }
    for subject in root.at("subjects").each() {
        let (kind, name, group) = (subject.at("kind"), subject.at("name"), subject.at("apiGroup"));
        if name.len() == 0 {
            causes.push(name.required(""));
        }
        match kind.text() {
            "ServiceAccount" => {
                if name.len() > 0 {
                    causes.extend(name.against(name_faults(name.text(), NameRule::Subdomain)));
                }
                causes.extend(one_of(&group, &[""]));
                let home = subject.at("namespace");
                if !of_a_namespace && home.len() == 0 {
                    causes.push(home.required(""));
                }
            }
            "User" | "Group" => causes.extend(one_of(&group, &[GROUP])),
            _ => causes.extend(one_of(&kind, SUBJECTS)),
        }
    }
    if role.is_changed() {
        let field = |name: &str| role.at(name).value.clone();
        let said = json!({ "APIGroup": field("apiGroup"), "Kind": field("kind"), "Name": field("name") });
        causes.push(Cause::invalid_value(role.place, &said, "field is immutable"));
    }
    causes
}
