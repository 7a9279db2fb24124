//! Definitions with all that a schema may say, in several versions, in a namespace and in none.

use kopf_control_plane::client::Resource;
use kube::Client;
use serde_json::{Value, json};

/// Held by whoever defines them on the real server, of which there is one.
pub(super) static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

pub(super) const GROUP: &str = "open-api.kopf.test";
/// What the names of schemas begin with.
pub(super) const NAME: &str = "test.kopf.open-api.";
const THINGS: Resource = Resource { group: GROUP, kind: "Thing", plural: "things", has_status: true };
const WIDES: Resource = Resource { group: GROUP, kind: "Wide", plural: "wides", has_status: false };
/// A path of each version that is served.
pub(super) const PATHS: [&str; 4] = [
    "/apis/open-api.kopf.test/v1/namespaces/{namespace}/things",
    "/apis/open-api.kopf.test/v2alpha1/namespaces/{namespace}/things",
    "/apis/open-api.kopf.test/v3/namespaces/{namespace}/things",
    "/apis/open-api.kopf.test/v1/wides",
];

const SCHEMA: &str = r#"
type: object
description: "Of the test: a thing."
required: [spec, maybe]
externalDocs: {url: "https://example.org", description: "Of the test: more of it."}
properties:
  maybe: {type: object, nullable: true, properties: {a: {type: string}}}
  metadata: {type: object, properties: {name: {type: string, maxLength: 10}}}
  spec:
    type: object
    title: What is wanted
    description: "Of the test: what is wanted."
    required: [text, "null"]
    minProperties: 1
    maxProperties: 100
    x-kubernetes-validations: [{rule: "self.count >= 0", message: "no"}]
    allOf: [{properties: {count: {minimum: 0}}}]
    anyOf: [{required: [count]}, {required: [text]}]
    oneOf: [{required: [text]}]
    not: {required: [missing]}
    properties:
      text: {type: string, pattern: "^a", minLength: 1, maxLength: 9, enum: [a, ab], default: a, example: x, format: hostname, description: "Of the test: a text.", title: Text}
      "null": {type: string, nullable: true, default: null, minLength: 2}
      nullable: {type: array, nullable: true, items: {type: string}}
      count: {type: integer, format: int32, minimum: 0, maximum: 10, exclusiveMinimum: true, exclusiveMaximum: false, multipleOf: 2}
      double: {type: number, format: double, minimum: 0.5}
      large: {type: number, minimum: 1.0e+30, maximum: 4.0e+30, multipleOf: 0.001}
      flag: {type: boolean, default: false}
      any: {x-kubernetes-preserve-unknown-fields: true}
      open: {type: object, x-kubernetes-preserve-unknown-fields: true, description: "Of the test: it is open.", properties: {k: {type: string}}, required: [k]}
      open-list: {type: array, items: {x-kubernetes-preserve-unknown-fields: true}}
      either: {x-kubernetes-int-or-string: true}
      either-of: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}], pattern: a, default: 5}
      embedded: {type: object, x-kubernetes-embedded-resource: true, properties: {spec: {type: object}}}
      embedded-open: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
      embedded-known: {type: object, x-kubernetes-embedded-resource: true, properties: {kind: {type: string, enum: [Pod]}, metadata: {type: object}}, required: [kind]}
      map: {type: object, additionalProperties: {type: string, nullable: true}, required: [x], x-kubernetes-map-type: granular}
      map-of-any: {type: object, additionalProperties: true}
      map-of-lists: {type: object, additionalProperties: {type: array, items: {type: integer}}}
      atomic-map: {type: object, x-kubernetes-map-type: atomic, properties: {a: {type: string}}}
      list: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name], items: {type: object, required: [name], properties: {name: {type: string}, v: {type: string, nullable: true}}}, minItems: 1, maxItems: 7}
      set: {type: array, x-kubernetes-list-type: set, items: {type: string, default: q}}
      atomic-list: {type: array, x-kubernetes-list-type: atomic, items: {type: object, default: {a: 1}, properties: {a: {type: integer}}}}
      empty: {type: object}
      odd:
        type: object
        required: [nullable, default]
        properties: {allOf: {type: string}, default: {type: string}, nullable: {type: boolean, nullable: true}, properties: {type: object, properties: {not: {type: string}}}}
      only-null: {type: object, required: [z], properties: {z: {type: string, nullable: true}}}
      ruled: {type: string, x-kubernetes-validations: [{rule: "self.size() > 0 && (!oldSelf.hasValue() || true)", reason: FieldValueInvalid, optionalOldSelf: true, messageExpression: "'a'"}]}
  status: {type: object, properties: {count: {type: integer}}}
"#;

pub(super) async fn define(client: &Client) {
    THINGS.register_as(client, &things()).await;
    WIDES.register_as(client, &wides()).await;
}

pub(super) async fn take_away(client: &Client) {
    THINGS.unregister(client).await;
    WIDES.unregister(client).await;
}

/// In one version all that there is, in another anything, in the third no more than that it is an object; the fourth is not served.
fn things() -> Value {
    let mut definition = THINGS.definition();
    definition["spec"]["names"]["listKind"] = "ThingsInAList".into();
    let version = |name: &str, served: bool, schema: &Value| {
        let schema = json!({ "openAPIV3Schema": schema });
        json!({ "name": name, "served": served, "storage": name == "v1", "schema": schema })
    };
    let plain = json!({ "type": "object" });
    let mut open = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
    open["properties"] = json!({ "spec": { "type": "object" } });
    let mut first = version("v1", true, &serde_saphyr::from_str(SCHEMA).expect("it is YAML"));
    first["selectableFields"] = json!([{ "jsonPath": ".spec.text" }]);
    let scale = json!({ "specReplicasPath": ".spec.count", "statusReplicasPath": ".status.count" });
    first["subresources"] = json!({ "status": {}, "scale": scale });
    let others =
        [version("v2alpha1", true, &open), version("v3", true, &plain), version("v4", false, &plain)];
    definition["spec"]["versions"] = [first].into_iter().chain(others).collect();
    definition
}

fn wides() -> Value {
    let mut definition = WIDES.definition();
    definition["spec"]["scope"] = "Cluster".into();
    definition
}
