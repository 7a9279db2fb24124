//! Discovery: which groups, versions and resources there are, in the old documents and in the aggregated one.

use serde_json::{Value, json};

use crate::{
    crd::precedence,
    resources::{Catalog, Resource, Version},
};

/// The version of Kubernetes whose behaviour is followed.
pub(crate) const MINOR: &str = "37";

/// `/version`
pub(crate) fn version() -> Value {
    json!({
        "major": "1",
        "minor": MINOR,
        "gitVersion": format!("v1.{MINOR}.0+kopf-sandbox.{}", env!("CARGO_PKG_VERSION")),
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "",
        "compiler": "rustc",
        "platform": format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH),
    })
}

/// `/api`
pub(crate) fn core_versions() -> Value {
    json!({ "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [] })
}

/// `/apis`
pub(crate) fn groups(catalog: &Catalog) -> Value {
    let groups: Vec<Value> =
        group_names(catalog).iter().filter_map(|name| group_document(catalog, name)).collect();
    json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": groups })
}

/// `/apis/GROUP`
pub(crate) fn group(catalog: &Catalog, name: &str) -> Option<Value> {
    let mut group = group_document(catalog, name)?;
    let mut document = json!({ "kind": "APIGroup", "apiVersion": "v1" });
    if let (Value::Object(document), Value::Object(group)) = (&mut document, &mut group) {
        document.append(group);
    }
    Some(document)
}

/// `/api/v1` and `/apis/GROUP/VERSION`
pub(crate) fn resources(catalog: &Catalog, group: &str, version: &str) -> Option<Value> {
    let shown = shown(catalog, group, version);
    if shown.is_empty() {
        return None;
    }
    let mut resources = Vec::new();
    for (resource, version) in &shown {
        let mut entry = json!({
            "name": resource.plural,
            "singularName": resource.singular,
            "namespaced": resource.namespaced,
            "kind": resource.kind,
            "verbs": resource.verbs(),
        });
        add_names(&mut entry, resource);
        resources.push(entry);
        if version.scale.is_some() {
            resources.push(json!({
                "name": format!("{}/scale", resource.plural),
                "singularName": "",
                "namespaced": resource.namespaced,
                "group": "autoscaling",
                "version": "v1",
                "kind": "Scale",
                "verbs": STATUS_VERBS,
            }));
        }
        if version.status {
            resources.push(json!({
                "name": format!("{}/status", resource.plural),
                "singularName": "",
                "namespaced": resource.namespaced,
                "kind": resource.kind,
                "verbs": STATUS_VERBS,
            }));
        }
    }
    let group_version = shown[0].1.api_version();
    Some(json!({
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources,
    }))
}

/// `/api` (`core`) or `/apis`, aggregated.
pub(crate) fn aggregated(catalog: &Catalog, core: bool) -> Value {
    let names = if core { vec![String::new()] } else { group_names(catalog) };
    let items: Vec<Value> = names
        .iter()
        .map(|name| {
            let versions: Vec<Value> = versions_of(catalog, name)
                .iter()
                .map(|version| {
                    let resources: Vec<Value> = shown(catalog, name, version)
                        .into_iter()
                        .map(|(resource, shown)| aggregated_resource(resource, shown))
                        .collect();
                    json!({ "version": version, "resources": resources, "freshness": "Current" })
                })
                .collect();
            let metadata = if name.is_empty() { json!({}) } else { json!({ "name": name }) };
            json!({ "metadata": metadata, "versions": versions })
        })
        .collect();
    json!({
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items,
    })
}

const STATUS_VERBS: [&str; 3] = ["get", "patch", "update"];

fn aggregated_resource(resource: &Resource, version: &Version) -> Value {
    let response_kind = json!({ "group": version.group, "version": version.name, "kind": resource.kind });
    let mut entry = json!({
        "resource": resource.plural,
        "responseKind": response_kind,
        "scope": if resource.namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": resource.singular,
        "verbs": resource.verbs(),
    });
    add_names(&mut entry, resource);
    let mut subresources = Vec::new();
    if version.scale.is_some() {
        let kind = json!({ "group": "autoscaling", "version": "v1", "kind": "Scale" });
        subresources.push(json!({ "subresource": "scale", "responseKind": kind, "verbs": STATUS_VERBS }));
    }
    if version.status {
        let kind = &entry["responseKind"];
        subresources.push(json!({ "subresource": "status", "responseKind": kind, "verbs": STATUS_VERBS }));
    }
    if !subresources.is_empty() {
        entry["subresources"] = subresources.into();
    }
    entry
}

fn add_names(entry: &mut Value, resource: &Resource) {
    if !resource.short_names.is_empty() {
        entry["shortNames"] = json!(resource.short_names);
    }
    if !resource.categories.is_empty() {
        entry["categories"] = json!(resource.categories);
    }
}

fn group_document(catalog: &Catalog, name: &str) -> Option<Value> {
    let versions: Vec<Value> = versions_of(catalog, name)
        .iter()
        .map(|version| json!({ "groupVersion": format!("{name}/{version}"), "version": version }))
        .collect();
    let preferred = versions.first()?.clone();
    Some(json!({ "name": name, "versions": versions, "preferredVersion": preferred }))
}

fn served(catalog: &Catalog) -> impl Iterator<Item = (&Resource, &Version)> {
    catalog.resources().flat_map(|resource| {
        let served = resource.versions.iter().filter(|version| version.served);
        served.map(move |version| (&**resource, version))
    })
}

fn shown<'a>(catalog: &'a Catalog, group: &str, version: &str) -> Vec<(&'a Resource, &'a Version)> {
    served(catalog).filter(|(_, shown)| shown.group == group && shown.name == version).collect()
}

/// The groups but for the core, in alphabetical order.
fn group_names(catalog: &Catalog) -> Vec<String> {
    let mut names: Vec<String> = served(catalog).map(|(_, version)| version.group.clone()).collect();
    names.sort();
    names.dedup();
    names.retain(|name| !name.is_empty());
    names
}

/// The versions of a group, the preferred one first.
fn versions_of(catalog: &Catalog, group: &str) -> Vec<String> {
    let mut versions: Vec<String> = served(catalog)
        .filter(|(_, version)| version.group == group)
        .map(|(_, version)| version.name.clone())
        .collect();
    versions.sort_by_key(|version| std::cmp::Reverse(precedence(version)));
    versions.dedup();
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_version_lists_its_resources_and_their_status() {
        let document = resources(&Catalog::built_in(), "batch", "v1").unwrap();
        let names: Vec<_> =
            document["resources"].as_array().unwrap().iter().map(|entry| entry["name"].clone()).collect();
        assert_eq!(names, ["cronjobs", "cronjobs/status", "jobs", "jobs/status"]);
        assert_eq!(document["groupVersion"], "batch/v1");
        assert_eq!(document["resources"][0]["shortNames"], json!(["cj"]));
        assert_eq!(resources(&Catalog::built_in(), "batch", "v2"), None);
    }

    #[test]
    fn events_are_in_both_of_their_groups() {
        let catalog = Catalog::built_in();
        let kinds = |document: Value| document["resources"].to_string();
        assert!(kinds(resources(&catalog, "", "v1").unwrap()).contains("\"events\""));
        assert!(kinds(resources(&catalog, "events.k8s.io", "v1").unwrap()).contains("\"events\""));
    }

    #[test]
    fn the_aggregated_document_has_all_of_it() {
        let document = aggregated(&Catalog::built_in(), false);
        let apps =
            document["items"].as_array().unwrap().iter().find(|item| item["metadata"]["name"] == "apps");
        let deployments = &apps.unwrap()["versions"][0]["resources"][2];
        assert_eq!(deployments["resource"], "deployments");
        assert_eq!(
            deployments["responseKind"],
            json!({ "group": "apps", "version": "v1", "kind": "Deployment" })
        );
        assert_eq!(deployments["subresources"][0]["subresource"], "scale");
        assert_eq!(deployments["subresources"][1]["subresource"], "status");
        assert_eq!(aggregated(&Catalog::built_in(), true)["items"][0]["metadata"], json!({}));
    }

    #[test]
    fn groups_name_their_preferred_version() {
        let catalog = Catalog::built_in();
        assert_eq!(group(&catalog, "apps").unwrap()["preferredVersion"]["groupVersion"], "apps/v1");
        assert_eq!(group(&catalog, "nope.org"), None);
    }
}
