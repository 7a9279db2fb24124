//! What a handler wants to be written into the object.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Map, Value};

use super::FromCall;
use crate::{Call, Outcome, functions::Function};

/// A merge patch of the object, sent by the host when the handler has returned, with success or not.
///
/// A null takes a field away. A handle: a clone fills the same patch.
///
/// ```
/// # use kopf_plugin_api::prelude::*;
/// #[kopf::on::create("example.com", "v1", "sites")]
/// fn create_fn(patch: Patch) {
///     patch.set_label("phase", "new");
///     patch.set_status("ready", false);
///     patch.merge(json!({ "spec": { "replicas": 1, "size": null } }));
/// }
/// ```
///
/// What depends on the object as it is when it is written goes into a [function](Patch::transform).
#[derive(Clone, Default)]
pub struct Patch(Arc<Parts>);

#[derive(Default)]
struct Parts {
    merge: Mutex<Map<String, Value>>,
    functions: Mutex<Vec<Function>>,
}

impl Patch {
    /// Sets a field of `spec`.
    pub fn set_spec(&self, field: &str, value: impl Into<Value>) {
        self.set(&["spec", field], value.into());
    }

    /// Sets a field of `status`.
    pub fn set_status(&self, field: &str, value: impl Into<Value>) {
        self.set(&["status", field], value.into());
    }

    /// Sets a field of `metadata`.
    pub fn set_metadata(&self, field: &str, value: impl Into<Value>) {
        self.set(&["metadata", field], value.into());
    }

    /// Sets a label.
    pub fn set_label(&self, key: &str, value: impl Into<String>) {
        self.set(&["metadata", "labels", key], value.into().into());
    }

    /// Takes a label away.
    pub fn remove_label(&self, key: &str) {
        self.set(&["metadata", "labels", key], Value::Null);
    }

    /// Sets an annotation.
    pub fn set_annotation(&self, key: &str, value: impl Into<String>) {
        self.set(&["metadata", "annotations", key], value.into().into());
    }

    /// Takes an annotation away.
    pub fn remove_annotation(&self, key: &str) {
        self.set(&["metadata", "annotations", key], Value::Null);
    }

    /// Adds a whole merge patch. What is no JSON object is no patch of one: it is left out, with a warning.
    pub fn merge(&self, patch: Value) {
        match patch {
            Value::Object(patch) => merge(&mut self.lock(), patch),
            other => tracing::warn!("a merge patch is a JSON object, this one is left out: {other}"),
        }
    }

    /// Adds a function that changes the object, in whatever state it is when that is written; for lists, say, of which a
    /// merge patch could only set the whole.
    ///
    /// ```
    /// # use kopf_plugin_api::prelude::*;
    /// #[kopf::on::create("example.com", "v1", "sites")]
    /// fn create_fn(patch: Patch) {
    ///     patch.transform(|site| {
    ///         if let Some(tags) = site["spec"]["tags"].as_array_mut()
    ///             && !tags.contains(&json!("seen"))
    ///         {
    ///             tags.push(json!("seen"));
    ///         }
    ///     });
    /// }
    /// ```
    ///
    /// It runs after the handler, on the newest object that is known, with the merge patch applied; what it changes is
    /// written only to that version of the object. Where somebody else was faster, it runs again on what there is then. So
    /// it must bear being repeated, also on an object that it has changed before: the example looks first. It cannot take
    /// part in the handler's failure, and must not wait for anything. If it panics, its changes are left out, with an
    /// ERROR line.
    pub fn transform(&self, function: impl Fn(&mut Value) + Send + Sync + 'static) {
        let function: Function = Box::new(function);
        self.0.functions.lock().unwrap_or_else(PoisonError::into_inner).push(function);
    }

    /// The merge patch so far.
    pub fn get(&self) -> Value {
        Value::Object(self.lock().clone())
    }

    /// Whether nothing has been put in.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty() && self.functions() == 0
    }

    /// The merge patch, if there is any.
    pub(crate) fn merge_part(&self) -> Option<Value> {
        let merge = self.lock();
        (!merge.is_empty()).then(|| Value::Object(merge.clone()))
    }

    /// Takes the functions out.
    pub(crate) fn take_functions(&self) -> Vec<Function> {
        std::mem::take(&mut self.0.functions.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn functions(&self) -> usize {
        self.0.functions.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn set(&self, path: &[&str], value: Value) {
        let wrap = |inner, key: &&str| Value::Object(Map::from_iter([((*key).to_owned(), inner)]));
        self.merge(path.iter().rfold(value, wrap));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Map<String, Value>> {
        self.0.merge.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One patch after another as a single one. Unlike with an object, a null stays: it is what takes a field away.
fn merge(target: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (key, value) in patch {
        match (target.get_mut(&key), value) {
            (Some(Value::Object(target)), Value::Object(patch)) => merge(target, patch),
            (_, value) => {
                target.insert(key, value);
            }
        }
    }
}

impl FromCall for Patch {
    fn from_call(call: &Call) -> Outcome<Self> {
        Ok(call.patch().clone())
    }
}

/// The merge patch, and the number of functions.
impl fmt::Debug for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patch").field("merge", &self.get()).field("functions", &self.functions()).finish()
    }
}

impl fmt::Display for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
