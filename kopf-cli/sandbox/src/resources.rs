//! Which resources there are: the built-in ones as a table, the custom ones as their definitions come and go.

mod rest;

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

pub(crate) use rest::is_undone;

use crate::{
    form::Printed,
    scale::Scale,
    schema::{Schema, Shape},
    status::About,
    tables,
};

/// A kind of objects with one store, whatever versions and groups show it.
#[derive(Debug)]
pub(crate) struct Resource {
    /// `plural.group`, or the plural alone in the core group; what the store goes by.
    pub(crate) key: Arc<str>,
    pub(crate) plural: String,
    pub(crate) singular: String,
    pub(crate) kind: String,
    pub(crate) list_kind: String,
    pub(crate) namespaced: bool,
    pub(crate) short_names: Vec<String>,
    pub(crate) categories: Vec<String>,
    /// In order of preference; exactly one is what the store keeps.
    pub(crate) versions: Vec<Version>,
    pub(crate) rules: Rules,
}

/// One version under which a resource is shown.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) served: bool,
    pub(crate) storage: bool,
    pub(crate) status: bool,
    /// Where its objects keep what `/scale` tells of them.
    pub(crate) scale: Option<Scale>,
    /// Other subresources, which the sandbox refuses by name.
    pub(crate) undone: Vec<String>,
    /// Fields that selectors may name, besides `metadata.name` and `metadata.namespace`.
    pub(crate) selectable: Vec<String>,
    /// What fields its objects have, by its definition; `None` for built-in kinds, and where the definition does not say.
    pub(crate) schema: Option<Schema>,
    /// The columns of its tables, besides the name; of custom resources alone.
    pub(crate) columns: Vec<Printed>,
}

/// Where resources differ in what a write does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) custom: bool,
    /// Whether `metadata.generation` counts changes of what is wanted.
    pub(crate) generation: bool,
    /// PUT without a resourceVersion is a replacement, not a mistake.
    pub(crate) unconditional_update: bool,
    /// PUT of what is not there makes it.
    pub(crate) create_on_update: bool,
    /// DELETE answers with the object, not with a `Status`.
    pub(crate) returns_deleted: bool,
    pub(crate) delete_collection: bool,
    pub(crate) names: NameRule,
    pub(crate) status_metadata: StatusMetadata,
}

/// What names have to look like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum NameRule {
    Subdomain,
    Label,
    PathSegment,
}

/// What a write to `/status` takes from `metadata`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum StatusMetadata {
    Nothing,
    Everything,
    EverythingButLabels,
}

/// A resource in one of its versions: what a request's path names.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) resource: Arc<Resource>,
    index: usize,
}

impl View {
    pub(crate) fn version(&self) -> &Version {
        &self.resource.versions[self.index]
    }

    /// Which of the resource's versions it is.
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// `group/version`, or the version alone in the core group.
    pub(crate) fn api_version(&self) -> String {
        self.version().api_version()
    }

    /// What fields the objects have in this version.
    pub(crate) fn shape(&self) -> Option<Shape<'_>> {
        self.resource.shape(self.version())
    }

    /// Whether fields are called otherwise in this version than in the one that is stored.
    pub(crate) fn renames(&self) -> bool {
        !self.version().storage && self.version().group == EVENTS_GROUP
    }

    /// The resource in another of its versions.
    pub(crate) fn in_version(&self, api_version: &str) -> Option<View> {
        let index = self.resource.versions.iter().position(|version| version.api_version() == api_version)?;
        Some(View { resource: Arc::clone(&self.resource), index })
    }

    /// For refusals that call the object by its plural.
    pub(crate) fn about<'a>(&'a self, name: &'a str) -> About<'a> {
        About { kind: &self.resource.plural, group: &self.version().group, name }
    }

    /// For refusals that call the object by its kind, which is of the group that is stored.
    pub(crate) fn about_kind<'a>(&'a self, name: &'a str) -> About<'a> {
        About { kind: &self.resource.kind, group: &self.resource.storage().group, name }
    }
}

impl Version {
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() { self.name.clone() } else { format!("{}/{}", self.group, self.name) }
    }
}

