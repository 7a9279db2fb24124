//! Of what type an expression is, and what is wrong with it before it is asked: the names, functions and types in it.
//!
//! The faults are those that a server tells of, in its words and at its places. What is not known by its type may be anything;
//! what could be right is never a fault.

mod checker;
mod format;
mod literals;
mod overloads;
mod patterns;
mod types;
mod unify;

use std::collections::HashMap;

use checker::Checker;
pub(crate) use types::{Fields, Plain, Type};

use super::{Program, syntax::Kind, told::report};

/// The variables that an expression may name, and their types.
#[derive(Clone, Default)]
pub(crate) struct Declarations<'a>(Vec<(String, Type<'a>)>);

impl<'a> Declarations<'a> {
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
pub(crate) fn check<'a>(program: &Program, variables: &Declarations<'a>) -> Result<Checked<'a>, String> {
    let Program { source, written, .. } = program;
    let mut checker = Checker::new(variables, program.count);
    let of = checker.check(written);
    if checker.count > 0 {
        return Err(report(source, &checker.faults, checker.count));
    }
    let of = checker.bindings.settled(&of, true);
    let types: Vec<Type<'a>> =
        checker.types.iter().map(|found| checker.bindings.settled(found, true)).collect();
    match literals::faults(written, &types) {
        faults if faults.is_empty() => {
            let unready = checker.unready.or_else(|| program.unready.clone());
            Ok(Checked { of, unready: unready.or_else(|| patterns::unready(&program.run)) })
        }
        faults => Err(report(source, &faults, faults.len())),
    }
}

/// What is known of calls from the types of what they are given.
#[derive(Debug, Default)]
pub(crate) struct Typing {
    /// Whether there is but one overload that a call can go by, by its number.
    decided: Vec<bool>,
    /// What a sum of nothing is, by the number of its call, where that is no integer.
    zeros: HashMap<usize, Plain>,
    /// What the items of a list have to be that a call goes through, by its number.
    items: HashMap<usize, Plain>,
}

impl Typing {
    /// As far as it can be told with variables of these types.
    pub(crate) fn of(program: &Program, variables: &Declarations<'_>) -> Self {
        let mut checker = Checker::new(variables, program.count);
        checker.check(&program.written);
        let (mut zeros, mut items) = (HashMap::new(), HashMap::new());
        program.written.visit(&mut |node| {
            if let Kind::Call { name, target: Some(list), .. } = &node.kind
                && ["isSorted", "max", "min", "sum"].contains(&name.as_str())
                && checker.decided[node.id]
            {
                let list = checker.bindings.settled(&checker.types[list.id], true);
                items.extend(list.plain_item().map(|plain| (node.id, plain)));
            }
            if matches!(&node.kind, Kind::Call { name, .. } if name == "sum") {
                let of = checker.bindings.settled(&checker.types[node.id], true);
                zeros.extend(
                    [Plain::Double, Plain::Uint, Plain::Duration]
                        .into_iter()
                        .find(|plain| of.is(*plain))
                        .map(|plain| (node.id, plain)),
                );
            }
        });
        Typing { decided: checker.decided, zeros, items }
    }

    /// Whether there is but one overload that a call can go by.
    pub(super) fn is_decided(&self, call: usize) -> bool {
        self.decided.get(call).copied().unwrap_or_default()
    }

    /// What the items of a list have to be that a call goes through, which a list whose type nobody could tell need not hold.
    pub(super) fn item(&self, call: usize) -> Option<Plain> {
        self.items.get(&call).copied()
    }

    /// What a sum of nothing is of.
    pub(super) fn zero(&self, call: usize) -> Plain {
        self.zeros.get(&call).copied().unwrap_or(Plain::Int)
    }
}

/// Whether there is a function of this name.
pub(super) fn is_function(name: &str) -> bool {
    overloads::overloads(name).is_some()
}

#[cfg(test)]
mod tests;
