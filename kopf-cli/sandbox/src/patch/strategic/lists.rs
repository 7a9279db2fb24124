//! Merges the lists of strategic merge patches.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::{
    DIRECTIVE, Items, incomparable, is_compound, merge_fields,
    order::{in_order, key_of},
    unknown_directive,
};
use crate::{
    printed,
    schema::{Additional, Kind, Shape, Strategy},
    status::Status,
};

/// What comes of two lists.
pub(super) struct Merged {
    pub(super) items: Items,
    /// What stands in the places of the old elements before it is put in order: new elements come into those of deleted ones.
    pub(super) places: Items,
}

/// Merges lists; only those that are said to be merged are, and all others are replaced by what the patch has, as it is.
/// Where the patch `deletes`, its scalars go.
pub(super) fn merge_list(
    mut old: Items,
    change: &mut Items,
    list: Shape<'_>,
    deletes: bool,
) -> Result<Merged, Status> {
    let merges = matches!(list.strategy(), Some(Strategy::Merge | Strategy::MergeAndRetainKeys));
    if !merges && !deletes {
        return Ok(Merged { items: change.clone(), places: old });
    }
    if old.is_empty() && change.is_empty() {
        return Ok(Merged { items: Items::new(), places: old });
    }
    let key = list.merge_key();
    if element_type([&old, change])? == "map[string]interface {}" {
        let key = key.ok_or_else(|| {
            let of = list.items().map_or("struct", go_kind);
            Status::internal(format!("cannot merge lists without merge key for {of}"))
        })?;
        return merge_objects(old, change, key, list);
    }
    let said: HashSet<&Value> = change.iter().collect();
    if deletes {
        old.retain(|item| !said.contains(item));
        return Ok(Merged { items: old, places: Items::new() });
    }
    let mut known = HashSet::new();
    let all: Items = old.iter().chain(&*change).filter(|item| known.insert(*item)).cloned().collect();
    let order: Vec<&Value> = change.iter().collect();
    Ok(Merged { items: in_order(&all, &order, &old, key)?, places: old })
}

fn merge_objects(old: Items, change: &mut Items, key: &str, list: Shape<'_>) -> Result<Merged, Status> {
    let places = old.len();
    let Obeyed { old, mut left, replaces } = obey(old, change, key)?;
    if replaces {
        let items = left.into_iter().map(|item| item.clone()).collect::<Items>();
        let ordered = in_order(&items, &[], &items, Some(key))?;
        return Ok(Merged { items: ordered, places: old });
    }
    let mut known: HashMap<Value, usize> = HashMap::new();
    for (place, item) in old.iter().enumerate() {
        if let Some(told_by) = item.get(key) {
            known.entry(told_by.clone()).or_insert(place);
        }
    }
    let mut merged = old.clone();
    // What is new is itself in the patch: what changes it changes the patch.
    let (mut new, mut changed) = (Vec::new(), BTreeSet::new());
    for (at, item) in left.iter_mut().enumerate() {
        let told_by = key_of(item, key)?;
        if is_compound(told_by) {
            return Err(incomparable());
        }
        match known.get(told_by).map(|place| (*place, &mut merged[*place])) {
            Some((place, Value::Object(fields))) => {
                let (Value::Object(item), Some(of)) = (&mut **item, list.items()) else { continue };
                merge_fields(fields, item, of)?;
                changed.extend(place.checked_sub(old.len()));
            }
            _ => {
                known.insert(told_by.clone(), merged.len());
                merged.push(item.clone());
                new.push(at);
            }
        }
    }
    for place in changed {
        *left[new[place]] = merged[old.len() + place].clone();
    }
    let order: Vec<&Value> = left.iter().map(|item| &**item).collect();
    let places = merged.iter().take(places).cloned().collect();
    Ok(Merged { items: in_order(&merged, &order, &old, Some(key))?, places })
}

/// What elements with a `$patch` leave of an old list, and of a patch.
struct Obeyed<'p> {
    old: Items,
    left: Vec<&'p mut Value>,
    replaces: bool,
}

/// Does what elements with a `$patch` say, and leaves the others.
fn obey<'p>(mut old: Items, change: &'p mut Items, key: &str) -> Result<Obeyed<'p>, Status> {
    let (mut left, mut gone, mut replaces) = (Vec::new(), HashSet::new(), false);
    for item in change {
        match item.get(DIRECTIVE) {
            None => left.push(item),
            Some(said) if said == "delete" => {
                gone.insert(key_of(item, key)?.clone());
            }
            Some(said) if said == "replace" => replaces = true,
            Some(said) if said == "merge" => {
                return Err(Status::internal("merging lists cannot yet be specified in the patch"));
            }
            Some(said) => {
                return Err(unknown_directive(said, item.as_object().unwrap_or(&super::Fields::new())));
            }
        }
    }
    old.retain(|item| item.get(key).is_none_or(|told_by| !gone.contains(told_by)));
    Ok(Obeyed { old, left, replaces })
}

/// The type that all elements of lists have; one of them has to have elements.
pub(super) fn element_type(lists: [&[Value]; 2]) -> Result<&'static str, Status> {
    let mut types = lists.into_iter().flatten().map(printed::type_of);
    let first = types.next().ok_or_else(|| Status::internal("no elements in any of the given slices"))?;
    match first {
        "<nil>" => return Err(incomparable()),
        "[]interface {}" => {
            return Err(Status {
                details: Some(Box::new(serde_json::json!({}))),
                ..Status::new(422, "Invalid", "lists of lists are not supported")
            });
        }
        _ => {}
    }
    if types.all(|other| other == first) {
        return Ok(first);
    }
    let [old, change] = lists.map(printed::plain_items);
    Err(Status::internal(format!("list element types are not identical: [{old} {change}]")))
}

/// What kind of thing Go has for a value.
fn go_kind(shape: Shape<'_>) -> &'static str {
    match (shape.kind(), shape.additional()) {
        (Some(Kind::String), _) => "string",
        (Some(Kind::Object), Additional::Of(_)) => "map",
        _ => "struct",
    }
}
