//! Where a plugin keeps what it remembers.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use kopf_plugin_abi::wire::Forget;

use crate::index::{Definition, Forgetful, Store};

/// A value of any type that threads can share.
type Anything = Arc<dyn Any + Send + Sync>;

/// The memory of one plugin. It goes with the plugin.
///
/// No value is made, dropped or looked at under a lock of this: it is an author's, and may do anything.
#[derive(Default)]
pub(crate) struct Kept {
    /// By the object's uid: one value of each type. There are few types, so they are found by looking at each.
    memos: Mutex<HashMap<Box<str>, Vec<Anything>>>,
    shared: RwLock<HashMap<TypeId, Anything>>,
    /// By the type of the definition.
    indexes: RwLock<HashMap<TypeId, Arc<dyn Forgetful>>>,
}

impl Kept {
    /// The memory of an object: its value of type `T`, made now if there is none.
    pub(crate) fn memo<T: Default + Send + Sync + 'static>(&self, uid: &str) -> Arc<T> {
        if let Some(found) = self.memos().get(uid).and_then(|values| find(values)) {
            return found;
        }
        let made = Arc::new(T::default());
        let mut memos = self.memos();
        let values = memos.entry(uid.into()).or_default();
        // Somebody else may have made one meanwhile.
        find(values).unwrap_or_else(|| {
            values.push(made.clone());
            made
        })
    }

    /// What is shared of a type.
    pub(crate) fn shared<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let shared = self.shared.read().unwrap_or_else(PoisonError::into_inner);
        let found = shared.get(&TypeId::of::<T>())?.clone();
        found.downcast().ok()
    }

    /// Shares a value with all handlers, instead of the one that was shared before.
    pub(crate) fn share<T: Send + Sync + 'static>(&self, value: T) {
        let value: Anything = Arc::new(value);
        let mut shared = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        let former = shared.insert(TypeId::of::<T>(), value);
        drop(shared);
        drop(former);
    }

    /// An index, empty if nothing was put in.
    pub(crate) fn index<D: Definition>(&self) -> Arc<Store<D::Key, D::Value>> {
        let known = |index: &Arc<dyn Forgetful>| {
            let index: Anything = index.clone();
            index.downcast().ok()
        };
        let indexes = self.indexes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = indexes.get(&TypeId::of::<D>()).and_then(known) {
            return found;
        }
        drop(indexes);
        let mut indexes = self.indexes.write().unwrap_or_else(PoisonError::into_inner);
        let index =
            indexes.entry(TypeId::of::<D>()).or_insert_with(|| Arc::<Store<D::Key, D::Value>>::default());
        // Each is put in under the type that it has.
        known(index).unwrap_or_default()
    }

    /// Lets go of an object, as its host says.
    pub(crate) fn forget(&self, forget: &Forget) {
        if forget.handler.is_none() {
            let forgotten = self.memos().remove(forget.uid.as_str());
            drop(forgotten);
        }
        let indexes: Vec<_> = {
            let indexes = self.indexes.read().unwrap_or_else(PoisonError::into_inner);
            indexes.values().cloned().collect()
        };
        for index in indexes {
            index.forget(&forget.uid, forget.handler);
        }
    }

    fn memos(&self) -> MutexGuard<'_, HashMap<Box<str>, Vec<Anything>>> {
        self.memos.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find<T: Send + Sync + 'static>(values: &[Anything]) -> Option<Arc<T>> {
    values.iter().find(|value| value.is::<T>()).and_then(|value| value.clone().downcast().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forget(kept: &Kept, uid: &str, handler: Option<u32>) {
        kept.forget(&Forget { uid: uid.to_owned(), handler });
    }

    #[test]
    fn an_object_has_one_value_of_each_type_until_it_is_forgotten() {
        let kept = Kept::default();
        let first = kept.memo::<Mutex<u32>>("a");
        *first.lock().unwrap() += 1;
        assert!(Arc::ptr_eq(&first, &kept.memo("a")));
        assert!(!Arc::ptr_eq(&first, &kept.memo("b")));
        assert!(kept.memo::<Mutex<u64>>("a").lock().is_ok_and(|other| *other == 0));
        forget(&kept, "b", None);
        forget(&kept, "a", Some(3));
        assert!(Arc::ptr_eq(&first, &kept.memo("a")), "that was about an index, and about another object");
        forget(&kept, "a", None);
        assert_eq!(Arc::strong_count(&first), 1, "nobody else keeps it");
        assert!(kept.memos().is_empty());
    }

    #[test]
    fn a_value_may_use_the_memory_while_it_is_made_and_dropped() {
        thread_local! {
            static KEPT: &'static Kept = Box::leak(Box::default());
        }

        struct Curious;

        impl Default for Curious {
            fn default() -> Self {
                KEPT.with(|kept| kept.memo::<u32>("a"));
                Curious
            }
        }

        impl Drop for Curious {
            fn drop(&mut self) {
                KEPT.with(|kept| {
                    kept.memo::<u64>("b");
                    kept.share(1_u8);
                });
            }
        }

        KEPT.with(|kept| {
            kept.memo::<Curious>("a");
            forget(kept, "a", None);
            kept.share(Curious);
            kept.share(Curious);
            assert_eq!(kept.shared::<u8>().as_deref(), Some(&1));
        });
    }

    #[test]
    fn what_is_shared_last_of_a_type_is_what_there_is() {
        let kept = Kept::default();
        assert_eq!(kept.shared::<&str>(), None);
        kept.share("first");
        let first = kept.shared::<&str>();
        kept.share("second");
        assert_eq!((first.as_deref(), kept.shared().as_deref()), (Some(&"first"), Some(&"second")));
    }
}
