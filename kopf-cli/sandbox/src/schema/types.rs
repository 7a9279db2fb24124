//! Checks values against what a schema says of types, sizes, numbers and texts.
//!
//! What an update leaves as it was may stay as wrong as it is: faults in a value that equals its predecessor are dropped.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{
    Additional, Limits, ListType, Shape,
    lists::Index,
    numbers::{nearly_whole, number_faults, range_fault, whole},
    place::Place,
    texts::text_fault,
};
use crate::{printed, status::Cause};

/// So many faults of one object are told, no more: who reads them has seen enough.
const MOST_FAULTS: usize = 1_000;

/// Everything in which a value is not what its schema says; `within` is where the value is in its object, if not its root.
pub(crate) fn type_faults(
    value: &Value,
    old: Option<&Value>,
    shape: Shape<'_>,
    within: Option<&str>,
) -> Vec<Cause> {
    let outcome = check(value, old, shape, Some(shape), &Place::ROOT);
    let mut seen = HashSet::new();
    let told = outcome.faults.into_iter().filter(|fault| seen.insert(fault.text.clone()));
    told.map(|fault| fault.cause(within)).collect()
}

/// Something that is wrong, not yet told where in the object.
#[derive(Debug)]
pub(super) struct Fault {
    /// What faults are told apart by.
    text: String,
    place: String,
    reason: &'static str,
    message: String,
}

impl Fault {
    /// A fault whose text says what the value should be, beginning with its place.
    pub(super) fn invalid(place: &Place<'_>, value: &Value, should: &str) -> Self {
        let place = place.dotted();
        let text = format!("{place} in body {should}");
        Fault::told(place, value, text)
    }

    /// A factor of which nothing can be a multiple.
    pub(super) fn no_factor(place: &Place<'_>, factor: &Value, said: &str) -> Self {
        let place = place.dotted();
        let text = format!("factor MultipleOf declared for {place} must be positive: {said}");
        Fault::told(place, factor, text)
    }

    fn told(place: String, value: &Value, text: String) -> Self {
        let message = Cause::invalid_value("", value, &text).message;
        Fault { text, place, reason: "FieldValueInvalid", message }
    }

    /// A fault with a form of its own.
    pub(super) fn of(place: &Place<'_>, cause: Cause) -> Self {
        let place = place.dotted();
        Fault {
            text: format!("{place}: {}", cause.message),
            place,
            reason: cause.reason,
            message: cause.message,
        }
    }

    /// A fault that names its place in its text alone.
    pub(super) fn plain(text: String) -> Self {
        let message = Cause::invalid("", "", &text).message;
        Fault { text, place: String::new(), reason: "FieldValueInvalid", message }
    }

    fn cause(self, within: Option<&str>) -> Cause {
        let place = self.place.trim_start_matches('.');
        let field = match within {
            Some(within) if place.is_empty() => within.to_owned(),
            Some(within) => format!("{within}.{place}"),
            None if place.is_empty() => Place::ROOT.to_string(),
            None => place.to_owned(),
        };
        Cause { reason: self.reason, message: self.message, field }
    }
}

/// What is wrong, and how many checks were made: of alternatives that all fail, the one that got furthest is told of.
#[derive(Debug, Default)]
struct Outcome {
    faults: Vec<Fault>,
    checks: usize,
}

impl Outcome {
    fn add(&mut self, faults: impl IntoIterator<Item = Fault>) {
        let room = MOST_FAULTS.saturating_sub(self.faults.len());
        self.faults.extend(faults.into_iter().take(room));
    }

    fn merge(&mut self, other: Outcome) {
        self.checks += other.checks;
        self.add(other.faults);
    }

    fn ok(&self) -> bool {
        self.faults.is_empty()
    }
}

fn check(
    value: &Value,
    old: Option<&Value>,
    shape: Shape<'_>,
    spine: Option<Shape<'_>>,
    place: &Place<'_>,
) -> Outcome {
    let mut outcome = check_as_new(value, old, shape, spine, place);
    if !outcome.ok() && old.zip(spine).is_some_and(|(old, spine)| unchanged(value, old, spine)) {
        outcome.faults.clear();
    }
    outcome
}

