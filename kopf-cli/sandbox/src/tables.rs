//! What is known of built-in kinds beforehand: their schemas, read off a real server by `examples/generate-tables.rs`.

mod built_in;
mod decode;
pub(crate) mod served;

pub(crate) use decode::decode;

use std::{collections::BTreeMap, io::Read, sync::LazyLock};

use flate2::read::DeflateDecoder;
use serde_json::{Map, Value};

use crate::schema::Shape;

/// The schemas of all built-in types by name, as they stand in documents of OpenAPI, without their descriptions.
pub(crate) fn schemas() -> &'static Map<String, Value> {
    static SCHEMAS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
        let mut text = String::new();
        let compressed = &include_bytes!("tables/schemas.json.deflate")[..];
        DeflateDecoder::new(compressed).read_to_string(&mut text).expect("the table was checked in whole");
        serde_json::from_str(&text).expect("the table was written as JSON")
    });
    &SCHEMAS
}

/// Names of types by group, version and kind.
type Names<'a> = BTreeMap<(&'a str, &'a str, &'a str), &'static str>;

/// The name of the type that objects of a kind are of.
pub(crate) fn type_of(group: &str, version: &str, kind: &str) -> Option<&'static str> {
    static NAMES: LazyLock<Names<'static>> = LazyLock::new(|| {
        let mut names = BTreeMap::new();
        for (name, schema) in schemas() {
            for said in schema["x-kubernetes-group-version-kind"].as_array().into_iter().flatten() {
                let part = |part: &str| said[part].as_str().unwrap_or_default();
                names.entry((part("group"), part("version"), part("kind"))).or_insert(name.as_str());
            }
        }
        names
    });
    let names: &Names<'_> = &NAMES;
    names.get(&(group, version, kind)).copied()
}

/// What fields the objects of a built-in kind have.
pub(crate) fn shape(group: &str, version: &str, kind: &str) -> Option<Shape<'static>> {
    built_in::shape(type_of(group, version, kind)?)
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

    #[test]
    fn there_is_no_prose() {
        assert!(schemas().values().all(|schema| schema.get("description").is_none()));
    }
}
