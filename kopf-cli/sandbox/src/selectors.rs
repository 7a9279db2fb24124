//! Label and field selectors.

mod fields;

use std::iter::Peekable;

use serde_json::Value;

use crate::{
    names::{key_faults, label_value_faults},
    object::{Header, LabelSet},
    printed,
    resources::View,
    status::Status,
};

/// What stands before all that is wrong within one requirement.
const REQUIREMENT: &str = "unable to parse requirement: ";

/// What a list or a watch asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Selection {
    labels: Vec<Requirement>,
    fields: Vec<fields::Term>,
}

/// The same as it is said, whatever the resource is.
#[derive(Debug)]
pub(crate) struct Said<'a> {
    labels: Vec<Requirement>,
    fields: Vec<fields::Said<'a>>,
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

impl<'a> Said<'a> {
    /// # Errors
    ///
    /// 400 for a selector that cannot be read.
    pub(crate) fn parse(labels: &str, fields: &'a str) -> Result<Self, Status> {
        let labels = parse_labels(labels).map_err(Status::bad_request)?;
        let fields = fields::parse(fields).map_err(Status::bad_request)?;
        Ok(Said { labels, fields })
    }

    /// # Errors
    ///
    /// 400 for a field that objects of this resource are not chosen by.
    pub(crate) fn of(self, view: &View) -> Result<Selection, Status> {
        let fields = self.fields.into_iter().map(|term| term.of(view));
        let fields = fields.collect::<Result<_, _>>().map_err(Status::bad_request)?;
        Ok(Selection { labels: self.labels, fields })
    }
}

