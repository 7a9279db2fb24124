//! Custom resources by their schemas: what is pruned, filled in, and refused, and in which words.

use super::check;
use kopf_control_plane::client::Resource;
use serde_json::Value;

/// A resource with something of all that schemas can say.
pub(super) const TYPED: Resource =
    Resource { group: "schemas.kopf.test", kind: "Typed", plural: "typed", has_status: true };

pub(super) fn definition() -> Value {
    let mut definition = TYPED.definition();
    definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"] =
        serde_saphyr::from_str(PROPERTIES).expect("it is YAML");
    definition
}

const PROPERTIES: &str = r#"
spec:
  type: object
  properties:
    size: {type: integer, format: int32, minimum: 1, maximum: 9}
    open: {type: number, minimum: 0.5, exclusiveMinimum: true, maximum: 2, exclusiveMaximum: true}
    even: {type: integer, multipleOf: 2}
    part: {type: number, multipleOf: 0.1}
    half: {type: number, multipleOf: 0.5}
    below: {type: integer, multipleOf: -2}
    under: {type: number, multipleOf: -0.5}
    color: {type: string, enum: [red, green]}
    level: {type: integer, enum: [1, 2]}
    name: {type: string, minLength: 2, maxLength: 4, pattern: "^[a-z]+$"}
    flag: {type: boolean}
    port: {x-kubernetes-int-or-string: true}
    maybe: {type: string, nullable: true}
    mode: {type: string, default: slow}
    "null": {type: string, nullable: true, default: x}
    nested:
      type: object
      default: {}
      properties:
        depth: {type: integer, default: 7}
        inner: {type: object, properties: {x: {type: string, default: z}}}
    labels: {type: object, maxProperties: 2, minProperties: 1, additionalProperties: {type: string}}
    things:
      type: object
      additionalProperties:
        type: object
        required: [a]
        properties: {a: {type: integer}, b: {type: integer, default: 2}}
    any:
      type: object
      x-kubernetes-preserve-unknown-fields: true
      properties: {known: {type: object, properties: {x: {type: integer}}}}
    list:
      type: array
      minItems: 1
      maxItems: 3
      items: {type: object, properties: {n: {type: integer}, d: {type: integer, default: 1}}}
    set: {type: array, x-kubernetes-list-type: set, items: {type: string}}
    map:
      type: array
      x-kubernetes-list-type: map
      x-kubernetes-list-map-keys: [k]
      items: {type: object, required: [k], properties: {k: {type: string}, v: {type: integer, maximum: 5}}}
    date: {type: string, format: date}
    time: {type: string, format: date-time}
    mail: {type: string, format: email}
    bytes: {type: string, format: byte}
    span: {type: string, format: duration}
    odd: {type: string, format: unheard-of}
    one:
      type: object
      properties: {a: {type: integer}, b: {type: integer}}
      oneOf: [{required: [a]}, {required: [b]}]
    anyOf:
      type: object
      properties: {a: {type: integer}, b: {type: string}}
      anyOf: [{properties: {a: {minimum: 5}}, required: [a]}, {required: [b]}]
    all: {type: integer, allOf: [{minimum: 2}, {maximum: 4}]}
    not: {type: integer, not: {enum: [13]}}
    object: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
status:
  type: object
  properties:
    phase: {type: string, enum: [Good, Bad]}
    count: {type: integer, minimum: 0}
    mode: {type: string, default: calm}
"#;

/// Makes an object of each spec.
async fn check_specs(specs: &str) {
    let specs = specs.lines().map(str::trim).filter(|spec| !spec.is_empty());
    let rows = specs.enumerate().map(|(n, spec)| format!("POST typed {}\n", object(&format!("o{n}"), spec)));
    check(&rows.collect::<String>()).await;
}

fn object(name: &str, spec: &str) -> String {
    format!(
        r#"{{"kind":"Typed","apiVersion":"schemas.kopf.test/v1","metadata":{{"name":"{name}"}},"spec":{spec}}}"#
    )
}

