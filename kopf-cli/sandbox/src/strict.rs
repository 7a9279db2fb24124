//! How strictly a body is read: what is in it twice, or is not known, is passed over, warned of, or refused.

mod walk;

use serde_json::Value;

use crate::{
    patch::Reading,
    printed,
    request::Query,
    schema::Shape,
    status::{About, Cause, Status},
};

/// So many mistakes of one body are told.
const MOST: usize = 100;
/// How many characters the warnings of one answer may have together. The one that goes beyond is the last, unless there is
/// room once all are cut.
const MOST_WARNED: usize = 4_096;
/// What is left of a warning that is cut, in characters.
const CUT: usize = 256;

/// What is done about mistakes in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Directive {
    Ignore,
    #[default]
    Warn,
    Strict,
}

/// The mistakes of a body, and the warnings of the answer.
#[derive(Debug, Default)]
pub(crate) struct Strictness {
    directive: Directive,
    /// Mistakes that were found while the body was read.
    found: Vec<String>,
    /// Whether fields that are unknown are among those.
    knows_fields: bool,
    warnings: Vec<String>,
}

impl Strictness {
    /// What a request asks for; `kind` is that of its options.
    ///
    /// # Errors
    ///
    /// 422 for a word that the API does not know.
    pub(crate) fn of(query: &Query, kind: &str) -> Result<Self, Status> {
        let directive = match query.get("fieldValidation") {
            "" | "Warn" => Directive::Warn,
            "Ignore" => Directive::Ignore,
            "Strict" => Directive::Strict,
            other => {
                let words = ["", "Ignore", "Strict", "Warn"];
                let cause = Cause::unsupported("fieldValidation", &printed::quoted(other), &words);
                let about = About { kind, group: "meta.k8s.io", name: "" };
                return Err(Status::invalid(about, vec![cause]));
            }
        };
        Ok(Strictness { directive, ..Strictness::default() })
    }

    /// Passes over all mistakes.
    pub(crate) fn silent() -> Self {
        Strictness { directive: Directive::Ignore, ..Strictness::default() }
    }

    /// How a patch is to be read.
    pub(crate) fn reading(&self) -> Reading {
        if self.ignores() { Reading::Careless } else { Reading::Careful }
    }

    pub(crate) fn ignores(&self) -> bool {
        self.directive == Directive::Ignore
    }

    /// Takes down what is twice in a JSON text, which `value` was read from; where there is something, and it is known which
    /// fields there may be, also what is unknown, in the order of the text.
    pub(crate) fn note_duplicates(&mut self, text: &[u8], value: &Value, shape: Option<Shape<'static>>) {
        if !self.ignores() && keys_of_text(text) != keys_of_value(value) {
            self.knows_fields = shape.is_some();
            self.found.extend(walk::mistakes(text, shape));
        }
    }

    /// Says of all that has been found that it is in a JSON patch, not in an object.
    pub(crate) fn blame_patch(&mut self) {
        self.found.iter_mut().for_each(|mistake| *mistake = format!("json patch {mistake}"));
    }

    /// Takes down a mistake in the server's words.
    pub(crate) fn note(&mut self, mistake: String) {
        if !self.ignores() {
            self.found.push(mistake);
        }
    }

    /// Comes to a conclusion about what was found, `unknown` being the places of unknown fields.
    ///
    /// # Errors
    ///
    /// The mistakes, where they are to be refused.
    pub(crate) fn conclude(&mut self, unknown: Vec<String>) -> Result<(), String> {
        let unknown = if self.knows_fields { Vec::new() } else { unknown };
        self.judge(unknown.into_iter().take(MOST).map(|place| walk::unknown(&place)))
    }

    /// The same of a custom resource, of which unknown fields are told as they are.
    ///
    /// # Errors
    ///
    /// The mistakes, where they are to be refused.
    pub(crate) fn conclude_custom(&mut self, unknown: Vec<String>) -> Result<(), String> {
        let unknown = if self.knows_fields { Vec::new() } else { unknown };
        self.judge(unknown.into_iter().take(MOST).map(|place| as_it_is(&place)))
    }

    /// The same of what has been converted, which tells of unknown fields in the order of their places, and as they are.
    ///
    /// # Errors
    ///
    /// The mistakes, where they are to be refused.
    pub(crate) fn conclude_converted(&mut self, unknown: Vec<String>) -> Result<(), String> {
        let mut unknown: Vec<String> = unknown.into_iter().map(|place| as_it_is(&place)).collect();
        unknown.sort();
        self.judge(unknown.into_iter())
    }

    fn judge(&mut self, unknown: impl Iterator<Item = String>) -> Result<(), String> {
        let mut found = std::mem::take(&mut self.found);
        found.extend(unknown);
        match self.directive {
            Directive::Strict if !found.is_empty() => {
                Err(format!("strict decoding error: {}", found.join(", ")))
            }
            Directive::Warn | Directive::Strict => {
                found.iter().flat_map(|mistake| told(mistake)).for_each(|mistake| self.warn(mistake));
                Ok(())
            }
            Directive::Ignore => Ok(()),
        }
    }

