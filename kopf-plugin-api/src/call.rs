//! One attempt of one handler: all that its arguments are made of.

use std::sync::{Arc, OnceLock};

use abi_stable::std_types::RVec;
use kopf_plugin_abi::{v1::InvokeRequest, wire};
use serde_json::Value;

use crate::{
    Error, Outcome,
    args::Patch,
    document::{Document, Documents},
    registry::Registration,
    state::Kept,
};

/// One attempt of one handler, as an argument of one's own ([`FromCall`](crate::FromCall)) sees it.
///
/// A handle: a clone is the same call.
#[derive(Clone)]
pub struct Call(Arc<Inner>);

struct Inner {
    handler: &'static Registration,
    object: Arc<Document>,
    old: Option<Arc<Document>>,
    sent: RVec<u8>,
    context: OnceLock<Result<wire::Context, String>>,
    patch: Patch,
    kept: Arc<Kept>,
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
            object: documents.of(request.object),
            old: request.old.into_option().map(|old| documents.of(old)),
            sent: request.context,
            context: OnceLock::new(),
            patch: Patch::default(),
            kept,
        }))
    }

    /// The id of the handler that is called.
    pub fn handler_id(&self) -> &'static str {
        self.0.handler.id
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
        (self.0.handler.options)().param
    }

    /// What the handler wants to be patched. Kept when the handler fails.
    pub fn patch(&self) -> &Patch {
        &self.0.patch
    }

    pub(crate) fn kept(&self) -> &Kept {
        &self.0.kept
    }

    pub(crate) fn document(&self) -> &Document {
        &self.0.object
    }

    pub(crate) fn old(&self) -> Option<&Document> {
        self.0.old.as_deref()
    }

    pub(crate) fn context(&self) -> Outcome<&wire::Context> {
        let read = || {
            serde_json::from_slice(&self.0.sent)
                .map_err(|error| format!("what the host says about the call cannot be read: {error}"))
        };
        self.0.context.get_or_init(read).as_ref().map_err(Error::argument)
    }
}
