//! The built-in resources that the sandbox keeps: what discovery says of them, and by row what it does not say.
//!
//! The flags are the rules of a real server's strategies. A resource without a row is served by a real server and not here.

use std::sync::{Arc, LazyLock};

use super::{
    Catalog, EVENTS, EVENTS_GROUP, LIMIT_RANGES, NameRule, Resource, Rules, StatusMetadata, Version, View,
    key_of,
};
use crate::{
    scale::Scale,
    tables::served::{self, Kind, Scope, Served},
};

/// `metadata.generation` counts changes of what is wanted.
const GENERATION: u16 = 1;
/// DELETE answers with the object.
const RETURNS_DELETED: u16 = 1 << 1;
/// PUT of what is not there makes it.
const CREATE_ON_UPDATE: u16 = 1 << 2;
/// PUT without a resourceVersion is a mistake.
const CONDITIONAL: u16 = 1 << 3;
const LABEL_NAMES: u16 = 1 << 4;
const PATH_NAMES: u16 = 1 << 5;
/// A write to `/status` leaves the labels alone.
const STATUS_LABELS: u16 = 1 << 6;
/// There are none here, and none can be made: that would ask for something to be done about other objects.
const UNDONE: u16 = 1 << 7;
/// A write to `/status` leaves all metadata alone.
const STATUS_ALONE: u16 = 1 << 8;

/// What whoever asks for endpoints is warned of.
const ENDPOINTS_ARE: &str = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";

/// What is true of a built-in resource besides what discovery says.
struct Row {
    api_version: &'static str,
    plural: &'static str,
    flags: u16,
}

const fn row(api_version: &'static str, plural: &'static str, flags: u16) -> Row {
    Row { api_version, plural, flags }
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("v1", "configmaps", 0),
    row("v1", "endpoints", CREATE_ON_UPDATE),
    row("v1", "events", CREATE_ON_UPDATE | PATH_NAMES),
    row("v1", LIMIT_RANGES, CREATE_ON_UPDATE),
    row("v1", "namespaces", LABEL_NAMES),
    row("v1", "nodes", 0),
    row("v1", "persistentvolumeclaims", RETURNS_DELETED),
    row("v1", "persistentvolumes", RETURNS_DELETED),
    row("v1", "pods", GENERATION | RETURNS_DELETED),
    row("v1", "podtemplates", GENERATION | RETURNS_DELETED),
    row("v1", "replicationcontrollers", GENERATION),
    row("v1", "resourcequotas", RETURNS_DELETED | UNDONE),
    row("v1", "secrets", 0),
    row("v1", "serviceaccounts", RETURNS_DELETED),
    row("v1", "services", RETURNS_DELETED | LABEL_NAMES | CREATE_ON_UPDATE),
    row("admissionregistration.k8s.io/v1", "mutatingadmissionpolicies", UNDONE),
    row("admissionregistration.k8s.io/v1", "mutatingadmissionpolicybindings", UNDONE),
    row("admissionregistration.k8s.io/v1", "mutatingwebhookconfigurations", GENERATION),
    row("admissionregistration.k8s.io/v1", "validatingadmissionpolicies", GENERATION | CONDITIONAL),
    row("admissionregistration.k8s.io/v1", "validatingadmissionpolicybindings", GENERATION | CONDITIONAL),
    row("admissionregistration.k8s.io/v1", "validatingwebhookconfigurations", GENERATION),
    row("apiextensions.k8s.io/v1", "customresourcedefinitions", GENERATION | CONDITIONAL),
    row("apiregistration.k8s.io/v1", "apiservices", PATH_NAMES | CONDITIONAL | STATUS_ALONE),
    row("apps/v1", "controllerrevisions", 0),
    row("apps/v1", "daemonsets", GENERATION),
    row("apps/v1", "deployments", GENERATION | STATUS_LABELS),
    row("apps/v1", "replicasets", GENERATION),
    row("apps/v1", "statefulsets", GENERATION | LABEL_NAMES),
    row("autoscaling/v2", "horizontalpodautoscalers", GENERATION),
    row("batch/v1", "cronjobs", GENERATION),
    row("batch/v1", "jobs", GENERATION),
    row("certificates.k8s.io/v1", "certificatesigningrequests", PATH_NAMES),
    row("certificates.k8s.io/v1", "clustertrustbundles", UNDONE),
    row("certificates.k8s.io/v1", "podcertificaterequests", UNDONE),
    row("coordination.k8s.io/v1", "leases", CREATE_ON_UPDATE | CONDITIONAL),
    row("discovery.k8s.io/v1", "endpointslices", GENERATION),
    row("events.k8s.io/v1", "events", CREATE_ON_UPDATE | PATH_NAMES),
    row("flowcontrol.apiserver.k8s.io/v1", "flowschemas", UNDONE),
    row("flowcontrol.apiserver.k8s.io/v1", "prioritylevelconfigurations", UNDONE),
    row("networking.k8s.io/v1", "ingressclasses", GENERATION),
    row("networking.k8s.io/v1", "ingresses", GENERATION),
    row("networking.k8s.io/v1", "ipaddresses", UNDONE),
    row("networking.k8s.io/v1", "networkpolicies", GENERATION),
    row("networking.k8s.io/v1", "servicecidrs", UNDONE),
    row("node.k8s.io/v1", "runtimeclasses", CREATE_ON_UPDATE | CONDITIONAL),
    row("policy/v1", "poddisruptionbudgets", GENERATION | CONDITIONAL),
    row("rbac.authorization.k8s.io/v1", "clusterrolebindings", PATH_NAMES | CREATE_ON_UPDATE),
    row("rbac.authorization.k8s.io/v1", "clusterroles", PATH_NAMES | CREATE_ON_UPDATE),
    row("rbac.authorization.k8s.io/v1", "rolebindings", PATH_NAMES | CREATE_ON_UPDATE),
    row("rbac.authorization.k8s.io/v1", "roles", PATH_NAMES | CREATE_ON_UPDATE),
    row("resource.k8s.io/v1", "deviceclasses", RETURNS_DELETED | UNDONE),
    row("resource.k8s.io/v1", "devicetaintrules", UNDONE),
    row("resource.k8s.io/v1", "resourceclaims", RETURNS_DELETED | UNDONE),
    row("resource.k8s.io/v1", "resourceclaimtemplates", RETURNS_DELETED | UNDONE),
    row("resource.k8s.io/v1", "resourceslices", RETURNS_DELETED | UNDONE),
    row("scheduling.k8s.io/v1", "priorityclasses", GENERATION),
    row("storage.k8s.io/v1", "csidrivers", RETURNS_DELETED | CONDITIONAL),
    row("storage.k8s.io/v1", "csinodes", RETURNS_DELETED | CONDITIONAL | STATUS_ALONE),
    row("storage.k8s.io/v1", "csistoragecapacities", CONDITIONAL),
    row("storage.k8s.io/v1", "storageclasses", RETURNS_DELETED),
    row("storage.k8s.io/v1", "volumeattachments", RETURNS_DELETED | CONDITIONAL | STATUS_ALONE),
    row("storage.k8s.io/v1", "volumeattributesclasses", RETURNS_DELETED),
    row("storagemigration.k8s.io/v1", "storageversionmigrations", UNDONE),
];

