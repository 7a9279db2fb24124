//! What an update may change, and what it has to stand on.

use serde_json::{Map, Value};

use super::Target;
use crate::{
    incoming::{Incoming, because, shown},
    list, meta,
    object::Stored,
    printed, recognition,
    resources::{StatusMetadata, View},
    schema::Part,
    status::{Cause, Status},
    strict::Strictness,
    tables,
};

const METADATA: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// Refuses what a patch has taken the version away from: it is read as the server has it inside then, where fields have other
/// names, and not even the object's is known.
pub(super) fn check_versioned(
    patched: &Value,
    view: &View,
    name: &str,
    strictness: &mut Strictness,
) -> Result<(), Status> {
    let is_missing = patched["apiVersion"].is_null() || patched["apiVersion"] == "";
    let Value::Object(fields) = patched else { return Ok(()) };
    if !is_missing {
        return Ok(());
    }
    let mut unknown: Vec<String> =
        fields.keys().filter(|name| !["apiVersion", "kind"].contains(&name.as_str())).cloned().collect();
    unknown.sort();
    let read = recognition::check(patched)
        .and_then(|()| recognition::unfit_inside(patched, &view.version().group, &view.resource.kind));
    if read.is_ok() && unknown.iter().any(|name| is_inside(name, view)) {
        return Err(Status::not_implemented(
            "patches that take the apiVersion of an object away and name fields as a server has them inside",
        ));
    }
    let read = read.and_then(|()| strictness.conclude(unknown));
    read.map_err(|said| because(said, "", "", view).of_a_patch(|| shown(patched.clone(), view)))?;
    Err(Status::bad_request(format!(
        "the name of the object ({name} based on URL) was undeterminable: name must be provided"
    )))
}

/// Whether objects may have a field of that name inside: those of metadata stand among the others there, which begin with capitals.
fn is_inside(name: &str, view: &View) -> bool {
    let version = view.version();
    let shape = tables::shape(&version.group, &version.name, &view.resource.kind);
    let is_field = |name: &str| shape.as_ref().is_some_and(|shape| shape.field(name).is_some());
    let in_metadata =
        || tables::schema(METADATA).is_some_and(|schema| schema["properties"].get(name).is_some());
    let mut letters = name.chars();
    let small = letters.next().map(|first| first.to_ascii_lowercase().to_string() + letters.as_str());
    in_metadata()
        || name.starts_with(|first: char| first.is_ascii_uppercase())
            && small.is_some_and(|name| is_field(&name))
}

/// Refuses what stands on another version of the object than the one that there is.
pub(super) fn check_version(object: &Incoming, target: Target<'_>, current: &Stored) -> Result<(), Status> {
    let (view, about) = (target.view, target.view.about(target.name));
    let asked =
        list::parse_uint(meta::text(&object.metadata, "resourceVersion")).map_err(Status::internal)?;
    match asked {
        0 if view.resource.rules.unconditional_update => Ok(()),
        0 => {
            let message = "Invalid value: 0: must be specified for an update".to_owned();
            let field = "metadata.resourceVersion".to_owned();
            Err(Status::invalid(about, vec![Cause { reason: "FieldValueInvalid", message, field }]))
        }
        version if version == current.header.revision => Ok(()),
        _ => Err(Status::modified(about)),
    }
}

/// Leaves what an update is not for as it was: what is written to `/status` changes nothing else, and what is written to the
/// object does not change the status that has a path of its own.
pub(super) fn keep_to_part(
    object: &mut Incoming,
    view: &View,
    part: Part,
    (old_metadata, old_rest): (&Map<String, Value>, &Map<String, Value>),
) {
    if part == Part::Whole {
        if view.version().status {
            put_or_remove(&mut object.rest, "status", old_rest.get("status").cloned());
        }
        return;
    }
    let rule = view.resource.rules.status_metadata;
    object.metadata = status_metadata(rule, old_metadata, &object.metadata);
    // None is none, also where it is said.
    let known = old_rest.contains_key("status");
    let status = object.rest.shift_remove("status").filter(|status| known || !status.is_null());
    object.rest = old_rest.clone();
    put_or_remove(&mut object.rest, "status", status);
}

/// Leaves what the server alone decides as it was.
pub(super) fn keep_identity(metadata: &mut Map<String, Value>, old: &Map<String, Value>) {
    for field in ["creationTimestamp", "generation", "resourceVersion"] {
        put_or_remove(metadata, field, old.get(field).cloned());
    }
    for field in ["uid", "deletionTimestamp", "deletionGracePeriodSeconds"] {
        if !metadata.contains_key(field) {
            put_or_remove(metadata, field, old.get(field).cloned());
        }
    }
    metadata.remove("selfLink");
}

