//! The walk through a rule: what each part of it costs, how large its value may be, and of what type it is.

use std::collections::HashMap;

use kube_cel::cel::Value;

use super::{
    calls,
    parts::{Entries, Part, Type, UNKNOWN},
    path::{Path, Step},
    sizes::Declared,
};
use crate::{
    cel::{
        self, Loop, Node,
        prices::{LIST, MAP},
    },
    schema::Shape,
};

/// What the creation of a structure costs.
const STRUCTURE: u64 = 40;
/// What it costs to name a variable or a field.
const SELECT: u64 = 1;

/// What an expression costs at the most, in a place of this shape.
pub(crate) fn estimate(expression: &Node, shape: Shape<'_>, resource: bool, old_is_optional: bool) -> u64 {
    let root = Declared::Value(shape, resource);
    Walk { root, old_is_optional, locals: Vec::new(), shared: HashMap::new() }.cost(expression).cost
}

/// A variable of a loop.
struct Local<'a> {
    name: &'a str,
    kind: Type<'a>,
    path: Path<'a>,
    size: Option<u64>,
    entries: Option<Entries>,
}

struct Walk<'a> {
    root: Declared<'a>,
    old_is_optional: bool,
    locals: Vec<Local<'a>>,
    /// Parts that stand in two places, by their numbers.
    shared: HashMap<usize, Part<'a>>,
}

impl<'a> Walk<'a> {
    fn cost(&mut self, expression: &'a Node) -> Part<'a> {
        match &expression.kind {
            cel::Kind::Literal(literal) => of_literal(literal),
            cel::Kind::Name(name) => self.named(name),
            cel::Kind::Field { of, .. } if self.names_type(of) => self.named("net.IP"),
            cel::Kind::Field { of, name, asks } => {
                let operand = self.cost(of);
                if *asks {
                    return Part::new(operand.cost, Type::Scalar, Path::Nowhere, None);
                }
                let selects = matches!(operand.kind.plain(), Type::Of(_) | Type::Map(_));
                let path = operand.path.below(self.root, Step::Field(name));
                let cost = operand.cost.saturating_add(if selects { SELECT } else { 0 });
                Part::new(cost, operand.kind.field(name), path, None)
            }
            cel::Kind::Call { name, target, args: written } => {
                let args: Vec<Part<'a>> = written.iter().map(|arg| self.cost(arg)).collect();
                let target = target.as_deref().map(|target| self.cost(target));
                let element = |path: &Path<'a>| path.below(self.root, Step::Element);
                let part = calls::call(name, target.as_ref(), &args, &element);
                match (&**name, &args[..], &written[..]) {
                    ("_?._", [of, _], [_, Node { kind: cel::Kind::Literal(Value::String(field)), .. }]) => {
                        let inner = of.kind.unwrapped().field(field);
                        Part::new(part.cost, Type::Optional(Box::new(inner)), Path::Nowhere, None)
                    }
                    _ => part,
                }
            }
            cel::Kind::List { items, .. } => {
                let items: Vec<Part<'a>> = items.iter().map(|item| self.cost(item)).collect();
                let kind = items.first().map_or(Type::Unknown, |item| item.kind.clone());
                let values = items.iter().map(Part::known_size).max().unwrap_or_default();
                let cost = items.iter().fold(LIST, |sum, item| sum.saturating_add(item.cost));
                let part = Part::new(cost, Type::List(Box::new(kind)), Path::Nowhere, None);
                let entries = Some(Entries { list: true, keys: 1, values });
                Part { entries, ..part.sized(items.len() as u64) }
            }
            cel::Kind::Map(entries) => {
                let (mut cost, mut keys, mut values, mut kind) = (MAP, 0, 0, Type::Unknown);
                let count = entries.len();
                for entry in entries {
                    let (key, value) = (self.cost(&entry.key), self.cost(&entry.value));
                    cost = cost.saturating_add(key.cost).saturating_add(value.cost);
                    keys = keys.max(key.known_size());
                    values = values.max(value.known_size());
                    kind = value.kind;
                }
                let part = Part::new(cost, Type::Map(Box::new(kind)), Path::Nowhere, None);
                let entries = Some(Entries { list: false, keys, values });
                Part { entries, ..part.sized(count as u64) }
            }
            cel::Kind::Loop(inner) => self.repeated(inner),
            cel::Kind::Shared { node, again: false } => {
                let part = self.cost(node);
                self.shared.insert(node.id, part.clone());
                part
            }
            cel::Kind::Shared { node, again: true } => match self.shared.get(&node.id) {
                Some(part) => part.clone(),
                None => self.cost(node),
            },
            cel::Kind::Struct { .. } => Part::new(STRUCTURE, Type::Other, Path::Nowhere, None),
        }
    }

    /// Whether what is selected from it is no field, but the name of a type: `net.IP`, `google.protobuf.Duration`.
    fn names_type(&self, from: &Node) -> bool {
        let is = |from: &Node, wanted: &str| {
            matches!(&from.kind, cel::Kind::Name(name) if name == wanted)
                && !self.locals.iter().any(|local| local.name == wanted)
        };
        match &from.kind {
            cel::Kind::Field { of, name, .. } => name == "protobuf" && is(of, "google"),
            _ => is(from, "net"),
        }
    }

    fn named(&self, name: &str) -> Part<'a> {
        if let Some(local) = self.locals.iter().rev().find(|local| local.name == name) {
            let part = Part::new(SELECT, local.kind.clone(), local.path.clone(), local.size);
            return Part { entries: local.entries, ..part };
        }
        let kind = match name {
            "oldSelf" if self.old_is_optional => Type::Optional(Box::new(Type::Of(self.root))),
            "self" | "oldSelf" => Type::Of(self.root),
            _ => Type::Other,
        };
        Part::new(SELECT, kind, Path::root(self.root), None)
    }

