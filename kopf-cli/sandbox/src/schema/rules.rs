//! Rules in CEL (`x-kubernetes-validations`): compiled once for a definition, and what each comes to for a value.

use std::rc::Rc;

use kube_cel::cel::Value as Cel;
use serde_json::Value;

use super::{Shape, field_path, place::Place, rule_variables};
use crate::{
    cel::{self, BUDGET, Described, Fault, Names, Program, Typing},
    printed,
    status::Cause,
};

/// What is told where rules have cost too much together.
pub(super) const OUT_OF_BUDGET: &str =
    "failed due to running out of cost budget, no further validation rules will be run";

/// One rule, ready to be applied.
#[derive(Debug)]
pub(crate) struct Rule {
    program: Program,
    message_program: Option<Program>,
    text: String,
    message: String,
    reason: Option<String>,
    /// Where a fault is told of, below the place of the rule.
    field_path: String,
    pub(super) uses_old: bool,
    pub(super) old_is_optional: bool,
}

/// What a rule comes to.
pub(super) enum Verdict {
    Holds,
    Broken,
    /// Nothing: it could not be evaluated, for this reason.
    Wrong(String),
    /// Nothing, nor do those that follow: they cost too much.
    TooMuch(String),
}

impl Rule {
    /// Compiles a rule of a schema, which has been checked.
    pub(crate) fn read(rule: &Value, schema: &Value) -> Option<Self> {
        let said = |name: &str| rule[name].as_str().unwrap_or_default();
        let text = |name: &str| said(name).trim().to_owned();
        let program = cel::compile(said("rule")).ok()?;
        Some(Rule {
            uses_old: program.mentions("oldSelf"),
            old_is_optional: rule["optionalOldSelf"] == true,
            field_path: field_path::find(schema, &text("fieldPath"))
                .map(|found| found.written)
                .unwrap_or_default(),
            reason: rule["reason"].as_str().map(str::to_owned),
            message: text("message"),
            message_program: Some(said("messageExpression"))
                .filter(|message| !message.trim().is_empty())
                .and_then(|message| cel::compile(message).ok()),
            text: text("rule"),
            program,
        })
    }

    /// Whether it holds for a value.
    pub(super) fn verdict(&self, seen: &Seen<'_>, spent: &mut u64) -> Verdict {
        let (outcome, cost) = cel::run(&self.program, seen);
        *spent = spent.saturating_add(cost);
        if *spent > BUDGET {
            return Verdict::TooMuch(format!("validation {OUT_OF_BUDGET}"));
        }
        let told_as = if self.message.is_empty() { &self.text } else { &self.message };
        match outcome {
            Ok(Cel::Bool(true)) => Verdict::Holds,
            Ok(Cel::Bool(false)) => Verdict::Broken,
            Ok(_) => {
                Verdict::Wrong(format!("cel expression must evaluate to a bool evaluating rule: {told_as}"))
            }
            Err(fault @ Fault::Limit) => Verdict::TooMuch(format!(
                "'{}': no further validation rules will be run due to call cost exceeds limit for rule: {told_as}",
                fault.told()
            )),
            Err(fault) => Verdict::Wrong(match fault.told() {
                why if why.starts_with("no such overload") => format!(
                    "'{why}': call arguments did not match a supported operator, function or macro signature for rule: \
                     {told_as}"
                ),
                why => format!("{why} evaluating rule: {told_as}"),
            }),
        }
    }

    /// What is told where it is broken.
    ///
    /// # Errors
    ///
    /// That it cost too much to compose that.
    pub(super) fn detail(&self, seen: &Seen<'_>, spent: &mut u64) -> Result<String, String> {
        Ok(match self.composed(&Seen { old_is_plain: true, ..*seen }, spent)? {
            Some(message) => message,
            None if self.message.is_empty() => format!("failed rule: {}", self.text),
            None => self.message.clone(),
        })
    }

    /// Where a fault at a place is told of.
    pub(super) fn field(&self, place: &Place<'_>) -> String {
        match (place.is_root(), self.field_path.as_str()) {
            (_, "") => place.to_string(),
            (true, path) => path.to_owned(),
            (false, path) => format!("{place}.{path}"),
        }
    }

    /// The message that it composes, if it composes one.
    ///
    /// # Errors
    ///
    /// That it cost too much.
    fn composed(&self, seen: &Seen<'_>, spent: &mut u64) -> Result<Option<String>, String> {
        let Some(program) = &self.message_program else { return Ok(None) };
        let (outcome, cost) = cel::run(program, seen);
        *spent = spent.saturating_add(cost);
        if *spent > BUDGET {
            return Err(format!("messageExpression evaluation {OUT_OF_BUDGET}"));
        }
        if outcome == Err(Fault::Limit) {
            let source = printed::quoted(program.source());
            return Err(format!(
                "no further validation rules will be run due to call cost exceeds limit for messageExpression: {source}"
            ));
        }
        Ok(outcome.ok().and_then(|message| cel::message(&message)))
    }

    /// What is wrong where it is broken; `value` is what is shown of that.
    pub(super) fn fault(&self, detail: &str, value: Option<&Value>, field: String) -> Cause {
        let with_value = |what: &str| match value {
            Some(value) => {
                let value = printed::bad_value_in_order(value);
                format!("{what}: {value}: {detail}")
            }
            None => format!("{what}: {detail}"),
        };
        match self.reason.as_deref() {
            Some("FieldValueForbidden") => Cause::forbidden(field, detail),
            Some("FieldValueRequired") => Cause::required(field, detail),
            Some("FieldValueDuplicate") => {
                let message = with_value("Duplicate value");
                let message = message.strip_suffix(&format!(": {detail}")).unwrap_or(&message).to_owned();
                Cause { reason: "FieldValueDuplicate", message, field }
            }
            _ => Cause { reason: "FieldValueInvalid", message: with_value("Invalid value"), field },
        }
    }
}

/// What a rule sees.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) shape: Shape<'a>,
    /// Whether that is a whole resource.
    pub(super) resource: bool,
    pub(super) this: &'a Cel,
    pub(super) before: Option<&'a Cel>,
    pub(super) described: &'a Rc<Described>,
    /// Whether what was there is typed as what may be absent, and whether it is seen without that: messages see it so.
    pub(super) old_is_optional: bool,
    pub(super) old_is_plain: bool,
}

impl Names for Seen<'_> {
    fn typing(&self, program: &Program) -> Typing {
        let variables = rule_variables(self.shape, self.resource, self.old_is_optional, "self");
        Typing::of(program, &variables.unwrap_or_default())
    }

    fn described(&self) -> Option<Rc<Described>> {
        Some(Rc::clone(self.described))
    }

    fn get(&self, name: &str) -> Option<Cel> {
        match name {
            "self" => Some(self.this.clone()),
            "oldSelf" if !self.old_is_plain => Some(cel::optional(self.before.cloned())),
            "oldSelf" => self.before.cloned(),
            _ => None,
        }
    }
}
