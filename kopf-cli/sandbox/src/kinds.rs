//! What is special about some kinds: namespaces, pods and custom resource definitions.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    admission::{self, parameters},
    builtin::{self, Empties, SERVICES},
    crd,
    deletion::{FOREGROUND, ORPHAN, Propagation},
    events,
    incoming::Incoming,
    meta,
    object::Stored,
    protobuf,
    resources::{API_SERVICES, DEFINITIONS, EVENTS, EVENTS_GROUP, LIMIT_RANGES, NAMESPACES, Resource, View},
    schema::Part,
    status::{Cause, Status},
    store::Store,
    stranded,
    tables::served,
};

/// How often the template of a daemon set has changed, for clients of long ago.
pub(crate) const TEMPLATES: &str = "deprecated.daemonset.template.generation";
/// The label that every namespace has.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";
/// The finalizer that every namespace has until all in it is gone.
const OWN_FINALIZER: &str = "kubernetes";
/// Namespaces that cannot be deleted.
const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];
/// The resource key of pods.
pub(crate) const PODS: &str = "pods";

/// Fills in what whoever writes is taken to have said.
pub(crate) fn default(resource: &Resource, metadata: &mut Map<String, Value>, rest: &mut Map<String, Value>) {
    match &*resource.key {
        NAMESPACES => {
            if let Some(name) = metadata.get("name").cloned() {
                let labels = metadata.entry("labels").or_insert_with(|| json!({}));
                labels[NAME_LABEL] = name;
            }
        }
        DEFINITIONS => crd::default(rest),
        "replicationcontrollers" | "jobs.batch" => builtin::label(metadata, rest),
        builtin::DAEMON_SETS => builtin::say_templates(metadata),
        _ => {}
    }
}

/// Gives a new object that came without labels those that its pods have been given.
pub(crate) fn share_labels(
    resource: &Resource,
    metadata: &mut Map<String, Value>,
    rest: &Map<String, Value>,
) {
    if &*resource.key == "jobs.batch" {
        metadata.remove("labels");
        builtin::label(metadata, rest);
    }
}

/// Fills in what the server fills in, before an object is checked; `old` is absent on creation. The answer is what is to be
/// warned of.
pub(crate) fn prepare(
    resource: &Resource,
    metadata: &mut Map<String, Value>,
    rest: &mut Map<String, Value>,
    old: Option<&Value>,
    now: Timestamp,
) -> Result<Vec<String>, Status> {
    let mut warnings = Vec::new();
    match (&*resource.key, old) {
        (NAMESPACES, None) => {
            // A name may have been made up since.
            default(resource, metadata, rest);
            let said = rest.get("spec").and_then(|spec| spec["finalizers"].as_array());
            let mut finalizers = said.cloned().unwrap_or_default();
            if !finalizers.iter().any(|finalizer| finalizer == OWN_FINALIZER) {
                finalizers.push(OWN_FINALIZER.into());
            }
            rest.insert("spec".to_owned(), json!({ "finalizers": finalizers }));
            rest.insert("status".to_owned(), json!({ "phase": "Active" }));
        }
        (DEFINITIONS, _) => crd::prepare(metadata, rest, old)?,
        (API_SERVICES, _) if rest.get("spec").is_some_and(|spec| !spec["service"].is_null()) => {
            return Err(Status::not_implemented(
                "API servers behind this one: spec.service of an APIService",
            ));
        }
        _ if resource.rules.custom => {}
        (key, old) => warnings = builtin::prepare(key, metadata, rest, old, now),
    }
    if !resource.rules.custom {
        let version = resource.storage().api_version();
        protobuf::complete(rest, &version, &resource.kind, protobuf::Empties::Go);
    }
    Ok(warnings)
}

/// Whether the status of a new object is kept: nodes say at once what they have.
pub(crate) fn comes_with_status(resource: &Resource) -> bool {
    &*resource.key == "nodes"
}

/// Whether an update makes a new generation of an object; `otherwise` is whether anything besides its metadata has changed.
pub(crate) fn is_new_generation(
    resource: &Resource,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    otherwise: bool,
) -> bool {
    let differ = |field: &str| old.get(field) != new.get(field);
    match &*resource.key {
        // They are handed on to its replica sets.
        "deployments.apps" => otherwise || differ("annotations"),
        "endpointslices.discovery.k8s.io" => otherwise || differ("labels"),
        // They are counted, and never on.
        "priorityclasses.scheduling.k8s.io" => false,
        _ => otherwise,
    }
}

