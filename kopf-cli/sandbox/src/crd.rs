//! Custom resource definitions: checked, accepted, and turned into resources that are served.
//!
//! What definitions may say is in the modules below: `faults` looks at all of one but its schemas, `structural`, `open_api`,
//! `defaults` and `cost` at those. What becomes of one is in `names`, `approval` and `conditions`.

use std::cmp::Reverse;

use conditions::{Condition, ESTABLISHED, NAMES_ACCEPTED, TERMINATING};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    form, json as deep, meta,
    resources::{NameRule, Resource, Rules, StatusMetadata, Version, key_of},
    scale::Scale,
    schema::Schema,
    status::{About, Status},
};

mod approval;
mod conditions;
mod cost;
mod defaults;
mod deprecation;
mod expressions;
mod faults;
pub(crate) mod names;
mod open_api;
mod structural;
mod warnings;

pub(crate) use approval::judge;
#[cfg(test)]
pub(crate) use cost::estimate;
pub(crate) use warnings::warnings;

/// What holds a definition until its objects are gone.
pub(crate) const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";

/// Fills in what a definition need not say.
pub(crate) fn default(rest: &mut Map<String, Value>) {
    if let Some(spec) = rest.get_mut("spec") {
        complete(spec);
    }
}

/// Completes a definition that is made or changed.
///
/// # Errors
///
/// 422 for a definition that is not valid; 501 for conversion webhooks.
pub(crate) fn prepare(
    metadata: &Map<String, Value>,
    rest: &mut Map<String, Value>,
    old: Option<&Value>,
) -> Result<(), Status> {
    let spec = rest.entry("spec").or_insert_with(|| json!({}));
    if spec["conversion"]["strategy"] == "Webhook" {
        return Err(Status::not_implemented("conversion webhooks"));
    }
    complete(spec);
    if old.is_none_or(|old| old["spec"]["versions"] != spec["versions"]) {
        let versions = spec["versions"].as_array_mut().into_iter().flatten();
        let schemas = versions.filter_map(|version| version.pointer_mut("/schema/openAPIV3Schema"));
        schemas.filter(|schema| defaults::has_embedded(schema)).for_each(defaults::read_embedded);
    }
    let spec = spec.clone();
    let about_itself =
        old.is_some_and(|old| rest.get("status").is_some_and(|status| *status != old["status"]));
    let status = status(&spec, rest.get("status"), about_itself);
    let before = old.map(|old| &old["spec"]);
    let mut causes = Vec::new();
    // What has not been changed has been looked at.
    if before != Some(&spec) {
        let established = old.is_some_and(|old| conditions::holds(old, ESTABLISHED));
        causes = faults::faults(meta::text(metadata, "name"), &spec, before, established);
    }
    causes.extend(faults::of_status(&status));
    if !about_itself {
        causes.extend(faults::of_stored_versions(&spec, &status));
        causes.extend(approval::fault(said(&spec, "group"), metadata, old));
    }
    if !causes.is_empty() {
        let name = meta::text(metadata, "name");
        let about = About { kind: "CustomResourceDefinition", group: "apiextensions.k8s.io", name };
        return Err(Status::invalid(about, causes));
    }
    rest.insert("status".to_owned(), status);
    Ok(())
}

/// The status of a definition that is written. Whoever writes the status itself says which versions objects are stored in,
/// so that versions can be done with; else the storage version is among them from now on.
fn status(spec: &Value, said: Option<&Value>, about_itself: bool) -> Value {
    let said = said.filter(|status| status.is_object()).cloned();
    let new = || json!({ "acceptedNames": { "kind": "", "plural": "" }, "conditions": null });
    let mut status = said.unwrap_or_else(new);
    let mut stored = status["storedVersions"].as_array().cloned().unwrap_or_default();
    if stored.is_empty() || !about_itself {
        let mut versions = spec["versions"].as_array().into_iter().flatten();
        let storage = versions.find(|version| version["storage"] == true).map(|version| &version["name"]);
        if let Some(storage) = storage.filter(|storage| !stored.contains(storage)) {
            stored.push(storage.clone());
        }
    }
    status["storedVersions"] = stored.into();
    status
}

/// Fills in what follows from the kind.
fn complete(spec: &mut Value) {
    let Value::Object(spec) = spec else { return };
    spec.entry("conversion").or_insert_with(|| json!({ "strategy": "None" }));
    let Some(Value::Object(names)) = spec.get_mut("names") else { return };
    let kind = names.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let filled = [("singular", kind.to_lowercase()), ("listKind", format!("{kind}List"))];
    for (name, value) in filled.into_iter().filter(|_| !kind.is_empty()) {
        if names.get(name).and_then(Value::as_str).unwrap_or_default().is_empty() {
            names.insert(name.to_owned(), value.into());
        }
    }
}

