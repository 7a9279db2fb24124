//! One step of a path into an object, in the order and in the words of the API.

use std::{cmp::Ordering, fmt};

use serde_json::{Map, Value};

use crate::printed;

/// From a value to one that is in it.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// The field of that name.
    Field(Box<str>),
    /// The item of a list that has these values, in alphabetical order of their names.
    Key(Box<[(Box<str>, Value)]>),
    /// The item of a set that is this value.
    Item(Value),
    /// The item at that place.
    Index(i64),
}

impl Step {
    pub(super) fn field(name: &str) -> Self {
        Step::Field(name.into())
    }

    /// Reads what [`Step::text`] writes; `None` for a kind of steps that is not known.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub(super) fn parse(text: &str) -> Result<Option<Self>, String> {
        if text.len() < 2 {
            return Err("key must be 2 characters long:".to_owned());
        }
        let Some((kind, rest)) = text.split_once(':').filter(|(kind, _)| kind.len() == 1) else {
            return Err(format!("missing colon: {text}"));
        };
        Ok(Some(match kind {
            "f" => Step::field(rest),
            "k" => match serde_json::from_str::<Value>(rest).map_err(|error| error.to_string())? {
                Value::Object(fields) => {
                    Step::key(fields.into_iter().map(|(name, value)| (name.into(), value)))
                }
                _ => return Err(format!("expected an object as key: {rest}")),
            },
            "v" => Step::Item(serde_json::from_str(rest).map_err(|error| error.to_string())?),
            "i" => Step::Index(rest.parse().map_err(|_| format!("invalid index: {rest}"))?),
            _ => return Ok(None),
        }))
    }

    pub(super) fn key(fields: impl IntoIterator<Item = (Box<str>, Value)>) -> Self {
        let mut fields: Vec<_> = fields.into_iter().collect();
        fields.sort_by(|(one, _), (other, _)| one.cmp(other));
        Step::Key(fields.into())
    }

    /// As `FieldsV1` has it: `f:spec`, `k:{"name":"a"}`, `v:1`, `i:0`.
    pub(super) fn text(&self) -> String {
        match self {
            Step::Field(name) => ["f:", name].concat(),
            Step::Key(fields) => {
                let fields: Map<String, Value> =
                    fields.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
                format!("k:{}", printed::json(&fields.into()))
            }
            Step::Item(value) => format!("v:{}", printed::json(value)),
            Step::Index(index) => format!("i:{index}"),
        }
    }
}

/// As refusals have it: `.spec`, `[name="a"]`, `[=1]`, `[0]`.
impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Field(name) => write!(formatter, ".{name}"),
            Step::Key(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
                write!(formatter, "[{}]", fields.join(","))
            }
            Step::Item(value) => write!(formatter, "[={value}]"),
            Step::Index(index) => write!(formatter, "[{index}]"),
        }
    }
}

impl Ord for Step {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Step::Field(one), Step::Field(other)) => one.cmp(other),
            (Step::Key(one), Step::Key(other)) => {
                let pairs = one.iter().zip(other.iter());
                let order = pairs.map(|((name, value), (other_name, other_value))| {
                    name.cmp(other_name).then_with(|| compare_values(value, other_value))
                });
                let first = order.into_iter().find(|order| order.is_ne());
                first.unwrap_or_else(|| one.len().cmp(&other.len()))
            }
            (Step::Item(one), Step::Item(other)) => compare_values(one, other),
            (Step::Index(one), Step::Index(other)) => one.cmp(other),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl Step {
    fn rank(&self) -> u8 {
        match self {
            Step::Field(_) => 0,
            Step::Key(_) => 1,
            Step::Item(_) => 2,
            Step::Index(_) => 3,
        }
    }
}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Step {}

/// An order of all values: numbers, texts, booleans, lists, objects, null.
fn compare_values(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => match (one.as_i64(), other.as_i64()) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => one.as_f64().partial_cmp(&other.as_f64()).unwrap_or(Ordering::Equal),
        },
        (Value::String(one), Value::String(other)) => one.cmp(other),
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (Value::Array(one), Value::Array(other)) => {
            let order = one.iter().zip(other).map(|(one, other)| compare_values(one, other));
            order.into_iter().find(|order| order.is_ne()).unwrap_or_else(|| one.len().cmp(&other.len()))
        }
        (Value::Object(one), Value::Object(other)) => {
            let sorted = |fields: &Map<String, Value>| {
                let mut fields: Vec<_> =
                    fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
                fields.sort_by(|(one, _), (other, _)| one.cmp(other));
                fields
            };
            let (one, other) = (sorted(one), sorted(other));
            let order = one.iter().zip(&other).map(|((name, value), (other_name, other_value))| {
                name.cmp(other_name).then_with(|| compare_values(value, other_value))
            });
            order.into_iter().find(|order| order.is_ne()).unwrap_or_else(|| one.len().cmp(&other.len()))
        }
        _ => rank(one).cmp(&rank(other)),
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Number(_) => 0,
        Value::String(_) => 1,
        Value::Bool(_) => 2,
        Value::Array(_) => 3,
        Value::Object(_) => 4,
        Value::Null => 5,
    }
}
