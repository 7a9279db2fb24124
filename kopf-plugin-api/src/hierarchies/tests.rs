//! What becomes of children, row by row.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::*;

fn owner() -> Value {
    json!({
        "apiVersion": "example.com/v1", "kind": "Site", "spec": { "secret": "kept out" },
        "metadata": {
            "name": "one", "namespace": "ns", "uid": "u1", "labels": { "app": "web", "tier": "front" },
            "annotations": { "a": "b" },
        },
    })
}

fn of_owner() -> Options {
    Options::new().of(&owner())
}

type Function = fn(&mut Value, &Options) -> Result<(), Error>;

#[track_caller]
fn check(function: Function, options: &Options, mut object: Value, expected: &Expect) {
    let done = function(&mut object, options).map(|()| object.to_string());
    expected.assert_eq(&done.unwrap_or_else(|error| error.to_string()));
}

#[test]
fn an_owner_is_added_once() {
    let reference = expect![[
        r#"{"metadata":{"ownerReferences":[{"controller":true,"blockOwnerDeletion":true,"apiVersion":"example.com/v1","kind":"Site","name":"one","uid":"u1"}]}}"#
    ]];
    check(append_owner_reference, &of_owner(), json!({}), &reference);
    let mut once = json!({});
    append_owner_reference(&mut once, &of_owner()).unwrap();
    check(append_owner_reference, &of_owner(), once, &reference);
    check(
        append_owner_reference,
        &of_owner().not_controlled().not_blocking(),
        json!({ "metadata": { "ownerReferences": [{ "uid": "u2" }] } }),
        &expect![[
            r#"{"metadata":{"ownerReferences":[{"uid":"u2"},{"controller":false,"blockOwnerDeletion":false,"apiVersion":"example.com/v1","kind":"Site","name":"one","uid":"u1"}]}}"#
        ]],
    );
}

#[test]
fn an_owner_in_a_namespace_owns_nothing_in_another() {
    let elsewhere = || json!({ "metadata": { "name": "n", "namespace": "other" } });
    let refused = expect![
        "the owner is in the namespace `ns` and the object in `other`, where the cluster would not find its owner and delete it: put it into `ns`, or give it no owner"
    ];
    check(append_owner_reference, &of_owner(), elsewhere(), &refused);
    check(adopt, &of_owner(), elsewhere(), &refused);
    check(adopt, &of_owner().namespace("other"), json!({}), &refused);
    let mut moved = elsewhere();
    adopt(&mut moved, &of_owner().forced()).unwrap();
    assert_eq!(moved["metadata"]["namespace"], "ns");
    let mut owner = owner();
    owner["metadata"]["namespace"] = Value::Null;
    let mut child = elsewhere();
    adopt(&mut child, &Options::new().of(&owner)).unwrap();
    assert_eq!(child["metadata"]["namespace"], "other", "who lives in no namespace owns in all of them");
}

