//! The messages of documents of OpenAPI 3.

use serde_json::Value;

use super::{ELSEWHERE, Form, Message, Section, message, named, said};
use crate::protobuf::backwards::Backwards;

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

/// What is in a section, with its name.
pub(super) fn entry(out: &mut Backwards, section: Section, name: &str, value: &Value) {
    let end = out.end();
    let content = match section {
        Section::Paths => &PATH,
        Section::Schemas => &SCHEMA,
        Section::Parameters => &PARAMETER,
    };
    message(out, content, value);
    if section != Section::Paths {
        // There might be a reference instead.
        out.within(1, end);
    }
    out.within(2, end);
    named(out, 1, name, end);
}

pub(super) fn document(out: &mut Backwards, around: &Value, sections: &[(Section, Vec<u8>)]) {
    let end = out.end();
    for (name, key) in around["components"]["securitySchemes"].as_object().into_iter().flatten().rev() {
        let end = out.end();
        message(out, &KEY, key);
        out.within(1, end);
        out.within(2, end);
        named(out, 1, name, end);
    }
    if out.end() > end {
        out.within(7, end);
    }
    for (section, content) in sections.iter().rev().filter(|(_, content)| !content.is_empty()) {
        match section {
            Section::Paths => {}
            Section::Schemas => out.bytes(1, content),
            Section::Parameters => out.bytes(3, content),
        }
    }
    out.within(5, end);
    for (_, content) in sections.iter().rev().filter(|(section, _)| *section == Section::Paths) {
        out.bytes(4, content);
    }
    let end = out.end();
    message(out, &INFO, &around["info"]);
    out.within(2, end);
    out.bytes(1, said(&around["openapi"]).as_bytes());
}
