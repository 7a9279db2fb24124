//! Label and field selectors.

use serde_json::Value;

use crate::{
    names::{key_faults, label_value_faults},
    object::{Header, LabelSet},
    resources::{EVENTS, EVENTS_GROUP, View},
    status::Status,
};

/// What a list or a watch asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Selection {
    labels: Vec<Requirement>,
    fields: Vec<FieldTerm>,
}

#[derive(Debug, Clone, PartialEq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Exists,
    Absent,
    In(Vec<String>),
    NotIn(Vec<String>),
    Greater(i64),
    Less(i64),
}

#[derive(Debug, Clone, PartialEq)]
struct FieldTerm {
    path: String,
    value: String,
    equal: bool,
}

impl Selection {
    /// # Errors
    ///
    /// 400 for a selector that cannot be read, or a field that this resource has no index for.
    pub(crate) fn parse(labels: &str, fields: &str, view: &View) -> Result<Self, Status> {
        let labels = parse_labels(labels).map_err(Status::bad_request)?;
        let fields = parse_fields(fields, view).map_err(Status::bad_request)?;
        Ok(Selection { labels, fields })
    }

    /// Whether everything is asked for.
    pub(crate) fn is_everything(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    pub(crate) fn matches(&self, object: &Header) -> bool {
        self.labels.iter().all(|requirement| requirement.matches(&object.labels))
            && self.fields.iter().all(|term| (object.field(&term.path) == term.value) == term.equal)
    }
}

/// What a `LabelSelector` in an object asks for; an absent one asks for nothing, so that everything fits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labels(Vec<Requirement>);

impl Labels {
    pub(crate) fn of(selector: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let exact = selector["matchLabels"].as_object().into_iter().flatten();
        let exact =
            exact.map(|(key, value)| Requirement { key: key.clone(), test: Test::In(vec![text(value)]) });
        let expressions = selector["matchExpressions"].as_array().into_iter().flatten();
        let expressions = expressions.map(|expression| {
            let values = expression["values"].as_array().into_iter().flatten().map(text).collect();
            let test = match expression["operator"].as_str() {
                Some("In") => Test::In(values),
                Some("NotIn") => Test::NotIn(values),
                Some("Exists") => Test::Exists,
                _ => Test::Absent,
            };
            Requirement { key: text(&expression["key"]), test }
        });
        Labels(exact.chain(expressions).collect())
    }

