//! The kinds of objects that the rules of a policy name, as far as they name them: what is chosen by `*` is not looked at.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};

use serde_json::Value;

use crate::{admission::rules::texts, discovery, resources::Catalog};

/// Where one rule has named so many kinds, nothing more is looked at.
const MOST: usize = 10;

/// A group, a version and a kind.
pub(super) type Named = (String, String, String);

/// Kinds by what their resources are called, in the plural and the singular.
type ByName = BTreeMap<String, Vec<Named>>;

/// The kinds in order; to find them takes as long as the rules are, and what is served.
pub(super) fn named(rules: &Value, catalog: &Catalog) -> BTreeSet<Named> {
    let served = served(catalog);
    let mut found = BTreeSet::new();
    for rule in rules.as_array().into_iter().flatten() {
        let [groups, versions] = ["apiGroups", "apiVersions"].map(|field| counted(texts(&rule[field])));
        let resources = counted(texts(&rule["resources"]).iter().map(|name| name.to_lowercase()));
        if groups.keys().chain(versions.keys()).any(|name| name.contains('*')) {
            continue;
        }
        // A kind counts as often as it is named.
        let mut count = 0;
        for (group, times) in groups {
            let Some(served) = served.get(&group) else { continue };
            let kinds = served.iter().filter_map(|(version, served)| {
                let times = *versions.get(version)?;
                let kinds = served.iter().filter_map(|(name, kinds)| Some((kinds, *resources.get(name)?)));
                let kinds = kinds.flat_map(|(kinds, times)| iter::repeat_n(kinds, times).flatten());
                Some(iter::repeat_n(kinds.take(MOST).collect::<Vec<_>>(), times).flatten())
            });
            let kinds: Vec<&Named> = kinds.flatten().take(MOST).collect();
            for kind in iter::repeat_n(&kinds, times).flatten() {
                found.insert((*kind).clone());
                count += 1;
                if count == MOST {
                    return found;
                }
            }
        }
    }
    found
}

/// The names, and how often each is there.
fn counted(names: impl IntoIterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for name in names {
        *counted.entry(name).or_default() += 1;
    }
    counted
}

/// What is served, by group and version. Where no group is said, as is that of the core, any will do.
fn served(catalog: &Catalog) -> BTreeMap<String, BTreeMap<String, ByName>> {
    let mut all = BTreeMap::<String, BTreeMap<String, ByName>>::new();
    for group in iter::once(String::new()).chain(discovery::group_names(catalog)) {
        for version in discovery::versions_of(catalog, &group) {
            let served = discovery::served(catalog, &group, &version);
            for under in BTreeSet::from(["", &group]) {
                let of_version = all.entry(under.to_owned()).or_default().entry(version.clone()).or_default();
                for resource in &served {
                    let kind = (group.clone(), version.clone(), resource.response_kind.kind.clone());
                    for name in BTreeSet::from([&resource.resource, &resource.singular_resource]) {
                        of_version.entry(name.clone()).or_default().push(kind.clone());
                    }
                }
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(rules: &[[&[&str]; 3]], expected: &[&str]) {
        let rules = rules.iter().map(|[groups, versions, resources]| {
            json!({ "apiGroups": groups, "apiVersions": versions, "resources": resources })
        });
        let found = named(&rules.collect(), &Catalog::built_in());
        let found: Vec<&str> = found.iter().map(|(_, _, kind)| &**kind).collect();
        assert_eq!(found, expected);
    }

    const SIX: &[&str] = &["configmaps", "endpoints", "limitranges", "namespaces", "nodes", "pods"];

    #[test]
    fn kinds_count_as_often_as_they_are_named_by_a_rule() {
        check(&[[&["", ""], &["v1"], &["pods"]]], &["Pod"]);
        check(&[[&[""], &["v1"], &["pods"; 10]], [&["apps"], &["v1"], &["deployments"]]], &["Pod"]);
        check(
            &[[&[""], &["v1"], &["pods"; 9]], [&["apps"], &["v1"], &["deployments"]]],
            &["Pod", "Deployment"],
        );
        check(
            &[[&["", "apps"], &["v1"; 5], &["pods", "services", "deployments"]]],
            &["Pod", "Service", "Deployment"],
        );
        let six = &["ConfigMap", "Endpoints", "LimitRange", "Namespace", "Node", "Pod"][..];
        check(&[[&[""], &["v1"], SIX]], six);
        let apps: &[&str] =
            &["daemonsets", "deployments", "replicasets", "statefulsets", "controllerrevisions"];
        let all =
            [six, &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]].concat();
        check(&[[&[""], &["v1"], SIX], [&["apps"], &["v1"], apps]], &all);
    }

    #[test]
    fn names_that_are_many_take_no_longer_than_they_are_read() {
        let many: Vec<String> = (0..20_000).map(|number| format!("n{number}")).collect();
        let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
        many.extend(["v1"; 20_000]);
        check(&[[&many, &many, &many]], &[]);
        many.extend(["", "pods"]);
        check(&[[&many, &many, &many]], &["Pod"]);
    }
}
