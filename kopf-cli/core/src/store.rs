//! What the operator keeps on the objects themselves, so that it can be killed at any moment and go on where it was.
//!
//! Everything is in annotations under the operator's own prefix ([`keys`]): a record for each handler that is under way
//! ([`progress`]) and one of the essence that was handled last ([`handled`]), as a whole or as digests ([`digest`]).
//! Each carries the uid of the object that it is about: what was copied along with a manifest, or down from an owner,
//! is of another object and counts as absent. So does whatever cannot be read.
//!
//! All this is one of two forms ([`dialect`]): the other is that of the Python framework ([`python`]).

pub mod dialect;
pub mod digest;
pub mod handled;
pub mod keys;
pub mod progress;
pub(crate) mod python;

use serde_json::Value;

use crate::object;

/// The most bytes of annotations that API servers take, all keys and values together.
pub const ANNOTATIONS_LIMIT: usize = 262_144;

/// The most bytes of annotations that are ours.
pub const STATE_LIMIT: usize = 64 * 1024;

/// How many bytes of annotations the object has, counted as API servers do: keys and values, without any escaping.
pub fn annotations_size(body: &Value) -> usize {
    object::annotations(body)
        .into_iter()
        .flatten()
        .map(|(key, value)| key.len() + value.as_str().map_or(0, str::len))
        .sum()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(annotations: &Value, expected: usize) {
        assert_eq!(annotations_size(&json!({ "metadata": { "annotations": annotations } })), expected);
    }

    #[test]
    fn keys_and_values_count_in_bytes() {
        check(&json!({ "a/b": "12", "c": "é\"" }), 3 + 2 + 1 + 3);
        check(&json!({}), 0);
        check(&Value::Null, 0);
    }
}
