//! What a server finds by rules that are declared in its types, which it tells after all that it looks at by hand.

use crate::status::Cause;

/// The fields of a kind with such rules, in the order of the types, and words by which what they find is known.
type Declared = (&'static str, &'static [(&'static str, &'static str)]);

const REQUIRED: &str = "Required value";
const IMMUTABLE: &str = "field is immutable";
const BINDING: &[(&str, &str)] = &[("roleRef.name", REQUIRED), ("roleRef", IMMUTABLE)];
const KINDS: &[Declared] = &[
    ("roles.rbac.authorization.k8s.io", &[("rules[].verbs", REQUIRED)]),
    ("clusterroles.rbac.authorization.k8s.io", &[("rules[].verbs", REQUIRED)]),
    ("rolebindings.rbac.authorization.k8s.io", BINDING),
    ("clusterrolebindings.rbac.authorization.k8s.io", BINDING),
    ("secrets", &[("type", IMMUTABLE)]),
    ("nodes", &[("spec.providerID", "once set")]),
    ("replicationcontrollers", &[("spec.replicas", ""), ("spec.minReadySeconds", "")]),
    ("jobs.batch", &[("spec.backoffLimitPerIndex", REQUIRED)]),
    (
        "horizontalpodautoscalers.autoscaling",
        &[
            ("spec.minReplicas", "must be greater than or equal to 0"),
            ("spec.maxReplicas", REQUIRED),
            ("spec.maxReplicas", "must be greater than or equal to 1"),
        ],
    ),
    (
        "endpointslices.discovery.k8s.io",
        &[
            ("addressType", REQUIRED),
            ("addressType", "Unsupported value"),
            ("addressType", IMMUTABLE),
            ("endpoints[].addresses", REQUIRED),
            ("endpoints[].addresses", "Too many"),
        ],
    ),
    (
        "networkpolicies.networking.k8s.io",
        &[("spec.ingress[].from[].ipBlock.cidr", REQUIRED), ("spec.egress[].to[].ipBlock.cidr", REQUIRED)],
    ),
    ("cronjobs.batch", &[("spec.schedule", REQUIRED)]),
    (
        "ingressclasses.networking.k8s.io",
        &[("spec.parameters.kind", REQUIRED), ("spec.parameters.name", REQUIRED)],
    ),
    ("runtimeclasses.node.k8s.io", &[("handler", "")]),
    (
        "storageclasses.storage.k8s.io",
        &[
            ("provisioner", REQUIRED),
            ("provisioner", IMMUTABLE),
            ("parameters", IMMUTABLE),
            ("reclaimPolicy", IMMUTABLE),
            ("volumeBindingMode", IMMUTABLE),
        ],
    ),
    ("priorityclasses.scheduling.k8s.io", &[("preemptionPolicy", "")]),
];

/// Puts what is found by such rules behind all else.
pub(super) fn last(key: &str, causes: &mut [Cause]) {
    let Some((_, fields)) = KINDS.iter().find(|(kind, _)| *kind == key) else { return };
    causes.sort_by_cached_key(|cause| {
        let field = without_indexes(&cause.field);
        let is_found = |(declared, words): &(&str, &str)| *declared == field && cause.message.contains(words);
        fields.iter().position(is_found).map_or(0, |position| position + 1)
    });
}

/// A field of any item of lists.
fn without_indexes(field: &str) -> String {
    field.split('[').enumerate().fold(String::new(), |text, (index, part)| {
        let rest = part.trim_start_matches(|letter: char| letter.is_ascii_digit());
        if index == 0 { part.to_owned() } else { text + "[" + rest }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_declared_is_told_last_and_all_else_as_it_was_found() {
        let cause = |field: &str| Cause::required(field, "");
        let found = ["rules[1].verbs", "rules[0].verbs", "rules[0].resources", "rules[10].apiGroups"];
        let mut causes: Vec<Cause> = found.into_iter().map(cause).collect();
        last("roles.rbac.authorization.k8s.io", &mut causes);
        let told: Vec<&str> = causes.iter().map(|cause| cause.field.as_str()).collect();
        assert_eq!(told, ["rules[0].resources", "rules[10].apiGroups", "rules[1].verbs", "rules[0].verbs"]);
    }
}
