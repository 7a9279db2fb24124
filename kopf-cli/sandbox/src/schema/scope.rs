//! What a rule in CEL speaks of: names that are not declared, and fields that a schema does not have.

use std::collections::HashMap;

use kube_cel::cel::{
    IdedExpr,
    common::ast::{EntryExpr, Expr},
};

use super::{Additional, Kind, Rule, Shape, cel_values::escape};
use crate::cel;

/// Whether a variable is mentioned anywhere.
pub(crate) fn mentions(expression: &IdedExpr, name: &str) -> bool {
    let mut found = false;
    visit(&expression.expr, &mut |inner| found |= matches!(inner, Expr::Ident(said) if said == name));
    found
}

/// How much work an expression may make, as far as it tells that by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Work {
    /// How many loops stand inside of each other.
    loops: u32,
    /// How many values stand in lists and maps that are written out in it.
    written: u64,
}

impl Work {
    pub(crate) fn of(expression: &IdedExpr) -> Self {
        let mut written = 0;
        visit(&expression.expr, &mut |expression| {
            written += match expression {
                Expr::List(list) => list.elements.len() as u64,
                Expr::Map(map) => map.entries.len() as u64,
                _ => 0,
            };
        });
        Work { loops: loops(expression), written }
    }

    /// How many values it looks at at the most, where it is given so many.
    pub(crate) fn on(self, size: u64) -> u64 {
        size.saturating_add(self.written).saturating_pow(self.loops.max(1))
    }
}

fn loops(expression: &IdedExpr) -> u32 {
    let mut deepest = 0;
    for inner in children(&expression.expr) {
        deepest = deepest.max(loops(inner));
    }
    deepest + u32::from(matches!(expression.expr, Expr::Comprehension(_)))
}

fn visit<'a>(expression: &'a Expr, look: &mut impl FnMut(&'a Expr)) {
    look(expression);
    for inner in children(expression) {
        visit(&inner.expr, look);
    }
}

fn children(expression: &Expr) -> Vec<&IdedExpr> {
    match expression {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::Comprehension(inner) => {
            vec![&inner.iter_range, &inner.accu_init, &inner.loop_cond, &inner.loop_step, &inner.result]
        }
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map
            .entries
            .iter()
            .flat_map(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
                EntryExpr::StructField(field) => vec![&field.value],
            })
            .collect(),
        Expr::Select(select) => vec![&*select.operand],
        _ => Vec::new(),
    }
}

/// What is known of an expression's type.
#[derive(Clone, Copy)]
enum Known<'a> {
    Nothing,
    /// A value of the schema, and whether it is a whole resource.
    Value(Shape<'a>, bool),
}

/// What is wrong with a rule by the schema of the place that it stands at; `source` is its text.
pub(crate) fn fault(
    rule: &Rule,
    source: &str,
    shape: Shape<'_>,
    resource: bool,
    old_is_optional: bool,
) -> Option<String> {
    let old = if old_is_optional { Known::Nothing } else { Known::Value(shape, resource) };
    let names = vec![("self".to_owned(), Known::Value(shape, resource)), ("oldSelf".to_owned(), old)];
    let mut scope = Scope { names, faults: Vec::new() };
    match scope.check(rule.expression()) {
        _ if !scope.faults.is_empty() => Some(report(source, &scope.faults)),
        Known::Value(shape, _) if shape.kind().is_some_and(|kind| kind != Kind::Boolean) => {
            Some("cel expression must evaluate to a bool".to_owned())
        }
        _ => None,
    }
}

/// Whether an expression is a field of one of these variables, or of a field of it.
pub(crate) fn is_field_of(expression: &IdedExpr, variables: &[&str]) -> bool {
    match &expression.expr {
        Expr::Ident(name) => variables.contains(&name.as_str()),
        Expr::Select(select) => !select.test && is_field_of(&select.operand, variables),
        _ => false,
    }
}

/// What is wrong with an expression by the variables that there are, of which nothing else is known.
pub(crate) fn undeclared(expression: &IdedExpr, source: &str, variables: &[&str]) -> Option<String> {
    let names = variables.iter().map(|&name| (name.to_owned(), Known::Nothing)).collect();
    let mut scope = Scope { names, faults: Vec::new() };
    scope.check(expression);
    (!scope.faults.is_empty()).then(|| report(source, &scope.faults))
}

/// The faults of an expression in the order of their places, each at the next place of its word.
fn report(source: &str, faults: &[Fault]) -> String {
    let mut next: HashMap<&str, usize> = HashMap::new();
    let mut told = Vec::new();
    for Fault { word, what } in faults {
        let from = next.get(&**word).copied().unwrap_or_default();
        let at = find(source, word, from).or_else(|| source.find(&**word)).unwrap_or_default();
        next.insert(word, at + word.len());
        let line_start = source[..at].rfind('\n').map_or(0, |end| end + 1);
        let line = source[..at].matches('\n').count() + 1;
        let column = source[line_start..at].chars().count();
        told.push(((line, column), cel::told(source, line, column, what)));
    }
    told.sort_by_key(|(place, _)| *place);
    let told: Vec<String> = told.into_iter().map(|(_, told)| told).collect();
    format!("compilation failed: {}", told.join("\n"))
}

