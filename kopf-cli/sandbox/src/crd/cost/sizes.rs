//! How large the values of a schema may be: what it bounds, and else what a request can hold.

use super::MAX_REQUEST;
use crate::schema::{Additional, Kind, Shape, named_so, tells_all};

/// How long a span, a day and a moment may be, with their quotation marks.
const SPAN: u64 = 32;
const DAY: u64 = 12;
const MOMENT: u64 = 32;
/// How short they may be.
const SHORTEST_SPAN: u64 = 3;
const SHORTEST_MOMENT: u64 = 21;
/// How long names of objects may be.
const LONGEST_NAME: u64 = 253;
/// How many bytes a letter may have.
const LETTER: u64 = 4;

/// What is declared at a place that a rule names.
#[derive(Debug, Clone, Copy)]
pub(super) enum Declared<'a> {
    /// A value of the schema, and whether it is a whole resource.
    Value(Shape<'a>, bool),
    /// `metadata` of a resource of this shape, as rules see it.
    Metadata(Shape<'a>),
    /// A text that may be so long, in bytes.
    Text(u64),
    /// The key of a map.
    Key,
}

impl<'a> Declared<'a> {
    /// How many letters, items or entries it has at most; none where that is not a question.
    pub(super) fn most(self) -> u64 {
        match self {
            Declared::Value(shape, _) => *shape.sizes().most.get_or_init(|| most(shape)),
            Declared::Text(most) => most,
            Declared::Metadata(_) | Declared::Key => 0,
        }
    }

    /// The items of a list, or the values of a map.
    pub(super) fn element(self) -> Option<Self> {
        let Declared::Value(shape, _) = self else { return None };
        let element = match (shape.items(), shape.additional()) {
            (Some(items), _) => items,
            (None, Additional::Of(values)) => values,
            _ => return None,
        };
        Some(Declared::Value(element, element.embedded()))
    }

    pub(super) fn is_map(self) -> bool {
        matches!(self, Declared::Value(shape, _) if matches!(shape.additional(), Additional::Of(_)))
    }

    pub(super) fn field(self, name: &str) -> Option<Self> {
        match self {
            Declared::Value(shape, true) if !tells_all(shape) => match name {
                "apiVersion" | "kind" => Some(Declared::Text(MAX_REQUEST - 2)),
                "metadata" => Some(Declared::Metadata(shape)),
                _ => Declared::Value(shape, false).field(name),
            },
            Declared::Value(shape, _) => {
                let found = named_so(shape, name)?;
                Some(Declared::Value(found, found.embedded()))
            }
            Declared::Metadata(of) => {
                let most = match name {
                    "name" => LONGEST_NAME,
                    // Something is put behind it.
                    "generateName" => LONGEST_NAME - 1,
                    _ => return None,
                };
                let said = of
                    .property("metadata")
                    .and_then(|metadata| metadata.property(name)?.limits()?.max_length);
                Some(Declared::Text(said.map_or(most, |said| said.min(most)) * LETTER))
            }
            Declared::Text(_) | Declared::Key => None,
        }
    }
}

/// How often what is in a value can be there for each of it; absent where nothing bounds it.
pub(super) fn elements(shape: Shape<'_>) -> Option<u64> {
    let limits = shape.limits();
    match (shape.kind(), shape.additional()) {
        (Some(Kind::Object), Additional::None) => Some(1),
        (Some(Kind::Object), _) => limits?.max_properties,
        (Some(Kind::Array), _) => limits?.max_items,
        _ => Some(1),
    }
}

fn most(shape: Shape<'_>) -> u64 {
    let limits = shape.limits();
    let length = limits.and_then(|limits| limits.max_length);
    let letters = length.map(|length| length.saturating_mul(LETTER));
    if shape.int_or_string() {
        return letters.unwrap_or(MAX_REQUEST - 2);
    }
    match (shape.kind(), shape.format()) {
        (Some(Kind::Array), _) => {
            let bound = limits.and_then(|limits| limits.max_items);
            bound.unwrap_or_else(|| {
                let least = shape.items().and_then(least_within);
                (MAX_REQUEST - 2) / (least.unwrap_or_default() + 1)
            })
        }
        (Some(Kind::Object), _) => {
            let Additional::Of(values) = shape.additional() else { return 0 };
            let bound = limits.and_then(|limits| limits.max_properties);
            bound.unwrap_or_else(|| {
                // A key, its quotation marks, a colon and a comma.
                (MAX_REQUEST - 2) / (least_within(values).unwrap_or_default() + 6)
            })
        }
        (Some(Kind::String), Some("byte")) => length.unwrap_or(MAX_REQUEST - 2),
        (Some(Kind::String), Some("duration")) => SPAN,
        (Some(Kind::String), Some("date")) => DAY,
        (Some(Kind::String), Some("date-time")) => MOMENT,
        (Some(Kind::String), _) => {
            let named = limits.and_then(|limits| limits.enumeration.as_deref()).map(|values| {
                values.iter().filter_map(|value| value.as_str()).map(str::len).max().unwrap_or_default()
                    as u64
            });
            letters.or(named).unwrap_or(MAX_REQUEST - 2)
        }
        _ => 0,
    }
}

/// The same of what is in another value, which is worked out once, however often it is named.
fn least_within(shape: Shape<'_>) -> Option<u64> {
    *shape.sizes().least.get_or_init(|| least(shape, shape.embedded()))
}

/// How many bytes a value has at least; absent where rules do not see it.
pub(super) fn least(shape: Shape<'_>, resource: bool) -> Option<u64> {
    if shape.int_or_string() {
        return Some(1);
    }
    match shape.kind()? {
        Kind::Array => {
            let items = shape.items()?;
            least_within(items).map(|_| 2)
        }
        Kind::Object => match shape.additional() {
            Additional::Of(values) => least_within(values).map(|_| 2),
            _ => {
                let required = shape.limits().map(|limits| &limits.required);
                let needed = required.into_iter().flatten().filter_map(|name| {
                    if resource && ["apiVersion", "kind", "metadata"].contains(&&**name) {
                        return Some(name.len() as u64 + 2 + 4);
                    }
                    let field = shape.property(name).filter(|field| field.default().is_none())?;
                    Some(name.len() as u64 + least_within(field)? + 4)
                });
                Some(2 + needed.sum::<u64>())
            }
        },
        Kind::String => Some(match shape.format() {
            Some("duration") => SHORTEST_SPAN,
            Some("date") => DAY,
            Some("date-time") => SHORTEST_MOMENT,
            _ => 2,
        }),
        Kind::Boolean => Some(4),
        Kind::Integer | Kind::Number => Some(1),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::{Map, Value, json};

    use super::*;
    use crate::schema::Schema;

    #[test]
    fn sizes_are_worked_out_once_however_often_they_are_asked_for() {
        let names: Vec<String> = (0..5_000).map(|number| format!("field{number}")).collect();
        let properties: Map<String, Value> =
            names.iter().map(|name| (name.clone(), json!({"type": "string"}))).collect();
        let items = json!({"type": "object", "required": names, "properties": properties});
        let schema = Schema::custom(&json!({"type": "array", "items": items}));
        let before = Instant::now();
        let most: Vec<u64> = (0..60_000).map(|_| Declared::Value(schema.shape(), false).most()).collect();
        assert!(most.iter().all(|most| *most == (MAX_REQUEST - 2) / 73_893), "{:?}", most.first());
        assert!(before.elapsed() < Duration::from_secs(5), "{:?}", before.elapsed());
    }
}
