//! What a cluster's workloads come to, told as if it had happened: pods run, jobs complete, the rest is available.
//!
//! Nothing is started. A pod says at once that it runs, and a job's that it has succeeded; a workload has the pods that it
//! wants, and a status that says so. There is one node, of which little is known but its name, and no rollout takes steps.

mod deployments;
mod endpoints;
mod refusals;
mod status;
mod triggers;

use jiff::Timestamp;
use serde_json::{Value, json};

pub(super) use triggers::Triggers;

use super::{CONTROLLERS, Task, Tasks};
use crate::{
    builtin::SERVICES,
    kinds::PODS,
    object::Stored,
    resources::NAMESPACES,
    ring::Event,
    status::Status,
    store::{Place, Store},
    write::{Writer, seconds},
};

const JOBS: &str = "jobs.batch";
const DEPLOYMENTS: &str = "deployments.apps";
const REPLICA_SETS: &str = "replicasets.apps";
const REPLICATION_CONTROLLERS: &str = "replicationcontrollers";
const STATEFUL_SETS: &str = "statefulsets.apps";
const DAEMON_SETS: &str = "daemonsets.apps";
/// The kinds that make pods.
const MAKING: [&str; 5] = [JOBS, REPLICA_SETS, REPLICATION_CONTROLLERS, STATEFUL_SETS, DAEMON_SETS];
/// The kinds whose objects have to be there, or to say so, for some pods to be made.
const ALLOWING: [&str; 4] =
    [NAMESPACES, "serviceaccounts", "priorityclasses.scheduling.k8s.io", "runtimeclasses.node.k8s.io"];
/// Where all pods are.
const NODE: &str = "sandbox";
/// How many pods a workload has at most, whatever it wants: each is an object.
const MOST_PODS: u64 = 200;
/// The label by which replica sets and pods of one template know each other.
const HASH: &str = "pod-template-hash";
const REVISION: &str = "controller-revision-hash";

/// The node on which all pods are said to be.
pub(crate) fn node(now: Timestamp) -> Value {
    let now = seconds(now);
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": { "name": NODE, "labels": { "kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux" } },
        "status": {
            "addresses": [
                { "type": "InternalIP", "address": "127.0.0.1" }, { "type": "Hostname", "address": NODE },
            ],
            "conditions": [{
                "type": "Ready", "status": "True", "reason": "Simulated", "message": "nothing runs here",
                "lastHeartbeatTime": now, "lastTransitionTime": now,
            }],
        },
    })
}

fn is_run(key: &str) -> bool {
    [PODS, DEPLOYMENTS].contains(&key) || MAKING.contains(&key)
}

/// Looks at all that is there.
pub(super) fn begin(tasks: &mut Tasks, store: &Store) {
    for key in MAKING.into_iter().chain([DEPLOYMENTS, PODS, SERVICES]) {
        for object in store.list(key, None) {
            tasks.add(Task::Run(Place::of(&key.into(), &object)));
        }
    }
}

pub(super) fn notice(tasks: &mut Tasks, store: &Store, change: &Event) {
    if !store.duties.simulates {
        return;
    }
    if ALLOWING.contains(&&*change.resource) && allows_more(change) {
        try_again(tasks, store, change);
    }
    endpoints::notice(tasks, store, change);
    if !is_run(&change.resource) {
        return;
    }
    if !change.removal {
        tasks.add(Task::Run(Place::of(&change.resource, &change.object)));
    }
    // Whoever made it sees what has become of it.
    for owner in &change.object.header.owners {
        let plural = owner.kind.to_lowercase() + "s";
        let plural = match owner.api_version.split_once('/') {
            Some((group, _)) => format!("{plural}.{group}"),
            None => plural,
        };
        if is_run(&plural) {
            let namespace = change.object.header.namespace.clone();
            tasks.add(Task::Run(Place { resource: plural.into(), namespace, name: owner.name.clone() }));
        }
    }
}

/// Whether pods may be taken by now that were refused: there is something new, or a namespace says something else.
fn allows_more(change: &Event) -> bool {
    let before = change.previous.as_ref().map(|previous| &previous.header.labels);
    let is_said = || &*change.resource == NAMESPACES && before != Some(&change.object.header.labels);
    !change.removal && (before.is_none() || is_said())
}

/// Brings those workloads further whose pods may have been refused for want of what has come.
fn try_again(tasks: &mut Tasks, store: &Store, change: &Event) {
    let header = &change.object.header;
    let namespace = match &*change.resource {
        NAMESPACES => Some(&*header.name),
        _ => Some(&*header.namespace).filter(|namespace| !namespace.is_empty()),
    };
    for key in MAKING {
        for workload in store.list(key, namespace) {
            tasks.add(Task::Run(Place::of(&key.into(), &workload)));
        }
    }
}

