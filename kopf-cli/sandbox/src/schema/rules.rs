//! Rules in CEL (`x-kubernetes-validations`): compiled once for a definition, and applied to objects as they are written.

use std::rc::Rc;

use kube_cel::cel::Value as Cel;
use serde_json::Value;

use super::{
    Additional, Kind, ListType, Shape, cel_values::to_cel, lists::Index, place::Place, rule_variables,
    types::unchanged,
};
use crate::{
    cel::{self, BUDGET, Fault, Names, Program, Typing, Unordered},
    printed,
    status::Cause,
};

/// What is told where rules have cost too much together.
const OUT_OF_BUDGET: &str =
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
    uses_old: bool,
    old_is_optional: bool,
}

impl Rule {
    /// Compiles a rule of a definition, which has been checked.
    pub(crate) fn read(rule: &Value) -> Option<Self> {
        let said = |name: &str| rule[name].as_str().unwrap_or_default();
        let text = |name: &str| said(name).trim().to_owned();
        let program = cel::compile(said("rule")).ok()?;
        Some(Rule {
            uses_old: program.mentions("oldSelf"),
            old_is_optional: rule["optionalOldSelf"] == true,
            field_path: normal_path(&text("fieldPath")),
            reason: rule["reason"].as_str().map(str::to_owned),
            message: text("message"),
            message_program: Some(said("messageExpression"))
                .filter(|message| !message.trim().is_empty())
                .and_then(|message| cel::compile(message).ok()),
            text: text("rule"),
            program,
        })
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

    fn told_as(&self) -> &str {
        if self.message.is_empty() { &self.text } else { &self.message }
    }

    fn fault(&self, detail: &str, value: Option<&Value>, field: String) -> Cause {
        let with_value = |what: &str| match value {
            Some(value) => {
                let value = value.as_str().map_or_else(|| printed::json(value), printed::quoted);
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

/// `.a['b'].c` as the server writes it: names joined by dots.
fn normal_path(path: &str) -> String {
    path.replace("['", ".").replace("']", "").trim_start_matches('.').to_owned()
}

/// What rules have come to: refusals, and what is only warned of since it was so before.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    pub(crate) causes: Vec<Cause>,
    pub(crate) warnings: Vec<String>,
    spent: u64,
}

impl Judged {
    /// Adds what breaks a rule, or a warning of it.
    fn add(&mut self, cause: Cause, is_let_pass: bool) {
        if is_let_pass {
            self.warnings.push(format!("{}: {}", cause.field, cause.message));
        } else {
            self.causes.push(cause);
        }
    }
}

/// Applies all rules of a schema to a whole object.
pub(crate) fn judge(object: &Value, old: Option<&Value>, shape: Shape<'_>) -> Judged {
    let mut judged = Judged::default();
    let kept = Kept { current: old.map(|old| (object, old, shape)), parent: None };
    walk(object, old, shape, true, &Place::ROOT, kept, &mut judged);
    judged
}

/// What breaks the rules of a schema in a part of an object, nothing being let pass for having been so before.
pub(super) fn judge_part(
    part: &Value,
    old: Option<&Value>,
    shape: Shape<'_>,
    place: &Place<'_>,
) -> Vec<Cause> {
    let mut judged = Judged::default();
    let kept = Kept { current: None, parent: None };
    walk(part, old, shape, shape.embedded(), place, kept, &mut judged);
    judged.causes
}

/// What a value is compared with, to see whether it is as it was.
#[derive(Clone, Copy)]
struct Kept<'a> {
    /// The value, its predecessor, and their shape; `None` where it has none that can be told.
    current: Option<(&'a Value, &'a Value, Shape<'a>)>,
    /// The same of the nearest value around it.
    parent: Option<(&'a Value, &'a Value, Shape<'a>)>,
}

impl<'a> Kept<'a> {
    fn holds(self) -> bool {
        self.current.or(self.parent).is_some_and(|(value, old, shape)| unchanged(value, old, shape))
    }

    fn below(self, value: &'a Value, old: Option<&'a Value>, shape: Shape<'a>) -> Self {
        match self.current {
            None => self,
            current => Kept { current: old.map(|old| (value, old, shape)), parent: current },
        }
    }
}

fn walk<'a>(
    value: &'a Value,
    old: Option<&'a Value>,
    shape: Shape<'a>,
    resource: bool,
    place: &Place<'_>,
    kept: Kept<'a>,
    judged: &mut Judged,
) {
    if value.is_null() || judged.spent > BUDGET {
        return;
    }
    apply(value, old.filter(|old| !old.is_null()), shape, resource, place, kept, judged);
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let old = old.and_then(|old| old.get(name));
                let (shape, place) = match (shape.property(name), shape.additional()) {
                    (Some(shape), _) => (shape, place.field(name)),
                    (None, Additional::Of(shape)) => (shape, place.key(name)),
                    (None, _) => continue,
                };
                // What these two were is not told: both objects are of one version by now.
                let implied = place_is_type(&place, name);
                let kept = kept.below(value, old.filter(|_| !implied), shape);
                walk(value, old, shape, shape.embedded(), &place, kept, judged);
            }
        }
        Value::Array(items) => {
            let Some(item_shape) = shape.items() else { return };
            let old = old.and_then(Value::as_array).filter(|_| shape.list_type() == Some(ListType::Map));
            let known = old.map(|old| Index::new(old, shape.map_keys()));
            for (index, item) in items.iter().enumerate() {
                let old = known.as_ref().and_then(|known| known.find(item));
                let kept = kept.below(item, old, item_shape);
                walk(item, old, item_shape, item_shape.embedded(), &place.index(index), kept, judged);
            }
        }
        _ => {}
    }
}

fn place_is_type(place: &Place<'_>, name: &str) -> bool {
    ["apiVersion", "kind"].contains(&name) && place.dotted() == name
}

fn apply(
    value: &Value,
    old: Option<&Value>,
    shape: Shape<'_>,
    resource: bool,
    place: &Place<'_>,
    kept: Kept<'_>,
    judged: &mut Judged,
) {
    let rules = shape.rules();
    if rules.is_empty() {
        return;
    }
    let kind = shape.kind().filter(|_| !shape.int_or_string());
    let kind_name = kind.map_or("", Kind::name);
    let invalid = |why: &str| Cause::invalid(place.to_string(), kind_name, why);
    let stop = |judged: &mut Judged, why: &str| {
        judged.causes.push(invalid(why));
        judged.spent = u64::MAX;
    };
    if judged.spent >= BUDGET {
        return stop(judged, &format!("validation {OUT_OF_BUDGET}"));
    }
    let mut unordered = Unordered::default();
    let this = to_cel(value, shape, resource, &mut unordered);
    let before = old.map(|old| to_cel(old, shape, resource, &mut unordered));
    let unordered = Rc::new(unordered);
    for rule in rules {
        if rule.uses_old && old.is_none() && !rule.old_is_optional {
            continue;
        }
        let seen = Seen {
            shape,
            resource,
            this: &this,
            before: before.as_ref(),
            unordered: &unordered,
            old_is_optional: rule.old_is_optional,
            old_is_plain: !rule.old_is_optional,
        };
        let told_as = rule.told_as();
        let (outcome, cost) = cel::run(&rule.program, &seen);
        judged.spent = judged.spent.saturating_add(cost);
        if judged.spent > BUDGET {
            return stop(judged, &format!("validation {OUT_OF_BUDGET}"));
        }
        match outcome {
            Ok(Cel::Bool(true)) => continue,
            Ok(Cel::Bool(false)) => {}
            Ok(_) => {
                let why = format!("cel expression must evaluate to a bool evaluating rule: {told_as}");
                judged.causes.push(invalid(&why));
                continue;
            }
            Err(fault @ Fault::Limit) => {
                let why = format!(
                    "'{}': no further validation rules will be run due to call cost exceeds limit for rule: {told_as}",
                    fault.told()
                );
                return stop(judged, &why);
            }
            Err(fault) => {
                let why = match fault.told() {
                    why if why.starts_with("no such overload") => format!(
                        "'{why}': call arguments did not match a supported operator, function or macro signature for rule: \
                         {told_as}"
                    ),
                    why => format!("{why} evaluating rule: {told_as}"),
                };
                judged.causes.push(invalid(&why));
                continue;
            }
        }
        let field = match (place.is_root(), rule.field_path.as_str()) {
            (_, "") => place.to_string(),
            (true, path) => path.to_owned(),
            (false, path) => format!("{place}.{path}"),
        };
        // What was so before is let pass.
        let is_let_pass = !rule.uses_old && kept.holds();
        let composed = match rule.composed(&Seen { old_is_plain: true, ..seen }, &mut judged.spent) {
            Ok(composed) => composed,
            Err(why) => {
                judged.add(Cause::invalid(field, kind_name, &why), is_let_pass);
                judged.spent = u64::MAX;
                return;
            }
        };
        let detail = match composed {
            Some(message) => message,
            None if rule.message.is_empty() => format!("failed rule: {}", rule.text),
            None => rule.message.clone(),
        };
        let shown = (!matches!(kind, Some(Kind::Object | Kind::Array))).then_some(value);
        judged.add(rule.fault(&detail, shown, field), is_let_pass);
    }
}

/// What a rule sees.
#[derive(Clone, Copy)]
struct Seen<'a> {
    shape: Shape<'a>,
    /// Whether that is a whole resource.
    resource: bool,
    this: &'a Cel,
    before: Option<&'a Cel>,
    unordered: &'a Rc<Unordered>,
    /// Whether what was there is typed as what may be absent, and whether it is seen without that: messages see it so.
    old_is_optional: bool,
    old_is_plain: bool,
}

impl Names for Seen<'_> {
    fn typing(&self, program: &Program) -> Typing {
        let variables = rule_variables(self.shape, self.resource, self.old_is_optional, "self");
        Typing::of(program, &variables.unwrap_or_default())
    }

    fn unordered(&self) -> Option<Rc<Unordered>> {
        Some(Rc::clone(self.unordered))
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
