//! How requests say what they want.

use serde_json::{Value, json};

use super::resource::Query;
use crate::args::Namespace;

/// The namespace that objects are in: text, or the argument [`Namespace`] of a handler. None: all of them, and objects that
/// live in none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InNamespace(pub(super) Option<String>);

impl From<&str> for InNamespace {
    fn from(name: &str) -> InNamespace {
        InNamespace(Some(name.to_owned()))
    }
}

impl From<String> for InNamespace {
    fn from(name: String) -> InNamespace {
        InNamespace(Some(name))
    }
}

impl From<&String> for InNamespace {
    fn from(name: &String) -> InNamespace {
        InNamespace(Some(name.clone()))
    }
}

impl From<Option<&str>> for InNamespace {
    fn from(name: Option<&str>) -> InNamespace {
        InNamespace(name.map(str::to_owned))
    }
}

impl From<&Namespace> for InNamespace {
    fn from(namespace: &Namespace) -> InNamespace {
        namespace.get().into()
    }
}

/// Which objects are listed. [`Selection::all`] is the default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    pub(super) labels: Option<String>,
    pub(super) fields: Option<String>,
    pub(super) limit: Option<usize>,
}

impl Selection {
    /// All of them.
    pub fn all() -> Selection {
        Selection::default()
    }

    /// Those with such labels, as `kubectl -l` has it: `app=web,tier!=cache`.
    pub fn labels(selector: impl Into<String>) -> Selection {
        Selection::default().and_labels(selector)
    }

    /// Those with such fields, as `kubectl --field-selector` has it: `status.phase=Running`.
    pub fn fields(selector: impl Into<String>) -> Selection {
        Selection::default().and_fields(selector)
    }

    /// Also with such labels.
    #[must_use]
    pub fn and_labels(self, selector: impl Into<String>) -> Selection {
        Selection { labels: Some(selector.into()), ..self }
    }

    /// Also with such fields.
    #[must_use]
    pub fn and_fields(self, selector: impl Into<String>) -> Selection {
        Selection { fields: Some(selector.into()), ..self }
    }

    /// At most so many, the first by name.
    #[must_use]
    pub fn limit(self, most: usize) -> Selection {
        Selection { limit: Some(most), ..self }
    }

    pub(super) fn add_to(&self, query: &mut Query) {
        query.add("labelSelector", self.labels.as_deref());
        query.add("fieldSelector", self.fields.as_deref());
    }
}

/// A change of an object.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// A merge patch (RFC 7386): null takes a field away.
    Merge(Value),
    /// A JSON patch (RFC 6902): an array of operations.
    Json(Value),
    /// A strategic merge patch, for built-in resources: lists are merged by their keys.
    Strategic(Value),
    /// A server-side apply: the fields that the operator wants to hold. Forced, it takes them from other managers.
    Apply {
        /// The fields, with `apiVersion` and `kind`.
        object: Value,
        /// Whether to take fields that others hold; else that is a conflict.
        force: bool,
    },
}

impl Change {
    pub(super) fn parts(&self) -> (&'static str, &Value) {
        match self {
            Change::Merge(value) => ("application/merge-patch+json", value),
            Change::Json(value) => ("application/json-patch+json", value),
            Change::Strategic(value) => ("application/strategic-merge-patch+json", value),
            // JSON is YAML, which is the only name that this type of patch has everywhere.
            Change::Apply { object, .. } => ("application/apply-patch+yaml", object),
        }
    }
}

/// What becomes of an object's dependents when it is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Propagation {
    /// They are deleted after it.
    Background,
    /// They are deleted before it.
    Foreground,
    /// They stay.
    Orphan,
}

/// How an object is deleted. By default, as the resource has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delete {
    propagation: Option<Propagation>,
    grace_seconds: Option<u32>,
    uid: Option<String>,
    resource_version: Option<String>,
}

impl Delete {
    /// Its dependents are deleted after it.
    pub fn background() -> Delete {
        Delete { propagation: Some(Propagation::Background), ..Delete::default() }
    }

    /// Its dependents are deleted before it.
    pub fn foreground() -> Delete {
        Delete { propagation: Some(Propagation::Foreground), ..Delete::default() }
    }

    /// Its dependents stay.
    pub fn orphan() -> Delete {
        Delete { propagation: Some(Propagation::Orphan), ..Delete::default() }
    }

    /// How long a pod is given to end.
    #[must_use]
    pub fn grace_seconds(self, seconds: u32) -> Delete {
        Delete { grace_seconds: Some(seconds), ..self }
    }

    /// Only if it is this one, else it is a conflict: an object of the same name may have taken its place.
    #[must_use]
    pub fn only_uid(self, uid: impl Into<String>) -> Delete {
        Delete { uid: Some(uid.into()), ..self }
    }

    /// Only if nobody has changed it since this version, else it is a conflict.
    #[must_use]
    pub fn only_version(self, resource_version: impl Into<String>) -> Delete {
        Delete { resource_version: Some(resource_version.into()), ..self }
    }

    pub(super) fn body(&self) -> Value {
        let mut body = json!({ "apiVersion": "v1", "kind": "DeleteOptions" });
        if let Some(propagation) = self.propagation {
            body["propagationPolicy"] = match propagation {
                Propagation::Background => "Background",
                Propagation::Foreground => "Foreground",
                Propagation::Orphan => "Orphan",
            }
            .into();
        }
        if let Some(seconds) = self.grace_seconds {
            body["gracePeriodSeconds"] = seconds.into();
        }
        if let Some(uid) = &self.uid {
            body["preconditions"]["uid"] = uid.as_str().into();
        }
        if let Some(version) = &self.resource_version {
            body["preconditions"]["resourceVersion"] = version.as_str().into();
        }
        body
    }
}

/// Which part of a pod's log. By default, all of its only container's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logs {
    container: Option<String>,
    tail: Option<u32>,
    since_seconds: Option<u32>,
    previous: bool,
}

impl Logs {
    /// All of the only container's.
    pub fn all() -> Logs {
        Logs::default()
    }

    /// The last so many lines.
    pub fn tail(lines: u32) -> Logs {
        Logs { tail: Some(lines), ..Logs::default() }
    }

    /// Of this container.
    #[must_use]
    pub fn container(self, name: impl Into<String>) -> Logs {
        Logs { container: Some(name.into()), ..self }
    }

    /// Of the last so many seconds.
    #[must_use]
    pub fn since_seconds(self, seconds: u32) -> Logs {
        Logs { since_seconds: Some(seconds), ..self }
    }

    /// Of the container before it was started again.
    #[must_use]
    pub fn previous(self) -> Logs {
        Logs { previous: true, ..self }
    }

    pub(super) fn add_to(&self, path: &mut String) {
        let mut query = Query::default();
        query.add("container", self.container.as_deref());
        query.add("tailLines", self.tail.map(|lines| lines.to_string()).as_deref());
        query.add("sinceSeconds", self.since_seconds.map(|seconds| seconds.to_string()).as_deref());
        query.add("previous", self.previous.then_some("true"));
        path.push_str(&query.finish());
    }
}
