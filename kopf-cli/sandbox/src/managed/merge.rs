//! What an object is when a configuration has been applied to it, and when fields are taken out of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    set::Set,
    step::Step,
    typed::{Fields, Forms, List, Typed},
};

/// The object with what the configuration says, as far as it says anything.
///
/// # Errors
///
/// What is there twice in a list of the configuration.
pub(super) fn merge(typed: Typed<'_>, object: &Value, configuration: &Value) -> Result<Value, String> {
    merge_values(typed, object, configuration).map(|merged| merged.unwrap_or(Value::Null))
}

fn merge_values(typed: Typed<'_>, object: &Value, configuration: &Value) -> Result<Option<Value>, String> {
    match typed.forms().of(configuration) {
        Forms { map: Some(fields), .. } => merge_objects(&fields, object, configuration),
        Forms { scalar: Some(_), .. } => Ok(Some(configuration.clone())),
        Forms { list: Some(list), .. } => merge_lists(&list, object, configuration),
        Forms { .. } => Ok(None),
    }
}

fn merge_objects(
    fields: &Fields<'_>,
    object: &Value,
    configuration: &Value,
) -> Result<Option<Value>, String> {
    let there = object.as_object().filter(|fields| !fields.is_empty());
    let said = configuration.as_object().filter(|fields| !fields.is_empty());
    let (there, said) = match (there, said) {
        _ if fields.atomic => return Ok(Some(configuration.clone())),
        (None, _) => return Ok(Some(configuration.clone())),
        (Some(there), None) => return Ok(Some(there.clone().into())),
        (Some(there), Some(said)) => (there, said),
    };
    // Nothing is copied that is merged below: of a deep object that would be all that is below each of its levels.
    let mut merged = Map::with_capacity(there.len());
    for (name, there) in there {
        let value = match (said.get(name), fields.field(name)) {
            (Some(said), Some((typed, _))) => merge_values(typed, there, said)?,
            (said, _) => Some(said.unwrap_or(there).clone()),
        };
        if let Some(value) = value {
            merged.insert(name.clone(), value);
        }
    }
    let new = said.iter().filter(|(name, _)| !there.contains_key(*name));
    merged.extend(new.map(|(name, said)| (name.clone(), said.clone())));
    Ok((!merged.is_empty()).then(|| merged.into()))
}

fn merge_lists(list: &List<'_>, object: &Value, configuration: &Value) -> Result<Option<Value>, String> {
    let there = object.as_array().filter(|items| !items.is_empty());
    let said = configuration.as_array().filter(|items| !items.is_empty());
    let (there, said) = match (there, said) {
        _ if list.atomic => return Ok(Some(configuration.clone())),
        (None, _) => return Ok(Some(configuration.clone())),
        (Some(there), None) => return Ok(Some(there.clone().into())),
        (Some(there), Some(said)) => (there, said),
    };
    let there = with_steps(list, there);
    let said = with_steps(list, said);
    let known: BTreeMap<&Step, Option<&Value>> =
        there.iter().fold(BTreeMap::new(), |mut known, (step, item)| {
            // What is there twice is not merged with, but replaced.
            known.entry(step).and_modify(|item| *item = None).or_insert(Some(*item));
            known
        });
    let merged = |step: &Step, said: &Value| match known.get(step) {
        Some(there) => merge_values(list.items, there.unwrap_or(&Value::Null), said),
        None => Ok(Some(said.clone())),
    };
    let items = interleave(&there, &said, merged)?;
    Ok((!items.is_empty()).then(|| items.into()))
}

fn with_steps<'v>(list: &List<'_>, items: &'v [Value]) -> Vec<(Step, &'v Value)> {
    items.iter().filter_map(|item| Some((list.step(item).ok()?, item))).collect()
}

/// Puts the items of both into one order: that of the configuration for its own; the others stay before those that
/// they were before.
fn interleave(
    there: &[(Step, &Value)],
    said: &[(Step, &Value)],
    merged: impl Fn(&Step, &Value) -> Result<Option<Value>, String>,
) -> Result<Vec<Value>, String> {
    let is_said: BTreeSet<&Step> = said.iter().map(|(step, _)| step).collect();
    let is_there: BTreeSet<&Step> = there.iter().map(|(step, _)| step).collect();
    let mut shared = said.iter().map(|(step, _)| step).filter(|step| is_there.contains(step));
    let mut next_shared = shared.next();
    let mut done: BTreeSet<&Step> = BTreeSet::new();
    let mut items = Vec::with_capacity(there.len().max(said.len()));
    let (mut left, mut right) = (0, 0);
    while left < there.len() || right < said.len() {
        if let (Some((step, _)), Some((said_step, value))) = (there.get(left), said.get(right)) {
            if step == said_step {
                items.extend(merged(step, value)?);
                done.insert(step);
                next_shared = shared.next();
                left += 1;
                right += 1;
                continue;
            }
            if is_said.contains(step) && next_shared.is_some_and(|next| next != step) {
                // It comes later, where the configuration has it.
                left += 1;
                continue;
            }
        }
        if let Some((step, item)) = there.get(left) {
            if !is_said.contains(step) {
                items.push((*item).clone());
                left += 1;
                continue;
            }
            if done.contains(step) {
                left += 1;
            }
        }
        if let Some((step, value)) = said.get(right) {
            items.extend(merged(step, value)?);
            done.insert(step);
            right += 1;
            if next_shared == Some(step) {
                next_shared = shared.next();
            }
        }
    }
    Ok(items)
}

/// The value without the fields in the set; what has nothing left is null.
pub(super) fn remove(typed: Typed<'_>, value: &Value, fields: &Set) -> Value {
    match (typed.forms().of(value), value) {
        (Forms { map: Some(known), .. }, Value::Object(values)) if !known.atomic => {
            let mut kept = Map::new();
            for (name, value) in values {
                let value = match fields.get(&Step::field(name)) {
                    Some(node) if node.member => continue,
                    Some(node) => {
                        let typed = known.field(name).map_or(Typed::Whole, |(typed, _)| typed);
                        remove(typed, value, &node.below)
                    }
                    None => value.clone(),
                };
                kept.insert(name.clone(), value);
            }
            if kept.is_empty() { Value::Null } else { kept.into() }
        }
        (Forms { list: Some(list), map: None, .. }, Value::Array(items)) if !list.atomic => {
            let mut kept = Vec::with_capacity(items.len());
            for item in items {
                let node = list.step(item).ok().and_then(|step| fields.get(&step));
                match node {
                    Some(node) if node.member => {}
                    Some(node) => kept.push(remove(list.items, item, &node.below)),
                    None => kept.push(item.clone()),
                }
            }
            if kept.is_empty() { Value::Null } else { kept.into() }
        }
        (Forms { scalar: Some(_), map: None, .. }, value) => value.clone(),
        _ => Value::Null,
    }
}
