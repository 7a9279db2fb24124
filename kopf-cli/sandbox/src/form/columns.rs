//! The columns of built-in resources, as the server prints them in tables: data, but for a few named functions.

use jiff::Timestamp;
use serde_json::Value;

use super::{cells, networks, pods, volumes};

/// A column of a built-in resource.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    /// `string`, `integer`, `boolean` or `date`.
    pub(crate) kind: &'static str,
    /// Shown only where all of it is asked for: kubectl's `-o wide`.
    pub(crate) wide: bool,
    pub(crate) cell: Cell,
}

/// Where the value of a cell comes from. Paths are names with dots between them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell {
    /// The object's name, which clients may put a kind in front of.
    Name,
    /// How long ago the object was made.
    Age,
    /// What stands at the path; an empty text where nothing does.
    Text(&'static str),
    /// The same with another word for nothing.
    Or(&'static str, &'static str),
    /// A number; none is zero.
    Number(&'static str),
    /// A truth, and what an absent one is.
    Flag(&'static str, bool),
    /// How many things the paths hold together.
    Count(&'static [&'static str]),
    /// `1/3`
    Ratio(&'static str, &'static str),
    /// How long ago that was; the word is for never.
    Since(&'static str, &'static str),
    /// One field of each element of a list, and what stands between them.
    Each(&'static str, &'static str, &'static str),
    /// A map as a selector would have it.
    Labels(&'static str),
    /// A label selector.
    Selector(&'static str),
    /// What needs a function of its own.
    Of(fn(&Value, Timestamp) -> Value),
    /// The same, to be read as a name.
    NameOf(fn(&Value, Timestamp) -> Value),
}

use Cell::{Age, Count, Each, Flag, Labels, Name, NameOf, Number, Of, Or, Ratio, Selector, Since, Text};

const fn text(name: &'static str, cell: Cell) -> Column {
    Column { name, kind: "string", wide: false, cell }
}

const fn wide(name: &'static str, cell: Cell) -> Column {
    Column { name, kind: "string", wide: true, cell }
}

const fn integer(name: &'static str, path: &'static str) -> Column {
    Column { name, kind: "integer", wide: false, cell: Number(path) }
}

const fn flag(name: &'static str, path: &'static str, default: bool) -> Column {
    Column { name, kind: "boolean", wide: false, cell: Flag(path, default) }
}

const fn count(name: &'static str, paths: &'static [&'static str]) -> Column {
    Column { name, kind: "integer", wide: false, cell: Count(paths) }
}

const NAME: Column = text("Name", Name);
const AGE: Column = text("Age", Age);
const CREATED: Column = Column {
    name: "Created At",
    kind: "date",
    wide: false,
    cell: Or("metadata.creationTimestamp", "0001-01-01T00:00:00Z"),
};
const CONTAINERS: Column = wide("Containers", Each("spec.template.spec.containers", "name", ","));
const IMAGES: Column = wide("Images", Each("spec.template.spec.containers", "image", ","));
const SELECTOR: Column = wide("Selector", Selector("spec.selector"));
const WEBHOOKS: &[Column] = &[NAME, count("Webhooks", &["webhooks"]), AGE];
const BINDING: &[Column] = &[
    NAME,
    text("Role", Of(cells::role)),
    AGE,
    wide("Users", Of(cells::users)),
    wide("Groups", Of(cells::groups)),
    wide("ServiceAccounts", Of(cells::accounts)),
];
const DESIRED: Column = integer("Desired", "spec.replicas");
const CURRENT: Column = integer("Current", "status.replicas");
const AVAILABLE: Column = integer("Available", "status.replicas");
const READY: Column = integer("Ready", "status.readyReplicas");
const POLICY_BINDING: &[Column] =
    &[NAME, text("PolicyName", Text("spec.policyName")), text("ParamRef", Of(cells::param_ref)), AGE];
const JUST_AGE: &[Column] = &[NAME, AGE];

/// What resources without columns of their own show.
pub(crate) const USUAL: &[Column] = &[NAME, CREATED];

/// The columns of the subresource `/scale` of built-in resources.
pub(crate) const SCALE: &[Column] = &[text("Name", Text("metadata.name")), DESIRED, AVAILABLE, AGE];
/// The same of custom ones.
pub(crate) const CUSTOM_SCALE: &[Column] =
    &[NAME, Column { cell: Of(cells::wanted), ..DESIRED }, AVAILABLE, Column { kind: "date", ..AGE }];

/// The columns of a built-in resource, by its key; `None` where it has none of its own.
pub(crate) fn of(key: &str) -> Option<&'static [Column]> {
    TABLE.iter().find(|(known, _)| *known == key).map(|(_, columns)| *columns)
}

#[rustfmt::skip]
const TABLE: &[(&str, &[Column])] = &[
    ("certificatesigningrequests.certificates.k8s.io", &[
        NAME, AGE, text("SignerName", Or("spec.signerName", "<none>")), text("Requestor", Text("spec.username")),
        text("RequestedDuration", Of(cells::requested_duration)), text("Condition", Of(cells::certificate)),
    ]),
    ("clusterrolebindings.rbac.authorization.k8s.io", BINDING),
    ("configmaps", &[NAME, text("Data", Count(&["data", "binaryData"])), AGE]),
    ("controllerrevisions.apps", &[NAME, text("Controller", Of(cells::controller)), text("Revision", Number("revision")), AGE]),
    ("cronjobs.batch", &[
        NAME, text("Schedule", Text("spec.schedule")), text("Timezone", Or("spec.timeZone", "<none>")),
        Column { kind: "boolean", ..text("Suspend", Of(cells::suspended)) }, count("Active", &["status.active"]),
        text("Last Schedule", Since("status.lastScheduleTime", "<none>")), AGE,
        wide("Containers", Each("spec.jobTemplate.spec.template.spec.containers", "name", ",")),
        wide("Images", Each("spec.jobTemplate.spec.template.spec.containers", "image", ",")),
        wide("Selector", Selector("spec.jobTemplate.spec.selector")),
    ]),
    ("apiservices.apiregistration.k8s.io", &[
        NAME, text("Service", Or("spec.service.name", "Local")), text("Available", Of(cells::available)), AGE,
    ]),
    ("csidrivers.storage.k8s.io", &[
        NAME, flag("AttachRequired", "spec.attachRequired", true), flag("PodInfoOnMount", "spec.podInfoOnMount", false),
        flag("StorageCapacity", "spec.storageCapacity", false), text("TokenRequests", Of(volumes::token_requests)),
        flag("RequiresRepublish", "spec.requiresRepublish", false), text("Modes", Of(volumes::lifecycle_modes)), AGE,
    ]),
    ("csinodes.storage.k8s.io", &[NAME, count("Drivers", &["spec.drivers"]), AGE]),
    ("customresourcedefinitions.apiextensions.k8s.io", &[
        NAME, text("Scope", Text("spec.scope")), text("Versions", Of(cells::served)), CREATED, wide("Group", Text("spec.group")),
        wide("Kind", Text("spec.names.kind")), wide("ShortNames", Of(cells::short_names)),
        Column { kind: "boolean", ..wide("Established", Of(cells::established)) },
    ]),
    ("daemonsets.apps", &[
        NAME, integer("Desired", "status.desiredNumberScheduled"), integer("Current", "status.currentNumberScheduled"),
        integer("Ready", "status.numberReady"), integer("Up-to-date", "status.updatedNumberScheduled"),
        integer("Available", "status.numberAvailable"), text("Node Selector", Labels("spec.template.spec.nodeSelector")),
        AGE, CONTAINERS, IMAGES, SELECTOR,
    ]),
    ("deployments.apps", &[
        NAME, text("Ready", Ratio("status.readyReplicas", "spec.replicas")),
        text("Up-to-date", Number("status.updatedReplicas")), text("Available", Number("status.availableReplicas")),
        AGE, CONTAINERS, IMAGES, wide("Selector", Of(cells::plain_selector)),
    ]),
    ("deviceclasses.resource.k8s.io", JUST_AGE),
    ("endpoints", &[NAME, text("Endpoints", Of(networks::endpoints)), AGE]),
    ("endpointslices.discovery.k8s.io", &[
        NAME, text("AddressType", Text("addressType")), text("Ports", Of(networks::slice_ports)),
        text("Endpoints", Of(networks::slice_endpoints)), AGE,
    ]),
    ("events", &[
        text("Last Seen", Of(cells::last_seen)), text("Type", Text("type")), text("Reason", Text("reason")),
        text("Object", Of(cells::involved)), wide("Subobject", Text("involvedObject.fieldPath")),
        wide("Source", Of(cells::event_source)), text("Message", Of(cells::event_message)),
        wide("First Seen", Of(cells::first_seen)), wide("Count", Of(cells::event_count)), wide("Name", Name),
    ]),
    ("flowschemas.flowcontrol.apiserver.k8s.io", &[
        NAME, text("PriorityLevel", Text("spec.priorityLevelConfiguration.name")),
        text("MatchingPrecedence", Number("spec.matchingPrecedence")),
        text("DistinguisherMethod", Or("spec.distinguisherMethod.type", "<none>")), AGE,
        text("MissingPL", Of(cells::dangling)),
    ]),
    ("horizontalpodautoscalers.autoscaling", &[
        NAME, text("Reference", Of(cells::scale_target)), text("Targets", Of(cells::metrics)),
        text("MinPods", Or("spec.minReplicas", "<unset>")), text("MaxPods", Number("spec.maxReplicas")),
        text("Replicas", Number("status.currentReplicas")), AGE,
    ]),
    ("ingressclasses.networking.k8s.io", &[
        text("Name", NameOf(networks::ingress_class_name)), text("Controller", Text("spec.controller")),
        text("Parameters", Of(networks::parameters)), AGE,
    ]),
    ("ingresses.networking.k8s.io", &[
        NAME, text("Class", Or("spec.ingressClassName", "<none>")), text("Hosts", Of(networks::hosts)),
        text("Address", Of(networks::load_balancer)), text("Ports", Of(networks::ingress_ports)), AGE,
    ]),
    ("ipaddresses.networking.k8s.io", &[NAME, text("ParentRef", Of(networks::parent_ref))]),
    ("jobs.batch", &[
        NAME, text("Status", Of(cells::job_status)), text("Completions", Of(cells::completions)),
        text("Duration", Of(cells::job_duration)), AGE, CONTAINERS, IMAGES, SELECTOR,
    ]),
    ("leasecandidates.coordination.k8s.io", &[
        NAME, text("LeaseName", Text("spec.leaseName")), text("BinaryVersion", Text("spec.binaryVersion")),
        text("EmulationVersion", Text("spec.emulationVersion")), AGE,
    ]),
    ("leases.coordination.k8s.io", &[NAME, text("Holder", Text("spec.holderIdentity")), AGE]),
    ("mutatingadmissionpolicies.admissionregistration.k8s.io", &[
        NAME, count("Mutations", &["spec.mutations"]), text("ParamKind", Of(cells::param_kind)), AGE,
    ]),
    ("mutatingadmissionpolicybindings.admissionregistration.k8s.io", POLICY_BINDING),
    ("mutatingwebhookconfigurations.admissionregistration.k8s.io", WEBHOOKS),
    ("namespaces", &[NAME, text("Status", Text("status.phase")), AGE]),
    ("networkpolicies.networking.k8s.io", &[NAME, text("Pod-Selector", Selector("spec.podSelector")), AGE]),
    ("nodes", &[
        NAME, text("Status", Of(networks::node_status)), text("Roles", Of(networks::node_roles)), AGE,
        text("Version", Text("status.nodeInfo.kubeletVersion")), wide("Internal-IP", Of(networks::internal_ip)),
        wide("External-IP", Of(networks::external_ip)), wide("OS-Image", Or("status.nodeInfo.osImage", "<unknown>")),
        wide("Kernel-Version", Of(networks::kernel)),
        wide("Container-Runtime", Or("status.nodeInfo.containerRuntimeVersion", "<unknown>")),
    ]),
    ("persistentvolumeclaims", &[
        NAME, text("Status", Of(volumes::phase)), text("Volume", Text("spec.volumeName")),
        text("Capacity", Of(volumes::claim_capacity)), text("Access Modes", Of(volumes::claim_modes)),
        text("StorageClass", Of(volumes::class)),
        text("VolumeAttributesClass", Of(volumes::attributes_class)), AGE,
        wide("VolumeMode", Or("spec.volumeMode", "<unset>")),
    ]),
    ("persistentvolumes", &[
        NAME, text("Capacity", Or("spec.capacity.storage", "0")), text("Access Modes", Of(volumes::volume_modes)),
        text("Reclaim Policy", Text("spec.persistentVolumeReclaimPolicy")), text("Status", Of(volumes::phase)),
        text("Claim", Of(volumes::claim)), text("StorageClass", Of(volumes::class)),
        text("VolumeAttributesClass", Or("spec.volumeAttributesClassName", "<unset>")),
        text("Reason", Text("status.reason")), AGE, wide("VolumeMode", Or("spec.volumeMode", "<unset>")),
    ]),
    ("poddisruptionbudgets.policy", &[
        NAME, text("Min Available", Or("spec.minAvailable", "N/A")), text("Max Unavailable", Or("spec.maxUnavailable", "N/A")),
        integer("Allowed Disruptions", "status.disruptionsAllowed"), AGE,
    ]),
    ("pods", &[
        NAME, text("Ready", Of(pods::ready)), text("Status", Of(pods::status)), text("Restarts", Of(pods::restarts)), AGE,
        wide("IP", Of(pods::address)), wide("Node", Or("spec.nodeName", "<none>")),
        wide("Nominated Node", Or("status.nominatedNodeName", "<none>")), wide("Readiness Gates", Of(pods::gates)),
    ]),
    ("podtemplates", &[
        NAME, text("Containers", Each("template.spec.containers", "name", ",")),
        text("Images", Each("template.spec.containers", "image", ",")), text("Pod Labels", Labels("template.metadata.labels")),
    ]),
    ("priorityclasses.scheduling.k8s.io", &[
        NAME, integer("Value", "value"), flag("Global-Default", "globalDefault", false), AGE,
        text("PreemptionPolicy", Text("preemptionPolicy")),
    ]),
    ("prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", &[
        NAME, text("Type", Text("spec.type")),
        text("NominalConcurrencyShares", Of(|object, _| cells::limited(object, "nominalConcurrencyShares"))),
        text("Queues", Of(|object, _| cells::limited(object, "limitResponse.queuing.queues"))),
        text("HandSize", Of(|object, _| cells::limited(object, "limitResponse.queuing.handSize"))),
        text("QueueLengthLimit", Of(|object, _| cells::limited(object, "limitResponse.queuing.queueLengthLimit"))), AGE,
    ]),
    ("replicasets.apps", &[NAME, DESIRED, CURRENT, READY, AGE, CONTAINERS, IMAGES, SELECTOR]),
    ("replicationcontrollers", &[
        NAME, DESIRED, CURRENT, READY, AGE, CONTAINERS, IMAGES, wide("Selector", Labels("spec.selector")),
    ]),
    ("resourceclaims.resource.k8s.io", &[NAME, text("State", Of(cells::device_claim)), AGE]),
    ("resourceclaimtemplates.resource.k8s.io", JUST_AGE),
    ("resourcequotas", &[
        NAME, text("Request", Of(|object, _| cells::quota(object, false))),
        text("Limit", Of(|object, _| cells::quota(object, true))), AGE,
    ]),
    ("resourceslices.resource.k8s.io", &[
        NAME, text("Node", Text("spec.nodeName")), text("Driver", Text("spec.driver")), text("Pool", Text("spec.pool.name")), AGE,
    ]),
    ("rolebindings.rbac.authorization.k8s.io", BINDING),
    ("runtimeclasses.node.k8s.io", &[NAME, text("Handler", Text("handler")), AGE]),
    ("secrets", &[NAME, text("Type", Text("type")), text("Data", Count(&["data"])), AGE]),
    ("serviceaccounts", JUST_AGE),
    ("servicecidrs.networking.k8s.io", &[NAME, text("CIDRs", Of(networks::cidrs)), AGE]),
    ("services", &[
        NAME, text("Type", Text("spec.type")), text("Cluster-IP", Of(networks::cluster_ip)),
        text("External-IP", Of(networks::external_addresses)), text("Port(s)", Of(networks::service_ports)), AGE,
        wide("Selector", Labels("spec.selector")),
    ]),
    ("statefulsets.apps", &[NAME, text("Ready", Ratio("status.readyReplicas", "spec.replicas")), AGE, CONTAINERS, IMAGES]),
    ("storageclasses.storage.k8s.io", &[
        NAME, text("Provisioner", Text("provisioner")), text("ReclaimPolicy", Or("reclaimPolicy", "Delete")),
        text("VolumeBindingMode", Or("volumeBindingMode", "Immediate")),
        text("AllowVolumeExpansion", Flag("allowVolumeExpansion", false)), AGE,
    ]),
    ("validatingadmissionpolicies.admissionregistration.k8s.io", &[
        NAME, count("Validations", &["spec.validations"]), text("ParamKind", Of(cells::param_kind)), AGE,
    ]),
    ("validatingadmissionpolicybindings.admissionregistration.k8s.io", POLICY_BINDING),
    ("validatingwebhookconfigurations.admissionregistration.k8s.io", WEBHOOKS),
    ("volumeattachments.storage.k8s.io", &[
        NAME, text("Attacher", NameOf(volumes::attacher)), text("PV", Text("spec.source.persistentVolumeName")),
        text("Node", Text("spec.nodeName")), flag("Attached", "status.attached", false), AGE,
    ]),
    ("volumeattributesclasses.storage.k8s.io", &[NAME, text("DriverName", Text("driverName")), AGE]),
];
