//! Both forms of discovery, read into the same resources.

use serde_json::json;

use super::*;

#[track_caller]
fn check(resources: &[Resource], expected: &[&str]) {
    let found: Vec<String> = resources
        .iter()
        .map(|it| {
            let scope = if it.namespaced { "namespaced" } else { "cluster" };
            let preferred = if it.preferred { " preferred" } else { "" };
            format!(
                "{} {} {} {scope}{preferred} {:?} {:?}",
                it.name(),
                it.kind,
                it.singular,
                it.short_names,
                it.subresources
            )
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn aggregated_discovery_gives_resources_with_their_subresources() {
    let document = json!({"kind": "APIGroupDiscoveryList", "items": [{
    "metadata": {"name": "zalando.org"},
    "versions": [
        {"version": "v1", "resources": [{
            "resource": "kopfexamples", "responseKind": {"kind": "KopfExample"}, "scope": "Namespaced",
            "singularResource": "kopfexample", "verbs": ["list", "watch"], "shortNames": ["kex"],
            "subresources": [{"subresource": "status"}]}]},
        {"version": "v1beta1", "freshness": "Stale", "resources": [{"resource": "kopfexamples", "scope": "Cluster"}]},
    ]}]});
    let Root::Aggregated(found) = parse(document.to_string().as_bytes()).unwrap() else {
        panic!("aggregated")
    };
    assert_eq!(found.silent.into_keys().collect::<Vec<_>>(), ["/apis/zalando.org/v1beta1"]);
    check(
        &found.resources,
        &[
            r#"kopfexamples.v1.zalando.org KopfExample kopfexample namespaced preferred ["kex"] ["status"]"#,
            r#"kopfexamples.v1beta1.zalando.org   cluster [] []"#,
        ],
    );
}

#[test]
fn plain_discovery_is_asked_for_group_by_group() {
    let core = parse(br#"{"kind":"APIVersions","versions":["v1"]}"#).unwrap();
    let Root::Plain(core) = core else { panic!("plain") };
    assert_eq!((core[0].path.as_str(), core[0].preferred), ("/api/v1", true));
    let groups = json!({"kind": "APIGroupList", "groups": [{"name": "apps",
        "versions": [{"version": "v2"}, {"version": "v1"}], "preferredVersion": {"version": "v1"}}]});
    let Root::Plain(apps) = parse(groups.to_string().as_bytes()).unwrap() else { panic!("plain") };
    let paths: Vec<_> = apps.iter().map(|it| (it.path.as_str(), it.preferred)).collect();
    assert_eq!(paths, [("/apis/apps/v2", false), ("/apis/apps/v1", true)]);
    let list = json!({"kind": "APIResourceList", "resources": [
        {"name": "deployments", "namespaced": true, "kind": "Deployment", "singularName": "", "verbs": ["list"]},
        {"name": "deployments/status", "namespaced": true, "kind": "Deployment", "verbs": ["get"]}]});
    let resources = apps[1].parse(list.to_string().as_bytes()).unwrap();
    check(&resources, &[r#"deployments.v1.apps Deployment deployment namespaced preferred [] ["status"]"#]);
}

#[test]
fn what_is_no_discovery_is_an_error() {
    assert!(parse(b"{}").is_err());
    assert!(parse(b"<html>").is_err());
}
