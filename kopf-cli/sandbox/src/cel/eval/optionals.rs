//! Functions of what may be absent.

use kube_cel::cel::Value;

use super::{
    Fault, Outcome,
    values::{is_zero, opened, optional, truth},
};

/// The outcome of a function of what may be absent; `None` where it is none.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Outcome> {
    Some(match (name, args) {
        ("optional.none", []) => Ok(optional(None)),
        ("optional.of", [value]) => Ok(optional(Some(value.clone()))),
        ("optional.ofNonZeroValue", [value]) => {
            Ok(optional(Some(value.clone()).filter(|value| !is_zero(value))))
        }
        ("hasValue", [this]) => truth(opened(this)?.is_some()),
        ("value", [this]) => opened(this)?.cloned().ok_or_else(|| Fault::new("optional.none() dereference")),
        _ => return None,
    })
}
