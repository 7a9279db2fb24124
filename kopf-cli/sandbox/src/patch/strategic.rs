//! Strategic merge patches: merge patches that know which lists are sets, and by which key their elements are told apart.
//!
//! What a list is stands in the schema. A patch speaks of lists by members with a dollar in front: in which order elements
//! come, which of them go, and which members of an object may stay.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::drop_null_members;
use crate::{
    meta, printed,
    schema::{Shape, Strategy},
    status::Status,
};

const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const ORDER: &str = "$setElementOrder/";
const DELETIONS: &str = "$deleteFromPrimitiveList/";

type Fields = Map<String, Value>;
type Items = Vec<Value>;

/// A patch as one that says what of an object changes.
///
/// # Errors
///
/// 400 where it is no object.
pub(crate) fn read(patch: &Value) -> Result<Fields, Status> {
    match patch {
        Value::Object(fields) => Ok(fields.clone()),
        Value::Null => Ok(Fields::new()),
        other => Err(Status::bad_request(format!(
            "json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
            meta::kind_of(other)
        ))),
    }
}

/// Merges a strategic merge patch into an object of that shape.
///
/// # Errors
///
/// 400, 422 or 500, as the server has it, for a patch that contradicts itself or does not fit.
pub(crate) fn merge(target: &mut Value, patch: Fields, shape: Shape<'_>) -> Result<(), Status> {
    if let Value::Object(fields) = target {
        *fields = merge_fields(std::mem::take(fields), patch, Some(shape))?;
    }
    Ok(())
}

fn merge_fields(mut fields: Fields, mut patch: Fields, shape: Option<Shape<'_>>) -> Result<Fields, Status> {
    match patch.get(DIRECTIVE).map(Value::as_str) {
        None => {}
        Some(Some("replace")) => {
            patch.shift_remove(DIRECTIVE);
            return Ok(patch);
        }
        Some(Some("delete")) => return Ok(Fields::new()),
        Some(_) => return Err(unknown_directive(&patch)),
    }
    retain_keys(&mut fields, &mut patch)?;
    merge_in_order(&mut fields, &mut patch, shape)?;
    // They go together: each by itself would move all that are behind it.
    let mut gone = HashSet::new();
    for (name, change) in patch {
        if let Some(list) = name.strip_prefix(DELETIONS) {
            delete_from(&mut fields, list, &change);
            continue;
        }
        if change.is_null() {
            gone.insert(name);
            continue;
        }
        let field = shape.and_then(|shape| shape.field(&name));
        let merged = match (fields.get_mut(&name).map(Value::take), change) {
            (Some(Value::Object(old)), Value::Object(change))
                if strategy(field) == Some(Strategy::Replace) =>
            {
                drop(old);
                settled(change.into())
            }
            (Some(Value::Object(old)), Value::Object(change)) => {
                Some(merge_fields(old, change, field)?.into())
            }
            (Some(Value::Array(old)), Value::Array(change)) => Some(merge_list(old, change, field)?.into()),
            (_, change) => settled(change),
        };
        match merged {
            Some(merged) => drop(fields.insert(name, merged)),
            None => drop(gone.insert(name)),
        }
    }
    fields.retain(|name, _| !gone.contains(name));
    Ok(fields)
}

fn strategy(shape: Option<Shape<'_>>) -> Option<Strategy> {
    shape.and_then(Shape::strategy)
}

/// A value that comes in the place of another or of none, without what is said in it about merging; none if it says that
/// it is to go.
fn settled(mut value: Value) -> Option<Value> {
    if value.get(DIRECTIVE).is_some() {
        return None;
    }
    drop_null_members(&mut value);
    match &mut value {
        Value::Object(fields) => {
            let kept = std::mem::take(fields).into_iter().filter(|(name, _)| !name.starts_with('$'));
            *fields = kept.filter_map(|(name, field)| Some((name, settled(field)?))).collect();
        }
        Value::Array(items) => *items = std::mem::take(items).into_iter().filter_map(settled).collect(),
        _ => {}
    }
    Some(value)
}

