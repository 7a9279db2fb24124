//! Whether a value is one that its schema lets merge with others.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    step::Step,
    typed::{Fields, Forms, List, Scalar, Typed},
};
use crate::printed;

/// Something that is wrong, and where.
#[derive(Debug)]
struct Fault {
    path: String,
    why: String,
}

/// Checks a value, whose lists may name an item twice or not.
///
/// # Errors
///
/// All that is wrong, in the words of the API.
pub(super) fn check(typed: Typed<'_>, value: &Value, doubles: bool) -> Result<(), String> {
    let mut faults = Vec::new();
    check_value(typed, value, doubles, &mut faults);
    let told = |fault: &Fault| match fault.path.as_str() {
        "" => fault.why.clone(),
        path => format!("{path}: {}", fault.why),
    };
    match &*faults {
        [] => Ok(()),
        [one] => Err(told(one)),
        many => {
            let lines = many.iter().map(|fault| format!("  {}", told(fault)));
            Err(std::iter::once("errors:".to_owned()).chain(lines).collect::<Vec<_>>().join("\n"))
        }
    }
}

fn check_value(typed: Typed<'_>, value: &Value, doubles: bool, faults: &mut Vec<Fault>) {
    // Whatever is taken as it is fits.
    if let Typed::Deduced | Typed::Whole = typed {
        return;
    }
    match typed.forms().of(value) {
        Forms { map: Some(fields), .. } => check_fields(fields, value, doubles, faults),
        Forms { scalar: Some(scalar), .. } => {
            faults.extend(scalar_fault(scalar, value).map(|why| Fault { path: String::new(), why }));
        }
        Forms { list: Some(list), .. } => check_items(&list, value, doubles, faults),
        Forms { .. } => {}
    }
}

fn check_fields(fields: Fields<'_>, value: &Value, doubles: bool, faults: &mut Vec<Fault>) {
    let values = match value {
        Value::Object(values) => values,
        Value::Null => return,
        other => {
            faults.push(Fault {
                path: String::new(),
                why: format!("expected map, got &{{{}}}", printed::plain(other)),
            });
            return;
        }
    };
    for (name, value) in values {
        let before = faults.len();
        match fields.field(name) {
            Some((typed, _)) => check_value(typed, value, doubles, faults),
            None => {
                faults.push(Fault { path: String::new(), why: "field not declared in schema".to_owned() });
            }
        }
        prepend(&mut faults[before..], &Step::field(name));
        if fields.field(name).is_none() {
            return;
        }
    }
}

fn check_items(list: &List<'_>, value: &Value, doubles: bool, faults: &mut Vec<Fault>) {
    let items = match value {
        Value::Array(items) => items,
        Value::Null => return,
        other => {
            faults.push(Fault {
                path: String::new(),
                why: format!("expected list, got &{{{}}}", printed::plain(other)),
            });
            return;
        }
    };
    let mut seen = BTreeSet::new();
    for (index, item) in items.iter().enumerate() {
        let step = if list.atomic {
            Step::Index(i64::try_from(index).unwrap_or(i64::MAX))
        } else {
            match list.step(item) {
                Ok(step) => step,
                Err(why) => {
                    faults.push(Fault { path: String::new(), why: format!("element {index}: {why}") });
                    return;
                }
            }
        };
        let before = faults.len();
        check_value(list.items, item, doubles, faults);
        prepend(&mut faults[before..], &step);
        if !list.atomic {
            if seen.contains(&step) && !doubles {
                let why = format!("duplicate entries for key {step}");
                faults.insert(before, Fault { path: String::new(), why });
            }
            seen.insert(step);
        }
    }
}

fn prepend(faults: &mut [Fault], step: &Step) {
    for fault in faults {
        fault.path.insert_str(0, &step.to_string());
    }
}

/// Why a value is no such scalar; null is any.
pub(super) fn scalar_fault(scalar: Scalar, value: &Value) -> Option<String> {
    Some(match (scalar, value) {
        (_, Value::Null)
        | (Scalar::Number, Value::Number(_))
        | (Scalar::Text, Value::String(_))
        | (Scalar::Boolean, Value::Bool(_))
        | (Scalar::Any, Value::Number(_) | Value::String(_) | Value::Bool(_)) => return None,
        (Scalar::Number, other) => {
            format!("expected numeric (int or float), got {}", printed::type_of(other))
        }
        (Scalar::Text, other) => {
            format!("expected string, got &value.valueUnstructured{{Value:{}}}", go_syntax(other))
        }
        (Scalar::Boolean, other) => format!("expected boolean, got &{{{}}}", printed::plain(other)),
        (Scalar::Any, other) => format!("expected any scalar, got &{{{}}}", printed::plain(other)),
    })
}

/// A value as Go's source would have it.
fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::Array(items) => {
            format!("[]interface {{}}{{{}}}", items.iter().map(go_syntax).collect::<Vec<_>>().join(", "))
        }
        Value::Object(fields) => {
            let mut fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{}:{}", printed::quoted(name), go_syntax(value)))
                .collect();
            fields.sort();
            format!("map[string]interface {{}}{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}
