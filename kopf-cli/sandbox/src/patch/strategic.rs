//! Strategic merge patches: merge patches that know which lists are sets, and by which key their elements are told apart.
//!
//! What a list is stands in the schema. A patch speaks of lists by members with a dollar in front: in which order elements
//! come, which of them go, and which members of an object may stay. A patch loses on the way what has been done: it is what
//! is left of it that a refusal of what comes of it shows.

mod lists;
mod order;

use std::collections::HashSet;

use serde_json::{Map, Value};

use self::{
    lists::{element_type, merge_list},
    order::{check_order, in_order},
};
use super::drop_null_members;
use crate::{
    meta, printed,
    schema::{Additional, Kind, Shape, Strategy},
    status::Status,
};

const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const ORDER: &str = "$setElementOrder";
const DELETIONS: &str = "$deleteFromPrimitiveList";

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

/// Merges a strategic merge patch into an object of that shape, and leaves in it what a refusal of the result shows.
///
/// # Errors
///
/// 400, 422 or 500, as the server has it, for a patch that contradicts itself or does not fit; 501 for one on which a server
/// breaks off.
pub(crate) fn merge(target: &mut Value, patch: &mut Fields, shape: Shape<'_>) -> Result<(), Status> {
    match target {
        Value::Object(fields) => merge_fields(fields, patch, shape),
        _ => Ok(()),
    }
}

fn merge_fields(fields: &mut Fields, patch: &mut Fields, shape: Shape<'_>) -> Result<(), Status> {
    match patch.get(DIRECTIVE) {
        None => {}
        Some(said) if said == "replace" => {
            patch.shift_remove(DIRECTIVE);
            fields.clone_from(patch);
            return Ok(());
        }
        Some(said) if said == "delete" => {
            fields.clear();
            return Ok(());
        }
        Some(said) => return Err(unknown_directive(said, patch)),
    }
    retain_keys(fields, patch)?;
    merge_in_order(fields, patch, shape)?;
    // They go together: each by itself would move all that are behind it.
    let mut gone = HashSet::new();
    for (member, change) in patch.iter_mut() {
        let (name, deletes) = field_of(member)?;
        if change.is_null() {
            gone.insert(name.to_owned());
            continue;
        }
        let merged = match (fields.get_mut(name), change) {
            (Some(Value::Object(old)), Value::Object(change)) => {
                let field = field(shape, name)?;
                if field.strategy() != Some(Strategy::Replace) {
                    merge_fields(old, change, field)?;
                    continue;
                }
                Some(change.clone().into())
            }
            (Some(Value::Array(old)), Value::Array(change)) => {
                let list = list(shape, name)?;
                *old = merge_list(std::mem::take(old), change, list, deletes)?.items;
                continue;
            }
            (None, _) if deletes => continue,
            (Some(old), change) if deletes && printed::type_of(old) != printed::type_of(change) => continue,
            (_, change) => settled(change),
        };
        match merged {
            Some(merged) => drop(fields.insert(name.to_owned(), merged)),
            None => drop(gone.insert(name.to_owned())),
        }
    }
    fields.retain(|name, _| !gone.contains(name));
    Ok(())
}

/// The field that a member of a patch speaks of, and whether it says what is to go out of it.
fn field_of(member: &str) -> Result<(&str, bool), Status> {
    let Some(list) = member.strip_prefix(DELETIONS) else { return Ok((member, false)) };
    match list.strip_prefix('/') {
        Some("") => Ok((member, true)),
        Some(list) => Ok((list, true)),
        None => Err(Status::bad_request("invalid patch format of primitive list")),
    }
}

/// What is known of a field that is merged, which has to be one that the type names.
fn field<'s>(shape: Shape<'s>, name: &str) -> Result<Shape<'s>, Status> {
    let alike =
        || shape.properties().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, found)| found);
    shape.property(name).or_else(alike).ok_or_else(|| {
        Status::internal(match shape.additional() {
            Additional::Of(_) => {
                "merging an object in json but data type is not struct, instead is: map".to_owned()
            }
            Additional::None | Additional::Any => {
                let full = shape.name().unwrap_or_default();
                let known = full.rsplit_once('.').map_or(full, |(_, name)| name);
                let name = printed::quoted(name);
                format!("unable to find api field in struct {known} for the json field {name}")
            }
        })
    })
}

