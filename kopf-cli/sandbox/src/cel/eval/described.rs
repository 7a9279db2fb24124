//! What a schema tells of lists and objects that these do not say themselves: which lists have no order, and what objects hold besides
//! the fields that are seen. Which they are is known by where they are in memory.

use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::Arc};

use kube_cel::cel::{
    Value,
    objects::{Key, Map},
};

type List = Arc<Vec<Value>>;
type Entries = Arc<HashMap<Key, Value>>;

/// What the items of a list without an order are told apart by.
#[derive(Debug, Clone)]
pub(crate) enum Identity {
    /// By all that they are.
    Whole,
    /// By fields of these names, as rules write them.
    Keys(Arc<[String]>),
    /// The same, where only those of them are found that rules write as they are: a list that nothing was added to is compared so.
    PlainKeys(Arc<[String]>),
}

/// What an object holds that nobody sees.
#[derive(Debug, Default, Clone)]
pub(crate) struct Unseen {
    /// Fields that are null: they are nothing, but loops name them. So they are written in rules.
    pub(crate) nulls: Arc<[Arc<String>]>,
    /// Fields that no schema knows: they are compared where both have them.
    pub(crate) unknown: Arc<HashMap<String, Value>>,
    /// How a field is written that could not be written as it is.
    pub(crate) escape: Option<fn(&str) -> String>,
}

impl Unseen {
    /// Whether there is nothing to tell.
    pub(crate) fn is_nothing(&self) -> bool {
        self.nulls.is_empty() && self.unknown.is_empty() && self.escape.is_none()
    }
}

/// What is known of the lists and objects in some values, each of which is kept, so that nothing else comes to be where it is.
#[derive(Debug, Default, Clone)]
pub(crate) struct Described {
    lists: HashMap<*const Vec<Value>, (List, Identity)>,
    objects: HashMap<*const HashMap<Key, Value>, (Entries, Unseen)>,
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

    pub(crate) fn object(&mut self, object: &Map, unseen: Unseen) {
        self.objects.insert(Arc::as_ptr(&object.map), (Arc::clone(&object.map), unseen));
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

/// What is made of what an object holds unseen; `None` where no schema tells of it.
fn unseen<T>(object: &Map, tell: impl FnOnce(&Unseen) -> T) -> Option<T> {
    GIVEN.with_borrow(|given| {
        let (_, unseen) = given.as_ref()?.objects.get(&Arc::as_ptr(&object.map))?;
        Some(tell(unseen))
    })
}

/// How many fields an object has, seen or not.
pub(super) fn size(object: &Map) -> usize {
    object.map.len() + unseen(object, |unseen| unseen.nulls.len() + unseen.unknown.len()).unwrap_or_default()
}

/// The fields of an object that are null, and that are named where its fields are gone through.
pub(super) fn nulls(object: &Map) -> Arc<[Arc<String>]> {
    unseen(object, |unseen| Arc::clone(&unseen.nulls)).unwrap_or_default()
}

/// The fields of an object that no schema knows.
pub(super) fn unknown(object: &Map) -> Arc<HashMap<String, Value>> {
    unseen(object, |unseen| Arc::clone(&unseen.unknown)).unwrap_or_default()
}

/// A name that is not written as rules have to, where it can be looked for all the same.
pub(super) fn written(object: &Map, name: &str) -> Option<Key> {
    let escape = unseen(object, |unseen| unseen.escape)??;
    (!name.contains("__")).then(|| Key::String(Arc::new(escape(name))))
}
