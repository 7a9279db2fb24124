//! Values of YAML as Go holds them, which may have keys of all kinds, and what they are in JSON.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::printed;

/// So many bytes are told of an item, which is more than a body has. A server tells of all of it.
const MOST_TOLD: usize = 4 * 1024 * 1024;

#[derive(Debug, Clone)]
pub(super) enum Item {
    Null,
    Bool(bool),
    Int(i64),
    /// One that is too great for [`Item::Int`].
    Unsigned(u64),
    Float(f64),
    Text(String),
    List(Vec<Item>),
    Map(Vec<(Item, Item)>),
}

/// What two keys have in common that are the same; not being a number is never the same.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Null,
    Bool(bool),
    Int(i64),
    Unsigned(u64),
    Float(u64),
    Text(String),
}

impl Item {
    /// The item as a key, if it can be found again by it.
    pub(super) fn key(&self) -> Option<Key> {
        match self {
            Item::Null => Some(Key::Null),
            Item::Bool(truth) => Some(Key::Bool(*truth)),
            Item::Int(number) => Some(Key::Int(*number)),
            Item::Unsigned(number) => Some(Key::Unsigned(*number)),
            Item::Float(number) if number.is_nan() => None,
            // Zero has two signs.
            Item::Float(number) => Some(Key::Float((number + 0.0).to_bits())),
            Item::Text(text) => Some(Key::Text(text.clone())),
            Item::List(_) | Item::Map(_) => None,
        }
    }

    /// The item in JSON.
    ///
    /// # Errors
    ///
    /// What there is not in JSON: a key that is no text and no number, numbers that are none.
    pub(super) fn into_json(self) -> Result<Value, String> {
        let mut unfit = None;
        let value = self.converted(&mut unfit)?;
        match unfit {
            Some(number) => {
                Err(format!("json: unsupported value: {}", in_letters(number, "NaN", "+Inf", "-Inf")))
            }
            None => Ok(value),
        }
    }

    fn converted(self, unfit: &mut Option<f64>) -> Result<Value, String> {
        Ok(match self {
            Item::Null => Value::Null,
            Item::Bool(truth) => truth.into(),
            Item::Int(number) => number.into(),
            Item::Unsigned(number) => number.into(),
            Item::Float(number) if number.is_finite() => json_number(number),
            Item::Float(number) => {
                unfit.get_or_insert(number);
                Value::Null
            }
            Item::Text(text) => text.into(),
            Item::List(items) => {
                let items: Result<Vec<Value>, String> =
                    items.into_iter().map(|item| item.converted(unfit)).collect();
                items?.into()
            }
            Item::Map(entries) => {
                let mut fields = Map::new();
                for (key, item) in entries {
                    let name = name(key, &item)?;
                    fields.insert(name, item.converted(unfit)?);
                }
                fields.sort_keys();
                fields.into()
            }
        })
    }

    /// `%#v`, as far as it is told.
    pub(super) fn in_go(&self) -> String {
        if matches!(self, Item::Null) {
            return "<nil>".to_owned();
        }
        let mut text = String::new();
        self.write(&mut text);
        if text.len() > MOST_TOLD {
            text.truncate(text.floor_char_boundary(MOST_TOLD));
            text.push('…');
        }
        text
    }

    fn write(&self, text: &mut String) {
        match self {
            // What stands behind aliases may be very much.
            _ if text.len() > MOST_TOLD => {}
            Item::Null => text.push_str("interface {}(nil)"),
            Item::Bool(truth) => text.push_str(&truth.to_string()),
            Item::Int(number) => text.push_str(&number.to_string()),
            Item::Unsigned(number) => text.push_str(&format!("{number:#x}")),
            Item::Float(number) if number.is_finite() => text.push_str(&shortest(&format!("{number:e}"))),
            Item::Float(number) => text.push_str(in_letters(*number, "NaN", "+Inf", "-Inf")),
            Item::Text(inner) => text.push_str(&printed::quoted(inner)),
            Item::List(items) => {
                text.push_str("[]interface {}{");
                for (index, item) in items.iter().enumerate() {
                    text.push_str(if index > 0 { ", " } else { "" });
                    item.write(text);
                }
                text.push('}');
            }
            Item::Map(entries) => {
                let mut entries: Vec<&(Item, Item)> = entries.iter().collect();
                entries.sort_by(|(one, _), (other, _)| one.order(other));
                text.push_str("map[interface {}]interface {}{");
                for (index, (key, item)) in entries.into_iter().enumerate() {
                    text.push_str(if index > 0 { ", " } else { "" });
                    key.write(text);
                    text.push(':');
                    item.write(text);
                }
                text.push('}');
            }
        }
    }