/// The same of a list.
fn list<'s>(shape: Shape<'s>, name: &str) -> Result<Shape<'s>, Status> {
    let found = field(shape, name)?;
    if found.kind() == Some(Kind::Array) {
        return Ok(found);
    }
    Err(Status::not_implemented("strategic merge patches that take for a list what is none"))
}

/// A value that comes in the place of another or of none, without what is said in it about merging; none if it says that
/// it is to go.
fn settled(change: &mut Value) -> Option<Value> {
    drop_null_members(change);
    match change {
        Value::Array(items) => Some(settled_items(items).into()),
        other => stays(other).then(|| other.clone()),
    }
}

fn settled_items(items: &mut Items) -> Items {
    items.iter_mut().filter_map(|item| stays(item).then(|| item.clone())).collect()
}

/// Takes out what says of itself that it is to go, and tells whether this says so of the whole.
fn stays(value: &mut Value) -> bool {
    match value {
        Value::Object(fields) if fields.contains_key(DIRECTIVE) => return false,
        Value::Object(fields) => fields.retain(|_, field| stays(field)),
        Value::Array(items) => items.retain_mut(stays),
        _ => {}
    }
    true
}

/// Does what `$retainKeys` says: only the members that it names may stay.
fn retain_keys(fields: &mut Fields, patch: &mut Fields) -> Result<(), Status> {
    let Some(retained) = patch.shift_remove(RETAIN_KEYS) else { return Ok(()) };
    let wrong = || Status::bad_request("invalid patch format of retainKeys");
    let retained = retained.as_array().ok_or_else(wrong)?;
    if retained.iter().any(is_compound) {
        return Err(incomparable());
    }
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
fn merge_in_order(fields: &mut Fields, patch: &mut Fields, shape: Shape<'_>) -> Result<(), Status> {
    let (orders, others): (Fields, Fields) =
        std::mem::take(patch).into_iter().partition(|(name, _)| name.starts_with(ORDER));
    *patch = others;
    let mut done = HashSet::new();
    for (member, order) in orders {
        let order = items(&order)?;
        let name = member.strip_prefix(ORDER).and_then(|name| name.strip_prefix('/'));
        let name = name.ok_or_else(|| Status::bad_request("invalid patch format of setElementOrder list"))?;
        let old = fields.get(name).map(items).transpose()?.cloned();
        patch.get(name).map(items).transpose()?;
        let list = list(shape, name)?;
        let key = list.merge_key();
        let change = patch.get_mut(name).and_then(Value::as_array_mut);
        check_order(change.as_deref().map_or(&[], Vec::as_slice), order, key)?;
        let (merged, before) = match (old, change) {
            (None, None) => continue,
            (Some(old), None) => {
                element_type([&old, &[]])?;
                (old.clone(), old)
            }
            (None, Some(change)) => {
                let merged = settled_items(change);
                element_type([&[], change])?;
                (merged, Items::new())
            }
            (Some(old), Some(change)) => {
                element_type([&old, change])?;
                let merged = merge_list(old, change, list, false)?;
                (merged.items, merged.places)
            }
        };
        let order: Vec<&Value> = order.iter().collect();
        fields.insert(name.to_owned(), in_order(&merged, &order, &before, key)?.into());
        done.insert(name.to_owned());
    }
    patch.retain(|name, _| !done.contains(name));
    Ok(())
}

fn items(value: &Value) -> Result<&Items, Status> {
    value.as_array().ok_or_else(|| unexpected("[]interface {}", value))
}

/// The refusal of a value that is of another type than has to be there.
fn unexpected(wanted: &str, found: &Value) -> Status {
    let found = match found {
        Value::Null => "%!s(<nil>)",
        other => printed::type_of(other),
    };
    Status::internal(format!("expected a {wanted}, but received a {found}"))
}

fn is_compound(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

/// The refusal of what a server ends the connection for.
fn incomparable() -> Status {
    Status::not_implemented(
        "strategic merge patches that tell elements from others by objects, lists or nothing at all",
    )
}

fn unknown_directive(said: &Value, patch: &Fields) -> Status {
    let (said, patch) = (printed::as_text(said), printed::plain_fields(patch));
    Status::internal(format!("unknown patch type: {said} in map: {patch}"))
}
