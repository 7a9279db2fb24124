//! An expression as it was written, each part with its place, and what macros stand for.

use std::sync::Arc;

use kube_cel::cel::Value;

/// A part of an expression.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Its number among all parts.
    pub(crate) id: usize,
    /// Where it is told of, in bytes.
    pub(crate) at: usize,
    /// How many operators, fields, places and calls of something are in each other.
    pub(crate) depth: u16,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// A value that is written out, or that is the same whatever the variables are.
    Literal(Value),
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
    /// A part that stands in two places. What is wrong in it is told in both.
    Shared {
        node: Arc<Node>,
        again: bool,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: Node,
    pub(crate) value: Node,
    pub(crate) optional: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Loop {
    pub(crate) range: Node,
    pub(crate) first: String,
    pub(crate) second: Option<String>,
    pub(crate) so_far: String,
    pub(crate) init: Node,
    pub(crate) condition: Node,
    pub(crate) step: Node,
    pub(crate) result: Node,
}

/// Something that is wrong, and where, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) what: String,
}

impl Node {
    /// Does something to each part.
    pub(crate) fn try_each_part<E>(
        &mut self,
        work: &mut impl FnMut(&mut Node) -> Result<(), E>,
    ) -> Result<(), E> {
        match &mut self.kind {
            Kind::Literal(_) | Kind::Name(_) => Ok(()),
            Kind::Field { of, .. } => work(of),
            Kind::Call { target, args, .. } => {
                target.as_deref_mut().into_iter().chain(args).try_for_each(work)
            }
            Kind::List { items, .. } | Kind::Struct { fields: items, .. } => {
                items.iter_mut().try_for_each(work)
            }
            Kind::Map(entries) => {
                entries.iter_mut().flat_map(|entry| [&mut entry.key, &mut entry.value]).try_for_each(work)
            }
            Kind::Shared { node, .. } => work(Arc::make_mut(node)),
            Kind::Loop(inner) => {
                let Loop { range, init, condition, step, result, .. } = &mut **inner;
                [range, init, condition, step, result].into_iter().try_for_each(work)
            }
        }
    }

    /// Looks at each part, once.
    pub(crate) fn visit<'n>(&'n self, look: &mut impl FnMut(&'n Node)) {
        look(self);
        self.parts().into_iter().for_each(|part| part.visit(look));
    }

    /// Whether a variable is named anywhere.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        let mut found = false;
        self.visit(&mut |part| found |= matches!(&part.kind, Kind::Name(said) if said == name));
        found
    }

    /// How many parts are in each other.
    pub(crate) fn height(&self) -> usize {
        1 + self.parts().into_iter().map(Node::height).max().unwrap_or_default()
    }

    /// One operator deeper.
    pub(crate) fn deeper(mut self) -> Self {
        self.depth = self.depth.saturating_add(1);
        self
    }

    /// The parts of it, in order.
    pub(crate) fn parts(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::Field { of, .. } => vec![of],
            Kind::Call { target, args, .. } => target.as_deref().into_iter().chain(args).collect(),
            Kind::List { items, .. } | Kind::Struct { fields: items, .. } => items.iter().collect(),
            Kind::Map(entries) => entries.iter().flat_map(|entry| [&entry.key, &entry.value]).collect(),
            Kind::Shared { node, again: false } => vec![node],
            Kind::Loop(inner) => {
                vec![&inner.range, &inner.init, &inner.condition, &inner.step, &inner.result]
            }
            _ => Vec::new(),
        }
    }

    /// The text that it is, where it is one that is written out.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Literal(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The name that it could be, where it is names that are joined by dots.
    pub(crate) fn qualified(&self) -> Option<String> {
        match &self.kind {
            Kind::Name(name) => Some(name.clone()),
            Kind::Field { of, name, asks: false } => Some(format!("{}.{name}", of.qualified()?)),
            _ => None,
        }
    }
}
