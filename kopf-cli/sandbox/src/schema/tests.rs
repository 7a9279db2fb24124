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
fn check_rules(rules: &[Value], items: usize, fault: Option<&str>) {
    let list = json!({ "type": "array", "items": { "type": "integer" }, "x-kubernetes-validations": rules });
    let schema = Schema::custom(&json!({ "type": "object", "properties": { "a": list } }));
    let mut causes = Vec::new();
    schema.check(&json!({ "a": vec![1; items] }), None, Part::Whole, Vec::new(), &mut causes);
    let told: Vec<_> = causes.iter().map(|cause| cause.message.as_str()).collect();
    assert_eq!(told, Vec::from_iter(fault));
}

#[track_caller]
fn check_rule(rule: &Value, items: usize, fault: Option<&str>) {
    check_rules(std::slice::from_ref(rule), items, fault);
}

#[test]
fn a_rule_and_its_message_end_before_they_cost_too_much() {
    let loops = "self.map(a, self.map(b, self.map(c, self.map(d, d)))).size()";
    let rule = json!({ "rule": format!("{loops} > 0") });
    let message = json!({ "rule": "size(self) < 3", "messageExpression": format!("string({loops})") });
    check_rule(&rule, 3, None);
    check_rule(&message, 3, Some("Invalid value: 3"));
    let over = "no further validation rules will be run due to call cost exceeds limit for";
    let of_rule = format!(
        "Invalid value: \"array\": 'operation cancelled: actual cost limit exceeded': {over} rule: {loops} > 0"
    );
    check_rule(&rule, 100, Some(&of_rule));
    let of_message = format!("Invalid value: \"array\": {over} messageExpression: \"string({loops})\"");
    check_rule(&message, 100, Some(&of_message));
}

#[test]
fn all_rules_end_before_they_cost_too_much_together() {
    let rule = json!({ "rule": "self.map(a, self.map(b, b)).size() > 0" });
    check_rules(&vec![rule.clone(); 8], 250, None);
    let over = "failed due to running out of cost budget, no further validation rules will be run";
    check_rules(&vec![rule.clone(); 20], 250, Some(&format!("Invalid value: \"array\": validation {over}")));
    let message = json!({ "rule": "size(self) < 3", "messageExpression": "string(self.map(a, self.map(b, b)).size())" });
    let mut rules = vec![rule; 11];
    rules.extend(vec![message; 2]);
    let why = format!("Invalid value: \"array\": messageExpression evaluation {over}");
    check_rules(&rules, 260, Some(&why));
}

#[test]
fn rules_are_as_deep_as_a_server_allows_and_no_deeper() {
    let sum = |terms: usize| json!({ "rule": format!("0{} > 0", " + 1".repeat(terms)) });
    check_rule(&sum(240), 1, None);
    let refused = crate::cel::compile(sum(10_000)["rule"].as_str().unwrap()).unwrap_err();
    assert_eq!(refused, "compilation failed: ERROR: <input>:-1:0: max recursion depth exceeded");
}
