//! The checks that rules of built-in kinds are made of, and where in an object they look.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    names::{key_faults, label_value_faults, name_faults},
    printed,
    resources::NameRule,
    status::Cause,
};

/// What can be wrong with a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Check {
    /// Nothing is said, or nothing but an empty text; why it has to be.
    Required(&'static str),
    AtLeast(i64),
    MoreThan(i64),
    OneOf(&'static [&'static str]),
    /// A text is a name of this form.
    Name(NameRule),
    /// A number is one of a port.
    Port,
    /// The keys of an object are names of files.
    Files,
    /// An object is labels.
    Labels,
    /// An object is a label selector.
    Selector,
    /// No two of a list have the same in this field.
    Unique(&'static str),
    /// The value stays as it was.
    Immutable,
}

/// A value, where it is, and what was there before.
pub(super) struct Found<'a> {
    pub(super) place: String,
    pub(super) value: &'a Value,
}

/// The values at a path: names with dots between them; each element of a list is meant by `[]` behind its name. What is
/// missing is found as null, where that of which it is missing is there.
pub(super) fn find<'a>(value: &'a Value, path: &str, place: &str) -> Vec<Found<'a>> {
    let (step, rest) = path.split_once('.').map_or((path, None), |(step, rest)| (step, Some(rest)));
    let (name, each) = step.strip_suffix("[]").map_or((step, false), |name| (name, true));
    if !value.is_object() {
        return Vec::new();
    }
    let below = &value[name];
    let place = if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    let items: Vec<Found<'a>> = if each {
        let items = below.as_array().into_iter().flatten().enumerate();
        items.map(|(at, value)| Found { place: format!("{place}[{at}]"), value }).collect()
    } else {
        vec![Found { place, value: below }]
    };
    match rest {
        None => items,
        Some(rest) => items.into_iter().flat_map(|found| find(found.value, rest, &found.place)).collect(),
    }
}

impl Check {
    /// What is wrong with a value; `before` is what was at its place, where the object was there.
    pub(super) fn faults(self, found: &Found<'_>, before: Option<&Value>) -> Vec<Cause> {
        let (place, value) = (found.place.as_str(), found.value);
        let text = value.as_str().unwrap_or_default();
        let bound = |wrong: fn(i64, i64) -> bool, least: i64, words: &str| {
            let number = value.as_i64().filter(|number| wrong(*number, least));
            number.map(|_| Cause::invalid_value(place, value, &format!("must be {words} {least}")))
        };
        match self {
            Check::Required(why) if value.is_null() || value == "" => vec![Cause::required(place, why)],
            Check::Required(_) => Vec::new(),
            Check::AtLeast(least) => {
                bound(|number, least| number < least, least, "greater than or equal to").into_iter().collect()
            }
            Check::MoreThan(least) => {
                bound(|number, least| number <= least, least, "greater than").into_iter().collect()
            }
            Check::OneOf(known) if !value.is_string() || known.contains(&text) => Vec::new(),
            Check::OneOf(known) => vec![Cause::unsupported(place, &printed::quoted(text), known)],
            Check::Name(_) if text.is_empty() => Vec::new(),
            Check::Name(rule) => {
                name_faults(text, rule).iter().map(|why| Cause::invalid(place, text, why)).collect()
            }
            Check::Port => match value.as_i64() {
                Some(number) if !(1..=65_535).contains(&number) => {
                    vec![Cause::invalid_value(place, value, "must be between 1 and 65535, inclusive")]
                }
                _ => Vec::new(),
            },
            Check::Files => {
                value.as_object().into_iter().flatten().flat_map(|(key, _)| file_faults(place, key)).collect()
            }
            Check::Labels => label_faults(place, value),
            Check::Selector => selector_faults(place, value),
            Check::Unique(field) => duplicates(place, value, field),
            Check::Immutable => match before {
                Some(before) if before != value => {
                    vec![Cause::invalid_value(place, value, "field is immutable")]
                }
                _ => Vec::new(),
            },
        }
    }
}

/// Why a key cannot be the name of a file.
fn file_faults(place: &str, key: &str) -> Vec<Cause> {
    let place = format!("{place}[{key}]");
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let why = match key {
        "." => "must not be '.'",
        ".." => "must not be '..'",
        key if key.starts_with("..") => "must not start with '..'",
        key if key.is_empty() || !key.bytes().all(is_part) => {
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or \
             'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
        }
        _ => return Vec::new(),
    };
    vec![Cause::invalid(place, key, why)]
}

fn label_faults(place: &str, labels: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    for (key, value) in labels.as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        causes.extend(key_faults(key).iter().map(|why| Cause::invalid(place, key, why)));
        causes.extend(label_value_faults(value).iter().map(|why| Cause::invalid(place, value, why)));
    }
    causes
}

fn selector_faults(place: &str, selector: &Value) -> Vec<Cause> {
    const OPERATORS: [&str; 4] = ["In", "NotIn", "Exists", "DoesNotExist"];
    let mut causes = label_faults(&format!("{place}.matchLabels"), &selector["matchLabels"]);
    for (at, expression) in selector["matchExpressions"].as_array().into_iter().flatten().enumerate() {
        let operator = expression["operator"].as_str().unwrap_or_default();
        if !OPERATORS.contains(&operator) {
            let place = format!("{place}.matchExpressions[{at}].operator");
            causes.push(Cause::invalid(place, operator, "not a valid selector operator"));
        }
    }
    causes
}

fn duplicates(place: &str, list: &Value, field: &str) -> Vec<Cause> {
    let mut known = BTreeSet::new();
    let mut causes = Vec::new();
    for (at, item) in list.as_array().into_iter().flatten().enumerate() {
        let name = item[field].as_str().unwrap_or_default();
        if !name.is_empty() && !known.insert(name) {
            causes.push(Cause::duplicate(format!("{place}[{at}].{field}"), &item[field]));
        }
    }
    causes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_into_each_element_of_lists() {
        let value = json!({ "a": { "b": [{ "c": 1 }, {}] } });
        let found = find(&value, "a.b[].c", "");
        let places: Vec<_> = found.iter().map(|found| (&*found.place, found.value.clone())).collect();
        assert_eq!(places, [("a.b[0].c", json!(1)), ("a.b[1].c", Value::Null)]);
        assert!(find(&value, "x.y", "").is_empty());
    }

    #[test]
    fn what_is_absent_is_wrong_only_where_it_is_required() {
        let nothing = Found { place: "a".to_owned(), value: &Value::Null };
        for check in [Check::AtLeast(0), Check::OneOf(&["x"]), Check::Port, Check::Labels, Check::Unique("n")]
        {
            assert!(check.faults(&nothing, None).is_empty(), "{check:?}");
        }
        assert_eq!(Check::Required("").faults(&nothing, None).len(), 1);
    }
}
