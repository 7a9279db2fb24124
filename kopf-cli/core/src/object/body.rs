//! Parses a body, and passes over `metadata.managedFields` on the way.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

/// Parses a body.
pub(super) fn read(raw: &[u8]) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(raw);
    let body = Members(Level::Top).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(Value::Object(body))
}

#[derive(Clone, Copy)]
enum Level {
    Top,
    Metadata,
}

/// Takes the members of the body, or of its metadata.
struct Members(Level);

impl<'de> Visitor<'de> for Members {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Map<String, Value>, A::Error> {
        let mut members = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            match (self.0, key.as_str()) {
                (Level::Top, "metadata") => {
                    let metadata = access.next_value_seed(Members(Level::Metadata))?;
                    members.insert(key, Value::Object(metadata));
                }
                (Level::Metadata, "managedFields") => {
                    access.next_value::<IgnoredAny>()?;
                }
                _ => {
                    members.insert(key, access.next_value()?);
                }
            }
        }
        Ok(members)
    }
}

impl<'de> DeserializeSeed<'de> for Members {
    type Value = Map<String, Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Map<String, Value>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found =
            read(text.as_bytes()).map_or_else(|error| format!("error: {error}"), |body| body.to_string());
        assert_eq!(found, expected);
    }

    #[test]
    fn all_is_read_but_who_manages_the_fields() {
        check(
            r#"{"kind":"A","metadata":{"name":"a","managedFields":[{"f:spec":{}}],"labels":{}},"spec":{"managedFields":1}}"#,
            r#"{"kind":"A","metadata":{"name":"a","labels":{}},"spec":{"managedFields":1}}"#,
        );
    }

    #[test]
    fn what_is_no_object_is_an_error() {
        check("[]", "error: invalid type: sequence, expected an object at line 1 column 0");
        check(
            r#"{"metadata":7}"#,
            "error: invalid type: integer `7`, expected an object at line 1 column 13",
        );
        check("{}{}", "error: trailing characters at line 1 column 3");
    }
}
