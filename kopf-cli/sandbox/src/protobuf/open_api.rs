//! Documents of OpenAPI 2 in protobuf: the messages of gnostic, which clients in Go read them as.

use serde_json::{Map, Value};

use super::encode::{put_bytes, put_double, put_number};

/// What a field is in JSON, and how it is written.
enum Form {
    Text,
    Texts,
    /// One text or several, in a message of their own.
    Types,
    Flag,
    Count,
    Double,
    /// Anything: as text in YAML, which JSON is.
    Any,
    Anys,
    One(&'static Message),
    /// In a message that has nothing else.
    Wrapped(&'static Message),
    /// By names.
    Named(&'static Message),
    /// A schema, or whether there may be any.
    SchemaOrFlag,
    Parameters,
    Responses,
}

/// The fields of a message, and the number of what it has beside them.
struct Message {
    fields: &'static [(&'static str, u32, Form)],
    extensions: u32,
}

static SCHEMA: Message = Message {
    fields: &[
        ("$ref", 1, Form::Text),
        ("format", 2, Form::Text),
        ("title", 3, Form::Text),
        ("description", 4, Form::Text),
        ("default", 5, Form::Any),
        ("multipleOf", 6, Form::Double),
        ("maximum", 7, Form::Double),
        ("exclusiveMaximum", 8, Form::Flag),
        ("minimum", 9, Form::Double),
        ("exclusiveMinimum", 10, Form::Flag),
        ("maxLength", 11, Form::Count),
        ("minLength", 12, Form::Count),
        ("pattern", 13, Form::Text),
        ("maxItems", 14, Form::Count),
        ("minItems", 15, Form::Count),
        ("uniqueItems", 16, Form::Flag),
        ("maxProperties", 17, Form::Count),
        ("minProperties", 18, Form::Count),
        ("required", 19, Form::Texts),
        ("enum", 20, Form::Anys),
        ("additionalProperties", 21, Form::SchemaOrFlag),
        ("type", 22, Form::Types),
        ("items", 23, Form::Wrapped(&SCHEMA)),
        ("properties", 25, Form::Named(&SCHEMA)),
        ("externalDocs", 29, Form::One(&ELSEWHERE)),
        ("example", 30, Form::Any),
    ],
    extensions: 31,
};
static ELSEWHERE: Message =
    Message { fields: &[("description", 1, Form::Text), ("url", 2, Form::Text)], extensions: 3 };
static PATH: Message = Message {
    fields: &[
        ("get", 2, Form::One(&OPERATION)),
        ("put", 3, Form::One(&OPERATION)),
        ("post", 4, Form::One(&OPERATION)),
        ("delete", 5, Form::One(&OPERATION)),
        ("patch", 8, Form::One(&OPERATION)),
        ("parameters", 9, Form::Parameters),
    ],
    extensions: 10,
};
static OPERATION: Message = Message {
    fields: &[
        ("tags", 1, Form::Texts),
        ("operationId", 5, Form::Text),
        ("produces", 6, Form::Texts),
        ("consumes", 7, Form::Texts),
        ("parameters", 8, Form::Parameters),
        ("responses", 9, Form::Responses),
        ("schemes", 10, Form::Texts),
    ],
    extensions: 13,
};
static RESPONSE: Message = Message {
    fields: &[("description", 1, Form::Text), ("schema", 2, Form::Wrapped(&SCHEMA))],
    extensions: 5,
};
static BODY: Message = Message {
    fields: &[
        ("name", 2, Form::Text),
        ("in", 3, Form::Text),
        ("required", 4, Form::Flag),
        ("schema", 5, Form::One(&SCHEMA)),
    ],
    extensions: 6,
};
static OF_QUERY: Message = Message {
    fields: &[
        ("required", 1, Form::Flag),
        ("in", 2, Form::Text),
        ("name", 4, Form::Text),
        ("type", 6, Form::Text),
        ("uniqueItems", 20, Form::Flag),
    ],
    extensions: 23,
};
static OF_PATH: Message = Message {
    fields: &[
        ("required", 1, Form::Flag),
        ("in", 2, Form::Text),
        ("name", 4, Form::Text),
        ("type", 5, Form::Text),
        ("uniqueItems", 19, Form::Flag),
    ],
    extensions: 22,
};
static INFO: Message =
    Message { fields: &[("title", 1, Form::Text), ("version", 2, Form::Text)], extensions: 7 };
static API_KEY: Message = Message {
    fields: &[
        ("type", 1, Form::Text),
        ("name", 2, Form::Text),
        ("in", 3, Form::Text),
        ("description", 4, Form::Text),
    ],
    extensions: 5,
};

/// What stands in a document under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Paths,
    Definitions,
    Parameters,
}

