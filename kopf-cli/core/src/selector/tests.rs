//! What an author may write, and what it serves.

use super::*;

/// A small cluster: pods twice, ingresses in two groups, a CRD in two versions, another `ing` by its short name.
fn cluster() -> Vec<Resource> {
    let rows = [
        ("", "v1", "pods", "Pod", "pod", "po", true),
        ("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", "podmetrics", "", true),
        ("extensions", "v1beta1", "ingresses", "Ingress", "ingress", "ing", true),
        ("networking.k8s.io", "v1", "ingresses", "Ingress", "ingress", "ing", true),
        ("zalando.org", "v1", "kopfexamples", "KopfExample", "kopfexample", "kex", true),
        ("zalando.org", "v1beta1", "kopfexamples", "KopfExample", "kopfexample", "kex", false),
    ];
    let resource = |(group, version, plural, kind, singular, short, preferred): (
        &str,
        &str,
        &str,
        &str,
        &str,
        &str,
        bool,
    )| Resource {
        group: group.to_owned(),
        version: version.to_owned(),
        plural: plural.to_owned(),
        kind: kind.to_owned(),
        singular: singular.to_owned(),
        short_names: if short.is_empty() { Vec::new() } else { vec![short.to_owned()] },
        categories: Vec::new(),
        namespaced: true,
        preferred,
        verbs: Vec::new(),
        subresources: Vec::new(),
    };
    rows.into_iter().map(resource).collect()
}

/// The selector is given with spaces between its strings; what comes of it is told in a word.
#[track_caller]
fn check(written: &str, expected: &str) {
    let parts: Vec<String> = written.split(' ').map(str::to_owned).collect();
    let cluster = cluster();
    let names =
        |indices: &[usize]| indices.iter().map(|&index| cluster[index].name()).collect::<Vec<_>>().join(", ");
    let found = match Selector::parse(&parts) {
        Err(error) => format!("error: {error}"),
        Ok(selector) => {
            assert_eq!(selector.to_string(), parts.join("/"));
            let resolution = resolve(&[selector], &cluster, &|_, _| false);
            match (resolution.unresolved.as_slice(), resolution.ambiguous.as_slice()) {
                ([], []) => names(&resolution.served[0]),
                ([0], []) => "unresolved".to_owned(),
                ([], [(0, several)]) if resolution.served[0].is_empty() => {
                    format!("ambiguous: {}", names(several))
                }
                _ => panic!("several things at once: {resolution:?}"),
            }
        }
    };
    assert_eq!(found, expected);
}

#[test]
fn a_name_alone_is_any_of_its_names_in_the_preferred_version() {
    check("kopfexamples", "kopfexamples.v1.zalando.org");
    check("kopfexample", "kopfexamples.v1.zalando.org");
    check("KopfExample", "kopfexamples.v1.zalando.org");
    check("kex", "kopfexamples.v1.zalando.org");
    check("KOPFEXAMPLES", "unresolved");
    check("all", "unresolved");
}

#[test]
fn dots_add_a_group_and_a_version() {
    check("kopfexamples.zalando.org", "kopfexamples.v1.zalando.org");
    check("kopfexamples.v1beta1.zalando.org", "kopfexamples.v1beta1.zalando.org");
    check("pods.v1", "pods.v1");
    check("pods.v1beta1", "pods.v1beta1.metrics.k8s.io");
    check("kopfexamples.v2.zalando.org", "unresolved");
}

#[test]
fn what_only_looks_like_a_version_is_part_of_the_group() {
    check("pods.v1gamma1.org", "unresolved");
    check("pods.v.org", "unresolved");
    check("pods.metrics.k8s.io", "pods.v1beta1.metrics.k8s.io");
}

#[test]
fn two_strings_are_a_group_a_version_or_both_and_a_name() {
    check("zalando.org kopfexamples", "kopfexamples.v1.zalando.org");
    check("zalando.org/v1beta1 kopfexamples", "kopfexamples.v1beta1.zalando.org");
    check("v1 pods", "pods.v1");
    check("/v1 pods", "pods.v1");
    check("v1beta1 pods", "unresolved");
}

#[test]
fn three_strings_are_a_group_a_version_and_a_name() {
    check("zalando.org v1 kopfexamples", "kopfexamples.v1.zalando.org");
    check("zalando.org v1beta1 kex", "kopfexamples.v1beta1.zalando.org");
    check(" v1 pods", "pods.v1");
}

#[test]
fn the_core_group_hides_all_others() {
    check("pods", "pods.v1");
}

#[test]
fn what_means_several_resources_serves_none() {
    check("ingresses", "ambiguous: ingresses.v1beta1.extensions, ingresses.v1.networking.k8s.io");
    check("networking.k8s.io ingresses", "ingresses.v1.networking.k8s.io");
}

#[test]
fn what_says_nothing_is_refused() {
    let none = "error: 0 strings select a resource, but 1 to 3 are expected, such as (\"zalando.org\", \"v1\", \"kopfexamples\")";
    assert_eq!(Selector::parse(&[]).map_err(|error| format!("error: {error}")), Err(none.to_owned()));
    check(
        "a b c d",
        "error: 4 strings select a resource, but 1 to 3 are expected, such as (\"zalando.org\", \"v1\", \"kopfexamples\")",
    );
    check(
        "zalando.org ",
        "error: the name of the resource in `zalando.org/` is empty; name a kind, a plural, a singular or a short name",
    );
    check(
        ".v1",
        "error: the name of the resource in `.v1` is empty; name a kind, a plural, a singular or a short name",
    );
    check(
        "zalando.org/ kopfexamples",
        "error: the version in `zalando.org//kopfexamples` is empty; name one such as v1, or leave it out for the preferred one",
    );
}

#[test]
fn each_selector_is_resolved_for_itself() {
    let selectors = ["kex", "ing", "nothing", "kopfexamples.v1beta1.zalando.org"];
    let selectors: Vec<_> =
        selectors.iter().map(|name| Selector::parse(&[(*name).to_owned()]).unwrap()).collect();
    let resolution = resolve(&selectors, &cluster(), &|_, _| false);
    assert_eq!(
        resolution,
        Resolution {
            served: vec![vec![4], vec![], vec![], vec![5]],
            unresolved: vec![2],
            ambiguous: vec![(1, vec![2, 3])]
        }
    );
}
