//! What the object is called.

use std::{fmt, ops::Deref, sync::Arc};

use serde::{Serialize, Serializer};

use super::{FromCall, Shown};
use crate::{Call, Error, Outcome};

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident: $part:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(Arc<str>);

        impl FromCall for $name {
            fn from_call(call: &Call) -> Outcome<Self> {
                match call.document().$part()? {
                    Some(text) => Ok($name(text.into())),
                    None => Err(Error::argument(concat!("the object has no `metadata.", stringify!($part), "`"))),
                }
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
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

names! {
    /// The object's name: a `str`.
    Name: name;
    /// The object's uid: a `str`.
    Uid: uid;
}

/// The object's namespace; `None` for an object that lives in none, and shows as that.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Namespace(Option<Arc<str>>);

impl Namespace {
    /// The namespace, if the object lives in one.
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl FromCall for Namespace {
    fn from_call(call: &Call) -> Outcome<Self> {
        Ok(Namespace(call.document().namespace()?.map(Into::into)))
    }
}

impl Serialize for Namespace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Shown(self.get()).fmt(f)
    }
}
