//! The messages of documents of OpenAPI 3.

use serde_json::Value;

use super::{ELSEWHERE, Form, Message, Section, inside, message, named, said};
use crate::protobuf::encode::put_bytes;

/// A schema, or a reference to one.
static A_SCHEMA: Form = Form::OrReference(&Form::One(&SCHEMA));

static SCHEMA: Message = Message {
    fields: &[
        ("nullable", 1, Form::Flag),
        ("externalDocs", 6, Form::One(&ELSEWHERE)),
        ("example", 7, Form::Any),
        ("title", 9, Form::Text),
        ("multipleOf", 10, Form::Double),
        ("maximum", 11, Form::Double),
        ("exclusiveMaximum", 12, Form::Flag),
        ("minimum", 13, Form::Double),
        ("exclusiveMinimum", 14, Form::Flag),
        ("maxLength", 15, Form::Count),
        ("minLength", 16, Form::Count),
        ("pattern", 17, Form::Text),
        ("maxItems", 18, Form::Count),
        ("minItems", 19, Form::Count),
        ("uniqueItems", 20, Form::Flag),
        ("maxProperties", 21, Form::Count),
        ("minProperties", 22, Form::Count),
        ("required", 23, Form::Each(&Form::Text)),
        ("enum", 24, Form::Each(&Form::Any)),
        ("type", 25, Form::Text),
        ("allOf", 26, Form::Each(&A_SCHEMA)),
        ("oneOf", 27, Form::Each(&A_SCHEMA)),
        ("anyOf", 28, Form::Each(&A_SCHEMA)),
        ("not", 29, Form::One(&SCHEMA)),
        ("items", 30, Form::Inside(&A_SCHEMA)),
        ("properties", 31, Form::Named(1, &A_SCHEMA)),
        ("additionalProperties", 32, Form::OrFlag(&A_SCHEMA)),
        ("default", 33, Form::Simple),
        ("description", 34, Form::Text),
        ("format", 35, Form::Text),
    ],
    extensions: 36,
};
static MEDIA: Message =
    Message { fields: &[("schema", 1, Form::OrReference(&Form::One(&SCHEMA)))], extensions: 5 };
static PATH: Message = Message {
    fields: &[
        ("get", 4, Form::One(&OPERATION)),
        ("put", 5, Form::One(&OPERATION)),
        ("post", 6, Form::One(&OPERATION)),
        ("delete", 7, Form::One(&OPERATION)),
        ("options", 8, Form::One(&OPERATION)),
        ("head", 9, Form::One(&OPERATION)),
        ("patch", 10, Form::One(&OPERATION)),
        ("parameters", 13, PARAMETERS),
    ],
    extensions: 14,
};
static OPERATION: Message = Message {
    fields: &[
        ("tags", 1, Form::Each(&Form::Text)),
        ("operationId", 5, Form::Text),
        ("parameters", 6, PARAMETERS),
        ("requestBody", 7, Form::OrReference(&Form::One(&BODY))),
        ("responses", 8, Form::Named(2, &Form::OrReference(&Form::One(&RESPONSE)))),
    ],
    extensions: 13,
};
const PARAMETERS: Form = Form::Each(&Form::OrReference(&Form::One(&PARAMETER)));
static PARAMETER: Message = Message {
    fields: &[
        ("name", 1, Form::Text),
        ("in", 2, Form::Text),
        ("required", 4, Form::Flag),
        ("schema", 10, Form::OrReference(&Form::One(&SCHEMA))),
    ],
    extensions: 14,
};
static BODY: Message = Message {
    fields: &[("content", 2, Form::Named(1, &Form::One(&MEDIA))), ("required", 3, Form::Flag)],
    extensions: 4,
};
static RESPONSE: Message = Message {
    fields: &[("description", 1, Form::Text), ("content", 3, Form::Named(1, &Form::One(&MEDIA)))],
    extensions: 5,
};
static INFO: Message =
    Message { fields: &[("title", 1, Form::Text), ("version", 6, Form::Text)], extensions: 7 };
static KEY: Message = Message {
    fields: &[
        ("type", 1, Form::Text),
        ("description", 2, Form::Text),
        ("name", 3, Form::Text),
        ("in", 4, Form::Text),
    ],
    extensions: 9,
};

/// The number of what is in a section, and its message.
pub(super) fn entry(section: Section, value: &Value) -> (u32, Vec<u8>) {
    match section {
        Section::Paths => (1, message(&PATH, value)),
        Section::Schemas => (1, inside(1, &message(&SCHEMA, value))),
        Section::Parameters => (1, inside(1, &message(&PARAMETER, value))),
    }
}

pub(super) fn document(around: &Value, sections: &[(Section, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_bytes(&mut bytes, 1, said(&around["openapi"]).as_bytes());
    put_bytes(&mut bytes, 2, &message(&INFO, &around["info"]));
    let mut components = Vec::new();
    for (section, content) in sections {
        match section {
            Section::Paths => put_bytes(&mut bytes, 4, content),
            _ if content.is_empty() => {}
            Section::Schemas => put_bytes(&mut components, 1, content),
            Section::Parameters => put_bytes(&mut components, 3, content),
        }
    }
    let mut keys = Vec::new();
    for (name, key) in around["components"]["securitySchemes"].as_object().into_iter().flatten() {
        put_bytes(&mut keys, 1, &named(name, &inside(1, &message(&KEY, key))));
    }
    if !keys.is_empty() {
        put_bytes(&mut components, 7, &keys);
    }
    put_bytes(&mut bytes, 5, &components);
    bytes
}
