//! Definitions: accepted when they are new, and gone when the last of their objects is.

use std::sync::Arc;

use super::{Task, Tasks, begins_to_go, is_new};
use crate::{
    crd,
    deletion::Propagation,
    kinds,
    managed::Managed,
    resources::DEFINITIONS,
    ring::Event,
    status::Status,
    store::Store,
    write::{SERVER, Writer},
};

pub(super) fn notice(tasks: &mut Tasks, store: &Store, change: &Event) {
    let name = || change.object.header.name.clone();
    if &*change.resource == DEFINITIONS {
        if is_new(change) {
            tasks.add(Task::Accept(name()));
        }
        if begins_to_go(change) {
            tasks.add(Task::Dissolve(name()));
        }
    } else if change.removal && kinds::going(store, &change.resource) {
        tasks.add(Task::Dissolve(change.resource.to_string()));
    }
}

/// Accepts the names of a definition, and then the definition.
pub(super) fn accept(writer: &mut Writer<'_>, name: &str) -> Result<(), Status> {
    for step in crd::ACCEPTANCE {
        change(writer, name, step)?;
    }
    Ok(())
}

/// Removes the objects of a definition, and then the definition.
pub(super) fn dissolve(writer: &mut Writer<'_>, name: &str) -> Result<(), Status> {
    change(writer, name, crd::begin_to_dissolve)?;
    let Some(defined) = writer.store.catalog.get(name).cloned() else { return Ok(()) };
    for object in writer.store.list(&defined.key, None) {
        if !object.header.deleting {
            writer.expel(&defined, &object, Some(Propagation::Background))?;
        }
    }
    if !writer.store.list(&defined.key, None).is_empty() {
        return Ok(());
    }
    let definitions = writer.store.catalog.get(DEFINITIONS).cloned();
    let definition = writer.store.get(DEFINITIONS, "", name).cloned();
    if let (Some(definitions), Some(definition)) = (definitions, definition) {
        let now = writer.now;
        writer.release(&definitions, &definition, crd::CLEANUP, |value| crd::end_to_dissolve(value, now))?;
    }
    Ok(())
}

fn change(
    writer: &mut Writer<'_>,
    name: &str,
    step: fn(&mut serde_json::Value, jiff::Timestamp),
) -> Result<(), Status> {
    let definitions = writer.store.catalog.get(DEFINITIONS).cloned();
    let definition = writer.store.get(DEFINITIONS, "", name).map(Arc::clone);
    let (Some(definitions), Some(definition)) = (definitions, definition) else { return Ok(()) };
    let old = definition.value();
    let mut value = old.clone();
    step(&mut value, writer.now);
    if value != old {
        let view = definitions.stored_view();
        let managed = Managed { view: &view, manager: SERVER, subresource: "status", now: writer.now };
        managed.rewrite(&old, &mut value);
        writer.commit(&definitions, value, 200)?;
    }
    Ok(())
}