/// Whether a value is what it was, as far as its schema tells how to compare.
pub(super) fn unchanged(value: &Value, old: &Value, shape: Shape<'_>) -> bool {
    match (value, old) {
        (Value::Object(fields), Value::Object(old)) => {
            let same = |(name, value): (&String, &Value)| match (old.get(name), shape.field(name)) {
                (Some(old), Some(shape)) => unchanged(value, old, shape),
                _ => false,
            };
            fields.len() == old.len() && fields.iter().all(same)
        }
        (Value::Array(items), Value::Array(old)) if shape.list_type() == Some(ListType::Map) => {
            let index = Index::new(old, shape.map_keys());
            let same = |item: &Value| match (index.find(item), shape.items()) {
                (Some(old), Some(shape)) => unchanged(item, old, shape),
                _ => false,
            };
            items.len() == old.len() && items.iter().all(same)
        }
        (value, old) => value == old,
    }
}

/// `spine` is what the schema says of the place itself, where `shape` is one of the alternatives for it.
fn check_as_new(
    value: &Value,
    old: Option<&Value>,
    shape: Shape<'_>,
    spine: Option<Shape<'_>>,
    place: &Place<'_>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let limits = shape.limits();
    let typed = shape.kind().is_some() || shape.int_or_string() || shape.format().is_some();
    if typed || value.is_null() {
        match type_fault(value, shape, place) {
            Some(fault) => outcome.add([fault]),
            None => outcome.checks += 1,
        }
    }
    if value.is_null() {
        outcome.add(limits.and_then(|limits| enum_fault(value, limits, place)));
        return outcome;
    }
    if let Some(limits) = limits {
        outcome.merge(check_alternatives(value, old, shape, limits, spine, place));
    }
    // Each kind of check counts, and each of them again, whatever it finds.
    outcome.checks += 4 + usize::from(typed);
    match value {
        Value::String(text) => {
            outcome.add(text_fault(text, shape, place));
            outcome.add(format_fault(text, shape, place));
            outcome.checks += 1 + usize::from(shape.format().is_some());
        }
        Value::Number(number) => {
            outcome.add(range_fault(number, shape, place));
            outcome.add(limits.into_iter().flat_map(|limits| number_faults(number, shape, limits, place)));
            outcome.checks += 2;
        }
        Value::Array(items) => {
            check_items(items, old, shape, spine, place, &mut outcome);
            outcome.add(limits.into_iter().flat_map(|limits| list_faults(items, limits, place)));
            outcome.checks += 2;
        }
        _ => {}
    }
    outcome.add(limits.and_then(|limits| enum_fault(value, limits, place)));
    if let Value::Object(fields) = value {
        check_fields(fields, old, shape, spine, place, &mut outcome);
        outcome.checks += 1;
    }
    outcome
}

fn type_fault(value: &Value, shape: Shape<'_>, place: &Place<'_>) -> Option<Fault> {
    let said = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let names = match shape.kind() {
        _ if shape.int_or_string() => "integer,string",
        Some(kind) => kind.name(),
        None => "",
    };
    let wrong = |wanted: &str, found: &str| {
        let should =
            format!("{} in body must be of type {wanted}: {}", place.dotted(), printed::quoted(found));
        let message = Cause::invalid("", found, &should).message;
        Fault { text: should, place: place.dotted(), reason: "FieldValueTypeInvalid", message }
    };
    if value.is_null() {
        return (!names.is_empty() && !shape.nullable()).then(|| wrong(names, said));
    }
    let integral = value.as_f64().is_some_and(nearly_whole);
    let fits = names.split(',').any(|name| name == said)
        || said == "number" && integral && names.contains("integer")
        || said == "integer" && names == "number";
    let found = match said {
        "integer" => "int64",
        "number" => "float64",
        _ => "",
    };
    match shape.format() {
        // A format is checked as such, be it of a text or, as the server has it, of a list.
        Some(_) if matches!(said, "string" | "array") && !names.contains("integer") && names != "number" => {
            None
        }
        Some(format) if !matches!(said, "string" | "array") && !fits && found != format => {
            Some(wrong(format, found))
        }
        _ => (!fits).then(|| wrong(names, said)),
    }
}

