//! Whose children objects become, and how.

use serde_json::{Map, Value, json};

use super::Error;
use crate::{Call, scope};

/// Whose children objects become, and how. All of it has a default: the object that is being handled, what it has, and
/// nothing that is there already is changed.
///
/// ```
/// # use kopf_plugin_api::{hierarchies::{self, Options}, prelude::*};
/// let owner = json!({
///     "apiVersion": "example.com/v1", "kind": "Site", "metadata": { "name": "one", "uid": "u1" },
/// });
/// let mut deployment = json!({ "spec": { "template": {} } });
/// let options = Options::new().of(&owner).strict().labels([("app", "one")]).nested("spec.template");
/// hierarchies::adopt(&mut deployment, &options)?;
/// assert_eq!(deployment["metadata"]["name"], "one");
/// assert_eq!(deployment["spec"]["template"]["metadata"]["labels"]["app"], "one");
/// # Ok::<(), hierarchies::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    owner: Option<Value>,
    name: Option<String>,
    namespace: Option<Option<String>>,
    labels: Option<Map<String, Value>>,
    forced: bool,
    strict: bool,
    /// As JSON pointers.
    nested: Vec<String>,
    no_controller: bool,
    no_block: bool,
}

impl Options {
    /// The defaults.
    pub fn new() -> Options {
        Options::default()
    }

    /// Children of this object.
    #[must_use]
    pub fn of(self, owner: &Value) -> Options {
        // Its spec and status are of no interest.
        let metadata = owner.get("metadata").unwrap_or(&Value::Null);
        let owner = json!({
            "apiVersion": owner.get("apiVersion"), "kind": owner.get("kind"),
            "metadata": {
                "name": metadata.get("name"), "namespace": metadata.get("namespace"), "uid": metadata.get("uid"),
                "labels": metadata.get("labels"),
            },
        });
        Options { owner: Some(owner), ..self }
    }

    /// Named after this, not after the owner.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Options {
        Options { name: Some(name.into()), ..self }
    }

    /// In this namespace, not in the owner's; `None`: in none.
    #[must_use]
    pub fn namespace<'a>(self, namespace: impl Into<Option<&'a str>>) -> Options {
        Options { namespace: Some(namespace.into().map(str::to_owned)), ..self }
    }

    /// With these labels, not with the owner's.
    #[must_use]
    pub fn labels<K: Into<String>, V: Into<String>>(
        self,
        labels: impl IntoIterator<Item = (K, V)>,
    ) -> Options {
        let labels = labels.into_iter().map(|(key, value)| (key.into(), Value::from(value.into())));
        Options { labels: Some(labels.collect()), ..self }
    }

    /// Also where there is a name, a namespace, a label already.
    #[must_use]
    pub fn forced(self) -> Options {
        Options { forced: true, ..self }
    }

    /// With the very name of the owner, which one child can have.
    #[must_use]
    pub fn strict(self) -> Options {
        Options { strict: true, ..self }
    }

    /// Labels also what is at this path of an object, if it is there: a template, or a list of them. `spec.template`, say.
    #[must_use]
    pub fn nested(mut self, path: &str) -> Options {
        let escaped = path.split('.').map(|part| part.replace('~', "~0").replace('/', "~1"));
        self.nested.push(escaped.fold(String::new(), |pointer, part| pointer + "/" + &part));
        self
    }

    /// The owner does not control them: of several owners one can.
    #[must_use]
    pub fn not_controlled(self) -> Options {
        Options { no_controller: true, ..self }
    }

    /// They do not hold up the owner's deletion.
    #[must_use]
    pub fn not_blocking(self) -> Options {
        Options { no_block: true, ..self }
    }

    pub(super) fn owner(&self) -> Result<Owner, Error> {
        match &self.owner {
            Some(owner) => Ok(Owner(owner.clone())),
            None => handled().map(Owner).ok_or(Error::NoOwner),
        }
    }

    pub(super) fn own_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(super) fn own_namespace(&self) -> &Option<Option<String>> {
        &self.namespace
    }

    pub(super) fn own_labels(&self) -> &Option<Map<String, Value>> {
        &self.labels
    }

    pub(super) fn templates(&self) -> impl Iterator<Item = &str> {
        self.nested.iter().map(String::as_str)
    }

    pub(super) fn is_forced(&self) -> bool {
        self.forced
    }

    pub(super) fn is_strict(&self) -> bool {
        self.strict
    }

    pub(super) fn is_controller(&self) -> bool {
        !self.no_controller
    }

    pub(super) fn is_blocking(&self) -> bool {
        !self.no_block
    }
}

/// An owner, as far as its children need it.
pub(super) struct Owner(Value);

impl Owner {
    pub(super) fn value(&self) -> &Value {
        &self.0
    }

    pub(super) fn text(&self, pointer: &'static str) -> Result<&str, Error> {
        let text = self.0.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.ok_or(Error::OwnerLacks(pointer))
    }

    pub(super) fn namespace(&self) -> Option<String> {
        let namespace = self.0["metadata"]["namespace"].as_str().filter(|namespace| !namespace.is_empty());
        namespace.map(str::to_owned)
    }

    pub(super) fn labels(&self) -> Map<String, Value> {
        self.0["metadata"]["labels"].as_object().cloned().unwrap_or_default()
    }
}

/// The object that is being handled, as far as others need to know it.
pub(crate) fn handled() -> Option<Value> {
    fn outline(call: &Call) -> Option<Value> {
        let (resource, document) = (&call.context().ok()?.resource, call.document());
        let api_version = match resource.group.as_str() {
            "" => resource.version.clone(),
            group => format!("{group}/{}", resource.version),
        };
        Some(json!({
            "apiVersion": api_version, "kind": resource.kind,
            "metadata": {
                "name": document.name().ok()?, "namespace": document.namespace().ok()?, "uid": document.uid().ok()?,
                "labels": *document.labels().ok()?,
            },
        }))
    }
    outline(scope::current()?.call.as_ref()?)
}
