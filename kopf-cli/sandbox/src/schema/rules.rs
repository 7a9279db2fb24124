//! Rules in CEL (`x-kubernetes-validations`): compiled once for a definition, and applied to objects as they are written.

use kube_cel::cel::{IdedExpr, Value as Cel};
use serde_json::Value;

use super::{
    Additional, Kind, ListType, Shape,
    cel_values::{from_cel, to_cel},
    lists::Index,
    place::Place,
    scope,
    types::unchanged,
};
use crate::{
    cel::{self, BUDGET, Program},
    printed,
    status::Cause,
};

/// How long a message that a rule composes may be.
const LONGEST_MESSAGE: usize = 5 * 1024;

/// One rule, ready to be applied.
#[derive(Debug)]
pub(crate) struct Rule {
    program: Program,
    message_program: Option<(Program, scope::Work)>,
    text: String,
    message: String,
    reason: Option<String>,
    /// Where a fault is told of, below the place of the rule.
    field_path: String,
    uses_old: bool,
    old_is_optional: bool,
    work: scope::Work,
}

impl Rule {
    /// Compiles a rule of a definition.
    ///
    /// # Errors
    ///
    /// What is wrong with the rule, and with its message expression.
    pub(crate) fn read(rule: &Value) -> Result<Option<Self>, (Option<String>, Option<String>)> {
        let text = |name: &str| rule[name].as_str().unwrap_or_default().trim().to_owned();
        let source = text("rule");
        if source.is_empty() {
            return Ok(None);
        }
        cel::with_room(|| Rule::compile(rule, source).map(Some))
    }

    fn compile(rule: &Value, source: String) -> Result<Self, (Option<String>, Option<String>)> {
        let text = |name: &str| rule[name].as_str().unwrap_or_default().trim().to_owned();
        let program = cel::compile(&source).map_err(|why| (Some(why), None))?;
        let message_source = text("messageExpression");
        let message_program = if message_source.is_empty() {
            None
        } else {
            let program = cel::compile(&message_source).map_err(|why| (None, Some(why)))?;
            let work = scope::Work::of(program.expression());
            Some((program, work))
        };
        let expression = program.expression();
        Ok(Rule {
            uses_old: scope::mentions(expression, "oldSelf"),
            old_is_optional: rule["optionalOldSelf"] == true,
            work: scope::Work::of(expression),
            field_path: normal_path(&text("fieldPath")),
            reason: rule["reason"].as_str().map(str::to_owned),
            message: text("message"),
            text: source,
            program,
            message_program,
        })
    }

    pub(crate) fn uses_old(&self) -> bool {
        self.uses_old
    }

    pub(crate) fn expression(&self) -> &IdedExpr {
        self.program.expression()
    }

    /// The expression that composes its message, where it has one.
    pub(crate) fn message_expression(&self) -> Option<&IdedExpr> {
        self.message_program.as_ref().map(|(program, _)| program.expression())
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
    let (this, size) = to_cel(value, shape, resource);
    let before = old.map(|old| to_cel(old, shape, resource));
    let out_of_budget = |judged: &mut Judged, what: &str| {
        let why = format!(
            "{what} failed due to running out of cost budget, no further validation rules will be run"
        );
        judged.causes.push(Cause::invalid(place.to_string(), kind_name, &why));
        judged.spent = u64::MAX;
    };
    for rule in rules {
        if rule.uses_old && old.is_none() && !rule.old_is_optional {
            continue;
        }
        // What a rule costs is bounded before it runs, since nothing could stop it.
        let size = size.max(before.as_ref().map_or(0, |(_, size)| *size));
        judged.spent = judged.spent.saturating_add(rule.work.on(size));
        if judged.spent > BUDGET {
            return out_of_budget(judged, "validation");
        }
        let before = before.as_ref().map(|(value, _)| value);
        let evaluate = |program: &Program| evaluate(program, &this, before, rule.old_is_optional);
        let told_as = rule.told_as();
        match evaluate(&rule.program) {
            Ok(Cel::Bool(true)) => continue,
            Ok(Cel::Bool(false)) => {}
            Ok(_) => {
                let why = format!("cel expression must evaluate to a bool evaluating rule: {told_as}");
                judged.causes.push(Cause::invalid(place.to_string(), kind_name, &why));
                continue;
            }
            Err(error) => {
                let why = match &*error {
                    "no such overload" => format!(
                        "'no such overload': call arguments did not match a supported operator, function or macro \
                         signature for rule: {told_as}"
                    ),
                    error => format!("{error} evaluating rule: {told_as}"),
                };
                judged.causes.push(Cause::invalid(place.to_string(), kind_name, &why));
                continue;
            }
        }
        let mut composed = None;
        if let Some((program, work)) = &rule.message_program {
            judged.spent = judged.spent.saturating_add(work.on(size));
            if judged.spent > BUDGET {
                return out_of_budget(judged, "messageExpression evaluation");
            }
            let message = evaluate(program).ok().and_then(|message| from_cel(&message));
            composed = message.filter(|message| is_a_message(message));
        }
        let detail = match composed {
            Some(message) => message.trim().to_owned(),
            None if rule.message.is_empty() => format!("failed rule: {}", rule.text),
            None => rule.message.clone(),
        };
        let field = match (place.is_root(), rule.field_path.as_str()) {
            (_, "") => place.to_string(),
            (true, path) => path.to_owned(),
            (false, path) => format!("{place}.{path}"),
        };
        let shown = (!matches!(kind, Some(Kind::Object | Kind::Array))).then_some(value);
        let cause = rule.fault(&detail, shown, field);
        if !rule.uses_old && kept.holds() {
            judged.warnings.push(format!("{}: {}", cause.field, cause.message));
        } else {
            judged.causes.push(cause);
        }
    }
}

fn is_a_message(message: &str) -> bool {
    let message = message.trim();
    !message.is_empty() && message.len() <= LONGEST_MESSAGE && !message.contains('\n')
}

fn evaluate(program: &Program, this: &Cel, before: Option<&Cel>, optional: bool) -> Result<Cel, String> {
    cel::run(program, |context| {
        context.add_variable_from_value("self", this.clone());
        match (before, optional) {
            (None, false) => {}
            (Some(before), false) => context.add_variable_from_value("oldSelf", before.clone()),
            (before, true) => {
                context.add_variable_from_value("oldSelf", cel::optional(before.cloned()));
            }
        }
        Ok(())
    })
}
