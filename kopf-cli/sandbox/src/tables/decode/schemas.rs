//! What stands in the schemas of definitions in one of several forms: it reads itself, stops at the first fault, and passes over
//! what it does not know.

use serde_json::Value;

use super::{Read, Reading, Trail, words};
use crate::{
    schema::{Place, Shape},
    tables::{built_in, schemas},
};

/// The type of schemas.
const SCHEMA: &str = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps";

impl Reading<'_> {
    /// Reads a value of such a type; `None` where it is of another.
    pub(super) fn schematic(
        &self,
        value: &mut Value,
        shape: Shape<'static>,
        place: &Place<'_>,
        trail: &Trail<'_>,
    ) -> Option<Read> {
        let form = shape.name()?.strip_prefix(SCHEMA)?;
        let mut unknown = Vec::new();
        let mut inner = Reading { decoder: self.decoder, unknown: &mut unknown, fault: None };
        let read = match (form, value) {
            ("OrBool", Value::Bool(_)) => Ok(()),
            ("OrBool" | "OrArray" | "OrStringArray", value @ Value::Object(_)) => {
                inner.schema(value, place, trail)
            }
            ("OrBool", _) => Err("boolean or JSON schema expected".to_owned()),
            ("OrArray", Value::Array(items)) => {
                let mut items = items.iter_mut().enumerate();
                items.try_for_each(|(index, item)| match item {
                    Value::Null => Ok(()),
                    item => inner.schema(item, &place.index(index), &trail.inside()),
                })
            }
            ("OrStringArray", Value::Array(items)) => {
                let other = items.iter().find(|item| !item.is_string() && !item.is_null());
                other.map_or(Ok(()), |other| Err(words::of_text(other, &trail.inside())))
            }
            _ => return None,
        };
        Some(read.and_then(|()| inner.fault.map_or(Ok(()), Err)))
    }

    fn schema(&mut self, value: &mut Value, place: &Place<'_>, trail: &Trail<'_>) -> Read {
        let Some(shape) = schemas::entry(SCHEMA).map(built_in::shape) else { return Ok(()) };
        match value {
            Value::Object(fields) => self.object(fields, shape, place, Some(trail)),
            other => Err(words::of_json(other, shape, trail)),
        }
    }
}
