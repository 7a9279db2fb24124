//! What holds for every object, path and id, tried on many.

use std::sync::Arc;

use kopf_core::diff::{diff, same};
use kopf_core::essence::essence;
use kopf_core::field::FieldPath;
use kopf_core::store::digest::digest;
use kopf_core::store::handled::Handled;
use kopf_core::store::keys::Keys;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Values of few keys and scalars, so that two of them often have something in common.
fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2..3_i64).prop_map(Value::from),
        (-2..3_i32).prop_map(|number| Value::from(f64::from(number) / 2.0)),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            mapping(inner, "[a-d.\\\\]"),
        ]
    })
}

fn mapping(inner: impl Strategy<Value = Value>, keys: &'static str) -> impl Strategy<Value = Value> {
    prop::collection::vec((keys, inner), 0..4)
        .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>()))
}

/// Objects with state of operators among their annotations.
fn object() -> impl Strategy<Value = Value> {
    let keys = "(x\\.org|kopf\\.dev|a\\.kopf\\.dev)/(a|kopf-managed)";
    let annotations = mapping("[ab]".prop_map(Value::from), keys);
    (value(), value(), value(), annotations).prop_map(|(spec, status, labels, annotations)| {
        json!({
            "apiVersion": "v1", "kind": "Thing", "spec": spec, "status": status,
            "metadata": { "name": "x", "resourceVersion": "1", "labels": labels, "annotations": annotations },
        })
    })
}

fn fields() -> impl Strategy<Value = Vec<FieldPath>> {
    const KNOWN: &[&str] = &[
        "spec",
        "spec.a",
        "spec.a.b",
        "status",
        "status.a",
        "status.b",
        "kind",
        "metadata",
        "metadata.name",
    ];
    prop::collection::vec(prop::sample::select(KNOWN), 0..4).prop_map(|texts| {
        texts.into_iter().map(|text| FieldPath::parse(text).expect("these are paths")).collect()
    })
}

/// Whether the key is one that API servers take: a DNS subdomain, a slash and a name.
fn is_valid(key: &str) -> bool {
    let is_name = |name: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        name.len() <= 63 && name.chars().all(inner) && edge(name.chars().next()) && edge(name.chars().last())
    };
    key.split_once('/').is_some_and(|(prefix, name)| prefix == "web.kopf.dev" && is_name(name))
}

proptest! {
    #[test]
    fn a_diff_turns_the_old_value_into_the_new_one(old in value(), new in value()) {
        let diff = diff(&old, &new);
        prop_assert!(same(&diff.apply(&old), &new), "{diff:?}");
        prop_assert_eq!(diff.is_empty(), same(&old, &new));
    }

    #[test]
    fn a_field_sees_the_difference_of_its_values(old in value(), new in value(), steps in prop::collection::vec("[a-d]", 1..4)) {
        let field = FieldPath::parse(&steps.join(".")).unwrap();
        let at = |value| field.get(value).cloned().unwrap_or(Value::Null);
        prop_assert_eq!(diff(&old, &new).narrow(&field), diff(&at(&old), &at(&new)));
    }

    #[test]
    fn values_have_the_same_digest_if_they_are_the_same(old in value(), new in value()) {
        prop_assert_eq!(digest("u", &old) == digest("u", &new), same(&old, &new));
    }

    #[test]
    fn what_was_set_is_got_and_what_was_removed_is_gone(start in value(), steps in prop::collection::vec("[a-d.\\\\é]{1,2}", 1..4)) {
        let path = FieldPath::from(steps);
        prop_assert_eq!(FieldPath::parse(&path.to_string()), Ok(path.clone()));
        let mut value = start;
        path.set(&mut value, json!("new"));
        prop_assert_eq!(path.get(&value), Some(&json!("new")));
        path.remove(&mut value);
        prop_assert_eq!(path.get(&value), None);
    }

    #[test]
    fn an_essence_is_its_own_essence(body in object(), extra in fields()) {
        let once = essence(&body, &extra);
        prop_assert_eq!(essence(&once, &extra), once);
    }

    #[test]
    fn no_deploy_changes_an_object(body in object(), before in fields(), after in fields()) {
        let old = essence(&body, &before);
        let now = essence(&body, &after);
        for handled in [Handled::new(old.clone(), before.clone(), false), Handled::digested(&old, &before, "u")] {
            let comparison = handled.compare(&now, &after, "u");
            prop_assert!(comparison.diff.is_empty(), "{:?}", comparison.diff);
        }
    }

    #[test]
    fn digests_notice_all_that_the_whole_notices(a in object(), b in object(), watched in fields()) {
        let (old, now) = (essence(&a, &watched), essence(&b, &watched));
        let whole = Handled::new(old.clone(), watched.clone(), false);
        let digested = Handled::digested(&old, &watched, "u");
        let [known, unknown] = [&whole, &digested].map(|handled| handled.compare(&now, &watched, "u"));
        prop_assert_eq!(known.diff.is_empty(), unknown.diff.is_empty());
        for field in &watched {
            prop_assert_eq!(known.narrow(field).is_empty(), unknown.narrow(field).is_empty(), "{}", field);
            prop_assert_eq!(known.touches(field), !known.narrow(field).is_empty(), "{}", field);
        }
    }

    #[test]
    fn what_was_written_is_read(body in object(), watched in fields(), pending: bool) {
        let essence = Arc::new(essence(&body, &watched));
        for handled in [Handled::new(essence.clone(), watched.clone(), pending), Handled::digested(&essence, &watched, "u")] {
            let text = handled.write("u");
            prop_assert_eq!(Handled::read(&text, "v", &essence), None);
            // Whatever it is now: the same, or something else.
            let unchanged = Handled::read(&text, "u", &essence);
            prop_assert_eq!(unchanged.as_ref(), Some(&handled));
            prop_assert_eq!(Handled::read(&text, "u", &Arc::default()), unchanged);
        }
    }

    #[test]
    fn reading_garbage_does_not_panic(text in "\\PC{0,80}", members in "(\\{\"(uid|zlib|essence|digests|started)\":[\"a-z0-9{}]{0,9},?\\}?){1,3}") {
        for text in [text, members] {
            let _ = Handled::read(&text, "u", &Arc::default());
            let _ = kopf_core::store::progress::Progress::read(&text, "u");
        }
    }

    #[test]
    fn every_id_has_a_valid_key(id in "\\PC{0,80}", kind in prop::sample::select(vec!["Pod", "ReplicaSet"])) {
        let body = json!({ "kind": kind, "metadata": { "ownerReferences": [{ "kind": "Deployment" }] } });
        let key = Keys::new("web.kopf.dev").handler(&id, &body);
        prop_assert!(is_valid(&key), "{key}");
    }

    #[test]
    fn ids_that_need_mangling_have_keys_of_their_own(one in "[a:é _]{1,70}", other in "[a:é _]{1,70}") {
        let keys = Keys::new("web.kopf.dev");
        let key = |id: &str| keys.handler(id, &Value::Null);
        prop_assume!(one != other);
        prop_assert_ne!(key(&one), key(&other));
    }
}
