//! Reads objects of built-in kinds as a server in Go does: what is no field of theirs goes, a null is nothing, and what is
//! of another type is refused.

use serde_json::{Map, Value};

use super::shape;
use crate::{
    quantity,
    schema::{Additional, Kind, Place, Shape},
    times::{self, Exactness},
};

/// What all objects have, which is read by those who know it.
const META: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Reads all but the metadata of an object, and adds the places of what is no field to `unknown`.
///
/// # Errors
///
/// The first value that is of another type than its field, in the words of Go.
pub(crate) fn decode(
    fields: &mut Map<String, Value>,
    (group, version, kind): (&str, &str, &str),
    unknown: &mut Vec<String>,
) -> Result<(), String> {
    let Some(shape) = shape(group, version, kind) else { return Ok(()) };
    let mut reading = Reading { unknown, fault: None };
    reading.object(fields, shape, true, &Place::ROOT, None);
    reading.fault.map_or(Ok(()), Err)
}

struct Reading<'a> {
    unknown: &'a mut Vec<String>,
    fault: Option<String>,
}

/// The fields on the way to a value, as Go tells of them: without the keys of maps and the places in lists.
#[derive(Clone, Copy)]
struct Trail<'a> {
    above: Option<&'a Trail<'a>>,
    /// The type that the field is one of.
    of: &'static str,
    field: &'a str,
}

impl Trail<'_> {
    fn dotted(&self) -> String {
        match self.above {
            Some(above) => format!("{}.{}", above.dotted(), self.field),
            None => self.field.to_owned(),
        }
    }
}

impl Reading<'_> {
    fn object(
        &mut self,
        fields: &mut Map<String, Value>,
        shape: Shape<'static>,
        root: bool,
        place: &Place<'_>,
        above: Option<&Trail<'_>>,
    ) {
        let of = shape.name().map_or("", |name| name.rsplit('.').next().unwrap_or(name));
        fields.retain(|name, value| {
            if root && META.contains(&name.as_str()) {
                return true;
            }
            let place = place.field(name);
            let Some(shape) = shape.property(name) else {
                self.unknown.push(place.dotted());
                return false;
            };
            if !value.is_null() {
                self.value(value, shape, &place, &Trail { above, of, field: name });
            }
            !value.is_null()
        });
    }

    fn value(&mut self, value: &mut Value, shape: Shape<'static>, place: &Place<'_>, trail: &Trail<'_>) {
        match (shape.kind(), value) {
            (Some(Kind::Object), Value::Object(fields)) => match shape.additional() {
                Additional::Of(shape) => {
                    for (key, value) in fields.iter_mut() {
                        if value.is_null() && shape.kind() == Some(Kind::String) {
                            *value = "".into();
                        }
                        self.value(value, shape, &place.field(key), trail);
                    }
                }
                Additional::None if shape.properties().next().is_some() => {
                    self.object(fields, shape, false, place, Some(trail));
                }
                Additional::None | Additional::Any => {}
            },
            (Some(Kind::Array), Value::Array(items)) => {
                let Some(shape) = shape.items() else { return };
                for (index, item) in items.iter_mut().enumerate() {
                    self.value(item, shape, &place.index(index), trail);
                }
            }
            (_, value) => {
                let settled = moment(value, shape).or_else(|| amount(value, shape));
                let settled = settled.unwrap_or_else(|| match fault(value, shape, trail) {
                    Some(fault) => Err(fault),
                    None => Ok(()),
                });
                if let (Err(fault), None) = (settled, &self.fault) {
                    self.fault = Some(fault);
                }
            }
        }
    }
}

/// Has a moment be as it is shown; `None` for what is none.
fn moment(value: &mut Value, shape: Shape<'static>) -> Option<Result<(), String>> {
    let Value::String(text) = value else { return None };
    let exactness = Exactness::of_type(shape.name()?)?;
    Some(times::settle(text, exactness).map(|shown| *text = shown))
}

/// Has a quantity be as it is shown; `None` for what is none.
fn amount(value: &mut Value, shape: Shape<'static>) -> Option<Result<(), String>> {
    let is_one = shape.name()?.ends_with(".resource.Quantity");
    (is_one && !value.is_null()).then(|| quantity::settle(value))
}

/// Why a value is not of its type; null is of any.
fn fault(value: &Value, shape: Shape<'static>, trail: &Trail<'_>) -> Option<String> {
    let fits = match (shape.kind(), value) {
        (_, Value::Null)
        | (Some(Kind::String), Value::String(_))
        | (Some(Kind::Boolean), Value::Bool(_))
        | (Some(Kind::Number), Value::Number(_)) => true,
        (Some(Kind::Integer), Value::Number(number)) => number
            .as_i64()
            .is_some_and(|number| shape.format() != Some("int32") || i32::try_from(number).is_ok()),
        (None, value) if shape.int_or_string() => value.is_string() || value.is_i64(),
        (None, _) => true,
        _ => false,
    };
    if fits {
        return None;
    }
    let found = match (shape.kind(), value) {
        (Some(Kind::Integer), Value::Number(number)) => format!("number {number}"),
        (_, Value::Null) => "null".to_owned(),
        (_, Value::Bool(_)) => "bool".to_owned(),
        (_, Value::Number(_)) => "number".to_owned(),
        (_, Value::String(_)) => "string".to_owned(),
        (_, Value::Array(_)) => "array".to_owned(),
        (_, Value::Object(_)) => "object".to_owned(),
    };
    // These read themselves, and do not know where they are.
    let into = match shape.format() {
        Some("date-time") => "value of type string".to_owned(),
        Some("int-or-string") => "value of type int32".to_owned(),
        _ => format!("struct field {}.{} of type {}", trail.of, trail.dotted(), type_in_go(shape)),
    };
    Some(format!("json: cannot unmarshal {found} into Go {into}"))
}

/// The type of a field in Go, as far as the schema tells.
fn type_in_go(shape: Shape<'static>) -> String {
    match shape.kind() {
        Some(Kind::Object) => match (shape.additional(), shape.name()) {
            (Additional::Of(shape), _) => format!("map[string]{}", type_in_go(shape)),
            (_, Some(name)) => {
                let mut parts = name.rsplit('.');
                let (name, package) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                format!("{package}.{name}")
            }
            (_, None) => "map[string]interface {}".to_owned(),
        },
        Some(Kind::Array) => {
            format!("[]{}", shape.items().map_or_else(|| "interface {}".to_owned(), type_in_go))
        }
        Some(Kind::Integer) => shape.format().unwrap_or("int64").to_owned(),
        Some(Kind::Number) => "float64".to_owned(),
        Some(Kind::Boolean) => "bool".to_owned(),
        Some(Kind::String) if shape.format() == Some("byte") => "[]uint8".to_owned(),
        Some(Kind::String) => "string".to_owned(),
        None => "interface {}".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
    #[track_caller]
    fn check(spec: Value, expected: Expect) {
        let mut unknown = Vec::new();
        let Value::Object(mut fields) = json!({ "kind": "Deployment", "spec": spec }) else {
            unreachable!("it is an object")
        };
        let decoded = decode(&mut fields, ("apps", "v1", "Deployment"), &mut unknown);
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
            expect!["json: cannot unmarshal bool into Go value of type int32"],
        );
    }
}
