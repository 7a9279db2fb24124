//! Reads answers: their warnings and refusals, and the lines of a watch.

use std::{io, time::Duration};

use bytes::{Buf, Bytes, BytesMut};
use futures::{StreamExt, TryStreamExt, stream};
use http::{HeaderMap, header};
use http_body_util::{BodyExt, Limited, combinators::UnsyncBoxBody};

use crate::cluster::{Error, Lines, Status};

/// The largest answer that is taken: a page of 500 objects of the largest size that etcd takes is far below it.
const ANSWER_LIMIT: usize = 1 << 30;

/// The longest line of a watch that is taken: an object has at most 3 MiB, and a watch adds little.
const LINE_LIMIT: usize = 64 << 20;

/// The body of an answer.
pub(super) type Incoming = UnsyncBoxBody<Bytes, io::Error>;

/// Reads an answer to its end.
pub(super) async fn whole(body: Incoming) -> Result<Bytes, Error> {
    let collected = Limited::new(body, ANSWER_LIMIT).collect().await;
    collected.map(|body| body.to_bytes()).map_err(|error| Error::Unreachable(error.to_string()))
}

/// The refusal that a body tells of.
pub(super) fn refusal(code: u16, retry_after: Option<Duration>, body: &[u8]) -> Status {
    let mut status: Status = serde_json::from_slice(body).unwrap_or_default();
    if status.message.is_empty() {
        let text: String = String::from_utf8_lossy(body).chars().take(256).collect();
        status.message = if text.is_empty() { format!("the API server answers {code}") } else { text };
    }
    Status { code, retry_after, ..status }
}

/// When the server asks to be asked again.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The texts of `Warning` headers, as in `299 - "unknown field \"status.x\""` (RFC 7234, section 5.5). A header may hold
/// several, where somebody between the server and us has joined them.
pub(super) fn warnings(headers: &HeaderMap) -> Vec<String> {
    let mut texts = vec![];
    for value in headers.get_all(header::WARNING) {
        // The server's texts are UTF-8.
        let value = String::from_utf8_lossy(value.as_bytes());
        let mut rest = value.as_ref();
        // Before the text there are a code and an agent; after it there may be a date, in quotes too.
        while let Some((head, tail)) = rest.split_once('"') {
            let (text, tail) = quoted(tail);
            if head.trim_start_matches([',', ' ']).split_whitespace().count() == 2 {
                texts.push(text);
            }
            rest = tail;
        }
    }
    texts
}

/// Text up to the quote that ends it, without its escapes; and what comes after.
fn quoted(text: &str) -> (String, &str) {
    let mut plain = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => plain.extend(characters.next()),
            other => plain.push(other),
        }
    }
    (plain, characters.as_str())
}

/// Cuts a body into lines.
pub(super) fn lines(body: Incoming) -> Lines {
    let chunks = body.into_data_stream().map_err(|error| Error::Unreachable(error.to_string()));
    let state = (chunks, BytesMut::new(), 0);
    stream::try_unfold(state, |(mut chunks, mut buffer, mut searched)| async move {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &buffer[searched..]) {
                let line = buffer.split_to(searched + end).freeze();
                buffer.advance(1);
                searched = 0;
                if line.is_empty() {
                    continue;
                }
                // A line of its own is kept as it is; one among others must not keep the whole chunk in memory.
                let line = Bytes::copy_from_slice(&line);
                return Ok(Some((line, (chunks, buffer, searched))));
            }
            searched = buffer.len();
            if searched > LINE_LIMIT {
                return Err(Error::Malformed(format!(
                    "a line of the watch has more than {LINE_LIMIT} bytes"
                )));
            }
            match chunks.next().await {
                Some(chunk) => buffer.extend_from_slice(&chunk?),
                None => return Ok(None),
            }
        }
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_warnings(lines: &[&str], expected: &[&str]) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("warning", http::HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        assert_eq!(warnings(&headers), expected, "of {lines:?}");
    }

    #[test]
    fn warnings_are_read_from_their_headers() {
        check_warnings(&[r#"299 - "unknown field \"status.x\"""#], &[r#"unknown field "status.x""#]);
        check_warnings(&[r#"299 - "one""#, r#"299 - "two""#], &["one", "two"]);
        check_warnings(&[r#"299 - "one", 299 k8s "two, \", three""#], &["one", r#"two, ", three"#]);
        check_warnings(&[r#"299 - "old" "Wed, 21 Oct 2015 07:28:00 GMT", 299 - "new""#], &["old", "new"]);
        check_warnings(&[r#"299 - "größer""#, r#"299 - """#], &["größer", ""]);
        check_warnings(&["nonsense", r#""nonsense""#, r#"299 "nonsense""#, ""], &[]);
    }

    #[test]
    fn escapes_of_a_warning_are_undone_one_after_another() {
        check_warnings(&[r#"299 - "C:\\new \\\"x\\\"""#], &[r#"C:\new \"x\""#]);
        check_warnings(&[r#"299 - "it ends with \\""#], &[r"it ends with \"]);
        check_warnings(&[r#"299 - "it never ends\"#], &["it never ends"]);
    }

    #[tokio::test]
    async fn a_body_is_cut_into_lines_wherever_its_chunks_end() {
        let body = http_body_util::Full::from("{\"a\":1}\n\n{\"b\":2}\nrest")
            .map_err(io::Error::other)
            .boxed_unsync();
        let found: Vec<_> = lines(body).try_collect().await.unwrap();
        assert_eq!(found, ["{\"a\":1}", "{\"b\":2}"]);
    }

    #[test]
    fn a_refusal_is_read_from_its_status_or_its_text() {
        let check = |code, body: &str, expected: &str| {
            assert_eq!(Error::Refused(refusal(code, None, body.as_bytes())).to_string(), expected);
        };
        check(
            409,
            r#"{"kind":"Status","reason":"Conflict","message":"modified","code":409}"#,
            "modified (409 Conflict)",
        );
        check(502, "bad gateway", "bad gateway (502)");
        check(500, "", "the API server answers 500 (500)");
    }
}
