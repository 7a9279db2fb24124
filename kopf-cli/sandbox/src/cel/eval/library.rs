//! Functions of quantities, versions, addresses, locators and named formats, which a server has beside those of CEL.

use kube_cel::cel::Value;

use super::{
    Fault, Outcome, addresses, named_formats, quantities, urls,
    values::{opaque, opened, type_of},
    versions,
};

/// The outcome of a function of the library; `None` where it is none.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Outcome> {
    quantities::call(name, args)
        .or_else(|| versions::call(name, args))
        .or_else(|| addresses::call(name, args))
        .or_else(|| urls::call(name, args))
        .or_else(|| named_formats::call(name, args))
}

/// Whether a value is of the library, and compared at once.
pub(super) fn is_of_library(value: &Value) -> bool {
    ["kubernetes.", "net."].iter().any(|group| type_of(value).starts_with(group))
}

/// Whether a value can tell if another one is equal to it: what is of the library knows only its own kind.
pub(super) fn can_tell(one: &Value, other: &Value) -> bool {
    match (opened(one), opened(other)) {
        (Some(Some(one)), Some(Some(other))) => can_tell(one, other),
        (None, _) if is_of_library(one) => {
            let is_calculated =
                opaque::<quantities::Quantity>(other).is_some_and(|other| other.is_calculated);
            type_of(one) == type_of(other) && !is_calculated
        }
        _ => true,
    }
}

/// What is not known to be equal; `None` where the function asks no such thing, or it is known.
pub(super) fn unknown(name: &str, args: &[Value]) -> Option<Outcome> {
    match (name, args) {
        ("_==_", [_, Value::Null]) => None,
        ("_==_", [one, other]) if !can_tell(one, other) => Some(Err(Fault::no_overload())),
        _ => None,
    }
}
