//! Field selectors: their terms, and which of them a resource knows.

use crate::{
    object::Header,
    resources::{View, selectable},
};

/// A term as it is said.
#[derive(Debug)]
pub(super) struct Said<'a> {
    label: &'a str,
    value: String,
    equal: bool,
}

/// A term of a resource that knows its label.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    pub(super) path: String,
    pub(super) value: String,
    pub(super) equal: bool,
    /// What is compared where an object says nothing.
    absent: &'static str,
}

impl Term {
    pub(super) fn matches(&self, object: &Header) -> bool {
        let found = object.field(&self.path);
        let found = if found.is_empty() { self.absent } else { found };
        (found == self.value) == self.equal
    }
}

/// Reads a selector. A server puts its terms in order before it looks at them.
///
/// # Errors
///
/// What is wrong with the first of its terms that is none.
pub(super) fn parse(selector: &str) -> Result<Vec<Said<'_>>, String> {
    let mut parts = split(selector);
    parts.sort_unstable();
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.map(|part| term(selector, part)).collect()
}

/// What stands between commas that have no backslash before them.
fn split(selector: &str) -> Vec<&str> {
    let mut escaped = false;
    let is_comma = |letter: char| {
        let ends = letter == ',' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    };
    selector.split(is_comma).collect()
}

fn term<'a>(selector: &str, part: &'a str) -> Result<Said<'a>, String> {
    let unknown = || format!("invalid selector: '{selector}'; can't understand '{part}'");
    let sign = part
        .char_indices()
        .find(|&(at, letter)| letter == '=' || letter == '!' && part[at + 1..].starts_with('='));
    let (at, letter) = sign.ok_or_else(unknown)?;
    let (label, rest) = part.split_at(at);
    let value = match rest.get(..2) {
        Some("!=" | "==") => &rest[2..],
        _ => &rest[1..],
    };
    Ok(Said { label, value: unescaped(value)?, equal: letter == '=' })
}

/// A value without its backslashes.
fn unescaped(value: &str) -> Result<String, String> {
    let unknown = |sequence: &str| format!("invalid field selector: invalid escape sequence: \\{sequence}");
    let mut letters = value.chars();
    let mut plain = String::with_capacity(value.len());
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => match letters.next() {
                Some(escaped @ ('\\' | ',' | '=')) => escaped,
                other => return Err(unknown(&other.map(String::from).unwrap_or_default())),
            },
            ',' | '=' => {
                let code = u32::from(letter);
                return Err(format!("invalid field selector: unescaped character in value: {code}"));
            }
            letter => letter,
        });
    }
    Ok(plain)
}

impl Said<'_> {
    /// The term as the resource knows it.
    ///
    /// # Errors
    ///
    /// What is said of a label that it does not know.
    pub(super) fn of(self, view: &View) -> Result<Term, String> {
        let Said { label, value, equal } = self;
        let version = view.version();
        if !view.resource.rules.custom {
            let known = selectable::label(&version.group, &view.resource.plural, label)?;
            return Ok(Term { path: known.key().to_owned(), value, equal, absent: known.absent });
        }
        let known = label == "metadata.name"
            || label == "metadata.namespace" && view.resource.namespaced
            || version.selectable.iter().any(|known| known == label);
        if !known {
            return Err(format!("field label not supported: {label}"));
        }
        Ok(Term { path: label.to_owned(), value, equal, absent: "" })
    }
}
