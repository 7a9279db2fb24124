//! What of an expression is the same whatever the variables are: it is worked out once, before the expression runs.

use std::{collections::HashMap, sync::Arc};

use kube_cel::cel::Value;

use super::{
    eval::{Fault, check_place, function, list_of, map_of, type_named},
    syntax::{Kind, Loop, Node},
};

/// Functions that are called like types.
const CONVERSIONS: [&str; 10] =
    ["bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"];

/// The same expression with such parts written out.
///
/// # Errors
///
/// Why one of them comes to nothing.
pub(super) fn fold(node: &Node) -> Result<Node, Fault> {
    let mut node = node.clone();
    Folding::default().fold(&mut node)?;
    Ok(node)
}

/// What is known on the way through an expression.
#[derive(Default)]
struct Folding {
    /// The variables of the loops around a part: they may be called like types.
    locals: Vec<String>,
    /// Parts that stand in two places, by their numbers.
    shared: HashMap<usize, Arc<Node>>,
}

impl Folding {
    fn fold(&mut self, node: &mut Node) -> Result<(), Fault> {
        if let Kind::Loop(inner) = &mut node.kind {
            let Loop { range, first, second, so_far, init, condition, step, result } = &mut **inner;
            self.fold(range)?;
            self.fold(init)?;
            let before = self.locals.len();
            self.locals.push(so_far.clone());
            self.fold(result)?;
            self.locals.push(first.clone());
            self.locals.extend(second.clone());
            self.fold(condition)?;
            self.fold(step)?;
            self.locals.truncate(before);
            return Ok(());
        }
        if let Kind::Shared { node, .. } = &mut node.kind {
            match self.shared.get(&node.id) {
                Some(known) => *node = Arc::clone(known),
                None => {
                    self.fold(Arc::make_mut(node))?;
                    self.shared.insert(node.id, Arc::clone(node));
                }
            }
            return Ok(());
        }
        node.try_each_part(&mut |part| self.fold(part))?;
        let found = match &node.kind {
            Kind::Name(_) | Kind::Field { .. } => type_of_name(node, &self.locals),
            Kind::List { items, optional } if !optional.contains(&true) => {
                let items: Option<Vec<Value>> = items.iter().map(literal).collect();
                items.map(list_of)
            }
            Kind::Map(entries) if entries.iter().all(|entry| !entry.optional) => {
                let pairs: Option<Vec<(Value, Value)>> = entries
                    .iter()
                    .map(|entry| Some((literal(&entry.key)?, literal(&entry.value)?)))
                    .collect();
                pairs.map(map_of).transpose()?
            }
            Kind::Call { name, target: None, args } => match (name.as_str(), &args[..]) {
                (name, [arg]) if CONVERSIONS.contains(&name) => {
                    literal(arg).map(|value| function(name, &[value])).transpose()?
                }
                ("_[_]" | "_[?_]", [_, Node { kind: Kind::Literal(at), .. }]) => {
                    check_place(at)?;
                    None
                }
                // What it is asked for is not looked at.
                ("@in", [_, Node { kind: Kind::Literal(Value::List(items)), .. }]) if items.is_empty() => {
                    Some(Value::Bool(false))
                }
                _ => None,
            },
            _ => None,
        };
        if let Some(found) = found {
            node.kind = Kind::Literal(found);
        }
        Ok(())
    }
}

/// The type that a name stands for, unless it is a variable of a loop.
fn type_of_name(node: &Node, locals: &[String]) -> Option<Value> {
    let name = node.qualified()?;
    let is_local = |name: &str| locals.iter().any(|local| local == name);
    let first = name.split('.').next()?;
    type_named(name.trim_start_matches('.')).filter(|_| !is_local(first))
}

fn literal(node: &Node) -> Option<Value> {
    match &node.kind {
        Kind::Literal(value) => Some(value.clone()),
        _ => None,
    }
}