impl Section {
    /// The number of the section in the document, and that of what is in it in the section.
    fn numbers(self) -> (u32, u32) {
        match self {
            Section::Paths => (8, 2),
            Section::Definitions => (9, 1),
            Section::Parameters => (10, 1),
        }
    }
}

/// Appends something to a section; to be called on a stack that its depth needs.
pub(crate) fn put_named(section: Section, bytes: &mut Vec<u8>, name: &str, value: &Value) {
    let (_, number) = section.numbers();
    let value = match section {
        Section::Paths => message(&PATH, value),
        Section::Definitions => message(&SCHEMA, value),
        Section::Parameters => parameter(value),
    };
    put_bytes(bytes, number, &named(name, &value));
}

/// The document, of its sections and of what is around them.
pub(crate) fn document(around: &Value, sections: &[(Section, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_bytes(&mut bytes, 1, said(&around["swagger"]).as_bytes());
    put_bytes(&mut bytes, 2, &message(&INFO, &around["info"]));
    for (section, content) in sections {
        put_bytes(&mut bytes, section.numbers().0, content);
    }
    for requirement in around["security"].as_array().into_iter().flatten() {
        let mut names = Vec::new();
        for (name, _) in requirement.as_object().into_iter().flatten() {
            put_bytes(&mut names, 1, &named(name, &[]));
        }
        put_bytes(&mut bytes, 12, &names);
    }
    let mut keys = Vec::new();
    for (name, key) in around["securityDefinitions"].as_object().into_iter().flatten() {
        put_bytes(&mut keys, 1, &named(name, &inside(2, &message(&API_KEY, key))));
    }
    put_bytes(&mut bytes, 13, &keys);
    bytes
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
    let items = || value.as_array().into_iter().flatten();
    match form {
        Form::Text => put_bytes(bytes, number, said(value).as_bytes()),
        Form::Texts => items().for_each(|text| put_bytes(bytes, number, said(text).as_bytes())),
        Form::Types => put_bytes(bytes, number, &inside(1, said(value).as_bytes())),
        Form::Flag => put_number(bytes, number, u64::from(value == true)),
        Form::Count => put_number(bytes, number, value.as_i64().unwrap_or_default().cast_unsigned()),
        Form::Double => put_double(bytes, number, value.as_f64().unwrap_or_default()),
        Form::Any => put_bytes(bytes, number, &any(value)),
        Form::Anys => items().for_each(|value| put_bytes(bytes, number, &any(value))),
        Form::One(form) => put_bytes(bytes, number, &message(form, value)),
        Form::Wrapped(form) => put_bytes(bytes, number, &inside(1, &message(form, value))),
        Form::Named(form) => {
            let mut all = Vec::new();
            for (name, value) in value.as_object().into_iter().flatten() {
                put_bytes(&mut all, 1, &named(name, &message(form, value)));
            }
            put_bytes(bytes, number, &all);
        }
        Form::SchemaOrFlag => {
            let mut either = Vec::new();
            match value {
                Value::Bool(any) => put_number(&mut either, 2, u64::from(*any)),
                schema => put_bytes(&mut either, 1, &message(&SCHEMA, schema)),
            }
            put_bytes(bytes, number, &either);
        }
        Form::Parameters => {
            for taken in items() {
                let taken = match &taken["$ref"] {
                    Value::String(name) => inside(2, &inside(1, name.as_bytes())),
                    _ => inside(1, &parameter(taken)),
                };
                put_bytes(bytes, number, &taken);
            }
        }
        Form::Responses => {
            let mut all = Vec::new();
            for (code, response) in value.as_object().into_iter().flatten() {
                put_bytes(&mut all, 1, &named(code, &inside(1, &message(&RESPONSE, response))));
            }
            put_bytes(bytes, number, &all);
        }
    }
}

fn parameter(value: &Value) -> Vec<u8> {
    match said(&value["in"]) {
        "body" => inside(1, &message(&BODY, value)),
        "path" => inside(2, &inside(4, &message(&OF_PATH, value))),
        _ => inside(2, &inside(3, &message(&OF_QUERY, value))),
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

fn said(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
