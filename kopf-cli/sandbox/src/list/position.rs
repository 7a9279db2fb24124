//! Where a list goes on: what the token says that comes with a piece of it, and what is wrong with one that is none.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::{Map, Value, json};

use crate::{json, meta};

/// The version of tokens, of which there is one.
const VERSION: &str = "meta.k8s.io/v1";
/// What Go reads a token into.
const TYPE: &str = "continueToken";

/// As Go reads it: bits that are too many are passed over.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// At which revision a list goes on (none: wherever the store is), and from which key on; keys begin behind what all
/// objects of the list have in common.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Position {
    pub(super) revision: Option<u64>,
    pub(super) key: String,
}

impl Position {
    /// Behind an object of the list.
    pub(super) fn behind(revision: Option<u64>, key: &str) -> Self {
        Position { revision, key: format!("{key}\0") }
    }

    pub(super) fn token(&self) -> String {
        let revision = self.revision.map_or(-1, u64::cast_signed);
        BASE64.encode(json!({ "v": VERSION, "rv": revision, "start": self.key }).to_string())
    }

    /// # Errors
    ///
    /// What is wrong with a token, in the words of the server.
    pub(super) fn parse(token: &str) -> Result<Self, String> {
        let (version, revision, start) = read(token)?;
        if version != VERSION {
            return Err(format!(": server does not recognize this encoded version {version}"));
        }
        if revision == 0 {
            return Err(format!(": incorrect encoded start resourceVersion (version {VERSION})"));
        }
        if start.is_empty() {
            return Err(format!(": encoded start key empty (version {VERSION})"));
        }
        let key = start.strip_prefix('/').unwrap_or(&start);
        // Whoever makes up a token does not get out of the list by it.
        if !key.is_empty() && key.split('/').any(|part| ["", ".", ".."].contains(&part)) {
            return Err(format!(": {start}"));
        }
        Ok(Position { revision: u64::try_from(revision).ok(), key: key.to_owned() })
    }
}

/// What a token says: its version, the revision and the key.
fn read(token: &str) -> Result<(String, i64, String), String> {
    let text = decode(token).map_err(|byte| format!(": illegal base64 data at input byte {byte}"))?;
    // What may be deep is dropped where there is room for that.
    json::with_stack(json::depth_of_text(&text), || {
        let value = json::read(&text).map_err(|fault| format!(": {fault}"))?;
        match &value {
            Value::Object(fields) => read_fields(fields),
            Value::Null => Ok(Default::default()),
            other => {
                let found = meta::kind_of(other);
                Err(format!(": json: cannot unmarshal {found} into Go value of type storage.{TYPE}"))
            }
        }
    })
}

fn read_fields(fields: &Map<String, Value>) -> Result<(String, i64, String), String> {
    let (mut version, mut revision, mut start) = (String::new(), 0, String::new());
    let mut unread = None;
    let mut misread = |field: &str, found: &str, wanted: &str| {
        unread.get_or_insert(format!(
            ": json: cannot unmarshal {found} into Go struct field {TYPE}.{field} of type {wanted}"
        ));
    };
    for (field, value) in fields {
        let field = field.to_lowercase();
        match (&*field, value) {
            (_, Value::Null) => {}
            ("v", Value::String(text)) => version.clone_from(text),
            ("start", Value::String(text)) => start.clone_from(text),
            ("v" | "start", other) => misread(&field, meta::kind_of(other), "string"),
            ("rv", Value::Number(number)) => match number.as_i64() {
                Some(number) => revision = number,
                None => misread("rv", &format!("number {number}"), "int64"),
            },
            ("rv", other) => misread("rv", meta::kind_of(other), "int64"),
            _ => {}
        }
    }
    unread.map_or(Ok((version, revision, start)), Err)
}

/// Takes a token out of its letters, or says which byte of it is none of them; ends of lines do not count.
fn decode(token: &str) -> Result<Vec<u8>, usize> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_end = |byte: u8| matches!(byte, b'\r' | b'\n');
    if let Some(wrong) = token.bytes().position(|byte| !is_letter(byte) && !is_end(byte)) {
        return Err(wrong);
    }
    let letters: Vec<u8> = token.bytes().filter(|byte| !is_end(*byte)).collect();
    // What is left can only be a letter that is alone at the end.
    BASE64.decode(letters).map_err(|_| token.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_where_a_list_goes_on() {
        for position in [Position::behind(Some(7), "n/x"), Position::behind(None, "x")] {
            assert_eq!(Position::parse(&position.token()), Ok(position));
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Position::parse(&BASE64.encode(text)).unwrap_err(), expected, "{text}");
    }

    #[test]
    fn a_token_that_is_none_is_told_of() {
        assert_eq!(Position::parse("a=").unwrap_err(), ": illegal base64 data at input byte 1");
        assert_eq!(Position::parse("abcde").unwrap_err(), ": illegal base64 data at input byte 4");
        check("x", ": invalid character 'x' looking for beginning of value");
        check("{}", ": server does not recognize this encoded version ");
        check(
            r#"{"V":"meta.k8s.io/v1"}"#,
            ": incorrect encoded start resourceVersion (version meta.k8s.io/v1)",
        );
        check(r#"{"v":"meta.k8s.io/v1","rv":1}"#, ": encoded start key empty (version meta.k8s.io/v1)");
        check(r#"{"v":"meta.k8s.io/v1","rv":1,"start":"../x"}"#, ": ../x");
        check("[]", ": json: cannot unmarshal array into Go value of type storage.continueToken");
        check(
            r#"{"rv":1.5,"v":1}"#,
            ": json: cannot unmarshal number 1.5 into Go struct field continueToken.rv of type int64",
        );
    }
}
