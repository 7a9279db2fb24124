//! A place in an object: what is there, what was there before, and what can be said against it.

use std::sync::LazyLock;

use serde_json::Value;

use super::Empties;
use crate::{printed, status::Cause};

static NOTHING: LazyLock<Value> = LazyLock::new(|| Value::Null);

/// A value and where it is; what is missing is null.
#[derive(Clone)]
pub(super) struct Site<'a> {
    pub(super) place: String,
    pub(super) value: &'a Value,
    /// What was there, null if nothing was; absent where the object is new.
    pub(super) before: Option<&'a Value>,
    /// What of the object is said to be empty, where that is known.
    pub(super) empties: Option<&'a Empties>,
}

impl<'a> Site<'a> {
    pub(super) fn root(value: &'a Value, before: Option<&'a Value>) -> Self {
        Site { place: String::new(), value, before, empties: None }
    }

    /// The same, of which it is known what is said to be empty.
    pub(super) fn with(self, empties: &'a Empties) -> Self {
        Site { empties: Some(empties), ..self }
    }

    /// What is below, names with dots between them.
    pub(super) fn at(&self, path: &str) -> Site<'a> {
        let below = |value: &'a Value| {
            let mut steps = path.split('.');
            steps.try_fold(value, |value, name| value.get(name)).unwrap_or(&NOTHING)
        };
        let place = if self.place.is_empty() { path.to_owned() } else { format!("{}.{path}", self.place) };
        Site { place, value: below(self.value), before: self.before.map(below), empties: self.empties }
    }

    /// The same, told of as of another place.
    pub(super) fn moved(mut self, place: String) -> Self {
        self.place = place;
        self
    }

    /// The elements of a list.
    pub(super) fn each(&self) -> impl Iterator<Item = Site<'a>> + use<'a> {
        let (place, before, empties) = (self.place.clone(), self.before, self.empties);
        let items = self.value.as_array().map_or(&[][..], Vec::as_slice);
        items.iter().enumerate().map(move |(at, value)| Site {
            place: format!("{place}[{at}]"),
            value,
            before: before.map(|before| before.get(at).unwrap_or(&NOTHING)),
            empties,
        })
    }

    /// The entries of a map, whose places have the key in brackets.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, Site<'a>)> + use<'a> {
        let (place, before, empties) = (self.place.clone(), self.before, self.empties);
        let entries = self.value.as_object().into_iter().flatten();
        entries.map(move |(key, value)| {
            let before = before.map(|before| before.get(key).unwrap_or(&NOTHING));
            (key.as_str(), Site { place: format!("{place}[{key}]"), value, before, empties })
        })
    }

    /// What was at a field of the object, and what is there as it was sent: with lists and maps that are said to be empty.
    pub(super) fn as_sent(&self, before: &Value) -> (Value, Value) {
        let place = format!("/{}", self.place.replace(['.', '['], "/").replace(']', ""));
        match self.empties {
            Some(empties) => (empties.stored(&place, before), empties.shown(&place, self.value)),
            None => (before.clone(), self.value.clone()),
        }
    }

    /// The values at a path, in which `[]` behind a name means each element of a list. What is missing is found where that is
    /// there of which it is missing.
    pub(super) fn find(&self, path: &str) -> Vec<Site<'a>> {
        if path.is_empty() {
            return vec![self.clone()];
        }
        if !self.value.is_object() {
            return Vec::new();
        }
        let (step, rest) = path.split_once('.').unwrap_or((path, ""));
        match step.strip_suffix("[]") {
            Some(name) => self.at(name).each().flat_map(|site| site.find(rest)).collect(),
            None => self.at(step).find(rest),
        }
    }

    pub(super) fn text(&self) -> &'a str {
        self.value.as_str().unwrap_or_default()
    }

    pub(super) fn is(&self, text: &str) -> bool {
        self.value == text
    }

    pub(super) fn number(&self) -> Option<i64> {
        self.value.as_i64()
    }

    /// How many elements or entries there are, or how long a text is.
    pub(super) fn len(&self) -> usize {
        match self.value {
            Value::String(text) => text.len(),
            Value::Array(items) => items.len(),
            Value::Object(fields) => fields.len(),
            _ => 0,
        }
    }

    /// Whether something is said, be it nothing but an empty text.
    pub(super) fn is_given(&self) -> bool {
        !self.value.is_null()
    }

    /// Whether there was something else; of a new object nothing is.
    pub(super) fn is_changed(&self) -> bool {
        self.before.is_some_and(|before| before != self.value)
    }

    pub(super) fn invalid(&self, why: &str) -> Cause {
        Cause::invalid_value(&*self.place, &in_order(self.value), why)
    }

    /// The same of a text that the server shows as JSON has it.
    pub(super) fn invalid_as_json(&self, why: &str) -> Cause {
        Cause { message: format!("Invalid value: {}: {why}", printed::json(self.value)), ..self.invalid(why) }
    }

    pub(super) fn required(&self, why: &str) -> Cause {
        Cause::required(&*self.place, why)
    }

    pub(super) fn forbidden(&self, why: &str) -> Cause {
        Cause::forbidden(&*self.place, why)
    }

    pub(super) fn duplicate(&self) -> Cause {
        Cause::duplicate(&*self.place, self.value)
    }

    pub(super) fn not_found(&self) -> Cause {
        Cause::not_found(&*self.place, self.text())
    }

    /// A word that is none of those that the server has a type for, which it shows as JSON has it.
    pub(super) fn unsupported(&self, known: &[&str]) -> Cause {
        Cause::unsupported(&*self.place, &self.word(), known)
    }

    /// The same of a word that something else is wrong with.
    pub(super) fn invalid_word(&self, why: &str) -> Cause {
        Cause { message: format!("Invalid value: {}: {why}", self.word()), ..self.invalid(why) }
    }

    /// The same of one that is there again.
    pub(super) fn duplicate_word(&self) -> Cause {
        Cause { message: format!("Duplicate value: {}", self.word()), ..self.duplicate() }
    }

    fn word(&self) -> String {
        if self.value.is_null() { printed::quoted("") } else { printed::json(self.value) }
    }

    /// The same of a text.
    pub(super) fn unsupported_text(&self, known: &[&str]) -> Cause {
        Cause::unsupported(&*self.place, &printed::quoted(self.text()), known)
    }

    /// The reasons that a text has against it, as causes.
    pub(super) fn against(&self, why: impl IntoIterator<Item = String>) -> Vec<Cause> {
        why.into_iter().map(|why| Cause::invalid(&*self.place, self.text(), &why)).collect()
    }
}

