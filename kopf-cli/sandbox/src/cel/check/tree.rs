//! An expression as it was written, each part with its place, and what macros stand for.

/// A part of an expression.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Its number among all parts.
    pub(super) id: usize,
    /// Where it is told of, in bytes.
    pub(super) at: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Bool,
    /// Its value, where it could be read.
    Bytes,
    Double,
    Int(Option<i64>),
    Null,
    Text(Option<String>),
    Uint,
    Name(String),
    Field {
        of: Box<Node>,
        name: String,
        asks: bool,
    },
    Call {
        name: String,
        target: Option<Box<Node>>,
        args: Vec<Node>,
    },
    List {
        items: Vec<Node>,
        optional: Vec<bool>,
    },
    Map(Vec<Entry>),
    Struct {
        name: String,
        fields: Vec<Node>,
    },
    Loop(Box<Loop>),
    /// The same as another part, which has been checked: what was wrong there is told twice.
    Again(usize),
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: Node,
    pub(super) value: Node,
    pub(super) optional: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Loop {
    pub(super) range: Node,
    pub(super) first: String,
    pub(super) second: Option<String>,
    pub(super) so_far: String,
    pub(super) init: Node,
    pub(super) condition: Node,
    pub(super) step: Node,
    pub(super) result: Node,
}

/// Something that is wrong, and where, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) what: String,
}

impl Node {
    /// The parts of it, in order.
    pub(super) fn parts(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::Field { of, .. } => vec![of],
            Kind::Call { target, args, .. } => target.as_deref().into_iter().chain(args).collect(),
            Kind::List { items, .. } | Kind::Struct { fields: items, .. } => items.iter().collect(),
            Kind::Map(entries) => entries.iter().flat_map(|entry| [&entry.key, &entry.value]).collect(),
            Kind::Loop(inner) => {
                vec![&inner.range, &inner.init, &inner.condition, &inner.step, &inner.result]
            }
            _ => Vec::new(),
        }
    }

    /// The name that it could be, where it is names that are joined by dots.
    pub(super) fn qualified(&self) -> Option<String> {
        match &self.kind {
            Kind::Name(name) => Some(name.clone()),
            Kind::Field { of, name, asks: false } => Some(format!("{}.{name}", of.qualified()?)),
            _ => None,
        }
    }
}
