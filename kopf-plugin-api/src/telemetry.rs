//! Brings a plugin's log lines to its host: those of `tracing` and those of `log`.

use std::{
    fmt,
    sync::{Arc, LazyLock, Once},
};

use kopf_plugin_abi::v1::HostV1Ref;
use serde_json::{Map, Value, json};
use tracing::{
    Dispatch, Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
    subscriber::{Interest, NoSubscriber},
};
use tracing_subscriber::{
    layer::{Context, Layer, SubscriberExt},
    registry::LookupSpan,
};

use crate::{
    output::{Line, Output, message_alone},
    scope,
};

/// A subscriber that wants nothing. Where there is one alone, tracing takes it for every thread's, and asks that of
/// the thread which happens to change something; of two it asks both.
static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));

/// A plugin's subscriber, and where it writes.
pub(crate) struct Telemetry {
    pub(crate) output: Arc<Output>,
    /// The subscriber to be set for each call; none where it is set for the whole process.
    dispatch: Option<Dispatch>,
}

impl Telemetry {
    /// With `exported`, the process' copy of tracing is the plugin's alone, so every thread of it is served.
    pub(crate) fn start(host: HostV1Ref, level: u8, name: &str, exported: bool) -> Telemetry {
        static LOG: Once = Once::new();
        let shared = (!exported).then(|| tracing::dispatcher::get_default(Dispatch::clone));
        let output = Arc::new(Output::new(host, level, name, shared));
        let layer = Forward { output: output.clone(), cached: exported };
        let dispatch = Dispatch::new(tracing_subscriber::registry().with(layer));
        // Where a subscriber or a logger is set already, it is the plugin's own wish.
        let everywhere = exported && tracing::dispatcher::set_global_default(dispatch.clone()).is_ok();
        if !everywhere {
            LazyLock::force(&SECOND);
        }
        LOG.call_once(|| drop(log::set_boxed_logger(Box::new(Bridge))));
        let telemetry = Telemetry { output, dispatch: (!everywhere).then_some(dispatch) };
        telemetry.set_level(level);
        telemetry
    }

    pub(crate) fn set_level(&self, level: u8) {
        self.output.set_level(level);
        tracing::callsite::rebuild_interest_cache();
        // Several plugins of one process share the limit of `log`, so it is left to the bridge to ask each.
        log::set_max_level(match (&self.dispatch, level) {
            (Some(_), _) | (None, 5..) => log::LevelFilter::Trace,
            (None, 4) => log::LevelFilter::Debug,
            (None, 3) => log::LevelFilter::Info,
            (None, 2) => log::LevelFilter::Warn,
            (None, 0 | 1) => log::LevelFilter::Error,
        });
    }

    /// Does something with the plugin's subscriber; the host has its lines when it is done.
    pub(crate) fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        match &self.dispatch {
            Some(dispatch) => {
                let done = tracing::dispatcher::with_default(dispatch, work);
                self.output.flush();
                done
            }
            None => work(),
        }
    }

    /// Gives this thread the plugin's subscriber, until it ends.
    pub(crate) fn adopt_thread(&self) {
        if let Some(dispatch) = &self.dispatch {
            std::mem::forget(tracing::dispatcher::set_default(dispatch));
        }
    }
}

fn number(level: &Level) -> u8 {
    match *level {
        Level::ERROR => 1,
        Level::WARN => 2,
        Level::INFO => 3,
        Level::DEBUG => 4,
        _ => 5,
    }
}

/// The layer that hands events to the host.
struct Forward {
    output: Arc<Output>,
    /// Whether tracing may remember what is wanted, so that other lines cost nothing. What it remembers is one for all
    /// plugins of a process, and changes of several at once get lost; so it may only where there is one.
    cached: bool,
}

/// What a span of the plugin remembers: its fields, and the attempt that it was made in.
struct Remembered {
    fields: Map<String, Value>,
    attempt: u64,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Forward {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        match (self.cached, self.output.wants(number(metadata.level()))) {
            (false, _) => Interest::sometimes(),
            (true, true) => Interest::always(),
            (true, false) => Interest::never(),
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.output.wants(number(metadata.level()))
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.cached.then(|| match self.output.level() {
            0 | 1 => LevelFilter::ERROR,
            2 => LevelFilter::WARN,
            3 => LevelFilter::INFO,
            4 => LevelFilter::DEBUG,
            5.. => LevelFilter::TRACE,
        })
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let parent = || {
            let parent = span.parent()?;
            let extensions = parent.extensions();
            Some(extensions.get::<Remembered>()?.attempt)
        };
        let attempt = match scope::current() {
            Some(scope) if scope.span != 0 => scope.span,
            _ => parent().unwrap_or(0),
        };
        span.extensions_mut().insert(Remembered { fields: fields.0, attempt });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        values.record(&mut fields);
        if let Some(remembered) = span.extensions_mut().get_mut::<Remembered>() {
            remembered.fields.extend(fields.0);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut attempt = scope::current().map_or(0, |scope| scope.span);
        let mut spans = Vec::new();
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(remembered) = span.extensions().get::<Remembered>() {
                spans.push(json!({ span.name(): remembered.fields }));
                if attempt == 0 {
                    attempt = remembered.attempt;
                }
            }
        }
        if !spans.is_empty() {
            spans.reverse();
            fields.0.insert("spans".to_owned(), Value::Array(spans));
        }
        let metadata = event.metadata();
        self.output.write(&Line {
            level: number(metadata.level()),
            target: metadata.target(),
            file: metadata.file(),
            line: metadata.line(),
            span: attempt,
            fields: fields.0,
        });
    }
}

/// Fields as JSON.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.put(field, crate::outcome::chain(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}

/// The logger that hands the records of `log` to the host of whoever makes them.
struct Bridge;

impl log::Log for Bridge {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        scope::current().is_some_and(|scope| scope.plugin.telemetry.output.wants(metadata.level() as u8))
    }

    fn log(&self, record: &log::Record<'_>) {
        let Some(scope) = scope::current() else { return };
        let output = &scope.plugin.telemetry.output;
        let level = record.level() as u8;
        if output.wants(level) {
            output.write(&Line {
                level,
                target: record.target(),
                file: record.file(),
                line: record.line(),
                span: scope.span,
                fields: message_alone(record.args().to_string()),
            });
        }
    }

    fn flush(&self) {}
}
