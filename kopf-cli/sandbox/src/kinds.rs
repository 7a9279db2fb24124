//! What is special about some kinds: namespaces, pods and custom resource definitions.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    crd, events, meta,
    object::Stored,
    resources::{DEFINITIONS, EVENTS, EVENTS_GROUP, NAMESPACES, Resource, View},
    status::{Cause, Status},
    store::Store,
    write::Writer,
};

/// The label that every namespace has.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";
/// Namespaces that cannot be deleted.
const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];
const PODS: &str = "pods";

/// Fills in what the server fills in, before an object is checked; `old` is absent on creation.
pub(crate) fn prepare(
    resource: &Resource,
    metadata: &mut Map<String, Value>,
    rest: &mut Map<String, Value>,
    old: Option<&Value>,
) -> Result<(), Status> {
    match (&*resource.key, old) {
        (NAMESPACES, _) => {
            if let Some(name) = metadata.get("name").cloned() {
                let labels = metadata.entry("labels").or_insert_with(|| json!({}));
                labels[NAME_LABEL] = name;
            }
            if old.is_none() {
                rest.insert("spec".to_owned(), json!({ "finalizers": ["kubernetes"] }));
                rest.insert("status".to_owned(), json!({ "phase": "Active" }));
            }
        }
        (PODS, None) => {
            rest.insert("status".to_owned(), json!({ "phase": "Pending" }));
        }
        (DEFINITIONS, _) => crd::prepare(metadata, rest, old)?,
        _ => {}
    }
    Ok(())
}

/// Everything that is wrong with an object by the rules of its kind alone; `old` is absent on creation.
pub(crate) fn faults(
    view: &View,
    metadata: &Map<String, Value>,
    rest: &Map<String, Value>,
    old: Option<&Map<String, Value>>,
) -> Vec<Cause> {
    if &*view.resource.key != EVENTS {
        return Vec::new();
    }
    let newer = view.version().group == EVENTS_GROUP;
    events::faults(rest, meta::text(metadata, "namespace"), newer, old)
}

/// Writes into an object that it is going.
pub(crate) fn mark(
    resource: &Resource,
    metadata: &mut Map<String, Value>,
    rest: &mut Map<String, Value>,
    now: Timestamp,
) {
    match &*resource.key {
        NAMESPACES => {
            let status = rest.entry("status").or_insert_with(|| json!({}));
            status["phase"] = "Terminating".into();
        }
        DEFINITIONS => crd::mark(metadata, rest, now),
        _ => {}
    }
}

/// Refuses a definition whose names another one has already: a cluster takes it and never serves it.
pub(crate) fn check_names(
    store: &Store,
    resource: &Resource,
    rest: &Map<String, Value>,
) -> Result<(), Status> {
    if &*resource.key != DEFINITIONS {
        return Ok(());
    }
    let defined = crd::resource(&json!({ "spec": rest.get("spec") }))?;
    let taken = store.catalog.resources().any(|other| {
        other.key != defined.key
            && other.storage().group == defined.storage().group
            && (other.kind == defined.kind
                || other.list_kind == defined.list_kind
                || other.singular == defined.singular
                || other.short_names.iter().any(|name| defined.short_names.contains(name)))
    });
    if taken {
        Err(Status::not_implemented("definitions with names that are already in use"))
    } else {
        Ok(())
    }
}

/// Refuses to delete what has to stay, and what only a controller could delete as a real cluster does.
pub(crate) fn may_delete(store: &Store, resource: &Resource, name: &str, view: &View) -> Result<(), Status> {
    if &*resource.key != NAMESPACES {
        return Ok(());
    }
    if IMMORTAL.contains(&name) {
        return Err(Status::forbidden(view.about(name), "this namespace may not be deleted"));
    }
    if store.namespace_in_use(name) {
        return Err(Status::not_implemented("the deletion of a namespace that still has objects in it"));
    }
    Ok(())
}

/// Whether objects of this resource contain others, which go with them.
pub(crate) fn contains_others(resource: &Resource) -> bool {
    matches!(&*resource.key, NAMESPACES | DEFINITIONS)
}

/// Empties a container that is marked as going, and takes it out where nothing holds it any more.
pub(crate) fn empty(writer: &mut Writer<'_>, resource: &Arc<Resource>, name: &str) -> Result<(), Status> {
    if &*resource.key == NAMESPACES {
        if writer.store.get(NAMESPACES, "", name).is_some_and(|namespace| !namespace.header.has_finalizers) {
            writer.vanish(resource, "", name);
        }
        return Ok(());
    }
    let Some(defined) = writer.store.catalog.get(name).cloned() else { return Ok(()) };
    for object in writer.store.list(&defined.key, None) {
        if object.header.has_finalizers {
            writer.mark_deleted(&defined, &object)?;
        } else {
            writer.store.remove(&defined, &object.header.namespace, &object.header.name);
        }
    }
    if writer.store.list(&defined.key, None).is_empty() {
        writer.vanish(resource, "", name);
    }
    Ok(())
}

/// Serves what a definition defines, as soon as it is written.
pub(crate) fn after_write(store: &mut Store, resource: &Resource, stored: &Stored) -> Result<(), Status> {
    if &*resource.key == DEFINITIONS {
        store.catalog.register(crd::resource(&stored.value())?);
    }
    Ok(())
}

/// Does to a new object what the controllers of a cluster do moments later.
pub(crate) fn after_creation(
    writer: &mut Writer<'_>,
    resource: &Arc<Resource>,
    name: &str,
) -> Result<(), Status> {
    if &*resource.key != DEFINITIONS || writer.dry_run {
        return Ok(());
    }
    for step in crd::ACCEPTANCE {
        let Some(stored) = writer.store.get(DEFINITIONS, "", name) else { break };
        let mut definition = stored.value();
        step(&mut definition, writer.now);
        writer.commit(resource, definition, 200)?;
    }
    Ok(())
}

/// Ends what cannot outlive the object that was removed.
pub(crate) fn after_removal(store: &mut Store, resource: &Resource, name: &str) {
    if &*resource.key == DEFINITIONS {
        if let Some(defined) = store.catalog.get(name).cloned() {
            for object in store.list(&defined.key, None) {
                store.remove(&defined, &object.header.namespace, &object.header.name);
            }
        }
        store.catalog.unregister(name);
    } else if resource.rules.custom
        && store.list(&resource.key, None).is_empty()
        && going(store, &resource.key)
    {
        let Some(definitions) = store.catalog.get(DEFINITIONS).cloned() else { return };
        store.remove(&definitions, "", &resource.key);
        store.catalog.unregister(&resource.key);
    }
}

/// Whether the definition of a custom resource is being deleted.
pub(crate) fn going(store: &Store, key: &str) -> bool {
    let definition = store.get(DEFINITIONS, "", key);
    definition.is_some_and(|definition| definition.value()["metadata"].get("deletionTimestamp").is_some())
}
