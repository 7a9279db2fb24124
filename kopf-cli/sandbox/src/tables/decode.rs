//! Reads objects of built-in kinds as a server in Go does: what is no field of theirs goes, a null is nothing, bytes are
//! base64, and what is of another type is refused.

mod bytes;
mod names;
mod schemas;
mod words;

use serde_json::{Map, Value};

use super::shape;
use crate::{
    json, quantity,
    schema::{Additional, Kind, Place, Shape},
    times::{self, Exactness},
};

/// Which of the two ways of Go to read an object: each has words of its own, and takes what the other refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decoder {
    /// A text, read by the decoder of JSON.
    Json,
    /// What has been read before, and changed since: it is converted.
    Converter,
}

/// Reads all of an object, and adds the places of what is no field to `unknown`.
///
/// # Errors
///
/// The first value that is of another type than its field, in the words of Go.
pub(crate) fn decode(
    fields: &mut Map<String, Value>,
    (group, version, kind): (&str, &str, &str),
    decoder: Decoder,
    unknown: &mut Vec<String>,
) -> Result<(), String> {
    let Some(shape) = shape(group, version, kind) else { return Ok(()) };
    let mut reading = Reading { decoder, unknown, fault: None };
    reading.object(fields, shape, &Place::ROOT, None)?;
    reading.fault.map_or(Ok(()), Err)
}

struct Reading<'a> {
    decoder: Decoder,
    unknown: &'a mut Vec<String>,
    /// The first fault that the decoder of JSON goes on behind. One that it stops at is told instead.
    fault: Option<String>,
}

/// The fields on the way to a value, as Go tells of them: without the keys of maps and the places in lists.
#[derive(Clone, Copy)]
struct Trail<'a> {
    above: Option<&'a Trail<'a>>,
    /// The schema of the type that the field is one of.
    of: &'static str,
    field: &'a str,
    /// How many lists and maps the value is in, within the field.
    depth: usize,
}

impl Trail<'_> {
    /// The type that the field is one of.
    fn owner(&self) -> &'static str {
        self.of.rsplit('.').next().unwrap_or(self.of)
    }

    fn dotted(&self) -> String {
        let way = names::field(self.of, self.field).way;
        match self.above {
            Some(above) => format!("{}.{way}{}", above.dotted(), self.field),
            None => format!("{way}{}", self.field),
        }
    }

    /// The type of the value, where it is not as the schema says.
    fn type_in_go(&self) -> Option<&'static str> {
        names::field(self.of, self.field).type_at(self.depth)
    }

    /// The way to what is in the list or map.
    fn inside(&self) -> Trail<'_> {
        Trail { depth: self.depth + 1, ..*self }
    }
}

/// What is read of the rest of an object: all, or nothing more.
type Read = Result<(), String>;