impl Selection {
    /// Whether everything is asked for.
    pub(crate) fn is_everything(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// What a field has to be, if it has to be one thing.
    pub(crate) fn exactly(&self, path: &str) -> Option<&str> {
        let term = self.fields.iter().find(|term| term.equal && term.path == path)?;
        Some(&term.value)
    }

    pub(crate) fn matches(&self, object: &Header) -> bool {
        self.labels.iter().all(|requirement| requirement.matches(&object.labels))
            && self.fields.iter().all(|term| term.matches(object))
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

const BLANKS: &str = " \t\r\n";

/// Splits a selector into words and the signs `( ) , ! = == != < >`.
fn tokens(selector: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut letters = selector.chars().peekable();
    while let Some(letter) = letters.next() {
        let sign = "(),!=<>".contains(letter);
        if (sign || BLANKS.contains(letter)) && !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        if sign {
            let mut sign = letter.to_string();
            if (letter == '=' || letter == '!') && letters.next_if_eq(&'=').is_some() {
                sign.push('=');
            }
            tokens.push(sign);
        } else if !BLANKS.contains(letter) {
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
    if let Some(sign) = rest.peek().filter(|token| is_sign(token) && **token != "!") {
        return Err(format!("found '{sign}', expected: !, identifier, or 'end of string'"));
    }
    while rest.peek().is_some() {
        let negated = rest.next_if_eq(&"!").is_some();
        let key = rest.next().unwrap_or_default();
        if is_sign(key) || key.is_empty() {
            return Err(format!("{REQUIREMENT}found '{key}', expected: identifier"));
        }
        let wrong = key_faults(key);
        if !wrong.is_empty() {
            let (key, why) = (printed::quoted(key), wrong.join("; "));
            return Err(format!("{REQUIREMENT}<nil>: Invalid value: {key}: {why}"));
        }
        let test = if negated { Test::Absent } else { parse_test(key, &mut rest)? };
        requirements.push(Requirement { key: key.to_owned(), test });
        match rest.next() {
            None => break,
            Some(",") => match rest.peek().copied().unwrap_or_default() {
                next if next.is_empty() || is_sign(next) && next != "!" => {
                    return Err(format!("found '{next}', expected: identifier after ','"));
                }
                _ => {}
            },
            Some(other) => return Err(format!("found '{other}', expected: ',' or 'end of string'")),
        }
    }
    Ok(requirements)
}

fn parse_test<'a>(key: &str, rest: &mut Peekable<impl Iterator<Item = &'a str>>) -> Result<Test, String> {
    let Some(operator) = rest.next_if(|token| *token != ",") else { return Ok(Test::Exists) };
    match operator {
        "=" | "==" => Ok(Test::In(vec![fitting(key, parse_value(rest)?)?])),
        "!=" => Ok(Test::NotIn(vec![fitting(key, parse_value(rest)?)?])),
        "in" => Ok(Test::In(parse_set(key, rest)?)),
        "notin" => Ok(Test::NotIn(parse_set(key, rest)?)),
        ">" | "<" => {
            let value = parse_value(rest)?;
            let mut wrong = Vec::new();
            let bound = value.parse().unwrap_or_else(|_| {
                let why = "for 'Gt', 'Lt' operators, the value must be an integer";
                wrong.push(format!("values[0]: Invalid value: {}: {why}", printed::quoted(&value)));
                0
            });
            wrong.extend(value_fault(key, 0, &value));
            refuse(&wrong)?;
            Ok(if operator == ">" { Test::Greater(bound) } else { Test::Less(bound) })
        }
        other => Err(format!("{REQUIREMENT}found '{other}', expected: in, notin, =, ==, !=, gt, lt")),
    }
}

/// A value behind an operator, which may be left out.
fn parse_value<'a>(rest: &mut Peekable<impl Iterator<Item = &'a str>>) -> Result<String, String> {
    match rest.peek().copied() {
        None | Some(",") => Ok(String::new()),
        Some(sign) if is_sign(sign) => Err(format!("{REQUIREMENT}found '{sign}', expected: identifier")),
        Some(_) => Ok(rest.next().unwrap_or_default().to_owned()),
    }
}

/// A value, if it can be one of a label.
fn fitting(key: &str, value: String) -> Result<String, String> {
    refuse(value_fault(key, 0, &value).as_slice()).map(|()| value)
}

/// Why a value cannot be one of a label.
fn value_fault(key: &str, index: usize, value: &str) -> Option<String> {
    let faults = label_value_faults(value);
    let told = || {
        let found = printed::quoted(value);
        format!("values[{index}][{key}]: Invalid value: {found}: {}", faults.join("; "))
    };
    (!faults.is_empty()).then(told)
}

fn refuse(wrong: &[String]) -> Result<(), String> {
    match wrong {
        [] => Ok(()),
        [wrong] => Err(format!("{REQUIREMENT}{wrong}")),
        all => Err(format!("{REQUIREMENT}[{}]", all.join(", "))),
    }
}

fn parse_set<'a>(
    key: &str,
    rest: &mut Peekable<impl Iterator<Item = &'a str>>,
) -> Result<Vec<String>, String> {
    let opening = rest.next().unwrap_or_default();
    if opening != "(" {
        return Err(format!("{REQUIREMENT}found '{opening}' expected: '('"));
    }
    let mut values = Vec::new();
    loop {
        let value = match rest.peek().copied() {
            // What is left out is empty.
            Some("," | ")") => String::new(),
            Some(word) if !is_sign(word) => rest.next().unwrap_or_default().to_owned(),
            found => {
                let expected =
                    if values.is_empty() { "',', ')' or identifier" } else { "',', or identifier" };
                let found = found.unwrap_or_default();
                return Err(format!("{REQUIREMENT}found '{found}', expected: {expected}"));
            }
        };
        values.push(value);
        match rest.next().unwrap_or_default() {
            ")" => break,
            "," => {}
            other => return Err(format!("{REQUIREMENT}found '{other}', expected: ',' or ')'")),
        }
    }
    // They are a set, and told in order.
    values.sort_unstable();
    values.dedup();
    let faults = values.iter().enumerate();
    let wrong: Vec<String> = faults.filter_map(|(index, value)| value_fault(key, index, value)).collect();
    refuse(&wrong).map(|()| values)
}

#[cfg(test)]
mod tests;
