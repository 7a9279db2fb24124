//! Types of expressions, and how they are printed.

use std::{
    fmt::{self, Write},
    rc::Rc,
};

/// A type with more parts than this is not looked at any further: it is taken for any.
const LARGEST: usize = 1_000;

/// So much of a type is printed, in bytes.
const LONGEST: usize = 16_384;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plain {
    Bool,
    Bytes,
    Double,
    Duration,
    Dyn,
    /// Of what is wrong; nothing more is said of it.
    Error,
    Int,
    Null,
    String,
    Timestamp,
    Uint,
}

/// What an expression comes to.
#[derive(Clone)]
pub(crate) enum Type<'a> {
    Plain(Plain),
    /// One that is not known yet, by its number.
    Param(usize),
    Made(Rc<Made<'a>>),
    Object(Rc<Object<'a>>),
}

/// A type that is made of others: `list`, `map`, `type`, or one that nothing is known of but its name.
pub(crate) struct Made<'a> {
    pub(super) name: &'static str,
    pub(super) of: Vec<Type<'a>>,
    size: usize,
    /// Whether something in it is not known yet.
    pub(super) is_open: bool,
    /// Whether it is of plain types, lists and maps alone.
    is_plain: bool,
}

/// A type with fields.
pub(crate) struct Object<'a> {
    pub(super) name: String,
    pub(super) fields: Option<Rc<dyn Fields<'a> + 'a>>,
}

/// What fields there are.
pub(crate) trait Fields<'a> {
    /// The type of a field, `of` being the name of the type whose field it is.
    fn field(&self, of: &str, name: &str) -> Option<Type<'a>>;
}

pub(super) const LIST: &str = "list";
pub(super) const MAP: &str = "map";
pub(super) const TYPE: &str = "type";
pub(super) const OPTIONAL: &str = "optional_type";

impl<'a> Type<'a> {
    pub(crate) const BOOL: Self = Type::Plain(Plain::Bool);
    pub(crate) const DYN: Self = Type::Plain(Plain::Dyn);
    pub(crate) const INT: Self = Type::Plain(Plain::Int);
    pub(crate) const STRING: Self = Type::Plain(Plain::String);
    pub(super) const ERROR: Self = Type::Plain(Plain::Error);

    pub(super) fn made(name: &'static str, of: Vec<Type<'a>>) -> Self {
        let inner = of.iter().map(|inner| if let Type::Made(made) = inner { made.size } else { 1 });
        let size = 1 + inner.sum::<usize>();
        if size > LARGEST {
            return Type::DYN;
        }
        let is_open = of.iter().any(|part| match part {
            Type::Param(_) => true,
            Type::Made(made) => made.is_open,
            _ => false,
        });
        let is_plain = [LIST, MAP].contains(&name)
            && of.iter().all(|part| match part {
                Type::Plain(plain) => *plain != Plain::Error,
                Type::Made(made) => made.is_plain,
                _ => false,
            });
        Type::Made(Rc::new(Made { name, of, size, is_open, is_plain }))
    }

    pub(crate) fn list(of: Type<'a>) -> Self {
        Type::made(LIST, vec![of])
    }

    pub(crate) fn map(key: Type<'a>, value: Type<'a>) -> Self {
        Type::made(MAP, vec![key, value])
    }

    pub(crate) fn optional(of: Type<'a>) -> Self {
        Type::made(OPTIONAL, vec![of])
    }

    /// The type of a type.
    pub(super) fn of_type(inner: Type<'a>) -> Self {
        Type::made(TYPE, vec![inner])
    }

    pub(crate) fn object(name: String, fields: Option<Rc<dyn Fields<'a> + 'a>>) -> Self {
        Type::Object(Rc::new(Object { name, fields }))
    }

    /// What the items of a list are, where it is one of plain values.
    pub(super) fn plain_item(&self) -> Option<Plain> {
        match self {
            Type::Made(made) if made.name == LIST => match made.of[..] {
                [Type::Plain(plain)] => (![Plain::Dyn, Plain::Error].contains(&plain)).then_some(plain),
                _ => None,
            },
            _ => None,
        }
    }

    pub(crate) fn is(&self, plain: Plain) -> bool {
        matches!(self, Type::Plain(known) if *known == plain)
    }

    pub(super) fn is_any(&self) -> bool {
        self.is(Plain::Dyn)
    }

