//! Applies rules to objects as they are written: which values have some, and what is told of those that break them.

use std::rc::Rc;

use serde_json::Value;

use super::{
    Additional, Kind, ListType, Shape,
    cel_values::to_cel,
    lists::Index,
    place::Place,
    rules::{OUT_OF_BUDGET, Seen, Verdict},
    types::unchanged,
};
use crate::{
    cel::{BUDGET, Described},
    status::Cause,
};

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

    /// Adds why rules have cost too much: none is applied any more.
    fn stop(&mut self, cause: Cause, is_let_pass: bool) {
        self.add(cause, is_let_pass);
        self.spent = u64::MAX;
    }
}

/// Applies all rules of a schema to a whole object.
pub(crate) fn judge(object: &Value, old: Option<&Value>, shape: Shape<'_>) -> Judged {
    let mut judged = Judged::default();
    let kept = Kept { current: old.map(|old| (object, old, shape)), parent: None };
    walk(Subject { value: object, old, shape, resource: true }, &Place::ROOT, kept, &mut judged);
    judged
}

/// What breaks the rules of a schema in a part of an object, nothing being let pass for having been so before.
pub(super) fn judge_part(
    value: &Value,
    old: Option<&Value>,
    shape: Shape<'_>,
    place: &Place<'_>,
) -> Vec<Cause> {
    let mut judged = Judged::default();
    let kept = Kept { current: None, parent: None };
    walk(Subject { value, old, shape, resource: shape.embedded() }, place, kept, &mut judged);
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

/// A value, with what was there before, and what is known of both.
#[derive(Clone, Copy)]
struct Subject<'a> {
    value: &'a Value,
    old: Option<&'a Value>,
    shape: Shape<'a>,
    /// Whether it is a whole resource.
    resource: bool,
}

fn walk<'a>(part: Subject<'a>, place: &Place<'_>, kept: Kept<'a>, judged: &mut Judged) {
    let Subject { value, old, shape, .. } = part;
    if value.is_null() || judged.spent > BUDGET {
        return;
    }
    apply(Subject { old: old.filter(|old| !old.is_null()), ..part }, place, kept, judged);
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
                walk(Subject { value, old, shape, resource: shape.embedded() }, &place, kept, judged);
            }
        }
        Value::Array(items) => {
            let Some(shape_of_item) = shape.items() else { return };
            let old = old.and_then(Value::as_array).filter(|_| shape.list_type() == Some(ListType::Map));
            let known = old.map(|old| Index::new(old, shape.map_keys()));
            let (shape, resource) = (shape_of_item, shape_of_item.embedded());
            for (index, value) in items.iter().enumerate() {
                let old = known.as_ref().and_then(|known| known.find(value));
                let kept = kept.below(value, old, shape);
                walk(Subject { value, old, shape, resource }, &place.index(index), kept, judged);
            }
        }
        _ => {}
    }
}

fn place_is_type(place: &Place<'_>, name: &str) -> bool {
    ["apiVersion", "kind"].contains(&name) && place.dotted() == name
}

fn apply(part: Subject<'_>, place: &Place<'_>, kept: Kept<'_>, judged: &mut Judged) {
    let Subject { value, old, shape, resource } = part;
    let rules = shape.rules();
    if rules.is_empty() {
        return;
    }
    let kind = shape.kind().filter(|_| !shape.int_or_string());
    let invalid = |field: String, why: &str| Cause::invalid(field, kind.map_or("", Kind::name), why);
    let shown = (!matches!(kind, Some(Kind::Object | Kind::Array))).then_some(value);
    if judged.spent >= BUDGET {
        return judged.stop(invalid(place.to_string(), &format!("validation {OUT_OF_BUDGET}")), false);
    }
    let mut described = Described::default();
    let this = to_cel(value, shape, resource, &mut described);
    let before = old.map(|old| to_cel(old, shape, resource, &mut described));
    let described = Rc::new(described);
    for rule in rules.iter().filter(|rule| !rule.uses_old || old.is_some() || rule.old_is_optional) {
        let seen = Seen {
            shape,
            resource,
            this: &this,
            before: before.as_ref(),
            described: &described,
            old_is_optional: rule.old_is_optional,
            old_is_plain: !rule.old_is_optional,
        };
        match rule.verdict(&seen, &mut judged.spent) {
            Verdict::Holds => {}
            Verdict::Wrong(why) => judged.causes.push(invalid(place.to_string(), &why)),
            Verdict::TooMuch(why) => return judged.stop(invalid(place.to_string(), &why), false),
            Verdict::Broken => {
                let field = rule.field(place);
                // What was so before is let pass.
                let is_let_pass = !rule.uses_old && kept.holds();
                match rule.detail(&seen, &mut judged.spent) {
                    Ok(detail) => judged.add(rule.fault(&detail, shown, field), is_let_pass),
                    Err(why) => return judged.stop(invalid(field, &why), is_let_pass),
                }
            }
        }
    }
}
