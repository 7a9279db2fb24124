//! Numbers of custom resources in JSON: until an object is stored, what is written `2.0` is a float, also where the schema has
//! an integer.

use kopf_control_plane::client::Resource;
use serde_json::{Value, json};

use super::check;

/// A resource with numbers in all places.
pub(super) const COUNTED: Resource =
    Resource { group: "numbers.kopf.test", kind: "Counted", plural: "counted", has_status: true };

pub(super) fn definition() -> Value {
    let mut definition = COUNTED.definition();
    let version = &mut definition["spec"]["versions"][0];
    version["schema"]["openAPIV3Schema"] = serde_saphyr::from_str(SCHEMA).expect("it is YAML");
    version["subresources"]["scale"] =
        json!({ "specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas" });
    version["selectableFields"] = json!([{ "jsonPath": ".spec.replicas" }]);
    definition
}

const SCHEMA: &str = r#"
type: object
properties:
  status: {type: object, properties: {replicas: {type: integer}}}
  spec:
    type: object
    properties:
      plain: {type: integer}
      small: {type: integer, format: int32}
      wide: {type: integer, format: int64}
      number: {type: number}
      most: {type: integer, maximum: 5}
      far: {type: number, maximum: 1000000}
      even: {type: integer, multipleOf: 2}
      cut: {type: integer, maximum: 2.5, multipleOf: 0.1}
      one: {type: integer, enum: [1, 2, 3]}
      some: {type: number, enum: [1, 2, 3.5]}
      letter: {enum: [A], x-kubernetes-preserve-unknown-fields: true}
      ruled: {type: integer, x-kubernetes-validations: [{rule: "self > 0"}]}
      ruledNumber: {type: number, x-kubernetes-validations: [{rule: "self > 0.0"}]}
      fixed: {type: integer, x-kubernetes-validations: [{rule: "self == oldSelf"}]}
      either: {x-kubernetes-int-or-string: true}
      ruledEither: {x-kubernetes-int-or-string: true, x-kubernetes-validations: [{rule: "type(self) == string || self > 0"}]}
      any: {x-kubernetes-preserve-unknown-fields: true}
      filled: {type: integer, default: 2, x-kubernetes-validations: [{rule: "self > 0"}]}
      replicas: {type: integer}
      set: {type: array, x-kubernetes-list-type: set, items: {type: integer}}
      floats: {type: array, x-kubernetes-list-type: set, items: {type: number}}
      ruledSet: {type: array, x-kubernetes-list-type: set, maxItems: 9, items: {type: integer}, x-kubernetes-validations: [{rule: "self.all(x, x > 0)"}]}
      list: {type: array, items: {type: integer}}
      map:
        type: array
        maxItems: 9
        x-kubernetes-list-type: map
        x-kubernetes-list-map-keys: [k]
        items: {type: object, required: [k], properties: {k: {type: integer}, v: {type: integer, x-kubernetes-validations: [{rule: "self == oldSelf"}]}}}
      pairs:
        type: array
        x-kubernetes-list-type: map
        x-kubernetes-list-map-keys: [k, l]
        items: {type: object, required: [k], properties: {k: {type: integer}, l: {type: integer, default: 1}}}
      deep:
        type: object
        x-kubernetes-validations: [{rule: "self == self && (!has(self.a) || self.a > 0)"}]
        properties: {a: {type: integer}, b: {type: array, maxItems: 5, items: {type: integer}}}
      object: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
"#;

fn object(name: &str, metadata: &str, spec: &str) -> String {
    format!(
        r#"{{"kind":"Counted","apiVersion":"numbers.kopf.test/v1","metadata":{{"name":"{name}"{metadata}}},"spec":{spec}}}"#
    )
}

/// Makes an object of each spec.
async fn check_specs(specs: impl Iterator<Item = String>) {
    let rows =
        specs.enumerate().map(|(n, spec)| format!("POST counted {}\n", object(&format!("o{n}"), "", &spec)));
    check(&rows.collect::<String>()).await;
}

