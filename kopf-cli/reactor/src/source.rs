//! Where objects come from: a resource, in a namespace or in the whole cluster, with the handlers that serve it.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use kopf_core::{handler::On, registry::Served};
use tokio::sync::MutexGuard;

/// A resource, in a namespace or in the whole cluster.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its number in this process.
    pub(crate) id: u32,
    /// The namespace, unless it is the whole cluster.
    pub(crate) namespace: Option<String>,
    served: RwLock<Arc<Served>>,
    names: Names,
    /// Its first list is indexed as a whole, if it is indexed at all.
    indexed: AtomicBool,
    /// All indexes are built that its handlers may look at, so they may be called.
    open: AtomicBool,
    /// Its objects are seen as another resource too.
    shared: AtomicBool,
    /// It is served no more.
    over: AtomicBool,
    /// Held by its watch.
    watch: tokio::sync::Mutex<()>,
}

impl Source {
    pub(crate) fn new(id: u32, served: Served, namespace: Option<String>) -> Arc<Source> {
        let indexed = AtomicBool::new(served.indexers().next().is_none());
        // Nothing but an index is called for it, so there is nothing to hold back.
        let open = AtomicBool::new(served.handlers.iter().all(|handler| handler.on == On::Index));
        let served = RwLock::new(Arc::new(served));
        Arc::new(Source {
            id,
            namespace,
            served,
            names: Names::default(),
            indexed,
            open,
            shared: AtomicBool::default(),
            over: AtomicBool::default(),
            watch: tokio::sync::Mutex::default(),
        })
    }

    /// The resource as it is known now, and its handlers.
    pub(crate) fn served(&self) -> Arc<Served> {
        self.served.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The resource has changed: it has a status subresource now, say.
    pub(crate) fn replace(&self, served: Served) {
        *self.served.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(served);
    }

    /// Whether its first list is indexed as a whole.
    pub(crate) fn is_indexed(&self) -> bool {
        self.indexed.load(Ordering::Acquire)
    }

    pub(crate) fn set_indexed(&self) {
        self.indexed.store(true, Ordering::Release);
    }

    /// Whether its handlers may be called.
    pub(crate) fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    pub(crate) fn set_open(&self) {
        self.open.store(true, Ordering::Release);
    }

    /// Whether its objects are seen as another resource too, such as another version.
    pub(crate) fn is_shared(&self) -> bool {
        self.shared.load(Ordering::Relaxed)
    }

    pub(crate) fn set_shared(&self, shared: bool) {
        self.shared.store(shared, Ordering::Relaxed);
    }

    /// Whether it is served no more: what its watch sees still, before that ends, is nobody's.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    pub(crate) fn set_over(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Waits until no other task watches it: a watch that is to end may be at work on another thread still. Held by whoever
    /// watches it.
    pub(crate) async fn alone(&self) -> MutexGuard<'_, ()> {
        self.watch.lock().await
    }

    /// The name of a namespace, kept once for all objects in it.
    pub(crate) fn intern(&self, name: &str) -> Arc<str> {
        self.names.intern(name)
    }

    /// What the API server leaves of its objects: the end of a query.
    pub(crate) fn selection(&self) -> String {
        self.served().server_side().map(|selection| selection.query()).unwrap_or_default()
    }

    /// Where its objects are listed.
    pub(crate) fn path(&self) -> String {
        self.served().resource.list_path(self.namespace.as_deref())
    }
}

/// Names of namespaces, each kept once, and no longer than it is in use.
#[derive(Debug, Default)]
struct Names(Mutex<HashSet<Arc<str>>>);

impl Names {
    fn intern(&self, name: &str) -> Arc<str> {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = names.get(name) {
            return known.clone();
        }
        if names.len() == names.capacity() {
            // Before there is room for more, those go of which no object is left.
            names.retain(|name| Arc::strong_count(name) > 1);
        }
        let name: Arc<str> = name.into();
        names.insert(name.clone());
        name
    }
}

/// `kopfexamples.v1.zalando.org`, and the namespace if it is one.
impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.served().resource.name())?;
        self.namespace.as_ref().map_or(Ok(()), |namespace| write!(f, " in {namespace}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_which_no_object_is_left_are_let_go() {
        let names = Names::default();
        let kept = names.intern("kept");
        (0..1_000).for_each(|number| drop(names.intern(&number.to_string())));
        assert!(Arc::ptr_eq(&kept, &names.intern("kept")));
        assert!(names.0.lock().unwrap().len() < 10);
    }
}
