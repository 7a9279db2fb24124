//! What an expression comes to, and what is wrong with it before it is asked: the names, functions and types in it.
//!
//! The faults are those that a server tells of, in its words and at its places. What is not known by its type may be anything;
//! what could be right is never a fault.

mod checker;
mod format;
mod literals;
mod macros;
mod overloads;
mod parse;
mod patterns;
mod signs;
mod tokens;
mod tree;
mod types;
mod unify;

use checker::{Checker, MOST};
pub(super) use signs::without_pairs;
use tree::Fault;
pub(crate) use types::{Fields, Plain, Type};

use super::told;

/// The variables that an expression may name.
#[derive(Clone, Default)]
pub(crate) struct Variables<'a>(Vec<(String, Type<'a>)>);

impl<'a> Variables<'a> {
    pub(crate) fn with(mut self, name: &str, of: Type<'a>) -> Self {
        self.0.push((name.to_owned(), of));
        self
    }

    fn get(&self, name: &str) -> Option<Type<'a>> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, found)| found.clone())
    }
}

/// An expression in which all is right, as far as that can be told by its types.
pub(crate) struct Checked<'a> {
    /// The type of what it comes to.
    pub(crate) of: Type<'a>,
    /// Why it could not be made ready to run, if so.
    pub(crate) unready: Option<String>,
}

/// # Errors
///
/// All that is wrong with an expression, in the server's words.
pub(crate) fn check<'a>(source: &str, variables: &Variables<'a>) -> Result<Checked<'a>, String> {
    // What is no expression has been refused before; should the parser have taken more than is read here, it stands.
    let Some(parsed) = parse::parse(source) else { return Ok(Checked { of: Type::DYN, unready: None }) };
    if !parsed.faults.is_empty() {
        return Err(report(source, &parsed.faults, parsed.faults.len()));
    }
    let mut checker = Checker::new(variables, parsed.count);
    let of = checker.check(&parsed.root);
    if checker.count > 0 {
        return Err(report(source, &checker.faults, checker.count));
    }
    let of = checker.bindings.settled(&of, true);
    let types: Vec<Type<'a>> =
        checker.types.iter().map(|found| checker.bindings.settled(found, true)).collect();
    match literals::faults(&parsed.root, &types) {
        faults if faults.is_empty() => {
            Ok(Checked { of, unready: checker.unready.or_else(|| patterns::unready(&parsed.root)) })
        }
        faults => Err(report(source, &faults, faults.len())),
    }
}

/// What is wrong with the macros of a text that is an expression but for them.
pub(super) fn misused_macros(source: &str) -> Option<String> {
    let faults = parse::parse(source)?.faults;
    (!faults.is_empty()).then(|| report(source, &faults, faults.len()))
}

/// Faults in the order of their places.
fn report(source: &str, faults: &[Fault], count: usize) -> String {
    let mut faults: Vec<&Fault> = faults.iter().collect();
    faults.sort_by_key(|fault| fault.at);
    let told = faults.iter().take(MOST).map(|Fault { at, what }| {
        let before = &source[..*at];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = before.matches('\n').count() + 1;
        told(source, line, before[line_start..].chars().count(), what)
    });
    let mut told: Vec<String> = told.collect();
    if count > MOST {
        told.push(format!("{} more errors were truncated", count - MOST));
    }
    format!("compilation failed: {}", told.join("\n"))
}

#[cfg(test)]
mod tests;
