//! Values of YAML as Go holds them, which may have keys of all kinds, and what they are in JSON.

use serde_json::{Map, Value};

use crate::printed;

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

    /// `%#v`
    pub(super) fn in_go(&self) -> String {
        match self {
            Item::Null => "<nil>".to_owned(),
            inner => inner.inside(),
        }
    }

    fn inside(&self) -> String {
        match self {
            Item::Null => "interface {}(nil)".to_owned(),
            Item::Bool(truth) => truth.to_string(),
            Item::Int(number) => number.to_string(),
            Item::Unsigned(number) => format!("{number:#x}"),
            Item::Float(number) if number.is_finite() => shortest(&format!("{number:e}")),
            Item::Float(number) => in_letters(*number, "NaN", "+Inf", "-Inf").to_owned(),
            Item::Text(text) => printed::quoted(text),
            Item::List(items) => {
                let items: Vec<String> = items.iter().map(Item::inside).collect();
                format!("[]interface {{}}{{{}}}", items.join(", "))
            }
            Item::Map(entries) => {
                let mut entries: Vec<String> =
                    entries.iter().map(|(key, item)| format!("{}:{}", key.inside(), item.inside())).collect();
                entries.sort();
                format!("map[interface {{}}]interface {{}}{{{}}}", entries.join(", "))
            }
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
