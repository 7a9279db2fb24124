//! The messages of documents of OpenAPI 2.

use serde_json::Value;

use super::{ELSEWHERE, Form, Message, Section, message, named, said};
use crate::protobuf::backwards::Backwards;

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

/// What is in a section, with its name.
pub(super) fn entry(out: &mut Backwards, section: Section, name: &str, value: &Value) {
    let end = out.end();
    match section {
        Section::Paths => message(out, &PATH, value),
        Section::Schemas => message(out, &SCHEMA, value),
        Section::Parameters => parameter(out, value),
    }
    out.within(2, end);
    named(out, if section == Section::Paths { 2 } else { 1 }, name, end);
}

pub(super) fn document(out: &mut Backwards, around: &Value, sections: &[(Section, Vec<u8>)]) {
    let end = out.end();
    for (name, key) in around["securityDefinitions"].as_object().into_iter().flatten().rev() {
        let end = out.end();
        message(out, &API_KEY, key);
        out.within(2, end);
        out.within(2, end);
        named(out, 1, name, end);
    }
    out.within(13, end);
    for requirement in around["security"].as_array().into_iter().flatten().rev() {
        let end = out.end();
        for (name, _) in requirement.as_object().into_iter().flatten().rev() {
            let end = out.end();
            out.bytes(2, &[]);
            named(out, 1, name, end);
        }
        out.within(12, end);
    }
    for (section, content) in sections.iter().rev() {
        let number = match section {
            Section::Paths => 8,
            Section::Schemas => 9,
            Section::Parameters => 10,
        };
        out.bytes(number, content);
    }
    let end = out.end();
    message(out, &INFO, &around["info"]);
    out.within(2, end);
    out.bytes(1, said(&around["swagger"]).as_bytes());
}

fn parameter(out: &mut Backwards, value: &Value) {
    let end = out.end();
    let (number, content) = match said(&value["in"]) {
        "body" => {
            message(out, &BODY, value);
            return out.within(1, end);
        }
        "path" => (4, &OF_PATH),
        _ => (3, &OF_QUERY),
    };
    message(out, content, value);
    out.within(number, end);
    out.within(2, end);
}