/// Which generation of an object an update follows; there is none of kinds that are not counted.
pub(crate) fn generation(resource: &Resource, old: &Map<String, Value>) -> Option<i64> {
    // These are counted from their first change on.
    let first = (&*resource.key == "csidrivers.storage.k8s.io").then_some(0);
    old.get("generation").and_then(Value::as_i64).or(first)
}

/// Gives a service the addresses and the ports that it lacks, and refuses those that it cannot have; `old` is absent on
/// creation.
pub(crate) fn allot(
    store: &mut Store,
    view: &View,
    object: &mut Incoming,
    old: Option<&Value>,
    dry_run: bool,
) -> Result<(), Status> {
    if &*view.resource.key != SERVICES {
        return Ok(());
    }
    let name = meta::text(&object.metadata, "name");
    builtin::allot(store.taken(), dry_run, view.about_kind(name), &object.metadata, &mut object.rest, old)
}

/// Puts into an object, of which a part is written, what stays of the old one.
pub(crate) fn keep(
    resource: &Resource,
    part: Part,
    rest: &mut Map<String, Value>,
    old: &Value,
    now: Timestamp,
) {
    builtin::keep(&resource.key, part, rest, old, now);
}

/// Leaves what only a path of its own can change as it was: who holds a namespace. Whoever says otherwise owns it, though.
pub(crate) fn hold(resource: &Resource, rest: &mut Map<String, Value>, old: &Value) {
    if &*resource.key == NAMESPACES {
        rest.insert("spec".to_owned(), old.get("spec").cloned().unwrap_or_else(|| json!({})));
    }
}

/// Everything that is wrong with an object as a whole, in which `empties` are said to be so, by the rules of its kind alone; `old`
/// is absent on creation.
pub(crate) fn faults(
    view: &View,
    object: &Value,
    old: Option<&Value>,
    part: Part,
    empties: &Empties,
) -> Vec<Cause> {
    let key = &*view.resource.key;
    if key.ends_with(admission::GROUP) {
        if part == Part::Status {
            return builtin::status_faults(key, object, old);
        }
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        let mut causes =
            object.as_object().map_or_else(Vec::new, |fields| admission::faults(key, name, fields));
        causes.extend(admission::name_fault(name).filter(|_| old.is_none()));
        return causes;
    }
    if key != EVENTS {
        return match part {
            Part::Whole => builtin::faults(key, object, old, empties),
            Part::Status => builtin::status_faults(key, object, old),
            Part::Approval => builtin::approval_faults(object, old),
        };
    }
    let newer = view.version().group == EVENTS_GROUP;
    let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
    let old = old.and_then(Value::as_object);
    object.as_object().map_or_else(Vec::new, |event| events::faults(event, namespace, newer, old))
}

/// What is warned of in an object by the rules of its kind alone; `old` is absent on creation.
pub(crate) fn warnings(view: &View, object: &Value, old: Option<&Value>, part: Part) -> Vec<String> {
    if &*view.resource.key == DEFINITIONS {
        return if part == Part::Whole { crd::warnings(object, old) } else { Vec::new() };
    }
    let generation = |object: &Value| object["metadata"].get("generation").cloned();
    let renewed = old.is_none_or(|old| generation(old) != generation(object));
    builtin::warnings(&view.resource.key, object, old, part, renewed)
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

/// Refuses a definition in a group that is built in: a cluster takes it, and serves it in part.
pub(crate) fn check_group(resource: &Resource, rest: &Map<String, Value>) -> Result<(), Status> {
    let group = rest.get("spec").and_then(|spec| spec["group"].as_str()).unwrap_or_default();
    if &*resource.key == DEFINITIONS && served::is_group(group) {
        return Err(Status::not_implemented(&format!("definitions in the built-in group {group}")));
    }
    Ok(())
}

/// Refuses to delete what is the system's, before anything else is looked at.
pub(crate) fn may_be_asked_to_go(resource: &Resource, name: &str, view: &View) -> Result<(), Status> {
    let is_of_the_system = || builtin::priority::SYSTEM.iter().any(|(known, ..)| *known == name);
    if &*resource.key == builtin::priority::CLASSES && is_of_the_system() {
        let why = "this is a system priority class and cannot be deleted";
        return Err(Status::forbidden(view.about(name), why));
    }
    Ok(())
}

/// Refuses to delete what has to stay.
pub(crate) fn may_delete(resource: &Resource, name: &str, view: &View) -> Result<(), Status> {
    if &*resource.key == NAMESPACES && IMMORTAL.contains(&name) {
        return Err(Status::forbidden(view.about(name), "this namespace may not be deleted"));
    }
    Ok(())
}

/// What is warned of where objects are deleted: the pods of jobs stay, unless it is said what is to become of them.
pub(crate) fn left_behind(resource: &Resource, policy_is_said: bool) -> Option<&'static str> {
    let warning = "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove \
        them or set propagationPolicy=Orphan to suppress this warning";
    (&*resource.key == "jobs.batch" && !policy_is_said).then_some(warning)
}

