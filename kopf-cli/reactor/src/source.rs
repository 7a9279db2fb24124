//! Where objects come from: a resource, in a namespace or in the whole cluster, with the handlers that serve it.

use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError, RwLock},
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
    names: RwLock<BTreeSet<Arc<str>>>,
}

impl Source {
    pub(crate) fn new(id: u32, served: Served, namespace: Option<String>) -> Arc<Source> {
        let served = RwLock::new(Arc::new(served));
        Arc::new(Source { id, namespace, served, names: RwLock::default() })
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
        if let Some(known) = self.names.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        self.names.write().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
        name
    }

    /// Where its objects are listed.
    pub(crate) fn path(&self) -> String {
        self.served().resource.list_path(self.namespace.as_deref())
    }
}

/// `kopfexamples.v1.zalando.org`, and the namespace if it is one.
impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.served().resource.name())?;
        self.namespace.as_ref().map_or(Ok(()), |namespace| write!(f, " in {namespace}"))
    }
}
