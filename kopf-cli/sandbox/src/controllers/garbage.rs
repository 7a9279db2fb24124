//! The garbage collector: what belongs to nobody any more goes, and what is to go last is let go of when its turn has come.
//!
//! An object stays as long as one of its owners is there. An owner is there if an object with its kind, name and uid is, in
//! the same namespace or without one. An owner of a kind that nobody serves is perhaps there.

use std::sync::Arc;

use serde_json::Value;

use super::{CONTROLLERS, Task, Tasks, is_new};
use crate::{
    deletion::{FOREGROUND, ORPHAN, Propagation},
    managed::Managed,
    object::{Owner, Stored},
    resources::Resource,
    ring::Event,
    status::Status,
    store::{Place, Store},
    stranded,
    write::Writer,
};

/// What an object can say of one of its owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Present,
    Absent,
    /// It is there, and goes last.
    Waiting,
    /// Nobody can tell.
    Unknown,
}

pub(super) fn notice(tasks: &mut Tasks, store: &Store, change: &Event) {
    let object = &change.object;
    let place = || Place::of(&change.resource, object);
    let dependents = || store.dependents(&object.header.uid).cloned().map(Task::Collect);
    if change.removal {
        dependents().for_each(|task| tasks.add(task));
    } else {
        let before = change.previous.as_deref();
        let owners_changed = before.is_none_or(|before| before.header.owners != object.header.owners);
        if owners_changed && !object.header.owners.is_empty() {
            tasks.add(Task::Collect(place()));
        }
        if goes_last(object) && !before.is_some_and(goes_last) {
            dependents().for_each(|task| tasks.add(task));
            tasks.add(Task::Collect(place()));
        }
        if orphans(object) && !before.is_some_and(orphans) {
            tasks.add(Task::Orphan(place()));
        }
    }
    if is_new(change) {
        return;
    }
    // Those who wait for the object may wait no longer.
    for owner in change.previous.iter().flat_map(|before| &before.header.owners).filter(|owner| owner.blocks)
    {
        let still = !change.removal && object.header.owners.contains(owner);
        if let Some((place, _)) = find(store, owner, &object.header.namespace).filter(|_| !still) {
            tasks.add(Task::Collect(place));
        }
    }
}

/// Looks again, where a resource is defined otherwise, at what belongs to its objects, and to whom they belong: what could not be
/// read may be read now, and nobody could tell who was there.
pub(super) fn collect_again(tasks: &mut Tasks, store: &Store, key: &str) {
    let Some(resource) = store.catalog.get(key) else { return };
    for object in store.list(key, None) {
        // Those for whom it waits may have gone while nobody could tell it.
        if goes_last(&object) {
            tasks.add(Task::Collect(Place::of(&resource.key, &object)));
        } else if orphans(&object) {
            tasks.add(Task::Orphan(Place::of(&resource.key, &object)));
        }
    }
    for (dependents, object) in store.owned() {
        let is_one = **dependents == *key;
        for owner in object.header.owners.iter().filter(|owner| is_one || is_of(resource, owner)) {
            tasks.add(Task::Collect(Place::of(dependents, object)));
            if let Some((place, Some(found))) = find(store, owner, &object.header.namespace) {
                if goes_last(&found) {
                    tasks.add(Task::Collect(place));
                } else if orphans(&found) {
                    tasks.add(Task::Orphan(place));
                }
            }
        }
    }
}

/// Whether an owner is said to be one of a resource.
fn is_of(resource: &Resource, owner: &Owner) -> bool {
    owner.kind == resource.kind
        && resource.versions.iter().any(|version| version.api_version() == owner.api_version)
}

fn goes_last(object: &Stored) -> bool {
    object.header.deleting && object.header.finalizers.iter().any(|finalizer| finalizer == FOREGROUND)
}

fn orphans(object: &Stored) -> bool {
    object.header.deleting && object.header.finalizers.iter().any(|finalizer| finalizer == ORPHAN)
}

/// The object that is of the kind and name of an owner; for those in `namespace`.
fn find(store: &Store, owner: &Owner, namespace: &str) -> Option<(Place, Option<Arc<Stored>>)> {
    let view = store.catalog.view_of_kind(&owner.api_version, &owner.kind)?;
    let namespaced = view.resource.namespaced;
    if namespaced && namespace.is_empty() {
        // What is in no namespace cannot belong to what is in one.
        return None;
    }
    let namespace = if namespaced { namespace } else { "" };
    let resource = Arc::clone(&view.resource.key);
    let place = Place { resource, namespace: namespace.to_owned(), name: owner.name.clone() };
    let found = store.at(&place).cloned();
    Some((place, found))
}

/// Whether an object cannot be read, so that nobody knows of it.
fn is_out_of_sight(store: &Store, place: &Place, object: &Stored) -> bool {
    let resource = store.catalog.get(&place.resource);
    resource.is_some_and(|resource| stranded::is_stranded(resource, object))
}

fn standing(store: &Store, owner: &Owner, namespace: &str) -> Standing {
    match find(store, owner, namespace) {
        None => Standing::Unknown,
        Some((place, Some(found))) if is_out_of_sight(store, &place, &found) => Standing::Unknown,
        Some((_, Some(found))) if found.header.uid == owner.uid => {
            if goes_last(&found) {
                Standing::Waiting
            } else {
                Standing::Present
            }
        }
        Some(_) => Standing::Absent,
    }
}

