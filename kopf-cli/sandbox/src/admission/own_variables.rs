//! The variables that a policy has of its own, each of which is worked out when an expression first names it.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::HashMap,
};

use kube_cel::cel::Value as Cel;

use super::{
    declared,
    expressions::{Expression, Variables},
    policies::VARIABLES,
};
use crate::{
    cel::{self, Fault, Names, Outcome, Program, Type, Typing},
    printed,
};

/// What expressions see, with the policy's own variables, each of which is worked out when it is first named.
pub(super) struct OwnVariables<'a> {
    variables: &'a Variables,
    own: &'a [(String, Expression)],
    /// Where each of them is; of those with one name, the last.
    places: OnceCell<HashMap<&'a str, usize>>,
    known: RefCell<HashMap<&'a str, Outcome>>,
    /// What they have cost since that was last asked.
    cost: Cell<u64>,
    types: OnceCell<cel::Declarations<'static>>,
}

impl<'a> OwnVariables<'a> {
    pub(super) fn new(variables: &'a Variables, own: &'a [(String, Expression)]) -> Self {
        let (places, types) = (OnceCell::new(), OnceCell::new());
        OwnVariables { variables, own, places, known: RefCell::default(), cost: Cell::new(0), types }
    }

    /// What an expression comes to; what that costs, with the variables that it names, is added to what is spent.
    pub(super) fn evaluate(&self, expression: &Expression, spent: &mut u64) -> Outcome {
        let (outcome, cost) = expression.evaluate(self);
        *spent = spent.saturating_add(cost).saturating_add(self.cost.take());
        outcome
    }
}

impl Names for OwnVariables<'_> {
    fn typing(&self, program: &Program) -> Typing {
        let typed = || {
            let own = declared::OwnTypes::default();
            let all = declared::with_rights(declared::of_requests());
            let all = all.with("params", Type::DYN).with(VARIABLES, own.typed());
            for (name, expression) in self.own {
                own.add(name, expression.typed(&all));
            }
            all
        };
        Typing::of(program, self.types.get_or_init(typed))
    }

    fn get(&self, name: &str) -> Option<Cel> {
        self.variables.get(name)
    }

    fn field(&self, of: &str, name: &str) -> Option<Outcome> {
        let place = self.places.get_or_init(|| {
            self.own.iter().enumerate().map(|(place, (name, _))| (name.as_str(), place)).collect()
        });
        let (name, expression) = &self.own[*place.get(name).filter(|_| of == VARIABLES)?];
        if let Some(known) = self.known.borrow().get(name.as_str()) {
            return Some(known.clone());
        }
        let (outcome, cost) = expression.evaluate(self);
        self.cost.set(self.cost.get().saturating_add(cost));
        let outcome = outcome.map_err(|fault| {
            Fault::new(format!(
                "composited variable {} fails to evaluate: {}",
                printed::quoted(name),
                fault.told()
            ))
        });
        self.known.borrow_mut().insert(name, outcome.clone());
        Some(outcome)
    }
}
