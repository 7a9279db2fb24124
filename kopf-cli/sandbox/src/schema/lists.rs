//! Lists whose items are told apart: no two may be the same, or have the same keys.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{ListType, Shape, place::Place, visiting::visit};
use crate::{printed, status::Cause};

/// Everything that is twice where it may be once.
pub(crate) fn list_faults(fields: &Map<String, Value>, shape: Shape<'_>) -> Vec<Cause> {
    let mut causes = Vec::new();
    visit(fields, shape, &mut |value, shape, place| {
        let Value::Array(items) = value else { return };
        match shape.list_type() {
            Some(ListType::Set) => causes.extend(
                repeated(items.iter().map(identity))
                    .map(|index| Cause::duplicate(place.index(index).to_string(), &items[index])),
            ),
            Some(ListType::Map) => map_faults(items, shape.map_keys(), place, &mut causes),
            Some(ListType::Atomic) | None => {}
        }
    });
    causes
}

fn map_faults(items: &[Value], keys: &[Box<str>], place: &Place<'_>, causes: &mut Vec<Cause>) {
    let odd = items.iter().position(|item| !item.is_null() && !item.is_object());
    if let Some(index) = odd {
        let why = "must be an object for an array of list-type map";
        causes.push(Cause::invalid_value(place.index(index).to_string(), &items[index], why));
        return;
    }
    let found: Vec<Value> = items.iter().map(|item| keys_of(item, keys)).collect();
    let only = if let [only] = keys { Some(only) } else { None };
    let identities =
        found.iter().map(|said| identity(only.and_then(|only| said.get(&**only)).unwrap_or(said)));
    let twice = repeated(identities);
    causes.extend(twice.map(|index| Cause::duplicate(place.index(index).to_string(), &found[index])));
}

/// What an item of a list is told apart by: its keys, as far as it has them.
fn keys_of(item: &Value, keys: &[Box<str>]) -> Value {
    let said = keys.iter().filter_map(|key| Some((key.to_string(), item.get(&**key)?.clone())));
    said.collect::<Map<String, Value>>().into()
}

/// The items of a list, to be found by their keys.
pub(crate) struct Index<'a> {
    keys: &'a [Box<str>],
    items: HashMap<String, &'a Value>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(items: &'a [Value], keys: &'a [Box<str>]) -> Self {
        let known = items.iter().filter(|item| item.is_object());
        Index { keys, items: known.map(|item| (printed::json(&keys_of(item, keys)), item)).collect() }
    }

    /// The item that has the same keys.
    pub(crate) fn find(&self, like: &Value) -> Option<&'a Value> {
        like.as_object()?;
        self.items.get(&printed::json(&keys_of(like, self.keys))).copied()
    }
}

/// What is the same for equal values: by itself, an integer is no float.
fn identity(value: &Value) -> String {
    match value {
        Value::Number(number) if number.is_f64() => {
            // There is one zero.
            format!("{:?}", number.as_f64().unwrap_or_default() + 0.0)
        }
        other => printed::json(other),
    }
}

/// The places of what is there for the second time; a third is not told of.
fn repeated(items: impl Iterator<Item = String>) -> impl Iterator<Item = usize> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut places = Vec::new();
    for (index, item) in items.enumerate() {
        let times = seen.entry(item).or_default();
        *times += 1;
        if *times == 2 {
            places.push(index);
        }
    }
    places.into_iter()
}
