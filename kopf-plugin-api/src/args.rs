//! What a handler may ask for, by type and in any order.
//!
//! | of the object | of the change | of the attempt | to act |
//! |---|---|---|---|
//! | [`Body`], [`Spec`], [`Status`], [`Meta`] | [`Old`], [`New`], [`Diff`] | [`Retry`], [`Started`], [`Runtime`] | [`Patch`] |
//! | [`Labels`], [`Annotations`] | [`Reason`] | [`Param`] | [`Client`](crate::client::Client) |
//! | [`Name`], [`Namespace`], [`Uid`] | [`RawEvent`] | [`Context`] | |
//! | [`Typed`], [`TypedSpec`], [`TypedStatus`] | | [`Stopped`] | |
//! | [`Latest`] | | | |
//!
//! What a plugin remembers: [`Memo`](crate::state::Memo) of an object, [`Shared`](crate::state::Shared) for all
//! handlers, [`Results`](crate::state::Results) of others, see [`state`](crate::state); and an [`Index`](crate::index::Index), see [`index`](mod@crate::index).
//!
//! What a handler is put together of: [`Subhandlers`](crate::subhandlers::Subhandlers). See
//! [`subhandlers`](crate::subhandlers).
//!
//! All of them are cheap to clone, and can be kept or moved into a task.

use kopf_plugin_abi::wire::Wants;

use crate::{Call, Outcome};

mod attempt;
mod background;
mod change;
mod names;
mod patch;
mod typed;
mod views;

#[cfg(test)]
mod tests;

pub use attempt::{Context, Param, Retry, Runtime, Started};
pub use background::{Latest, StopReason, Stopped};
pub use change::{Diff, Difference, New, Old, Operation, RawEvent, Reason};
pub use names::{Name, Namespace, Uid};
pub use patch::Patch;
pub use typed::{Typed, TypedSpec, TypedStatus};
pub use views::{Annotations, Body, Labels, Meta, Spec, Status};

/// An argument of a handler.
///
/// A type of one's own can be one, made of other arguments:
///
/// ```
/// use kopf_plugin_api::{Call, FromCall, prelude::*};
///
/// struct Replicas(u64);
///
/// impl FromCall for Replicas {
///     fn from_call(call: &Call) -> Outcome<Self> {
///         let spec = Spec::from_call(call)?;
///         Ok(Replicas(spec["replicas"].as_u64().unwrap_or(1)))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an argument of a kopf handler",
    label = "not an argument",
    note = "a handler takes Body, Spec, Status, Meta, Labels, Annotations, Name, Namespace, Uid, Old, New, Diff, \
            Reason, RawEvent, Retry, Started, Runtime, Patch, Client, Param, Context, Memo, Shared, Results, Index, \
            Subhandlers, and in a daemon or a timer Stopped, Latest",
    note = "for a type of your own write `Typed<T>`, `TypedSpec<T>` or `TypedStatus<T>` with `T: DeserializeOwned`"
)]
pub trait FromCall: Sized {
    /// What must be sent for it besides the object. Made of other arguments, it wants what they want.
    const WANTS: Wants = Wants::NONE;

    /// Takes the argument from a call.
    ///
    /// # Errors
    ///
    /// [`Error::argument`](crate::Error::argument) if the object does not have it; then the handler is not called.
    fn from_call(call: &Call) -> Outcome<Self>;
}

/// `None` for what is absent, else the text itself.
pub(crate) struct Shown<T>(pub(crate) Option<T>);

impl<T: std::fmt::Display> std::fmt::Display for Shown<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("None"),
        }
    }
}
