//! From a message to the JSON that a server shows of it.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use super::{
    messages::{Field, Form, Many, Message, MessageId, Table, Type, Zero},
    wire::{Fields, Wire, varint},
};
use crate::{
    json as deep,
    times::{self, Exactness},
};

/// How many messages may be in each other. Schemas of definitions go deepest, two messages for each of their levels.
const MAX_DEPTH: usize = 2_000;

/// Decodes messages, and knows how deep it is in them.
pub(super) struct Decoder<'a> {
    table: &'a Table,
    depth: usize,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(table: &'a Table) -> Self {
        Decoder { table, depth: 0 }
    }

    /// What a message is in JSON. Fields that the table does not have are of a newer client, and passed over.
    pub(super) fn message(&mut self, id: MessageId, bytes: &[u8]) -> Result<Value, String> {
        if self.depth == MAX_DEPTH {
            return Err(format!("proto: messages are nested deeper than {MAX_DEPTH} levels"));
        }
        self.depth += 1;
        let message = self.table.message(id);
        let is_json = matches!(message.form, Form::Json | Form::Sorted);
        let decoded = if is_json { json(bytes) } else { self.fields(message, bytes) };
        self.depth -= 1;
        decoded
    }

    fn fields(&mut self, message: &Message, bytes: &[u8]) -> Result<Value, String> {
        let mut shown = Map::new();
        for field in Fields::of(bytes) {
            let (number, wire) = field?;
            if let Some(field) = message.field(number) {
                self.add(&mut shown, field, wire)?;
            }
        }
        for field in message.never_absent() {
            shown.entry(field.name).or_insert(Value::Null);
        }
        finish(message.form, shown)
    }

    fn add(&mut self, shown: &mut Map<String, Value>, field: &Field, wire: Wire<'_>) -> Result<(), String> {
        match field.many {
            Many::List => {
                let list = shown.entry(field.name).or_insert_with(|| Value::Array(Vec::new()));
                let Value::Array(list) = list else { return Ok(()) };
                match (wire, field.ty) {
                    // Numbers may come in one piece.
                    (Wire::Bytes(mut packed), Type::Bool | Type::Int32 | Type::Int64) => {
                        while !packed.is_empty() {
                            list.push(self.value(field.ty, Wire::Varint(varint(&mut packed)?))?);
                        }
                    }
                    _ => list.push(self.value(field.ty, wire)?),
                }
            }
            Many::Map => {
                let (name, value) = self.entry(field.ty, wire)?;
                let map = shown.entry(field.name).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(map) = map {
                    map.insert(name, value);
                }
            }
            Many::One => match (self.value(field.ty, wire)?, field.zero) {
                (Value::Object(fields), Zero::Inline) => shown.extend(fields),
                (value, Zero::ScalarOmitted | Zero::Omitted) if is_zero(&value, field.zero) => {
                    shown.shift_remove(field.name);
                }
                (value, _) => {
                    shown.insert(field.name.to_owned(), value);
                }
            },
        }
        Ok(())
    }

    fn entry(&mut self, ty: Type, wire: Wire<'_>) -> Result<(String, Value), String> {
        let mut name = String::new();
        let mut value = None;
        for field in Fields::of(wire.bytes()?) {
            match field? {
                (1, key) => key.text()?.clone_into(&mut name),
                (2, wire) => value = Some(self.value(ty, wire)?),
                _ => {}
            }
        }
        let value = match value {
            Some(value) => value,
            None => self.value(ty, zero(ty))?,
        };
        Ok((name, value))
    }

    fn value(&mut self, ty: Type, wire: Wire<'_>) -> Result<Value, String> {
        Ok(match ty {
            Type::Text => wire.text()?.into(),
            Type::Bytes => STANDARD.encode(wire.bytes()?).into(),
            Type::Bool => (wire.varint()? != 0).into(),
            // Negative ones come with all bits of the longer form.
            Type::Int32 => (wire.varint()? as i32).into(),
            Type::Int64 => wire.varint()?.cast_signed().into(),
            Type::Double => double(wire.double()?),
            Type::Message(id) => self.message(id, wire.bytes()?)?,
        })
    }
}

/// Whole numbers are written without a fraction; what JSON has no number for is `null`.
fn double(value: f64) -> Value {
    /// Up to here a float holds every whole number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT { (value as i64).into() } else { value.into() }
}

/// What stands for the value of an entry that has none.
fn zero(ty: Type) -> Wire<'static> {
    match ty {
        Type::Text | Type::Bytes | Type::Message(_) => Wire::Bytes(&[]),
        Type::Bool | Type::Int32 | Type::Int64 => Wire::Varint(0),
        Type::Double => Wire::Fixed64(0),
    }
}

fn is_zero(value: &Value, zero: Zero) -> bool {
    match value {
        Value::Null => zero == Zero::Omitted,
        Value::Object(fields) => zero == Zero::Omitted && fields.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(yes) => !yes,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Array(items) => items.is_empty(),
    }
}

/// The JSON in the first field of a message.
fn json(bytes: &[u8]) -> Result<Value, String> {
    let mut text: &[u8] = &[];
    for field in Fields::of(bytes) {
        if let (1, value) = field? {
            text = value.bytes()?;
        }
    }
    if text.is_empty() { Ok(Value::Null) } else { deep::parse(text) }
}

/// What is made of a message's fields where it is not they themselves.
fn finish(form: Form, mut fields: Map<String, Value>) -> Result<Value, String> {
    let mut take = |name: &str| fields.remove(name).filter(|value| !value.is_null());
    Ok(match form {
        Form::Object | Form::Json | Form::Sorted => fields.into(),
        Form::List => take("items").unwrap_or_else(|| Value::Array(Vec::new())),
        Form::Quantity => take("string").unwrap_or_else(|| "0".into()),
        Form::IntOrString => {
            let (number, text) = (take("intVal"), take("strVal"));
            let said = if take("type").and_then(|kind| kind.as_i64()).unwrap_or_default() == 1 {
                text
            } else {
                number
            };
            said.unwrap_or_else(|| 0.into())
        }
        Form::Time | Form::MicroTime => {
            let mut number = |name: &str| take(name).and_then(|number| number.as_i64());
            match (number("seconds"), number("nanos")) {
                (None, None) => Value::Null,
                (seconds, nanos) => {
                    time(form, seconds.unwrap_or_default(), nanos.unwrap_or_default())?.into()
                }
            }
        }
        Form::SchemaOrSchemas => take("jSONSchemas").or_else(|| take("schema")).unwrap_or_default(),
        Form::SchemaOrBool => take("schema").or_else(|| take("allows")).unwrap_or(Value::Bool(false)),
        Form::SchemaOrNames => take("property").or_else(|| take("schema")).unwrap_or_default(),
    })
}

fn time(form: Form, seconds: i64, nanos: i64) -> Result<String, String> {
    // Of times, the seconds alone are shown; of micro times, six digits.
    let nanos = if form == Form::Time { 0 } else { nanos };
    let nanos = i32::try_from(nanos).ok().filter(|nanos| (0..1_000_000_000).contains(nanos));
    let exactness = if form == Form::Time { Exactness::Seconds } else { Exactness::Micros };
    let shown = nanos.and_then(|nanos| times::after_epoch((seconds, nanos), exactness));
    shown.ok_or_else(|| format!("proto: {seconds} s is no time"))
}