#[tokio::test]
async fn values_are_checked_by_their_types_and_bounds() {
    check_specs(
        r#"
        {"size":1,"open":1,"even":4,"part":0.3,"color":"red","level":2,"name":"abc","flag":true,"port":"http"}
        {"half":1}
        {"half":1.5}
        {"half":1.7}
        {"below":4}
        {"size":3,"level":2147483648}
        {"under":1.5}
        {"under":2}
        {"size":0}
        {"size":10}
        {"size":1.0}
        {"size":1.5}
        {"size":"1"}
        {"size":true}
        {"size":[]}
        {"size":{}}
        {"size":9999999999}
        {"open":0.5}
        {"open":2}
        {"open":"x"}
        {"even":3}
        {"part":0.35}
        {"color":"blue"}
        {"color":1}
        {"level":3}
        {"name":"a"}
        {"name":"abcde"}
        {"name":"ABC"}
        {"name":"äö"}
        {"name":5}
        {"flag":"true"}
        {"port":8080}
        {"port":true}
        {"port":1.5}
        {"labels":{}}
        {"labels":{"a":"b"}}
        {"labels":{"a":1}}
        {"labels":{"a":"1","b":"2","c":"3"}}
        {"labels":[]}
        {"things":{"x":{"a":1}}}
        {"things":{"x":{}}}
        {"things":{"x":{"a":"1"},"y":5}}
        {"list":[]}
        {"list":[{},{},{},{}]}
        {"list":[{"n":"x"},{"n":1}]}
        {"list":{}}
        {"set":["a","b"]}
        {"set":["a","b","a","a","b"]}
        {"map":[{"k":"a","v":1},{"k":"b"}]}
        {"map":[{"k":"a","v":1},{"k":"a"}]}
        {"map":[{"v":1}]}
        {"map":[{"k":"a","v":6}]}
        {"one":{}}
        {"one":{"a":1}}
        {"one":{"a":1,"b":2}}
        {"anyOf":{"a":1}}
        {"anyOf":{"a":1,"b":"x"}}
        {"anyOf":{}}
        {"all":1}
        {"all":3}
        {"all":5}
        {"not":13}
        {"not":12}
        5
        []
        null
        {"size":0,"color":"blue","name":"A","flag":1}
    "#,
    )
    .await;
}

