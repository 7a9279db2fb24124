//! What Go calls the types of fields, and through which structs it finds them, where a schema does not say it: the table that
//! `examples/generate-names.rs` writes.
//!
//! The table is text. A line with the name of a schema begins a type; lines like ` scope RuleWithOperations.Rule. v1.ScopeType`
//! are its fields. Behind the name stand the structs on the way to the field, each with a dot, if there are any; then its type as
//! Go prints it, the type of what is inside if it is a list or a map, and so on, as far as the schema does not tell.

use std::{io::Read, sync::LazyLock};

use flate2::read::DeflateDecoder;

/// What the table says of a field.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Field {
    /// The structs on the way to it, each with a dot behind it.
    pub(super) way: &'static str,
    types: &'static str,
}

impl Field {
    /// The type of the field or, at a greater depth, of what is inside. Beyond what is told the schema says it.
    pub(super) fn type_at(self, depth: usize) -> Option<&'static str> {
        self.types.split(' ').filter(|name| !name.is_empty()).nth(depth)
    }
}

/// What is told of a field of the type with that schema.
pub(super) fn field(schema: &str, field: &str) -> Field {
    let mut lines = table().lines().skip_while(|line| *line != schema).skip(1);
    let told = lines.by_ref().map_while(|line| line.strip_prefix(' ')).find_map(|line| {
        let (name, told) = line.split_once(' ')?;
        (name == field).then_some(told)
    });
    let told = told.unwrap_or_default();
    match told.split_once(' ') {
        Some((way, types)) if way.ends_with('.') => Field { way, types },
        None if told.ends_with('.') => Field { way: told, types: "" },
        _ => Field { way: "", types: told },
    }
}

/// It is read when something is first refused: most who ask are not.
fn table() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let mut text = String::new();
        let compressed = &include_bytes!("../names.deflate")[..];
        DeflateDecoder::new(compressed).read_to_string(&mut text).expect("the table was checked in whole");
        text
    });
    &TEXT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::schema;

    #[track_caller]
    fn check(name: &str, way: &str, types: [Option<&str>; 2]) {
        let (schema, name) = name.split_once(' ').unwrap();
        let found = field(&format!("io.k8s.{schema}"), name);
        assert_eq!((found.way, [0, 1].map(|depth| found.type_at(depth))), (way, types), "{name}");
    }

    #[test]
    fn types_with_a_name_and_structs_on_the_way_are_told_of() {
        check("api.core.v1.Container imagePullPolicy", "", [Some("v1.PullPolicy"), None]);
        check("api.core.v1.Probe httpGet", "ProbeHandler.", [None, None]);
        let rule = "api.admissionregistration.v1.NamedRuleWithOperations";
        check(&format!("{rule} scope"), "RuleWithOperations.Rule.", [Some("v1.ScopeType"), None]);
        let finalizers = [Some("[]v1.FinalizerName"), Some("v1.FinalizerName")];
        check("api.core.v1.NamespaceSpec finalizers", "", finalizers);
    }

    #[test]
    fn what_the_schema_says_is_not_told() {
        check("api.core.v1.Container image", "", [None, None]);
        check("api.core.v1.Nothing phase", "", [None, None]);
    }

    #[test]
    fn every_field_of_the_table_has_a_schema() {
        let (mut of, mut fields) = ("", 0);
        for line in table().lines() {
            let Some(told) = line.strip_prefix(' ') else {
                of = line;
                continue;
            };
            let name = told.split(' ').next().unwrap();
            let schema = schema(of).unwrap_or_else(|| panic!("{of} has no schema"));
            assert!(schema["properties"][name].is_object(), "{of} has no {name}");
            fields += 1;
        }
        assert!(fields > 300, "{fields}");
    }
}