/// Does what `$retainKeys` says: only the members that it names may stay.
fn retain_keys(fields: &mut Fields, patch: &mut Fields) -> Result<(), Status> {
    let Some(retained) = patch.shift_remove(RETAIN_KEYS) else { return Ok(()) };
    let wrong = || Status::bad_request("invalid patch format of retainKeys");
    let retained = retained.as_array().ok_or_else(wrong)?;
    let retained: HashSet<&str> = retained.iter().filter_map(Value::as_str).collect();
    let is_retained = |name: &String| retained.contains(&**name);
    let is_said = |name: &String| !name.starts_with(ORDER) && !name.starts_with(DELETIONS);
    if !patch.iter().all(|(name, change)| change.is_null() || !is_said(name) || is_retained(name)) {
        return Err(wrong());
    }
    fields.retain(|name, _| is_retained(name));
    Ok(())
}

/// Merges the lists whose order the patch gives.
fn merge_in_order(fields: &mut Fields, patch: &mut Fields, shape: Option<Shape<'_>>) -> Result<(), Status> {
    let ordered: Vec<String> =
        patch.keys().filter_map(|name| Some(name.strip_prefix(ORDER)?.to_owned())).collect();
    for name in ordered {
        let order = patch.shift_remove(&format!("{ORDER}{name}")).unwrap_or_default();
        let order = list(order)?;
        let field = shape.and_then(|shape| shape.field(&name));
        let Some(field) = field else {
            let message = format!("unable to find api field in struct for the json field {name:?}");
            return Err(Status::internal(message));
        };
        let key = field.merge_key();
        let (old, change) = (fields.get(&name).cloned(), patch.shift_remove(&name));
        let before = old.clone().map(list).transpose()?.unwrap_or_default();
        let change = change.map(list).transpose()?;
        check_order(change.as_deref().unwrap_or_default(), &order, key)?;
        let merged = match (old.is_some(), change) {
            (false, None) => continue,
            (true, None) => before.clone(),
            (false, Some(change)) => change.into_iter().filter_map(settled).collect(),
            (true, Some(change)) => merge_list(before.clone(), change, Some(field))?,
        };
        fields.insert(name, in_order(merged, &order, &before, key)?.into());
    }
    Ok(())
}

fn list(value: Value) -> Result<Items, Status> {
    match value {
        Value::Array(items) => Ok(items),
        other => {
            let found = match other {
                Value::String(_) => "string",
                Value::Bool(_) => "bool",
                Value::Number(number) if number.is_f64() => "float64",
                Value::Number(_) => "int64",
                Value::Object(_) => "map[string]interface {}",
                Value::Null | Value::Array(_) => "%!s(<nil>)",
            };
            Err(Status::internal(format!("expected a []interface {{}}, but received a {found}")))
        }
    }
}

/// Refuses a patch whose elements come in another order than it says.
fn check_order(change: &[Value], order: &[Value], key: Option<&str>) -> Result<(), Status> {
    if order.is_empty() {
        return Ok(());
    }
    let mut places = order.iter();
    let said = change.iter().filter(|item| item.get(DIRECTIVE).is_none());
    for item in said {
        let wanted = identity(item, key)?;
        if !places.any(|place| identity(place, key).is_ok_and(|place| place == wanted)) {
            let message = format!(
                "The order in patch list:\n{change:?}\n doesn't match $setElementOrder list:\n{order:?}\n"
            );
            return Err(Status::internal(message));
        }
    }
    Ok(())
}

/// What an element is told from others by.
fn identity<'a>(item: &'a Value, key: Option<&str>) -> Result<&'a Value, Status> {
    let Some(key) = key else { return Ok(item) };
    let missing = || {
        Status::internal(format!("map: {} does not contain declared merge key: {key}", printed::plain(item)))
    };
    match item {
        Value::Object(fields) => fields.get(key).ok_or_else(missing),
        _ => Err(Status::internal("value for key is not a map")),
    }
}

fn place(items: &[Value], wanted: &Value, key: Option<&str>) -> Option<usize> {
    items.iter().position(|item| identity(item, key).is_ok_and(|found| found == wanted))
}

