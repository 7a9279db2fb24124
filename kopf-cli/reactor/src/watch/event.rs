//! Takes a line of a watch apart: what happened, and the bytes of the object that it happened to.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

/// What happened, and the object. The object is not looked into: whoever reads it finds what is odd about it.
pub(super) fn split(line: &Bytes) -> Result<(&str, Bytes), serde_json::Error> {
    #[derive(Deserialize)]
    struct Event<'a> {
        #[serde(rename = "type", borrow)]
        kind: &'a str,
        #[serde(borrow)]
        object: &'a RawValue,
    }
    if let Some(split) = as_written(line) {
        return Ok(split);
    }
    let Event { kind, object } = serde_json::from_slice(line)?;
    Ok((kind, line.slice_ref(object.get().as_bytes())))
}

/// The line taken apart by its ends, as every API server of Go writes them: with a type, then an object, and nothing
/// else. So the object is gone through once, by its reader.
fn as_written(line: &Bytes) -> Option<(&str, Bytes)> {
    const TYPE: &[u8] = br#"{"type":""#;
    const OBJECT: &[u8] = br#"","object":{"#;
    let rest = line.strip_prefix(TYPE)?;
    let end = rest.iter().position(|byte| !byte.is_ascii_uppercase())?;
    let kind = std::str::from_utf8(&rest[..end]).ok()?;
    let object = TYPE.len() + end + OBJECT.len() - 1;
    let whole = line.trim_ascii_end();
    let is_written_so = rest[end..].starts_with(OBJECT) && whole.ends_with(b"}}");
    is_written_so.then(|| (kind, line.slice(object..whole.len() - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, &str)>) {
        let line = Bytes::from(line.to_owned());
        let found =
            split(&line).ok().map(|(kind, object)| (kind, String::from_utf8(object.to_vec()).unwrap()));
        assert_eq!(found.as_ref().map(|(kind, object)| (*kind, object.as_str())), expected);
    }

    #[test]
    fn a_line_has_a_type_and_an_object_however_it_is_written() {
        let expected = Some(("ADDED", r#"{"a":{}}"#));
        check(r#"{"type":"ADDED","object":{"a":{}}}"#, expected);
        check("{\"type\":\"ADDED\",\"object\":{\"a\":{}}}\r", expected);
        check(r#"{ "type" : "ADDED" , "object" : {"a":{}} }"#, expected);
        check(r#"{"object":{"a":{}},"type":"ADDED"}"#, expected);
        check(r#"{"type":"ADDED","object":{"a":{}} }"#, expected);
    }

    #[test]
    fn what_is_no_event_is_an_error() {
        check("", None);
        check(r#"{"type":"ADDED"}"#, None);
        check(r#"{"type":"ADDED","object":{"#, None);
        check("[]", None);
    }
}
