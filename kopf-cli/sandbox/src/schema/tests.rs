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
    assert_eq!(grandchild.id, child.id);
}

#[track_caller]
fn check_rule(rule: &Value, items: usize, fault: Option<&str>) {
    let rules = [rule];
    let list = json!({ "type": "array", "items": { "type": "integer" }, "x-kubernetes-validations": rules });
    let schema = Schema::custom(&json!({ "type": "object", "properties": { "a": list } }));
    let mut causes = Vec::new();
    schema.check(&json!({ "a": vec![1; items] }), None, Part::Whole, Vec::new(), &mut causes);
    let told: Vec<_> = causes.iter().map(|cause| cause.message.as_str()).collect();
    assert_eq!(told, Vec::from_iter(fault));
}

#[test]
fn rules_and_their_messages_end_before_they_cost_too_much() {
    let loops = "self.map(a, self.map(b, self.map(c, self.map(d, d)))).size()";
    let rule = json!({ "rule": format!("{loops} > 0") });
    let message = json!({ "rule": "size(self) < 3", "messageExpression": format!("string({loops})") });
    check_rule(&rule, 3, None);
    check_rule(&message, 3, Some("Invalid value: 3"));
    let over = "failed due to running out of cost budget, no further validation rules will be run";
    let over = |what: &str| format!("Invalid value: \"array\": {what} {over}");
    check_rule(&rule, 100, Some(&over("validation")));
    check_rule(&message, 100, Some(&over("messageExpression evaluation")));
}

#[test]
fn rules_are_as_deep_as_a_server_allows_and_no_deeper() {
    let sum = |terms: usize| json!({ "rule": format!("0{} > 0", " + 1".repeat(terms)) });
    check_rule(&sum(240), 1, None);
    let refused = Rule::read(&sum(10_000)).unwrap_err().0.unwrap();
    assert_eq!(refused, "compilation failed: ERROR: <input>:-1:0: expression recursion limit exceeded: 250");
}
