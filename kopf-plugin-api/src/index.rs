//! Indexes: what a plugin wants to know of all objects of a resource, at hand in each of its handlers.
//!
//! A function with `#[kopf::index]` is called for each object of a resource, and again for each change of it. What it
//! returns is kept in the plugin, with its types, until the object changes or goes. A handler takes the index as an
//! argument that names the function:
//!
//! ```
//! use kopf_plugin_api::prelude::*;
//!
//! #[kopf::index("v1", "pods", labels = { "app" = present })]
//! fn pods_of(spec: Spec, name: Name) -> Option<(String, String)> {
//!     Some((spec["nodeName"].as_str()?.to_owned(), name.to_string()))
//! }
//!
//! #[kopf::on::update("v1", "nodes")]
//! fn node_fn(name: Name, pods: Index<pods_of>) {
//!     for pod in pods.get(&*name) {
//!         info!("{pod} runs there.");
//!     }
//! }
//! ```
//!
//! `pods_of` is a type as well as the function, so a name that is wrong is an error of the compiler, and so is a key of
//! another type. In another module, `use` brings both.
//!
//! # What an index holds
//!
//! | returned | held |
//! |---|---|
//! | `(key, value)` | the value under the key |
//! | `Vec<(K, V)>`, an array, `HashMap<K, V>`, `BTreeMap<K, V>` | each value under its key |
//! | [`Scalar(value)`](Scalar) | the value alone: [`Index::values`] has those of all objects |
//! | `None`, or nothing in a collection | nothing of this object |
//!
//! An [`Outcome`] of one of them may fail. A key has the values of all objects that name it, those of one object in
//! its order, the objects in the order in which they were first seen. A new result takes the place of the last one of its
//! object. An object that is gone, or that the filters do not want any more, has nothing in the index.
//!
//! Keys are cloned, values are not. Both cost what they cost, and about 200 bytes an object: the object itself is not
//! kept. So keep what is asked for, not the object. More than 1 MiB of one object is refused, as an error of the function.
//! What counts is the length of keys and values as JSON where they can be written as that (`Serialize`), else of their text
//! for debugging. What has neither counts without what is behind its pointers, so derive `Debug` for your own types. It is
//! an estimate, and one of what the function returns: the room that a map or a `Vec` keeps free is not in it.
//!
//! # When
//!
//! An object is indexed before its other handlers are called for it; and before the first handler of any object is called,
//! each index has been told of all objects that are there. A resource that comes later is indexed as a whole before its
//! own handlers are called. Where a resource cannot be listed for a minute, its index is not waited for any longer, with
//! a warning.
//!
//! In a pause for a [peer](crate::guide::peers) nothing is indexed. What has changed meanwhile is indexed afterwards, object by
//! object as each has its turn: a handler of one may be called while the index still knows another as it was before.
//!
//! An index is not asked to be saved, so it writes nothing, holds no object back, and is built anew by each process.
//!
//! # Errors
//!
//! `errors = ignored` is the default: an error is logged, and what was held of the object stays. With `temporary`, and
//! for a [`Temporary`](crate::Temporary) error, nothing is held of the object until the function succeeds: when it is
//! tried again, or when the object changes after that time. With `permanent`, and for a [`Permanent`](crate::Permanent)
//! one, nothing is held, and the function is not called again for this object in this process.

use std::{borrow::Borrow, fmt, hash::Hash, sync::Arc};

use crate::{Call, Error, FromCall, Outcome, outcome::Answer};

mod entries;
mod store;
mod weigh;

pub use entries::{Entries, Scalar};
pub(crate) use store::{Forgetful, Store};
#[doc(hidden)]
pub use weigh::{ByJson, BySize, ByText, Scales};

/// A function with `#[kopf::index]`, as the type of its name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no index",
    label = "no index",
    note = "`Index<…>` names a function that has the attribute `#[kopf::index(…)]`"
)]
pub trait Definition: 'static {
    /// What values are found by; `()` for those that stand alone.
    type Key: Clone + Eq + Hash + Send + Sync + 'static;
    /// What is held.
    type Value: Send + Sync + 'static;
}

/// An index, to be read: an argument that any handler may take.
///
/// Each method looks at the index as it is at that moment, and what it answers does not change any more. Nothing is
/// locked afterwards, so an answer may be kept for as long as one likes. A handle: a clone is the same index.
pub struct Index<D: Definition>(Arc<Store<D::Key, D::Value>>);

impl<D: Definition> Index<D> {
    /// The values of a key; none if there is no such key.
    pub fn get<Q>(&self, key: &Q) -> Vec<Arc<D::Value>>
    where
        D::Key: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.0.get(key)
    }

    /// Whether a key has a value.
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        D::Key: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.0.contains_key(key)
    }

    /// All keys, in no order.
    pub fn keys(&self) -> Vec<D::Key> {
        self.0.keys()
    }

    /// All values of all keys; the keys are in no order.
    pub fn values(&self) -> Vec<Arc<D::Value>> {
        self.0.values()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<D: Definition> FromCall for Index<D> {
    fn from_call(call: &Call) -> Outcome<Self> {
        Ok(Index(call.kept().index::<D>()))
    }
}

impl<D: Definition> Clone for Index<D> {
    fn clone(&self) -> Self {
        Index(self.0.clone())
    }
}

impl<D: Definition> fmt::Debug for Index<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Index of {} keys", self.len())
    }
}

/// The most that an index holds of one object, in bytes.
const LIMIT: usize = 1 << 20;

/// Puts what an index function has returned into its index. What the attribute expands to calls it.
#[doc(hidden)]
pub fn file<D: Definition>(
    call: &Call,
    returned: impl Entries<Key = D::Key, Value = D::Value>,
    weigh_key: fn(&D::Key, usize) -> usize,
    weigh: fn(&D::Value, usize) -> usize,
) -> Answer {
    let entries = returned.entries()?;
    let mut weight: usize = 0;
    for (key, value) in &entries {
        weight = weight.saturating_add(size_of::<D::Key>().max(weigh_key(key, LIMIT)));
        weight = weight.saturating_add(weigh(value, LIMIT));
        if weight > LIMIT {
            let message = format!(
                "an index holds at most {LIMIT} bytes of an object, and here are more in {} values: return only what \
                 is looked for in the index",
                entries.len()
            );
            return Err(Error::msg(message));
        }
    }
    let Some(uid) = call.document().uid()?.filter(|uid| !uid.is_empty()) else {
        return Err(Error::argument("the object has no `metadata.uid`, by which an index knows it"));
    };
    call.kept().index::<D>().put(&uid, call.number(), entries);
    Ok(None)
}
