//! The plugin's own tokio, started when the first handler is called.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::{glue::Plugin, scope::Scope};

/// A runtime that comes with the first call and goes with the last.
#[derive(Default)]
pub(crate) struct Lazy(Mutex<State>);

#[derive(Default)]
enum State {
    #[default]
    Unstarted,
    Running(Runtime),
    Retired,
}

impl Lazy {
    /// The runtime's handle; starts it if need be. Absent when it could not be started, or is no more.
    pub(crate) fn handle(&self, plugin: &Arc<Plugin>) -> Option<Handle> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Unstarted = *state {
            match start(plugin) {
                Ok(runtime) => *state = State::Running(runtime),
                Err(error) => {
                    plugin.telemetry.output.say(1, 0, &format!("cannot start the plugin's runtime: {error}"));
                    *state = State::Retired;
                }
            }
        }
        match &*state {
            State::Running(runtime) => Some(runtime.handle().clone()),
            State::Unstarted | State::Retired => None,
        }
    }

    /// Ends the runtime and its tasks, without waiting for them.
    pub(crate) fn retire(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Running(runtime) = std::mem::replace(&mut *state, State::Retired) {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Lazy {
    fn drop(&mut self) {
        // A runtime must not be dropped where one is entered, and this may be such a place.
        self.retire();
    }
}

fn start(plugin: &Arc<Plugin>) -> std::io::Result<Runtime> {
    // A strong handle would keep the plugin alive through its own runtime.
    let owner = Arc::downgrade(plugin);
    Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name(format!("kopf-{}", plugin.registry.name))
        .enable_all()
        .on_thread_start(move || {
            if let Some(plugin) = owner.upgrade() {
                Scope::of_plugin(plugin).adopt_thread();
            }
        })
        .build()
}