/// How an object is deleted of which that is not said: jobs, and replication controllers, leave their pods behind.
pub(crate) fn propagation(resource: &Resource, finalizers: &[String]) -> Option<Propagation> {
    let leaves = ["jobs.batch", "replicationcontrollers"].contains(&&*resource.key);
    let is_said = finalizers.iter().any(|finalizer| [FOREGROUND, ORPHAN].contains(&&**finalizer));
    (leaves && !is_said).then_some(Propagation::Orphan)
}

/// Whether an object that is made without a name is given one all the same.
pub(crate) fn names_itself(resource: &Resource) -> bool {
    &*resource.key == LIMIT_RANGES
}

/// Whether an object is held by more than the finalizers in its metadata.
pub(crate) fn held(resource: &Resource, rest: &Map<String, Value>) -> bool {
    let finalizers = rest.get("spec").and_then(|spec| spec["finalizers"].as_array());
    &*resource.key == NAMESPACES && finalizers.is_some_and(|finalizers| !finalizers.is_empty())
}

/// An object of which nothing is said, as a server has it that could only have read it: a custom resource has its kind alone.
pub(crate) fn nothing(view: &View) -> Value {
    let (api_version, kind) = (view.api_version(), &*view.resource.kind);
    let custom = view.resource.rules.custom;
    let fields = if custom { Map::new() } else { protobuf::zero(&api_version, kind) };
    let mut object = Value::Object(fields);
    object["kind"] = kind.into();
    object["apiVersion"] = api_version.into();
    object["metadata"] = json!({});
    // Inside, these are always there.
    match &*view.resource.key {
        "deployments.apps" | "replicasets.apps" | "statefulsets.apps" => {
            object["spec"]["replicas"] = 0.into()
        }
        "controllerrevisions.apps" => object["data"] = Value::Null,
        "daemonsets.apps" => object["metadata"]["annotations"] = json!({ TEMPLATES: "0" }),
        _ => {}
    }
    object
}

/// Whether objects of this resource contain others, which go with them.
pub(crate) fn contains_others(resource: &Resource) -> bool {
    matches!(&*resource.key, NAMESPACES | DEFINITIONS)
}

/// What has to be known of an object when it has been written anew: of definitions, what they were.
pub(crate) fn before_write(store: &Store, resource: &Resource, name: &str) -> Option<Arc<Stored>> {
    (&*resource.key == DEFINITIONS).then(|| store.get(DEFINITIONS, "", name).cloned()).flatten()
}

/// Serves what a definition defines, as soon as it is written. What it defines otherwise than before is another resource,
/// and ends the watches of the one before.
pub(crate) fn after_write(
    store: &mut Store,
    resource: &Resource,
    stored: &Stored,
    before: Option<&Stored>,
    now: Timestamp,
) -> Result<(), Status> {
    if &*resource.key != DEFINITIONS {
        return Ok(());
    }
    let (definition, name) = (stored.value(), &stored.header.name);
    let was = before.map(Stored::value);
    if was.as_ref().is_none_or(|was| !crd::defines_the_same(&definition, was)) {
        let defined = crd::resource(&definition, stored.header.revision)?;
        let alike = was.as_ref().is_some_and(|was| crd::reads_alike(&definition, was));
        let register = |store: &mut Store| {
            store.redefine(&defined, alike);
            store.catalog.register(defined);
            stranded::look_again(store, name, now);
        };
        // Of what is new nobody has anything in mind.
        match before {
            None => register(store),
            Some(_) => parameters::keep_across(store, name, register),
        }
    }
    if stored.header.deleting {
        store.catalog.dissolve(name);
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
        parameters::keep_across(store, name, |store| {
            store.catalog.unregister(name);
            store.unreadable.remove(name);
        });
    }
}
