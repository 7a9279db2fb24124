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
        // What a library complains of, kopf tells in its own words, and no more than once a minute.
        let libraries = if self == Verbosity::Debug { LevelFilter::DEBUG } else { LevelFilter::OFF };
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
    let _ = tracing::subscriber::set_global_default(subscriber(style, verbosity, write));
}

fn subscriber(
    style: Style,
    verbosity: Verbosity,
    write: impl Fn(&str) + Send + Sync + 'static,
) -> impl Subscriber {
    tracing_subscriber::registry().with(Lines { style, write }.with_filter(verbosity.filter()))
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

/// Says what is amiss though the command goes on, whether or not logging has begun.
pub fn warn(text: &str) {
    if tracing::dispatcher::has_been_set() {
        tracing::warn!("{text}");
    } else {
        write(&format!("warning: {text}\n"));
    }
}

/// Writes in one go, so that lines of several threads do not mix. There is nowhere to tell of a failure.
fn write(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Writes each event as a line.
struct Lines<W> {
    style: Style,
    write: W,
}

impl<S: Subscriber, W: Fn(&str) + 'static> Layer<S> for Lines<W> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields { details: self.style.shows_fields(), ..Fields::default() };
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
        (self.write)(&self.style.render(&line));
    }
}

/// The fields of an event: those that have a place of their own, and the others.
#[derive(Debug, Default)]
struct Fields {
    /// Whether the others are wanted at all.
    details: bool,
    message: String,
    origin: Option<String>,
    object: Option<String>,
    others: Vec<(String, Value)>,
}

impl Fields {
    fn add_text(&mut self, field: &Field, text: String) {
        match field.name() {
            "message" => self.message = text,
            "origin" => self.origin = Some(text),
            "object" => self.object = Some(text),
            // The fields of a plugin's line come as one, in JSON, for the names of fields are constants.
            "fields" if self.details => match serde_json::from_str(&text) {
                Ok(Value::Object(fields)) => self.others.extend(fields),
                _ => self.others.push(("fields".to_owned(), text.into())),
            },
            name if self.details => self.others.push((name.to_owned(), text.into())),
            _ => {}
        }
    }

    fn add(&mut self, field: &Field, value: Value) {
        if self.details {
            self.others.push((field.name().to_owned(), value));
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let shown = self.details || matches!(field.name(), "message" | "origin" | "object");
        if shown {
            self.add_text(field, format!("{value:?}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add_text(field, value.to_owned());
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::{debug, error, info};

    use super::*;

    /// What is logged of a few events of kopf, a plugin and a library, without the times.
    #[track_caller]
    fn check(verbosity: Verbosity, expected: &[&str]) {
        let log = Arc::new(Mutex::new(String::new()));
        let style = Style {
            format: Format::Full,
            details: verbosity.shows_details(),
            colours: false,
            zone: TimeZone::UTC,
        };
        let sink = log.clone();
        let subscriber = subscriber(style, verbosity, move |line| sink.lock().unwrap().push_str(line));
        tracing::subscriber::with_default(subscriber, || {
            debug!(target: "kopf_reactor::watch", count = 3, "Listed.");
            info!(target: "kopf_reactor::worker", object = %"default/a", "Handler create_fn succeeded.");
            let fields = r#"{"size":2}"#;
            info!(target: "kopf_plugin", object = %"default/a", origin = "minimal", %fields, "Hello.");
            debug!(target: "hyper::pool", "Reused.");
            info!(target: "hyper::pool", "Connected.");
            error!(target: "rustls", "Expired.");
            info!(target: BARE, "Ctrl-C to stop.");
        });
        let log = log.lock().unwrap();
        let without_time = |line: &'_ str| match line.strip_prefix('[') {
            Some(line) => line["2026-11-22 21:14:06.742] ".len()..].to_owned(),
            None => line.to_owned(),
        };
        assert_eq!(log.lines().map(without_time).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn trap_19_each_verbosity_has_its_lines_and_debug_those_of_the_http_library() {
        check(Verbosity::Quiet, &[]);
        check(
            Verbosity::Normal,
            &[
                "INFO  kopf  [default/a] Handler create_fn succeeded.",
                "INFO  minimal  [default/a] Hello.",
                "Ctrl-C to stop.",
            ],
        );
        check(
            Verbosity::Debug,
            &[
                "DEBUG kopf  Listed. count=3",
                "INFO  kopf  [default/a] Handler create_fn succeeded.",
                "INFO  minimal  [default/a] Hello. size=2",
                "DEBUG hyper::pool  Reused.",
                "INFO  hyper::pool  Connected.",
                "ERROR rustls  Expired.",
                "Ctrl-C to stop.",
            ],
        );
    }
}
