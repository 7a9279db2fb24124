//! What the operator and its plugin tell, kept for assertions.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use tracing::{
    Dispatch, Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, Registry, filter::Targets, layer::Context, layer::SubscriberExt};

/// The lines that were told, of kopf and of the plugin: `INFO [default/kopf-example-1] Handler create_fn succeeded.`
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// What takes the lines.
    pub(crate) fn dispatch(&self) -> Dispatch {
        // Other crates' lines are none of the operator's.
        let ours = Targets::new().with_target("kopf", tracing::Level::DEBUG);
        Dispatch::new(Registry::default().with(Lines(self.clone()).with_filter(ours)))
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Lines(Log);

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        let text = format!("{} {}{}", event.metadata().level(), line.object, line.message);
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }
}

#[derive(Default)]
struct Line {
    object: String,
    message: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "object" => self.object = format!("[{value:?}] "),
            "message" => self.message = format!("{value:?}"),
            _ => {}
        }
    }
}
