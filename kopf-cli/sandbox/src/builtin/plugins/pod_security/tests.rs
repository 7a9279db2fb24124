//! What is found in pods, by levels and versions.

use expect_test::{Expect, expect};
use serde_json::json;

use super::{
    checks,
    levels::{Level, Standard, Version},
    pod::Pod,
    told,
};

#[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
#[track_caller]
fn check(level: Level, minor: i64, spec: serde_json::Value, expected: Expect) {
    let pod = json!({ "spec": spec });
    let version = if minor == 0 { Version::Latest } else { Version::Minor(minor) };
    expected.assert_eq(&told(&checks::find(Standard { level, version }, Pod::of(&pod))));
}

#[test]
fn a_plain_pod_may_run_unless_it_has_to_be_good() {
    let pod = json!({ "containers": [{ "name": "c" }] });
    check(Level::Privileged, 0, pod.clone(), expect![""]);
    check(Level::Baseline, 0, pod.clone(), expect![""]);
    check(
        Level::Restricted,
        7,
        pod.clone(),
        expect![[
            r#"runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)"#
        ]],
    );
    check(
        Level::Restricted,
        0,
        pod,
        expect![[
            r#"allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")"#
        ]],
    );
}

#[test]
fn what_the_strictest_level_says_more_of_is_told_once() {
    let pod = json!({
        "securityContext": { "runAsNonRoot": true, "seccompProfile": { "type": "Unconfined" } },
        "containers": [{ "name": "c", "securityContext": {
            "allowPrivilegeEscalation": false, "capabilities": { "add": ["X"], "drop": ["ALL"] },
        } }],
        "volumes": [{ "name": "v", "hostPath": { "path": "/" } }],
    });
    check(
        Level::Baseline,
        0,
        pod.clone(),
        expect![[
            r#"non-default capabilities (container "c" must not include "X" in securityContext.capabilities.add), hostPath volumes (volume "v"), seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")"#
        ]],
    );
    check(
        Level::Restricted,
        0,
        pod.clone(),
        expect![[
            r#"unrestricted capabilities (container "c" must not include "X" in securityContext.capabilities.add), restricted volume types (volume "v" uses restricted volume type "hostPath"), seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")"#
        ]],
    );
    check(
        Level::Restricted,
        18,
        pod,
        expect![[
            r#"non-default capabilities (container "c" must not include "X" in securityContext.capabilities.add), restricted volume types (volume "v" uses restricted volume type "hostPath")"#
        ]],
    );
}

#[test]
fn pods_for_windows_and_with_users_of_their_own_are_spared_since_some_version() {
    let pod = json!({
        "os": { "name": "windows" },
        "securityContext": { "runAsNonRoot": true },
        "containers": [{ "name": "c" }],
    });
    check(
        Level::Restricted,
        24,
        pod.clone(),
        expect![[
            r#"allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")"#
        ]],
    );
    check(Level::Restricted, 25, pod, expect![""]);
    let pod = json!({ "hostUsers": false, "containers": [{ "name": "c", "securityContext": { "procMount": "Unmasked", "runAsUser": 0 } }] });
    check(
        Level::Baseline,
        34,
        pod.clone(),
        expect![[r#"procMount (container "c" must not set securityContext.procMount to "Unmasked")"#]],
    );
    check(Level::Baseline, 0, pod, expect![""]);
}
