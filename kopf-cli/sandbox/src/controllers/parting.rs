//! Pods that are going, and that nobody runs who could say that they have ended: those of nodes that are not there, and all
//! where running is but said.

use super::{Task, Tasks, begins_to_go};
use crate::{
    kinds::PODS,
    ring::Event,
    status::Status,
    store::{Place, Store},
    write::Writer,
};

const NODES: &str = "nodes";

pub(super) fn notice(tasks: &mut Tasks, store: &Store, change: &Event) {
    if &*change.resource == PODS && begins_to_go(change) {
        tasks.add(Task::Part(Place::of(&change.resource, &change.object)));
    } else if &*change.resource == NODES && change.removal {
        let pods = store.list(PODS, None).into_iter().filter(|pod| pod.header.deleting);
        pods.for_each(|pod| tasks.add(Task::Part(Place::of(&PODS.into(), &pod))));
    }
}

/// Lets a pod go whose node will not.
pub(super) fn part(writer: &mut Writer<'_>, place: &Place) -> Result<(), Status> {
    let pod = writer.store.at(place).filter(|pod| pod.header.deleting).cloned();
    let (Some(pod), Some(pods)) = (pod, writer.store.catalog.get(PODS).cloned()) else { return Ok(()) };
    let value = pod.value();
    let is_run = || {
        let node = value["spec"]["nodeName"].as_str().unwrap_or_default();
        !writer.store.duties.simulates && writer.store.get(NODES, "", node).is_some()
    };
    if value["metadata"]["deletionGracePeriodSeconds"].as_i64().unwrap_or_default() == 0 || is_run() {
        return Ok(());
    }
    writer.expel(&pods.stored_view(), &pod, None, Some(0)).map(drop)
}
