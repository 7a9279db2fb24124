//! Names a place inside an object: the path of mapping keys that leads to it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use thiserror::Error;

/// The most steps that a path may have. Objects are at most 128 levels deep, for no decoder takes more.
const STEPS_LIMIT: usize = 100;

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing before, between or after dots.
    #[error(
        "the field `{path}` has an empty step; write keys with single dots between them, such as spec.replicas"
    )]
    EmptyStep {
        /// The text.
        path: String,
    },
    /// A backslash stands before something else than a dot or a backslash.
    #[error(
        "the field `{path}` has a backslash that escapes nothing; write `\\.` for a dot in a key and `\\\\` for a backslash"
    )]
    Escape {
        /// The text.
        path: String,
    },
    /// The path is deeper than any object.
    #[error("the field has {steps} steps, at most {STEPS_LIMIT} are possible")]
    TooDeep {
        /// How many there are.
        steps: usize,
    },
}

/// A path of one or more keys, such as `spec.replicas`. Lists are not stepped into.
///
/// In text a dot that belongs to a key has a backslash before it: `metadata.annotations.example\.com/owner`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldPath(Vec<String>);

impl FieldPath {
    /// The path that the text means.
    ///
    /// # Errors
    ///
    /// When a step is empty, a backslash escapes nothing, or there are more than 100 steps.
    pub fn parse(text: &str) -> Result<FieldPath, Error> {
        let steps = if text.contains('\\') {
            unescaped(text).ok_or_else(|| Error::Escape { path: text.to_owned() })?
        } else {
            text.split('.').map(str::to_owned).collect()
        };
        if steps.iter().any(String::is_empty) {
            return Err(Error::EmptyStep { path: text.to_owned() });
        }
        if steps.len() > STEPS_LIMIT {
            return Err(Error::TooDeep { steps: steps.len() });
        }
        Ok(FieldPath(steps))
    }

    /// The keys from the root on; never empty.
    pub fn steps(&self) -> &[String] {
        &self.0
    }

    /// Whether `other` is this path or lies below it.
    pub fn covers(&self, other: &FieldPath) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The value at the path, if every key on the way is there.
    pub fn get<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        resolve(value, &self.0)
    }

    /// Puts `new` at the path. What is missing on the way is made, and what is there and no mapping gives way to one.
    pub fn set(&self, value: &mut Value, new: Value) {
        let mut place = value;
        for step in &self.0 {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            place = place
                .as_object_mut()
                .expect("it was made an object just above")
                .entry(step)
                .or_insert(Value::Null);
        }
        *place = new;
    }

    /// Takes the value at the path out, and with it the mappings on the way that became empty; the root stays.
    pub fn remove(&self, value: &mut Value) {
        take(value, &self.0);
    }
}

/// The steps of a text in which a backslash stands before what is not meant; `None` where it stands before anything else.
fn unescaped(text: &str) -> Option<Vec<String>> {
    let mut steps = vec![];
    let mut step = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '.' => steps.push(std::mem::take(&mut step)),
            '\\' => step.push(chars.next().filter(|escaped| matches!(escaped, '.' | '\\'))?),
            other => step.push(other),
        }
    }
    steps.push(step);
    Some(steps)
}

/// The value that the keys lead to.
pub(crate) fn resolve<'a>(value: &'a Value, steps: &[String]) -> Option<&'a Value> {
    steps.iter().try_fold(value, |place, step| place.as_object()?.get(step))
}

/// Removes what the steps lead to. Goes no deeper than the value itself.
fn take(value: &mut Value, steps: &[String]) {
    let (Some(members), Some((first, rest))) = (value.as_object_mut(), steps.split_first()) else {
        return;
    };
    let emptied = match members.get_mut(first) {
        None => return,
        Some(_) if rest.is_empty() => true,
        Some(child) => {
            let had = child.as_object().is_some_and(|members| !members.is_empty());
            take(child, rest);
            had && child.as_object().is_some_and(Map::is_empty)
        }
    };
    if emptied {
        members.shift_remove(first);
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            f.write_str(&step.replace('\\', "\\\\").replace('.', "\\."))?;
        }
        Ok(())
    }
}

impl From<Vec<String>> for FieldPath {
    /// The path of these keys.
    fn from(steps: Vec<String>) -> FieldPath {
        FieldPath(steps)
    }
}

impl FromStr for FieldPath {
    type Err = Error;

    fn from_str(text: &str) -> Result<FieldPath, Error> {
        FieldPath::parse(text)
    }
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FieldPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FieldPath, D::Error> {
        let text = String::deserialize(deserializer)?;
        FieldPath::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
