//! The object and its parts, as types that serde reads.

use std::ops::Deref;

use serde::de::DeserializeOwned;

use super::FromCall;
use crate::{Call, Outcome, document::Part};

macro_rules! typed {
    ($($(#[$doc:meta])* $name:ident: $part:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// Read straight from the bytes, so it costs least where `T` names little. What does not fit `T` is a failure
        /// that names the path of the value; the handler is not called then.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name<T>(pub T);

        impl<T: DeserializeOwned> FromCall for $name<T> {
            fn from_call(call: &Call) -> Outcome<Self> {
                call.document().typed(Part::$part).map($name)
            }
        }

        impl<T> Deref for $name<T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.0
            }
        }
    )*};
}

typed! {
    /// The whole object as `T`.
    Typed: Whole;
    /// The object's `spec` as `T`; an absent one reads as an empty object.
    TypedSpec: Spec;
    /// The object's `status` as `T`; an absent one reads as an empty object.
    TypedStatus: Status;
}
