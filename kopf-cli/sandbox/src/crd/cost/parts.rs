//! What is known of the parts of a rule: of what type they are, where, how large and how expensive.

use super::{path::Path, sizes::Declared};
use crate::schema::{Additional, Kind};

/// The size of what nothing is known of.
pub(super) const UNKNOWN: u64 = u64::MAX;

/// The type of a value, as far as costs depend on it.
#[derive(Debug, Clone)]
pub(super) enum Type<'a> {
    /// Of the schema.
    Of(Declared<'a>),
    /// Anything of one size: numbers, moments, spans.
    Scalar,
    Text,
    Bytes,
    List(Box<Type<'a>>),
    Map(Box<Type<'a>>),
    Optional(Box<Type<'a>>),
    /// What the server's libraries have, which is compared at once: an address, a quantity.
    Library,
    /// A type itself, and what else has no size.
    Other,
    Unknown,
}

impl<'a> Type<'a> {
    /// The same without the schema.
    pub(super) fn plain(&self) -> Type<'a> {
        let Type::Of(declared) = self else { return self.clone() };
        match declared {
            Declared::Text(_) | Declared::Key => Type::Text,
            Declared::Metadata(_) => self.clone(),
            Declared::Value(shape, _) if shape.int_or_string() => Type::Unknown,
            Declared::Value(shape, _) => match (shape.kind(), shape.format()) {
                (Some(Kind::String), Some("byte")) => Type::Bytes,
                (Some(Kind::String), Some("duration" | "date" | "date-time")) => Type::Scalar,
                (Some(Kind::String), _) => Type::Text,
                (Some(Kind::Integer | Kind::Number | Kind::Boolean), _) => Type::Scalar,
                (Some(Kind::Array), _) => Type::List(Box::new(self.element())),
                (Some(Kind::Object), _) if matches!(shape.additional(), Additional::Of(_)) => {
                    Type::Map(Box::new(self.element()))
                }
                _ => self.clone(),
            },
        }
    }

    /// The type of its items or values.
    pub(super) fn element(&self) -> Type<'a> {
        match self {
            Type::Of(declared) => declared.element().map_or(Type::Unknown, Type::Of),
            Type::List(inner) | Type::Map(inner) | Type::Optional(inner) => (**inner).clone(),
            _ => Type::Unknown,
        }
    }

    /// The type of what may be absent, where it is there.
    pub(super) fn unwrapped(&self) -> Type<'a> {
        match self {
            Type::Optional(inner) => (**inner).clone(),
            other => other.clone(),
        }
    }

    pub(super) fn field(&self, name: &str) -> Type<'a> {
        match self {
            Type::Of(declared) if !declared.is_map() => declared.field(name).map_or(Type::Unknown, Type::Of),
            Type::Optional(inner) => Type::Optional(Box::new(inner.field(name))),
            other => other.element(),
        }
    }

    fn is_scalar(&self) -> bool {
        match self.plain() {
            Type::Scalar => true,
            Type::Optional(inner) => inner.is_scalar(),
            _ => false,
        }
    }
}

/// How large the keys and values of a list or a map are that the rule itself has made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entries {
    pub(super) list: bool,
    pub(super) keys: u64,
    pub(super) values: u64,
}

impl Entries {
    pub(super) fn union(self, other: Entries) -> Entries {
        Entries { list: self.list, keys: self.keys.max(other.keys), values: self.values.max(other.values) }
    }
}

/// What is known of an expression.
#[derive(Debug, Clone)]
pub(super) struct Part<'a> {
    pub(super) cost: u64,
    pub(super) kind: Type<'a>,
    pub(super) path: Path<'a>,
    /// At most; absent where nothing is known.
    pub(super) size: Option<u64>,
    pub(super) entries: Option<Entries>,
    /// The number, or the length of the text, that it is as it stands.
    pub(super) literal: Option<i64>,
}

impl<'a> Part<'a> {
    /// One whose size follows from its place or its type.
    pub(super) fn new(cost: u64, kind: Type<'a>, path: Path<'a>, otherwise: Option<u64>) -> Self {
        let size = match path.found() {
            Some(declared) => Some(declared.most()),
            _ if kind.is_scalar() => Some(1),
            _ => otherwise,
        };
        Part { cost, kind, path, size, entries: None, literal: None }
    }

    pub(super) fn sized(self, size: u64) -> Self {
        Part { size: Some(size), ..self }
    }

    pub(super) fn known_size(&self) -> u64 {
        self.size.unwrap_or(UNKNOWN)
    }

    /// Whether it may be a text.
    pub(super) fn may_be_text(&self) -> bool {
        matches!(self.kind.plain(), Type::Text | Type::Unknown)
    }

    /// Its size times a factor, rounded up.
    pub(super) fn times(&self, factor: f64) -> u64 {
        times(self.known_size(), factor)
    }
}

/// A size times a factor, rounded up.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is reckoned as the server does, and a size is never negative"
)]
pub(super) fn times(size: u64, factor: f64) -> u64 {
    (size as f64 * factor).ceil() as u64
}
