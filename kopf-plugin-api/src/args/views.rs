//! The object and its parts, as JSON values and as maps of text.

use std::{collections::BTreeMap, fmt, ops::Deref, sync::Arc};

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::FromCall;
use crate::{Call, Outcome, document::Document};

macro_rules! values {
    ($($(#[$doc:meta])* $name:ident: $part:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// A [`Value`] to read: `get("key")`, `["key"]`, `pointer("/a/b")`. Shows as compact JSON.
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name(Arc<Value>);

        impl $name {
            pub(super) fn of(document: &Document) -> Outcome<Self> {
                document.$part().map($name)
            }
        }

        impl FromCall for $name {
            fn from_call(call: &Call) -> Outcome<Self> {
                $name::of(call.document())
            }
        }

        impl Deref for $name {
            type Target = Value;

            fn deref(&self) -> &Value {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                (*self.0).serialize(serializer)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

values! {
    /// The whole object.
    Body: whole;
    /// The object's `spec`, empty if absent.
    Spec: spec;
    /// The object's `status`, empty if absent.
    Status: status;
    /// The object's `metadata` without `managedFields`, which [`Body`] has.
    Meta: meta;
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $part:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// A map of text, empty if absent. Shows as compact JSON.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(Arc<BTreeMap<String, String>>);

        impl $name {
            /// The value of a key.
            pub fn get(&self, key: &str) -> Option<&str> {
                self.0.get(key).map(String::as_str)
            }

            pub(super) fn of(document: &Document) -> Outcome<Self> {
                document.$part().map($name)
            }
        }

        impl FromCall for $name {
            fn from_call(call: &Call) -> Outcome<Self> {
                $name::of(call.document())
            }
        }

        impl Deref for $name {
            type Target = BTreeMap<String, String>;

            fn deref(&self) -> &BTreeMap<String, String> {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                (*self.0).serialize(serializer)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&serde_json::to_string(&*self.0).map_err(|_| fmt::Error)?)
            }
        }
    )*};
}

texts! {
    /// The object's labels.
    Labels: labels;
    /// The object's annotations.
    Annotations: annotations;
}
