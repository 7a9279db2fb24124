//! What a test does to the objects of its operator, and how it looks at them.
#![expect(clippy::panic, reason = "a test that is wrong is told so by a panic")]

use jiff::Timestamp;
use kopf_sandbox::{Entry, Journal};
use serde_json::Value;

use crate::{
    operator::Operator,
    world::{Sandbox, documents},
};

impl Operator {
    /// Creates or replaces the objects of a YAML or JSON text, as somebody else than the operator.
    ///
    /// # Panics
    ///
    /// If the text is neither, or the API server refuses an object.
    pub fn apply(&mut self, manifests: &str) {
        for document in documents(manifests) {
            self.sandbox.apply(document).unwrap_or_else(|status| panic!("{status}"));
        }
    }

    /// Merges a patch into an object, as somebody else than the operator.
    ///
    /// # Panics
    ///
    /// If there is no such object.
    pub fn patch(&mut self, resource: &str, object: &str, patch: &Value) {
        let mut value = self.get(resource, object);
        kopf_core::patch::merge(&mut value, patch);
        drop_nulls(&mut value);
        self.sandbox.apply(value).unwrap_or_else(|status| panic!("{status}"));
    }

    /// Deletes an object, as somebody else than the operator. One with finalizers is only marked.
    ///
    /// # Panics
    ///
    /// If there is no such object.
    pub fn delete(&mut self, resource: &str, object: &str) {
        let (namespace, name) = split(object);
        self.sandbox.delete(resource, namespace, name).unwrap_or_else(|status| panic!("{status}"));
    }

    /// An object as it is now. The resource is the plural with its group (`kopfexamples.zalando.org`, `configmaps`), the
    /// object is `namespace/name`, or a name.
    ///
    /// # Panics
    ///
    /// If there is no such object; [`Operator::find`] does not.
    #[track_caller]
    pub fn get(&self, resource: &str, object: &str) -> Value {
        self.find(resource, object).unwrap_or_else(|| panic!("{}", self.missing(resource, object)))
    }

    /// An object as it is now, if it is there.
    pub fn find(&self, resource: &str, object: &str) -> Option<Value> {
        let (namespace, name) = split(object);
        self.sandbox.get(resource, namespace, name)
    }

    /// The moment it is for the operator.
    pub fn now(&self) -> Timestamp {
        self.sandbox.clock.time()
    }

    /// Every request that the operator made, with its answer's status.
    pub fn journal(&self) -> &Journal {
        self.sandbox.journal()
    }

    /// The operator's writes to the object of this name, in order: `PATCH /…/name`.
    pub fn writes_to(&self, name: &str) -> Vec<String> {
        let wanted = |entry: &Entry| entry.is_write() && entry.path.split('/').any(|part| part == name);
        let writes = self.journal().find(wanted);
        writes.iter().map(|entry| format!("{} {}", entry.method, entry.path)).collect()
    }

    /// What the operator and its plugin told, in order: `INFO [default/kopf-example-1] Handler create_fn succeeded.`
    pub fn log(&self) -> Vec<String> {
        self.log.lines()
    }

    /// The API server: faults, history, direct access.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// A client of the API server, without sockets.
    pub fn client(&self) -> kube::Client {
        self.sandbox.client()
    }

    /// What a handler came to, attempt by attempt: `default/kopf-example-1 succeeded: {"message":"hello world"}`.
    pub fn outcomes(&self, handler: &str) -> Vec<String> {
        self.outcomes.of(handler)
    }

    /// That an object is not there, and which are.
    pub(crate) fn missing(&self, resource: &str, object: &str) -> String {
        let name = |object: &Value| {
            let part = |field: &str| object["metadata"][field].as_str().map(str::to_owned);
            [part("namespace"), part("name")].into_iter().flatten().collect::<Vec<_>>().join("/")
        };
        let there: Vec<_> = self.sandbox.list(resource).iter().map(name).collect();
        let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
        format!("there is no {object} among the {resource}; there are: {there}")
    }
}

fn split(object: &str) -> (&str, &str) {
    object.split_once('/').unwrap_or(("", object))
}

fn drop_nulls(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(drop_nulls);
    }
}
