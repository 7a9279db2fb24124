//! The types of what a schema describes, as expressions know them.

use std::rc::Rc;

use super::{Additional, Kind, Shape, cel_values::named_so};
use crate::{
    cel::{Declarations, Fields, Plain, Type},
    tables,
};

/// The variables of a rule that stands at a place; `within` is a name for the types that the place has in it.
pub(crate) fn variables<'a>(
    shape: Shape<'a>,
    resource: bool,
    old_is_optional: bool,
    within: &str,
) -> Option<Declarations<'a>> {
    let this = declared(shape, &Within { resource, ..Within::default() }, within)?;
    let old = if old_is_optional { Type::optional(this.clone()) } else { this.clone() };
    Some(Declarations::default().with("self", this).with("oldSelf", old))
}

/// The type of the objects of a resource, with all of their metadata, as what is said of whole objects knows them.
pub(crate) fn resource<'a>(shape: Shape<'a>, name: &str) -> Option<Type<'a>> {
    let is_whole = true;
    declared(shape, &Within { resource: true, is_whole, ..Within::default() }, name)
}

/// What a value is in.
#[derive(Clone, Default)]
struct Within {
    /// Whether the value is a resource itself.
    resource: bool,
    /// Whether all of the metadata of resources is seen.
    is_whole: bool,
    /// The types with names that it is in: nothing is said of what is in itself.
    named: Option<Rc<Named>>,
}

struct Named {
    name: &'static str,
    within: Option<Rc<Named>>,
}

impl Within {
    fn is_in(&self, name: &str) -> bool {
        std::iter::successors(self.named.as_ref(), |named| named.within.as_ref())
            .any(|named| named.name == name)
    }

    /// What a part of a value of this shape is in.
    fn inside(&self, shape: Shape<'_>, part: Shape<'_>) -> Self {
        let named = match shape.name() {
            Some(name) => Some(Rc::new(Named { name, within: self.named.clone() })),
            None => self.named.clone(),
        };
        Within { resource: part.embedded(), named, ..*self }
    }
}

/// The type of a value; `None` where expressions do not see it, since its schema says too little.
fn declared<'a>(shape: Shape<'a>, within: &Within, name: &str) -> Option<Type<'a>> {
    if shape.int_or_string() {
        return Some(Type::DYN);
    }
    if shape.name().is_some_and(|named| within.is_in(named)) {
        return Some(Type::object(name.to_owned(), Some(Rc::new(Nothing))));
    }
    let inner = |part: Shape<'a>, name: &str| declared(part, &within.inside(shape, part), name);
    Some(match shape.kind()? {
        Kind::Array => Type::list(inner(shape.items()?, &format!("{name}.@idx"))?),
        Kind::Object => match shape.additional() {
            Additional::Of(shape) => Type::map(Type::STRING, inner(shape, &format!("{name}.@elem"))?),
            _ => Type::object(name.to_owned(), Some(Rc::new(Properties { shape, within: within.clone() }))),
        },
        Kind::String => match shape.format() {
            Some("byte") => Type::Plain(Plain::Bytes),
            Some("duration") => Type::Plain(Plain::Duration),
            Some("date" | "date-time") => Type::Plain(Plain::Timestamp),
            _ => Type::STRING,
        },
        Kind::Boolean => Type::BOOL,
        Kind::Number => Type::Plain(Plain::Double),
        Kind::Integer => Type::INT,
    })
}

/// The fields of an object, some of which every resource has.
struct Properties<'a> {
    shape: Shape<'a>,
    within: Within,
}

impl<'a> Fields<'a> for Properties<'a> {
    fn field(&self, of: &str, name: &str) -> Option<Type<'a>> {
        let place = format!("{of}.{name}");
        match name {
            _ if !self.within.resource || tells_all(self.shape) => {}
            "apiVersion" | "kind" => return Some(Type::STRING),
            "metadata" if self.within.is_whole => {
                return declared(metadata()?, &Within::default(), &place);
            }
            "metadata" => return Some(Type::object(place, Some(Rc::new(Metadata)))),
            _ => {}
        }
        let found = named_so(self.shape, name)?;
        declared(found, &self.within.inside(self.shape, found), &place)
    }
}

/// What the metadata of any object is.
fn metadata() -> Option<Shape<'static>> {
    tables::shape("", "v1", "ConfigMap")?.property("metadata")
}

/// No fields at all.
struct Nothing;

impl<'a> Fields<'a> for Nothing {
    fn field(&self, _: &str, _: &str) -> Option<Type<'a>> {
        None
    }
}

/// Whether the schema of a resource says itself what every resource has.
pub(crate) fn tells_all(shape: Shape<'_>) -> bool {
    let metadata = typed(shape, "metadata", Kind::Object);
    let named =
        |metadata| ["name", "generateName"].iter().all(|name| typed(metadata, name, Kind::String).is_some());
    ["apiVersion", "kind"].iter().all(|name| typed(shape, name, Kind::String).is_some())
        && metadata.is_some_and(named)
}

/// The field of that name, where it is of that kind.
fn typed<'a>(shape: Shape<'a>, name: &str, kind: Kind) -> Option<Shape<'a>> {
    shape.property(name).filter(|found| found.kind() == Some(kind))
}

/// What rules see of the metadata of a resource.
struct Metadata;

impl<'a> Fields<'a> for Metadata {
    fn field(&self, _: &str, name: &str) -> Option<Type<'a>> {
        ["name", "generateName"].contains(&name).then_some(Type::STRING)
    }
}
