//! One attempt of one handler: all that its arguments are made of.

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use abi_stable::std_types::RVec;
use kopf_plugin_abi::{v1::InvokeRequest, wire};
use serde_json::Value;

use crate::{
    Error, Outcome,
    activity::Settings,
    args::Patch,
    document::{Document, Documents},
    registry::Registration,
    state::Kept,
    subhandlers::List,
};

/// One attempt of one handler, as an argument of one's own ([`FromCall`](crate::FromCall)) sees it.
///
/// A handle: a clone is the same call.
#[derive(Clone)]
pub struct Call(Arc<Inner>);

struct Inner {
    handler: &'static Registration,
    number: u32,
    span: u64,
    object: Arc<Document>,
    old: Option<Arc<Document>>,
    sent: RVec<u8>,
    context: OnceLock<Result<wire::Context, String>>,
    patch: Patch,
    kept: Arc<Kept>,
    subs: Mutex<List>,
    sub: Option<Sub>,
    settings: Settings,
}

/// What the call of a sub-handler has of its own; the rest is its handler's.
struct Sub {
    outer: Call,
    /// The ids of all that it is in and its own, with slashes between them.
    id: String,
    turn: wire::Turn,
    param: Option<Value>,
    /// The value that a function is asked about, in the place of a call.
    asked: Option<Option<Value>>,
}

impl Call {
    pub(crate) fn new(
        handler: &'static Registration,
        request: InvokeRequest,
        documents: &Documents,
        kept: Arc<Kept>,
    ) -> Call {
        Call(Arc::new(Inner {
            handler,
            number: request.handler,
            span: request.span,
            object: documents.of(request.object),
            old: request.old.into_option().map(|old| documents.of(old)),
            sent: request.context,
            context: OnceLock::new(),
            patch: Patch::default(),
            kept,
            subs: Mutex::default(),
            sub: None,
            settings: Settings::default(),
        }))
    }

    /// The call of a sub-handler with this path, whose turn it is.
    pub(crate) fn sub(&self, path: &str, turn: wire::Turn, param: Option<Value>) -> Call {
        self.within(path, turn, param, self.0.patch.clone(), None)
    }

    /// What a function is asked with that says whether a sub-handler with this path is for the object. Nothing that it
    /// wants to be patched is.
    pub(crate) fn asking(&self, path: &str, value: Option<Value>, param: Option<Value>) -> Call {
        self.within(path, wire::Turn::default(), param, Patch::default(), Some(value))
    }

    fn within(
        &self,
        path: &str,
        turn: wire::Turn,
        param: Option<Value>,
        patch: Patch,
        asked: Option<Option<Value>>,
    ) -> Call {
        let id = format!("{}/{path}", self.0.handler.id);
        Call(Arc::new(Inner {
            handler: self.0.handler,
            number: self.0.number,
            span: self.0.span,
            object: self.0.object.clone(),
            old: self.0.old.clone(),
            sent: RVec::new(),
            context: OnceLock::new(),
            patch,
            kept: self.0.kept.clone(),
            settings: self.0.settings.clone(),
            subs: Mutex::default(),
            sub: Some(Sub { outer: self.clone(), id, turn, param, asked }),
        }))
    }

    /// The id of the handler that is called; for a sub-handler `handler/sub-handler`.
    pub fn handler_id(&self) -> &str {
        self.0.sub.as_ref().map_or(self.0.handler.id, |sub| &sub.id)
    }

    /// The id that a sub-handler of this call has behind the outermost handler's.
    pub(crate) fn path_of(&self, id: &str) -> String {
        let path = self.0.sub.as_ref().and_then(|sub| sub.id.get(self.0.handler.id.len() + 1..));
        path.map_or_else(|| id.to_owned(), |path| format!("{path}/{id}"))
    }

    /// The attribute of the outermost handler.
    pub(crate) fn registration(&self) -> &'static Registration {
        self.0.handler
    }

    /// The sub-handlers.
    pub(crate) fn subs(&self) -> MutexGuard<'_, List> {
        self.0.subs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops the sub-handlers that were not called: they may hold on to this call.
    pub(crate) fn let_go(&self) {
        let left = std::mem::take(&mut *self.subs());
        drop(left);
    }

    /// The whole object.
    ///
    /// # Errors
    ///
    /// An error about an argument, if it cannot be read.
    pub fn object(&self) -> Outcome<Arc<Value>> {
        self.0.object.whole()
    }

    /// The value of the attribute's `param`.
    pub fn param(&self) -> Option<Value> {
        match &self.0.sub {
            Some(sub) => sub.param.clone(),
            None => (self.0.handler.options)().param,
        }
    }

    /// How many attempts there were before this one.
    pub(crate) fn retry(&self) -> Outcome<u32> {
        self.0.sub.as_ref().map_or_else(|| Ok(self.context()?.retry), |sub| Ok(sub.turn.retry))
    }

    /// When the first attempt began, RFC 3339.
    pub(crate) fn started(&self) -> Outcome<&str> {
        self.0.sub.as_ref().map_or_else(|| Ok(&*self.context()?.started), |sub| Ok(&*sub.turn.started))
    }

    /// How long ago the first attempt began.
    pub(crate) fn runtime(&self) -> Outcome<Duration> {
        let ms = match &self.0.sub {
            Some(sub) => sub.turn.runtime_ms,
            None => self.context()?.runtime_ms,
        };
        Ok(Duration::from_millis(ms))
    }

    /// What the handler wants to be patched. Kept when the handler fails.
    pub fn patch(&self) -> &Patch {
        &self.0.patch
    }

    /// The handler's place in the manifest.
    pub(crate) fn number(&self) -> u32 {
        self.0.number
    }

    pub(crate) fn kept(&self) -> &Kept {
        &self.0.kept
    }

    /// What has changed, for a sub-handler with a field of its own, and for those inside of it.
    pub(crate) fn narrowed(&self) -> Option<&wire::FieldChange> {
        let sub = self.0.sub.as_ref()?;
        sub.turn.change.as_ref().or_else(|| sub.outer.narrowed())
    }

    /// The value that a function in a filter of a sub-handler is asked about, if this is such a question.
    pub(crate) fn asked(&self) -> Option<&Option<Value>> {
        self.0.sub.as_ref()?.asked.as_ref()
    }

    /// What calls the handler.
    pub(crate) fn on(&self) -> wire::On {
        self.0.handler.on
    }

    /// What a startup handler changes of the settings.
    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The host's number for the attempt.
    pub(crate) fn span(&self) -> u64 {
        self.0.span
    }

    pub(crate) fn document(&self) -> &Document {
        &self.0.object
    }

    pub(crate) fn old(&self) -> Option<&Document> {
        self.0.old.as_deref()
    }

    pub(crate) fn context(&self) -> Outcome<&wire::Context> {
        if let Some(sub) = &self.0.sub {
            return sub.outer.context();
        }
        let read = || {
            serde_json::from_slice(&self.0.sent)
                .map_err(|error| format!("what the host says about the call cannot be read: {error}"))
        };
        self.0.context.get_or_init(read).as_ref().map_err(Error::argument)
    }
}
