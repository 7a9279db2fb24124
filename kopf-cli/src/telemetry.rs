//! Logs: which events are written, and writing them to standard error.

mod line;

use std::{
    fmt,
    io::{self, IsTerminal, Write},
};

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    layer::{Context, SubscriberExt},
};

use self::line::{Line, Style};

/// What a line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Time, level, origin, object, message.
    Full,
    /// Object and message.
    Plain,
    /// A JSON object.
    Json,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Warnings and errors.
    Quiet,
    /// And what happens to objects.
    Normal,
    /// And the details of kopf and of plugins.
    Verbose,
    /// And those of libraries.
    Debug,
}

impl Verbosity {
    /// The most verbose level that kopf and plugins are asked for.
    pub fn level(self) -> Level {
        match self {
            Verbosity::Quiet => Level::WARN,
            Verbosity::Normal => Level::INFO,
            Verbosity::Verbose | Verbosity::Debug => Level::DEBUG,
        }
    }

    /// Whether fields are shown, and lines that follow the first one of a message, such as a backtrace.
    fn shows_details(self) -> bool {
        matches!(self, Verbosity::Verbose | Verbosity::Debug)
    }

    fn filter(self) -> Targets {
        let libraries = if self == Verbosity::Debug { LevelFilter::DEBUG } else { LevelFilter::WARN };
        Targets::new().with_target("kopf", self.level()).with_default(libraries)
    }
}

/// The target of lines that stand for themselves in the text formats: no time, no level, no origin.
const BARE: &str = "kopf::bare";

/// Logs from here on. A process that calls this twice keeps what it asked for first.
pub fn start(format: Format, verbosity: Verbosity) {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let style = Style {
        format,
        details: verbosity.shows_details(),
        colours: io::stderr().is_terminal() && !no_color,
        zone: TimeZone::system(),
    };
    let subscriber = tracing_subscriber::registry().with(Lines { style }.with_filter(verbosity.filter()));
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Says a line to the user that stands for itself.
pub fn say(text: &str) {
    tracing::info!(target: BARE, "{text}");
}

/// Says why the command fails, whether or not logging has begun. Each line stands for itself.
pub fn complain(text: &str) {
    for line in text.lines() {
        if tracing::dispatcher::has_been_set() {
            tracing::error!(target: BARE, "{line}");
        } else {
            write(&format!("{line}\n"));
        }
    }
}

/// Writes in one go, so that lines of several threads do not mix. There is nowhere to tell of a failure.
fn write(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

struct Lines {
    style: Style,
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let target = event.metadata().target();
        let ours = target.starts_with("kopf");
        let line = Line {
            at: Timestamp::now(),
            level: *event.metadata().level(),
            origin: fields.origin.as_deref().unwrap_or(if ours { "kopf" } else { target }),
            // A plugin's author writes several lines on purpose; ours add a backtrace.
            whole: fields.origin.is_some(),
            bare: target == BARE,
            object: fields.object.as_deref(),
            message: &fields.message,
            fields: &fields.others,
        };
        write(&self.style.render(&line));
    }
}

/// The fields of an event: those that have a place of their own, and the others.
#[derive(Debug, Default)]
struct Fields {
    message: String,
    origin: Option<String>,
    object: Option<String>,
    others: Vec<(String, Value)>,
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

impl Fields {
    fn add(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", value) => self.message = text(value),
            ("origin", value) => self.origin = Some(text(value)),
            ("object", value) => self.object = Some(text(value)),
            // The fields of a plugin's line come as one, in JSON, for the names of fields are constants.
            ("fields", Value::String(json)) => match serde_json::from_str(&json) {
                Ok(Value::Object(fields)) => self.others.extend(fields),
                _ => self.others.push(("fields".to_owned(), json.into())),
            },
            (name, value) => self.others.push((name.to_owned(), value)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value.into());
    }
}
