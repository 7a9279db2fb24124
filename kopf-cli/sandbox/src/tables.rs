//! What is known of built-in kinds beforehand: their schemas, read off a real server by `examples/generate-tables.rs`.

mod built_in;
mod decode;
mod insides;
mod schemas;
pub(crate) mod served;

pub(crate) use decode::{Decoder, decode, takes_anything};
pub(crate) use insides::inside;

use serde_json::Value;

use crate::schema::Shape;

/// The schema of the built-in type of that name.
pub(crate) fn schema(name: &str) -> Option<&'static Value> {
    Some(schemas::entry(name)?.schema())
}

/// The same, which is not kept.
pub(crate) fn read(name: &str) -> Option<Value> {
    Some(schemas::entry(name)?.read())
}

/// All built-in types, each read as it is come to: they are many, and who asks for all seldom asks twice.
pub(crate) fn schemas() -> impl Iterator<Item = (&'static str, Value)> {
    schemas::all().map(|entry| (entry.name, entry.read()))
}

/// The name of the type that objects of a kind are of.
pub(crate) fn type_of(group: &str, version: &str, kind: &str) -> Option<&'static str> {
    Some(schemas::entry_of((group, version, kind))?.name)
}

/// What fields the objects of a built-in kind have.
pub(crate) fn shape(group: &str, version: &str, kind: &str) -> Option<Shape<'static>> {
    schemas::entry_of((group, version, kind)).map(built_in::shape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Strategy;

    #[test]
    fn built_in_lists_know_what_they_are_merged_by() {
        let shape = shape("apps", "v1", "Deployment").unwrap();
        let pod = shape.field("spec").and_then(|spec| spec.field("template")?.field("spec")).unwrap();
        let containers = pod.field("containers").unwrap();
        assert_eq!((containers.merge_key(), containers.strategy()), (Some("name"), Some(Strategy::Merge)));
        let ports = containers.items().and_then(|container| container.field("ports")).unwrap();
        assert_eq!(ports.merge_key(), Some("containerPort"));
        let volumes = pod.field("volumes").unwrap();
        assert_eq!(volumes.strategy(), Some(Strategy::MergeAndRetainKeys));
        assert!(shape.field("metadata").unwrap().field("labels").unwrap().field("any").is_some());
    }

    #[test]
    fn what_is_not_built_in_is_unknown() {
        assert!(shape("zalando.org", "v1", "KopfExample").is_none());
        assert!(shape("", "v1", "ConfigMap").is_some());
    }
}
