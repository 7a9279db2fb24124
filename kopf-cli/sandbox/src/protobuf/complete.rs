//! Objects of built-in kinds as a server in Go prints them: what it holds by value is there though nobody has said it, and what
//! it leaves out where it is zero is not. The table of messages knows which is which.

use serde_json::{Map, Value, json};

use super::messages::{Field, Form, Many, Message, MessageId, Table, Type, Zero};

/// What all objects have, which is completed by those who know it.
const METADATA: &str = "metadata";
/// Schemas are completed by those who read them.
const DEFINITIONS: &str = "apiextensions.k8s.io/v1";

/// What becomes of lists and maps without entries that are shown where there are none: they go when they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Empties {
    Stay,
    Go,
}

/// Gives an object the form in which a server would print it, but for its metadata.
pub(crate) fn complete(fields: &mut Map<String, Value>, api_version: &str, kind: &str, empties: Empties) {
    let table = Table::get();
    if let Some(id) = table.of_kind(api_version, kind).filter(|_| api_version != DEFINITIONS) {
        let metadata = fields.get(METADATA).cloned();
        object(table, table.message(id), fields, empties);
        match metadata {
            Some(metadata) => fields.insert(METADATA.to_owned(), metadata),
            None => fields.shift_remove(METADATA),
        };
    }
}

/// Takes texts that are empty, numbers that are zero and what is false out of an object, where a server cannot tell them from
/// nothing: it fills in there what it does where nothing is said.
pub(crate) fn forget_zeros(fields: &mut Map<String, Value>, api_version: &str, kind: &str) {
    let table = Table::get();
    if let Some(id) = table.of_kind(api_version, kind).filter(|_| api_version != DEFINITIONS) {
        forget(table, table.message(id), fields);
    }
}

fn forget(table: &Table, message: &Message, fields: &mut Map<String, Value>) {
    for field in message.fields().iter().filter(|field| field.name != METADATA) {
        if field.zero == Zero::Inline {
            if let Type::Message(id) = field.ty {
                forget(table, table.message(id), fields);
            }
            continue;
        }
        let below = below(table, field);
        let within = |value: &mut Value| {
            if let (Some(message), Value::Object(fields)) = (below, value) {
                forget(table, message, fields);
            }
        };
        match (field.many, fields.get_mut(field.name)) {
            (Many::One, Some(value))
                if !value.is_object()
                    && (is_left_out(field.zero, value) || are_no_bytes(field.ty, field.zero, value)) =>
            {
                fields.shift_remove(field.name);
            }
            (Many::One, Some(value)) => within(value),
            (Many::List, Some(Value::Array(items))) => items.iter_mut().for_each(within),
            (Many::Map, Some(Value::Object(entries))) => entries.values_mut().for_each(within),
            _ => {}
        }
    }
}

/// An object of which nothing has been said.
pub(crate) fn zero(api_version: &str, kind: &str) -> Map<String, Value> {
    let table = Table::get();
    let mut fields = Map::new();
    if let Some(id) = table.of_kind(api_version, kind) {
        object(table, table.message(id), &mut fields, Empties::Go);
    }
    fields
}

fn object(table: &Table, message: &Message, fields: &mut Map<String, Value>, empties: Empties) {
    for field in message.fields() {
        if field.zero == Zero::Inline {
            if let Type::Message(id) = field.ty {
                object(table, table.message(id), fields, empties);
            }
            continue;
        }
        let below = below(table, field);
        let shown = match (field.many, fields.get_mut(field.name)) {
            (_, None | Some(Value::Null)) => absent(table, field),
            (Many::One, Some(value)) => {
                if let (Some(message), Value::Object(fields)) = (below, &mut *value) {
                    object(table, message, fields, empties);
                }
                if is_left_out(field.zero, value) { Shown::Not } else { Shown::AsItIs }
            }
            (Many::List, Some(Value::Array(items))) => {
                let items_below = items.iter_mut().filter_map(Value::as_object_mut);
                items_below.for_each(|fields| complete_below(table, below, fields, empties));
                empty(field, items.is_empty(), empties)
            }
            (Many::Map, Some(Value::Object(entries))) => {
                let values = entries.values_mut().filter_map(Value::as_object_mut);
                values.for_each(|fields| complete_below(table, below, fields, empties));
                empty(field, entries.is_empty(), empties)
            }
            _ => Shown::AsItIs,
        };
        match shown {
            Shown::AsItIs => {}
            Shown::Not => {
                fields.shift_remove(field.name);
            }
            Shown::As(value) => {
                fields.insert(field.name.to_owned(), value);
            }
        }
    }
}

