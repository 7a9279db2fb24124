//! What a schema tells of lists and objects that these do not say themselves: which lists have no order, which fields objects
//! have besides those with values, and how they are named. Which they are is known by where they are in memory.

use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::Arc};

use kube_cel::cel::{
    Value,
    objects::{Key, Map},
};
use serde_json::Value as Json;

use crate::cel::written::{escape, unescape};

type List = Arc<Vec<Value>>;
type Entries = Arc<HashMap<Key, Value>>;
/// What is known of objects, by where they are.
type ByPlace<T> = HashMap<*const HashMap<Key, Value>, (Entries, T)>;

/// What the items of a list without an order are told apart by.
#[derive(Debug, Clone)]
pub(crate) enum Identity {
    /// By all that they are.
    Whole,
    /// By fields of these names, as rules write them.
    Keys(Arc<[String]>),
    /// By the same as they were written, under these very names: a list that nothing was added to is compared so.
    WrittenKeys(Arc<[String]>),
}

/// What a schema tells of an object besides the fields that have values.
#[derive(Debug, Default)]
pub(crate) struct Particulars {
    /// Fields that are null: they are nothing, but loops name them. So they are written in rules.
    pub(crate) nulls: Vec<Arc<String>>,
    /// Fields that no schema knows: they are compared where both have them.
    pub(crate) unknown: HashMap<String, Json>,
    /// Whether rules write some of its fields otherwise than they are named, or cannot write one that is read back as another.
    pub(crate) is_escaped: bool,
}

impl Particulars {
    /// Whether there is nothing to tell.
    pub(crate) fn is_nothing(&self) -> bool {
        self.nulls.is_empty() && self.unknown.is_empty() && !self.is_escaped
    }
}

/// What is known of the lists and objects in some values, each of which is kept, so that nothing else comes to be where it is.
#[derive(Debug, Default, Clone)]
pub(crate) struct Described {
    lists: HashMap<*const Vec<Value>, (List, Identity)>,
    objects: ByPlace<Rc<Particulars>>,
    /// What items of lists with keys were told apart by as they were written.
    keys: ByPlace<Rc<[Json]>>,
}

thread_local! {
    /// What is known of the variables of this run.
    static GIVEN: RefCell<Option<Rc<Described>>> = const { RefCell::new(None) };
    /// The lists that it has made of those.
    static SUMS: RefCell<Described> = RefCell::default();
}

impl Described {
    pub(crate) fn list(&mut self, list: &List, identity: Identity) {
        self.lists.insert(Arc::as_ptr(list), (Arc::clone(list), identity));
    }

    pub(crate) fn object(&mut self, object: &Map, particulars: Particulars) {
        self.objects.insert(Arc::as_ptr(&object.map), (Arc::clone(&object.map), Rc::new(particulars)));
    }

    pub(crate) fn keys(&mut self, item: &Map, keys: Rc<[Json]>) {
        self.keys.insert(Arc::as_ptr(&item.map), (Arc::clone(&item.map), keys));
    }

    fn identity(&self, list: &List) -> Option<Identity> {
        self.lists.get(&Arc::as_ptr(list)).map(|(_, identity)| identity.clone())
    }
}

/// Runs something that may meet these.
pub(in crate::cel) fn known<T>(given: Option<Rc<Described>>, run: impl FnOnce() -> T) -> T {
    let (given, sums) = (GIVEN.replace(given), SUMS.take());
    let outcome = run();
    GIVEN.set(given);
    SUMS.set(sums);
    outcome
}

/// What the items of a list are told apart by; `None` where they are in order.
pub(super) fn identity(list: &List) -> Option<Identity> {
    GIVEN.with_borrow(|given| {
        let given = given.as_ref()?;
        given.identity(list).or_else(|| SUMS.with_borrow(|sums| sums.identity(list)))
    })
}

/// Notes a list that a run has made of one without an order.
pub(super) fn made(list: &List, identity: Identity) {
    SUMS.with_borrow_mut(|sums| sums.list(list, identity));
}

/// What a schema tells of an object; `None` where it tells nothing.
pub(super) fn particulars(object: &Map) -> Option<Rc<Particulars>> {
    GIVEN.with_borrow(|given| {
        let (_, particulars) = given.as_ref()?.objects.get(&Arc::as_ptr(&object.map))?;
        Some(Rc::clone(particulars))
    })
}

/// What an item of a list with keys was told apart by as it was written; `None` where it is of no such list.
pub(super) fn keys(item: &Map) -> Option<Rc<[Json]>> {
    GIVEN.with_borrow(|given| {
        let (_, keys) = given.as_ref()?.keys.get(&Arc::as_ptr(&item.map))?;
        Some(Rc::clone(keys))
    })
}

/// How many fields an object has, be there values or not.
pub(super) fn size(object: &Map) -> usize {
    let others = particulars(object).map(|told| told.nulls.len() + told.unknown.len());
    object.map.len() + others.unwrap_or_default()
}

/// The key that a name is looked for by; `None` where no field is written so.
pub(super) fn key(object: &Map, name: &Arc<String>) -> Option<Key> {
    Some(Key::String(match particulars(object) {
        Some(told) if told.is_escaped => Arc::new(escape(&unescape(name)?)),
        _ => Arc::clone(name),
    }))
}
