//! What the gate is set to by what is known of each peering.

use super::*;

fn spot(group: &str, namespace: Option<&str>) -> Spot {
    let plural = if namespace.is_some() { peering::PLURAL } else { peering::CLUSTER_PLURAL };
    let resource = Resource {
        group: group.to_owned(),
        plural: plural.to_owned(),
        namespaced: namespace.is_some(),
        ..crate::fixtures::served(crate::fixtures::handler(kopf_core::handler::On::Create)).resource
    };
    Spot { resource, namespace: namespace.map(str::to_owned) }
}

/// Where the gate is closed: everywhere (`*`), or in which namespaces; `?` while nobody has looked.
#[track_caller]
fn check(mode: Mode, spots: &[(&str, Option<&str>, Look)], expected: &str) {
    let spots = spots.iter().map(|(group, namespace, look)| (spot(group, *namespace), *look)).collect();
    let found = match state(mode, &spots) {
        State::Unknown => "?".to_owned(),
        State::Known(pause) if pause.everywhere => "*".to_owned(),
        State::Known(pause) => pause.namespaces.into_iter().collect::<Vec<_>>().join(" "),
    };
    assert_eq!(found, expected, "of {spots:?}");
}

#[test]
fn without_peerings_all_is_open_unless_they_are_mandatory() {
    check(Mode::Auto, &[], "");
    check(Mode::Mandatory, &[], "*");
}

/// Trap 17: the first listing was processed before the first look at the peering object.
#[test]
fn nothing_is_begun_before_the_first_look() {
    check(Mode::Auto, &[("kopf.dev", None, Look::Unknown)], "?");
    check(Mode::Auto, &[("kopf.dev", Some("a"), Look::Open), ("kopf.dev", Some("b"), Look::Unknown)], "b");
    check(Mode::Auto, &[("kopf.dev", None, Look::Open), ("zalando.org", None, Look::Unknown)], "*");
}

/// Trap 17: a conflict in one namespace paused all.
#[test]
fn a_namespace_waits_alone() {
    check(Mode::Auto, &[("kopf.dev", Some("a"), Look::Open), ("kopf.dev", Some("b"), Look::Closed)], "b");
    check(Mode::Auto, &[("kopf.dev", None, Look::Closed)], "*");
}

#[test]
fn a_peering_that_is_missing_stops_who_must_have_one() {
    check(Mode::Auto, &[("kopf.dev", None, Look::Missing)], "");
    check(Mode::Mandatory, &[("kopf.dev", None, Look::Missing)], "*");
    let both = [("kopf.dev", None, Look::Missing), ("zalando.org", None, Look::Open)];
    check(Mode::Mandatory, &both, "");
    check(
        Mode::Mandatory,
        &[("kopf.dev", Some("a"), Look::Missing), ("kopf.dev", Some("b"), Look::Open)],
        "a",
    );
}

#[track_caller]
fn check_spots(namespaces: &[Option<&str>], expected: &[&str]) {
    let mut resources: Vec<Resource> = ["kopf.dev", "zalando.org", "example.org"]
        .iter()
        .flat_map(|group| [spot(group, None).resource, spot(group, Some("a")).resource])
        .collect();
    // A definition of another version is none that is known.
    resources.push(Resource { version: "v2".to_owned(), ..spot("kopf.dev", None).resource });
    let namespaces: Vec<_> = namespaces.iter().map(|it| it.map(str::to_owned)).collect();
    let found: Vec<_> = Spot::all(&resources, &namespaces).iter().map(ToString::to_string).collect();
    assert_eq!(found, expected);
}

#[test]
fn peers_meet_in_the_cluster_or_in_each_namespace_in_both_groups() {
    check_spots(&[None], &["clusterkopfpeerings.v1.kopf.dev", "clusterkopfpeerings.v1.zalando.org"]);
    check_spots(
        &[Some("a"), Some("b")],
        &[
            "kopfpeerings.v1.kopf.dev in a",
            "kopfpeerings.v1.kopf.dev in b",
            "kopfpeerings.v1.zalando.org in a",
            "kopfpeerings.v1.zalando.org in b",
        ],
    );
    check_spots(&[], &[]);
}
