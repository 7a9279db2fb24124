//! Handlers that are about no object: when the operator starts and ends, needs credentials, or is asked how it is.
//!
//! | attribute | called | by itself |
//! |---|---|---|
//! | [`on::startup`](crate::on::startup) | before anything is asked of the API server | tried for 5 minutes; if it fails, the operator ends with exit code 1 |
//! | [`on::login`](crate::on::login) | when credentials are needed: at the start, when they expire, and when the server refuses them | tried for a minute |
//! | [`on::probe`](crate::on::probe) | when `/healthz` is asked, at most every 10 seconds | one attempt of 5 seconds; what it returns is in the answer under its id |
//! | [`on::cleanup`](crate::on::cleanup) | after everything has stopped | tried for what is left of the grace period, a fifth of it at least |
//!
//! They take `id`, `param`, `retries`, `timeout`, `attempt_timeout`, `backoff` and `errors`; a handler that says how often
//! or how long it is to be tried is tried as it says. An error is tried again unless it is
//! [`Permanent`](crate::Permanent), as elsewhere. What they have come to is not recorded: each start begins anew.
//!
//! As arguments they take [`Settings`], [`Param`], [`Retry`], [`Started`], [`Runtime`], [`Shared`], [`Index`] and [`Client`]:
//! what can be said without an object, see [`FromActivity`]. What a startup handler gives to [`share`](crate::share), all
//! handlers have. In startup handlers, and in login handlers at the start, indexes are empty and the client reaches nothing
//! yet: there is no connection.
//!
//! ```
//! use kopf_plugin_api::prelude::*;
//! use std::time::Duration;
//!
//! #[kopf::on::startup]
//! fn configure(settings: Settings) -> Outcome<()> {
//!     settings.set("watching.inactivity_timeout", Duration::from_secs(30))?;
//!     settings.set("posting.events", "warnings")
//! }
//!
//! #[kopf::on::probe]
//! fn time() -> Outcome<String> {
//!     Ok(kopf::time::now().to_string())
//! }
//!
//! #[kopf::on::login(retries = 3)]
//! async fn login() -> Outcome<Credentials> {
//!     let token = std::fs::read_to_string("/run/secrets/token")?;
//!     let expires = kopf::time::now() + Duration::from_secs(3600);
//!     Ok(Credentials::new("https://kubernetes.example.com").token(token.trim()).expires_at(expires))
//! }
//! ```

mod credentials;
mod settings;

use crate::{
    Call, Error, Outcome,
    args::{FromCall, Param, Retry, Runtime, Started},
    client::Client,
    index::{Definition, Index},
    outcome::{Answer, IntoOutcome, answer},
    state::Shared,
};

pub use credentials::Credentials;
pub use settings::{SettingValue, Settings};

/// An argument of a handler that is about no object.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an argument of a handler that is about no object",
    label = "not an argument here",
    note = "a startup, cleanup, probe or login handler takes Settings, Param, Retry, Started, Runtime, Shared, Index, \
            Client"
)]
pub trait FromActivity: Sized {
    /// Takes the argument from a call.
    ///
    /// # Errors
    ///
    /// If it cannot be had; then the handler is not called.
    fn from_activity(call: &Call) -> Outcome<Self>;
}

macro_rules! as_elsewhere {
    ($($Argument:ident),+) => {$(
        impl FromActivity for $Argument {
            fn from_activity(call: &Call) -> Outcome<Self> {
                $Argument::from_call(call)
            }
        }
    )+};
}

as_elsewhere!(Client, Param, Retry, Runtime, Started);

impl<T: Send + Sync + 'static> FromActivity for Shared<T> {
    fn from_activity(call: &Call) -> Outcome<Self> {
        Shared::from_call(call)
    }
}

impl<D: Definition> FromActivity for Index<D> {
    fn from_activity(call: &Call) -> Outcome<Self> {
        Index::from_call(call)
    }
}

/// What a login handler may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a login handler returns",
    label = "no credentials",
    note = "write `Outcome<Credentials>`, or `Outcome<Option<Credentials>>` if there may be none"
)]
pub trait IntoLogin: IntoOutcome {}

impl<E: Into<Error>> IntoLogin for Result<Credentials, E> {}
impl<E: Into<Error>> IntoLogin for Result<Option<Credentials>, E> {}

/// The answer of a login handler.
pub fn login(outcome: impl IntoLogin) -> Answer {
    answer(outcome)
}
