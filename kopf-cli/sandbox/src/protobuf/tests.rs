//! What recordings of real clients stand for, and that nothing which is no recording does harm.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

/// What kubectl 1.37 has sent: a path and a body in each line.
const RECORDINGS: &str = include_str!("recordings.txt");

fn recordings() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    RECORDINGS.lines().map(|line| {
        let (path, body) = line.split_once(' ').unwrap();
        (path, STANDARD.decode(body).unwrap())
    })
}

/// Reads a body as the kind that it says it is.
fn object(body: &[u8]) -> Result<Value, Error> {
    let kind = Envelope::read(body).map_or("", |envelope| envelope.kind);
    parse(body, ("", kind))
}

#[track_caller]
fn check(resource: &str, expected: &Expect) {
    let found = recordings().find(|(path, _)| path.ends_with(resource));
    let (_, body) = found.unwrap_or_else(|| panic!("there is no recording of {resource}"));
    expected.assert_eq(&format!("{}\n", object(&body).unwrap()));
}

#[test]
fn every_recording_is_an_object_of_its_version_and_kind() {
    for (path, body) in recordings() {
        let read = object(&body).unwrap();
        assert!(read["apiVersion"].is_string() && read["kind"].is_string(), "{path}: {read}");
    }
}

#[test]
fn what_was_read_is_written_as_it_came() {
    for (path, body) in recordings() {
        let read = object(&body).unwrap();
        let written = answer::document(read.to_string().as_bytes()).unwrap();
        assert_eq!(start_of(&written), start_of(&body), "{path}");
        assert!(written == body, "{path}: {read} is\n{}and was\n{}", shown(&written), shown(&body));
    }
}

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

#[test]
fn what_is_zero_or_stands_for_its_fields_is_as_in_json() {
    check(
        "/configmaps",
        &expect![[r#"
        {"metadata":{"name":"c"},"data":{"a":"b"},"apiVersion":"v1","kind":"ConfigMap"}
    "#]],
    );
    check(
        "/deployments",
        &expect![[r#"
        {"metadata":{"name":"web","labels":{"app":"web"}},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"nginx","image":"nginx","ports":[{"containerPort":80}],"resources":{}}]}},"strategy":{}},"status":{},"apiVersion":"apps/v1","kind":"Deployment"}
    "#]],
    );
    check(
        "/cronjobs",
        &expect![[r#"
        {"metadata":{"name":"nightly"},"spec":{"schedule":"0 3 * * *","jobTemplate":{"metadata":{"name":"nightly"},"spec":{"template":{"metadata":{},"spec":{"containers":[{"name":"nightly","image":"busybox","resources":{}}],"restartPolicy":"OnFailure"}}}}},"status":{},"apiVersion":"batch/v1","kind":"CronJob"}
    "#]],
    );
    check(
        "/services",
        &expect![[r#"
        {"metadata":{"name":"svc","labels":{"app":"svc"}},"spec":{"ports":[{"name":"80-8080","protocol":"TCP","port":80,"targetPort":8080}],"selector":{"app":"svc"},"type":"ClusterIP"},"status":{"loadBalancer":{}},"apiVersion":"v1","kind":"Service"}
    "#]],
    );
    check(
        "/resourcequotas",
        &expect![[r#"
        {"metadata":{"name":"q"},"spec":{"hard":{"cpu":"500m","pods":"3"}},"status":{},"apiVersion":"v1","kind":"ResourceQuota"}
    "#]],
    );
    check(
        "/clusterroles",
        &expect![[r#"
        {"metadata":{"name":"reader"},"rules":[{"verbs":["get"],"nonResourceURLs":["/metrics"]}],"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole"}
    "#]],
    );
    check(
        "/poddisruptionbudgets",
        &expect![[r#"
        {"metadata":{"name":"p"},"spec":{"minAvailable":"50%","selector":{"matchLabels":{"a":"b"}}},"status":{"disruptionsAllowed":0,"currentHealthy":0,"desiredHealthy":0,"expectedPods":0},"apiVersion":"policy/v1","kind":"PodDisruptionBudget"}
    "#]],
    );
}

#[test]
fn a_body_that_is_none_is_told_from_one_that_is_wrong() {
    let unrecognized = |body: &[u8]| matches!(parse(body, ("v1", "Pod")), Err(Error::Unrecognized(_)));
    assert!(unrecognized(b""));
    assert!(unrecognized(b"{}"));
    assert!(unrecognized(b"k8s\0\xff\xff"));
    let wrong = parse(b"k8s\0\x0a\x07\x0a\x02v1\x12\x01X", ("v1", "Pod"));
    assert!(matches!(wrong, Err(Error::Wrong { kind, .. }) if kind == "X"));
    let other = parse(b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09ConfigMap", ("v1", "Pod")).unwrap_err();
    assert_eq!(other.said(), "wrong kind");
}

#[test]
fn a_body_without_a_kind_is_of_the_one_expected() {
    let object = parse(b"k8s\0\x12\x07\x0a\x05\x0a\x03abc", ("v1", "ConfigMap")).unwrap();
    assert_eq!(object.to_string(), r#"{"metadata":{"name":"abc"},"apiVersion":"v1","kind":"ConfigMap"}"#);
}

/// A field that holds bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut field = match number {
        0..16 => vec![number << 3 | 2],
        _ => vec![number << 3 | 0x82, number >> 4],
    };
    let mut length = bytes.len();
    while length > 0x7f {
        field.push(length as u8 | 0x80);
        length >>= 7;
    }
    field.push(length as u8);
    field.extend_from_slice(bytes);
    field
}

/// A definition whose schema is one that must not be one that must not be…
fn definition(levels: usize) -> Vec<u8> {
    let schema = (0..levels).fold(Vec::new(), |schema, _| field(NOT, &schema));
    let version = field(7, &field(4, &field(1, &schema)));
    let envelope = [field(1, b"apiextensions.k8s.io/v1"), field(2, b"CustomResourceDefinition")].concat();
    [PREFIX.to_vec(), field(1, &envelope), field(2, &field(2, &version))].concat()
}

/// The number of the field `not` of a schema.
const NOT: u8 = 28;

#[test]
fn messages_may_nest_so_deep_and_no_deeper() {
    let parse = |levels| {
        crate::json::with_stack(4_000, || {
            let parsed = object(&definition(levels));
            parsed.map(|object| crate::json::depth_of_value(&object)).map_err(Error::said)
        })
    };
    assert_eq!(parse(1_000), Ok(1_006));
    let refusal = parse(3_000).unwrap_err();
    assert_eq!(refusal, "proto: messages are nested deeper than 2000 levels");
}

/// A recording in which some bytes are others, and which may end early.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let recordings: Vec<Vec<u8>> = recordings().map(|(_, body)| body).collect();
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (prop::sample::select(recordings), changes, any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(mut body, changes, end, cut)| {
            for (at, byte) in changes {
                let at = at.index(body.len());
                body[at] = byte;
            }
            if cut {
                body.truncate(end.index(body.len()));
            }
            body
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn mutated_recordings_are_objects_or_errors(body in mutated()) {
        if let Ok(read) = object(&body) {
            prop_assert!(read.is_object());
        }
    }
}