fn format_fault(text: &str, shape: Shape<'_>, place: &Place<'_>) -> Option<Fault> {
    let format = shape.format()?;
    let valid = crate::formats::find(format)?;
    if valid(text) {
        return None;
    }
    let should = format!("{} in body must be of type {format}: {}", place.dotted(), printed::quoted(text));
    let message = Cause::invalid("", text, &should).message;
    Some(Fault { text: should, place: place.dotted(), reason: "FieldValueTypeInvalid", message })
}

/// Whether a value is one that is allowed, once it has been given that one's type: a float has lost its fraction then, and of an
/// integer a text is the character that has this number.
fn is_allowed(known: &Value, value: &Value) -> bool {
    match (known, value) {
        (Value::Number(known), Value::Number(value)) => match (known.as_i64(), value.as_i64()) {
            (Some(known), None) => value.as_f64().and_then(|value| whole(value.trunc())) == Some(known),
            (None, Some(_)) => known.as_f64() == value.as_f64(),
            _ => known == value,
        },
        (Value::String(known), Value::Number(value)) if value.is_i64() => {
            let code = value.as_u64().and_then(|code| u32::try_from(code).ok());
            let letter = code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
            known.strip_prefix(letter) == Some("")
        }
        _ => known == value,
    }
}

fn enum_fault(value: &Value, limits: &Limits, place: &Place<'_>) -> Option<Fault> {
    let allowed = limits.enumeration.as_deref()?;
    if !value.is_null() && allowed.iter().any(|known| is_allowed(known, value)) {
        return None;
    }
    let names: Vec<String> = allowed
        .iter()
        .map(|value| value.as_str().map_or_else(|| printed::json(value), str::to_owned))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let found = printed::bad_value_in_order(value);
    Some(Fault::of(place, Cause::unsupported("", &found, &names)))
}

fn check_alternatives(
    value: &Value,
    old: Option<&Value>,
    shape: Shape<'_>,
    limits: &Limits,
    spine: Option<Shape<'_>>,
    place: &Place<'_>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let check = |shape| check_as_new(value, old, shape, spine, place);
    let fail = |why: &str| Fault::plain(format!("{} must {why}", printed::quoted(place.dotted())));
    if !limits.any_of.is_empty() {
        let mut best: Option<Outcome> = None;
        for alternative in shape.among(&limits.any_of).map(check) {
            let done = alternative.ok();
            if done || best.as_ref().is_none_or(|best| alternative.checks > best.checks) {
                best = Some(alternative);
            }
            if done {
                break;
            }
        }
        if let Some(best) = best {
            if !best.ok() {
                outcome.add([fail("validate at least one schema (anyOf)")]);
            }
            outcome.merge(best);
        }
    }
    if !limits.one_of.is_empty() {
        let (mut valid, mut first, mut best) = (0, None, None::<Outcome>);
        for alternative in shape.among(&limits.one_of).map(check) {
            if alternative.ok() {
                valid += 1;
                first = first.or(Some(alternative));
                best = None;
            } else if valid == 0 && best.as_ref().is_none_or(|best| alternative.checks > best.checks) {
                best = Some(alternative);
            }
        }
        let told = match valid {
            1 => first,
            0 => {
                outcome.add([fail("validate one and only one schema (oneOf). Found none valid")]);
                best
            }
            several => {
                let why =
                    format!("validate one and only one schema (oneOf). Found {several} valid alternatives");
                outcome.add([fail(&why)]);
                None
            }
        };
        outcome.merge(told.unwrap_or_default());
    }
    if !limits.all_of.is_empty() {
        let results: Vec<Outcome> = shape.among(&limits.all_of).map(check).collect();
        let (valid, wanted) = (results.iter().filter(|result| result.ok()).count(), results.len());
        results.into_iter().for_each(|result| outcome.merge(result));
        if valid < wanted {
            let none = if valid == 0 { ". None validated" } else { "" };
            outcome.add([fail(&format!("validate all the schemas (allOf){none}"))]);
        }
    }
    if let Some(not) = &limits.not
        && shape.among(std::slice::from_ref(not)).all(|shape| check(shape).ok())
    {
        outcome.add([fail("not validate the schema (not)")]);
    }
    outcome
}