impl Reading<'_> {
    fn object(
        &mut self,
        fields: &mut Map<String, Value>,
        shape: Shape<'static>,
        place: &Place<'_>,
        above: Option<&Trail<'_>>,
    ) -> Read {
        let of = shape.name().unwrap_or_default();
        let mut read = Ok(());
        fields.retain(|name, value| {
            if read.is_err() {
                return true;
            }
            let place = place.field(name);
            let Some(shape) = shape.property(name) else {
                self.unknown.push(place.dotted());
                return false;
            };
            if !value.is_null() {
                read = self.value(value, shape, &place, &Trail { above, of, field: name, depth: 0 });
            }
            !value.is_null()
        });
        read
    }

    fn value(
        &mut self,
        value: &mut Value,
        shape: Shape<'static>,
        place: &Place<'_>,
        trail: &Trail<'_>,
    ) -> Read {
        match (shape.kind(), value) {
            (Some(Kind::Object), Value::Object(fields)) => match shape.additional() {
                Additional::Of(shape) => {
                    for (key, value) in fields.iter_mut() {
                        let within = place.field(key);
                        // The converter tells where something is without the keys of maps.
                        let place = if self.decoder == Decoder::Converter { place } else { &within };
                        self.entry(value, shape, place, &trail.inside())?;
                    }
                    Ok(())
                }
                Additional::None if shape.properties().next().is_some() => {
                    self.object(fields, shape, place, Some(trail))
                }
                _ if takes_anything(shape) => Ok(()),
                Additional::None | Additional::Any => {
                    fields.values_mut().for_each(json::settle_numbers);
                    Ok(())
                }
            },
            (Some(Kind::Object), _) if takes_anything(shape) => Ok(()),
            (Some(Kind::Array), Value::Array(items)) => {
                let Some(shape) = shape.items() else { return Ok(()) };
                for (index, item) in items.iter_mut().enumerate() {
                    self.entry(item, shape, &place.index(index), &trail.inside())?;
                }
                Ok(())
            }
            (Some(Kind::String), value) if shape.format() == Some("byte") => self.bytes(value, shape, trail),
            (None, value) => {
                let read = self.schematic(value, shape, place, trail);
                read.unwrap_or_else(|| self.scalar(value, shape, trail))
            }
            (_, value) => self.scalar(value, shape, trail),
        }
    }

    /// What is in a list or a map, where a null is an item that says nothing.
    fn entry(
        &mut self,
        value: &mut Value,
        shape: Shape<'static>,
        place: &Place<'_>,
        trail: &Trail<'_>,
    ) -> Read {
        if !value.is_null() {
            return self.value(value, shape, place, trail);
        }
        *value = nothing(shape);
        Ok(())
    }

    fn bytes(&mut self, value: &mut Value, shape: Shape<'static>, trail: &Trail<'_>) -> Read {
        match value {
            Value::String(text) => match (bytes::settle(text), self.decoder) {
                (Ok(()), _) => Ok(()),
                (Err(why), Decoder::Json) => self.go_on_behind(|| why),
                (Err(why), Decoder::Converter) => Err(format!("error decoding from json: {why}")),
            },
            Value::Array(items) => {
                let mut read = Vec::with_capacity(items.len());
                for item in &*items {
                    read.push(match (item.as_u64().map(u8::try_from), self.decoder) {
                        (Some(Ok(byte)), _) => byte,
                        _ if item.is_null() => 0,
                        (_, Decoder::Json) => {
                            self.go_on_behind(|| words::of_byte(item, trail))?;
                            0
                        }
                        (_, Decoder::Converter) => match item.as_i64() {
                            Some(number) => number.to_le_bytes()[0],
                            None => return Err("unrecognized type: uint8".to_owned()),
                        },
                    });
                }
                *value = bytes::print(&read).into();
                Ok(())
            }
            value => self.mismatch(value, shape, trail),
        }
    }

    fn scalar(&mut self, value: &mut Value, shape: Shape<'static>, trail: &Trail<'_>) -> Read {
        if let Some(settled) = moment(value, shape).or_else(|| amount(value, shape)) {
            return settled;
        }
        if fits(value, shape) {
            // What may be any JSON is kept as it is written until it is stored.
            match shape.name() {
                Some(name) if name.ends_with(".JSON") => json::keep_floats(value),
                _ => json::settle_numbers(value),
            }
            return Ok(());
        }
        if self.decoder == Decoder::Converter
            && let Some(number) = converted(value, shape)
        {
            *value = number;
            return Ok(());
        }
        self.mismatch(value, shape, trail)
    }

    fn mismatch(&mut self, value: &Value, shape: Shape<'static>, trail: &Trail<'_>) -> Read {
        match self.decoder {
            Decoder::Converter => Err(words::of_converter(value, shape, trail)),
            // What reads itself is not gone on behind.
            Decoder::Json if shape.int_or_string() || shape.format() == Some("date-time") => {
                Err(words::of_json(value, shape, trail))
            }
            Decoder::Json => self.go_on_behind(|| words::of_json(value, shape, trail)),
        }
    }

    fn go_on_behind(&mut self, fault: impl FnOnce() -> String) -> Read {
        self.fault.get_or_insert_with(fault);
        Ok(())
    }
}

/// Has a moment be as it is shown; `None` for what is none.
fn moment(value: &mut Value, shape: Shape<'static>) -> Option<Read> {
    let Value::String(text) = value else { return None };
    let exactness = Exactness::of_type(shape.name()?)?;
    Some(times::settle(text, exactness).map(|shown| *text = shown))
}

/// Has a quantity be as it is shown; `None` for what is none.
fn amount(value: &mut Value, shape: Shape<'static>) -> Option<Read> {
    is_quantity(shape).then(|| quantity::settle(value))
}

fn is_quantity(shape: Shape<'static>) -> bool {
    shape.name().is_some_and(|name| name.ends_with(".resource.Quantity"))
}

/// Whether values are JSON that nobody reads yet, and stay as they are written.
pub(crate) fn takes_anything(shape: Shape<'static>) -> bool {
    shape.name().is_some_and(|name| name.ends_with(".RawExtension") || name.ends_with(".FieldsV1"))
}

