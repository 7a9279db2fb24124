//! What an object has in common with its copies: its kind and its name.

use std::fmt;

use kopf_plugin_api::{
    Call, FromCall, Outcome, permanent,
    prelude::{Context, Name},
    serde_json::{Value, json},
};

/// What can be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Secret,
    ConfigMap,
}

impl Kind {
    pub(crate) fn plural(self) -> &'static str {
        match self {
            Kind::Secret => "secrets",
            Kind::ConfigMap => "configmaps",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Secret => "Secret",
            Kind::ConfigMap => "ConfigMap",
        })
    }
}

/// An object and all of its copies, as an argument of handlers of either.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) kind: Kind,
    pub(crate) name: String,
}

impl FromCall for Key {
    fn from_call(call: &Call) -> Outcome<Self> {
        let context = Context::from_call(call)?;
        let kind = match &*context.plural {
            "secrets" => Kind::Secret,
            "configmaps" => Kind::ConfigMap,
            other => return Err(permanent(format!("{other} are not copied: Secrets and ConfigMaps are"))),
        };
        Ok(Key { kind, name: Name::from_call(call)?.to_string() })
    }
}

impl Key {
    /// The object of this key in a namespace, as far as an Event needs to know it.
    pub(crate) fn reference(&self, namespace: &str, uid: &str) -> Value {
        let metadata = json!({ "name": self.name, "namespace": namespace, "uid": uid });
        json!({ "apiVersion": "v1", "kind": self.kind.to_string(), "metadata": metadata })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}