    /// Whether nothing is asked for.
    pub(crate) fn is_everything(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn match_all(&self, labels: &LabelSet) -> bool {
        self.0.iter().all(|requirement| requirement.matches(labels))
    }
}

impl Requirement {
    fn matches(&self, labels: &LabelSet) -> bool {
        let value = labels.get(&self.key);
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match &self.test {
            Test::Exists => value.is_some(),
            Test::Absent => value.is_none(),
            Test::In(values) => value.is_some_and(|value| values.iter().any(|one| one == value)),
            Test::NotIn(values) => value.is_none_or(|value| values.iter().all(|one| one != value)),
            Test::Greater(bound) => number().is_some_and(|number| number > *bound),
            Test::Less(bound) => number().is_some_and(|number| number < *bound),
        }
    }
}

/// Splits a selector into words and the signs `( ) , ! = == != < >`.
fn tokens(selector: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut letters = selector.chars().peekable();
    while let Some(letter) = letters.next() {
        let sign = "(),!=<>".contains(letter);
        if (sign || letter.is_whitespace()) && !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        if sign {
            let mut sign = letter.to_string();
            if (letter == '=' || letter == '!') && letters.next_if_eq(&'=').is_some() {
                sign.push('=');
            }
            tokens.push(sign);
        } else if !letter.is_whitespace() {
            word.push(letter);
        }
    }
    if !word.is_empty() {
        tokens.push(word);
    }
    tokens
}

fn is_sign(token: &str) -> bool {
    token.starts_with(['(', ')', ',', '!', '=', '<', '>'])
}

/// Whether a text is a label selector.
pub(crate) fn is_of_labels(selector: &str) -> bool {
    parse_labels(selector).is_ok()
}

fn parse_labels(selector: &str) -> Result<Vec<Requirement>, String> {
    let tokens = tokens(selector);
    let mut rest = tokens.iter().map(String::as_str).peekable();
    let mut requirements = Vec::new();
    while rest.peek().is_some() {
        let negated = rest.next_if_eq(&"!").is_some();
        let key = rest.next().unwrap_or_default();
        if is_sign(key) || key.is_empty() {
            return Err(format!("unable to parse requirement: found '{key}', expected: identifier"));
        }
        if let Some(why) = key_faults(key).first() {
            return Err(format!("unable to parse requirement: <nil>: Invalid value: {key:?}: {why}"));
        }
        let test = if negated { Test::Absent } else { parse_test(&mut rest)? };
        requirements.push(Requirement { key: key.to_owned(), test });
        match rest.next() {
            None => break,
            Some(",") if rest.peek().is_some() => {}
            Some(",") => return Err("found '', expected: identifier after ','".to_owned()),
            Some(other) => return Err(format!("found '{other}', expected: ',' or 'end of string'")),
        }
    }
    Ok(requirements)
}

type Tokens<'a, I> = std::iter::Peekable<I>;

fn parse_test<'a>(rest: &mut Tokens<'a, impl Iterator<Item = &'a str>>) -> Result<Test, String> {
    let Some(operator) = rest.next_if(|token| *token != ",") else { return Ok(Test::Exists) };
    match operator {
        "=" | "==" => Ok(Test::In(vec![parse_value(rest)?])),
        "!=" => Ok(Test::NotIn(vec![parse_value(rest)?])),
        "in" => Ok(Test::In(parse_set(rest)?)),
        "notin" => Ok(Test::NotIn(parse_set(rest)?)),
        ">" | "<" => {
            let value = parse_value(rest)?;
            let bound = value.parse().map_err(|_| {
                format!(
                    "unable to parse requirement: values[0][]: Invalid value: {value:?}: for 'Gt', 'Lt' operators, \
                     the value must be an integer"
                )
            })?;
            Ok(if operator == ">" { Test::Greater(bound) } else { Test::Less(bound) })
        }
        other => Err(format!(
            "unable to parse requirement: found '{other}', expected: in, notin, =, ==, !=, gt, lt"
        )),
    }
}

fn parse_value<'a>(rest: &mut Tokens<'a, impl Iterator<Item = &'a str>>) -> Result<String, String> {
    let value = rest.next_if(|token| !is_sign(token)).unwrap_or_default();
    match label_value_faults(value).first() {
        Some(why) => Err(format!("unable to parse requirement: values[0]: Invalid value: {value:?}: {why}")),
        None => Ok(value.to_owned()),
    }
}

fn parse_set<'a>(rest: &mut Tokens<'a, impl Iterator<Item = &'a str>>) -> Result<Vec<String>, String> {
    let opening = rest.next().unwrap_or_default();
    if opening != "(" {
        return Err(format!("unable to parse requirement: found '{opening}' expected: '('"));
    }
    let mut values = Vec::new();
    loop {
        values.push(parse_value(rest)?);
        match rest.next().unwrap_or_default() {
            ")" => return Ok(values),
            "," => {}
            other => {
                return Err(format!("unable to parse requirement: found '{other}', expected: ',' or ')'"));
            }
        }
    }
}

fn parse_fields(selector: &str, view: &View) -> Result<Vec<FieldTerm>, String> {
    let mut terms = Vec::new();
    for term in selector.split(',').filter(|term| !term.is_empty()) {
        let (path, value, equal) = if let Some((path, value)) = term.split_once("!=") {
            (path, value, false)
        } else if let Some((path, value)) = term.split_once("==") {
            (path, value, true)
        } else if let Some((path, value)) = term.split_once('=') {
            (path, value, true)
        } else {
            return Err(format!("invalid selector: '{selector}'; can't understand '{term}'"));
        };
        terms.push(FieldTerm { path: field_path(path, view)?, value: value.to_owned(), equal });
    }
    Ok(terms)
}

/// The field as the store names it.
fn field_path(path: &str, view: &View) -> Result<String, String> {
    let version = view.version();
    let stored = match path {
        _ if version.group == EVENTS_GROUP && &*view.resource.key == EVENTS => match path {
            "reportingController" => "reportingComponent".to_owned(),
            _ => path.replacen("regarding.", "involvedObject.", 1),
        },
        _ => path.to_owned(),
    };
    let known = stored == "metadata.name"
        || stored == "metadata.namespace" && view.resource.namespaced
        || version.selectable.contains(&stored);
    match (known, view.resource.rules.custom || !version.selectable.is_empty()) {
        (true, _) => Ok(stored),
        (false, true) => Err(format!("field label not supported: {path}")),
        (false, false) => Err(format!(
            "{path:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
        )),
    }
}

#[cfg(test)]
mod tests;
