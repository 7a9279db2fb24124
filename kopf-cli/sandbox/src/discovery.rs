//! Discovery: which groups, versions and resources there are, in the old documents and in the aggregated one.
//!
//! Built-in resources are told of as a real server does, those too that the sandbox refuses: clients plan with what there is.

use std::{borrow::Cow, cmp::Reverse};

use base64::{Engine, engine::general_purpose::STANDARD};
use rustls::{SupportedCipherSuite, crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    crd::precedence,
    resources::{Catalog, Resource, Version},
    store::Store,
    tables::served::{self, Kind, Scope, Served, Subresource},
};

mod registered;

use registered::Group;

/// The group of what registers others.
pub(crate) const REGISTRATIONS: &str = "apiregistration.k8s.io";
/// The version of Kubernetes whose behaviour is followed.
pub(crate) const MINOR: &str = "37";
/// The verbs of custom resources; of those whose definition is being deleted, though such objects are patched as ever; and of
/// what is below them.
const VERBS: [&str; 8] = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const VERBS_WHILE_GOING: [&str; 5] = ["delete", "deletecollection", "get", "list", "watch"];
const VERBS_BELOW: [&str; 3] = ["get", "patch", "update"];

/// `/version`
pub(crate) fn version() -> Value {
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    json!({
        "major": "1",
        "minor": MINOR,
        "emulationMajor": "1",
        "emulationMinor": MINOR,
        "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "36",
        "gitVersion": format!("v1.{MINOR}.0+kopf-sandbox.{}", env!("CARGO_PKG_VERSION")),
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        // Clients print it, and those who look for a fault go by it: any version of Go would mislead them.
        "goVersion": "none",
        "compiler": "rustc",
        "platform": format!("{}/{arch}", std::env::consts::OS),
    })
}

/// `/`: the paths that there are.
pub(crate) fn root(store: &Store) -> Value {
    let catalog = &store.catalog;
    let fixed = [
        "/.well-known/openid-configuration",
        "/api",
        "/api/v1",
        "/apis",
        "/apis/",
        "/healthz",
        "/livez",
        "/openapi/v2",
        "/openapi/v3",
        "/openid/v1/jwks",
        "/readyz",
        "/version",
    ];
    let mut paths: Vec<String> = fixed.map(str::to_owned).into();
    for group in group_names(catalog) {
        let versions = versions_of(catalog, &group).into_iter();
        paths.extend(versions.map(|version| format!("/apis/{group}/{version}")));
        paths.push(format!("/apis/{group}"));
    }
    for Group { name, versions } in registered::groups(store) {
        paths.extend(versions.iter().map(|version| format!("/apis/{name}/{version}")));
        paths.push(format!("/apis/{name}"));
    }
    paths.sort();
    paths.dedup();
    json!({ "paths": paths })
}

