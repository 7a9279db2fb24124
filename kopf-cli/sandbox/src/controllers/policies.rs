//! Policies: their status says that they have been looked at.

use serde_json::json;

use super::{Task, Tasks};
use crate::{
    admission::POLICIES,
    ring::Event,
    schema::Part,
    status::Status,
    write::{Target, Writer},
};

/// Who owns the status.
const MANAGER: &str = "validatingadmissionpolicy-status";

pub(super) fn notice(tasks: &mut Tasks, change: &Event) {
    if &*change.resource == POLICIES && !change.removal {
        tasks.add(Task::Observe(change.object.header.name.clone()));
    }
}

/// Writes into a policy which of its generations is in force. What its expressions are of the wrong type for is not told.
pub(super) fn observe(writer: &mut Writer<'_>, name: &str) -> Result<(), Status> {
    let resource = writer.store.catalog.get(POLICIES).cloned();
    let policy = writer.store.get(POLICIES, "", name).cloned();
    let (Some(resource), Some(policy)) = (resource, policy) else { return Ok(()) };
    let policy = policy.value();
    let generation = &policy["metadata"]["generation"];
    if policy["status"]["observedGeneration"] == *generation {
        return Ok(());
    }
    let view = resource.stored_view();
    let status = json!({
        "apiVersion": view.api_version(),
        "kind": resource.kind,
        "metadata": { "name": name },
        "status": { "observedGeneration": generation, "typeChecking": {} },
    });
    let before = std::mem::replace(&mut writer.manager, MANAGER.to_owned());
    let written = writer.apply(Target { view: &view, namespace: "", name }, Part::Status, status, true);
    writer.manager = before;
    written.map(drop)
}