/// Merges lists; only those that are said to be merged are, and all others are replaced.
fn merge_list(old: Items, change: Items, shape: Option<Shape<'_>>) -> Result<Items, Status> {
    let merges = matches!(strategy(shape), Some(Strategy::Merge | Strategy::MergeAndRetainKeys));
    if !merges {
        return Ok(change.into_iter().map(|item| settled(item).unwrap_or_default()).collect());
    }
    if old.is_empty() && change.is_empty() {
        return Ok(old);
    }
    let before = old.clone();
    let all = || old.iter().chain(&change);
    if all().any(Value::is_array) {
        let message = "lists of lists are not supported";
        return Err(Status {
            details: Some(Box::new(serde_json::json!({}))),
            ..Status::new(422, "Invalid", message)
        });
    }
    if !all().any(Value::is_object) {
        let mut merged = Items::new();
        for item in all() {
            if !merged.contains(item) {
                merged.push(item.clone());
            }
        }
        return in_order(merged, &change, &before, None);
    }
    if !all().all(Value::is_object) {
        return Err(Status::internal("list element types are not identical"));
    }
    let Some(key) = shape.and_then(Shape::merge_key) else {
        return Err(Status::internal("cannot merge lists without merge key for struct"));
    };
    let (mut merged, change) = obey(old, change, key)?;
    let item_shape = shape.and_then(Shape::items);
    for item in &change {
        let found = place(&merged, identity(item, Some(key))?, Some(key));
        match (found.map(|place| &mut merged[place]), item) {
            (Some(Value::Object(known)), Value::Object(item)) => {
                *known = merge_fields(std::mem::take(known), item.clone(), item_shape)?;
            }
            _ => merged.extend(settled(item.clone())),
        }
    }
    in_order(merged, &change, &before, Some(key))
}

/// Does what elements with a `$patch` say, and leaves the others.
fn obey(mut old: Items, change: Items, key: &str) -> Result<(Items, Items), Status> {
    let (mut left, mut replaces) = (Items::new(), false);
    for item in change {
        match item.get(DIRECTIVE).map(Value::as_str) {
            None => left.push(item),
            Some(Some("delete")) => {
                let gone = identity(&item, Some(key))?;
                old.retain(|known| known.get(key) != Some(gone));
            }
            Some(Some("replace")) => replaces = true,
            Some(Some("merge")) => {
                return Err(Status::internal("merging lists cannot yet be specified in the patch"));
            }
            Some(_) => return Err(unknown_directive(item.as_object().unwrap_or(&Fields::new()))),
        }
    }
    if replaces {
        old.clear();
    }
    Ok((old, left))
}

/// Puts elements that `order` names into that order; the others keep the places that they had between them.
fn in_order(items: Items, order: &[Value], before: &[Value], key: Option<&str>) -> Result<Items, Status> {
    let mut named = Vec::new();
    let mut others = Vec::new();
    for item in items {
        let identity = identity(&item, key)?.clone();
        let was = place(before, &identity, key);
        match place(order, &identity, key) {
            Some(place) => named.push((place, was, item)),
            None => others.push((was, item)),
        }
    }
    named.sort_by_key(|(place, _, _)| *place);
    others.sort_by_key(|(was, _)| *was);
    let mut ordered = Items::new();
    let mut others = others.into_iter().peekable();
    for (_, was, item) in named {
        while let Some((other, _)) = others.peek()
            && let (Some(other), Some(was)) = (*other, was)
            && other < was
        {
            ordered.extend(others.next().map(|(_, item)| item));
        }
        ordered.push(item);
    }
    ordered.extend(others.map(|(_, item)| item));
    Ok(ordered)
}

/// Takes out of a list of scalars what the patch names; a list that is not there loses nothing.
fn delete_from(fields: &mut Fields, list: &str, gone: &Value) {
    match (fields.get_mut(list), gone) {
        (_, Value::Null) => {
            fields.shift_remove(list);
        }
        (Some(Value::Array(items)), Value::Array(gone)) => {
            let gone: HashSet<String> = gone.iter().map(Value::to_string).collect();
            items.retain(|item| !gone.contains(&item.to_string()));
        }
        _ => {}
    }
}

fn unknown_directive(patch: &Fields) -> Status {
    let found =
        patch.get(DIRECTIVE).map(|said| said.as_str().map_or_else(|| said.to_string(), str::to_owned));
    Status::internal(format!("unknown patch type: {} in map: {patch:?}", found.unwrap_or_default()))
}

#[cfg(test)]
mod tests;