/// Maps of texts are printed in the order of their keys, selectors with their labels first, and expressions with their keys.
fn in_order(value: &Value) -> Value {
    let mut value = value.clone();
    match &mut value {
        Value::Object(fields) if fields.values().all(Value::is_string) => fields.sort_keys(),
        Value::Object(fields) => {
            if let Some(labels) = fields.shift_remove("matchLabels") {
                fields.shift_insert(0, "matchLabels".to_owned(), labels);
            }
            if fields.contains_key("operator") {
                for name in ["operator", "key"] {
                    if let Some(said) = fields.shift_remove(name) {
                        fields.shift_insert(0, name.to_owned(), said);
                    }
                }
            }
            fields.values_mut().for_each(|field| *field = in_order(field));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = in_order(item)),
        _ => {}
    }
    value
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_into_each_element_of_lists() {
        let value = json!({ "a": { "b": [{ "c": 1 }, {}] } });
        let before = json!({ "a": { "b": [{ "c": 2 }] } });
        let root = Site::root(&value, Some(&before));
        let found = root.find("a.b[].c");
        let found: Vec<_> = found.iter().map(|site| (&*site.place, site.value, site.before)).collect();
        let (one, two, nothing) = (json!(1), json!(2), Value::Null);
        assert_eq!(found, [("a.b[0].c", &one, Some(&two)), ("a.b[1].c", &nothing, Some(&nothing))]);
        assert!(root.find("x.y").is_empty());
    }
}
