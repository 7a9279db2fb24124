//! The built-in resources that the sandbox keeps and does nothing about.
//!
//! Their verbs, names and subresources are those of a real server's discovery, their rules those of its strategies.

use super::{
    ALL, CONDITIONAL, CREATE_ON_UPDATE, GENERATION, NAMESPACED, PATH_NAMES, RETURNS_DELETED, Row, STATUS, row,
};

#[rustfmt::skip]
pub(super) const REST: &[Row] = &[
    row("", "v1", "endpoints", "Endpoints", &["ep"], NAMESPACED | CREATE_ON_UPDATE, &[]),
    row("", "v1", "persistentvolumes", "PersistentVolume", &["pv"], STATUS | RETURNS_DELETED, &[]),
    row("", "v1", "podtemplates", "PodTemplate", &[], NAMESPACED | GENERATION | RETURNS_DELETED, &[]),
    row("", "v1", "replicationcontrollers", "ReplicationController", &["rc"], NAMESPACED | STATUS | ALL | GENERATION, &["status.replicas"]),
    row("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", &[], GENERATION, &[]),
    row("admissionregistration.k8s.io", "v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", &[], STATUS | GENERATION | CONDITIONAL, &[]),
    row("admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", &[], GENERATION | CONDITIONAL, &[]),
    row("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", &[], GENERATION, &[]),
    row("apps", "v1", "controllerrevisions", "ControllerRevision", &[], NAMESPACED, &[]),
    row("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", &["hpa"], NAMESPACED | STATUS | ALL | GENERATION, &[]),
    row("certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest", &["csr"], STATUS | PATH_NAMES, &["spec.signerName"]),
    row("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", &[], NAMESPACED | GENERATION, &[]),
    row("networking.k8s.io", "v1", "ingressclasses", "IngressClass", &[], GENERATION, &[]),
    row("networking.k8s.io", "v1", "ingresses", "Ingress", &["ing"], NAMESPACED | STATUS | GENERATION, &[]),
    row("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", &["netpol"], NAMESPACED | GENERATION, &[]),
    row("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", &[], CREATE_ON_UPDATE | CONDITIONAL, &[]),
    row("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", &["pdb"], NAMESPACED | STATUS | GENERATION | CONDITIONAL, &[]),
    row("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", &["pc"], GENERATION, &[]),
    row("storage.k8s.io", "v1", "csidrivers", "CSIDriver", &[], RETURNS_DELETED | CONDITIONAL, &[]),
    row("storage.k8s.io", "v1", "csinodes", "CSINode", &[], STATUS | RETURNS_DELETED | CONDITIONAL, &[]),
    row("storage.k8s.io", "v1", "csistoragecapacities", "CSIStorageCapacity", &[], NAMESPACED | CONDITIONAL, &[]),
    row("storage.k8s.io", "v1", "storageclasses", "StorageClass", &["sc"], RETURNS_DELETED, &[]),
    row("storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", &[], STATUS | RETURNS_DELETED | CONDITIONAL, &[]),
    row("storage.k8s.io", "v1", "volumeattributesclasses", "VolumeAttributesClass", &["vac"], RETURNS_DELETED, &[]),
];

/// What a real server serves and the sandbox does not, by group version. Most of it asks for something to be done about
/// other objects, and to keep it and do nothing would be a lie.
const UNDONE: &[(&str, &str, &[&str])] = &[
    ("", "v1", &["bindings", "componentstatuses", "limitranges", "resourcequotas"]),
    ("admissionregistration.k8s.io", "v1", &["mutatingadmissionpolicies", "mutatingadmissionpolicybindings"]),
    ("apiregistration.k8s.io", "v1", &["apiservices"]),
    ("autoscaling", "v1", &["horizontalpodautoscalers"]),
    ("certificates.k8s.io", "v1", &["clustertrustbundles", "podcertificaterequests"]),
    ("flowcontrol.apiserver.k8s.io", "v1", &["flowschemas", "prioritylevelconfigurations"]),
    ("networking.k8s.io", "v1", &["ipaddresses", "servicecidrs"]),
    (
        "resource.k8s.io",
        "v1",
        &["deviceclasses", "devicetaintrules", "resourceclaims", "resourceclaimtemplates", "resourceslices"],
    ),
    ("storagemigration.k8s.io", "v1", &["storageversionmigrations"]),
];

/// Whether a real server serves this resource, which is in no catalog of the sandbox's.
pub(crate) fn is_undone(group: &str, version: &str, plural: &str) -> bool {
    let of = |row: &&(&str, &str, &[&str])| row.0 == group && row.1 == version;
    UNDONE.iter().find(of).is_some_and(|(_, _, plurals)| plurals.contains(&plural))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Catalog;

    #[test]
    fn a_resource_is_done_or_not() {
        let catalog = Catalog::built_in();
        for (group, version, plurals) in UNDONE {
            for plural in *plurals {
                assert!(
                    catalog.view(group, version, plural).is_none(),
                    "{plural} of {group}/{version} is both"
                );
            }
        }
        assert!(is_undone("", "v1", "limitranges"));
        assert!(!is_undone("", "v1", "pods"));
        assert!(!is_undone("", "v1", "nonsense"));
    }
}