/// Removes an object that belongs to nobody any more; one that goes last is let go of when nobody holds it back.
pub(super) fn collect(writer: &mut Writer<'_>, place: &Place, tasks: &mut Tasks) -> Result<(), Status> {
    let Some(object) = writer.store.at(place).cloned() else { return Ok(()) };
    if goes_last(&object) {
        return finish(writer, place, &object, tasks);
    }
    if object.header.deleting || object.header.owners.is_empty() {
        return Ok(());
    }
    let Some(resource) = writer.store.catalog.get(&place.resource).cloned() else { return Ok(()) };
    if stranded::is_stranded(&resource, &object) {
        return Ok(());
    }
    let owners = object.header.owners.iter();
    let standings: Vec<Standing> =
        owners.map(|owner| standing(writer.store, owner, &place.namespace)).collect();
    if standings.contains(&Standing::Unknown) {
        return Ok(());
    }
    if standings.contains(&Standing::Present) {
        let mut present = standings.iter().map(|standing| *standing == Standing::Present);
        return change_owners(writer, place, |owners| owners.retain(|_| present.next() == Some(true)));
    }
    let has_dependents = writer.store.dependents(&object.header.uid).next().is_some();
    let policy = if standings.contains(&Standing::Waiting) && has_dependents {
        let dependents: Vec<_> = writer.store.dependents(&object.header.uid).cloned().collect();
        if dependents.iter().any(|place| writer.store.at(place).is_some_and(|object| goes_last(object))) {
            // Those that wait for each other in a circle would wait for ever.
            change_owners(writer, place, |owners| {
                for owner in owners.iter_mut().filter_map(Value::as_object_mut) {
                    owner.insert("blockOwnerDeletion".to_owned(), false.into());
                }
            })?;
        }
        Propagation::Foreground
    } else {
        let named = |name: &str| object.header.finalizers.iter().any(|finalizer| finalizer == name);
        match () {
            () if named(ORPHAN) => Propagation::Orphan,
            () if named(FOREGROUND) => Propagation::Foreground,
            () => Propagation::Background,
        }
    };
    let Some(object) = writer.store.at(place).cloned() else { return Ok(()) };
    writer.expel(&resource.preferred_view(), &object, Some(policy), None).map(drop)
}

/// Lets an object go that goes last, or sees to it that those go for which it waits.
fn finish(writer: &mut Writer<'_>, place: &Place, object: &Stored, tasks: &mut Tasks) -> Result<(), Status> {
    let uid = &object.header.uid;
    let blocks = |owner: &Owner| owner.uid == *uid && owner.blocks;
    let mut waits = false;
    for place in writer.store.dependents(uid) {
        let Some(dependent) = writer.store.at(place) else { continue };
        if is_out_of_sight(writer.store, place, dependent) {
            continue;
        }
        if dependent.header.owners.iter().any(blocks) {
            waits = true;
            if !dependent.header.deleting {
                tasks.add(Task::Collect(place.clone()));
            }
        }
    }
    let resource = writer.store.catalog.get(&place.resource).cloned();
    match resource.filter(|resource| !waits && !stranded::is_stranded(resource, object)) {
        Some(resource) => writer.release(&resource.preferred_view(), object, FOREGROUND, |_| ()),
        None => Ok(()),
    }
}

/// Takes an owner away from all that belong to it, and lets it go.
pub(super) fn orphan(writer: &mut Writer<'_>, place: &Place) -> Result<(), Status> {
    let Some(object) = writer.store.at(place).cloned().filter(|object| orphans(object)) else {
        return Ok(());
    };
    let dependents: Vec<Place> = writer.store.dependents(&object.header.uid).cloned().collect();
    for dependent in &dependents {
        change_owners(writer, dependent, |owners| owners.retain(|owner| owner["uid"] != *object.header.uid))?;
    }
    let resource = writer.store.catalog.get(&place.resource).cloned();
    match resource.filter(|resource| !stranded::is_stranded(resource, &object)) {
        Some(resource) => writer.release(&resource.preferred_view(), &object, ORPHAN, |_| ()),
        None => Ok(()),
    }
}

fn change_owners(
    writer: &mut Writer<'_>,
    place: &Place,
    change: impl FnOnce(&mut Vec<Value>),
) -> Result<(), Status> {
    let resource = writer.store.catalog.get(&place.resource).cloned();
    let object = writer.store.at(place).cloned();
    let (Some(resource), Some(object)) = (resource, object) else { return Ok(()) };
    if stranded::is_stranded(&resource, &object) {
        return Ok(());
    }
    let view = resource.preferred_view();
    let old = object.read(&view);
    let mut value = old.clone();
    if let Some(metadata) = value["metadata"].as_object_mut() {
        if let Some(Value::Array(owners)) = metadata.get_mut("ownerReferences") {
            change(owners);
        }
        if metadata.get("ownerReferences").and_then(Value::as_array).is_some_and(Vec::is_empty) {
            metadata.shift_remove("ownerReferences");
        }
    }
    if value != old {
        let managed = Managed { view: &view, manager: CONTROLLERS, subresource: "", now: writer.now };
        managed.rewrite(&old, &mut value);
        writer.commit(&view, value, 200)?;
    }
    Ok(())
}