/// Brings one object a step further; what follows from that comes back as another task.
pub(super) fn run(writer: &mut Writer<'_>, place: &Place) -> Result<(), Status> {
    let manager = std::mem::replace(&mut writer.manager, CONTROLLERS.to_owned());
    let outcome = match &*place.resource {
        SERVICES => endpoints::run(writer, place),
        _ => run_workload(writer, place),
    };
    writer.manager = manager;
    outcome
}

fn run_workload(writer: &mut Writer<'_>, place: &Place) -> Result<(), Status> {
    let Some(object) = writer.store.at(place).filter(|object| !object.header.deleting).cloned() else {
        return Ok(());
    };
    let owner = Owner { place, value: object.value() };
    match &*place.resource {
        PODS => run_pod(writer, &owner),
        JOBS => run_job(writer, &owner),
        DEPLOYMENTS => deployments::run(writer, &owner),
        REPLICA_SETS | REPLICATION_CONTROLLERS => run_replicas(writer, &owner),
        STATEFUL_SETS => run_in_order(writer, &owner),
        _ => run_on_node(writer, &owner),
    }
}

/// An object that has others, and where it is.
struct Owner<'a> {
    place: &'a Place,
    value: Value,
}

impl Owner<'_> {
    fn name(&self) -> &str {
        &self.place.name
    }

    fn wanted(&self) -> u64 {
        self.value["spec"]["replicas"].as_u64().unwrap_or(1).min(MOST_PODS)
    }

    /// The objects of a resource that belong to it, and are to stay.
    fn own(&self, store: &Store, key: &str) -> Vec<std::sync::Arc<Stored>> {
        let uid = self.value["metadata"]["uid"].as_str().unwrap_or_default();
        let mine = store.dependents(uid).filter(|place| &*place.resource == key);
        mine.filter_map(|place| store.at(place)).filter(|object| !object.header.deleting).cloned().collect()
    }

    /// Makes an object that belongs to it, `labels` being added to those that it has.
    fn make(
        &self,
        writer: &mut Writer<'_>,
        key: &str,
        mut object: Value,
        labels: &Value,
    ) -> Result<(), Status> {
        let Some(resource) = writer.store.catalog.get(key).cloned() else { return Ok(()) };
        object["metadata"]["ownerReferences"] = json!([{
            "apiVersion": self.value["apiVersion"], "kind": self.value["kind"], "name": self.name(),
            "uid": self.value["metadata"]["uid"], "controller": true, "blockOwnerDeletion": true,
        }]);
        for (name, value) in labels.as_object().into_iter().flatten() {
            object["metadata"]["labels"][name] = value.clone();
        }
        writer.create(&resource.stored_view(), &self.place.namespace, object).map(drop)
    }

    /// Makes pods, by their names and the labels that they have besides, until one is refused: then an Event says so.
    fn make_pods(
        &self,
        writer: &mut Writer<'_>,
        missing: impl IntoIterator<Item = (Option<String>, Value)>,
    ) -> Result<(), Status> {
        for (name, labels) in missing {
            let made = self.make_pod(writer, name.clone(), &labels);
            if let Err(refused) = &made {
                refusals::post(writer, self, name.as_deref(), refused);
                return made;
            }
        }
        Ok(())
    }

    /// Makes a pod of its template; one without a name is given one.
    fn make_pod(&self, writer: &mut Writer<'_>, name: Option<String>, labels: &Value) -> Result<(), Status> {
        let template = &self.value["spec"]["template"];
        let mut pod = json!({ "metadata": template["metadata"], "spec": template["spec"] });
        match name {
            Some(name) => pod["metadata"]["name"] = name.into(),
            None => pod["metadata"]["generateName"] = format!("{}-", self.name()).into(),
        }
        pod["spec"]["nodeName"] = NODE.into();
        self.make(writer, PODS, pod, labels)
    }

    /// Writes a status, if it is another one.
    fn tell(&self, writer: &mut Writer<'_>, status: Option<Value>) -> Result<(), Status> {
        let Some(status) = status else { return Ok(()) };
        self.change(writer, |value| value["status"] = status.clone())
    }

    fn change(&self, writer: &mut Writer<'_>, to: impl FnOnce(&mut Value)) -> Result<(), Status> {
        change(writer, self.place, to)
    }
}

/// Writes an object as it is to be, if that is not how it is.
fn change(writer: &mut Writer<'_>, place: &Place, to: impl FnOnce(&mut Value)) -> Result<(), Status> {
    let Some(resource) = writer.store.catalog.get(&place.resource).cloned() else { return Ok(()) };
    let Some(current) = writer.store.at(place).map(|object| object.value()) else { return Ok(()) };
    let mut changed = current.clone();
    to(&mut changed);
    if changed == current { Ok(()) } else { writer.commit(&resource.stored_view(), changed, 200).map(drop) }
}

