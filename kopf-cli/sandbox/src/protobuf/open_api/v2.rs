//! The messages of documents of OpenAPI 2.

use serde_json::Value;

use super::{ELSEWHERE, Form, Message, Section, inside, message, named, said};
use crate::protobuf::encode::put_bytes;

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
        ("required", 19, Form::Each(&Form::Text)),
        ("enum", 20, Form::Each(&Form::Any)),
        ("additionalProperties", 21, Form::OrFlag(&Form::One(&SCHEMA))),
        ("type", 22, Form::Inside(&Form::Text)),
        ("items", 23, Form::Inside(&Form::One(&SCHEMA))),
        ("properties", 25, Form::Named(1, &Form::One(&SCHEMA))),
        ("externalDocs", 29, Form::One(&ELSEWHERE)),
        ("example", 30, Form::Any),
    ],
    extensions: 31,
};
static PATH: Message = Message {
    fields: &[
        ("get", 2, Form::One(&OPERATION)),
        ("put", 3, Form::One(&OPERATION)),
        ("post", 4, Form::One(&OPERATION)),
        ("delete", 5, Form::One(&OPERATION)),
        ("options", 6, Form::One(&OPERATION)),
        ("head", 7, Form::One(&OPERATION)),
        ("patch", 8, Form::One(&OPERATION)),
        ("parameters", 9, PARAMETERS),
    ],
    extensions: 10,
};
static OPERATION: Message = Message {
    fields: &[
        ("tags", 1, Form::Each(&Form::Text)),
        ("operationId", 5, Form::Text),
        ("produces", 6, Form::Each(&Form::Text)),
        ("consumes", 7, Form::Each(&Form::Text)),
        ("parameters", 8, PARAMETERS),
        ("responses", 9, RESPONSES),
        ("schemes", 10, Form::Each(&Form::Text)),
    ],
    extensions: 13,
};
static RESPONSE: Message = Message {
    fields: &[("description", 1, Form::Text), ("schema", 2, Form::Inside(&Form::One(&SCHEMA)))],
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

const PARAMETERS: Form = Form::Each(&Form::OrReference(&Form::Either(parameter)));
const RESPONSES: Form = Form::Named(1, &Form::Inside(&Form::One(&RESPONSE)));

/// The number of what is in a section, and its message.
pub(super) fn entry(section: Section, value: &Value) -> (u32, Vec<u8>) {
    match section {
        Section::Paths => (2, message(&PATH, value)),
        Section::Schemas => (1, message(&SCHEMA, value)),
        Section::Parameters => (1, parameter(value)),
    }
}

pub(super) fn document(around: &Value, sections: &[(Section, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_bytes(&mut bytes, 1, said(&around["swagger"]).as_bytes());
    put_bytes(&mut bytes, 2, &message(&INFO, &around["info"]));
    for (section, content) in sections {
        let number = match section {
            Section::Paths => 8,
            Section::Schemas => 9,
            Section::Parameters => 10,
        };
        put_bytes(&mut bytes, number, content);
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

fn parameter(value: &Value) -> Vec<u8> {
    match said(&value["in"]) {
        "body" => inside(1, &message(&BODY, value)),
        "path" => inside(2, &inside(4, &message(&OF_PATH, value))),
        _ => inside(2, &inside(3, &message(&OF_QUERY, value))),
    }
}