impl Resource {
    /// The version that is stored.
    pub(crate) fn storage(&self) -> &Version {
        // A definition without exactly one is refused before it gets here.
        self.versions.iter().find(|version| version.storage).unwrap_or(&self.versions[0])
    }

    /// What fields the objects have in one of the resource's versions; `None` where nothing is known of them.
    pub(crate) fn shape<'a>(&self, version: &'a Version) -> Option<Shape<'a>> {
        match &version.schema {
            Some(schema) => Some(schema.shape()),
            None if self.rules.custom => None,
            None => tables::shape(&version.group, &version.name, &self.kind),
        }
    }

    /// The resource in the version that is stored.
    pub(crate) fn stored_view(self: &Arc<Self>) -> View {
        let index = self.versions.iter().position(|version| version.storage).unwrap_or_default();
        View { resource: Arc::clone(self), index }
    }

    /// The resource in each version that is served.
    pub(crate) fn views(self: Arc<Self>) -> impl Iterator<Item = View> {
        let served = (0..self.versions.len()).filter({
            let resource = Arc::clone(&self);
            move |&index| resource.versions[index].served
        });
        served.map(move |index| View { resource: Arc::clone(&self), index })
    }

    /// The verbs that discovery names, in its order.
    pub(crate) fn verbs(&self) -> &'static [&'static str] {
        match (self.rules.custom, self.rules.delete_collection) {
            (true, _) => &["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"],
            (false, true) => {
                &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
            }
            (false, false) => &["create", "delete", "get", "list", "patch", "update", "watch"],
        }
    }
}

/// All resources that are served now.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    resources: BTreeMap<Arc<str>, Arc<Resource>>,
}

impl Catalog {
    pub(crate) fn built_in() -> Self {
        let mut catalog = Catalog::default();
        for row in TABLE.iter().chain(rest::REST) {
            catalog.register(row.resource());
        }
        catalog
    }

    pub(crate) fn register(&mut self, resource: Resource) {
        self.resources.insert(Arc::clone(&resource.key), Arc::new(resource));
    }

    pub(crate) fn unregister(&mut self, key: &str) {
        self.resources.remove(key);
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Arc<Resource>> {
        self.resources.get(key)
    }

    pub(crate) fn resources(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.resources.values()
    }

    /// What `/apis/GROUP/VERSION/PLURAL` names, if it is served.
    pub(crate) fn view(&self, group: &str, version: &str, plural: &str) -> Option<View> {
        self.find(group, version, |resource| resource.plural == plural)
    }

    /// What objects of an `apiVersion` and `kind` are.
    pub(crate) fn view_of_kind(&self, api_version: &str, kind: &str) -> Option<View> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        self.find(group, version, |resource| resource.kind == kind)
    }

    fn find(&self, group: &str, version: &str, wanted: impl Fn(&Resource) -> bool) -> Option<View> {
        self.resources().filter(|resource| wanted(resource)).find_map(|resource| {
            let index = resource
                .versions
                .iter()
                .position(|shown| shown.served && shown.group == group && shown.name == version)?;
            Some(View { resource: Arc::clone(resource), index })
        })
    }

    /// Whether a group is one of those that every server has.
    pub(crate) fn is_built_in(&self, group: &str) -> bool {
        let mut built_in = self.resources().filter(|resource| !resource.rules.custom);
        built_in.any(|resource| resource.versions.iter().any(|version| version.group == group))
    }

    /// Whether a built-in group version is served; its unknown paths are refused with a `Status`.
    pub(crate) fn has_built_in(&self, group: &str, version: &str) -> bool {
        self.resources().filter(|resource| !resource.rules.custom).any(|resource| {
            resource.versions.iter().any(|shown| shown.group == group && shown.name == version)
        })
    }
}

const NAMESPACED: u16 = 1;
const STATUS: u16 = 1 << 1;
const GENERATION: u16 = 1 << 2;
const RETURNS_DELETED: u16 = 1 << 3;
const CREATE_ON_UPDATE: u16 = 1 << 4;
const CONDITIONAL: u16 = 1 << 5;
const NO_COLLECTION: u16 = 1 << 6;
const LABEL_NAMES: u16 = 1 << 7;
const PATH_NAMES: u16 = 1 << 8;
const STATUS_LABELS: u16 = 1 << 9;
const ALL: u16 = 1 << 10;

