//! What a log line looks like: a pure function from an event to text.

use std::{cell::RefCell, fmt::Write};

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
        if self.format == Format::Json {
            return json(line, message);
        }
        let mut text = String::with_capacity(128 + message.len());
        if line.bare {
            push_printable(&mut text, message);
        } else {
            if self.format == Format::Full {
                self.head(&mut text, line);
            }
            self.body(&mut text, line, message);
        }
        text.push('\n');
        text
    }

    /// Whether fields without a place of their own are shown.
    pub(super) fn shows_fields(&self) -> bool {
        self.format == Format::Json || (self.format == Format::Full && self.details)
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

    fn head(&self, text: &mut String, line: &Line<'_>) {
        let (dim, colour, reset) = if self.colours { (DIM, colour(line.level), RESET) } else { ("", "", "") };
        let _ = write!(text, "{dim}[");
        self.time(text, line.at);
        let _ = write!(text, "]{reset} {colour}{:<5}{reset} {dim}", line.level);
        push_printable(text, line.origin);
        let _ = write!(text, "{reset}  ");
    }

    /// The time in the zone. All but the milliseconds is the same for all lines of a second, and kept by each thread.
    fn time(&self, text: &mut String, at: Timestamp) {
        thread_local! {
            static SECOND: RefCell<(i64, TimeZone, String)> =
                const { RefCell::new((i64::MIN, TimeZone::UTC, String::new())) };
        }
        SECOND.with_borrow_mut(|(second, zone, shown)| {
            if *second != at.as_second() || *zone != self.zone {
                (*second, *zone) = (at.as_second(), self.zone.clone());
                *shown = at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
            }
            let _ = write!(text, "{shown}.{:03}", at.subsec_millisecond());
        });
    }

    fn body(&self, text: &mut String, line: &Line<'_>, message: &str) {
        if let Some(object) = line.object {
            text.push('[');
            push_printable(text, object);
            text.push_str("] ");
        }
        push_printable(text, message);
        if self.shows_fields() {
            for (name, value) in line.fields {
                let _ = write!(text, " {name}={}", shown(value));
            }
        }
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

/// Adds the text with its lines indented below the first, so that none can pass for a line of its own, and without what
/// would make a terminal do things: messages quote what objects hold, and that is anybody's.
fn push_printable(line: &mut String, text: &str) {
    // The control characters beyond ASCII begin with 0xC2.
    let is_plain = |byte: u8| byte >= b' ' && byte != 0x7F && byte != 0xC2;
    if text.bytes().all(is_plain) {
        line.push_str(text);
        return;
    }
    for c in text.chars() {
        match c {
            '\n' => line.push_str("\n    "),
            '\r' => {}
            '\t' => line.push(c),
            c if c.is_control() => line.extend(c.escape_default()),
            c => line.push(c),
        }
    }
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
