//! Reads documents of OpenAPI in protobuf into the JSON that they stand for.

use serde_json::{Map, Number, Value, json};

/// The messages: a line for each, its fields by number, name and form. `x` is what a message has besides, by names; `named X` is a
/// message with names and what they stand for, `inside X` one that has another within, `or X` one or a reference to it, `each X` several.
/// Names of messages of OpenAPI 3 begin with `Third`.
const MESSAGES: &str = "
Document 1:swagger:text 2:info:Info 8:paths:named PathItem 9:definitions:named Schema 10:parameters:named Parameter 12:security:requirements 13:securityDefinitions:named inside Key
Info 1:title:text 2:version:text
Key 1:type:text 2:name:text 3:in:text 4:description:text
PathItem 2:get:Operation 3:put:Operation 4:post:Operation 5:delete:Operation 6:options:Operation 7:head:Operation 8:patch:Operation 9:parameters:taken
Operation 1:tags:texts 3:description:text 5:operationId:text 6:produces:texts 7:consumes:texts 8:parameters:taken 9:responses:named inside Response 10:schemes:texts 13:x:x
Response 1:description:text 2:schema:inside Schema
Reference 1:$ref:text
Body 1:description:text 2:name:text 3:in:text 4:required:flag 5:schema:Schema
Query 1:required:flag 2:in:text 3:description:text 4:name:text 6:type:text 20:uniqueItems:flag
Path 1:required:flag 2:in:text 3:description:text 4:name:text 5:type:text 19:uniqueItems:flag
Docs 1:description:text 2:url:text
Schema 1:$ref:text 2:format:text 3:title:text 4:description:text 5:default:any 6:multipleOf:double 7:maximum:double 8:exclusiveMaximum:flag 9:minimum:double 10:exclusiveMinimum:flag 11:maxLength:count 12:minLength:count 13:pattern:text 14:maxItems:count 15:minItems:count 16:uniqueItems:flag 17:maxProperties:count 18:minProperties:count 19:required:texts 20:enum:anys 21:additionalProperties:either 22:type:inside text 23:items:inside Schema 25:properties:named Schema 29:externalDocs:Docs 30:example:any 31:x:x
ThirdDocument 1:openapi:text 2:info:ThirdInfo 4:paths:named ThirdPath 5:components:ThirdComponents
ThirdInfo 1:title:text 6:version:text
ThirdComponents 1:schemas:named or ThirdSchema 7:securitySchemes:named or ThirdKey
ThirdKey 1:type:text 2:description:text 3:name:text 4:in:text
ThirdPath 4:get:ThirdOperation 5:put:ThirdOperation 6:post:ThirdOperation 7:delete:ThirdOperation 8:options:ThirdOperation 9:head:ThirdOperation 10:patch:ThirdOperation 13:parameters:each or ThirdParameter
ThirdOperation 1:tags:texts 3:description:text 5:operationId:text 6:parameters:each or ThirdParameter 7:requestBody:or ThirdBody 8:responses:named or ThirdResponse 13:x:x
ThirdParameter 1:name:text 2:in:text 3:description:text 4:required:flag 10:schema:or ThirdSchema
ThirdBody 1:description:text 2:content:named ThirdMedia 3:required:flag
ThirdResponse 1:description:text 3:content:named ThirdMedia
ThirdMedia 1:schema:or ThirdSchema
ThirdSchema 1:nullable:flag 6:externalDocs:Docs 7:example:any 9:title:text 10:multipleOf:double 11:maximum:double 12:exclusiveMaximum:flag 13:minimum:double 14:exclusiveMinimum:flag 15:maxLength:count 16:minLength:count 17:pattern:text 18:maxItems:count 19:minItems:count 20:uniqueItems:flag 21:maxProperties:count 22:minProperties:count 23:required:texts 24:enum:anys 25:type:text 26:allOf:each or ThirdSchema 27:oneOf:each or ThirdSchema 28:anyOf:each or ThirdSchema 29:not:ThirdSchema 30:items:inside or ThirdSchema 31:properties:named or ThirdSchema 32:additionalProperties:flag or ThirdSchema 33:default:simple 34:description:text 35:format:text 36:x:x
";

/// What a field holds on the wire.
#[derive(Clone, Copy)]
enum Wire<'a> {
    Number(u64),
    Double(f64),
    Bytes(&'a [u8]),
}

impl<'a> Wire<'a> {
    fn bytes(self) -> &'a [u8] {
        match self {
            Wire::Bytes(bytes) => bytes,
            _ => panic!("a number where there should be bytes"),
        }
    }

    fn text(self) -> Value {
        std::str::from_utf8(self.bytes()).unwrap().into()
    }
}

pub(super) fn document(bytes: &[u8]) -> Value {
    message("Document", bytes)
}

pub(super) fn third(bytes: &[u8]) -> Value {
    message("ThirdDocument", bytes)
}

