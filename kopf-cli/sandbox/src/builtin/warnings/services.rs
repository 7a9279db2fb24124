//! What is warned of in services, and in what they lead to.

use super::{Site, Warnings, address, range};
use crate::builtin::rules::is_headless;

const HINTS: &str = "service.kubernetes.io/topology-aware-hints";
const MODE: &str = "service.kubernetes.io/topology-mode";

pub(super) fn service(root: &Site<'_>) -> Warnings {
    let spec = root.at("spec");
    let headless = spec.at("type").is("ClusterIP") && is_headless(spec.value);
    let outside = spec.at("type").is("ExternalName");
    let (balanced, external) = (spec.at("loadBalancerIP"), spec.at("externalIPs"));
    let mut warnings = Vec::new();
    let mut say = |when: bool, what: &str| warnings.extend(when.then(|| what.to_owned()));
    let hinted = root.at("metadata.annotations").value.get(HINTS).is_some();
    say(hinted, &format!("annotation {HINTS} is deprecated, please use {MODE} instead"));
    if headless {
        say(balanced.len() > 0, "spec.loadBalancerIP is ignored for headless services");
        say(external.len() > 0, "spec.externalIPs is ignored for headless services");
        say(!spec.at("sessionAffinity").is("None"), "spec.SessionAffinity is ignored for headless services");
    } else {
        let own = spec.at("clusterIPs").each();
        own.flat_map(|it| address(&it)).for_each(|what| say(true, &what));
    }
    external.each().flat_map(|it| address(&it)).for_each(|what| say(true, &what));
    say(
        external.len() > 0 && !headless && !outside,
        "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
    );
    let ranges = spec.at("loadBalancerSourceRanges");
    let odd = address(&balanced).into_iter().chain(ranges.each().flat_map(|it| range(&it)));
    odd.for_each(|what| say(true, &what));
    say(outside && external.len() > 0, r#"spec.externalIPs is ignored when spec.type is "ExternalName""#);
    say(
        !outside && spec.at("externalName").len() > 0,
        r#"spec.externalName is ignored when spec.type is not "ExternalName""#,
    );
    say(
        spec.at("trafficDistribution").is("PreferClose"),
        r#"spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone""#,
    );
    warnings
}

/// Whether what a controller keeps is not looked at: it is in order.
fn is_kept(root: &Site<'_>, label: &str, by: &[&str]) -> bool {
    let label = root.at("metadata.labels").value.get(label).and_then(|label| label.as_str());
    label.is_some_and(|label| by.contains(&label))
}

pub(super) fn endpoints(root: &Site<'_>) -> Warnings {
    if is_kept(root, "endpoints.kubernetes.io/managed-by", &["endpoint-controller"]) {
        return Vec::new();
    }
    let subsets = root.find("subsets[]");
    let all = subsets.iter().flat_map(|set| [set.find("addresses[].ip"), set.find("notReadyAddresses[].ip")]);
    all.flatten().flat_map(|it| address(&it)).collect()
}

pub(super) fn slice(root: &Site<'_>) -> Warnings {
    const KEEPERS: [&str; 2] =
        ["endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"];
    let mut warnings = Vec::new();
    if root.before.is_none() && root.at("addressType").is("FQDN") {
        warnings.push("spec.addressType: FQDN endpoints are deprecated".to_owned());
    }
    if !is_kept(root, "endpointslice.kubernetes.io/managed-by", &KEEPERS) {
        warnings.extend(root.find("endpoints[].addresses[]").iter().flat_map(address));
    }
    warnings
}