    fn repeated(&mut self, inner: &'a Loop) -> Part<'a> {
        let (range, start) = (self.cost(&inner.range), self.cost(&inner.init));
        let before = self.locals.len();
        self.locals.push(Local {
            name: &inner.so_far,
            kind: start.kind.clone(),
            path: start.path.clone(),
            size: start.size,
            entries: start.entries,
        });
        let list =
            range.entries.map_or_else(|| matches!(range.kind.plain(), Type::List(_)), |entries| entries.list);
        let mut bind = |name: &'a str, value: bool| {
            let sizes = range.entries.map(|entries| if value { entries.values } else { entries.keys });
            let (kind, path) = if value {
                (range.kind.element(), range.path.below(self.root, Step::Element))
            } else {
                let kind = if list { Type::Scalar } else { Type::Text };
                (kind, range.path.below(self.root, Step::Key))
            };
            self.locals.push(Local { name, kind, path, size: sizes, entries: None });
        };
        match &inner.second {
            Some(second) => {
                bind(&inner.first, false);
                bind(second, true);
            }
            None => bind(&inner.first, list),
        }
        let (condition, step) = (self.cost(&inner.condition), self.cost(&inner.step));
        self.locals.truncate(before + 1);
        let result = self.cost(&inner.result);
        self.locals.truncate(before);
        if is_binding(inner) {
            let cost = [start.cost, result.cost].into_iter().fold(range.cost, u64::saturating_add);
            let part = Part::new(cost, result.kind, Path::Nowhere, result.size);
            return Part { size: result.size.or(part.size), entries: result.entries, ..part };
        }
        let each = step.cost.saturating_add(condition.cost);
        // How often it goes round is told when all else is.
        let times = match (&inner.range.kind, &range.path) {
            (cel::Kind::Name(_) | cel::Kind::Field { .. }, Path::At(_)) => {
                range.path.found().map_or(UNKNOWN, Declared::most)
            }
            _ => range.known_size(),
        };
        let cost = [start.cost, result.cost, times.saturating_mul(each)]
            .into_iter()
            .fold(range.cost, u64::saturating_add);
        let kind = if matches!(start.kind, Type::List(_) | Type::Map(_)) { step.kind } else { result.kind };
        let part = Part::new(cost, kind, Path::Nowhere, None);
        match &inner.init.kind {
            cel::Kind::List { .. } | cel::Kind::Map(_) => Part { entries: step.entries, ..part.sized(times) },
            cel::Kind::Literal(_) => part.sized(start.known_size()),
            _ => part,
        }
    }
}

/// Whether a loop goes round nothing, and is there for its first value to have a name.
fn is_binding(inner: &Loop) -> bool {
    let is_empty = matches!(&inner.range.kind, cel::Kind::List { items, .. } if items.is_empty());
    is_empty && matches!(inner.condition.kind, cel::Kind::Literal(Value::Bool(false)))
}

fn of_literal<'a>(literal: &Value) -> Part<'a> {
    let (kind, size, literal) = match literal {
        Value::String(text) => {
            let length = text.chars().count() as u64;
            (Type::Text, length, Some(length.cast_signed()))
        }
        Value::Bytes(bytes) => (Type::Bytes, bytes.len() as u64, None),
        Value::Int(number) => (Type::Scalar, 1, Some(*number)),
        Value::Null => (Type::Other, 1, None),
        _ => (Type::Scalar, 1, None),
    };
    Part { literal, ..Part::new(0, kind, Path::Nowhere, None).sized(size) }
}
