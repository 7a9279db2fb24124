//! Policies: their status says that they have been looked at.

use serde_json::json;

use super::{Task, Tasks};
use crate::{
    admission::{POLICIES, typechecking},
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

/// Writes into a policy which of its generations is in force, and what is wrong with its expressions by the types of what it is
/// for.
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
    let warnings = typechecking::warnings(&policy["spec"], &writer.store.catalog);
    let checked = if warnings.is_empty() { json!({}) } else { json!({ "expressionWarnings": warnings }) };
    let status = json!({
        "apiVersion": view.api_version(),
        "kind": resource.kind,
        "metadata": { "name": name },
        "status": { "observedGeneration": generation, "typeChecking": checked },
    });
    let before = std::mem::replace(&mut writer.manager, MANAGER.to_owned());
    let written = writer.apply(Target { view: &view, namespace: "", name }, Part::Status, status, true);
    writer.manager = before;
    written.map(drop)
}