/// Where a word stands from some place on that is not a part of another one.
fn find(source: &str, word: &str, from: usize) -> Option<usize> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let ends = |text: &str| !(word.ends_with(is_letter) && text.starts_with(is_letter));
    let begins = |text: &str| !(word.starts_with(is_letter) && text.ends_with(is_letter));
    let mut places = source.get(from..)?.match_indices(word).map(|(at, _)| from + at);
    places.find(|&at| begins(&source[..at]) && ends(&source[at + word.len()..]))
}

/// A word that is wrong, and why.
struct Fault {
    word: String,
    what: String,
}

/// The names that are known at a place, and the faults so far: what is wrong is of no type, and nothing more is said of it.
struct Scope<'a> {
    names: Vec<(String, Known<'a>)>,
    faults: Vec<Fault>,
}

impl<'a> Scope<'a> {
    fn fault(&mut self, word: String, what: String) -> Known<'a> {
        self.faults.push(Fault { word, what });
        Known::Nothing
    }

    /// The type of an expression.
    fn check(&mut self, expression: &IdedExpr) -> Known<'a> {
        match &expression.expr {
            Expr::Ident(name) => match self.names.iter().rev().find(|(known, _)| known == name) {
                Some((_, known)) => *known,
                // Names of types and of what functions belong to stand for themselves.
                None if !name.starts_with(|first: char| first.is_ascii_alphabetic()) => Known::Nothing,
                None if TYPES.contains(&name.as_str()) => Known::Nothing,
                None => {
                    self.fault(name.clone(), format!("undeclared reference to '{name}' (in container '')"))
                }
            },
            Expr::Select(select) => {
                let Known::Value(shape, resource) = self.check(&select.operand) else {
                    return Known::Nothing;
                };
                match field(shape, resource, &select.field) {
                    Ok(known) => known,
                    // A question whether there is a field is marked at its bracket.
                    Err((_, what)) if select.test => self.fault("(".to_owned(), what),
                    Err((word, what)) => self.fault(word, what),
                }
            }
            Expr::Call(call) => {
                let of_library = |target: &&IdedExpr| matches!(&target.expr, Expr::Ident(name) if LIBRARIES.contains(&name.as_str()));
                let target = call.target.as_deref().filter(|target| !of_library(target));
                let known: Vec<_> =
                    target.into_iter().chain(&call.args).map(|inner| self.check(inner)).collect();
                match (call.func_name.as_str(), known.first()) {
                    ("_[_]", Some(Known::Value(shape, _))) => element(*shape),
                    _ => Known::Nothing,
                }
            }
            Expr::Comprehension(inner) => {
                let range = self.check(&inner.iter_range);
                self.check(&inner.accu_init);
                let before = self.names.len();
                let of_list = |shape: Shape<'a>| shape.items().map_or(Known::Nothing, value);
                let (first, second) = match (range, &inner.iter_var2) {
                    (Known::Value(shape, _), None) => (of_list(shape), Known::Nothing),
                    (Known::Value(shape, _), Some(_)) => (Known::Nothing, element(shape)),
                    (Known::Nothing, _) => (Known::Nothing, Known::Nothing),
                };
                self.names.push((inner.iter_var.clone(), first));
                self.names.extend(inner.iter_var2.clone().map(|name| (name, second)));
                self.names.push((inner.accu_var.clone(), Known::Nothing));
                for part in [&inner.loop_cond, &inner.loop_step, &inner.result] {
                    self.check(part);
                }
                self.names.truncate(before);
                Known::Nothing
            }
            other => {
                for inner in children(other) {
                    self.check(inner);
                }
                Known::Nothing
            }
        }
    }
}

fn value(shape: Shape<'_>) -> Known<'_> {
    if shape.int_or_string() { Known::Nothing } else { Known::Value(shape, shape.embedded()) }
}

fn element(shape: Shape<'_>) -> Known<'_> {
    match (shape.items(), shape.additional()) {
        (Some(shape), _) | (None, Additional::Of(shape)) => value(shape),
        _ => Known::Nothing,
    }
}

fn field<'a>(shape: Shape<'a>, resource: bool, name: &str) -> Result<Known<'a>, (String, String)> {
    if resource && ["apiVersion", "kind", "metadata"].contains(&name) {
        return Ok(Known::Nothing);
    }
    let found = shape.properties().find(|(known, _)| escape(known) == name);
    match (found, shape.additional()) {
        (Some((_, shape)), _) | (None, Additional::Of(shape)) => Ok(value(shape)),
        (None, Additional::Any) => Ok(Known::Nothing),
        (None, Additional::None) if shape.kind() == Some(Kind::Object) => {
            Err((format!(".{name}"), format!("undefined field '{name}'")))
        }
        (None, Additional::None) if shape.kind().is_some() => {
            Err((format!(".{name}"), "type does not support field selection".to_owned()))
        }
        (None, Additional::None) => Ok(Known::Nothing),
    }
}

const TYPES: [&str; 12] = [
    "bool",
    "bytes",
    "double",
    "duration",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "timestamp",
    "type",
    "uint",
];
const LIBRARIES: [&str; 8] = ["base64", "format", "jsonpatch", "lists", "math", "optional", "regex", "sets"];
