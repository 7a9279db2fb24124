//! Where the values of an index are kept, by key, with the object that each is of.
//!
//! A lock is held for as long as a few pointers are copied, never while an author's value is made, dropped or read.

use std::{
    any::Any,
    borrow::Borrow,
    collections::HashMap,
    hash::Hash,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

/// The values of one index.
pub(crate) struct Store<K, V>(RwLock<Table<K, V>>);

struct Table<K, V> {
    /// By key: the values, each with the number of its source, in the order of the numbers.
    values: HashMap<K, Vec<(u64, Arc<V>)>>,
    /// By the object's uid: what has been put in of it.
    objects: HashMap<Box<str>, Vec<Filed<K>>>,
    next: u64,
}

/// What one function has put in of one object.
struct Filed<K> {
    handler: u32,
    number: u64,
    /// Each key once.
    keys: Vec<K>,
}

/// An index of any type, of which objects can be taken out.
pub(crate) trait Forgetful: Any + Send + Sync {
    /// Takes out what a function has put in of an object; without a function, what any has.
    fn forget(&self, uid: &str, handler: Option<u32>);
}

impl<K, V> Default for Store<K, V> {
    fn default() -> Self {
        Store(RwLock::new(Table { values: HashMap::new(), objects: HashMap::new(), next: 0 }))
    }
}

impl<K: Clone + Eq + Hash, V> Store<K, V> {
    fn read(&self) -> RwLockReadGuard<'_, Table<K, V>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table<K, V>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get<Q>(&self, key: &Q) -> Vec<Arc<V>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let table = self.read();
        table.values.get(key).into_iter().flatten().map(|(_, value)| value.clone()).collect()
    }

    pub(super) fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.read().values.contains_key(key)
    }

    pub(super) fn keys(&self) -> Vec<K> {
        self.read().values.keys().cloned().collect()
    }

    pub(super) fn values(&self) -> Vec<Arc<V>> {
        self.read().values.values().flatten().map(|(_, value)| value.clone()).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.read().values.len()
    }

    /// Puts in what a function says of an object, in place of what it has said before.
    pub(super) fn put(&self, uid: &str, handler: u32, entries: Vec<(K, V)>) {
        let entries: Vec<(K, Arc<V>)> =
            entries.into_iter().map(|(key, value)| (key, Arc::new(value))).collect();
        let mut table = self.write();
        let (number, former) = table.take(uid, handler);
        let mut keys = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let values = match table.values.get_mut(&key) {
                Some(values) => values,
                None => table.values.entry(key.clone()).or_insert_with(|| Vec::with_capacity(1)),
            };
            let end = values.partition_point(|(other, _)| *other <= number);
            if end == 0 || values[end - 1].0 != number {
                keys.push(key);
            }
            values.insert(end, (number, value));
        }
        if !keys.is_empty() {
            keys.shrink_to_fit();
            let filed = Filed { handler, number, keys };
            match table.objects.get_mut(uid) {
                Some(object) => object.push(filed),
                None => drop(table.objects.insert(uid.into(), vec![filed])),
            }
        }
        drop(table);
        drop(former);
    }
}

impl<K: Clone + Eq + Hash, V> Table<K, V> {
    /// Takes out what a function has put in of an object; answers its number, which is new if there was nothing, and
    /// what there was.
    fn take(&mut self, uid: &str, handler: u32) -> (u64, Vec<Arc<V>>) {
        let found = self.objects.get_mut(uid).and_then(|object| {
            let place = object.iter().position(|filed| filed.handler == handler)?;
            let filed = object.swap_remove(place);
            Some((filed, object.is_empty()))
        });
        let Some((filed, was_last)) = found else {
            self.next += 1;
            return (self.next, vec![]);
        };
        if was_last {
            self.objects.remove(uid);
        }
        let mut former = vec![];
        for key in &filed.keys {
            let Some(values) = self.values.get_mut(key) else { continue };
            let begin = values.partition_point(|(other, _)| *other < filed.number);
            let end = values.partition_point(|(other, _)| *other <= filed.number);
            former.extend(values.drain(begin..end).map(|(_, value)| value));
            if values.is_empty() {
                self.values.remove(key);
            }
        }
        (filed.number, former)
    }
}

impl<K, V> Forgetful for Store<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    fn forget(&self, uid: &str, handler: Option<u32>) {
        let mut table = self.write();
        let all = table.objects.get(uid).into_iter().flatten().map(|filed| filed.handler);
        let handlers: Vec<u32> = all.filter(|found| handler.is_none_or(|wanted| wanted == *found)).collect();
        let former: Vec<_> = handlers.into_iter().map(|handler| table.take(uid, handler)).collect();
        drop(table);
        drop(former);
    }
}

#[cfg(test)]
mod tests;