impl Catalog {
    pub(crate) fn built_in() -> Self {
        let mut catalog = Catalog::default();
        for group in served::groups() {
            for version in &group.versions {
                for served in &version.resources {
                    let row = ROWS.iter().find(|row| row.is_of(&group.name, &version.version, served));
                    // Events are one resource in two groups.
                    if let Some(row) = row.filter(|_| group.name != EVENTS_GROUP) {
                        catalog.register(row.resource(&group.name, &version.version, served));
                    }
                }
            }
        }
        catalog
    }
}

/// Whether a real server serves this resource, which is in no catalog of the sandbox's.
pub(crate) fn is_undone(group: &str, version: &str, plural: &str) -> bool {
    let mut known = served::resources(group, version).iter().filter(|served| served.resource == plural);
    known.any(|served| !ROWS.iter().any(|row| row.is_of(group, version, served)))
}

/// Whether DELETE of a built-in resource answers with the object.
pub(crate) fn returns_deleted(group: &str, version: &str, served: &Served) -> bool {
    ROWS.iter().any(|row| row.is_of(group, version, served) && row.flags & RETURNS_DELETED != 0)
}

/// What `/scale` deals in: objects of a kind of their own, which nobody stores.
pub(crate) fn scales() -> &'static View {
    static SCALES: LazyLock<View> = LazyLock::new(|| {
        let response_kind = Kind { kind: "Scale".to_owned(), ..Kind::default() };
        let served = Served { resource: "scales".to_owned(), response_kind, ..Served::default() };
        let row = row("autoscaling/v1", "scales", 0);
        View { resource: Arc::new(row.resource("autoscaling", "v1", &served)), index: 0 }
    });
    &SCALES
}

/// What `/eviction` of a pod deals in, likewise.
pub(crate) fn evictions() -> &'static View {
    static EVICTIONS: LazyLock<View> = LazyLock::new(|| {
        let response_kind = Kind { kind: "Eviction".to_owned(), ..Kind::default() };
        let resource = "evictions".to_owned();
        let served = Served { resource, response_kind, scope: Scope::Namespaced, ..Served::default() };
        let row = row("policy/v1", "evictions", 0);
        View { resource: Arc::new(row.resource("policy", "v1", &served)), index: 0 }
    });
    &EVICTIONS
}

