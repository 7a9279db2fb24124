//! Lists that have no order by their schema: sets, and lists whose items are told apart by keys.
//!
//! Two of them are equal where they hold the same, and a sum of them holds nothing twice. Which lists these are is known by
//! where they are in memory, since a list does not say it itself.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    rc::Rc,
    sync::Arc,
};

use kube_cel::cel::{Value, objects::Key};

use super::{Fault, comparing::equal_within, values::as_key, work};

/// What the items of such a list are told apart by.
#[derive(Debug, Clone)]
pub(crate) enum Identity {
    /// By all that they are.
    Whole,
    /// By fields of these names.
    Keys(Arc<[String]>),
}

/// Such lists, each of which is kept, so that nothing else comes to be where it is.
#[derive(Debug, Default, Clone)]
pub(crate) struct Unordered(HashMap<*const Vec<Value>, (Arc<Vec<Value>>, Identity)>);

thread_local! {
    /// Those of the variables of this run, and those that it has made.
    static GIVEN: RefCell<Option<Rc<Unordered>>> = const { RefCell::new(None) };
    static MADE: RefCell<Unordered> = RefCell::default();
}

impl Unordered {
    pub(crate) fn add(&mut self, list: &Arc<Vec<Value>>, identity: Identity) {
        self.0.insert(Arc::as_ptr(list), (Arc::clone(list), identity));
    }

    fn identity(&self, list: &Arc<Vec<Value>>) -> Option<Identity> {
        self.0.get(&Arc::as_ptr(list)).map(|(_, identity)| identity.clone())
    }
}

/// Runs something that may meet these lists.
pub(in crate::cel) fn known<T>(lists: Option<Rc<Unordered>>, run: impl FnOnce() -> T) -> T {
    let (given, made) = (GIVEN.replace(lists), MADE.take());
    let outcome = run();
    GIVEN.set(given);
    MADE.set(made);
    outcome
}

/// What the items of a list are told apart by; `None` where they are in order.
pub(super) fn identity(list: &Arc<Vec<Value>>) -> Option<Identity> {
    GIVEN.with_borrow(|given| {
        let given = given.as_ref()?;
        given.identity(list).or_else(|| MADE.with_borrow(|made| made.identity(list)))
    })
}

/// Whether a list without an order is equal to another list.
///
/// # Errors
///
/// That more has been looked at than may be.
pub(super) fn are_equal(one: &[Value], other: &[Value], identity: &Identity) -> Result<bool, Fault> {
    if one.len() != other.len() {
        return Ok(false);
    }
    let known: HashMap<Vec<Part>, &Value> = one.iter().map(|item| (identity.of(item), item)).collect();
    let mut seen = HashSet::new();
    for item in other {
        let part = identity.of(item);
        let Some(known) = known.get(&part) else { return Ok(false) };
        work::add(1)?;
        if !equal_within(known, item)? {
            return Ok(false);
        }
        seen.insert(part);
    }
    Ok(seen.len() == known.len())
}

/// What a list without an order has with another one: what is in both is there once, where it was, as it is in the other.
pub(super) fn sum(one: &[Value], other: &[Value], identity: Identity) -> Value {
    let mut all = one.to_vec();
    let mut places: HashMap<Vec<Part>, usize> =
        one.iter().enumerate().map(|(place, item)| (identity.of(item), place)).collect();
    for item in other {
        let place = *places.entry(identity.of(item)).or_insert(all.len());
        match all.get_mut(place) {
            Some(there) => *there = item.clone(),
            None => all.push(item.clone()),
        }
    }
    let all = Arc::new(all);
    MADE.with_borrow_mut(|made| made.add(&all, identity));
    Value::List(all)
}

/// A part of what an item is told apart by.
#[derive(PartialEq, Eq, Hash)]
enum Part {
    None,
    Plain(Key),
    Other(String),
}

impl Part {
    fn of(value: Option<&Value>) -> Self {
        let Some(value) = value else { return Part::None };
        as_key(value).map_or_else(|| Part::Other(format!("{value:?}")), Part::Plain)
    }
}

impl Identity {
    fn of(&self, item: &Value) -> Vec<Part> {
        match (self, item) {
            (Identity::Whole, _) => vec![Part::of(Some(item))],
            (Identity::Keys(keys), Value::Map(map)) => {
                keys.iter().map(|key| Part::of(map.map.get(&Key::String(Arc::new(key.clone()))))).collect()
            }
            (Identity::Keys(_), _) => Vec::new(),
        }
    }
}
