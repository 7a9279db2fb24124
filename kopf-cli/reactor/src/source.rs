//! Where objects come from: a resource, in a namespace or in the whole cluster, with the handlers that serve it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use kopf_core::registry::Served;

/// A resource, in a namespace or in the whole cluster.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its number in this process.
    pub(crate) id: u32,
    /// The namespace, unless it is the whole cluster.
    pub(crate) namespace: Option<String>,
    served: RwLock<Arc<Served>>,
    names: Names,
}

impl Source {
    pub(crate) fn new(id: u32, served: Served, namespace: Option<String>) -> Arc<Source> {
        let served = RwLock::new(Arc::new(served));
        Arc::new(Source { id, namespace, served, names: Names::default() })
    }

    /// The resource as it is known now, and its handlers.
    pub(crate) fn served(&self) -> Arc<Served> {
        self.served.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The resource has changed: it has a status subresource now, say.
    pub(crate) fn replace(&self, served: Served) {
        *self.served.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(served);
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
