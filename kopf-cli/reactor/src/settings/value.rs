//! The types that settings have: how a value of one is read, bounded, shown and asked for.

use std::{fmt, ops::RangeInclusive, str::FromStr, time::Duration};

use kopf_core::cycle::Durability;
use serde_json::{Number, Value};

use super::Events;
use crate::peering::Mode;

/// A value that somebody wants a setting to have.
#[derive(Debug, Clone, Copy)]
pub enum Given<'a> {
    /// Text that stands for it, as in the environment.
    Text(&'a str),
    /// The value itself, as in a file.
    Typed(&'a Value),
}

/// The value as JSON, cut where it is long.
impl fmt::Display for Given<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 60;
        let text = match self {
            Given::Text(text) => format!("`{text}`"),
            Given::Typed(value) => value.to_string(),
        };
        match text.char_indices().nth(MOST) {
            Some((end, _)) => write!(f, "{}…", &text[..end]),
            None => f.write_str(&text),
        }
    }
}

impl<'a> Given<'a> {
    fn text(&self) -> Option<&'a str> {
        match *self {
            Given::Text(text) => Some(text.trim()),
            Given::Typed(value) => value.as_str(),
        }
    }

    /// A number, which text can stand for.
    fn number<T: FromStr>(&self, typed: fn(&Value) -> Option<T>) -> Option<T> {
        match *self {
            Given::Text(text) => text.trim().parse().ok(),
            Given::Typed(value) => typed(value),
        }
    }
}

/// The type of a setting.
pub(super) trait Setting: Sized {
    /// What is told of a setting of this type besides its default.
    type Bounds;

    /// The value, if it is one of this type and within the bounds.
    fn read(given: &Given<'_>, bounds: &Self::Bounds) -> Option<Self>;

    /// The value as JSON.
    fn value(&self) -> Value;

    /// What is expected, for messages.
    fn expected(bounds: &Self::Bounds) -> String;

    /// The value for people.
    fn text(&self) -> String {
        match self.value() {
            Value::String(text) => text,
            value => value.to_string(),
        }
    }
}

impl Setting for Duration {
    type Bounds = RangeInclusive<Duration>;

    fn read(given: &Given<'_>, bounds: &Self::Bounds) -> Option<Duration> {
        let seconds = given.number(Value::as_f64).or_else(|| units(given.text()?))?;
        Duration::try_from_secs_f64(seconds).ok().filter(|span| bounds.contains(span))
    }

    fn value(&self) -> Value {
        match self.subsec_nanos() {
            0 => self.as_secs().into(),
            _ => self.as_secs_f64().into(),
        }
    }

    fn expected(bounds: &Self::Bounds) -> String {
        let (least, most) = (span(*bounds.start()), span(*bounds.end()));
        format!("{least} to {most}: a number of seconds, or text such as \"1m30s\"")
    }

    fn text(&self) -> String {
        span(*self)
    }
}

/// Whole numbers.
macro_rules! counts {
    ($($Type:ty),+) => {$(
        impl Setting for $Type {
            type Bounds = RangeInclusive<$Type>;

            fn read(given: &Given<'_>, bounds: &Self::Bounds) -> Option<$Type> {
                let whole = |value: &Value| {
                    let signed = || value.as_i64().map(i128::from);
                    value.as_u64().map(i128::from).or_else(signed)?.try_into().ok()
                };
                let number = given.number(whole)?;
                Some(number).filter(|number| bounds.contains(number))
            }

            fn value(&self) -> Value {
                Number::from(*self).into()
            }

            fn expected(bounds: &Self::Bounds) -> String {
                match *bounds.end() {
                    <$Type>::MAX => format!("a whole number from {}", bounds.start()),
                    most => format!("a whole number from {} to {most}", bounds.start()),
                }
            }
        }
    )+};
}

counts!(u16, u32, usize, i64);

impl Setting for f64 {
    type Bounds = RangeInclusive<f64>;

    fn read(given: &Given<'_>, bounds: &Self::Bounds) -> Option<f64> {
        given.number(Value::as_f64).filter(|number| bounds.contains(number))
    }

    fn value(&self) -> Value {
        (*self).into()
    }

    fn expected(bounds: &Self::Bounds) -> String {
        format!("a number from {} to {}", bounds.start(), bounds.end())
    }
}

impl Setting for String {
    /// How many characters.
    type Bounds = RangeInclusive<usize>;

    fn read(given: &Given<'_>, bounds: &Self::Bounds) -> Option<String> {
        given.text().filter(|text| bounds.contains(&text.chars().count())).map(str::to_owned)
    }

    fn value(&self) -> Value {
        self.as_str().into()
    }

    fn expected(bounds: &Self::Bounds) -> String {
        format!("text of {} to {} characters", bounds.start(), bounds.end())
    }
}

/// Words of which one is chosen.
macro_rules! words {
    ($Type:ident { $($word:literal => $Variant:ident),+ }) => {
        impl Setting for $Type {
            type Bounds = ();

            fn read(given: &Given<'_>, (): &()) -> Option<$Type> {
                match given.text()?.to_ascii_lowercase().as_str() {
                    $( $word => Some($Type::$Variant), )+
                    _ => None,
                }
            }

            fn value(&self) -> Value {
                match self { $( $Type::$Variant => $word, )+ }.into()
            }

            fn expected((): &()) -> String {
                [$($word),+].join(" or ")
            }
        }
    };
}

words!(Events { "all" => All, "warnings" => Warnings, "none" => None });
words!(Mode { "auto" => Auto, "mandatory" => Mandatory, "standalone" => Standalone });
words!(Durability { "auto" => Auto, "each" => Each, "cycle" => Cycle });

/// The units of spans, the longest first, in nanoseconds.
const UNITS: [(&str, u128); 5] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
];

/// Adds up numbers with units, as in `1m30s`; the sum is in seconds.
fn units(text: &str) -> Option<f64> {
    let mut rest = text.trim();
    let mut seconds = None;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let (_, nanos) = UNITS.iter().find(|(known, _)| *known == unit)?;
        seconds = Some(seconds.unwrap_or(0.0) + number.parse::<f64>().ok()? * (*nanos as f64 / 1e9));
        rest = tail.trim_start();
    }
    seconds
}

/// A span of time with its units, such as `1m30s`. What is below a millisecond is left out.
pub fn span(span: Duration) -> String {
    let mut rest = span.as_nanos();
    let mut text = String::new();
    for (unit, nanos) in UNITS {
        let count = rest / nanos;
        rest %= nanos;
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}
