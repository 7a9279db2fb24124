//! Random schemas and objects: nothing panics, what was brought into form stays so, and what was valid stays valid.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{Part, Schema};

fn name() -> impl Strategy<Value = String> {
    select(vec!["a", "b", "c", "apiVersion", "kind", "metadata"]).prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i8>().prop_map(Value::from),
        (-2.0..2.0_f64).prop_map(|number| json!(number)),
        select(vec!["", "a", "b", "2026-01-31", "dg=="]).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name(), inner), 0..4).prop_map(|fields| fields.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// A schema as definitions may have it.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({ "type": "string", "maxLength": 3 })),
        Just(json!({ "type": "string", "enum": ["a", "b"], "default": "a" })),
        Just(json!({ "type": "string", "format": "date", "nullable": true })),
        Just(json!({ "type": "integer", "minimum": 0, "default": 1 })),
        Just(json!({ "type": "number", "maximum": 1.5 })),
        Just(json!({ "type": "boolean", "nullable": true, "default": true })),
        Just(json!({ "x-kubernetes-int-or-string": true })),
        Just(json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true })),
        Just(
            json!({ "type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true })
        ),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let fields = vec((name(), inner.clone()), 1..4);
        prop_oneof![
            inner.clone().prop_map(|items| json!({ "type": "array", "items": items, "maxItems": 3 })),
            inner.clone().prop_map(
                |items| json!({ "type": "array", "items": items, "x-kubernetes-list-type": "set" })
            ),
            inner.prop_map(|values| json!({ "type": "object", "additionalProperties": values })),
            (fields, any::<bool>()).prop_map(|(fields, keeps)| {
                let fields: Map<String, Value> = fields.into_iter().collect();
                let mut schema = json!({ "type": "object", "properties": fields, "default": {} });
                if keeps {
                    schema["x-kubernetes-preserve-unknown-fields"] = true.into();
                }
                schema
            }),
        ]
    })
}

fn settled(schema: &Schema, mut fields: Map<String, Value>) -> Option<(Map<String, Value>, Vec<String>)> {
    let mut unknown = Vec::new();
    schema.settle(&mut fields, &mut unknown).ok()?;
    Some((fields, unknown))
}

fn faults(schema: &Schema, object: &Map<String, Value>, old: Option<&Value>) -> usize {
    let mut causes = Vec::new();
    schema.check(&object.clone().into(), old, Part::Whole, Vec::new(), &mut causes);
    causes.len()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_object_in_form_stays_as_it_is(fields in vec((name(), schema()), 1..4), object in vec((name(), value()), 0..4)) {
        let properties: Map<String, Value> = fields.into_iter().collect();
        let schema = Schema::custom(&json!({ "type": "object", "properties": properties }));
        if let Some((once, _)) = settled(&schema, object.into_iter().collect()) {
            let (twice, unknown) = settled(&schema, once.clone()).expect("what has been read can be read again");
            prop_assert_eq!(&twice, &once);
            prop_assert_eq!(unknown, Vec::<String>::new());
            let whole = Value::from(once.clone());
            prop_assert_eq!(faults(&schema, &twice, None), faults(&schema, &once, None));
            if faults(&schema, &once, None) == 0 {
                prop_assert_eq!(faults(&schema, &twice, Some(&whole)), 0);
            }
        }
    }

    #[test]
    fn no_schema_and_no_object_is_too_odd(schema in value(), object in value(), old in value()) {
        let keywords = ["type", "properties", "items", "required", "enum", "default", "additionalProperties", "allOf", "not", "pattern"];
        // Words of schemas where random values had others.
        let mut said = schema.to_string();
        for (word, keyword) in ["\"a\":", "\"b\":", "\"c\":"].into_iter().zip(keywords.chunks(3)) {
            said = said.replacen(word, &format!("\"{}\":", keyword[0]), 1);
        }
        let odd: Value = serde_json::from_str(&said).unwrap_or(schema);
        let schema = Schema::custom(&json!({ "type": "object", "properties": { "a": odd, "b": { "properties": odd } } }));
        if let Value::Object(fields) = object {
            let fields = settled(&schema, fields.clone()).map_or(fields, |(fields, _)| fields);
            let mut causes = Vec::new();
            schema.check(&fields.into(), Some(&old), Part::Whole, Vec::new(), &mut causes);
        }
    }
}
