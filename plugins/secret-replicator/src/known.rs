//! What there is: the indexes, as one argument.

use std::sync::Arc;

use kopf_plugin_api::{Call, FromCall, Outcome, Wants, prelude::Index};

use crate::{
    config::{self, Config},
    copied,
    copies::Copy,
    key::Key,
    namespaces,
    source::Source,
    sources,
};

/// All sources, copies, and namespaces that take copies.
pub(crate) struct Known {
    pub(crate) sources: Index<sources>,
    pub(crate) copied: Index<copied>,
    pub(crate) namespaces: Index<namespaces>,
}

impl FromCall for Known {
    const WANTS: Wants = Wants::NONE;

    fn from_call(call: &Call) -> Outcome<Self> {
        Ok(Known {
            sources: Index::from_call(call)?,
            copied: Index::from_call(call)?,
            namespaces: Index::from_call(call)?,
        })
    }
}

impl Known {
    /// The copies of a source.
    pub(crate) fn copies_of(&self, source: &Source) -> Vec<Arc<Copy>> {
        let mut copies = self.copied.get(&source.key);
        copies.retain(|copy| copy.from == source.namespace);
        copies
    }

    /// The copies of an object that is none that is copied there.
    pub(crate) fn orphans(&self, key: &Key, namespace: &str, config: &Config) -> Vec<Arc<Copy>> {
        let mut copies = self.copied.get(key);
        copies.retain(|copy| copy.from == namespace && !self.keeps(key, copy, config));
        copies
    }

    /// The copy in a namespace.
    pub(crate) fn copy_in(&self, key: &Key, namespace: &str) -> Option<Arc<Copy>> {
        self.copied.get(key).into_iter().find(|copy| copy.namespace == namespace)
    }

    /// The sources that want a copy in a namespace. One that is there for longer comes first.
    pub(crate) fn wanting(&self, key: &Key, namespace: &str, config: &Config) -> Vec<Arc<Source>> {
        let mut sources = self.sources.get(key);
        sources.retain(|source| source.wants(namespace, config));
        sources
    }

    /// Whether a copy has a source by which it may stay.
    pub(crate) fn keeps(&self, key: &Key, copy: &Copy, config: &Config) -> bool {
        let sources = self.sources.get(key);
        sources.iter().any(|source| source.namespace == copy.from && source.keeps(&copy.namespace, config))
    }

    /// Whether any source wants a copy in a namespace.
    pub(crate) fn wants_anything_in(&self, namespace: &str) -> bool {
        let Ok(config) = config::get() else { return false };
        self.sources.values().iter().any(|source| source.wants(namespace, config))
    }
}
