//! What an expression comes to: [`walk`] goes through its tree, and stops where that costs too much; what its functions come to
//! is in the modules beside.

mod addresses;
mod amounts;
mod comparing;
mod conversions;
mod costs;
mod described;
mod doubles;
mod format;
mod functions;
mod kept;
mod library;
mod lists;
mod named_formats;
mod operators;
mod optionals;
mod patterns;
mod quantities;
mod texts;
mod times;
mod unordered;
mod urls;
mod values;
mod versions;
mod walk;
mod work;

use std::{rc::Rc, sync::Arc};

use kube_cel::cel::Value;

#[cfg(test)]
pub(super) use self::{
    conversions::general,
    times::print,
    values::{TypeName, opaque, opened},
};
pub(super) use self::{
    described::known,
    functions::{conversion, function},
    values::{list as list_of, map_of, type_named},
    walk::{Run, check_place},
    work::alone,
};
pub(crate) use self::{
    described::{Described, Identity, Particulars},
    kept::kept,
    times::moment_at,
    values::{optional, type_of, wrong},
    work::together,
};
use super::{Program, check::Typing};

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    Of(Arc<str>),
    /// It cost too much: nothing makes up for that.
    Limit,
}

pub(crate) type Outcome = Result<Value, Fault>;

impl Fault {
    pub(crate) fn new(why: impl AsRef<str>) -> Self {
        Fault::Of(why.as_ref().into())
    }

    pub(super) fn no_overload() -> Self {
        Fault::new("no such overload")
    }

    /// In the words of a server.
    pub(crate) fn told(&self) -> &str {
        match self {
            Fault::Of(why) => why,
            Fault::Limit => "operation cancelled: actual cost limit exceeded",
        }
    }
}

/// What expressions can name.
pub(crate) trait Names {
    /// What is known of an expression from the types of what it names.
    fn typing(&self, program: &Program) -> Typing;

    /// The value of a variable.
    fn get(&self, name: &str) -> Option<Value>;

    /// What is known of the lists and objects in all values.
    fn described(&self) -> Option<Rc<Described>> {
        None
    }

    /// The value of a field of a variable that is no value as a whole, and is told field by field.
    fn field(&self, _of: &str, _name: &str) -> Option<Outcome> {
        None
    }
}