/// A text of a definition; empty where there is none.
fn said<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Serves a definition whose names have been accepted.
pub(crate) fn establish(definition: &mut Value, now: Timestamp) {
    if conditions::holds(definition, NAMES_ACCEPTED) && !conditions::holds(definition, ESTABLISHED) {
        let message = "the initial names have been accepted";
        let condition = Condition { kind: ESTABLISHED, holds: true, reason: "InitialNamesAccepted", message };
        conditions::set(definition, &condition, now);
    }
}

/// Holds a definition that is being deleted until its objects are gone.
pub(crate) fn mark(metadata: &mut Map<String, Value>, rest: &mut Map<String, Value>, now: Timestamp) {
    let finalizers = metadata.entry("finalizers").or_insert_with(|| json!([]));
    if let Value::Array(list) = finalizers
        && !list.iter().any(|finalizer| finalizer == CLEANUP)
    {
        list.push(CLEANUP.into());
    }
    let message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon";
    let condition = Condition { kind: TERMINATING, holds: true, reason: "InstanceDeletionPending", message };
    let mut definition = Value::from(std::mem::take(rest));
    conditions::set(&mut definition, &condition, now);
    if let Value::Object(marked) = definition {
        *rest = marked;
    }
}

/// Writes into a definition that its objects are being deleted.
pub(crate) fn begin_to_dissolve(definition: &mut Value, now: Timestamp) {
    let (reason, message) = ("InstanceDeletionInProgress", "CustomResource deletion is in progress");
    conditions::set(definition, &Condition { kind: TERMINATING, holds: true, reason, message }, now);
}

/// Writes into a definition why its objects cannot be deleted.
pub(crate) fn fail_to_dissolve(definition: &mut Value, why: &Status, now: Timestamp) {
    let (reason, message) = ("InstanceDeletionFailed", &format!("could not list instances: {}", why.message));
    conditions::set(definition, &Condition { kind: TERMINATING, holds: true, reason, message }, now);
}

/// Writes into a definition that none of its objects is left.
pub(crate) fn end_to_dissolve(definition: &mut Value, now: Timestamp) {
    let (reason, message) = match conditions::holds(definition, ESTABLISHED) {
        true => ("InstanceDeletionCompleted", "removed all instances"),
        false => ("NeverEstablished", "resource was never established"),
    };
    conditions::set(definition, &Condition { kind: TERMINATING, holds: false, reason, message }, now);
}

/// The resource that a definition defines, as of its resourceVersion.
///
/// # Errors
///
/// 500 where the definition is not one that [`prepare`] has accepted.
pub(crate) fn resource(definition: &Value, edition: u64) -> Result<Resource, Status> {
    let spec = &definition["spec"];
    // What it has not been given yet is what it asks for.
    let (asked, has) = (&spec["names"], &definition["status"]["acceptedNames"]);
    let established = is_served(definition);
    let names = if established { has } else { asked };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().into_iter().flatten().map(text).collect::<Vec<_>>();
    let group = text(&spec["group"]);
    let mut versions: Vec<Version> = spec["versions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|version| Version {
            group: group.clone(),
            name: text(&version["name"]),
            served: established && version["served"] == true,
            storage: version["storage"] == true,
            status: version["subresources"]["status"].is_object(),
            schema: Some(Schema::custom(&version["schema"]["openAPIV3Schema"])),
            scale: Scale::custom(&version["subresources"]["scale"]),
            below: Vec::new(),
            selectable: version["selectableFields"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|field| text(&field["jsonPath"]).trim_start_matches('.').to_owned())
                .collect(),
            columns: form::printed(&version["additionalPrinterColumns"]),
            deprecated: deprecation::warning(spec, version),
        })
        .collect();
    if !versions.iter().any(|version| version.storage) {
        return Err(Status::internal("the definition has no storage version"));
    }
    versions.sort_by_key(|version| Reverse(precedence(&version.name)));
    Ok(Resource {
        key: key_of(&text(&asked["plural"]), &group),
        plural: text(&names["plural"]),
        singular: text(&names["singular"]),
        kind: text(&names["kind"]),
        list_kind: text(&names["listKind"]),
        namespaced: spec["scope"] == "Namespaced",
        short_names: list(&names["shortNames"]),
        categories: list(&names["categories"]),
        versions,
        edition,
        reach: deep::depth_of_value(definition),
        rules: Rules {
            custom: true,
            undone: false,
            generation: true,
            unconditional_update: false,
            create_on_update: false,
            returns_deleted: false,
            delete_collection: true,
            names: NameRule::Subdomain,
            status_metadata: StatusMetadata::Nothing,
        },
    })
}

/// Whether a definition says that it is served.
pub(crate) fn is_established(definition: &Value) -> bool {
    conditions::holds(definition, ESTABLISHED)
}

/// Whether requests for the objects of a definition are answered.
fn is_served(definition: &Value) -> bool {
    conditions::holds(definition, NAMES_ACCEPTED) || conditions::holds(definition, ESTABLISHED)
}

/// Whether a definition defines what it did, as far as requests for its objects tell.
pub(crate) fn defines_the_same(one: &Value, other: &Value) -> bool {
    let names = |definition: &Value| definition["status"]["acceptedNames"].clone();
    one["spec"] == other["spec"] && names(one) == names(other) && is_served(one) == is_served(other)
}

