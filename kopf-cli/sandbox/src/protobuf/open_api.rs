//! Documents of OpenAPI in protobuf: the messages of gnostic, which clients in Go read them as.

mod v2;
mod v3;

use serde_json::{Map, Value};

use super::encode::{put_bytes, put_double, put_number};

/// The releases of the specification, each of which has messages of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Release {
    Two,
    Three,
}

/// What a field is in JSON, and how it is written.
enum Form {
    Text,
    Flag,
    Count,
    Double,
    /// Anything: as text in YAML, which JSON is.
    Any,
    /// A text, a number or whether something holds; of all else nothing is told.
    Simple,
    One(&'static Message),
    /// What is told in one message of several.
    Either(fn(&Value) -> Vec<u8>),
    /// Itself, or where it is.
    OrReference(&'static Form),
    /// In a message that has nothing else.
    Inside(&'static Form),
    /// Several.
    Each(&'static Form),
    /// By names, in a field of that number.
    Named(u32, &'static Form),
    /// A schema, or whether there may be any.
    OrFlag(&'static Form),
}

/// The fields of a message, and the number of what it has beside them.
struct Message {
    fields: &'static [(&'static str, u32, Form)],
    extensions: u32,
}

static ELSEWHERE: Message =
    Message { fields: &[("description", 1, Form::Text), ("url", 2, Form::Text)], extensions: 3 };

/// What stands in a document under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Paths,
    Schemas,
    Parameters,
}

/// What is put into a section under a name; to be called on a stack that its depth needs.
pub(crate) fn entry(release: Release, section: Section, name: &str, value: &Value) -> Vec<u8> {
    let (number, value) = match release {
        Release::Two => v2::entry(section, value),
        Release::Three => v3::entry(section, value),
    };
    inside(number, &named(name, &value))
}

/// The document, of its sections and of what is around them.
pub(crate) fn document(release: Release, around: &Value, sections: &[(Section, Vec<u8>)]) -> Vec<u8> {
    match release {
        Release::Two => v2::document(around, sections),
        Release::Three => v3::document(around, sections),
    }
}

fn message(message: &Message, value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    let empty = Map::new();
    let given = value.as_object().unwrap_or(&empty);
    for (name, number, form) in message.fields {
        if let Some(value) = given.get(*name) {
            put(&mut bytes, *number, form, value);
        }
    }
    for (name, value) in given.iter().filter(|(name, _)| name.starts_with("x-")) {
        put_bytes(&mut bytes, message.extensions, &named(name, &any(value)));
    }
    bytes
}

fn put(bytes: &mut Vec<u8>, number: u32, form: &Form, value: &Value) {
    match form {
        Form::Text => put_bytes(bytes, number, said(value).as_bytes()),
        Form::Flag => put_number(bytes, number, u64::from(value == true)),
        Form::Count => put_number(bytes, number, value.as_i64().unwrap_or_default().cast_unsigned()),
        Form::Double => put_double(bytes, number, value.as_f64().unwrap_or_default()),
        Form::Any => put_bytes(bytes, number, &any(value)),
        Form::Simple => put_bytes(bytes, number, &simple(value)),
        Form::One(form) => put_bytes(bytes, number, &message(form, value)),
        Form::Either(form) => put_bytes(bytes, number, &form(value)),
        Form::OrReference(form) => {
            let mut either = Vec::new();
            match &value["$ref"] {
                Value::String(place) => put_bytes(&mut either, 2, &inside(1, place.as_bytes())),
                _ => put(&mut either, 1, form, value),
            }
            put_bytes(bytes, number, &either);
        }
        Form::Inside(form) => {
            let mut inner = Vec::new();
            put(&mut inner, 1, form, value);
            put_bytes(bytes, number, &inner);
        }
        Form::Each(form) => {
            let items = value.as_array().into_iter().flatten();
            items.for_each(|item| put(bytes, number, form, item));
        }
        Form::Named(within, form) => {
            let mut all = Vec::new();
            for (name, value) in value.as_object().into_iter().flatten() {
                let mut pair = inside(1, name.as_bytes());
                put(&mut pair, 2, form, value);
                put_bytes(&mut all, *within, &pair);
            }
            put_bytes(bytes, number, &all);
        }
        Form::OrFlag(form) => {
            let mut either = Vec::new();
            match value {
                Value::Bool(any) => put_number(&mut either, 2, u64::from(*any)),
                schema => put(&mut either, 1, form, schema),
            }
            put_bytes(bytes, number, &either);
        }
    }
}

/// A message with one field.
fn inside(number: u32, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len() + 6);
    put_bytes(&mut bytes, number, content);
    bytes
}

fn named(name: &str, value: &[u8]) -> Vec<u8> {
    let mut bytes = inside(1, name.as_bytes());
    put_bytes(&mut bytes, 2, value);
    bytes
}

fn any(value: &Value) -> Vec<u8> {
    inside(2, format!("{value}\n").as_bytes())
}

fn simple(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    match value {
        Value::Number(number) => put_double(&mut bytes, 1, number.as_f64().unwrap_or_default()),
        Value::Bool(flag) => put_number(&mut bytes, 2, u64::from(*flag)),
        Value::String(text) => put_bytes(&mut bytes, 3, text.as_bytes()),
        _ => {}
    }
    bytes
}

fn said(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
