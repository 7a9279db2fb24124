//! Who owns which fields, and configurations that are applied by it.

use super::check;
use kopf_control_plane::client::Resource;
use serde_json::{Map, Value, json};

/// A resource with lists and objects of all kinds, in two versions.
pub(super) const OWNED: Resource =
    Resource { group: "owned.kopf.test", kind: "Owned", plural: "owned", has_status: true };

pub(super) fn definition() -> Value {
    let mut definition = OWNED.definition();
    let schema = json!({ "openAPIV3Schema": { "type": "object", "properties": properties() } });
    definition["spec"]["versions"][0]["schema"] = schema;
    let mut older = definition["spec"]["versions"][0].clone();
    older["name"] = "v1beta1".into();
    older["storage"] = false.into();
    // What is a set by now was one value once.
    older["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["set"]["x-kubernetes-list-type"] =
        "atomic".into();
    definition["spec"]["versions"].as_array_mut().expect("there are versions").push(older);
    definition
}

pub(super) fn properties() -> Value {
    serde_saphyr::from_str(PROPERTIES).expect("it is YAML")
}

const PROPERTIES: &str = r#"
spec:
  type: object
  properties:
    n: {type: integer}
    flag: {type: boolean}
    text: {type: string}
    vain: {type: string, format: unheard-of}
    vainNumber: {type: integer, format: uuid}
    mode: {type: string, default: slow}
    port: {x-kubernetes-int-or-string: true}
    map: {type: object, additionalProperties: {type: string}}
    whole: {type: object, x-kubernetes-map-type: atomic, properties: {a: {type: integer}, b: {type: integer}}}
    deep:
      type: object
      properties:
        inner: {type: object, properties: {x: {type: integer}, y: {type: integer}}}
        other: {type: object, additionalProperties: {type: object, properties: {z: {type: integer}}}}
    set: {type: array, x-kubernetes-list-type: set, items: {type: string}}
    plain: {type: array, items: {type: integer}}
    list:
      type: array
      x-kubernetes-list-type: map
      x-kubernetes-list-map-keys: [name, port]
      items:
        type: object
        required: [name]
        properties:
          name: {type: string}
          port: {type: integer, default: 80}
          value: {type: string}
          tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
    any: {type: object, x-kubernetes-preserve-unknown-fields: true}
    free: {x-kubernetes-preserve-unknown-fields: true}
    maybe: {x-kubernetes-preserve-unknown-fields: true, nullable: true}
status:
  type: object
  properties:
    n: {type: integer}
    conditions:
      type: array
      x-kubernetes-list-type: map
      x-kubernetes-list-map-keys: [type]
      items: {type: object, required: [type], properties: {type: {type: string}, status: {type: string}}}
"#;

#[tokio::test]
async fn whoever_writes_owns_what_the_write_changes() {
    check(
        r#"
        POST   owned?fieldManager=one    {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a","labels":{"x":"y"},"annotations":{"a":"b"},"finalizers":["kopf.test/one"]},"spec":{"n":1,"map":{"a":"1"},"list":[{"name":"x","value":"1"}],"set":["a","b"],"any":{"a":{"b":[1]}}},"status":{"n":1}}
        MERGE  owned/a?fieldManager=two  {"spec":{"n":2,"set":["b","c"],"map":{"a":null,"b":"2"}}}
        MERGE  owned/a?fieldManager=two  {"spec":{"n":2}}
        MERGE  owned/a?fieldManager=one  {"spec":{"n":2}}
        JSON   owned/a?fieldManager=three [{"op":"replace","path":"/spec/list/0/value","value":"2"},{"op":"add","path":"/spec/list/-","value":{"name":"y"}},{"op":"add","path":"/metadata/labels/z","value":"1"}]
        MERGE  owned/a/status?fieldManager=one {"status":{"n":2,"conditions":[{"type":"Ready","status":"True"}]},"metadata":{"labels":{"no":"no"}},"spec":{"n":9}}
        MERGE  owned/a/status?fieldManager=two {"status":{"conditions":[{"type":"Ready","status":"False"},{"type":"Other","status":"True"}]}}
        PUT    owned/a?fieldManager=four {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a","resourceVersion":"$7"},"spec":{"n":2,"whole":{"a":1}}}
        MERGE  owned/a                   {"spec":{"deep":{"inner":{"x":1}},"any":{"x":1}}}
        MERGE  owned/a                   {"spec":{"deep":{"inner":null}}}
        MERGE  owned/a                   {"spec":null}
        POST   configmaps                {"metadata":{"name":"a"},"data":{"k":"v","l":"w"}}
        MERGE  configmaps/a              {"data":{"k":"v2","m":"x"},"metadata":{"labels":{"x":"y"}}}
        MERGE  configmaps/a              {"data":null}
        POST   owned?fieldManager=$longer {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"b"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn entries_can_be_written_and_reset() {
    check(
        r#"
        POST   owned?fieldManager=one    {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1,"text":"x"}}
        JSON   owned/a?fieldManager=two  [{"op":"replace","path":"/metadata/managedFields","value":[{"manager":"other","operation":"Update","apiVersion":"owned.kopf.test/v1","time":"2026-01-02T03:04:05Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:n":{},"f:bogus":{}}}}]}]
        MERGE  owned/a?fieldManager=two  {"metadata":{"managedFields":[]}}
        MERGE  owned/a?fieldManager=two  {"metadata":{"managedFields":[{"manager":"other","operation":"Bogus","apiVersion":"owned.kopf.test/v1","fieldsType":"FieldsV1","fieldsV1":{}}]}}
        MERGE  owned/a?fieldManager=two  {"metadata":{"managedFields":[{"manager":"other","operation":"Update","apiVersion":"owned.kopf.test/v1","fieldsType":"FieldsV2"}]}}
        MERGE  owned/a?fieldManager=two  {"metadata":{"managedFields":[{"manager":"other","operation":"Update","apiVersion":"owned.kopf.test/v1","fieldsType":"FieldsV1","fieldsV1":{"bogus":{}}}]}}
        MERGE  owned/a?fieldManager=two  {"metadata":{"managedFields":[{"manager":"x","operation":"Update","apiVersion":"owned.kopf.test/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:text":{}}}}]},"spec":{"n":7}}
        MERGE  owned/a?fieldManager=two  {"metadata":{"managedFields":[{"manager":"x","operation":"Update","apiVersion":"owned.kopf.test/v9","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:text":{}}}}]},"spec":{"n":8}}
        MERGE  owned/a?fieldManager=two  {"metadata":{"managedFields":[{"manager":"$longer","operation":"Update","apiVersion":"owned.kopf.test/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:text":{}}}}]}}
        MERGE  owned/a?fieldManager=two  {"metadata":{"managedFields":[{"manager":"a\u0007b\u0007","operation":"Update","subresource":"$longer$longer","apiVersion":"owned.kopf.test/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:text":{}}}}]}}
        MERGE  owned/a?fieldManager=two  {"metadata":{"managedFields":[{"manager":"x","operation":"Update","apiVersion":"owned.kopf.test/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:text":{}}}},{"manager":"x","operation":"Update","apiVersion":"owned.kopf.test/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:n":{}}}}]}}
        MERGE  owned/a?fieldManager=two  {"metadata":{"managedFields":"x"}}
        MERGE  owned/a?fieldManager=two  {"metadata":{"managedFields":[{}]}}
        MERGE  owned/a?fieldManager=two  {"spec":{"n":9}}
        APPLY  owned/a?fieldManager=three {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":9}}
        APPLY  owned/a?fieldManager=three {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":10}}
        APPLY  owned/a?fieldManager=three&force=true {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":10}}
        POST   configmaps                {"metadata":{"name":"a"},"data":{"k":"v"}}
        MERGE  configmaps/a              {"metadata":{"managedFields":[{}]}}
        MERGE  configmaps/a              {"data":{"k":"w"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn too_many_owners_become_one() {
    check(
        r#"
        POST   owned?fieldManager=m00    {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1}}
        MERGE  owned/a?fieldManager=m01  {"spec":{"map":{"k01":"1"}}}
        MERGE  owned/a?fieldManager=m02  {"spec":{"map":{"k02":"1"}}}
        MERGE  owned/a?fieldManager=m03  {"spec":{"map":{"k03":"1"}}}
        MERGE  owned/a?fieldManager=m04  {"spec":{"map":{"k04":"1"}}}
        MERGE  owned/a?fieldManager=m05  {"spec":{"map":{"k05":"1"}}}
        MERGE  owned/a?fieldManager=m06  {"spec":{"map":{"k06":"1"}}}
        MERGE  owned/a?fieldManager=m07  {"spec":{"map":{"k07":"1"}}}
        MERGE  owned/a?fieldManager=m08  {"spec":{"map":{"k08":"1"}}}
        MERGE  owned/a?fieldManager=m09  {"spec":{"map":{"k09":"1"}}}
        JSON   owned/a?fieldManager=m10  [{"op":"replace","path":"/metadata/managedFields/0/time","value":"2026-01-02T03:04:05Z"},{"op":"replace","path":"/metadata/managedFields/1/time","value":"2026-01-02T03:04:06Z"},{"op":"add","path":"/spec/map/k10","value":"1"}]
    "#,
    )
    .await;
}

#[tokio::test]
async fn of_too_many_owners_that_are_written_the_oldest_of_each_version_become_one() {
    let entry = |index: usize, joined: usize| {
        let version = ["v1", "v1", "v1beta1"][index % 3];
        let mut entry = json!({
            "manager": if index == joined { "ancient-changes".to_owned() } else { format!("m{index:02}") },
            "operation": if index == 7 { "Apply" } else { "Update" },
            "apiVersion": format!("owned.kopf.test/{version}"),
            "time": format!("2026-01-02T03:04:{index:02}Z"),
            "fieldsType": "FieldsV1",
            "fieldsV1": { "f:spec": { "f:n": {}, "f:map": { format!("f:k{index}"): {} } } },
        });
        if index % 5 == 4 {
            entry["subresource"] = "status".into();
        }
        entry
    };
    let mut rows = String::new();
    for joined in [0, 1, 2, 3, 5, 9, 15, 99] {
        let entries: Vec<Value> = (0..20).map(|index| entry(index, joined)).collect();
        let map: Map<String, Value> = (0..20).map(|index| (format!("k{index}"), "v".into())).collect();
        let object = json!({
            "kind": "Owned", "apiVersion": "owned.kopf.test/v1",
            "metadata": { "name": format!("a{joined}"), "managedFields": entries },
            "spec": { "n": 1, "map": map },
        });
        rows += &format!("POST owned?fieldManager=one {object}\n");
        rows += &format!("MERGE owned/a{joined}?fieldManager=two {{\"spec\":{{\"n\":2}}}}\n");
    }
    check(&rows).await;
}

#[tokio::test]
async fn configurations_are_applied() {
    check(
        r#"
        APPLY  owned/a                    {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a","labels":{"l":"1"}},"spec":{"n":1,"map":{"a":"1"},"list":[{"name":"x","value":"1"},{"name":"x","port":81}],"set":["b","a"],"deep":{"inner":{"x":1}}}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a","labels":{"l":"1"}},"spec":{"n":1,"map":{"a":"1"},"list":[{"name":"x","value":"1"},{"name":"x","port":81}],"set":["b","a"],"deep":{"inner":{"x":1}}}}
        APPLY  owned/n?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"n"},"spec":{"free":null,"maybe":null,"any":{"x":null}}}
        APPLY  owned/n?fieldManager=two   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"n"},"spec":{"free":{"x":null},"maybe":{"x":null}}}
        GET    owned/n
        APPLY  owned/n?fieldManager=two   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"n"},"spec":{"free":[null],"maybe":[null]}}
        MERGE  owned/n                    {"spec":{"n":3}}
        APPLY  owned/a?fieldManager=two   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1,"set":["c","a"],"list":[{"name":"y"},{"name":"x","value":"1"}]}}
        APPLY  owned/a?fieldManager=two   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":2,"map":{"a":"2"},"list":[{"name":"x","value":"2"}]}}
        APPLY  owned/a?fieldManager=two&force=true {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":2,"map":{"a":"2"},"list":[{"name":"x","value":"2"}]}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"set":["a"]}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"}}
        APPLY  owned/a?fieldManager=two&dryRun=All {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"}}
        APPLY  owned/a/status?fieldManager=one {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a","labels":{"no":"no"}},"spec":{"n":3},"status":{"n":1,"conditions":[{"type":"Ready","status":"True"}]}}
        APPLY  owned/a/status?fieldManager=one {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"status":{"conditions":[{"type":"Other","status":"True"}]}}
        APPLY  owned/b/status?fieldManager=one {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"b"},"status":{"n":1}}
        APPLY  owned/a?fieldManager=three {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"status":{"n":7},"spec":{"whole":{"a":1},"any":{"a":{"b":1}},"plain":[1,2]}}
        APPLY  owned/a?fieldManager=three {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"whole":{"b":1},"any":{"a":{"c":1}},"plain":[1,3]}}
        APPLY  owned/a?fieldManager=four  {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"whole":{"a":2},"any":{"a":{"c":2}},"plain":[]}}
        APPLY  owned/a?fieldManager=three {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"any":{}}}
        MERGE  owned/a?fieldManager=three {"spec":{"any":{"a":{"c":5}},"n":5}}
        APPLY  owned/a?fieldManager=three {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":6}}
        APPLY  configmaps/c?fieldManager=one {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"c","annotations":{"a":"1"}},"data":{"k":"v","l":"w"}}
        APPLY  configmaps/c?fieldManager=one {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"c"},"data":{"k":"v"}}
        APPLY  configmaps/c?fieldManager=two {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"c"},"data":{"k":"u"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn configurations_are_refused() {
    check(
        r#"
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"unknown":1}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":"1"}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"flag":1}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"text":[]}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"vain":1}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"vain":{}}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"vainNumber":"a"}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"map":[1]}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"set":{"a":1}}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"set":["a","a"]}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"list":[{"name":"x"},{"name":"x","port":80}]}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"list":[{"name":"x"},null]}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a","managedFields":[]}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v2","metadata":{"name":"a"}}
        APPLY  owned/a?fieldManager=one   {"kind":"Other","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1"}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"b"}}
        APPLY  owned/a?fieldManager=one   [1]
        APPLY  owned/a?fieldManager=one   {"kind":
        CBOR   owned/a?fieldManager=one   x
        MERGE  owned/a?fieldManager=one&force=true {}
        POST   owned?fieldManager=%07     {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"}}
        APPLY  owned/a?fieldManager=one&fieldValidation=Strict {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"bogus":1}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a","resourceVersion":"5"},"spec":{"n":1}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","spec":{"n":2}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a","uid":"11111111-1111-1111-1111-111111111111"}}
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a","namespace":"other"}}
        APPLY  owned/b?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"b","uid":"11111111-1111-1111-1111-111111111111"}}
        APPLY  owned/b?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"b","resourceVersion":"5"}}
        APPLY  owned/c?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"c","bogus":1}}
        APPLY  owned/c?fieldManager=one&dryRun=All {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"c"}}
        GET    owned/c
        APPLY  owned/c?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"c"}}
        APPLY  owned/c?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"c"},"spec":{"n":null,"text":null,"list":null}}
        APPLY  owned/c/status?fieldManager=one {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"c"},"status":null}
        APPLY  owned/c/status?fieldManager=one {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"c"},"status":{"n":null}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn versions_share_what_is_owned() {
    check(
        r#"
        APPLY  owned/a?fieldManager=one   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":1,"set":["a"],"list":[{"name":"x"}]}}
        APPLY  /apis/owned.kopf.test/v1beta1/namespaces/$ns/owned/a?fieldManager=two {"kind":"Owned","apiVersion":"owned.kopf.test/v1beta1","metadata":{"name":"a"},"spec":{"n":1,"set":["a","b"]}}
        APPLY  /apis/owned.kopf.test/v1beta1/namespaces/$ns/owned/a?fieldManager=two&force=true {"kind":"Owned","apiVersion":"owned.kopf.test/v1beta1","metadata":{"name":"a"},"spec":{"n":2,"set":["a","b"]}}
        APPLY  /apis/owned.kopf.test/v1beta1/namespaces/$ns/owned/a?fieldManager=one {"kind":"Owned","apiVersion":"owned.kopf.test/v1beta1","metadata":{"name":"a"},"spec":{"map":{"a":"b"}}}
        APPLY  owned/a?fieldManager=two   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"set":["c"]}}
        MERGE  owned/a?fieldManager=three {"spec":{"set":["c","d"]}}
        MERGE  /apis/owned.kopf.test/v1beta1/namespaces/$ns/owned/a?fieldManager=three {"spec":{"set":["c"],"n":4}}
        GET    owned/a
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_kubectl_has_applied_by_itself_is_no_conflict_for_it() {
    check(
        r#"
        POST   owned?fieldManager=kubectl-client-side-apply {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"apiVersion\":\"owned.kopf.test/v1\",\"kind\":\"Owned\",\"metadata\":{\"name\":\"a\"},\"spec\":{\"n\":1}}\n"}},"spec":{"n":1,"text":"x"}}
        APPLY  owned/a?fieldManager=other   {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":2}}
        APPLY  owned/a?fieldManager=kubectl {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":2,"text":"y"}}
        APPLY  owned/a?fieldManager=kubectl {"kind":"Owned","apiVersion":"owned.kopf.test/v1","metadata":{"name":"a"},"spec":{"n":2}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn an_item_of_which_only_its_defaults_were_said_goes_with_what_another_said_of_it() {
    const KEYS: &str = r#"{"metadata":{"name":"keys.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","scope":"Namespaced","names":{"plural":"keys","kind":"Key"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"n":{"type":"integer"},"list":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["l"],"items":{"type":"object","properties":{"l":{"type":"string","default":"z"},"map":{"type":"object","additionalProperties":{"type":"string"}}}}}}}}}]}}"#;
    let mut rows = format!("POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions {KEYS}\n");
    rows += "UNTIL /apis/$ns.kopf.test/v1/namespaces/$ns/keys\n";
    for (name, manager, said) in [
        ("a", "one", r#""list":[{}]"#),
        ("a", "two", r#""list":[{"l":"b"},{"map":{}}]"#),
        ("a", "two", r#""list":[],"n":1"#),
        ("b", "one", r#""list":[{}]"#),
        ("b", "two", r#""list":[{"map":{}}]"#),
        ("b", "two", r#""n":1"#),
        ("c", "one", r#""list":[{}]"#),
        ("c", "two", r#""list":[{"l":"b"},{"map":{}}]"#),
        ("c", "two", r#""list":[{"l":"b"}]"#),
        ("d", "one", r#""list":[{"l":"z"}]"#),
        ("d", "two", r#""list":[{"l":"b"},{"map":{}}]"#),
        ("d", "two", r#""list":[],"n":1"#),
        ("e", "one", r#""list":[{}]"#),
        ("e", "one", r#""list":[],"n":1"#),
    ] {
        rows += &format!(
            r#"APPLY /apis/$ns.kopf.test/v1/namespaces/$ns/keys/{name}?force=true&fieldManager={manager} {{"kind":"Key","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"{name}"}},{said}}}"#
        );
        rows.push('\n');
    }
    rows += "DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/keys.$ns.kopf.test\n";
    check(&rows).await;
}