fn expel(writer: &mut Writer<'_>, key: &str, object: &Stored) -> Result<(), Status> {
    let Some(resource) = writer.store.catalog.get(key).cloned() else { return Ok(()) };
    writer.expel(&resource.stored_view(), object, None, None).map(drop)
}

/// Puts a pod onto the node, and lets it run there.
fn run_pod(writer: &mut Writer<'_>, owner: &Owner<'_>) -> Result<(), Status> {
    let status = status::of_pod(&owner.value, writer.now);
    if status.is_some() && owner.value["spec"]["nodeName"].is_null() {
        owner.change(writer, |pod| pod["spec"]["nodeName"] = NODE.into())?;
    }
    owner.tell(writer, status)
}

fn run_replicas(writer: &mut Writer<'_>, owner: &Owner<'_>) -> Result<(), Status> {
    let pods = owner.own(writer.store, PODS);
    let wanted = usize::try_from(owner.wanted()).unwrap_or_default();
    for pod in pods.iter().skip(wanted) {
        expel(writer, PODS, pod)?;
    }
    let missing = (pods.len()..wanted).map(|_| (None, json!({})));
    let Err(refused) = owner.make_pods(writer, missing) else {
        return owner.tell(writer, Some(status::of_replicas(&owner.value, wanted)));
    };
    let mut status = status::of_replicas(&owner.value, owner.own(writer.store, PODS).len());
    status["conditions"] = json!([refusals::of_replicas(&owner.value, &refused, writer.now)]);
    owner.tell(writer, Some(status))
}

fn run_in_order(writer: &mut Writer<'_>, owner: &Owner<'_>) -> Result<(), Status> {
    let hash = format!("{}-{}", owner.name(), hash_of(&owner.value["spec"]["template"]));
    let names: Vec<String> = (0..owner.wanted()).map(|index| format!("{}-{index}", owner.name())).collect();
    for pod in owner.own(writer.store, PODS) {
        let stays = names.contains(&pod.header.name)
            && pod.header.labels.get(REVISION).is_some_and(|known| known == hash);
        if !stays {
            expel(writer, PODS, &pod)?;
        }
    }
    let missing = names.iter().filter(|name| writer.store.get(PODS, &owner.place.namespace, name).is_none());
    let labels = |name: &String| json!({ REVISION: hash, "statefulset.kubernetes.io/pod-name": name });
    let missing: Vec<_> = missing.map(|name| (Some(name.clone()), labels(name))).collect();
    let there = match owner.make_pods(writer, missing) {
        Ok(()) => names.len(),
        Err(_) => owner.own(writer.store, PODS).len(),
    };
    owner.tell(writer, Some(status::in_order(&owner.value, there, &hash)))
}

fn run_on_node(writer: &mut Writer<'_>, owner: &Owner<'_>) -> Result<(), Status> {
    let hash = hash_of(&owner.value["spec"]["template"]);
    let pods = owner.own(writer.store, PODS);
    let is_current = |pod: &Stored| pod.header.labels.get(REVISION).is_some_and(|known| known == hash);
    for pod in pods.iter().filter(|pod| !is_current(pod)) {
        expel(writer, PODS, pod)?;
    }
    let is_missing = !pods.iter().any(|pod| is_current(pod));
    let made = owner.make_pods(writer, is_missing.then(|| (None, json!({ REVISION: hash }))));
    let status = made.map_or_else(|_| refusals::on_node(&owner.value), |()| status::on_node(&owner.value));
    owner.tell(writer, Some(status))
}

fn run_job(writer: &mut Writer<'_>, owner: &Owner<'_>) -> Result<(), Status> {
    let spec = &owner.value["spec"];
    if owner.value["status"]["completionTime"].is_string() {
        return Ok(());
    }
    if spec["suspend"] == true {
        return owner.tell(writer, status::of_suspended(&owner.value, writer.now));
    }
    let wanted = spec["completions"].as_u64().or(spec["parallelism"].as_u64()).unwrap_or(1).min(MOST_PODS);
    let there = u64::try_from(owner.own(writer.store, PODS).len()).unwrap_or(wanted);
    let made = owner.make_pods(writer, (there..wanted).map(|_| (None, json!({}))));
    let status = made.map_or_else(
        |_| refusals::of_job(&owner.value, writer.now),
        |()| status::of_job(&owner.value, wanted, writer.now),
    );
    owner.tell(writer, Some(status))
}

/// A word for a template: the same for the same one, in letters that make no words.
fn hash_of(template: &Value) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut hash = fnv(template.to_string().bytes());
    let letter = |_| {
        let place = usize::try_from(hash % LETTERS.len() as u64).unwrap_or_default();
        hash /= LETTERS.len() as u64;
        char::from(LETTERS[place])
    };
    (0..10).map(letter).collect()
}

/// FNV-1a.
fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
