//! Expressions in CEL, whoever has them: compiled once, checked by types, and run with variables of their own.
//!
//! [`syntax`] reads an expression into a tree, [`check`] tells what is wrong with it by types, [`fold`] works out what is the same
//! whatever the variables are, and [`eval`] goes through the tree and counts what that costs, all as a server does. Why a text is
//! no expression [`refused`] tells.

mod authorizer;
mod check;
mod eval;
mod fold;
pub(crate) mod prices;
mod refused;
mod syntax;
mod told;
mod written;

#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use kube_cel::cel::Value;

pub(crate) use authorizer::{REQUEST_RESOURCE, authorizer};
pub(crate) use check::{Declarations, Fields, Plain, Type, Typing, check};
pub(crate) use eval::{
    Described, Fault, Identity, Names, Outcome, Particulars, kept, moment_at, optional, together, type_of,
    wrong,
};
use syntax::{DEEPEST, Parsed, Unread, parse};
pub(crate) use syntax::{Kind, Loop, Node, RESERVED};
use told::told;
pub(crate) use written::escape;

use crate::json::with_stack;

/// What a stack has to hold for any expression that is not too deep, in levels of values.
const LEVELS: usize = 2_000;

/// How long an expression may be, in characters.
const LONGEST: usize = 100_000;

/// How long a message may be that an expression composes, in bytes.
const LONGEST_MESSAGE: usize = 5 * 1024;

/// How much the rules of one object may cost as they run, and the expressions of one policy.
pub(crate) const BUDGET: u64 = 10_000_000;
/// The same of conditions that tell whether a webhook or a policy is asked at all.
pub(crate) const BUDGET_OF_CONDITIONS: u64 = BUDGET / 4;

/// An expression that has been compiled.
#[derive(Debug)]
pub(crate) struct Program {
    source: String,
    written: Node,
    run: Node,
    /// How many parts it has.
    count: usize,
    /// How many of them are in each other.
    height: usize,
    /// Why it could not be made ready to run.
    unready: Option<String>,
    /// What is known of its calls, once it has run.
    typing: OnceLock<Typing>,
}

impl Program {
    /// The expression as it was written.
    pub(crate) fn expression(&self) -> &Node {
        &self.written
    }

    pub(crate) fn mentions(&self, variable: &str) -> bool {
        self.written.mentions(variable)
    }

    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// How many parts are in each other.
    pub(crate) fn height(&self) -> usize {
        self.height
    }
}

/// # Errors
///
/// Why it is no expression, in the server's words as far as they are known.
pub(crate) fn compile(source: &str) -> Result<Program, String> {
    let refused = |why: &str| Err(format!("compilation failed: ERROR: <input>:-1:0: {why}"));
    let length = source.chars().count();
    if length > LONGEST {
        return refused(&format!(
            "expression code point size exceeds limit: size: {length}, limit {LONGEST}"
        ));
    }
    with_room(|| {
        let Parsed { root, count, faults } = match parse(source, check::is_function) {
            Ok(parsed) => parsed,
            Err(Unread::TooDeep) => {
                return refused(&format!("expression recursion limit exceeded: {DEEPEST}"));
            }
            Err(Unread::NoExpression) => return Err(refused::why(source)),
        };
        if root.depth > DEEPEST {
            return refused("max recursion depth exceeded");
        }
        if !faults.is_empty() {
            return Err(told::report(source, &faults, faults.len()));
        }
        let (run, unready) = match fold::fold(&root) {
            Ok(run) => (run, None),
            Err(fault) => (root.clone(), Some(format!("program instantiation failed: {}", fault.told()))),
        };
        let (source, height) = (source.to_owned(), root.height());
        Ok(Program { source, written: root, run, count, height, unready, typing: OnceLock::new() })
    })
}

/// The message that an expression has come to, without blanks around; `None` where that is none that could be told.
pub(crate) fn message(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        _ => return None,
    };
    let text = text.trim();
    let fits = !text.is_empty() && text.len() <= LONGEST_MESSAGE && !text.contains('\n');
    fits.then(|| text.to_owned())
}

/// Works on an expression, with room for any that is not too deep.
pub(crate) fn with_room<T>(work: impl FnOnce() -> T) -> T {
    with_stack(LEVELS, work)
}

/// Runs an expression; what it comes to, and what that has cost.
pub(crate) fn run(program: &Program, names: &dyn Names) -> (Outcome, u64) {
    with_stack(program.height, || {
        let typing = program.typing.get_or_init(|| names.typing(program));
        let run = || {
            let mut run = eval::Run::new(names, typing);
            let outcome = run.eval(&program.run);
            (outcome, run.cost())
        };
        eval::known(names.described(), || eval::alone(run))
    })
}
