//! What is written out and could never be right: patterns, times and spans that are none, lists of unlike items.

use super::{
    super::{
        eval::conversion,
        syntax::{Entry, Fault, Kind, Node},
    },
    format,
    types::Type,
};
use crate::patterns::fault;

/// All such faults, where every name, function and type is right.
pub(super) fn faults(root: &Node, types: &[Type<'_>]) -> Vec<Fault> {
    let mut faults = Vec::new();
    look(root, types, false, &mut faults);
    faults
}

/// `formatted`: whether it is a part of what `format` puts into a text, where lists may be of anything.
fn look(node: &Node, types: &[Type<'_>], formatted: bool, faults: &mut Vec<Fault>) {
    let is_format = matches!(&node.kind, Kind::Call { name, .. } if name == "format");
    for part in node.parts() {
        look(part, types, formatted || is_format, faults);
    }
    match &node.kind {
        Kind::Call { name, args, .. } if ["duration", "timestamp", "matches"].contains(&name.as_str()) => {
            if let Some(arg) = args.first().filter(|arg| is_none(name, arg)) {
                faults.push(Fault { at: arg.at, what: format!("invalid {name} argument") });
            }
        }
        Kind::Call { name, target: Some(target), args } if name == "format" => {
            if let (Some(text), [Node { kind: Kind::List { items, .. }, .. }]) =
                (target.text(), args.as_slice())
            {
                faults.extend(format::fault(text, items, types, node.at));
            }
        }
        Kind::List { items, optional } if !formatted => {
            let types = items
                .iter()
                .enumerate()
                .map(|(index, item)| (item, present(&types[item.id], optional.get(index) == Some(&true))));
            faults.extend(unlike(types).next());
        }
        Kind::Map(entries) if !formatted => {
            let keys = entries.iter().map(|Entry { key, .. }| (key, &types[key.id]));
            let values = entries
                .iter()
                .map(|Entry { value, optional, .. }| (value, present(&types[value.id], *optional)));
            faults.extend(unlike(keys).chain(unlike(values)));
        }
        _ => {}
    }
}

fn present<'t, 'a>(found: &'t Type<'a>, optional: bool) -> &'t Type<'a> {
    found.unwrapped().filter(|_| optional).unwrap_or(found)
}

/// A fault for each that is not of the type of the first.
fn unlike<'t, 'a: 't>(
    mut all: impl Iterator<Item = (&'t Node, &'t Type<'a>)>,
) -> impl Iterator<Item = Fault> {
    let first = all.next().map(|(_, found)| found);
    all.filter_map(move |(node, found)| {
        let first = first.filter(|first| !first.equals(found, true))?;
        Some(Fault { at: node.at, what: format!("expected type '{first}' but found '{found}'") })
    })
}

/// Whether what a function is given is surely not what it wants.
fn is_none(function: &str, arg: &Node) -> bool {
    match (function, &arg.kind) {
        ("duration" | "timestamp", Kind::Literal(value)) => {
            matches!(conversion(function, value), Some(Err(_)))
        }
        ("matches", _) => arg.text().is_some_and(|pattern| fault(pattern).is_some()),
        _ => false,
    }
}
