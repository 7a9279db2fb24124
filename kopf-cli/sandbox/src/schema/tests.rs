//! Schemas as those see them who walk an object beside them.

use serde_json::json;

use super::*;

#[test]
fn what_a_definition_says_is_found_at_its_place() {
    let schema = Schema::custom(&json!({
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "required": ["size"],
                "properties": {
                    "size": { "type": "integer", "format": "int32", "minimum": 1, "default": 3, "nullable": true },
                    "port": { "x-kubernetes-int-or-string": true },
                    "ports": {
                        "type": "array",
                        "x-kubernetes-list-type": "map",
                        "x-kubernetes-list-map-keys": ["port", "protocol"],
                        "items": { "type": "object", "x-kubernetes-map-type": "atomic" },
                    },
                    "labels": { "type": "object", "additionalProperties": { "type": "string" } },
                    "anything": { "type": "object", "x-kubernetes-preserve-unknown-fields": true },
                },
            },
        },
    }));
    let spec = schema.shape().property("spec").unwrap();
    assert_eq!(&*spec.limits().unwrap().required, ["size".into()]);
    let names: Vec<&str> = spec.properties().map(|(name, _)| name).collect();
    assert_eq!(names, ["anything", "labels", "port", "ports", "size"]);
    let size = spec.property("size").unwrap();
    assert_eq!((size.kind(), size.format()), (Some(Kind::Integer), Some("int32")));
    assert_eq!(size.default(), Some(&json!(3)));
    assert_eq!(size.limits().unwrap().minimum, Some(1.0));
    assert!(size.nullable() && !spec.nullable());
    let ports = spec.property("ports").unwrap();
    assert_eq!(ports.list_type(), Some(ListType::Map));
    assert_eq!(ports.map_keys(), ["port".into(), "protocol".into()]);
    assert!(ports.items().unwrap().atomic_map());
    assert_eq!(spec.property("labels").unwrap().field("any").unwrap().kind(), Some(Kind::String));
    assert!(spec.property("anything").unwrap().preserves_unknown());
    assert!(spec.property("port").unwrap().int_or_string());
    assert!(spec.property("other").is_none() && spec.field("other").is_none());
}

#[test]
fn a_type_may_hold_itself_and_a_field_may_say_more_than_its_type() {
    let mut types = Types::default();
    let tree = types.add(Node::default());
    let children = types.add(Node { kind: Some(Kind::Array), items: Some(tree), ..Node::default() });
    let child = types.add(Node { base: Some(tree), atomic_map: Some(true), ..Node::default() });
    types.set(
        tree,
        Node {
            kind: Some(Kind::Object),
            properties: [("child".into(), child), ("children".into(), children)].into(),
            ..Node::default()
        },
    );
    let tree = Schema::new(Arc::new(types), tree);
    let child = tree.shape().property("child").unwrap();
    assert!(child.atomic_map() && !tree.shape().atomic_map());
    assert_eq!(child.kind(), Some(Kind::Object));
    let grandchild = child.property("children").unwrap().items().unwrap().property("child").unwrap();
    assert_eq!(grandchild.id(), child.id());
}
