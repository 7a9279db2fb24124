//! The plugin on an API server in memory, with the defaults: tests do not set variables, which are the whole process's.

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::Operator;

fn namespace(name: &str, labels: &str) -> String {
    format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {{{labels}}}}}}}")
}

/// What a namespace's Pod Security labels are, without what they begin with.
#[track_caller]
fn check(operator: &Operator, name: &str, expected: &str) {
    let namespace = operator.get("namespaces", name);
    let labels = namespace["metadata"]["labels"].as_object().cloned().unwrap_or_default();
    let mut found: Vec<String> = labels
        .iter()
        .filter_map(|(key, value)| {
            Some(format!("{}={}", key.strip_prefix("pod-security.kubernetes.io/")?, value.as_str()?))
        })
        .collect();
    found.sort();
    assert_eq!(found.join(" "), expected, "of {name}");
}

const DEFAULTS: &str = "audit-version=latest audit=restricted enforce-version=latest enforce=baseline \
                        warn-version=latest warn=restricted";

#[test]
fn a_namespace_gets_the_labels_that_it_lacks() {
    let mut operator = kopf_plugin_testing::start!();
    operator.apply(&namespace("shop", ""));
    operator.apply(&namespace("drivers", "pod-security.kubernetes.io/enforce: privileged"));
    operator.settle();
    check(&operator, "shop", DEFAULTS);
    check(&operator, "drivers", &DEFAULTS.replace("baseline", "privileged"));
}

#[test]
fn labels_that_are_removed_come_back_and_those_that_are_changed_stay() {
    let mut operator = kopf_plugin_testing::start!();
    operator.apply(&namespace("shop", ""));
    operator.settle();
    let change = json!({
        "pod-security.kubernetes.io/enforce": null,
        "pod-security.kubernetes.io/warn": "privileged",
    });
    operator.patch("namespaces", "shop", &json!({ "metadata": { "labels": change } }));
    operator.settle();
    check(&operator, "shop", &DEFAULTS.replace("warn=restricted", "warn=privileged"));
}

#[test]
fn what_happened_while_the_operator_was_down_is_made_good() {
    let mut operator = kopf_plugin_testing::start!();
    operator.apply(&namespace("shop", ""));
    operator.settle();
    operator.stop();
    operator.patch(
        "namespaces",
        "shop",
        &json!({ "metadata": { "labels": { "pod-security.kubernetes.io/audit": null } } }),
    );
    operator.apply(&namespace("forum", ""));
    operator.resume();
    check(&operator, "shop", DEFAULTS);
    check(&operator, "forum", DEFAULTS);
}

#[test]
fn the_system_and_whoever_has_the_label_are_left_alone() {
    let mut operator = kopf_plugin_testing::start!();
    operator.apply(&namespace("lab", "pod-security-defaults/exempt: 'true'"));
    operator.settle();
    check(&operator, "lab", "");
    check(&operator, "kube-system", "");

    let no_longer = json!({ "metadata": { "labels": { "pod-security-defaults/exempt": null } } });
    operator.patch("namespaces", "lab", &no_longer);
    operator.settle();
    check(&operator, "lab", DEFAULTS);
}

#[test]
fn a_namespace_costs_one_write() {
    let mut operator = kopf_plugin_testing::start!();
    operator.apply(&namespace("shop", ""));
    operator.settle();
    assert_eq!(operator.writes_to("shop"), ["PATCH /api/v1/namespaces/shop"]);
}
