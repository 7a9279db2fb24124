//! JSON for people: one member a line, as Go's `MarshalIndent` lays it out, for those who ask by hand.

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, header};

use crate::{media, request::Query};

/// What one level is indented by.
const STEP: &[u8] = b"  ";
/// Deeper levels are indented no further: an answer is to stay in proportion to what it says.
const DEEPEST: usize = 64;
/// The longest answer that is laid out, in bytes: nobody reads more, and what is laid out is many times as long.
const LONGEST: usize = 1024 * 1024;
/// The clients that people ask by.
const BY_HAND: [&str; 3] = ["curl", "Wget", "Mozilla/5.0"];

/// Whether an answer is to be read by people: they say so, or use what people use.
pub(crate) fn is_wanted(headers: &HeaderMap, query: &str) -> bool {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media::wants_pretty(header(header::ACCEPT))
        || match Query::parse(query).get("pretty") {
            "" => BY_HAND.iter().any(|client| header(header::USER_AGENT).starts_with(client)),
            said => matches!(said, "1" | "t" | "T" | "true" | "TRUE" | "True"),
        }
}

/// Whether a document can be read by people at all.
pub(crate) fn is_legible(document: &[u8]) -> bool {
    document.len() <= LONGEST
}

/// A document, laid out. Texts are left as they are.
pub(crate) fn laid_out(document: &[u8]) -> Bytes {
    let mut laid = BytesMut::with_capacity(document.len() * 2);
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for (at, byte) in document.iter().copied().enumerate() {
        if in_text {
            in_text = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            laid.put_u8(byte);
            continue;
        }
        match byte {
            b'{' | b'[' => {
                depth += 1;
                laid.put_u8(byte);
                if !matches!(document.get(at + 1), Some(b'}' | b']')) {
                    begin_line(&mut laid, depth);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if !matches!(at.checked_sub(1).map(|before| document[before]), Some(b'{' | b'[')) {
                    begin_line(&mut laid, depth);
                }
                laid.put_u8(byte);
            }
            b',' => {
                laid.put_u8(byte);
                begin_line(&mut laid, depth);
            }
            b':' => laid.extend_from_slice(b": "),
            _ => {
                in_text = byte == b'"';
                laid.put_u8(byte);
            }
        }
    }
    laid.freeze()
}

/// A document as it is sent to programs: on a line of its own.
pub(crate) fn ended(document: Bytes) -> Bytes {
    let mut line = BytesMut::from(document);
    line.put_u8(b'\n');
    line.freeze()
}

fn begin_line(laid: &mut BytesMut, depth: usize) {
    laid.put_u8(b'\n');
    for _ in 0..depth.min(DEEPEST) {
        laid.extend_from_slice(STEP);
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use http::HeaderValue;

    use super::*;

    #[test]
    fn documents_are_laid_out_as_go_does_it() {
        let document = br#"{"a":{},"b":[],"c":[1,{"d":"x:{\"[\\"}],"e":null}"#;
        let laid = laid_out(document);
        expect![[r#"
            {
              "a": {},
              "b": [],
              "c": [
                1,
                {
                  "d": "x:{\"[\\"
                }
              ],
              "e": null
            }"#]]
        .assert_eq(std::str::from_utf8(&laid).unwrap());
    }

    #[test]
    fn what_is_deep_grows_in_proportion() {
        let document = [vec![b'['; 10_000], vec![b']'; 10_000]].concat();
        let most = document.len() * (DEEPEST * STEP.len() + 2);
        assert!(laid_out(&document).len() < most);
    }

    #[test]
    fn people_are_told_by_their_client_or_say_so() {
        let check = |accept, query, agent, expected| {
            let headers = [(header::ACCEPT, accept), (header::USER_AGENT, agent)];
            let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
            assert_eq!(
                is_wanted(&headers.into_iter().collect(), query),
                expected,
                "{accept} {query} {agent}"
            );
        };
        check("", "", "curl/8.5.0", true);
        check("*/*", "pretty=false", "curl/8.5.0", false);
        check("", "pretty=1", "kubectl", true);
        check("", "pretty=yes", "Wget", false);
        check("", "pretty=", "Mozilla/5.0 (X11)", true);
        check("application/json;pretty=1", "", "kubectl", true);
        check("application/json;pretty=true", "", "kubectl", false);
        check("", "", "Go-http-client/1.1", false);
    }
}
