//! What is wrong with who holds a namespace.

use crate::{
    builtin::{checks::Causes, site::Site},
    meta::is_qualified,
    names::key_faults,
    status::{Cause, told},
};

/// What is wrong with a finalizer of a new namespace; which of them it is is not told.
pub(super) fn finalizers(list: &Site<'_>) -> Causes {
    told(list.each().flat_map(|name| finalizer_faults(&list.place, name.text())))
}

/// What is wrong with a finalizer, told of as of that place.
pub(crate) fn finalizer_faults(place: &str, name: &str) -> Causes {
    let mut causes: Causes = key_faults(name).iter().map(|why| Cause::invalid(place, name, why)).collect();
    if !is_qualified(name) {
        let why = "name is neither a standard finalizer name nor is it fully qualified";
        causes.push(Cause::invalid(place, name, why));
    }
    causes
}