fn fits(value: &Value, shape: Shape<'static>) -> bool {
    match (shape.kind(), value) {
        (Some(Kind::String), Value::String(_))
        | (Some(Kind::Boolean), Value::Bool(_))
        | (Some(Kind::Number), Value::Number(_)) => true,
        (Some(Kind::Integer), Value::Number(number)) => number
            .as_i64()
            .is_some_and(|number| shape.format() != Some("int32") || i32::try_from(number).is_ok()),
        (None, value) if shape.int_or_string() => {
            value.is_string() || value.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
        }
        (None, _) => true,
        _ => false,
    }
}

/// The whole number that the converter makes of one: the digits behind the point are none, and what is too great is cut.
fn converted(value: &Value, shape: Shape<'static>) -> Option<Value> {
    let (Some(Kind::Integer), Value::Number(number)) = (shape.kind(), value) else { return None };
    #[expect(clippy::cast_possible_truncation, reason = "Go cuts it as well")]
    let whole = match number.as_i64() {
        Some(whole) => whole,
        None => number.as_f64().filter(|real| real.trunc() == *real)? as i64,
    };
    #[expect(clippy::cast_possible_truncation, reason = "Go cuts it as well")]
    let whole = if shape.format() == Some("int32") { i64::from(whole as i32) } else { whole };
    Some(whole.into())
}

/// What Go has where nothing is said.
fn nothing(shape: Shape<'static>) -> Value {
    match shape.kind() {
        _ if is_quantity(shape) => "0".into(),
        Some(Kind::Object) => Map::new().into(),
        Some(Kind::String) => "".into(),
        Some(Kind::Integer | Kind::Number) => 0.into(),
        Some(Kind::Boolean) => false.into(),
        Some(Kind::Array) | None => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(spec: Value, expected: Expect) {
        check_with(Decoder::Json, spec, expected);
    }

    #[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
    #[track_caller]
    fn check_with(decoder: Decoder, spec: Value, expected: Expect) {
        let mut unknown = Vec::new();
        let Value::Object(mut fields) = json!({ "kind": "Deployment", "spec": spec }) else {
            unreachable!("it is an object")
        };
        let decoded = decode(&mut fields, ("apps", "v1", "Deployment"), decoder, &mut unknown);
        let said = decoded.map_or_else(|why| why, |()| Value::from(fields).to_string());
        expected.assert_eq(&unknown.into_iter().chain([said]).collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn what_is_no_field_goes_and_a_null_is_nothing() {
        check(
            json!({ "replicas": null, "bogus": 1, "template": { "spec": { "containers": [{ "image": "i", "odd": {} }] } } }),
            expect![[r#"
                spec.bogus
                spec.template.spec.containers[0].odd
                {"kind":"Deployment","spec":{"template":{"spec":{"containers":[{"image":"i"}]}}}}"#]],
        );
    }

    #[test]
    fn what_is_of_another_type_is_told_as_go_tells_it() {
        check(
            json!({ "replicas": "1" }),
            expect![
                "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"
            ],
        );
        check(
            json!({ "replicas": 3_000_000_000_i64 }),
            expect![
                "json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32"
            ],
        );
        check(
            json!({ "template": { "metadata": { "labels": { "a": 1 } }, "spec": { "containers": {} } } }),
            expect![
                "json: cannot unmarshal number into Go struct field ObjectMeta.spec.template.metadata.labels of type string"
            ],
        );
        check(
            json!({ "template": { "spec": { "containers": {} } } }),
            expect![
                "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container"
            ],
        );
        check(
            json!({ "strategy": { "rollingUpdate": { "maxSurge": true } } }),
            expect![
                "json: cannot unmarshal bool into Go struct field RollingUpdateDeployment.spec.strategy.rollingUpdate.maxSurge of type int32"
            ],
        );
    }

    #[test]
    fn a_value_that_reads_itself_is_the_last_that_is_looked_at() {
        check(
            json!({ "replicas": "1", "strategy": { "rollingUpdate": { "maxSurge": {} } } }),
            expect![
                "json: cannot unmarshal object into Go struct field RollingUpdateDeployment.spec.strategy.rollingUpdate.maxSurge of type int32"
            ],
        );
    }

    #[test]
    fn what_has_been_read_before_is_converted() {
        let check = |spec, expected| check_with(Decoder::Converter, spec, expected);
        check(json!({ "replicas": "1" }), expect!["unrecognized type: int32"]);
        check(json!({ "replicas": 1.5 }), expect!["cannot convert float64 to int32"]);
        check(
            json!({ "replicas": 4_294_967_298.0 }),
            expect![[r#"{"kind":"Deployment","spec":{"replicas":2}}"#]],
        );
        check(
            json!({ "strategy": { "rollingUpdate": { "maxSurge": true } } }),
            expect!["json: cannot unmarshal bool into Go value of type int32"],
        );
    }
}
