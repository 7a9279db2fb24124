//! The types of what a schema describes, as expressions know them.

use std::rc::Rc;

use super::{Additional, Kind, Shape, cel_values::named_so};
use crate::cel::{Fields, Plain, Type, Variables};

/// The variables of a rule that stands at a place; `within` is a name for the types that the place has in it.
pub(crate) fn variables<'a>(
    shape: Shape<'a>,
    resource: bool,
    old_is_optional: bool,
    within: &str,
) -> Option<Variables<'a>> {
    let this = declared(shape, resource, within)?;
    let old = if old_is_optional { Type::optional(this.clone()) } else { this.clone() };
    Some(Variables::default().with("self", this).with("oldSelf", old))
}

/// The type of a value; `None` where expressions do not see it, since its schema says too little.
fn declared<'a>(shape: Shape<'a>, resource: bool, name: &str) -> Option<Type<'a>> {
    if shape.int_or_string() {
        return Some(Type::DYN);
    }
    let inner = |shape: Shape<'a>, name: &str| declared(shape, shape.embedded(), name);
    Some(match shape.kind()? {
        Kind::Array => Type::list(inner(shape.items()?, &format!("{name}.@idx"))?),
        Kind::Object => match shape.additional() {
            Additional::Of(shape) => Type::map(Type::STRING, inner(shape, &format!("{name}.@elem"))?),
            _ => Type::object(name.to_owned(), Some(Rc::new(Properties { shape, resource }))),
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
    resource: bool,
}

impl<'a> Fields<'a> for Properties<'a> {
    fn field(&self, of: &str, name: &str) -> Option<Type<'a>> {
        let within = format!("{of}.{name}");
        match name {
            _ if !self.resource || tells_all(self.shape) => {}
            "apiVersion" | "kind" => return Some(Type::STRING),
            "metadata" => return Some(Type::object(within, Some(Rc::new(Metadata)))),
            _ => {}
        }
        let found = named_so(self.shape, name)?;
        declared(found, found.embedded(), &within)
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