/// What is zero is not told in messages.
pub(super) fn without_zeros(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let said = fields.iter().filter(|(_, value)| value.as_f64() != Some(0.0));
            said.map(|(name, value)| (name.clone(), without_zeros(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(without_zeros).collect(),
        other => other.clone(),
    }
}

fn fields(mut bytes: &[u8]) -> Vec<(u64, Wire<'_>)> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let value = match tag & 7 {
            0 => Wire::Number(varint(&mut bytes)),
            1 => Wire::Double(f64::from_le_bytes(take(&mut bytes, 8).try_into().unwrap())),
            2 => {
                let length = usize::try_from(varint(&mut bytes)).unwrap();
                Wire::Bytes(take(&mut bytes, length))
            }
            other => panic!("no such type of the wire is used: {other}"),
        };
        fields.push((tag >> 3, value));
    }
    fields
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = take(bytes, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(length);
    *bytes = rest;
    taken
}

fn message(name: &str, bytes: &[u8]) -> Value {
    let known = MESSAGES.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let known = known.unwrap_or_else(|| panic!("no message is called {name}"));
    let mut object = Map::new();
    for (number, value) in fields(bytes) {
        let (field, form) = form_of(known, number).unwrap_or_else(|| panic!("{name} has no field {number}"));
        match form {
            "x" => {
                let (name, value) = named(value, any);
                object.insert(name, value);
            }
            "texts" | "anys" | "taken" | "requirements" => {
                let list = object.entry(field).or_insert_with(|| json!([]));
                list.as_array_mut().unwrap().push(read(form, value));
            }
            form => match form.strip_prefix("each ") {
                Some(form) => {
                    let list = object.entry(field).or_insert_with(|| json!([]));
                    list.as_array_mut().unwrap().push(read(form, value));
                }
                None => {
                    object.insert(field.to_owned(), read(form, value));
                }
            },
        }
    }
    object.into()
}

/// The name and the form of the field with that number: what is between it and the next number.
fn form_of(known: &'static str, number: u64) -> Option<(&'static str, &'static str)> {
    let start = format!("{number}:");
    let at = known.find(&format!(" {start}")).map_or(0, |at| at + 1);
    let (name, rest) = known.get(at..)?.strip_prefix(&*start)?.split_once(':')?;
    let end = rest.find(|letter: char| letter.is_ascii_digit()).unwrap_or(rest.len());
    Some((name, rest[..end].trim()))
}

fn read(form: &str, value: Wire<'_>) -> Value {
    if let Some(inner) = form.strip_prefix("named ") {
        let members = fields(value.bytes()).into_iter();
        return members
            .map(|(_, member)| named(member, |value| read(inner, value)))
            .collect::<Map<_, _>>()
            .into();
    }
    if let Some(inner) = form.strip_prefix("inside ") {
        return read(inner, fields(value.bytes())[0].1);
    }
    if let Some(other) = form.strip_prefix("or ") {
        return match fields(value.bytes())[0] {
            (1, value) => read(other, value),
            (_, reference) => read("Reference", reference),
        };
    }
    if let Some(other) = form.strip_prefix("flag ") {
        return match fields(value.bytes())[0] {
            (1, value) => read(other, value),
            (_, flag) => read("flag", flag),
        };
    }
    match (form, value) {
        ("simple", value) => match fields(value.bytes()).first() {
            None => Value::Null,
            Some((1, value)) => read("double", *value),
            Some((2, value)) => read("flag", *value),
            Some((_, value)) => value.text(),
        },
        ("text" | "texts", value) => value.text(),
        ("flag", Wire::Number(number)) => (number == 1).into(),
        ("count", Wire::Number(number)) => number.into(),
        ("double", Wire::Double(double)) => number(double),
        ("any" | "anys", value) => any(value),
        ("taken", value) => match fields(value.bytes())[0] {
            (1, parameter) => read("Parameter", parameter),
            (_, reference) => read("Reference", reference),
        },
        ("Parameter", value) => match fields(value.bytes())[0] {
            (1, body) => read("Body", body),
            (_, other) => match fields(other.bytes())[0] {
                (3, query) => read("Query", query),
                (_, path) => read("Path", path),
            },
        },
        ("requirements", value) => read("named texts of", value),
        ("texts of", value) => fields(value.bytes()).into_iter().map(|(_, text)| text.text()).collect(),
        ("either", value) => match fields(value.bytes())[0] {
            (1, schema) => read("Schema", schema),
            (_, flag) => read("flag", flag),
        },
        (name, value) => message(name, value.bytes()),
    }
}

/// A name and what stands under it, which is not there where it is nothing.
fn named(value: Wire<'_>, read: impl Fn(Wire<'_>) -> Value) -> (String, Value) {
    let fields = fields(value.bytes());
    let name = fields[0].1.text().as_str().unwrap().to_owned();
    (name, read(fields.get(1).map_or(Wire::Bytes(&[]), |(_, value)| *value)))
}

/// What is told of as text in YAML.
fn any(value: Wire<'_>) -> Value {
    let text = fields(value.bytes())[0].1.text();
    serde_saphyr::from_str(text.as_str().unwrap()).unwrap()
}

/// A number as JSON has it, where whole numbers have no fraction.
fn number(double: f64) -> Value {
    if double.fract() == 0.0 && double.abs() < 1e15 {
        return json!(double as i64);
    }
    Number::from_f64(double).unwrap().into()
}
