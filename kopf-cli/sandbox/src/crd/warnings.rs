//! What is warned of in definitions: formats that nobody knows, and sets of what is no scalar.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    printed::quoted,
    schema::{Kind, takes_format},
};

/// Where a schema has another, a list of others, or a map of them.
const ONE: [&str; 4] = ["items", "not", "additionalProperties", "additionalItems"];
const LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];
const MAPS: [&str; 3] = ["properties", "patternProperties", "definitions"];

/// What is warned of in a definition that was not there to be warned of before.
pub(crate) fn warnings(definition: &Value, old: Option<&Value>) -> Vec<String> {
    let before = old.map(of_all).unwrap_or_default();
    let mut warnings = of_all(definition);
    warnings.retain(|warning| !before.contains(warning));
    warnings
}

fn of_all(definition: &Value) -> Vec<String> {
    let (mut unknown, mut sets) = (Vec::new(), BTreeSet::new());
    for version in definition["spec"]["versions"].as_array().into_iter().flatten() {
        look(&version["schema"]["openAPIV3Schema"], &mut unknown, &mut sets);
    }
    unknown.into_iter().chain(sets).collect()
}

fn look(schema: &Value, unknown: &mut Vec<String>, sets: &mut BTreeSet<String>) {
    let format = schema["format"].as_str().unwrap_or_default();
    let kind = schema["type"].as_str().unwrap_or_default();
    let is_known = match kind {
        "" => takes_format(None, format),
        kind => Kind::parse(kind).is_some_and(|kind| takes_format(Some(kind), format)),
    };
    if !format.is_empty() && !is_known {
        unknown.push(format!("unrecognized format {}", quoted(format)));
    }
    let items = schema["items"]["type"].as_str().unwrap_or_default();
    if schema["x-kubernetes-list-type"] == "set" && ["object", "array"].contains(&items) {
        sets.insert(format!(
            "x-kubernetes-list-type: set for items of type {} is not supported by server-side apply or CEL validation rules",
            quoted(items)
        ));
    }
    let lists = LISTS.iter().filter_map(|list| schema[*list].as_array()).flatten();
    let maps = MAPS.iter().filter_map(|map| schema[*map].as_object()).flat_map(|map| map.values());
    let all = ONE.iter().map(|one| &schema[*one]).chain(lists).chain(maps);
    all.filter(|schema| schema.is_object()).for_each(|schema| look(schema, unknown, sets));
}
