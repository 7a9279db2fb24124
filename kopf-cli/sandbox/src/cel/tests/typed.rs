//! What rules come to that know the types of what they name, and what that costs, as it runs and at the most: row by row, as
//! `typed.tsv` has it.
//!
//! The rows are made as those of `rows.rs` are, with `typed.json` as `self` and `typed-old.json` as `oldSelf`, typed by
//! `schema.json`. Behind the cost of a row stands what the expression may cost at the most by the schema. `KOPF_CEL_TYPED_ROWS`
//! names a file of other rows.

use std::rc::Rc;

use kube_cel::cel::Value;

use super::{
    super::*,
    rows::{compare, verdict},
};
use crate::{
    crd::estimate,
    schema::{Schema, Shape, rule_variables, to_cel},
};

struct Typed<'a> {
    shape: Shape<'a>,
    this: Value,
    old: Value,
    described: Rc<Described>,
}

impl Typed<'_> {
    fn variables(&self) -> Declarations<'_> {
        rule_variables(self.shape, true, false, "selfType").unwrap()
    }
}

impl Names for Typed<'_> {
    fn typing(&self, program: &Program) -> Typing {
        Typing::of(program, &self.variables())
    }

    fn described(&self) -> Option<Rc<Described>> {
        Some(Rc::clone(&self.described))
    }

    fn get(&self, name: &str) -> Option<Value> {
        match name {
            "self" => Some(self.this.clone()),
            "oldSelf" => Some(self.old.clone()),
            _ => None,
        }
    }
}

#[test]
fn rules_come_to_what_they_come_to_on_a_server_and_may_cost_what_they_may_cost_there() {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let schema = Schema::custom(&read(include_str!("schema.json")));
    let shape = schema.shape();
    let mut described = Described::default();
    let this = to_cel(&read(include_str!("typed.json")), shape, true, &mut described);
    let old = to_cel(&read(include_str!("typed-old.json")), shape, true, &mut described);
    let typed = Typed { shape, this, old, described: Rc::new(described) };
    compare("KOPF_CEL_TYPED_ROWS", include_str!("typed.tsv"), |source| {
        let (verdict, cost, program) = verdict(source, &typed, &typed.variables());
        let most = program.map(|program| estimate(program.expression(), shape, true, false).to_string());
        vec![verdict, cost, most.unwrap_or_default()]
    });
}
