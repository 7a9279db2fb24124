//! The order of elements that a strategic merge patch gives.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{DIRECTIVE, Items, incomparable, is_compound, unexpected};
use crate::{printed, status::Status};

/// More elements than this a server sorts in another way, which shows where it does not know the places of all.
const FEW: usize = 20;

/// Refuses a patch whose elements come in another order than it says.
pub(super) fn check_order(change: &[Value], order: &[Value], key: Option<&str>) -> Result<(), Status> {
    if order.is_empty() || change.is_empty() {
        return Ok(());
    }
    if key.is_some()
        && let Some(scalar) = change.iter().find(|item| !item.is_object())
    {
        return Err(unexpected("map[string]interface {}", scalar));
    }
    let deletes = |item: &Value| key.is_some() && item.get(DIRECTIVE).is_some_and(|said| said == "delete");
    let mut left = change.iter().filter(|item| !deletes(item)).peekable();
    for place in order {
        // What says how it is merged has no place, and is passed over as long as the order goes on.
        while left.next_if(|item| item.get(DIRECTIVE).is_some()).is_some() {}
        let Some(item) = left.peek() else { break };
        if is_same(item, place, key)? {
            left.next();
        }
    }
    if left.peek().is_none() {
        return Ok(());
    }
    let (change, order) = (printed::plain_items(change), printed::plain_items(order));
    let message =
        format!("The order in patch list:\n{change}\n doesn't match $setElementOrder list:\n{order}\n");
    Err(Status::internal(message))
}

fn is_same(one: &Value, other: &Value, key: Option<&str>) -> Result<bool, Status> {
    let (one, other) = match key {
        Some(key) => (key_of(one, key)?, key_of(other, key)?),
        None => (one, other),
    };
    if is_compound(one) && is_compound(other) {
        return Err(incomparable());
    }
    Ok(one == other)
}

/// What an element is told from others by.
pub(super) fn key_of<'a>(item: &'a Value, key: &str) -> Result<&'a Value, Status> {
    let Value::Object(fields) = item else { return Err(unexpected("map[string]interface {}", item)) };
    fields.get(key).ok_or_else(|| {
        let item = printed::plain(item);
        Status::internal(format!("map: {item} does not contain declared merge key: {key}"))
    })
}

fn told_by<'a>(item: &'a Value, key: Option<&str>) -> Result<&'a Value, Status> {
    let found = key.map_or(Ok(item), |key| key_of(item, key))?;
    if is_compound(found) { Err(incomparable()) } else { Ok(found) }
}

/// The places of elements, by what they are told from others by.
type Places<'a> = HashMap<&'a Value, usize>;

fn places<'a>(items: impl Iterator<Item = &'a Value>, key: Option<&str>) -> Result<Places<'a>, Status> {
    let mut places = Places::new();
    for (place, item) in items.enumerate() {
        places.entry(told_by(item, key)?).or_insert(place);
    }
    Ok(places)
}

/// An element, and its places in the order that is given and in the one that was.
struct Placed<'a> {
    item: &'a Value,
    now: Option<usize>,
    was: Option<usize>,
}

/// Puts elements that `order` names into that order; the others keep the places that they had between them.
pub(super) fn in_order(
    items: &[Value],
    order: &[&Value],
    before: &[Value],
    key: Option<&str>,
) -> Result<Items, Status> {
    check_elements(items, order, key)?;
    let (now, was) = (places(order.iter().copied(), key)?, places(before.iter(), key)?);
    let mut placed = Vec::new();
    for item in items {
        let told_by = told_by(item, key)?;
        let place = |places: &Places<'_>| places.get(told_by).copied();
        placed.push(Placed { item, now: place(&now), was: place(&was) });
    }
    let (mut named, mut others): (Vec<_>, Vec<_>) = placed.into_iter().partition(|item| item.now.is_some());
    sort(&mut named, |item| item.now)?;
    sort(&mut others, |item| item.was)?;
    let mut ordered = Items::new();
    let mut others = others.into_iter().peekable();
    for Placed { item, was, .. } in named {
        while let Some(Some(other)) = others.peek().map(|other| other.was)
            && was.is_some_and(|was| other < was)
        {
            ordered.extend(others.next().map(|other| other.item.clone()));
        }
        ordered.push(item.clone());
    }
    ordered.extend(others.map(|other| other.item.clone()));
    Ok(ordered)
}

/// Refuses an order that has something else than objects before the place of an element, as who looks for it finds.
fn check_elements(items: &[Value], order: &[&Value], key: Option<&str>) -> Result<(), Status> {
    let (Some(key), Some(wrong)) = (key, order.iter().position(|item| !item.is_object())) else {
        return Ok(());
    };
    let known: HashSet<&Value> = order[..wrong].iter().filter_map(|item| item.get(key)).collect();
    for item in items {
        if !known.contains(key_of(item, key)?) {
            return Err(Status::internal(format!("value for key {wrong} is not a map")));
        }
    }
    Ok(())
}

/// Sorts elements by their places. One without a place goes before all that are in front of it.
fn sort(items: &mut [Placed<'_>], place: impl Fn(&Placed<'_>) -> Option<usize>) -> Result<(), Status> {
    if items.iter().all(|item| place(item).is_some()) {
        items.sort_by_key(place);
        return Ok(());
    }
    if items.len() > FEW {
        return Err(Status::not_implemented(
            "strategic merge patches with an order that lacks many elements",
        ));
    }
    let is_before = |one: &Placed<'_>, other: &Placed<'_>| match (place(one), place(other)) {
        (Some(one), Some(other)) => one < other,
        _ => true,
    };
    for end in 1..items.len() {
        for at in (1..=end).rev() {
            if !is_before(&items[at], &items[at - 1]) {
                break;
            }
            items.swap(at, at - 1);
        }
    }
    Ok(())
}
