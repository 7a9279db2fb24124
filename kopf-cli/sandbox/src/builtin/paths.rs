//! What stands at a path in an object: `/spec/template/spec`, `/spec/volumes/0`.

use serde_json::{Map, Value};

/// What stands there, if anything does.
pub(super) fn get<'a>(fields: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut steps = path.split('/').skip(1);
    let first = fields.get(steps.next()?)?;
    steps.try_fold(first, |value, step| match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        value => value.get(step),
    })
}

/// The same, to be changed.
pub(super) fn get_mut<'a>(fields: &'a mut Map<String, Value>, path: &str) -> Option<&'a mut Value> {
    let mut steps = path.split('/').skip(1);
    let first = fields.get_mut(steps.next()?)?;
    steps.try_fold(first, |value, step| match value {
        Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        value => value.get_mut(step),
    })
}
