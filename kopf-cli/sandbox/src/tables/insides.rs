//! Pods, claims and volumes as a server has them inside, and as it prints them where it tells of changes: fields have the names
//! that they have in Go, and whatever is not said is there too. The table is written by `examples/generate-insides.rs`.
//!
//! The table is text. A line with the name of a struct begins it; lines like ` HostPID !` are its fields in their order. Before a
//! name stand `metadata/` where the API has the field in there, and `-` where it is left out if there is nothing in it. Types are
//! `"` for texts, `0` for numbers, `!` for booleans, `q` for quantities, `?` for what is as in the API, `*`, `[` and `{` before what
//! is pointed to or in a list or a map, and else the name of a struct.

use std::{collections::HashMap, io::Read, sync::LazyLock};

use flate2::read::DeflateDecoder;
use serde_json::{Map, Value};

/// Fields that are called otherwise in the API.
const RENAMED: [(&str, &str); 9] = [
    ("CephMonitors", "monitors"),
    ("DataDiskURI", "diskURI"),
    ("DeprecatedServiceAccount", "serviceAccount"),
    ("DiscoveryCHAPAuth", "chapAuthDiscovery"),
    ("EndpointsName", "endpoints"),
    ("RadosUser", "user"),
    ("RBDImage", "image"),
    ("RBDPool", "pool"),
    ("SessionCHAPAuth", "chapAuthSession"),
];

struct Field {
    /// Where the API has it, if not in the object itself.
    way: Option<&'static str>,
    omitted: bool,
    name: &'static str,
    ty: &'static str,
}

/// A value of the API as it is inside, where it is of that type.
pub(crate) fn inside(ty: &str, value: &Value) -> Value {
    let rest = ty.get(1..).unwrap_or_default();
    match (ty.as_bytes().first(), value) {
        (Some(b'*' | b'[' | b'{' | b'?'), Value::Null) => Value::Null,
        (Some(b'"'), Value::Null) => "".into(),
        (Some(b'0'), Value::Null) => 0.into(),
        (Some(b'!'), Value::Null) => false.into(),
        (Some(b'q'), Value::Null) => "0".into(),
        (Some(b'*'), value) => inside(rest, value),
        (Some(b'['), Value::Array(items)) => items.iter().map(|item| inside(rest, item)).collect(),
        (Some(b'{'), Value::Object(entries)) => {
            let mut inside: Map<String, Value> =
                entries.iter().map(|(key, value)| (key.clone(), inside(rest, value))).collect();
            inside.sort_keys();
            inside.into()
        }
        (_, value) => match table().get(ty) {
            Some(fields) => fields_inside(fields, value).into(),
            None => value.clone(),
        },
    }
}

fn fields_inside(fields: &[Field], value: &Value) -> Map<String, Value> {
    let mut inside = Map::new();
    for field in fields {
        let said = said(field, value);
        if !(field.omitted && is_empty(said)) {
            inside.insert(field.name.to_owned(), self::inside(field.ty, said));
        }
    }
    inside
}

/// What the API says of a field, whose name differs there in case alone.
fn said<'v>(field: &Field, value: &'v Value) -> &'v Value {
    let renamed = RENAMED.iter().find(|(name, _)| *name == field.name);
    let name = renamed.map_or(field.name, |(_, name)| name);
    let around = field.way.map_or(value, |way| &value[way]);
    let mut fields = around.as_object().into_iter().flatten();
    fields.find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or(&Value::Null, |(_, said)| said)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    }
}

/// It is read when somebody first changes what may not be changed.
fn table() -> &'static HashMap<&'static str, Vec<Field>> {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let mut text = String::new();
        let compressed = &include_bytes!("insides.deflate")[..];
        DeflateDecoder::new(compressed).read_to_string(&mut text).expect("the table was checked in whole");
        text
    });
    static TABLE: LazyLock<HashMap<&'static str, Vec<Field>>> = LazyLock::new(|| {
        let mut table: HashMap<&str, Vec<Field>> = HashMap::new();
        let mut name = "";
        for line in TEXT.lines() {
            match line.strip_prefix(' ').and_then(|field| field.split_once(' ')) {
                Some((said, ty)) => {
                    let (way, said) = match said.split_once('/') {
                        Some((way, said)) => (Some(way), said),
                        None => (None, said),
                    };
                    let (omitted, field) = said.strip_prefix('-').map_or((false, said), |said| (true, said));
                    table.entry(name).or_default().push(Field { way, omitted, name: field, ty });
                }
                None => {
                    name = line;
                    table.entry(name).or_default();
                }
            }
        }
        table
    });
    &TABLE
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tables;

    #[test]
    fn fields_have_the_names_of_go_and_what_is_not_said_is_there() {
        let policy =
            json!({ "rules": [{ "action": "FailJob", "onExitCodes": { "operator": "In", "values": [1] } }] });
        assert_eq!(
            inside("batch.PodFailurePolicy", &policy).to_string(),
            r#"{"Rules":[{"Action":"FailJob","OnExitCodes":{"ContainerName":null,"Operator":"In","Values":[1]},"OnPodConditions":null}]}"#
        );
        let claim = json!({ "resources": { "requests": { "storage": "1Gi" } }, "selector": { "matchLabels": { "a": "b" } } });
        assert_eq!(
            inside("core.PersistentVolumeClaimSpec", &claim).to_string(),
            r#"{"AccessModes":null,"Selector":{"matchLabels":{"a":"b"}},"Resources":{"Limits":null,"Requests":{"storage":"1Gi"}},"VolumeName":"","StorageClassName":null,"VolumeMode":null,"DataSource":null,"DataSourceRef":null,"VolumeAttributesClassName":null}"#
        );
        assert_eq!(inside("core.Unheard", &json!({ "a": 1 })), json!({ "a": 1 }));
    }

    #[test]
    fn each_field_is_one_of_the_api() {
        let mut found = 0;
        for (ty, fields) in table() {
            let (package, name) = ty.split_once('.').unwrap();
            let schema = tables::schema(&format!("io.k8s.api.{package}.v1.{name}"));
            for field in fields.iter().filter(|field| field.way.is_none() && schema.is_some()) {
                let properties = &schema.as_ref().unwrap()["properties"];
                assert!(!said(field, properties).is_null(), "{ty}.{}", field.name);
                found += 1;
            }
        }
        assert!(found > 400, "{found}");
    }
}
