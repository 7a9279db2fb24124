//! Forms the keys of the annotations that hold an operator's state.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use blake2::digest::consts::U4;
use blake2::{Blake2b, Digest};
use serde_json::Value;

use crate::essence::MARK;
use crate::object;
use crate::store::progress::Progress;

/// The longest name that an annotation key may have after its prefix.
pub(super) const NAME_LIMIT: usize = 63;

/// The name under which the essence that was handled last is kept.
pub(super) const HANDLED: &str = "last-handled-configuration";

/// What a Deployment's ReplicaSets have at the end of their names. A Deployment copies its annotations to them, and
/// its state is not theirs.
pub(super) const OF_DEPLOYMENT: &str = "-ofDRS";

/// The keys of one operator's annotations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    prefix: String,
}

impl Keys {
    /// The keys under `prefix`, which has no slash and is a DNS subdomain.
    pub fn new(prefix: &str) -> Keys {
        Keys { prefix: prefix.to_owned() }
    }

    /// What stands before the slash in all keys.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The key of the progress of the handler `id` on the object.
    ///
    /// It is a valid annotation key for every id. Slashes become dots and angle brackets underscores; an id that is too
    /// long, or has other characters that no key may have, is cut or mangled and gets a hash of the id at its end.
    pub fn handler(&self, id: &str, body: &Value) -> String {
        // A handler may be called like one of our own records, and yet must not overwrite it.
        self.key(id, body, is_reserved(id))
    }

    /// The key of what was handled last on the object.
    pub fn handled(&self, body: &Value) -> String {
        self.key(HANDLED, body, false)
    }

    /// The key of the mark that declares the prefix to be an operator's; whoever writes state sees to it that it is
    /// there, with the value `yes`.
    pub fn mark(&self) -> String {
        format!("{}/{MARK}", self.prefix)
    }

    /// The keys of the handlers' records that are on the object and are its own, not copied from another one.
    pub fn records<'a>(&self, body: &'a Value) -> impl Iterator<Item = &'a str> {
        let uid = body["metadata"]["uid"].as_str().unwrap_or_default();
        object::annotations(body).into_iter().flatten().filter_map(move |(key, value)| {
            let name = key.strip_prefix(&self.prefix)?.strip_prefix('/')?;
            let is_record = !is_reserved(name) && Progress::read(value.as_str()?, uid).is_some();
            is_record.then_some(key.as_str())
        })
    }

    fn key(&self, id: &str, body: &Value, is_reserved: bool) -> String {
        let name = name(&marked(id, body), is_reserved);
        format!("{}/{name}", self.prefix)
    }
}

/// The id or name as it is on the object: a Deployment's ReplicaSets have others than the rest.
pub(super) fn marked(id: &str, body: &Value) -> String {
    let mark = if is_of_deployment(body) { OF_DEPLOYMENT } else { "" };
    format!("{id}{mark}")
}

/// Whether the name is that of a record of our own, which is of no handler.
fn is_reserved(name: &str) -> bool {
    name.strip_suffix(OF_DEPLOYMENT).unwrap_or(name) == HANDLED || name == MARK
}

/// Whether the object is a ReplicaSet that a Deployment owns.
fn is_of_deployment(body: &Value) -> bool {
    let is = |value: &Value, kind| value.get("kind").and_then(Value::as_str) == Some(kind);
    let owners = || body["metadata"]["ownerReferences"].as_array().into_iter().flatten();
    is(body, "ReplicaSet") && owners().any(|owner| is(owner, "Deployment"))
}

/// Whether API servers take it as the name in a key, but for its length.
pub(super) fn is_name(name: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    name.chars().all(is_inner) && is_edge(name.chars().next()) && is_edge(name.chars().next_back())
}

/// The name that stands for `raw` in a key.
pub(super) fn name(raw: &str, is_reserved: bool) -> String {
    let mut is_mangled = is_reserved;
    let mut name = String::with_capacity(raw.len());
    for c in raw.chars() {
        name.push(match c {
            '/' => '.',
            '<' | '>' => '_',
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => c,
            _ => {
                is_mangled = true;
                '_'
            }
        });
    }
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        is_mangled = true;
        name.replace_range(..name.len().min(1), "x");
    }
    if is_mangled || name.len() > NAME_LIMIT || !name.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        // The hash ends in a letter: its last digit stands for the two bits that are left of the four bytes.
        let suffix = suffix(raw);
        name.truncate(NAME_LIMIT - suffix.len());
        name.push_str(&suffix);
    }
    name
}

/// A dash and six digits of a hash of the text.
pub(super) fn suffix(raw: &str) -> String {
    let hash = STANDARD.encode(Blake2b::<U4>::digest(raw));
    let digits = hash.trim_end_matches('=').replace('+', "-").replace('/', ".");
    format!("-{}", digits.trim_end_matches(['-', '.']))
}

#[cfg(test)]
mod tests;
