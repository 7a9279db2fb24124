//! The table of functions: what each comes to, and what is told where none of that name takes what it is given.

use kube_cel::cel::Value;

use super::{
    Fault, Outcome, conversions, library, lists, operators, optionals, texts, times,
    values::{size, type_of},
};
use crate::cel::{authorizer, check::Plain};

/// What a function comes to.
pub(in crate::cel) fn function(name: &str, args: &[Value]) -> Outcome {
    let found = library::unknown(name, args)
        .or_else(|| operators::call(name, args))
        .or_else(|| sized(name, args))
        .or_else(|| texts::call(name, args))
        .or_else(|| lists::call(name, args))
        .or_else(|| optionals::call(name, args))
        .or_else(|| times::call(name, args))
        .or_else(|| match args {
            [value] => conversions::call(name, value),
            _ => None,
        })
        .or_else(|| authorizer::call(name, args))
        .or_else(|| library::call(name, args));
    found.unwrap_or_else(|| Err(misfit(name, args)))
}

/// What is told of a function that is called of something though it is for what it is given, or the other way round.
pub(super) fn misplaced(name: &str, args: &[Value], of_target: bool) -> Option<Fault> {
    let is_misplaced = match (name, args) {
        ("ip", [Value::String(_)]) => of_target,
        ("ip", [_]) => !of_target,
        _ => false,
    };
    is_misplaced.then(|| misfit(name, args))
}

/// Whether a value is of a plain type.
pub(super) fn is_of(value: &Value, plain: Plain) -> bool {
    match plain {
        Plain::Bool => matches!(value, Value::Bool(_)),
        Plain::Bytes => matches!(value, Value::Bytes(_)),
        Plain::Double => matches!(value, Value::Float(_)),
        Plain::Duration => matches!(value, Value::Duration(_)),
        Plain::Int => matches!(value, Value::Int(_)),
        Plain::Null => matches!(value, Value::Null),
        Plain::String => matches!(value, Value::String(_)),
        Plain::Timestamp => matches!(value, Value::Timestamp(_)),
        Plain::Uint => matches!(value, Value::UInt(_)),
        Plain::Dyn | Plain::Error => true,
    }
}

/// What a function that is called like a type makes of a value; `None` where it is none, or takes no such value.
pub(in crate::cel) fn conversion(name: &str, value: &Value) -> Option<Outcome> {
    conversions::call(name, value)
}

/// What is told of a function that is given what it is not for.
pub(super) fn misfit(name: &str, args: &[Value]) -> Fault {
    // Where types have functions of their own, they do not say of what.
    const PLAINLY: [&str; 3] = ["contains", "endsWith", "startsWith"];
    const OF_LISTS: [&str; 2] = ["sort", "@sortByAssociatedKeys"];
    match args {
        [first] if name == "size" => operators::unsuited(name, first),
        [first, ..] if OF_LISTS.contains(&name) && !matches!(first, Value::List(_)) => {
            operators::unsuited(name, first)
        }
        _ if PLAINLY.contains(&name) => Fault::no_overload(),
        [_, Value::String(_), ..] if ["find", "findAll", "matches"].contains(&name) => Fault::no_overload(),
        [Value::String(_), _] if name == "matches" => Fault::no_overload(),
        [_, _] if name == "matches" => Fault::new("no such overload: matches"),
        _ => {
            let of: Vec<&str> = args.iter().map(type_of).collect();
            Fault::new(format!("no such overload: {name}({})", of.join(", ")))
        }
    }
}

fn sized(name: &str, args: &[Value]) -> Option<Outcome> {
    match (name, args) {
        ("size", [value @ (Value::Bytes(_) | Value::List(_) | Value::Map(_) | Value::String(_))]) => {
            Some(Ok(Value::Int(size(value).cast_signed())))
        }
        _ => None,
    }
}