fn check_items(
    items: &[Value],
    old: Option<&Value>,
    shape: Shape<'_>,
    spine: Option<Shape<'_>>,
    place: &Place<'_>,
    outcome: &mut Outcome,
) {
    let Some(shape) = shape.items() else { return };
    let keys = spine.filter(|spine| spine.list_type() == Some(ListType::Map)).map(Shape::map_keys);
    let known = keys.zip(old.and_then(Value::as_array)).map(|(keys, old)| Index::new(old, keys));
    for (index, item) in items.iter().enumerate() {
        let old = known.as_ref().and_then(|known| known.find(item));
        let place = place.index(index);
        outcome.merge(check(item, old, shape, spine.and_then(Shape::items), &place));
        if outcome.faults.len() >= MOST_FAULTS {
            break;
        }
    }
}

fn list_faults(items: &[Value], limits: &Limits, place: &Place<'_>) -> Vec<Fault> {
    let size = items.len() as u64;
    let mut faults = Vec::new();
    if let Some(least) = limits.min_items.filter(|least| size < *least) {
        faults.push(Fault::invalid(place, &size.into(), &format!("should have at least {least} items")));
    }
    if let Some(most) = limits.max_items.filter(|most| size > *most) {
        faults.push(Fault::of(place, Cause::too_many("", size, most)));
    }
    if limits.unique_items {
        let mut seen = HashSet::new();
        if !items.iter().all(|item| seen.insert(printed::json(item))) {
            faults.push(Fault::invalid(place, &"".into(), "shouldn't contain duplicates"));
        }
    }
    faults
}

fn check_fields(
    fields: &Map<String, Value>,
    old: Option<&Value>,
    shape: Shape<'_>,
    spine: Option<Shape<'_>>,
    place: &Place<'_>,
    outcome: &mut Outcome,
) {
    let limits = shape.limits();
    let size = fields.len() as u64;
    if let Some(least) = limits.and_then(|limits| limits.min_properties).filter(|least| size < *least) {
        let should = format!("should have at least {least} properties");
        outcome.add([Fault::invalid(place, &size.into(), &should)]);
    }
    if let Some(most) = limits.and_then(|limits| limits.max_properties).filter(|most| size > *most) {
        outcome.add([Fault::of(place, Cause::too_many("", size, most))]);
    }
    let mut check_field = |name: &str, value: &Value, shape: Shape<'_>, at: &Place<'_>| {
        let spine = spine.and_then(|spine| spine.field(name));
        // What the server itself fills in is not the writer's old mistake.
        let implied = place.is_root() && ["apiVersion", "kind"].contains(&name);
        let old = old.and_then(|old| old.get(name)).filter(|_| spine.is_some() && !implied);
        outcome.merge(check(value, old, shape, spine, at));
    };
    if let Additional::Of(shape_of_others) = shape.additional() {
        for (name, value) in fields.iter().filter(|(name, _)| shape.property(name).is_none()) {
            check_field(name, value, shape_of_others, &place.key(name));
        }
    }
    for (name, shape) in shape.properties() {
        if let Some(value) = fields.get(name) {
            check_field(name, value, shape, &place.field(name));
        }
    }
    let required = limits.map_or(&[][..], |limits| &limits.required);
    for name in required.iter().filter(|name| !fields.contains_key(&***name)) {
        outcome.add([Fault::of(&place.field(name), Cause::required("", ""))]);
    }
}
