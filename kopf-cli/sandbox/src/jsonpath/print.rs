//! Prints what paths lead to as Go prints it.

use serde_json::{Map, Number, Value};

use crate::printed;

/// A value as text: a scalar by itself, anything else as JSON, with its members in order and nothing that HTML would read.
pub(crate) fn print(value: &Value) -> String {
    match value {
        Value::Null => "<no value>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => print_number(number),
        Value::Array(_) | Value::Object(_) => {
            let text = in_order(value).to_string();
            let text = text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
            text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
        }
    }
}

/// The value with its members in order; to be called on a stack that its depth needs.
fn in_order(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            let sorted = sorted.into_iter().map(|(name, field)| (name.clone(), in_order(field)));
            sorted.collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(in_order).collect(),
        scalar => scalar.clone(),
    }
}

fn print_number(number: &Number) -> String {
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(number) => printed::float(number),
        None => number.to_string(),
    }
}