    pub(super) fn is_any_or_wrong(&self) -> bool {
        self.is(Plain::Dyn) || self.is(Plain::Error)
    }

    /// What it is made of, where it is made by that name.
    pub(super) fn parts(&self, name: &str) -> Option<&[Type<'a>]> {
        match self {
            Type::Made(made) if made.name == name => Some(&made.of),
            _ => None,
        }
    }

    /// What may be absent, where it is a type of that.
    pub(super) fn unwrapped(&self) -> Option<&Type<'a>> {
        self.parts(OPTIONAL).and_then(<[_]>::first)
    }

    /// Whether two types are the same; parameters are all the same where `any_param`.
    pub(super) fn equals(&self, other: &Type<'a>, any_param: bool) -> bool {
        match (self, other) {
            (Type::Plain(one), Type::Plain(other)) => one == other,
            (Type::Param(one), Type::Param(other)) => any_param || one == other,
            (Type::Object(one), Type::Object(other)) => one.name == other.name,
            (Type::Made(one), Type::Made(other)) => {
                let same = |(one, other): (&Type<'a>, &Type<'a>)| one.equals(other, any_param);
                Rc::ptr_eq(one, other)
                    || one.name == other.name
                        && one.of.len() == other.of.len()
                        && one.of.iter().zip(&other.of).all(same)
            }
            _ => false,
        }
    }

    /// The name of a type without what it is made of.
    pub(crate) fn name(&self) -> &str {
        match self {
            Type::Plain(Plain::Duration) => "google.protobuf.Duration",
            Type::Plain(Plain::Timestamp) => "google.protobuf.Timestamp",
            Type::Plain(Plain::Null) => "null_type",
            Type::Plain(plain) => plain.told(),
            Type::Param(_) => "dyn",
            Type::Made(made) => made.name,
            Type::Object(object) => &object.name,
        }
    }

    /// What is known of a variable that comes to this: of what is neither plain nor a list or a map, nothing.
    pub(crate) fn kept(&self) -> Self {
        match self {
            Type::Plain(Plain::Error) => Type::DYN,
            Type::Plain(_) => self.clone(),
            Type::Made(made) if made.is_plain => self.clone(),
            Type::Made(made) if [LIST, MAP].contains(&made.name) => {
                Type::made(made.name, made.of.iter().map(Type::kept).collect())
            }
            _ => Type::DYN,
        }
    }

    /// As a refusal of a whole expression prints it.
    pub(crate) fn full(&self) -> String {
        match self {
            Type::Made(made) if !made.of.is_empty() => {
                let parts: Vec<String> = made.of.iter().map(Type::full).collect();
                format!("{}({})", made.name, parts.join(", "))
            }
            _ => self.name().to_owned(),
        }
    }
}

impl Plain {
    fn told(self) -> &'static str {
        match self {
            Plain::Bool => "bool",
            Plain::Bytes => "bytes",
            Plain::Double => "double",
            Plain::Duration => "duration",
            Plain::Dyn => "dyn",
            Plain::Error => "!error!",
            Plain::Int => "int",
            Plain::Null => "null",
            Plain::String => "string",
            Plain::Timestamp => "timestamp",
            Plain::Uint => "uint",
        }
    }
}

impl fmt::Display for Type<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printed = Printed(String::new());
        let end = if self.print(&mut printed).is_ok() { "" } else { "…" };
        write!(out, "{}{end}", printed.0)
    }
}

impl Type<'_> {
    fn print(&self, out: &mut Printed) -> fmt::Result {
        match self {
            Type::Plain(plain) => out.write_str(plain.told()),
            Type::Param(number) => write!(out, "_var{number}"),
            Type::Object(object) => out.write_str(&object.name),
            Type::Made(made) => {
                out.write_str(made.name)?;
                for (index, part) in made.of.iter().enumerate() {
                    out.write_str(if index == 0 { "(" } else { ", " })?;
                    part.print(out)?;
                }
                out.write_str(if made.of.is_empty() { "" } else { ")" })
            }
        }
    }
}

/// Takes what is printed, until it is too long.
struct Printed(String);

impl Write for Printed {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.0.len() + part.len() > LONGEST {
            return Err(fmt::Error);
        }
        self.0.push_str(part);
        Ok(())
    }
}