    /// Warns of something, once.
    pub(crate) fn warn(&mut self, warning: &str) {
        let warning = warning.to_owned();
        // More are not shown, for none is empty.
        let has_room = self.warnings.len() < MOST_WARNED;
        if !warning.is_empty() && has_room && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Warns of what another warns of, too.
    pub(crate) fn take_over(&mut self, other: &Strictness) {
        other.warnings.iter().for_each(|warning| self.warn(warning));
    }

    /// The values of the answer's `Warning` headers.
    pub(crate) fn headers(&self) -> impl Iterator<Item = String> {
        let mut written = 0;
        let fits = |warning: &&String| add(&mut written, length(warning)) <= MOST_WARNED;
        let whole = self.warnings.iter().take_while(fits).count();
        let cut = if whole < self.warnings.len() { CUT } else { usize::MAX };
        let mut written = 0;
        let texts = self.warnings.iter().map(move |warning| warning.chars().take(cut).collect::<String>());
        let shown = texts.enumerate().take_while(move |(n, text)| {
            let has_room = *n <= whole || written < MOST_WARNED;
            add(&mut written, length(text));
            has_room
        });
        let shown = shown.filter(|(_, text)| fits_a_header(text));
        shown.map(|(_, text)| header(&text))
    }
}

fn as_it_is(place: &str) -> String {
    format!("unknown field \"{place}\"")
}

/// The value of a `Warning` header that says this.
pub(crate) fn header(text: &str) -> String {
    format!("299 - \"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The warnings that a mistake becomes: of what is twice in YAML, each is told of by itself.
fn told(mistake: &str) -> Vec<&str> {
    match mistake.strip_prefix("yaml: unmarshal errors:\n") {
        Some(mistakes) => mistakes.lines().map(str::trim).collect(),
        None => vec![mistake],
    }
}

/// The room that a warning takes, which is none where it cannot be told.
fn length(warning: &str) -> usize {
    if fits_a_header(warning) { warning.chars().count() } else { 0 }
}

fn fits_a_header(warning: &str) -> bool {
    !warning.contains(char::is_control)
}

fn add(sum: &mut usize, more: usize) -> usize {
    *sum += more;
    *sum
}

/// How many fields a JSON text has: each has a colon after its name.
fn keys_of_text(text: &[u8]) -> usize {
    let (mut keys, mut in_string, mut escaped) = (0, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b':' if !in_string => keys += 1,
            _ => {}
        }
    }
    keys
}

fn keys_of_value(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields.len() + fields.values().map(keys_of_value).sum::<usize>(),
        Value::Array(items) => items.iter().map(keys_of_value).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, text: &str, unknown: &[&str], expected: Result<&[&str], &str>) {
        let mut strictness = Strictness::of(&Query::parse(query), "CreateOptions").unwrap();
        strictness.note_duplicates(text.as_bytes(), &serde_json::from_str(text).unwrap(), None);
        let concluded = strictness.conclude(unknown.iter().map(|&place| place.to_owned()).collect());
        let headers: Vec<String> = strictness.headers().collect();
        let said: Result<Vec<&str>, &str> = match &concluded {
            Ok(()) => Ok(headers.iter().map(String::as_str).collect()),
            Err(mistakes) => Err(mistakes),
        };
        assert_eq!(said, expected.map(<[&str]>::to_vec));
    }

    #[test]
    fn mistakes_are_refused_warned_of_or_passed_over() {
        let text = r#"{"a":{"b":[{"c":1,"c":2,"c":3}]},"a":{"x:\"y":0}}"#;
        let duplicates = r#"strict decoding error: duplicate field "a.b[0].c", duplicate field "a", "#;
        let refused = format!("{duplicates}unknown field \"d\"");
        check("fieldValidation=Strict", text, &["d"], Err(&refused));
        check("fieldValidation=Ignore", text, &["d"], Ok(&[]));
        let warnings = [
            r#"299 - "duplicate field \"a.b[0].c\"""#,
            r#"299 - "duplicate field \"a\"""#,
            r#"299 - "unknown field \"d\"""#,
        ];
        check("fieldValidation=Warn", text, &["d"], Ok(&warnings));
        check("", text, &["d"], Ok(&warnings));
        check("fieldValidation=Strict", r#"{"a":{"b":1}}"#, &[], Ok(&[]));
        assert_eq!(
            Strictness::of(&Query::parse("fieldValidation=x"), "CreateOptions").unwrap_err().code,
            422
        );
    }

    #[test]
    fn warnings_of_more_than_a_line_are_left_out() {
        let mut strictness = Strictness::default();
        let long = "x".repeat(CUT);
        for warning in ["a\nb", "c\td", "e\u{85}f", "g", &format!("{long}\n")] {
            strictness.warn(warning);
        }
        assert_eq!(strictness.headers().collect::<Vec<_>>(), [r#"299 - "g""#]);
        // What is cut before the end of its first line is one.
        strictness.warn(&"y".repeat(MOST_WARNED));
        let shown: Vec<String> = strictness.headers().collect();
        assert_eq!(shown[..2], [r#"299 - "g""#.to_owned(), format!("299 - \"{long}\"")]);
        assert_eq!(shown.len(), 3);
    }

    #[test]
    fn too_many_warnings_are_cut() {
        let mut strictness = Strictness::default();
        (0..50).for_each(|n| strictness.warn(&format!("{n} {}", "x".repeat(300))));
        assert!(strictness.headers().all(|header| header.len() == CUT + "299 - \"\"".len()));
    }
}
