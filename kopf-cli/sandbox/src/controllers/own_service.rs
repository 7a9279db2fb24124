//! The service `kubernetes`, by which a server is reached in its own cluster.
//!
//! It leads nowhere: a server on the loopback has no endpoints, here as there, and wherever else it listens none are made.

use serde_json::json;

use super::{Reached, Task, Tasks, namespaces};
use crate::{
    builtin::{SERVER_ADDRESS, SERVICES},
    ring::Event,
    status::Status,
    store::Store,
    write::{SERVER, Writer},
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
    let ports =
        json!([{ "name": "https", "port": 443, "protocol": "TCP", "targetPort": reached.address.port() }]);
    let service = json!({
        "metadata": { "name": NAME, "labels": { "component": "apiserver", "provider": "kubernetes" } },
        "spec": {
            "type": "ClusterIP", "clusterIP": SERVER_ADDRESS, "ipFamilyPolicy": "SingleStack",
            "internalTrafficPolicy": "Cluster", "sessionAffinity": "None", "ports": ports,
        },
    });
    let place = (SERVICES, NAMESPACE);
    namespaces::provide(writer, SERVER, place, service, |service| &mut service["spec"]["ports"])
}
