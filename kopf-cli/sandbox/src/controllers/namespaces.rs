//! Namespaces: what each has, and how they go, their objects first.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use super::{CONTROLLERS, Task, Tasks, begins_to_go, is_new, own_service};
use crate::{
    deletion::Propagation,
    resources::{NAMESPACES, Resource},
    ring::Event,
    schema::Part,
    status::Status,
    store::Store,
    stranded,
    write::{Target, Writer, seconds},
};

/// The status, the reason and the message of a condition.
type Said = (&'static str, &'static str, String);

/// The condition that says whether anything could not be removed.
const CONTENT_FAILURE: &str = "NamespaceDeletionContentFailure";
/// The finalizer in the `spec` of a namespace that stands for its objects.
const CONTENT: &str = "kubernetes";
const SERVICE_ACCOUNTS: &str = "serviceaccounts";
/// The service account that each namespace has.
const DEFAULT: &str = "default";
const CONFIG_MAPS: &str = "configmaps";
/// The config map that each namespace has.
const ROOT_CA: &str = "kube-root-ca.crt";
const DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints \
    such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes \
    clusters.";

pub(super) fn notice(tasks: &mut Tasks, store: &Store, change: &Event) {
    let header = &change.object.header;
    if &*change.resource == NAMESPACES {
        if begins_to_go(change) {
            tasks.add(Task::Empty(header.name.clone()));
        }
        if is_new(change) && store.duties.service_accounts {
            tasks.add(Task::Populate(header.name.clone()));
        }
    } else if store.duties.service_accounts && is_usual(change) {
        tasks.add(Task::Populate(header.namespace.clone()));
        if change.removal {
            tasks.add(Task::Empty(header.namespace.clone()));
        }
    } else if change.removal
        && store.get(NAMESPACES, "", &header.namespace).is_some_and(|home| home.header.deleting)
    {
        tasks.add(Task::Empty(header.namespace.clone()));
    }
}

/// Whether a change is one of what each namespace has.
fn is_usual(change: &Event) -> bool {
    let name = &*change.object.header.name;
    matches!((&*change.resource, name), (SERVICE_ACCOUNTS, DEFAULT) | (CONFIG_MAPS, ROOT_CA))
}

/// Makes what each namespace has: a service account, and where there are sockets the authority of their certificate; in one
/// of them also the service of the server.
pub(super) fn populate(writer: &mut Writer<'_>, name: &str) -> Result<(), Status> {
    let namespace = writer.store.get(NAMESPACES, "", name);
    if namespace.is_none_or(|namespace| namespace.header.deleting) {
        return Ok(());
    }
    let account = json!({ "metadata": { "name": DEFAULT } });
    provide(writer, CONTROLLERS, (SERVICE_ACCOUNTS, name), account, |account| &mut account["secrets"])?;
    let Some(reached) = writer.store.duties.reached.clone() else { return Ok(()) };
    let service = match name {
        own_service::NAMESPACE => own_service::provide(writer, &reached),
        _ => Ok(()),
    };
    let map = json!({
        "metadata": { "name": ROOT_CA, "annotations": { "kubernetes.io/description": DESCRIPTION } },
        "data": { "ca.crt": reached.root_ca },
    });
    provide(writer, CONTROLLERS, (CONFIG_MAPS, name), map, |map| &mut map["data"]).and(service)
}

