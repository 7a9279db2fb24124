//! Which names stand for which ids.

use serde_json::json;

use super::*;

fn of(id: &str, body: &Value) -> String {
    Keys::new("web.kopf.dev").handler(id, body)
}

#[track_caller]
fn check(id: &str, expected: &str) {
    assert_eq!(of(id, &json!({})), format!("web.kopf.dev/{expected}"));
}

#[test]
fn names_are_those_of_the_python_framework() {
    check("create_fn", "create_fn");
    check("create_fn/item1", "create_fn.item1");
    check("fn/spec.field", "fn.spec.field");
    check("outer.<locals>.inner", "outer._locals_.inner");
    check(&"x".repeat(46), &"x".repeat(46));
    check(&"x".repeat(47), &"x".repeat(47));
    check(&"x".repeat(63), &"x".repeat(63));
    check(&"x".repeat(64), &format!("{}-SItAqA", "x".repeat(56)));
    check(&"c".repeat(70), &format!("{}-ijnkDw", "c".repeat(56)));
    check(&"a/".repeat(40), &format!("{}-VkP9Ag", "a.".repeat(28)));
    assert!(
        of(&"fn".repeat(323), &json!({})).ends_with("-Az-r.g"),
        "the hash has no signs that keys have not"
    );
}

#[test]
fn ids_that_make_no_key_are_mangled() {
    check("a:b", "a_b-eNbbqw");
    check("a b", "a_b-f6rkfA");
    check("_private", "xprivate-n6ooOg");
    check("trailing_", "trailing_-sCgh1A");
    check("é", "x-lUVEwg");
    check("", "x-EnHPJQ");
}

#[test]
fn a_deployments_replica_set_has_names_of_its_own() {
    let owned =
        json!({ "kind": "ReplicaSet", "metadata": { "ownerReferences": [{ "kind": "Deployment" }] } });
    assert_eq!(of("fn", &owned), "web.kopf.dev/fn-ofDRS");
    let keys = Keys::new("web.kopf.dev");
    assert_eq!(keys.handled(&owned), "web.kopf.dev/last-handled-configuration-ofDRS");
    assert_eq!(keys.handled(&json!({})), "web.kopf.dev/last-handled-configuration");
    let pod = json!({ "kind": "Pod", "metadata": { "ownerReferences": [{ "kind": "Deployment" }] } });
    assert_eq!(of("fn", &pod), "web.kopf.dev/fn");
}

#[test]
fn no_handler_is_called_like_one_of_our_own_records() {
    let keys = Keys::new("web.kopf.dev");
    let owned =
        json!({ "kind": "ReplicaSet", "metadata": { "ownerReferences": [{ "kind": "Deployment" }] } });
    for body in [json!({}), owned] {
        for id in ["last-handled-configuration", "last-handled-configuration-ofDRS", "kopf-managed"] {
            let key = keys.handler(id, &body);
            assert_ne!(key, keys.handled(&body));
            assert_ne!(key, keys.mark());
        }
    }
}

#[test]
fn records_are_those_of_this_operator_and_object() {
    let record = |uid: &str| format!(r#"{{"started":"2026-11-22T00:00:00Z","uid":"{uid}"}}"#);
    let body = json!({ "metadata": { "uid": "u", "annotations": {
        "web.kopf.dev/a": record("u"),
        "web.kopf.dev/b": record("v"),
        "web.kopf.dev/c": "garbage",
        "web.kopf.dev/kopf-managed": "yes",
        "web.kopf.dev/last-handled-configuration": record("u"),
        "web.kopf.dev.org/d": record("u"),
        "other.kopf.dev/e": record("u"),
        "web.kopf.dev/f": record("u"),
    } } });
    let keys = Keys::new("web.kopf.dev");
    assert_eq!(keys.records(&body).collect::<Vec<_>>(), ["web.kopf.dev/a", "web.kopf.dev/f"]);
    assert_eq!(keys.records(&json!({})).count(), 0);
}
