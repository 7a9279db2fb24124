//! Bodies in YAML, read as the server reads them: by the rules of Go's parser, faults and all, and turned into JSON.

mod decode;
mod documents;
mod item;
mod parser;
mod reader;
mod resolve;
mod scanner;

use std::fmt;

use serde_json::Value;

use crate::{json, recognition::UNREAD, strict::Strictness};

pub(crate) use documents::read;
pub use documents::yaml_documents;

/// What is wrong with a text, and on which line, if it is not on the first.
#[derive(Debug)]
struct Fault {
    problem: String,
    line: usize,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => formatter.write_str(&self.problem),
            line => write!(formatter, "line {line}: {}", self.problem),
        }
    }
}

/// Why a body could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// What about it is no YAML, or not what can be JSON.
    Yaml(String),
    /// What is wrong with it once it is JSON.
    Json(String),
}

impl From<String> for Unread {
    fn from(why: String) -> Self {
        Unread::Yaml(why)
    }
}

impl Unread {
    /// The words of a refusal to read an object.
    pub(crate) fn of_a_body(self) -> String {
        match self {
            Unread::Yaml(why) => why,
            Unread::Json(why) => format!("{UNREAD}{why}"),
        }
    }
}

/// Parses a body, which takes a stack for [`json::MAX_DEPTH`] levels; of keys that are there twice the last wins, and they are
/// taken down.
///
/// # Errors
///
/// What is wrong and where, in the words of Go.
pub(crate) fn parse_yaml(body: &[u8], strictness: &mut Strictness) -> Result<Value, Unread> {
    let (value, twice) = parse(body)?;
    if !twice.is_empty() {
        strictness.note(format!("yaml: unmarshal errors:\n  {}", twice.join("\n  ")));
    }
    Ok(value)
}

/// Parses a body, and tells of the keys that are there twice.
fn parse(body: &[u8]) -> Result<(Value, Vec<String>), Unread> {
    let nodes = parser::parse(reader::read(body)).map_err(|fault| format!("yaml: {fault}"))?;
    let decoded = decode::decode(&nodes)?;
    let mut value = decoded.item.into_json()?;
    json::settle_numbers(&mut value);
    Ok((value, decoded.mistakes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_of_equal_keys_wins_and_is_told_of() {
        let mut strictness = Strictness::default();
        let value = parse_yaml(b"a: 1\nb:\n  c: 2\n  c: 3\n", &mut strictness).unwrap();
        assert_eq!(value, json!({ "a": 1, "b": { "c": 3 } }));
        strictness.conclude(Vec::new()).unwrap();
        let warnings: Vec<String> = strictness.headers().collect();
        assert_eq!(warnings, [r#"299 - "line 4: key \"c\" already set in map""#]);
        let fault = parse_yaml(b"a: [", &mut strictness).unwrap_err();
        assert_eq!(fault, Unread::Yaml("yaml: line 1: did not find expected node content".to_owned()));
    }

    #[test]
    fn a_document_ends_where_another_thing_begins() {
        for (text, value) in [
            ("a: b\n...\nc: [\n", json!({ "a": "b" })),
            ("a: b\n---\nc: d\n", json!({ "a": "b" })),
            ("{a: b}}\n", json!({ "a": "b" })),
            ("  a: b\nc: d\n", json!({ "a": "b" })),
        ] {
            assert_eq!(parse_yaml(text.as_bytes(), &mut Strictness::silent()).unwrap(), value, "{text}");
        }
    }
}
