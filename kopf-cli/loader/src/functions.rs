//! Functions of patches, which a plugin keeps for us: runs them, and lets go of them when nobody needs them any more.

use std::{sync::Arc, time::Duration};

use abi_stable::std_types::RResult;
use futures::FutureExt;
use kopf_core::{
    functions::Functions,
    outcome::{Failure, FailureKind},
};
use kopf_plugin_abi::{
    v1::{PluginV1Ref, Reply, op},
    wire::{self, Transform},
};
use serde_json::Value;

use crate::{
    host::Host,
    running::Running,
    spans::{Label, Span},
};

/// What the plugin keeps of one attempt, for as long as this lives.
pub(crate) struct Kept {
    plugin: PluginV1Ref,
    host: Arc<Host>,
    span: u64,
    object: String,
    handler: String,
}

impl Kept {
    /// How an attempt's functions are taken over, if its answer tells of some.
    pub(crate) fn of(
        plugin: PluginV1Ref,
        host: &Arc<Host>,
        span: &Span,
    ) -> impl FnOnce() -> Functions + Send + use<> {
        let Label { object, handler } = span.label();
        let (host, span, object, handler) = (host.clone(), span.number(), object.clone(), handler.clone());
        move || Functions::new(Arc::new(Kept { plugin, host, span, object, handler }))
    }

    /// What runs functions on an object, on a thread that may block. One that takes longer than `limit` is overdue.
    ///
    /// # Errors
    ///
    /// For functions of another invoker's.
    pub(crate) fn job(
        functions: &Functions,
        object: Value,
        limit: Duration,
        running: &Arc<Running>,
    ) -> Result<impl FnOnce() -> Result<Value, Failure> + Send + use<>, Failure> {
        // The clone keeps them for as long as they run.
        let functions = functions.clone();
        let foreign = || failed("they are kept by somebody else");
        let kept = functions.kept().downcast_ref::<Kept>().ok_or_else(foreign)?;
        let label = Label { object: kept.object.clone(), handler: kept.handler.clone() };
        let entry = running.enter(Span::open(label), true, Some(limit));
        Ok(move || {
            let Some(kept) = functions.kept().downcast_ref::<Kept>() else { return Err(foreign()) };
            entry.on_thread(|| kept.run(object))
        })
    }

    fn run(&self, object: Value) -> Result<Value, Failure> {
        match self.ask(Some(object)) {
            Some(RResult::ROk(json)) => serde_json::from_slice(&json)
                .map_err(|_| failed("the plugin's answer is no object; rebuild it with this host's version")),
            Some(RResult::RErr(json)) => {
                let failure: wire::Failure = serde_json::from_slice(&json).unwrap_or_default();
                Err(failed(&format!("{}: {}", self.handler, failure.message)))
            }
            None => Err(failed("the plugin takes its time where it must not")),
        }
    }

    /// Asks the plugin, which answers at once.
    fn ask(&self, object: Option<Value>) -> Option<Reply> {
        let body = serde_json::to_vec(&Transform { span: self.span, object }).unwrap_or_default();
        self.host.lend(|| self.plugin.control()(op::TRANSFORM, body.into()).now_or_never())
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // A plugin that has been retired has let go of them already.
        drop(self.ask(None));
    }
}

fn failed(message: &str) -> Failure {
    Failure { kind: FailureKind::Permanent, message: message.to_owned(), trace: None }
}