/// A built-in resource. Its list kind and, but for `endpoints`, its singular follow from the kind.
struct Row {
    group: &'static str,
    version: &'static str,
    plural: &'static str,
    kind: &'static str,
    short: &'static [&'static str],
    flags: u16,
    selectable: &'static [&'static str],
}

const fn row(
    group: &'static str,
    version: &'static str,
    plural: &'static str,
    kind: &'static str,
    short: &'static [&'static str],
    flags: u16,
    selectable: &'static [&'static str],
) -> Row {
    Row { group, version, plural, kind, short, flags, selectable }
}

const WORKLOAD: u16 = NAMESPACED | STATUS | GENERATION | ALL;

#[rustfmt::skip]
const TABLE: &[Row] = &[
    row("", "v1", "configmaps", "ConfigMap", &["cm"], NAMESPACED, &[]),
    row("", "v1", "events", "Event", &["ev"], NAMESPACED | CREATE_ON_UPDATE, EVENT_FIELDS),
    row("", "v1", "namespaces", "Namespace", &["ns"], STATUS | NO_COLLECTION | LABEL_NAMES, &["status.phase"]),
    row("", "v1", "nodes", "Node", &["no"], STATUS, &["spec.unschedulable"]),
    row("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", &["pvc"], NAMESPACED | STATUS | RETURNS_DELETED, &[]),
    row("", "v1", "pods", "Pod", &["po"], WORKLOAD | RETURNS_DELETED, POD_FIELDS),
    row("", "v1", "secrets", "Secret", &[], NAMESPACED, &["type"]),
    row("", "v1", "serviceaccounts", "ServiceAccount", &["sa"], NAMESPACED | RETURNS_DELETED, &[]),
    row("", "v1", "services", "Service", &["svc"], NAMESPACED | STATUS | ALL | RETURNS_DELETED | LABEL_NAMES | CREATE_ON_UPDATE, &["spec.clusterIP", "spec.type"]),
    row("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", &["crd", "crds"], STATUS | GENERATION | CONDITIONAL, &[]),
    row("apps", "v1", "daemonsets", "DaemonSet", &["ds"], WORKLOAD, &[]),
    row("apps", "v1", "deployments", "Deployment", &["deploy"], WORKLOAD | STATUS_LABELS, &[]),
    row("apps", "v1", "replicasets", "ReplicaSet", &["rs"], WORKLOAD, &["status.replicas"]),
    row("apps", "v1", "statefulsets", "StatefulSet", &["sts"], WORKLOAD, &["status.successful"]),
    row("batch", "v1", "cronjobs", "CronJob", &["cj"], WORKLOAD, &[]),
    row("batch", "v1", "jobs", "Job", &[], WORKLOAD, &["status.successful"]),
    row("coordination.k8s.io", "v1", "leases", "Lease", &[], NAMESPACED | CREATE_ON_UPDATE | CONDITIONAL, &[]),
    row("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", &[], PATH_NAMES | CREATE_ON_UPDATE, &[]),
    row("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", &[], PATH_NAMES | CREATE_ON_UPDATE, &[]),
    row("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", &[], NAMESPACED | PATH_NAMES | CREATE_ON_UPDATE, &[]),
    row("rbac.authorization.k8s.io", "v1", "roles", "Role", &[], NAMESPACED | PATH_NAMES | CREATE_ON_UPDATE, &[]),
];

const EVENT_FIELDS: &[&str] = &[
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "type",
];
const POD_FIELDS: &[&str] = &[
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName",
];

/// What `/scale` deals in: objects of a kind of their own, which nobody stores.
pub(crate) fn scales() -> &'static View {
    static SCALES: LazyLock<View> = LazyLock::new(|| {
        let scales = row("autoscaling", "v1", "scales", "Scale", &[], NAMESPACED, &[]).resource();
        View { resource: Arc::new(scales), index: 0 }
    });
    &SCALES
}