/// Whether objects that were stored by one definition are read alike by another.
pub(crate) fn reads_alike(one: &Value, other: &Value) -> bool {
    let is_alike = |(one, other): (&Value, &Value)| {
        ["name", "storage", "schema", "selectableFields"].iter().all(|field| one[field] == other[field])
    };
    let [one, other] = [one, other]
        .map(|definition| definition["spec"]["versions"].as_array().map_or(&[][..], Vec::as_slice));
    one.len() == other.len() && one.iter().zip(other).all(is_alike)
}

/// What a version sorts by: releases before betas before alphas, the higher first; then all others by name.
pub(crate) fn precedence(version: &str) -> (u8, u64, u64, Reverse<String>) {
    let other = (0, 0, 0, Reverse(version.to_owned()));
    let same = Reverse(String::new());
    let Some(rest) = version.strip_prefix('v') else { return other };
    let (stability, major, minor) = if let Some((major, minor)) = rest.split_once("beta") {
        (2, major, minor)
    } else if let Some((major, minor)) = rest.split_once("alpha") {
        (1, major, minor)
    } else {
        (3, rest, "0")
    };
    match (major.parse(), minor.parse()) {
        (Ok(major), Ok(minor)) => (stability, major, minor, same),
        _ => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition() -> Value {
        json!({
            "group": "zalando.org",
            "scope": "Namespaced",
            "names": { "plural": "kopfexamples", "kind": "KopfExample", "shortNames": ["kex"] },
            "versions": [
                { "name": "v1alpha1", "served": true, "storage": false, "schema": { "openAPIV3Schema": { "type": "object" } } },
                {
                    "name": "v1", "served": true, "storage": true, "subresources": { "status": {} },
                    "schema": { "openAPIV3Schema": { "type": "object", "properties": { "spec": { "type": "object", "properties": { "color": { "type": "string" } } } } } }, "selectableFields": [{ "jsonPath": ".spec.color" }],
                },
            ],
        })
    }

    fn accept(name: &str, spec: &Value) -> Result<Value, Status> {
        let metadata = json!({ "name": name }).as_object().cloned().unwrap();
        let mut rest = json!({ "spec": spec }).as_object().cloned().unwrap();
        prepare(&metadata, &mut rest, None)?;
        let mut definition = Value::from(rest);
        names::accept(&mut definition, &names::Taken::default(), Timestamp::UNIX_EPOCH);
        establish(&mut definition, Timestamp::UNIX_EPOCH);
        Ok(definition)
    }

    #[test]
    fn an_accepted_definition_says_so_and_serves_its_versions() {
        let accepted = accept("kopfexamples.zalando.org", &definition()).unwrap();
        assert_eq!(accepted["status"]["conditions"][1]["type"], "Established");
        assert_eq!(accepted["status"]["conditions"][1]["status"], "True");
        assert_eq!(accepted["status"]["acceptedNames"]["singular"], "kopfexample");
        assert_eq!(accepted["status"]["storedVersions"], json!(["v1"]));
        let resource = resource(&accepted, 1).unwrap();
        assert_eq!(&*resource.key, "kopfexamples.zalando.org");
        assert_eq!(resource.list_kind, "KopfExampleList");
        assert_eq!(resource.versions[0].name, "v1", "the release comes first");
        assert_eq!(resource.versions[0].selectable, ["spec.color"]);
        assert!(resource.versions[0].status && !resource.versions[1].status);
    }

    #[track_caller]
    fn refused(change: impl FnOnce(&mut Value), field: &str) {
        let mut spec = definition();
        change(&mut spec);
        let status = accept("kopfexamples.zalando.org", &spec).unwrap_err();
        assert_eq!(status.code, 422);
        assert!(status.message.contains(field), "{}", status.message);
    }

    #[test]
    fn what_is_missing_is_named() {
        refused(|spec| spec["group"] = "other".into(), "metadata.name: Invalid value");
        refused(|spec| spec["scope"] = "Galaxy".into(), "spec.scope: Unsupported value");
        refused(|spec| spec["versions"][1]["storage"] = false.into(), "exactly one version");
        refused(|spec| spec["versions"][0]["schema"] = json!({}), "spec.versions[0].schema.openAPIV3Schema");
    }

    #[test]
    fn conversion_webhooks_are_not_done() {
        let mut spec = definition();
        spec["conversion"] = json!({ "strategy": "Webhook" });
        assert_eq!(accept("kopfexamples.zalando.org", &spec).unwrap_err().code, 501);
    }

    #[test]
    fn releases_come_before_betas_before_alphas() {
        let mut versions = ["foo1", "v1alpha1", "v2", "v11beta2", "v10", "v3beta1", "foo10"];
        versions.sort_by_key(|version| Reverse(precedence(version)));
        assert_eq!(versions, ["v10", "v2", "v11beta2", "v3beta1", "v1alpha1", "foo1", "foo10"]);
    }
}
