//! Definitions: accepted when they are new, and gone when the last of their objects is.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::{Task, Tasks, begins_to_go, garbage};
use crate::{
    crd::{
        self,
        names::{self, Taken},
    },
    deletion::Propagation,
    managed::Managed,
    object::Stored,
    resources::{DEFINITIONS, NAMESPACES},
    ring::Event,
    status::Status,
    store::Store,
    stranded,
    write::{SERVER, Writer},
};

pub(super) fn notice(tasks: &mut Tasks, store: &Store, change: &Event) {
    let name = &change.object.header.name;
    if &*change.resource != DEFINITIONS {
        if change.removal && store.catalog.is_going(&change.resource) {
            tasks.add(Task::Dissolve(change.resource.to_string()));
        }
        return;
    }
    let is_otherwise = change.removal || defines_otherwise(change);
    if is_otherwise {
        // They may wait for what could not be read.
        let going = store.list(NAMESPACES, None).into_iter().filter(|namespace| namespace.header.deleting);
        going.for_each(|namespace| tasks.add(Task::Empty(namespace.header.name.clone())));
    }
    if change.removal {
        // Names that it had may be what others wait for.
        accept_others(tasks, store, name);
        return;
    }
    tasks.add(Task::Accept(name.clone()));
    if is_otherwise {
        garbage::collect_again(tasks, store, name);
    }
    if begins_to_go(change) || is_going_otherwise(change) {
        tasks.add(Task::Dissolve(name.clone()));
    }
}

/// Whether a definition is new, or has come to define something else.
fn defines_otherwise(change: &Event) -> bool {
    let says_the_same = |before: &Arc<Stored>| crd::defines_the_same(&change.object.value(), &before.value());
    !change.previous.as_ref().is_some_and(says_the_same)
}

/// Whether a definition that is going has come to say something else: its objects may be such that they can go now.
fn is_going_otherwise(change: &Event) -> bool {
    let says_otherwise = |before: &Arc<Stored>| before.value()["spec"] != change.object.value()["spec"];
    change.object.header.deleting && change.previous.as_ref().is_some_and(says_otherwise)
}

/// Accepts the names of a definition, and then the definition.
pub(super) fn accept(writer: &mut Writer<'_>, name: &str, tasks: &mut Tasks) -> Result<(), Status> {
    let mut taken = Taken::default();
    for other in of_the_same_group(writer.store, name) {
        taken.add(&other.value());
    }
    if change(writer, name, |definition, now| names::accept(definition, &taken, now))? {
        accept_others(tasks, writer.store, name);
    }
    change(writer, name, crd::establish)?;
    change(writer, name, crd::judge)?;
    Ok(())
}

fn accept_others(tasks: &mut Tasks, store: &Store, name: &str) {
    let others = of_the_same_group(store, name);
    others.filter(|other| other.header.name != name).for_each(|other| {
        tasks.add(Task::Accept(other.header.name.clone()));
    });
}

/// The definitions in the group of one, which is among them.
fn of_the_same_group(store: &Store, name: &str) -> impl Iterator<Item = Arc<Stored>> + use<> {
    let group = |name: &str| name.split_once('.').map(|(_, group)| group.to_owned());
    let wanted = group(name);
    let all = store.list(DEFINITIONS, None).into_iter();
    all.filter(move |definition| group(&definition.header.name) == wanted)
}

/// Removes the objects of a definition, and then the definition.
pub(super) fn dissolve(writer: &mut Writer<'_>, name: &str) -> Result<(), Status> {
    // It may be another of the same name by now.
    if writer.store.get(DEFINITIONS, "", name).is_none_or(|definition| !definition.header.deleting) {
        return Ok(());
    }
    let defined = writer.store.catalog.get(name).cloned();
    let seen =
        defined.as_ref().map_or(Ok(()), |defined| stranded::check_all(writer.store, defined, writer.now));
    if let Err(refused) = seen {
        return change(writer, name, |definition, now| crd::fail_to_dissolve(definition, &refused, now))
            .map(drop);
    }
    change(writer, name, crd::begin_to_dissolve)?;
    let Some(defined) = defined else { return Ok(()) };
    for object in writer.store.list(&defined.key, None) {
        if !object.header.deleting {
            writer.expel(&defined.stored_view(), &object, Some(Propagation::Background), None)?;
        }
    }
    if !writer.store.list(&defined.key, None).is_empty() {
        return Ok(());
    }
    let definitions = writer.store.catalog.get(DEFINITIONS).cloned();
    let definition = writer.store.get(DEFINITIONS, "", name).cloned();
    if let (Some(definitions), Some(definition)) = (definitions, definition) {
        let now = writer.now;
        let view = definitions.stored_view();
        writer.release(&view, &definition, crd::CLEANUP, |value| crd::end_to_dissolve(value, now))?;
    }
    Ok(())
}

/// Writes the status of a definition if a step changes it; whether it does.
fn change(
    writer: &mut Writer<'_>,
    name: &str,
    step: impl FnOnce(&mut Value, Timestamp),
) -> Result<bool, Status> {
    let definitions = writer.store.catalog.get(DEFINITIONS).cloned();
    let definition = writer.store.get(DEFINITIONS, "", name).map(Arc::clone);
    let (Some(definitions), Some(definition)) = (definitions, definition) else { return Ok(false) };
    let old = definition.value();
    let mut value = old.clone();
    step(&mut value, writer.now);
    let changes = value != old;
    if changes {
        let view = definitions.stored_view();
        let managed = Managed { view: &view, manager: SERVER, subresource: "status", now: writer.now };
        managed.rewrite(&old, &mut value);
        writer.commit(&view, value, 200)?;
    }
    Ok(changes)
}