/// The metadata that a write to `/status` leaves.
fn status_metadata(
    rule: StatusMetadata,
    old: &Map<String, Value>,
    asked: &Map<String, Value>,
) -> Map<String, Value> {
    match rule {
        StatusMetadata::Nothing => old.clone(),
        StatusMetadata::Everything => asked.clone(),
        StatusMetadata::EverythingButLabels => {
            let mut taken = asked.clone();
            put_or_remove(&mut taken, "labels", old.get("labels").cloned());
            taken
        }
    }
}

/// Refuses to replace an object that is not the one that was meant.
pub(super) fn check_uid(
    object: &Incoming,
    target: Target<'_>,
    uid: &str,
    dry_run: bool,
) -> Result<(), Status> {
    let asked = meta::text(&object.metadata, "uid");
    if asked.is_empty() || asked == uid { Ok(()) } else { Err(other_uid(target, asked, uid, dry_run)) }
}

/// The refusal to write to an object that is another one by now.
pub(crate) fn other_uid(target: Target<'_>, asked: &str, uid: &str, dry_run: bool) -> Status {
    let view = target.view;
    let group = &view.version().group;
    let is_apart =
        view.resource.rules.custom || ["apiextensions.k8s.io", "apiregistration.k8s.io"].contains(&&**group);
    let group = if is_apart { format!("{group}/") } else { String::new() };
    let namespace =
        if target.namespace.is_empty() { String::new() } else { format!("{}/", target.namespace) };
    let root = if dry_run { "" } else { "/registry" };
    let why = format!(
        "StorageError: invalid object, Code: 4, Key: {root}/{group}{}/{namespace}{}, ResourceVersion: 0, \
         AdditionalErrorMsg: Precondition failed: UID in precondition: {asked}, UID in object meta: {uid}",
        place_of(&view.resource.key),
        target.name,
    );
    Status::conflict(view.about(target.name), &why)
}

/// Where the server keeps the objects of a resource: those that it has had longest it knows by older names.
fn place_of(key: &str) -> &str {
    match key {
        "replicationcontrollers" => "controllers",
        "endpoints" => "services/endpoints",
        "services" => "services/specs",
        "nodes" => "minions",
        "ingresses.networking.k8s.io" => "ingress",
        key => key.split('.').next().unwrap_or(key),
    }
}

pub(super) fn put_or_remove(fields: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => fields.insert(name.to_owned(), value),
        None => fields.shift_remove(name),
    };
}

/// Whether fields differ whose change is a new generation.
pub(super) fn wants_otherwise(rest: &Map<String, Value>, old: &Map<String, Value>, view: &View) -> bool {
    let counts = |name: &str| !(name == "status" && view.version().status);
    let count = |fields: &Map<String, Value>| fields.keys().filter(|name| counts(name)).count();
    let same = |(name, value): (&String, &Value)| !counts(name) || old.get(name) == Some(value);
    count(rest) != count(old) || !rest.iter().all(same)
}

/// What of the metadata has been changed that may not be.
pub(super) fn forbidden_changes(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Cause> {
    let mut causes = Vec::new();
    for field in ["uid", "deletionTimestamp", "deletionGracePeriodSeconds"] {
        if old.get(field) != new.get(field) {
            let said = new.get(field).map_or_else(String::new, ToString::to_string);
            let message = format!("Invalid value: {said}: field is immutable");
            causes.push(Cause { reason: "FieldValueInvalid", message, field: format!("metadata.{field}") });
        }
    }
    if meta::deleting(old) {
        let kept = meta::finalizers(old);
        let added: Vec<String> = meta::finalizers(new)
            .into_iter()
            .filter(|finalizer| !kept.contains(finalizer))
            .map(printed::quoted)
            .collect();
        if !added.is_empty() {
            let why = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                added.join(", ")
            );
            causes.push(Cause::forbidden("metadata.finalizers", &why));
        }
    }
    causes
}

/// What is warned of where a finalizer could be anybody's.
pub(super) fn unqualified_finalizer(name: &str) -> Option<String> {
    const STANDARD: [&str; 3] = ["orphan", "foregroundDeletion", "kubernetes"];
    if name.contains('/') || STANDARD.contains(&name) {
        return None;
    }
    let path = if name.contains('.') { " including a path (/)" } else { "" };
    Some(format!(
        "metadata.finalizers: {}: prefer a domain-qualified finalizer name{path} to avoid accidental conflicts \
         with other finalizer writers",
        printed::quoted(name)
    ))
}