#[test]
fn an_owner_is_taken_away_by_its_uid() {
    let owned =
        json!({ "metadata": { "ownerReferences": [{ "uid": "u1" }, { "uid": "u2", "name": "one" }] } });
    check(
        remove_owner_reference,
        &of_owner(),
        owned,
        &expect![[r#"{"metadata":{"ownerReferences":[{"uid":"u2","name":"one"}]}}"#]],
    );
    check(
        remove_owner_reference,
        &of_owner(),
        json!({}),
        &expect![[r#"{"metadata":{"ownerReferences":[]}}"#]],
    );
}

#[test]
fn labels_are_the_owners_and_stay_where_they_are() {
    let labelled = || json!({ "metadata": { "labels": { "app": "mine" } } });
    check(
        label,
        &of_owner(),
        labelled(),
        &expect![[r#"{"metadata":{"labels":{"app":"mine","tier":"front"}}}"#]],
    );
    check(
        label,
        &of_owner().forced(),
        labelled(),
        &expect![[r#"{"metadata":{"labels":{"app":"web","tier":"front"}}}"#]],
    );
    check(
        label,
        &Options::new().labels([("x", "y")]),
        json!({}),
        &expect![[r#"{"metadata":{"labels":{"x":"y"}}}"#]],
    );
}

#[test]
fn templates_are_labelled_where_they_are() {
    let options =
        Options::new().labels([("x", "y")]).nested("spec.template").nested("spec.volumeClaimTemplates");
    check(
        label,
        &options,
        json!({ "spec": { "template": {}, "volumeClaimTemplates": [{}, { "metadata": { "labels": { "x": "z" } } }] } }),
        &expect![[
            r#"{"spec":{"template":{"metadata":{"labels":{"x":"y"}}},"volumeClaimTemplates":[{"metadata":{"labels":{"x":"y"}}},{"metadata":{"labels":{"x":"z"}}}]},"metadata":{"labels":{"x":"y"}}}"#
        ]],
    );
    check(
        label,
        &options,
        json!({ "spec": {} }),
        &expect![[r#"{"spec":{},"metadata":{"labels":{"x":"y"}}}"#]],
    );
}

#[test]
fn names_are_the_owners_where_there_are_none() {
    check(harmonize_naming, &of_owner(), json!({}), &expect![[r#"{"metadata":{"generateName":"one-"}}"#]]);
    check(harmonize_naming, &of_owner().strict(), json!({}), &expect![[r#"{"metadata":{"name":"one"}}"#]]);
    for metadata in [json!({ "name": "own" }), json!({ "generateName": "own-" })] {
        let object = json!({ "metadata": metadata });
        let text = object.to_string();
        let mut named = object.clone();
        harmonize_naming(&mut named, &of_owner().strict()).unwrap();
        assert_eq!(named.to_string(), text);
        check(
            harmonize_naming,
            &of_owner().forced(),
            object.clone(),
            &expect![[r#"{"metadata":{"generateName":"one-"}}"#]],
        );
        check(
            harmonize_naming,
            &of_owner().forced().strict(),
            object,
            &expect![[r#"{"metadata":{"name":"one"}}"#]],
        );
    }
    check(
        harmonize_naming,
        &Options::new().name("two"),
        json!({ "metadata": { "name": null } }),
        &expect![[r#"{"metadata":{"generateName":"two-"}}"#]],
    );
}

#[test]
fn namespaces_are_the_owners_where_there_are_none() {
    let placed = || json!({ "metadata": { "namespace": "own" } });
    let expected = expect![[r#"{"metadata":{"namespace":"ns"}}"#]];
    check(adjust_namespace, &of_owner(), json!({}), &expected);
    check(adjust_namespace, &of_owner(), json!({ "metadata": { "namespace": null } }), &expected);
    check(adjust_namespace, &of_owner(), placed(), &expect![[r#"{"metadata":{"namespace":"own"}}"#]]);
    check(adjust_namespace, &of_owner().forced(), placed(), &expected);
    check(
        adjust_namespace,
        &Options::new().namespace("x"),
        json!({}),
        &expect![[r#"{"metadata":{"namespace":"x"}}"#]],
    );
    check(
        adjust_namespace,
        &Options::new().namespace(None).forced(),
        placed(),
        &expect![[r#"{"metadata":{}}"#]],
    );
}

#[test]
fn adoption_is_all_of_it_for_every_object_of_a_tree() {
    let mut tree = vec![json!([{}, [{ "spec": { "template": {} } }]]), json!([])];
    adopt(&mut tree, &of_owner().nested("spec.template")).unwrap();
    let reference = build_owner_reference(&owner(), &Options::new());
    let metadata = json!({
        "ownerReferences": [reference], "generateName": "one-", "namespace": "ns",
        "labels": { "app": "web", "tier": "front" },
    });
    let template = json!({ "metadata": { "labels": { "app": "web", "tier": "front" } } });
    assert_eq!(
        json!(tree),
        json!([[{ "metadata": metadata }, [{ "spec": { "template": template }, "metadata": metadata }]], []])
    );
}

#[test]
fn own_types_are_adopted_by_way_of_json() {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Pod {
        #[serde(default)]
        metadata: Value,
    }

    let mut pod = Pod { metadata: Value::Null };
    adopt(&mut typed(&mut pod), &of_owner().strict()).unwrap();
    assert_eq!(pod.metadata["name"], "one");
}

#[test]
fn references_name_what_an_object_has() {
    assert_eq!(
        build_object_reference(&owner()),
        json!({ "apiVersion": "example.com/v1", "kind": "Site", "name": "one", "uid": "u1", "namespace": "ns" })
    );
    let cluster_wide = json!({ "kind": "Node", "metadata": { "name": "n", "namespace": "" } });
    assert_eq!(build_object_reference(&cluster_wide), json!({ "kind": "Node", "name": "n" }));
    assert_eq!(
        build_owner_reference(&cluster_wide, &Options::new()),
        json!({ "controller": true, "blockOwnerDeletion": true, "kind": "Node", "name": "n" })
    );
}

#[test]
fn what_makes_no_sense_is_told() {
    let nobody =
        expect!["there is no owner, for no object is being handled here: name one with `Options::of`"];
    for function in
        [append_owner_reference, remove_owner_reference, label, harmonize_naming, adjust_namespace, adopt]
    {
        check(function, &Options::new(), json!({}), &nobody);
        check(
            function,
            &of_owner(),
            json!(["text"]),
            &expect!["objects are JSON objects, or lists of them, and this is none: a text"],
        );
    }
    let unknown =
        Options::new().of(&json!({ "kind": "Site", "apiVersion": "v1", "metadata": { "name": "n" } }));
    check(
        append_owner_reference,
        &unknown,
        json!({}),
        &expect!["the owner has no `/metadata/uid`: an object that the API server knows has one"],
    );
}
