//! The functions that options ask: what they take, and what they may answer.

mod delay;

use kopf_plugin_abi::wire;
use serde_json::Value;

use crate::{__private::wants, Call, Error, FromCall, Outcome, Wants, document::Part, outcome::Answer};

pub use delay::{Delaying, Pause, ask_delay, delay_wants};

/// A resource of the cluster, as the function of a selector sees it.
pub use wire::Resource;

/// What a function of a filter answers: true or false, or an error, which counts as false and is told of.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a function of a filter answers",
    label = "not true or false",
    note = "write `bool` or `Outcome<bool>`; a filter does not wait, so its functions are not `async`"
)]
pub trait Truth {
    /// True or false.
    ///
    /// # Errors
    ///
    /// What the function returned as an error.
    fn truth(self) -> Outcome<bool>;
}

impl Truth for bool {
    fn truth(self) -> Outcome<bool> {
        Ok(self)
    }
}

impl Truth for Outcome<bool> {
    fn truth(self) -> Outcome<bool> {
        self
    }
}

/// A function that `when` asks: it takes what a handler takes, by type and in any order, and says whether the handler
/// is for the object.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function that `when` can ask",
    label = "not a condition",
    note = "it takes at most eight arguments of a handler, such as `Spec` or `Labels`, by value, and returns `bool`; \
            the arguments of a closure need their types"
)]
pub trait Condition<Arguments> {
    /// What its arguments want.
    const WANTS: Wants;

    /// Takes the arguments from the call, and asks.
    ///
    /// # Errors
    ///
    /// When an argument cannot be made of the object, or the function returns an error.
    fn holds(&self, call: &Call) -> Outcome<bool>;
}

macro_rules! condition {
    ($($argument:ident)*) => {
        impl<F, R, $($argument,)*> Condition<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> R,
            R: Truth,
            $($argument: FromCall,)*
        {
            const WANTS: Wants = wants(&[$($argument::WANTS),*]);

            fn holds(&self, _call: &Call) -> Outcome<bool> {
                self($($argument::from_call(_call)?),*).truth()
            }
        }
    };
}

condition!();
condition!(A);
condition!(A B);
condition!(A B C);
condition!(A B C D);
condition!(A B C D E);
condition!(A B C D E G);
condition!(A B C D E G H);
condition!(A B C D E G H I);

/// What a condition wants.
pub const fn wants_of<Arguments, F: Condition<Arguments>>(_: &F) -> Wants {
    F::WANTS
}

/// Asks about the object.
pub fn ask_object<Arguments, F: Condition<Arguments>>(call: &Call, function: &F) -> Answer {
    answer(function.holds(call))
}

/// Asks about a field's value; `None` where the object does not have it.
pub fn ask_value<R: Truth>(call: &Call, function: impl Fn(Option<&Value>) -> R) -> Answer {
    let value = read::<Value>(call)?;
    answer(function(value.as_ref()).truth())
}

/// Asks about a label's or an annotation's value; `None` where the object does not have it.
pub fn ask_text<R: Truth>(call: &Call, function: impl Fn(Option<&str>) -> R) -> Answer {
    let value = read::<String>(call)?;
    answer(function(value.as_deref()).truth())
}

/// Asks about a resource.
pub fn ask_resource<R: Truth>(call: &Call, function: impl Fn(&Resource) -> R) -> Answer {
    let resource = call.document().typed(Part::Whole)?;
    answer(function(&resource).truth())
}

fn read<T: serde::de::DeserializeOwned>(call: &Call) -> Outcome<Option<T>> {
    let read = match call.asked() {
        Some(None) => return Ok(None),
        Some(Some(value)) => T::deserialize(value),
        None => {
            let Some(value) = &call.context()?.value else { return Ok(None) };
            serde_json::from_str(value.get())
        }
    };
    read.map(Some).map_err(|error| Error::argument(format!("the value cannot be read: {error}")))
}

fn answer(truth: Outcome<bool>) -> Answer {
    truth.map(|truth| Some(Value::Bool(truth)))
}