#[tokio::test]
async fn formats_are_checked_where_they_are_known() {
    check_specs(
        r#"
        {"date":"2026-01-31","time":"2026-01-31T10:20:30Z","mail":"a@b.c","bytes":"dg==","span":"1h","odd":"?"}
        {"date":"2026-02-30"}
        {"date":5}
        {"date":["x"]}
        {"time":"yesterday"}
        {"mail":"nobody"}
        {"bytes":"d"}
        {"span":"long"}
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_a_schema_does_not_know_is_pruned_and_what_it_has_defaults_for_is_filled_in() {
    check_specs(
        r#"
        {}
        {"unknown":1,"size":2}
        {"nested":{"unknown":1,"inner":{"unknown":2}}}
        {"nested":null,"mode":null,"maybe":null,"size":null,"null":null}
        {"any":{"x":{"y":[1]},"known":{"x":1,"unknown":2}}}
        {"list":[{"unknown":1},{"d":5}]}
        {"list":[null,{}]}
        {"things":{"x":{"a":1,"unknown":2}}}
        {"things":{"x":null}}
        {"labels":{"x":null}}
        {"flag":{"unknown":1}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn embedded_objects_are_objects() {
    check_specs(
        r#"
        {"object":{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","unknown":1},"data":{"a":"b"}}}
        {"object":{}}
        {"object":{"apiVersion":"v1"}}
        {"object":{"apiVersion":"","kind":""}}
        {"object":{"apiVersion":"a/b/c","kind":"Not A Kind"}}
        {"object":{"apiVersion":5,"kind":"X"}}
        {"object":{"apiVersion":"v1","kind":"X","metadata":5}}
        {"object":{"apiVersion":"v1","kind":"X","metadata":{"labels":{"a":1}}}}
        {"object":{"apiVersion":"v1","kind":"X","metadata":{"name":"a/b","labels":{"-a":"1"}}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn bodies_are_read_as_strictly_as_is_asked_for() {
    let good = object("good", r#"{"size":1}"#);
    let unknown = object("a", r#"{"size":1,"unknown":1,"nested":{"inner":{"z":1},"y":2},"list":[{"x":1}]}"#);
    let twice = object("b", r#"{"size":1,"size":2,"list":[{"n":1,"n":2}]}"#);
    let odd = r#"{"kind":"Typed","apiVersion":"schemas.kopf.test/v1","metadata":{"name":"c","odd":1,"ownerReferences":[{"apiVersion":"v1","kind":"X","name":"x","uid":"1","odd":2}]},"odd":3,"spec":{"object":{"apiVersion":"v1","kind":"X","metadata":{"odd":4}}}}"#;
    let config = r#"{"metadata":{"name":"d","odd":1},"data":{"a":"1"}}"#;
    let mut rows = format!("POST typed {good}\n");
    for how in [
        "",
        "?fieldValidation=Ignore",
        "?fieldValidation=Warn",
        "?fieldValidation=Strict",
        "?fieldValidation=x",
    ] {
        for body in [&unknown, &twice, odd] {
            rows += &format!("POST typed{how} {body}\nDELETE typed\nPOST typed {good}\n");
        }
        rows += &format!(
            r#"
            MERGE typed/good{how} {{"spec":{{"unknown":1,"size":2}}}}
            MERGE typed/good{how} {{"spec":{{"size":3,"size":4}}}}
            MERGE typed/good{how} {{"metadata":{{"unknown":1}}}}
            MERGE typed/good/status{how} {{"status":{{"unknown":1,"phase":"Good"}}}}
            JSON  typed/good{how} [{{"op":"add","path":"/spec/unknown","value":1}}]
            JSON  typed/good{how} [{{"op":"add","op":"add","path":"/spec/size","value":5}}]
            POST  configmaps{how} {config}
            DELETE configmaps/d
        "#
        );
    }
    rows += r"YAML typed apiVersion: schemas.kopf.test/v1\nkind: Typed\nmetadata: {name: y}\nspec:\n  size: 1\n  size: 2";
    rows += "\n";
    rows += r"YAML typed?fieldValidation=Strict apiVersion: schemas.kopf.test/v1\nkind: Typed\nmetadata: {name: z}\nspec:\n  size: 1\n  size: 2";
    check(&rows).await;
}

#[tokio::test]
async fn what_was_wrong_before_may_stay() {
    let narrow = r#"{"spec":{"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","required":["b"],"properties":{"a":{"type":"integer","maximum":1},"b":{"type":"string"},"m":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","required":["k"],"properties":{"k":{"type":"string"},"v":{"type":"integer","maximum":1}}}},"l":{"type":"array","items":{"type":"integer","maximum":1}}}}}}}}]}}"#;
    let wide = narrow.replace(r#","maximum":1"#, "").replace(r#""required":["b"],"#, "");
    let wide = wide.strip_prefix(r#"{"spec":{"#).unwrap_or_default();
    check(&format!(
        r#"
        POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {{"metadata":{{"name":"narrows.$ns.kopf.test"}},"spec":{{"group":"$ns.kopf.test","scope":"Namespaced","names":{{"plural":"narrows","kind":"Narrow"}},{wide}
        AWAIT 200 GET /apis/$ns.kopf.test/v1/narrows
        POST   /apis/$ns.kopf.test/v1/namespaces/$ns/narrows {{"kind":"Narrow","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"a"}},"spec":{{"a":5,"l":[1,5],"m":[{{"k":"x","v":5}},{{"k":"y","v":0}}]}}}}
        MERGE  /apis/apiextensions.k8s.io/v1/customresourcedefinitions/narrows.$ns.kopf.test {narrow}
        AWAIT 422 MERGE /apis/$ns.kopf.test/v1/namespaces/$ns/narrows/a?dryRun=All {{"spec":{{"a":9,"b":"x"}}}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/narrows/a {{"metadata":{{"labels":{{"x":"1"}}}}}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/narrows/a {{"spec":{{"a":6}}}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/narrows/a {{"spec":{{"b":"x"}}}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/narrows/a {{"spec":{{"l":[5,1]}}}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/narrows/a {{"spec":{{"m":[{{"k":"y","v":1}},{{"k":"x","v":5}}]}}}}
        MERGE  /apis/$ns.kopf.test/v1/namespaces/$ns/narrows/a {{"spec":{{"m":[{{"k":"x","v":6}}]}}}}
    "#
    ))
    .await;
}

#[tokio::test]
async fn status_is_checked_where_it_is_written() {
    let object = object("a", r#"{"size":1}"#);
    check(&format!(
        r#"
        POST   typed {object}
        MERGE  typed/a/status {{"status":{{"phase":"Good","count":1,"unknown":2}}}}
        MERGE  typed/a/status {{"status":{{"phase":"Ugly"}}}}
        MERGE  typed/a/status {{"status":{{"count":-1}}}}
        MERGE  typed/a/status {{"status":{{"count":"x"}}}}
        MERGE  typed/a/status {{"status":5}}
        MERGE  typed/a/status {{"spec":{{"size":77}},"status":{{"count":2}}}}
        MERGE  typed/a {{"status":{{"count":-5}}}}
        MERGE  typed/a {{"spec":{{"size":2}},"status":{{"phase":"Ugly"}}}}
        MERGE  typed/a/status {{"status":null}}
        GET    typed/a
    "#
    ))
    .await;
}
