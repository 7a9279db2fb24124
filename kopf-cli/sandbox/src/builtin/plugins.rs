//! What the admission plugins do that a server has by default: they change what is written as a whole, and refuse it.

mod pod_security;

use serde_json::Value;

use crate::{resources::View, status::Status, store::Store};

/// A write of a whole object, as plugins see it.
#[derive(Clone, Copy)]
pub(crate) struct Write<'a> {
    pub(crate) store: &'a Store,
    pub(crate) view: &'a View,
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
}

/// Refuses an object that is otherwise as it has to be; `old` is absent on creation. The answer is what is to be warned of.
pub(crate) fn judge(write: &Write<'_>, object: &Value, old: Option<&Value>) -> Result<Vec<String>, Status> {
    pod_security::judge(write, object, old)
}
