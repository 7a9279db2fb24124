//! Sets of fields as objects have them: `FieldsV1`.

use serde_json::{Map, Value};

use super::{
    set::{Node, Set},
    step::Step,
};

/// What says that a field that others are below is itself in the set.
const SELF: &str = ".";

/// Writes a set in the order in which the API has it.
pub(super) fn write(set: &Set) -> Value {
    write_below(set, false)
}

fn write_below(set: &Set, with_self: bool) -> Value {
    let mut fields = Map::new();
    if with_self && !set.is_empty() {
        fields.insert(SELF.to_owned(), Map::new().into());
    }
    for (step, node) in set.nodes() {
        fields.insert(step.text(), write_below(&node.below, node.member));
    }
    fields.into()
}

/// Reads a set. Steps of kinds that are not known are passed over.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn read(fields: &Value) -> Result<Set, String> {
    Ok(read_node(fields)?.below)
}

fn read_node(fields: &Value) -> Result<Node, String> {
    let fields = match fields {
        Value::Object(fields) => fields,
        Value::Null => return Ok(Node::member()),
        other => return Err(format!("expected an object, found {other}")),
    };
    let mut member = false;
    let mut nodes = Vec::with_capacity(fields.len());
    for (name, below) in fields {
        if name == SELF {
            member = true;
        } else if let Some(step) = Step::parse(name)? {
            nodes.push((step, read_node(below)?));
        }
    }
    let below: Set = nodes.into_iter().collect();
    Ok(Node { member: member || below.is_empty(), below })
}