    /// The order of keys of one kind; no number is below all.
    fn order(&self, other: &Item) -> Ordering {
        match (self, other) {
            (Item::Bool(one), Item::Bool(other)) => one.cmp(other),
            (Item::Int(one), Item::Int(other)) => one.cmp(other),
            (Item::Unsigned(one), Item::Unsigned(other)) => one.cmp(other),
            (Item::Float(one), Item::Float(other)) => {
                one.partial_cmp(other).unwrap_or_else(|| other.is_nan().cmp(&one.is_nan()))
            }
            (Item::Text(one), Item::Text(other)) => one.cmp(other),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    /// Go puts kinds in the order in which a program has them, which no rule tells.
    fn rank(&self) -> u8 {
        match self {
            Item::Null => 0,
            Item::Text(_) => 1,
            Item::Unsigned(_) => 2,
            Item::Int(_) => 3,
            Item::Float(_) => 4,
            Item::Bool(_) => 5,
            Item::List(_) | Item::Map(_) => 6,
        }
    }
}

/// The name that a key becomes.
fn name(key: Item, item: &Item) -> Result<String, String> {
    let kind = match key {
        Item::Text(text) => return Ok(text),
        Item::Int(number) => return Ok(number.to_string()),
        Item::Bool(truth) => return Ok(truth.to_string()),
        Item::Float(number) if (number as f32).is_finite() => {
            return Ok(shortest(&format!("{:e}", number as f32)));
        }
        Item::Float(number) => return Ok(in_letters(number, ".nan", ".inf", "-.inf").to_owned()),
        Item::Unsigned(_) => "uint64",
        Item::Null | Item::List(_) | Item::Map(_) => "%!s(<nil>)",
    };
    Err(format!("unsupported map key of type: {kind}, key: {}, value: {}", key.in_go(), item.in_go()))
}

fn in_letters<'a>(number: f64, none: &'a str, endless: &'a str, below: &'a str) -> &'a str {
    match () {
        () if number.is_nan() => none,
        () if number > 0.0 => endless,
        () => below,
    }
}

/// A float as Go's encoder of JSON writes it, read again: with the fewest digits, and without a point where there is no need.
fn json_number(number: f64) -> Value {
    let text = number.to_string();
    let integer = text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<u64>().map(Value::from));
    integer.unwrap_or_else(|_| number.into())
}

/// `%g` of a number that is given with an exponent: without one where it is not far from one.
fn shortest(text: &str) -> String {
    let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent @ -4..=5) => {
            let (sign, digits) = match digits.strip_prefix('-') {
                Some(digits) => ("-", digits),
                None => ("", digits),
            };
            let digits = digits.replace('.', "");
            let place = usize::try_from(exponent + 1).unwrap_or_default();
            match digits.split_at_checked(place) {
                _ if exponent < 0 => {
                    let zeros = usize::try_from(-exponent - 1).unwrap_or_default();
                    format!("{sign}0.{}{digits}", "0".repeat(zeros))
                }
                Some((whole, "")) => format!("{sign}{whole}"),
                Some((whole, part)) => format!("{sign}{whole}.{part}"),
                None => format!("{sign}{digits:0<place$}"),
            }
        }
        Ok(exponent @ 0..) => format!("{digits}e+{exponent:02}"),
        Ok(exponent) => format!("{digits}e-{:02}", -exponent),
        Err(_) => text.to_owned(),
    }
}
