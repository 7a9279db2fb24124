//! Values at random, as a schema wants them or, if they are to be odd, here and there as it does not.

use super::dice::Dice;
use serde_json::{Map, Value, json};

/// A value of a schema. `odd` ones have nulls, doubles, fields that are missing, and values that are refused.
pub(super) fn any(dice: &mut Dice, schema: &Value, odd: bool) -> Value {
    if odd && dice.one_in(20) {
        return Value::Null;
    }
    if odd && dice.one_in(30) {
        return dice
            .one_of(&[json!(7), json!(-1), json!("long"), json!([]), json!({}), json!([null])])
            .clone();
    }
    if let Some(choices) = schema["enum"].as_array() {
        return dice.one_of(choices).clone();
    }
    match schema["type"].as_str() {
        Some("integer") => dice.below(3).into(),
        Some("number") => dice.one_of(&[json!(0), json!(1), json!(1.5), json!(2.0)]).clone(),
        Some("boolean") => dice.one_in(2).into(),
        Some("string") => (*dice.one_of(&["a", "b", "c", ""])).into(),
        Some("array") => list(dice, schema, odd),
        Some("object") => object(dice, schema, odd),
        _ if schema["x-kubernetes-int-or-string"] == true => {
            dice.one_of(&[json!(1), json!(2), json!("a")]).clone()
        }
        _ => match dice.below(5) {
            0 => dice.below(3).into(),
            1 => (*dice.one_of(&["a", "b"])).into(),
            2 => json!([dice.below(2)]),
            _ => free(dice, odd),
        },
    }
}

/// The same with one more field somewhere. Nothing else may be wrong then: a server stops at a field that it does not know,
/// and looks at them in any order.
pub(super) fn with_unknown(dice: &mut Dice, mut value: Value) -> Value {
    insert_unknown(dice, &mut value);
    value
}

fn insert_unknown(dice: &mut Dice, place: &mut Value) {
    match place {
        Value::Object(fields) => {
            let below = fields.iter().filter(|(_, value)| is_below(value));
            let below: Vec<String> = below.map(|(name, _)| name.clone()).collect();
            if below.is_empty() || dice.one_in(3) {
                fields.insert("unknown".to_owned(), 1.into());
            } else {
                let name = dice.one_of(&below);
                insert_unknown(dice, &mut fields[name.as_str()]);
            }
        }
        Value::Array(items) => {
            let below: Vec<usize> = (0..items.len()).filter(|index| is_below(&items[*index])).collect();
            if !below.is_empty() {
                let index = *dice.one_of(&below);
                insert_unknown(dice, &mut items[index]);
            }
        }
        _ => {}
    }
}

fn is_below(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

/// An object of which no schema tells anything.
fn free(dice: &mut Dice, odd: bool) -> Value {
    let mut fields = Map::new();
    for name in ["a", "b"] {
        if dice.one_in(2) {
            let value = match dice.below(6) {
                0 => free(dice, odd),
                1 => json!([dice.below(2)]),
                2 if odd => Value::Null,
                3 => json!({}),
                4 => json!([]),
                _ => dice.below(3).into(),
            };
            fields.insert(name.to_owned(), value);
        }
    }
    fields.into()
}

fn object(dice: &mut Dice, schema: &Value, odd: bool) -> Value {
    let keeps = schema["x-kubernetes-preserve-unknown-fields"] == true;
    let mut fields = Map::new();
    if keeps && (schema["properties"].is_null() || dice.one_in(3)) {
        fields = free(dice, odd).as_object().cloned().unwrap_or_default();
    }
    if schema["x-kubernetes-embedded-resource"] == true && !(odd && dice.one_in(8)) {
        fields.insert("apiVersion".to_owned(), "v1".into());
        fields.insert("kind".to_owned(), "Inner".into());
        if dice.one_in(2) {
            fields.insert("metadata".to_owned(), metadata(dice));
        }
    }
    let more = &schema["additionalProperties"];
    for name in ["a", "b", "c"] {
        if !more.is_null() && dice.one_in(3) {
            let value = any(dice, more, odd);
            fields.insert(name.to_owned(), value);
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let required = schema["required"].as_array().is_some_and(|all| all.contains(&name.as_str().into()));
        // What was drawn freely is of no schema.
        fields.shift_remove(name);
        if required && !(odd && dice.one_in(12)) {
            let value = any(dice, property, false);
            fields.insert(name.clone(), value);
        } else if dice.one_in(3) {
            let value = any(dice, property, odd);
            fields.insert(name.clone(), value);
        }
    }
    let most = schema["maxProperties"].as_u64().filter(|_| !odd).and_then(|most| usize::try_from(most).ok());
    fields.into_iter().take(most.unwrap_or(usize::MAX)).collect::<Map<_, _>>().into()
}

/// What metadata an object has that is inside of another.
fn metadata(dice: &mut Dice) -> Value {
    let mut fields = json!({});
    if dice.one_in(2) {
        fields["name"] = "inner".into();
    }
    if dice.one_in(3) {
        fields["labels"] = labels(dice);
    }
    fields
}

pub(super) fn labels(dice: &mut Dice) -> Value {
    any(dice, &json!({ "type": "object", "additionalProperties": { "enum": ["1", "2"] } }), false)
}

fn list(dice: &mut Dice, schema: &Value, odd: bool) -> Value {
    let least = if odd { 0 } else { schema["minItems"].as_u64().unwrap_or(0) };
    let unique = ["set", "map"].iter().any(|kind| schema["x-kubernetes-list-type"] == **kind);
    let mut items: Vec<Value> = Vec::new();
    for _ in 0..least.max(dice.below(4)) {
        let odd_item = odd && dice.one_in(4);
        let item = any(dice, &schema["items"], odd_item);
        let double = items.iter().any(|other| key(schema, other) == key(schema, &item));
        if !(unique && double) || (odd && dice.one_in(10)) {
            items.push(item);
        }
    }
    items.into()
}

/// What an item of a list is told apart by.
fn key(schema: &Value, item: &Value) -> Vec<Value> {
    let Some(keys) = schema["x-kubernetes-list-map-keys"].as_array() else {
        // 2 and 2.0 are one.
        return vec![item.as_f64().map_or_else(|| item.clone(), |number| json!(number))];
    };
    let found = |key: &Value| {
        let key = key.as_str().unwrap_or_default();
        item.get(key).unwrap_or(&schema["items"]["properties"][key]["default"]).clone()
    };
    keys.iter().map(found).collect()
}
