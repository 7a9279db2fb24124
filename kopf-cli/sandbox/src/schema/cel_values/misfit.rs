//! What no rule can use: values that are not of the type that their schema asks for, in the words of a server. A whole number may be
//! written as a fraction (`1.0`), and what is kept may be of the types of another schema.

use kube_cel::cel;
use serde_json::Value;

use crate::{cel::wrong, printed, schema::Kind};

fn misfit(why: &str) -> cel::Value {
    wrong(format!("invalid data, {why}"))
}

/// A null where none may be.
pub(super) fn null() -> cel::Value {
    misfit("got null for schema with nullable=false")
}

/// What is neither a whole number nor a text.
pub(super) fn either() -> cel::Value {
    misfit("expected XIntOrString value to be either a string or integer")
}

/// What is of another kind than this.
pub(super) fn other(kind: Kind, value: &Value) -> cel::Value {
    let name = match kind {
        Kind::Array => return misfit("expected an array for the provided schema with type=array"),
        Kind::Object => return misfit("expected a map for the provided schema with type=object"),
        Kind::Boolean => "bool",
        Kind::Integer => "int",
        Kind::Number => "float",
        Kind::String => "string",
    };
    misfit(&format!("expected {name}, got {}", printed::type_of(value)))
}
