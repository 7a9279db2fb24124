//! What a log line looks like: a pure function from an event to text.

use std::fmt::Write;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value};
use tracing::Level;

use super::Format;

/// How lines are written.
#[derive(Debug, Clone)]
pub(super) struct Style {
    /// The layout.
    pub format: Format,
    /// Whether fields and the second and later lines of a message are shown.
    pub details: bool,
    /// Whether levels have colours.
    pub colours: bool,
    /// The zone of times in text.
    pub zone: TimeZone,
}

/// An event.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub at: Timestamp,
    pub level: Level,
    pub origin: &'a str,
    /// Whether all lines of the message are always shown.
    pub whole: bool,
    /// Whether the message stands for itself.
    pub bare: bool,
    /// `namespace/name`, or a name.
    pub object: Option<&'a str>,
    pub message: &'a str,
    pub fields: &'a [(String, Value)],
}

/// Fields that say more about an object than its name.
const OF_OBJECT: [&str; 4] = ["apiVersion", "kind", "resource", "uid"];

const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

impl Style {
    /// The line, with its end.
    pub(super) fn render(&self, line: &Line<'_>) -> String {
        let message = self.message(line);
        match self.format {
            Format::Json => json(line, message),
            Format::Full | Format::Plain if line.bare => format!("{}\n", printable(message)),
            Format::Full => format!("{}{}\n", self.head(line), self.body(line, message)),
            Format::Plain => format!("{}\n", self.body(line, message)),
        }
    }

    /// The message, or its first line where the rest is a detail.
    fn message<'a>(&self, line: &Line<'a>) -> &'a str {
        let message = line.message.trim_end();
        if self.details || line.whole || line.bare {
            message
        } else {
            message.lines().next().unwrap_or_default()
        }
    }

    fn head(&self, line: &Line<'_>) -> String {
        let time = line.at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S%.3f").to_string();
        let (dim, colour, reset) = if self.colours { (DIM, colour(line.level), RESET) } else { ("", "", "") };
        format!(
            "{dim}[{time}]{reset} {colour}{:<5}{reset} {dim}{}{reset}  ",
            line.level,
            printable(line.origin)
        )
    }

    fn body(&self, line: &Line<'_>, message: &str) -> String {
        let mut body = match line.object {
            Some(object) => format!("[{}] {}", printable(object), printable(message)),
            None => printable(message),
        };
        if self.details && self.format == Format::Full {
            for (name, value) in line.fields {
                let _ = write!(body, " {name}={}", shown(value));
            }
        }
        body
    }
}

fn colour(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        Level::DEBUG => "\x1b[34m",
        Level::TRACE => "\x1b[35m",
    }
}

/// A field's value: a word as it is, anything else as JSON.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && c != '"') => {
            text.clone()
        }
        other => other.to_string(),
    }
}

/// The text with its lines indented below the first, so that none can pass for a line of its own, and without what
/// would make a terminal do things: messages quote what objects hold, and that is anybody's.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => printable.push_str("\n    "),
            '\r' => {}
            '\t' => printable.push(c),
            c if c.is_control() => printable.extend(c.escape_default()),
            c => printable.push(c),
        }
    }
    printable
}

fn json(line: &Line<'_>, message: &str) -> String {
    let mut fields = Map::new();
    fields.insert("message".to_owned(), message.into());
    fields.insert("timestamp".to_owned(), line.at.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string().into());
    if let Some(object) = line.object {
        let (namespace, name) =
            object.split_once('/').map_or((None, object), |(namespace, name)| (Some(namespace), name));
        let mut reference = Map::new();
        reference.extend(namespace.map(|namespace| ("namespace".to_owned(), namespace.into())));
        reference.insert("name".to_owned(), name.into());
        let more = line.fields.iter().filter(|(field, _)| OF_OBJECT.contains(&field.as_str()));
        reference.extend(more.map(|(field, value)| (field.clone(), value.clone())));
        fields.insert("object".to_owned(), reference.into());
    }
    fields.insert("severity".to_owned(), line.level.as_str().to_ascii_lowercase().into());
    fields.insert("origin".to_owned(), line.origin.into());
    for (field, value) in line.fields {
        let is_placed = line.object.is_some() && OF_OBJECT.contains(&field.as_str());
        if !is_placed && !fields.contains_key(field) {
            fields.insert(field.clone(), value.clone());
        }
    }
    format!("{}\n", Value::Object(fields))
}

#[cfg(test)]
mod tests;
