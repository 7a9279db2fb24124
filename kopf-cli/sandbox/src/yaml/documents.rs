//! Texts of several documents, such as people keep in files.

use serde_json::Value;

use super::{Unread, parse};
use crate::json;

/// So many levels people write; `serde_json` reads as many.
const MAX_DEPTH: usize = 128;

/// The documents of a text in YAML, each as JSON; `null` for one that says nothing.
///
/// They are read as kubectl and kube-apiserver read them, whose parser knows YAML 1.1: `0644` is 420, `yes` and `on` are true (and
/// the text `true` as keys), `2026-01-01` is a text. A line that begins with `---` begins a document. Keys that are there twice are an
/// error, and so are more than 128 levels.
///
/// ```
/// let documents = kopf_sandbox::yaml_documents("mode: 0644\n---\n# nothing\n---\na: 1\na: 2\n");
/// let read: Vec<_> = documents.map(|document| document.map(|value| value.to_string())).collect();
/// let wrong = r#"line 6: key "a" already set in map"#;
/// assert_eq!(read, [Ok(r#"{"mode":420}"#.into()), Ok("null".into()), Err(wrong.into())]);
/// ```
///
/// # Errors
///
/// Of each document, what is wrong with it and on which line of the text, in the words that kubectl has for it.
pub fn yaml_documents(text: &str) -> impl Iterator<Item = Result<Value, String>> {
    split(text.strip_prefix('\u{feff}').unwrap_or(text)).into_iter().map(|(lines_before, document)| {
        if !document.lines().any(says_something) {
            return Ok(Value::Null);
        }
        // With the lines before it the numbers of lines are those of the text.
        read(&("\n".repeat(lines_before) + document))
    })
}

/// Reads a document.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn read(document: &str) -> Result<Value, String> {
    json::with_stack(json::MAX_DEPTH, || {
        let (value, twice) = parse(document.as_bytes()).map_err(|why| match why {
            Unread::Yaml(why) => why.strip_prefix("yaml: ").unwrap_or(&why).to_owned(),
            Unread::Json(why) => why,
        })?;
        match (twice.into_iter().next(), json::depth_of_value(&value)) {
            (Some(first), _) => Err(first),
            (None, depth) if depth > MAX_DEPTH => {
                Err(format!("{depth} levels of nesting; expected at most {MAX_DEPTH}"))
            }
            (None, _) => Ok(value),
        }
    })
}

/// The documents of a text, each with the number of lines before it. A line that begins with `---` can be nothing else than a
/// document's beginning. What comes before the first one counts if it says something.
fn split(text: &str) -> Vec<(usize, &str)> {
    let mut starts = vec![(0, 0)];
    let mut offset = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let begins = line
            .strip_prefix("---")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
        if begins && text[..offset].lines().any(says_something) {
            starts.push((number, offset));
        }
        offset += line.len();
    }
    let ends = starts.iter().skip(1).map(|(_, offset)| *offset).chain([text.len()]);
    starts.iter().zip(ends).map(|((number, start), end)| (*number, &text[*start..end])).collect()
}

/// Whether a line is more than white space, a comment or a directive.
fn says_something(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with('#') && !line.starts_with('%')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What a document is, or what is wrong with it.
    #[track_caller]
    fn check(document: &str, expected: Result<Value, &str>) {
        assert_eq!(read(document), expected.map_err(str::to_owned), "{document}");
    }

    #[test]
    fn words_are_read_as_kubectl_reads_them() {
        for (document, value) in [
            ("mode: 0644", json!({ "mode": 420 })),
            ("on: yes", json!({ "true": true })),
            ("{y: 1, n: off}", json!({ "true": 1, "false": false })),
            ("a: tRue", json!({ "a": "tRue" })),
            ("a: 1_000", json!({ "a": 1000 })),
            ("a: 2.0", json!({ "a": 2 })),
            ("a: 2026-01-01", json!({ "a": "2026-01-01" })),
            ("1: !!str 2", json!({ "1": "2" })),
            ("a: &x {b: 1}\nc: {<<: *x}", json!({ "a": { "b": 1 }, "c": { "b": 1 } })),
        ] {
            check(document, Ok(value));
        }
    }

    #[test]
    fn what_is_wrong_is_told_in_the_words_of_kubectl() {
        check("a: [", Err("line 1: did not find expected node content"));
        check("a: 1\nb:\n  c: 1\n  c: 2\n  c: 3", Err(r#"line 4: key "c" already set in map"#));
        check("a: .inf", Err("json: unsupported value: +Inf"));
        check(&format!("{}1", "- ".repeat(128)), Ok((0..128).fold(json!(1), |inner, _| json!([inner]))));
        check(&format!("{}1", "- ".repeat(129)), Err("129 levels of nesting; expected at most 128"));
    }

    #[test]
    fn each_document_has_the_lines_of_the_text() {
        let text = "\u{feff}# A comment.\n---\na: |\n  ---\n...\n---\n\n--- # again\nb: [\n---\n- 1\n";
        let read: Vec<_> = yaml_documents(text).collect();
        let wrong = Err("line 9: did not find expected node content".to_owned());
        assert_eq!(read, [Ok(json!({ "a": "---\n" })), Ok(Value::Null), wrong, Ok(json!([1]))]);
        assert_eq!(yaml_documents("").collect::<Vec<_>>(), [Ok(Value::Null)]);
    }
}
