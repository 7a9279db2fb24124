//! Documents of OpenAPI in protobuf: the messages of gnostic, which clients in Go read them as.

mod v2;
mod v3;

use serde_json::Value;

use super::backwards::Backwards;

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
    Either(fn(&mut Backwards, &Value)),
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
    let mut out = Backwards::default();
    match release {
        Release::Two => v2::entry(&mut out, section, name, value),
        Release::Three => v3::entry(&mut out, section, name, value),
    }
    out.into_bytes()
}

/// The document, of its sections and of what is around them.
pub(crate) fn document(release: Release, around: &Value, sections: &[(Section, Vec<u8>)]) -> Vec<u8> {
    let mut out = Backwards::default();
    match release {
        Release::Two => v2::document(&mut out, around, sections),
        Release::Three => v3::document(&mut out, around, sections),
    }
    out.into_bytes()
}

fn message(out: &mut Backwards, message: &Message, value: &Value) {
    let Value::Object(given) = value else { return };
    for (name, value) in given.iter().rev().filter(|(name, _)| name.starts_with("x-")) {
        let end = out.end();
        any(out, 2, value);
        named(out, message.extensions, name, end);
    }
    for (name, number, form) in message.fields.iter().rev() {
        if let Some(value) = given.get(*name) {
            put(out, *number, form, value);
        }
    }
}

fn put(out: &mut Backwards, number: u32, form: &Form, value: &Value) {
    let end = out.end();
    match form {
        Form::Text => out.bytes(number, said(value).as_bytes()),
        Form::Flag => out.number(number, u64::from(value == true)),
        Form::Count => out.number(number, value.as_i64().unwrap_or_default().cast_unsigned()),
        Form::Double => out.double(number, value.as_f64().unwrap_or_default()),
        Form::Each(form) => {
            let items = value.as_array().into_iter().flatten();
            items.rev().for_each(|item| put(out, number, form, item));
        }
        Form::Any => any(out, number, value),
        Form::Simple => {
            simple(out, value);
            out.within(number, end);
        }
        Form::One(form) => {
            message(out, form, value);
            out.within(number, end);
        }
        Form::Either(form) => {
            form(out, value);
            out.within(number, end);
        }
        Form::OrReference(form) => {
            match &value["$ref"] {
                Value::String(place) => {
                    out.bytes(1, place.as_bytes());
                    out.within(2, end);
                }
                _ => put(out, 1, form, value),
            }
            out.within(number, end);
        }
        Form::Inside(form) => {
            put(out, 1, form, value);
            out.within(number, end);
        }
        Form::Named(within, form) => {
            for (name, value) in value.as_object().into_iter().flatten().rev() {
                let end = out.end();
                put(out, 2, form, value);
                named(out, *within, name, end);
            }
            out.within(number, end);
        }
        Form::OrFlag(form) => {
            match value {
                Value::Bool(any) => out.number(2, u64::from(*any)),
                schema => put(out, 1, form, schema),
            }
            out.within(number, end);
        }
    }
}

/// Puts a name before what has been written since `end`, and makes both the value of a field.
fn named(out: &mut Backwards, number: u32, name: &str, end: usize) {
    out.bytes(1, name.as_bytes());
    out.within(number, end);
}

fn any(out: &mut Backwards, number: u32, value: &Value) {
    let end = out.end();
    out.bytes(2, format!("{value}\n").as_bytes());
    out.within(number, end);
}

fn simple(out: &mut Backwards, value: &Value) {
    match value {
        Value::Number(number) => out.double(1, number.as_f64().unwrap_or_default()),
        Value::Bool(flag) => out.number(2, u64::from(*flag)),
        Value::String(text) => out.bytes(3, text.as_bytes()),
        _ => {}
    }
}

fn said(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::json;

    use super::*;
    use crate::json::with_stack;

    /// How long it takes to write a schema that is so deep, and has so many bytes however deep it is.
    fn spent(release: Release, levels: usize) -> Duration {
        let mut schema = json!({ "type": "string", "description": "x".repeat(500_000) });
        for _ in 0..levels {
            let mut outer = json!({ "type": "object", "properties": {} });
            outer["properties"]["a"] = schema;
            schema = outer;
        }
        with_stack(4 * levels, move || {
            let began = Instant::now();
            let written = entry(release, Section::Schemas, "Deep", &schema);
            assert!(written.len() > 500_000);
            began.elapsed()
        })
    }

    #[test]
    fn what_is_deep_is_written_once() {
        for release in [Release::Two, Release::Three] {
            // What else the machine does makes it longer, never shorter.
            let least = |levels| (0..3).map(|_| spent(release, levels)).min().unwrap();
            let (shallow, deep) = (least(1), least(1_000));
            assert!(deep < shallow * 20, "{release:?}: {deep:?}, and {shallow:?} where it is not deep");
        }
    }
}