/// Questions that are asked as if they were objects, and which nobody stores: their kinds, and where they are asked.
const REVIEWS: [(&str, &str, &str, Scope); 7] = [
    ("SelfSubjectReview", "authentication.k8s.io", "selfsubjectreviews", Scope::Cluster),
    ("TokenReview", "authentication.k8s.io", "tokenreviews", Scope::Cluster),
    ("TokenRequest", "authentication.k8s.io", "tokenrequests", Scope::Namespaced),
    ("SelfSubjectAccessReview", "authorization.k8s.io", "selfsubjectaccessreviews", Scope::Cluster),
    ("SelfSubjectRulesReview", "authorization.k8s.io", "selfsubjectrulesreviews", Scope::Cluster),
    ("SubjectAccessReview", "authorization.k8s.io", "subjectaccessreviews", Scope::Cluster),
    ("LocalSubjectAccessReview", "authorization.k8s.io", "localsubjectaccessreviews", Scope::Namespaced),
];

/// The review of that kind.
pub(crate) fn review(kind: &str) -> Option<&'static View> {
    static VIEWS: LazyLock<Vec<View>> = LazyLock::new(|| {
        let views = REVIEWS.into_iter().map(|(kind, group, plural, scope)| {
            let response_kind = Kind { kind: kind.to_owned(), ..Kind::default() };
            let served = Served { resource: plural.to_owned(), response_kind, scope, ..Served::default() };
            let resource = row("", plural, 0).resource(group, "v1", &served);
            View { resource: Arc::new(resource), index: 0 }
        });
        views.collect()
    });
    VIEWS.iter().find(|view| view.resource.kind == kind)
}

impl Row {
    fn is_of(&self, group: &str, version: &str, served: &Served) -> bool {
        let (known, name) = self.api_version.rsplit_once('/').unwrap_or(("", self.api_version));
        (known, name, self.plural) == (group, version, &*served.resource)
    }

    fn resource(&self, group: &str, version: &str, served: &Served) -> Resource {
        let has = |flag| self.flags & flag != 0;
        let below = served.subresources.iter().map(|below| &below.subresource);
        let version = Version {
            group: group.to_owned(),
            name: version.to_owned(),
            served: true,
            storage: true,
            status: served.has("status"),
            scale: served.has("scale").then(Scale::built_in),
            below: below.cloned().collect(),
            selectable: Vec::new(),
            columns: Vec::new(),
            schema: None,
            deprecated: (self.plural == "endpoints").then(|| ENDPOINTS_ARE.to_owned()),
        };
        let key = key_of(&served.resource, group);
        let mut versions = vec![version.clone()];
        if &*key == EVENTS {
            versions.push(Version { group: EVENTS_GROUP.to_owned(), storage: false, ..version });
        }
        let kind = &served.response_kind.kind;
        Resource {
            key,
            plural: served.resource.clone(),
            singular: served.singular_resource.clone(),
            kind: kind.clone(),
            list_kind: format!("{kind}List"),
            namespaced: served.scope == Scope::Namespaced,
            short_names: served.short_names.clone(),
            categories: served.categories.clone(),
            versions,
            edition: 0,
            reach: 0,
            rules: Rules {
                custom: false,
                undone: has(UNDONE),
                generation: has(GENERATION),
                unconditional_update: !has(CONDITIONAL),
                create_on_update: has(CREATE_ON_UPDATE),
                returns_deleted: has(RETURNS_DELETED),
                delete_collection: served.can("deletecollection"),
                names: match () {
                    () if has(LABEL_NAMES) => NameRule::Label,
                    () if has(PATH_NAMES) => NameRule::PathSegment,
                    () => NameRule::Subdomain,
                },
                status_metadata: match () {
                    () if has(STATUS_ALONE) => StatusMetadata::Nothing,
                    () if has(STATUS_LABELS) => StatusMetadata::EverythingButLabels,
                    () => StatusMetadata::Everything,
                },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_of_a_resource_that_a_real_server_serves() {
        for row in ROWS {
            let (group, version) = row.api_version.rsplit_once('/').unwrap_or(("", row.api_version));
            let served = served::resources(group, version);
            let is_there = served.iter().any(|served| served.resource == row.plural && served.can("list"));
            assert!(is_there, "{} {}", row.api_version, row.plural);
        }
    }

    #[test]
    fn a_resource_is_done_or_not() {
        assert!(is_undone("", "v1", "componentstatuses"));
        assert!(is_undone("autoscaling", "v1", "horizontalpodautoscalers"));
        assert!(!is_undone("", "v1", "pods"));
        assert!(!is_undone("", "v1", "nonsense"));
    }

    #[test]
    fn events_are_one_resource_in_two_groups() {
        let catalog = Catalog::built_in();
        let core = catalog.view("", "v1", "events").unwrap();
        let own = catalog.view("events.k8s.io", "v1", "events").unwrap();
        assert_eq!(core.resource.key, own.resource.key);
        assert_eq!(core.api_version(), "v1");
        assert_eq!(own.api_version(), "events.k8s.io/v1");
    }
}
