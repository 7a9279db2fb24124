//! An API server in memory, and the time in which it lives with the operator on it.
#![expect(clippy::panic, reason = "a test that is wrong is told so by a panic")]

use std::{ops::Deref, sync::Arc};

use jiff::Timestamp;
use kopf_core::handler::Handler;
use kopf_reactor::Settings;
use serde_json::Value;
use tokio::runtime::{self, Runtime};

use crate::{clock::VirtualClock, operator::Operator};

/// When a test's time begins, unless it is told otherwise.
const BEGINNING: &str = "2026-01-01T00:00:00Z";

/// The handlers of a package that are linked into the test. [`plugin!`](crate::plugin) names the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plugin(&'static str);

impl Plugin {
    /// Those of the package of this name.
    pub fn of(package: &'static str) -> Plugin {
        Plugin(package)
    }

    pub(crate) fn package(&self) -> &'static str {
        self.0
    }
}

/// An API server in memory, in a time of its own: see [`kopf_sandbox::Sandbox`], which it stands for.
pub struct Sandbox {
    server: kopf_sandbox::Sandbox,
    settings: Settings,
    pub(crate) clock: VirtualClock,
    pub(crate) runtime: Runtime,
}

/// Makes a [`Sandbox`]. Its methods panic where a test is wrong: a text that is no YAML, an object that is refused.
pub struct Builder {
    server: kopf_sandbox::Builder,
    settings: Settings,
    beginning: Timestamp,
}

impl Builder {
    /// Adds custom resource definitions: YAML or JSON text.
    ///
    /// # Panics
    ///
    /// If it is neither.
    #[must_use]
    #[track_caller]
    pub fn crd(self, definitions: &str) -> Self {
        let server = self.server.crd(definitions).unwrap_or_else(|error| panic!("{error}:\n{definitions}"));
        Builder { server, ..self }
    }

    /// Adds objects that are there from the start: YAML or JSON text. Their definitions have to come before them.
    ///
    /// # Panics
    ///
    /// If it is neither.
    #[must_use]
    #[track_caller]
    pub fn objects(self, objects: &str) -> Self {
        Builder { server: self.server.objects(documents(objects)), ..self }
    }

    /// Begins the time at this moment, such as `2026-01-01T00:00:00Z`, where it begins by default.
    ///
    /// # Panics
    ///
    /// If it is none.
    #[must_use]
    #[track_caller]
    pub fn at(self, moment: &str) -> Self {
        let beginning = moment.parse().unwrap_or_else(|error| panic!("{moment:?}: {error}"));
        Builder { beginning, ..self }
    }

    /// Draws uids, generated names and the dice of faults from this seed; by default from 1.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Builder { server: self.server.seed(seed), ..self }
    }

    /// Changes how the operator works that is run on the sandbox. Its startup handlers may change that again.
    #[must_use]
    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Makes the sandbox. Time stands still in it until an operator on it is told to [`advance`](Operator::advance).
    ///
    /// # Panics
    ///
    /// If an object is refused.
    #[track_caller]
    pub fn start(self) -> Sandbox {
        let clock = VirtualClock::at(self.beginning);
        let server = self.server.clock(Arc::new(clock.clone())).build();
        let server = server.unwrap_or_else(|error| match std::error::Error::source(&error) {
            Some(source) => panic!("{error}: {source}"),
            None => panic!("{error}"),
        });
        let parking = clock.clone();
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .on_thread_park(move || parking.parks())
            .build()
            .expect("a runtime can be made");
        Sandbox { server, settings: self.settings, clock, runtime }
    }
}

impl Sandbox {
    /// Begins a sandbox.
    pub fn builder() -> Builder {
        Builder {
            server: kopf_sandbox::Sandbox::builder().seed(1),
            settings: Settings::default(),
            beginning: BEGINNING.parse().expect("it is a moment"),
        }
    }

    /// Runs a plugin on it, until there is nothing left to do.
    ///
    /// # Panics
    ///
    /// As [`Operator::run`].
    pub fn run(mut self, plugin: Plugin) -> Operator {
        let settings = std::mem::take(&mut self.settings);
        Operator::begin(plugin, self, settings, Box::new(|_| {}))
    }

    /// As [`Sandbox::run`], with what the plugin's attributes declare changed at each start: for tests of kopf itself,
    /// whose handlers are drawn.
    #[doc(hidden)]
    pub fn run_declared(mut self, plugin: Plugin, declare: impl Fn(&mut Vec<Handler>) + 'static) -> Operator {
        let settings = std::mem::take(&mut self.settings);
        Operator::begin(plugin, self, settings, Box::new(declare))
    }

    /// The API server alone, for whoever acts on it besides the test.
    pub fn server(&self) -> kopf_sandbox::Sandbox {
        self.server.clone()
    }

    /// A client of it, without sockets. What it does is done in [`Sandbox::block_on`].
    pub fn client(&self) -> kube::Client {
        let _inside = self.runtime.enter();
        kube::Client::new(self.server.service(), "default")
    }

    /// Does what a [`client`](Sandbox::client) is asked for, while time stands still.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

impl Deref for Sandbox {
    type Target = kopf_sandbox::Sandbox;

    fn deref(&self) -> &kopf_sandbox::Sandbox {
        &self.server
    }
}

/// The objects of a text.
#[track_caller]
pub(crate) fn documents(text: &str) -> Vec<Value> {
    let read = kopf_sandbox::yaml_documents(text).filter(|document| *document != Ok(Value::Null));
    read.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("not YAML: {error}"))
}