/// `/api`; `address` is where the client has found the server.
pub(crate) fn core_versions(address: &str) -> Value {
    let address = json!({ "clientCIDR": "0.0.0.0/0", "serverAddress": address });
    json!({ "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [address] })
}

/// `/apis`: what is registered, behind the group of registrations, which nobody registers.
pub(crate) fn groups(store: &Store) -> Value {
    let own = group_document(REGISTRATIONS, &versions_of(&store.catalog, REGISTRATIONS));
    let others = registered::groups(store).into_iter();
    let others = others.filter_map(|group| group_document(&group.name, &group.versions));
    let groups: Vec<Value> = own.into_iter().chain(others).collect();
    json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": groups })
}

/// `/apis/GROUP`: what is registered of it, or what is there.
pub(crate) fn group(store: &Store, name: &str) -> Option<Value> {
    let versions = registered::group(store, name).map(|group| group.versions);
    let versions = versions.unwrap_or_else(|| versions_of(&store.catalog, name));
    let mut group = group_document(name, &versions)?;
    let mut document = json!({ "kind": "APIGroup", "apiVersion": "v1" });
    if let (Value::Object(document), Value::Object(group)) = (&mut document, &mut group) {
        document.append(group);
    }
    Some(document)
}

/// `/api/v1` and `/apis/GROUP/VERSION`
pub(crate) fn resources(catalog: &Catalog, group: &str, version: &str) -> Option<Value> {
    let served = served(catalog, group, version);
    if served.is_empty() {
        return None;
    }
    let group_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    // Of the core it is not said of which version the list is.
    let mut document = match group {
        "" => json!({ "kind": "APIResourceList", "groupVersion": group_version }),
        _ => json!({ "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version }),
    };
    let entries = served.iter().flat_map(|served| old_entries(served, (group, version)));
    document["resources"] = entries.collect();
    Some(document)
}

/// `/api` (`core`) or `/apis`, aggregated, as text: each operator begins by asking for both.
pub(crate) fn aggregated(catalog: &Catalog, core: bool) -> String {
    let names = if core { vec![String::new()] } else { group_names(catalog) };
    let versions = |name: &str| {
        let versions = versions_of(catalog, name).into_iter();
        let versions = versions.map(|version| InVersion {
            resources: served(catalog, name, &version),
            version,
            freshness: "Current",
        });
        versions.collect()
    };
    let items = names.iter().map(|name| InGroup { metadata: Named { name }, versions: versions(name) });
    let document = Aggregated {
        kind: "APIGroupDiscoveryList",
        api_version: "apidiscovery.k8s.io/v2",
        metadata: Named { name: "" },
        items: items.collect(),
    };
    serde_json::to_string(&document).expect("its keys are texts")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Aggregated<'a> {
    kind: &'static str,
    api_version: &'static str,
    metadata: Named<'a>,
    items: Vec<InGroup<'a>>,
}

#[derive(Serialize)]
struct InGroup<'a> {
    metadata: Named<'a>,
    versions: Vec<InVersion>,
}

#[derive(Serialize)]
struct Named<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
}

#[derive(Serialize)]
struct InVersion {
    version: String,
    resources: Vec<Cow<'static, Served>>,
    freshness: &'static str,
}

/// What is served in a version of a group, built in or defined.
pub(crate) fn served(catalog: &Catalog, group: &str, version: &str) -> Vec<Cow<'static, Served>> {
    let built_in = served::resources(group, version).iter().map(Cow::Borrowed);
    let custom = custom(catalog)
        .filter(|(_, shown)| shown.group == group && shown.name == version)
        .map(|(resource, shown)| Cow::Owned(defined(resource, shown, catalog.is_going(&resource.key))));
    built_in.chain(custom).collect()
}

/// The groups but for the core: those that are built in, and behind them the others in alphabetical order.
pub(crate) fn group_names(catalog: &Catalog) -> Vec<String> {
    let built_in = served::groups().iter().map(|group| group.name.clone());
    let mut names: Vec<String> = built_in.filter(|name| !name.is_empty()).collect();
    let mut others: Vec<String> = custom(catalog)
        .map(|(_, version)| version.group.clone())
        .filter(|name| !names.contains(name))
        .collect();
    others.sort();
    others.dedup();
    names.append(&mut others);
    names
}

/// The versions of a group, the preferred one first.
pub(crate) fn versions_of(catalog: &Catalog, group: &str) -> Vec<String> {
    let built_in = served::groups().iter().filter(|known| known.name == group);
    let mut versions: Vec<String> =
        built_in.flat_map(|group| &group.versions).map(|version| version.version.clone()).collect();
    let mut others: Vec<String> = custom(catalog)
        .filter(|(_, version)| version.group == group && !versions.contains(&version.name))
        .map(|(_, version)| version.name.clone())
        .collect();
    others.sort_by_key(|version| Reverse(precedence(version)));
    others.dedup();
    versions.append(&mut others);
    versions
}

fn custom(catalog: &Catalog) -> impl Iterator<Item = (&Resource, &Version)> {
    let custom = catalog.resources().filter(|resource| resource.rules.custom);
    custom.flat_map(|resource| {
        let served = resource.versions.iter().filter(|version| version.served);
        served.map(move |version| (&**resource, version))
    })
}

/// What is told of a custom resource.
fn defined(resource: &Resource, version: &Version, going: bool) -> Served {
    let kind = |group: &str, version: &str, kind: &str| Kind {
        group: group.to_owned(),
        version: version.to_owned(),
        kind: kind.to_owned(),
    };
    let verbs = |verbs: &[&str]| verbs.iter().map(|&verb| verb.to_owned()).collect();
    let response_kind = kind(&version.group, &version.name, &resource.kind);
    let below = [
        ("status", version.status.then(|| response_kind.clone())),
        ("scale", version.scale.is_some().then(|| kind("autoscaling", "v1", "Scale"))),
    ];
    let below = below.into_iter().filter_map(|(name, response_kind)| {
        Some(Subresource {
            subresource: name.to_owned(),
            response_kind: response_kind?,
            verbs: verbs(&VERBS_BELOW),
        })
    });
    Served {
        resource: resource.plural.clone(),
        scope: if resource.namespaced { Scope::Namespaced } else { Scope::Cluster },
        singular_resource: resource.singular.clone(),
        verbs: verbs(if going { &VERBS_WHILE_GOING } else { &VERBS }),
        short_names: resource.short_names.clone(),
        categories: resource.categories.clone(),
        subresources: below.collect(),
        storage_version_hash: storage_hash(resource),
        response_kind,
    }
}

/// What stands for the version that is stored.
fn storage_hash(resource: &Resource) -> String {
    let SupportedCipherSuite::Tls13(suite) = TLS13_AES_128_GCM_SHA256 else { return String::new() };
    let stored = format!("{}/{}", resource.storage().api_version(), resource.kind);
    let hash = suite.common.hash_provider.hash(stored.as_bytes());
    STANDARD.encode(hash.as_ref().get(..8).unwrap_or_default())
}

/// A resource and what is below it, as the old documents tell of them.
fn old_entries(served: &Served, own: (&str, &str)) -> Vec<Value> {
    let entry = |name: String, singular: &str, kind: &Kind, verbs: &[String]| {
        let mut entry = json!({
            "name": name,
            "singularName": singular,
            "namespaced": served.scope == Scope::Namespaced,
        });
        if !kind.version.is_empty() && (&*kind.group, &*kind.version) != own {
            entry["group"] = (&*kind.group).into();
            entry["version"] = (&*kind.version).into();
        }
        entry["kind"] = (&*kind.kind).into();
        entry["verbs"] = json!(verbs);
        entry
    };
    let mut first =
        entry(served.resource.clone(), &served.singular_resource, &served.response_kind, &served.verbs);
    for (name, list) in [("shortNames", &served.short_names), ("categories", &served.categories)] {
        if !list.is_empty() {
            first[name] = json!(list);
        }
    }
    if !served.storage_version_hash.is_empty() {
        first["storageVersionHash"] = (&*served.storage_version_hash).into();
    }
    let below = served.subresources.iter().map(|below| {
        let name = format!("{}/{}", served.resource, below.subresource);
        entry(name, "", &below.response_kind, &below.verbs)
    });
    std::iter::once(first).chain(below).collect()
}

fn group_document(name: &str, versions: &[String]) -> Option<Value> {
    let versions: Vec<Value> = versions
        .iter()
        .map(|version| json!({ "groupVersion": format!("{name}/{version}"), "version": version }))
        .collect();
    let preferred = versions.first()?.clone();
    Some(json!({ "name": name, "versions": versions, "preferredVersion": preferred }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::Ids, ring::Bounds};

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
        let read = |core| serde_json::from_str::<Value>(&aggregated(&Catalog::built_in(), core)).unwrap();
        let document = read(false);
        let apps =
            document["items"].as_array().unwrap().iter().find(|item| item["metadata"]["name"] == "apps");
        let deployments = &apps.unwrap()["versions"][0]["resources"][2];
        assert_eq!(deployments["resource"], "deployments");
        assert_eq!(deployments["responseKind"], json!({ "group": "", "version": "", "kind": "Deployment" }));
        assert_eq!(deployments["subresources"][0]["subresource"], "scale");
        assert_eq!(deployments["subresources"][1]["subresource"], "status");
        assert_eq!(read(true)["items"][0]["metadata"], json!({}));
    }

    #[test]
    fn groups_name_their_preferred_version() {
        let store = Store::new(Ids::new(Some(1)), Bounds { events: 0, bytes: 0 }, 0);
        assert_eq!(group(&store, "apps").unwrap()["preferredVersion"]["groupVersion"], "apps/v1");
        assert_eq!(group(&store, "nope.org"), None);
    }
}