#[tokio::test]
async fn what_is_written_with_a_point_is_no_integer_for_rules() {
    const FIELDS: &str = "plain small wide number most far even cut one some letter ruled ruledNumber fixed either ruledEither any \
                          filled replicas";
    const NUMBERS: &str = "2 2.0 2.5 2.0000000001 65 1e0 1.5e1 -0 -0.0 2000000.5 1e7 2147483648 2147483648.0 9007199254740991.0 \
                           1e16 9223372036854775807 9223372036854775808 9.3e18 1e21";
    let numbers = || NUMBERS.split_whitespace();
    let all = FIELDS.split_whitespace().flat_map(|field| numbers().map(move |number| (field, number)));
    check_specs(all.map(|(field, number)| format!(r#"{{"{field}":{number}}}"#))).await;
}

#[tokio::test]
async fn an_integer_and_a_float_are_two_items() {
    let specs = r#"
        {"set":[2,2.0]}
        {"set":[1.0,1.0]}
        {"set":[1,2,1.0,2]}
        {"set":[0,-0,-0.0,0.0]}
        {"floats":[2,2.0,2.5]}
        {"floats":[1e6,1000000.0]}
        {"ruledSet":[1,1.0]}
        {"ruledSet":[1,1]}
        {"list":[1.0,2.5]}
        {"map":[{"k":1,"v":2},{"k":1.0,"v":3}]}
        {"map":[{"k":1.0,"v":2.0},{"k":1.0}]}
        {"map":[{"k":3000000.0},{"k":3000000.0}]}
        {"pairs":[{"k":1},{"k":1.0}]}
        {"pairs":[{"k":1},{"k":1.0,"l":2}]}
        {"deep":{"a":2.0,"b":[1.0]}}
        {"deep":{"b":[1.0]}}
        {"any":{"a":[1.0,1e3,-0.0,{"b":1e21}]}}
        {"object":{"apiVersion":"v1","kind":"P","metadata":{"name":"x","generation":2.0},"spec":{"a":1.0}}}
        {"object":{"apiVersion":"v1","kind":"P","metadata":{"name":"x","generation":2.5}}}
        {"object":{"apiVersion":"v1","kind":"P","metadata":{"name":"x","generation":"2"}}}
    "#;
    check_specs(specs.lines().map(|spec| spec.trim().to_owned()).filter(|spec| !spec.is_empty())).await;
}

#[tokio::test]
async fn what_is_stored_is_an_integer_again() {
    const WHOLE: &str = r#"{"plain":2,"most":2,"number":2,"one":2,"fixed":2,"either":2,"any":{"x":2},"replicas":2,"set":[1,2],"list":[1,2],"map":[{"k":1,"v":2}],"deep":{"a":1,"b":[1]}}"#;
    let put = |from: &str, to: &str| {
        assert!(WHOLE.contains(from), "{from} is no part of it");
        format!("PUT counted/a {}\n", object("a", "", &WHOLE.replace(from, to)))
    };
    let mut rows = format!("POST counted {}\n", object("a", "", WHOLE));
    for (from, to) in [
        (r#""plain":2"#, r#""plain":2.0"#),
        // It is another object each time.
        (r#""plain":2"#, r#""plain":2.0"#),
        (r#""number":2"#, r#""number":2.0"#),
        (r#""one":2"#, r#""one":2.0"#),
        (r#""fixed":2"#, r#""fixed":2.0"#),
        (r#""either":2"#, r#""either":2.0"#),
        (r#""x":2"#, r#""x":2.0"#),
        (r#""replicas":2"#, r#""replicas":2.0"#),
        (r#""set":[1,2]"#, r#""set":[1.0,2]"#),
        (r#""list":[1,2]"#, r#""list":[1,2.0]"#),
        (r#""k":1"#, r#""k":1.0"#),
        (r#""v":2"#, r#""v":2.0"#),
        (r#""a":1"#, r#""a":1.0"#),
        (r#""b":[1]"#, r#""b":[1.0]"#),
        (r#""plain":2"#, r#""plain":2"#),
    ] {
        rows += &put(from, to);
    }
    for (field, value) in [
        ("plain", "2.0"),
        ("plain", "3e0"),
        ("fixed", "2.0"),
        ("most", "2.0"),
        ("any", r#"{"x":2.0}"#),
        ("set", "[1.0,2]"),
        ("map", r#"[{"k":1.0,"v":2}]"#),
        ("map", r#"[{"k":1,"v":2.0}]"#),
        ("replicas", "3.0"),
        ("plain", "1e400"),
    ] {
        rows += &format!("MERGE counted/a {{\"spec\":{{\"{field}\":{value}}}}}\n");
        rows += &format!(
            "JSON counted/a [{{\"op\":\"replace\",\"path\":\"/spec/{field}\",\"value\":{value}}}]\n"
        );
    }
    rows += r#"
        JSON   counted/a [{"op":"test","path":"/spec/plain","value":3.0},{"op":"add","path":"/spec/number","value":7}]
        JSON   counted/a [{"op":"add","path":"/spec/plain","value":4.0},{"op":"copy","from":"/spec/plain","path":"/spec/ruled"}]
        APPLY  counted/a?fieldManager=x&force=true {"apiVersion":"numbers.kopf.test/v1","kind":"Counted","metadata":{"name":"a"},"spec":{"plain":5.0,"ruled":2.0,"set":[1.0],"map":[{"k":1.0,"v":2.0}]}}
        MERGE  counted/a/status {"status":{"replicas":2.0}}
        MERGE  counted/a/status {"status":{"replicas":2}}
        PUT    counted/a/scale {"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"a","namespace":"$ns"},"spec":{"replicas":3.0}}
        GET    counted/a/scale
        GET    counted?fieldSelector=spec.replicas%3D3
        MERGE  counted/a {"metadata":{"generation":7.0}}
        MERGE  counted/a {"metadata":{"labels":{"a":1.0}}}
        POST   counted {"kind":"Counted","apiVersion":"numbers.kopf.test/v1","metadata":{"name":"b","generation":2.0,"deletionGracePeriodSeconds":3.0},"spec":{"plain":1}}
        POST   counted {"kind":"Counted","apiVersion":"numbers.kopf.test/v1","metadata":{"name":"b","generation":1e30},"spec":{"plain":1}}
        POST   configmaps {"metadata":{"name":"b","generation":2.5}}
        MERGE  counted/a {"metadata":{"generation":7.5}}
        POST   counted {"kind":"Counted","apiVersion":"numbers.kopf.test/v1","metadata":{"name":"c"},"spec":{"plain":1e400}}
        POST   services {"metadata":{"name":"a"},"spec":{"clusterIP":"None","ports":[{"port":80,"targetPort":-0}]}}
        POST   /apis/apps/v1/namespaces/$ns/deployments?dryRun=All {"metadata":{"name":"-0"},"spec":{"replicas": -0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
    "#;
    check(&rows).await;
}
