//! What is wrong with the expressions of rules: how they are written, what they come to, and what they may cost.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use super::{
    cost::{Costs, Times, estimate},
    said,
};
use crate::{
    cel::{self, Declarations, Plain, Program},
    schema::{Place, Shape, rule_variables},
    status::Cause,
};

/// Where rules stand.
pub(super) struct At<'a> {
    pub(super) shape: Shape<'a>,
    /// Whether the place is a whole resource.
    pub(super) resource: bool,
    pub(super) times: Times,
    /// What is around the place where no object can be told to be the one that was there before.
    pub(super) uncorrelated: Option<&'a str>,
}

impl At<'_> {
    /// All that is wrong with rules whose texts are all there.
    pub(super) fn faults(&self, rules: &[Value], place: &Place<'_>, costs: &mut Costs) -> Vec<Cause> {
        if !rules.is_empty() && !has_type(self.shape, self.resource) {
            let why = "internal error: failed to construct type information for x-kubernetes-validations rules: unable to \
                       convert structural schema to CEL declarations";
            return vec![Cause::internal(place.to_string(), why)];
        }
        let all = rules.iter().enumerate();
        all.flat_map(|(index, rule)| self.faults_of(rule, &place.index(index), costs)).collect()
    }

    fn faults_of(&self, rule: &Value, place: &Place<'_>, costs: &mut Costs) -> Vec<Cause> {
        let at = |name: &str| place.field(name).to_string();
        let wrong = |name: &str, why: &str| Cause::invalid_value(at(name), &internal(rule), why);
        let optional = rule["optionalOldSelf"] == true;
        let source = said(rule, "rule");
        if source.trim().is_empty() {
            return Vec::new();
        }
        let variables = rule_variables(self.shape, self.resource, optional, &unique_name(rule));
        let compiled = |source: &str, wanted: Plain| {
            let program = cel::compile(source)?;
            fault(&program, variables.as_ref(), wanted).map_or(Ok(program), Err)
        };
        let cost = |program: &Program| estimate(program.expression(), self.shape, self.resource, optional);
        let mut faults = Vec::new();
        let program = compiled(source, Plain::Bool);
        match &program {
            Err(why) => faults.push(wrong("rule", why)),
            Ok(program) => {
                let of_all = self.times.of(cost(program), self.shape, self.resource);
                faults.extend(costs.add("rule", of_all, at("rule")));
            }
        }
        let (name, message) = ("messageExpression", said(rule, "messageExpression"));
        if program.is_ok() && !message.is_empty() {
            match compiled(message, Plain::String) {
                Err(why) if why.starts_with("cel expression ") => {
                    faults.push(wrong(name, "messageExpression must evaluate to a string"));
                }
                Err(why) => faults.push(wrong(name, &format!("messageExpression {why}"))),
                Ok(program) => faults.extend(costs.add(name, cost(&program), at(name))),
            }
        }
        let uses_old = program.is_ok_and(|program| program.mentions("oldSelf"));
        match (self.uncorrelated, rule.get("optionalOldSelf").filter(|set| !set.is_null())) {
            (Some(within), _) if uses_old => {
                let why = format!(
                    "oldSelf cannot be used on the uncorrelatable portion of the schema within {within}"
                );
                faults.push(Cause::invalid(at("rule"), said(rule, "rule"), &why));
            }
            (_, Some(set)) if !uses_old => {
                let why = "may not be set if oldSelf is not used in rule";
                faults.push(Cause::invalid_value(at("optionalOldSelf"), set, why));
            }
            _ => {}
        }
        faults
    }
}

/// Whether rules see values of a shape at all: of some nothing is known.
pub(super) fn has_type(shape: Shape<'_>, resource: bool) -> bool {
    rule_variables(shape, resource, false, "").is_some()
}

/// What is wrong with an expression that has to be of a type; nothing is known where the variables are not.
fn fault(program: &Program, variables: Option<&Declarations<'_>>, wanted: Plain) -> Option<String> {
    match cel::check(program, variables?) {
        Ok(found) if found.of.is(wanted) => found.unready,
        Ok(_) => Some("cel expression must evaluate to a bool".to_owned()),
        Err(why) => Some(why),
    }
}

/// A name that the types of a place have in faults; it is another one for each rule, so that nobody comes to use it.
fn unique_name(rule: &Value) -> String {
    let mut hasher = DefaultHasher::new();
    rule.to_string().hash(&mut hasher);
    format!("selfType{}", hasher.finish() % 1_000_000_000)
}

/// A rule as the server prints it.
fn internal(rule: &Value) -> Value {
    let text = |name: &str| said(rule, name).to_owned();
    json!({
        "Rule": text("rule"),
        "Message": text("message"),
        "MessageExpression": text("messageExpression"),
        "Reason": rule["reason"],
        "FieldPath": text("fieldPath"),
        "OptionalOldSelf": rule["optionalOldSelf"],
    })
}
