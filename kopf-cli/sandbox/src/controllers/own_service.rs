//! The service `kubernetes`, by which a server is reached in its own cluster.
//!
//! It leads nowhere: a server on the loopback has no endpoints, here as there, and wherever else it listens none are made.

use serde_json::{Value, json};

use super::{Reached, Task, Tasks};
use crate::{
    builtin::{SERVER_ADDRESS, SERVICES},
    ring::Event,
    schema::Part,
    status::Status,
    store::Store,
    write::{SERVER, Target, Writer},
};

pub(super) const NAMESPACE: &str = "default";
const NAME: &str = "kubernetes";

/// Has it made again when somebody has taken it away.
pub(super) fn notice(tasks: &mut Tasks, store: &Store, change: &Event) {
    let header = &change.object.header;
    if change.removal
        && store.duties.service_accounts
        && &*change.resource == SERVICES
        && (&*header.namespace, &*header.name) == (NAMESPACE, NAME)
    {
        tasks.add(Task::Populate(NAMESPACE.to_owned()));
    }
}

/// Makes it, or has it lead to where the server is now.
pub(super) fn provide(writer: &mut Writer<'_>, reached: &Reached) -> Result<(), Status> {
    let Some(resource) = writer.store.catalog.get(SERVICES).cloned() else { return Ok(()) };
    let manager = std::mem::replace(&mut writer.manager, SERVER.to_owned());
    let view = resource.stored_view();
    let ports =
        json!([{ "name": "https", "port": 443, "protocol": "TCP", "targetPort": reached.address.port() }]);
    let outcome = match writer.store.get(SERVICES, NAMESPACE, NAME).map(|service| service.value()) {
        None => writer.create(&view, NAMESPACE, service(&ports)).map(drop),
        Some(there) if there["spec"]["ports"] == ports => Ok(()),
        Some(mut there) => {
            there["spec"]["ports"] = ports;
            let target = Target { view: &view, namespace: NAMESPACE, name: NAME };
            writer.replace(target, Part::Whole, there).map(drop)
        }
    };
    writer.manager = manager;
    outcome
}

fn service(ports: &Value) -> Value {
    json!({
        "metadata": { "name": NAME, "labels": { "component": "apiserver", "provider": "kubernetes" } },
        "spec": {
            "type": "ClusterIP", "clusterIP": SERVER_ADDRESS, "ipFamilyPolicy": "SingleStack",
            "internalTrafficPolicy": "Cluster", "sessionAffinity": "None", "ports": ports,
        },
    })
}