/// Which built-in resources have `/scale`.
fn has_scale(plural: &str) -> bool {
    ["deployments", "replicasets", "replicationcontrollers", "statefulsets"].contains(&plural)
}

/// What built-in resources have below their objects, besides `status` and `scale`.
fn subresources(plural: &str) -> &'static [&'static str] {
    match plural {
        "namespaces" => &["finalize"],
        "nodes" | "services" => &["proxy"],
        "pods" => &[
            "attach",
            "binding",
            "ephemeralcontainers",
            "eviction",
            "exec",
            "portforward",
            "proxy",
            "resize",
        ],
        "serviceaccounts" => &["token"],
        "certificatesigningrequests" => &["approval"],
        _ => &[],
    }
}

/// The resource key of custom resource definitions.
pub(crate) const DEFINITIONS: &str = "customresourcedefinitions.apiextensions.k8s.io";
/// The resource key of namespaces.
pub(crate) const NAMESPACES: &str = "namespaces";
/// The resource key of events, in both of their groups.
pub(crate) const EVENTS: &str = "events";
/// The group that shows events with its own field names.
pub(crate) const EVENTS_GROUP: &str = "events.k8s.io";

/// `plural.group`, or the plural alone in the core group.
pub(crate) fn key_of(plural: &str, group: &str) -> Arc<str> {
    if group.is_empty() { plural.into() } else { format!("{plural}.{group}").into() }
}

impl Row {
    fn resource(&self) -> Resource {
        let has = |flag| self.flags & flag != 0;
        let version = Version {
            group: self.group.to_owned(),
            name: self.version.to_owned(),
            served: true,
            storage: true,
            status: has(STATUS),
            scale: has_scale(self.plural).then(Scale::built_in),
            undone: subresources(self.plural).iter().map(|&name| name.to_owned()).collect(),
            selectable: self.selectable.iter().map(|&field| field.to_owned()).collect(),
            columns: Vec::new(),
            schema: None,
        };
        let key = key_of(self.plural, self.group);
        let mut versions = vec![version.clone()];
        if &*key == EVENTS {
            versions.push(Version { group: EVENTS_GROUP.to_owned(), storage: false, ..version });
        }
        Resource {
            key,
            plural: self.plural.to_owned(),
            singular: self.kind.to_lowercase(),
            kind: self.kind.to_owned(),
            list_kind: format!("{}List", self.kind),
            namespaced: has(NAMESPACED),
            short_names: self.short.iter().map(|&name| name.to_owned()).collect(),
            categories: match self.group {
                "apiextensions.k8s.io" | "admissionregistration.k8s.io" => vec!["api-extensions".to_owned()],
                _ if has(ALL) => vec!["all".to_owned()],
                _ => Vec::new(),
            },
            versions,
            rules: Rules {
                custom: false,
                generation: has(GENERATION),
                unconditional_update: !has(CONDITIONAL),
                create_on_update: has(CREATE_ON_UPDATE),
                returns_deleted: has(RETURNS_DELETED),
                delete_collection: !has(NO_COLLECTION),
                names: match () {
                    () if has(LABEL_NAMES) => NameRule::Label,
                    () if has(PATH_NAMES) => NameRule::PathSegment,
                    () => NameRule::Subdomain,
                },
                status_metadata: if has(STATUS_LABELS) {
                    StatusMetadata::EverythingButLabels
                } else {
                    StatusMetadata::Everything
                },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_one_resource_in_two_groups() {
        let catalog = Catalog::built_in();
        let core = catalog.view("", "v1", "events").unwrap();
        let own = catalog.view("events.k8s.io", "v1", "events").unwrap();
        assert_eq!(core.resource.key, own.resource.key);
        assert_eq!(core.api_version(), "v1");
        assert_eq!(own.api_version(), "events.k8s.io/v1");
    }

    #[test]
    fn a_version_that_is_not_served_is_not_found() {
        let catalog = Catalog::built_in();
        assert!(catalog.view("apps", "v1", "deployments").is_some());
        assert!(catalog.view("apps", "v1beta1", "deployments").is_none());
        assert!(catalog.view_of_kind("apps/v1", "Deployment").is_some());
        assert!(catalog.view_of_kind("v1", "Deployment").is_none());
    }
}