/// What becomes of a field.
enum Shown {
    AsItIs,
    Not,
    As(Value),
}

fn complete_below(
    table: &Table,
    message: Option<&Message>,
    fields: &mut Map<String, Value>,
    empties: Empties,
) {
    if let Some(message) = message {
        object(table, message, fields, empties);
    }
}

/// The message of a field's values, if they are objects.
fn below<'a>(table: &'a Table, field: &Field) -> Option<&'a Message> {
    match field.ty {
        Type::Message(id) => Some(table.message(id)).filter(|message| message.form == Form::Object),
        _ => None,
    }
}

/// A field that nothing is said of.
fn absent(table: &Table, field: &Field) -> Shown {
    let value = match (field.zero, field.many, field.ty) {
        (Zero::Null, ..) | (Zero::Always, Many::List | Many::Map, _) => Some(Value::Null),
        (Zero::Always | Zero::ScalarOmitted, Many::One, Type::Message(id)) => by_value(table, id),
        (Zero::Always, Many::One, ty) => Some(match ty {
            Type::Text => "".into(),
            Type::Bool => false.into(),
            Type::Int32 | Type::Int64 | Type::Double => 0.into(),
            Type::Bytes | Type::Message(_) => Value::Null,
        }),
        _ => None,
    };
    value.map_or(Shown::Not, Shown::As)
}

/// A message that is held by value, and nothing is said of it.
fn by_value(table: &Table, id: MessageId) -> Option<Value> {
    let message = table.message(id);
    match message.form {
        Form::Object => {
            let mut fields = Map::new();
            object(table, message, &mut fields, Empties::Go);
            Some(fields.into())
        }
        Form::Time | Form::MicroTime => Some(Value::Null),
        Form::Quantity => Some("0".into()),
        Form::IntOrString => Some(json!(0)),
        _ => None,
    }
}

fn empty(field: &Field, is_empty: bool, empties: Empties) -> Shown {
    match field.zero {
        _ if !is_empty => Shown::AsItIs,
        Zero::Null | Zero::Always if empties == Empties::Stay => Shown::AsItIs,
        Zero::Null | Zero::Always => Shown::As(Value::Null),
        _ => Shown::Not,
    }
}

/// Whether it is bytes of which there are none, and that are not shown then.
fn are_no_bytes(ty: Type, zero: Zero, value: &Value) -> bool {
    ty == Type::Bytes && zero == Zero::Shown && value == ""
}

fn is_left_out(zero: Zero, value: &Value) -> bool {
    let is_zero = match value {
        Value::String(text) => text.is_empty(),
        Value::Bool(yes) => !yes,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Object(fields) => zero == Zero::Omitted && fields.is_empty(),
        Value::Null | Value::Array(_) => false,
    };
    is_zero && matches!(zero, Zero::ScalarOmitted | Zero::Omitted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: (&str, &str), object: &Value, expected: &Value) {
        let mut fields = object.as_object().cloned().unwrap();
        complete(&mut fields, kind.0, kind.1, Empties::Go);
        assert_eq!(Value::from(fields), *expected);
    }

    #[test]
    fn what_is_held_by_value_is_shown_and_what_is_zero_is_not() {
        check(("v1", "ConfigMap"), &json!({ "data": {} }), &json!({}));
        check(("rbac.authorization.k8s.io/v1", "Role"), &json!({ "rules": [] }), &json!({ "rules": null }));
        check(("coordination.k8s.io/v1", "Lease"), &json!({}), &json!({ "spec": {} }));
        check(
            ("v1", "Pod"),
            &json!({ "spec": { "hostNetwork": false, "containers": [{ "name": "c", "image": "" }] } }),
            &json!({ "spec": { "containers": [{ "name": "c", "resources": {} }] }, "status": {} }),
        );
        check(("zalando.org/v1", "KopfExample"), &json!({ "a": [] }), &json!({ "a": [] }));
    }
}
