//! Formats of texts that have names, as `format.dns1123Label()`, and what is wrong with a text that is not of one.

use std::sync::Arc;

use kube_cel::cel::{Value, objects::Opaque};

use super::{
    Outcome, urls,
    values::{list, opaque, optional, text},
};
use crate::{
    formats,
    names::{key_faults, label_value_faults, letter_first_faults, name_faults},
    resources::NameRule,
};

struct Format {
    name: &'static str,
    /// How long the pattern of it is, or would be.
    longest_pattern: u64,
    faults: fn(&str) -> Vec<String>,
}

/// A format of the table, by its place.
#[derive(Debug, PartialEq, Eq)]
struct Named(usize);

impl Opaque for Named {
    fn runtime_type_name(&self) -> &'static str {
        "kubernetes.NamedFormat"
    }
}

const fn format(name: &'static str, longest_pattern: u64, faults: fn(&str) -> Vec<String>) -> Format {
    Format { name, longest_pattern, faults }
}

const FORMATS: [Format; 13] = [
    format("dns1123Label", 30, |text| name_faults(text, NameRule::Label)),
    format("dns1123Subdomain", 60, |text| name_faults(text, NameRule::Subdomain)),
    format("dns1035Label", 30, letter_first_faults),
    format("qualifiedName", 60, key_faults),
    format("dns1123LabelPrefix", 30, |text| name_faults(&begun(text), NameRule::Label)),
    format("dns1123SubdomainPrefix", 60, |text| name_faults(&begun(text), NameRule::Subdomain)),
    format("dns1035LabelPrefix", 30, |text| letter_first_faults(&begun(text))),
    format("labelValue", 40, label_value_faults),
    format("uri", 1_103, |text| urls::fault(text).into_iter().collect()),
    format("uuid", 77, |text| unless(is("uuid", text), "does not match the UUID format")),
    format("byte", 84, |text| unless(is("byte", text), "invalid base64")),
    format("date", 85, |text| unless(is("date", text), "invalid date")),
    format("datetime", 85, |text| unless(is("datetime", text), "invalid datetime")),
];

/// The outcome of a function of formats; `None` where it is none.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Outcome> {
    match (name, args) {
        ("format.named", [Value::String(name)]) => Some(Ok(optional(named(name)))),
        ("validate", [format, Value::String(text)]) => Some(Ok(validated(of(format)?, text))),
        (_, []) => named(name.strip_prefix("format.")?).map(Ok),
        _ => None,
    }
}

/// How long the pattern of a format is; of nothing else there is one.
pub(super) fn longest_pattern(format: &Value) -> Option<u64> {
    of(format).map(|format| format.longest_pattern)
}

fn of(value: &Value) -> Option<&'static Format> {
    const TABLE: &[Format] = &FORMATS;
    TABLE.get(opaque::<Named>(value)?.0)
}

fn named(name: &str) -> Option<Value> {
    let place = FORMATS.iter().position(|format| format.name == name)?;
    Some(Value::Opaque(Arc::new(Named(place))))
}

fn validated(format: &Format, said: &str) -> Value {
    let faults = (format.faults)(said);
    optional((!faults.is_empty()).then(|| list(faults.into_iter().map(text).collect())))
}

/// What a name that begins with a text might be: a dash at its end may be followed by more.
fn begun(text: &str) -> String {
    match text.strip_suffix('-') {
        None | Some("") => text.to_owned(),
        Some(rest) => rest.get(..rest.len() - 1).map_or_else(|| rest.to_owned(), |rest| format!("{rest}a")),
    }
}

fn unless(is_of_it: bool, why: &str) -> Vec<String> {
    if is_of_it { Vec::new() } else { vec![why.to_owned()] }
}

fn is(format: &str, text: &str) -> bool {
    formats::find(format).is_some_and(|check| check(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_may_go_on_may_end_with_a_dash() {
        for (text, whole) in [("a-b-", "a-a"), ("-", "-"), ("", ""), ("a", "a"), ("é-", "é"), ("a.-", "aa")]
        {
            assert_eq!(begun(text), whole, "{text}");
        }
    }
}
