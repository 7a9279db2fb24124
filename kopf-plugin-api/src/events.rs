//! Kubernetes Events, as `kubectl describe` shows them.
//!
//! ```
//! use kopf_plugin_api::{events, prelude::*};
//!
//! #[kopf::on::create("example.com", "v1", "sites")]
//! fn create_fn(body: Body) {
//!     events::info("Planned", "The site is planned.");
//!     let parent = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "default" } });
//!     events::about(&parent).warn("Crowded", format!("There is one more site: {}", body["metadata"]["name"]));
//! }
//! ```
//!
//! They are about the object that is being handled, or [`about`] others. The operator posts them in the background,
//! within the budget of its own Events and as its `--events` says, whichever function is used: when there are too many,
//! those of type Normal are left out first. A note is cut at 1,024 bytes. What waits when the operator ends is posted before,
//! for five seconds at most; what a cleanup handler posts comes too late. (`info!` and `warn!` write log lines.)

use std::fmt;

use kopf_plugin_abi::{v1::op, wire};
use serde_json::Value;

use crate::{
    hierarchies::{build_object_reference, handled},
    outcome::chain,
    scope,
};

/// The two types that Kubernetes has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// All is well.
    Normal,
    /// Somebody may have to act.
    Warning,
}

/// Posts an Event about the object that is being handled. The reason is a word in camel case, the note a sentence.
pub fn post(kind: Type, reason: impl Into<String>, note: impl fmt::Display) {
    match handled() {
        Some(object) => send(kind, reason.into(), note.to_string(), build_object_reference(&object)),
        None => tracing::warn!(
            "An Event is about nothing, for no object is being handled here; it is not posted: {note}"
        ),
    }
}

/// Posts an Event of type Normal about the object that is being handled.
pub fn info(reason: impl Into<String>, note: impl fmt::Display) {
    post(Type::Normal, reason, note);
}

/// Posts an Event of type Warning about the object that is being handled.
pub fn warn(reason: impl Into<String>, note: impl fmt::Display) {
    post(Type::Warning, reason, note);
}

/// Posts an Event of type Warning about the object that is being handled, with an error and its causes. An empty reason
/// stands for the name of the error's type.
pub fn exception<E: std::error::Error + 'static>(
    reason: impl Into<String>,
    message: impl fmt::Display,
    error: &E,
) {
    let (reason, note) = failure(reason.into(), &message, error);
    post(Type::Warning, reason, note);
}

/// Events about these: an object, or any nesting of lists of them.
pub fn about(objects: &Value) -> About<'_> {
    About(objects)
}

/// Posts Events about certain objects. Made by [`about`].
#[derive(Debug, Clone, Copy)]
pub struct About<'a>(&'a Value);

impl About<'_> {
    /// Posts an Event about each of them. The reason is a word in camel case, the note a sentence.
    pub fn post(&self, kind: Type, reason: impl Into<String>, note: impl fmt::Display) {
        let (reason, note) = (reason.into(), note.to_string());
        each(self.0, &mut |object| send(kind, reason.clone(), note.clone(), build_object_reference(object)));
    }

    /// Posts an Event of type Normal about each of them.
    pub fn info(&self, reason: impl Into<String>, note: impl fmt::Display) {
        self.post(Type::Normal, reason, note);
    }

    /// Posts an Event of type Warning about each of them.
    pub fn warn(&self, reason: impl Into<String>, note: impl fmt::Display) {
        self.post(Type::Warning, reason, note);
    }

    /// Posts an Event of type Warning about each of them, with an error. As [`exception`].
    pub fn exception<E: std::error::Error + 'static>(
        &self,
        reason: impl Into<String>,
        message: impl fmt::Display,
        error: &E,
    ) {
        let (reason, note) = failure(reason.into(), &message, error);
        self.post(Type::Warning, reason, note);
    }
}

fn each(objects: &Value, visit: &mut dyn FnMut(&Value)) {
    match objects {
        Value::Array(all) => all.iter().for_each(|objects| each(objects, visit)),
        Value::Object(_) => visit(objects),
        other => {
            tracing::warn!("Events are about objects, or lists of them; one about {other} is not posted.")
        }
    }
}

/// The reason and the note of an error.
fn failure<E: std::error::Error + 'static>(
    reason: String,
    message: &dyn fmt::Display,
    error: &E,
) -> (String, String) {
    let reason = match reason.is_empty() {
        true => type_name::<E>().to_owned(),
        false => reason,
    };
    (reason, format!("{message} {}", chain(error)).trim_start().to_owned())
}

/// The name of a type, without its path and its parameters.
fn type_name<T>() -> &'static str {
    let whole = std::any::type_name::<T>().split('<').next().unwrap_or_default();
    whole.rsplit("::").next().unwrap_or(whole)
}

fn send(kind: Type, reason: String, note: String, regarding: Value) {
    let Some(scope) = scope::current() else {
        tracing::warn!(
            "An Event is not posted, for no handler and none of its tasks is at work here: {note}"
        );
        return;
    };
    let kind = match kind {
        Type::Normal => "Normal",
        Type::Warning => "Warning",
    };
    let post = wire::Post { span: scope.span, kind: kind.to_owned(), reason, note, regarding };
    // It cannot fail: it is made of text.
    let body = serde_json::to_vec(&post).unwrap_or_default();
    let answer = scope.plugin.telemetry.output.host().control()(op::POST, body.into());
    if let Err(failure) = answer.into_result() {
        let failure: wire::Failure = serde_json::from_slice(&failure).unwrap_or_default();
        tracing::warn!("An Event is not posted: {}", failure.message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Missing<T>(T);

    impl<T: fmt::Debug> fmt::Display for Missing<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{:?} is missing", self.0)
        }
    }

    impl<T: fmt::Debug> std::error::Error for Missing<T> {}

    #[track_caller]
    fn check(reason: &str, message: &str, expected: (&str, &str)) {
        let (reason, note) = failure(reason.to_owned(), &message, &Missing(7));
        assert_eq!((&*reason, &*note), expected);
    }

    #[test]
    fn an_error_without_a_reason_is_called_after_its_type() {
        check("", "", ("Missing", "7 is missing"));
        check("", "Alas:", ("Missing", "Alas: 7 is missing"));
        check("Trouble", "Alas:", ("Trouble", "Alas: 7 is missing"));
    }
}
