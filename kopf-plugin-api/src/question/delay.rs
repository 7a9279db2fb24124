//! The function that `initial_delay` asks: it takes what a handler takes, and answers how long to wait.

use std::time::Duration;

use serde_json::Value;

use crate::{__private::wants, Call, FromCall, IntoDelay, Outcome, Wants, outcome::Answer};

/// What such a function answers: a `Duration` or a number of seconds, or an error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a function of `initial_delay` answers",
    label = "not a span of time",
    note = "write `Duration`, a number of seconds, or `Outcome` of these; it is not waited for, so it is not `async`"
)]
pub trait Pause {
    /// The span.
    ///
    /// # Errors
    ///
    /// What the function returned as an error.
    fn span(self) -> Outcome<Duration>;
}

impl<D: IntoDelay> Pause for D {
    fn span(self) -> Outcome<Duration> {
        Ok(self.into_delay())
    }
}

impl<D: IntoDelay> Pause for Outcome<D> {
    fn span(self) -> Outcome<Duration> {
        self.map(IntoDelay::into_delay)
    }
}

/// A function that `initial_delay` asks.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function that `initial_delay` can ask",
    label = "not a delay",
    note = "it takes at most four arguments of a handler, such as `Spec` or `Labels`, by value, and returns `Duration` or \
            a number of seconds; the arguments of a closure need their types"
)]
pub trait Delaying<Arguments> {
    /// What its arguments want.
    const WANTS: Wants;

    /// Takes the arguments from the call, and asks.
    ///
    /// # Errors
    ///
    /// When an argument cannot be made of the object, or the function returns an error.
    fn wait(&self, call: &Call) -> Outcome<Duration>;
}

macro_rules! wait {
    ($($argument:ident)*) => {
        impl<F, R, $($argument,)*> Delaying<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> R,
            R: Pause,
            $($argument: FromCall,)*
        {
            const WANTS: Wants = wants(&[$($argument::WANTS),*]);

            fn wait(&self, _call: &Call) -> Outcome<Duration> {
                self($($argument::from_call(_call)?),*).span()
            }
        }
    };
}

wait!();
wait!(A);
wait!(A B);
wait!(A B C);
wait!(A B C D);

/// What such a function wants.
pub const fn delay_wants<Arguments, F: Delaying<Arguments>>(_: &F) -> Wants {
    F::WANTS
}

/// Asks how long to wait, in seconds.
pub fn ask_delay<Arguments, F: Delaying<Arguments>>(call: &Call, function: &F) -> Answer {
    function.wait(call).map(|span| Some(Value::from(span.as_secs_f64())))
}