/// Makes an object of a resource in a namespace, or has what is `kept` of it be as it is to be, where anything is said of that.
pub(super) fn provide(
    writer: &mut Writer<'_>,
    manager: &str,
    (key, namespace): (&str, &str),
    mut wanted: Value,
    kept: fn(&mut Value) -> &mut Value,
) -> Result<(), Status> {
    let Some(resource) = writer.store.catalog.get(key).cloned() else { return Ok(()) };
    let name = wanted["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    let manager = std::mem::replace(&mut writer.manager, manager.to_owned());
    let view = resource.stored_view();
    let outcome = match writer.store.get(key, namespace, &name).map(|there| there.value()) {
        None => writer.create(&view, namespace, wanted).map(drop),
        Some(mut there) => {
            let wanted = kept(&mut wanted).take();
            if wanted.is_null() || *kept(&mut there) == wanted {
                Ok(())
            } else {
                *kept(&mut there) = wanted;
                let target = Target { view: &view, namespace, name: &name };
                writer.replace(target, Part::Whole, there).map(drop)
            }
        }
    };
    writer.manager = manager;
    outcome
}

/// Removes the objects of a namespace that is going, tells what is left, and lets it go when that is nothing.
pub(super) fn empty(writer: &mut Writer<'_>, name: &str) -> Result<(), Status> {
    if writer.store.get(NAMESPACES, "", name).is_none_or(|namespace| !namespace.header.deleting) {
        return Ok(());
    }
    let finalizers = writer.store.get(NAMESPACES, "", name).map(|namespace| namespace.value());
    let finalizers = finalizers.and_then(|namespace| namespace["spec"]["finalizers"].as_array().cloned());
    if !finalizers.into_iter().flatten().any(|finalizer| finalizer == CONTENT) {
        return Ok(());
    }
    let failures = expel_all(writer, name)?;
    let resource = writer.store.catalog.get(NAMESPACES).cloned();
    let namespace = writer.store.get(NAMESPACES, "", name).cloned();
    let (Some(resource), Some(namespace)) = (resource, namespace) else { return Ok(()) };
    let left = Left::of(writer.store, name, failures);
    let mut value = namespace.value();
    if left.is_nothing() || !left.is_told(&value["status"]["conditions"]) {
        let conditions = left.conditions(&value["status"]["conditions"], &seconds(writer.now));
        value["status"]["conditions"] = conditions;
        if value != namespace.value() {
            writer.commit(&resource.stored_view(), value, 200)?;
        }
    }
    let namespace = writer.store.get(NAMESPACES, "", name).cloned();
    let Some(namespace) = namespace.filter(|_| left.is_nothing()) else { return Ok(()) };
    writer.release(&resource.stored_view(), &namespace, "", |value| {
        if let Some(Value::Array(finalizers)) = value.pointer_mut("/spec/finalizers") {
            finalizers.retain(|finalizer| finalizer != CONTENT);
            if finalizers.is_empty() {
                value["spec"] = json!({});
            }
        }
    })
}

/// Why the objects of a resource could not be removed, by its key.
type Failures = BTreeMap<Arc<str>, String>;

/// Whether objects of a resource are found where a namespace is emptied.
fn is_found(resource: &Arc<Resource>) -> bool {
    resource.namespaced && resource.versions.iter().any(|version| version.served)
}

/// Removes the objects of a namespace, but for those among which are some that cannot be read. Where there are such in another
/// namespace nobody can tell whether all are gone.
fn expel_all(writer: &mut Writer<'_>, name: &str) -> Result<Failures, Status> {
    let unreadable = writer.store.unreadable.keys().filter_map(|key| writer.store.catalog.get(key));
    let unreadable: Vec<Arc<Resource>> = unreadable.filter(|resource| is_found(resource)).cloned().collect();
    let mut failures = Failures::new();
    for resource in &unreadable {
        let inside = writer.store.list(&resource.key, Some(name));
        if let Err(refused) = stranded::check_these(resource, &inside) {
            failures.insert(Arc::clone(&resource.key), refused.message);
        }
    }
    for (key, object) in writer.store.of_namespace(name) {
        let resource = writer.store.catalog.get(&key).filter(|resource| is_found(resource)).cloned();
        let Some(resource) = resource else { continue };
        if object.header.deleting || failures.contains_key(&key) {
            continue;
        }
        if let Err(refused) =
            writer.expel(&resource.preferred_view(), &object, Some(Propagation::Background), None)
        {
            failures.insert(key, refused.message);
        }
    }
    for resource in &unreadable {
        if let Err(refused) = stranded::check_all(writer.store, resource, writer.now) {
            failures.entry(Arc::clone(&resource.key)).or_insert(refused.message);
        }
    }
    Ok(failures)
}

/// What a namespace still holds: how many of each resource, and by how many each finalizer is named; and of which resources that
/// cannot be told.
struct Left {
    resources: BTreeMap<String, usize>,
    finalizers: BTreeMap<String, usize>,
    failures: Vec<String>,
}

impl Left {
    fn of(store: &Store, namespace: &str, failures: Failures) -> Left {
        let mut left = Left { resources: BTreeMap::new(), finalizers: BTreeMap::new(), failures: Vec::new() };
        for (key, object) in store.of_namespace(namespace) {
            let resource = store.catalog.get(&key).filter(|resource| is_found(resource));
            let Some(resource) = resource.filter(|_| !failures.contains_key(&key)) else { continue };
            let name = format!("{}.{}", resource.plural, resource.storage().group);
            *left.resources.entry(name).or_default() += 1;
            for finalizer in &object.header.finalizers {
                *left.finalizers.entry(finalizer.clone()).or_default() += 1;
            }
        }
        left.failures = failures.into_values().collect();
        left.failures.sort();
        left
    }

    fn is_nothing(&self) -> bool {
        self.resources.is_empty() && self.failures.is_empty()
    }

    /// Whether conditions say that something is left, and what could not be removed.
    fn is_told(&self, conditions: &Value) -> bool {
        let of_content = conditions.as_array().into_iter().flatten();
        let mut of_content = of_content.filter(|condition| condition["type"] == CONTENT_FAILURE);
        of_content.any(|condition| condition["message"] == self.deletion().2)
    }

    /// Whether anything could not be removed, as conditions say it.
    fn deletion(&self) -> Said {
        if self.failures.is_empty() {
            let message = "All content successfully deleted, may be waiting on finalization";
            return ("False", "ContentDeleted", message.to_owned());
        }
        let (count, what) = (self.failures.len(), self.failures.join(", "));
        let message = format!("Failed to delete all resource types, {count} remaining: {what}");
        ("True", "ContentDeletionFailed", message)
    }

    /// The conditions that say so; times stay where they were `before`.
    fn conditions(&self, before: &Value, now: &str) -> Value {
        let list = |counts: &BTreeMap<String, usize>, verb: &str| {
            let said = counts.iter().map(|(name, count)| format!("{name} {verb} {count} resource instances"));
            said.collect::<Vec<_>>().join(", ")
        };
        let remaining = if self.resources.is_empty() {
            ("False", "ContentRemoved", "All content successfully removed".to_owned())
        } else {
            let what = list(&self.resources, "has");
            ("True", "SomeResourcesRemain", format!("Some resources are remaining: {what}"))
        };
        let held = if self.finalizers.is_empty() {
            ("False", "ContentHasNoFinalizers", "All content-preserving finalizers finished".to_owned())
        } else {
            let what = list(&self.finalizers, "in");
            let message = format!("Some content in the namespace has finalizers remaining: {what}");
            ("True", "SomeFinalizersRemain", message)
        };
        let done = |reason, message: &str| ("False", reason, message.to_owned());
        let rows = [
            (
                "NamespaceDeletionDiscoveryFailure",
                done("ResourcesDiscovered", "All resources successfully discovered"),
            ),
            (
                "NamespaceDeletionGroupVersionParsingFailure",
                done("ParsedGroupVersions", "All legacy kube types successfully parsed"),
            ),
            (CONTENT_FAILURE, self.deletion()),
            ("NamespaceContentRemaining", remaining),
            ("NamespaceFinalizersRemaining", held),
        ];
        let conditions = rows.into_iter().map(|(kind, (status, reason, message))| {
            let before = before.as_array().into_iter().flatten().find(|condition| condition["type"] == kind);
            let since = before.filter(|condition| condition["status"] == status);
            let since = since.and_then(|condition| condition["lastTransitionTime"].as_str()).unwrap_or(now);
            json!({
                "type": kind, "status": status, "lastTransitionTime": since, "reason": reason, "message": message,
            })
        });
        conditions.collect()
    }
}
