//! kubectl's dialect of JSONPath, which the printer columns of custom resources are written in, and what policies say of
//! themselves.
//!
//! It is neither Goessner's nor RFC 9535: what is missing is nothing, a place beyond the end of a list is an error, and
//! filters compare like with like alone.

mod parse;
mod print;
mod unquote;

use std::cmp::Ordering;

use serde_json::{Number, Value};

pub(crate) use parse::parse;
pub(crate) use print::print;

/// How many values a path may lead to at once: `..` after `..` multiplies them.
const MOST: usize = 100_000;

/// A path, parsed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Debug, Clone, PartialEq)]
enum Step {
    /// `.name` or `['name']`
    Field(String),
    /// `.*`
    Wildcard,
    /// `..`: all that holds something, on all levels.
    Descend,
    /// `[from:to:step]`
    Slice { from: Option<i64>, to: End, step: Option<i64> },
    /// `[0,2]`
    Union(Vec<Path>),
    /// `[?(left operator right)]`
    Filter { left: Path, test: Option<(Operator, Path)> },
    /// A value that stands there itself.
    Literal(Value),
    /// What can be read, but not followed.
    Failing,
}

/// Where a slice ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    At(i64),
    /// With the element that it begins with: `[3]`.
    Single,
    Open,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Operator {
    Less,
    Greater,
    Equal,
    NotEqual,
    LessEqual,
    GreaterEqual,
}

impl Path {
    /// The first value that the path leads to; `None` where there is none, and where the server fails.
    pub(crate) fn first<'a>(&'a self, root: &'a Value) -> Option<&'a Value> {
        self.find(vec![root])?.into_iter().next()
    }

    /// All values that the path leads to; `None` where the server fails.
    fn find<'a>(&'a self, from: Vec<&'a Value>) -> Option<Vec<&'a Value>> {
        self.0.iter().try_fold(from, |found, step| step.take(found).filter(|found| found.len() <= MOST))
    }
}

impl Step {
    fn take<'a>(&'a self, from: Vec<&'a Value>) -> Option<Vec<&'a Value>> {
        match self {
            Step::Field(name) => Some(from.into_iter().filter_map(|value| value.get(name)).collect()),
            Step::Wildcard => Some(from.into_iter().flat_map(members).collect()),
            Step::Descend => Some(descend(from)),
            Step::Literal(value) => Some(vec![value; from.len()]),
            Step::Failing => None,
            Step::Union(paths) => {
                let parts: Option<Vec<_>> = paths.iter().map(|path| path.find(from.clone())).collect();
                Some(parts?.into_iter().flatten().collect())
            }
            Step::Slice { from: first, to, step } => {
                let mut found = Vec::new();
                for value in from.into_iter().filter(|value| !value.is_null()) {
                    let part = slice(value, *first, *to, *step)?;
                    // The server ends there, whatever follows.
                    if part.is_empty() {
                        break;
                    }
                    found.extend(part);
                }
                Some(found)
            }
            Step::Filter { left, test } => {
                let mut passed = Vec::new();
                for value in from {
                    for item in value.as_array()? {
                        if passes(item, left, test.as_ref())? {
                            passed.push(item);
                        }
                    }
                }
                Some(passed)
            }
        }
    }
}

fn members(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(fields) => fields.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    }
}

/// Everything at and below `from` that holds something, parents first.
fn descend(from: Vec<&Value>) -> Vec<&Value> {
    let mut found = Vec::new();
    let mut open: Vec<&Value> = from.into_iter().rev().collect();
    while let Some(value) = open.pop()
        && found.len() <= MOST
    {
        let below = members(value);
        if !below.is_empty() {
            found.push(value);
            open.extend(below.into_iter().rev());
        }
    }
    found
}

fn slice(value: &Value, from: Option<i64>, to: End, step: Option<i64>) -> Option<Vec<&Value>> {
    let items = value.as_array()?;
    let length = i64::try_from(items.len()).ok()?;
    let from = from.unwrap_or_default();
    // `[-1]` ends where `[-1:0]` would, at the end of the list.
    let (end, single) = match to {
        End::At(end) => (end, false),
        End::Single => (from.checked_add(1)?, true),
        End::Open => (length, false),
    };
    let start = if from < 0 { from + length } else { from };
    let end = if end < 0 || (end == 0 && single) { end + length } else { end };
    if start == end {
        return Some(Vec::new());
    }
    if !(0..length).contains(&start) || !(0..=length).contains(&end) || start > end {
        return None;
    }
    let step = usize::try_from(step.unwrap_or(1)).ok().filter(|step| *step > 0)?;
    let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
    Some(items[start..end].iter().step_by(step).collect())
}

fn passes(item: &Value, left: &Path, test: Option<&(Operator, Path)>) -> Option<bool> {
    let lefts = left.find(vec![item]);
    let Some((operator, right)) = test else {
        // What cannot be followed counts as being there.
        return Some(lefts.is_none_or(|lefts| !lefts.is_empty()));
    };
    let lefts = lefts?;
    // Nothing passes no test; more than one cannot be compared.
    let [left] = lefts[..] else { return lefts.is_empty().then_some(false) };
    let rights = right.find(vec![item])?;
    match rights[..] {
        [] => Some(false),
        [right] => compare(left, *operator, right),
        _ => None,
    }
}

fn compare(left: &Value, operator: Operator, right: &Value) -> Option<bool> {
    let order = match (left, right) {
        (Value::String(left), Value::String(right)) => left.cmp(right),
        (Value::Number(left), Value::Number(right)) => compare_numbers(left, right)?,
        // Truth has no order.
        (Value::Bool(left), Value::Bool(right)) => {
            let unordered = !matches!(operator, Operator::Equal | Operator::NotEqual);
            return if unordered { None } else { Some((left == right) == (operator == Operator::Equal)) };
        }
        _ => return None,
    };
    Some(match operator {
        Operator::Less => order.is_lt(),
        Operator::Greater => order.is_gt(),
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::LessEqual => order.is_le(),
        Operator::GreaterEqual => order.is_ge(),
    })
}

/// Whole numbers compare with whole ones, fractions with fractions.
fn compare_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i64(), right.as_i64()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        (None, None) => left.as_f64()?.partial_cmp(&right.as_f64()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
