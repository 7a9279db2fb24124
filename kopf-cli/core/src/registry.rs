//! All handlers of all plugins, and which of them serve a resource.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    essence::is_inherent,
    field::FieldPath,
    handler::{Handler, On},
    resource::Resource,
    selector::{self, Selector},
};

/// Why handlers cannot be served together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two functions share an id: they would share progress and result too.
    #[error(
        "the id `{id}` is taken twice for {selector}: by {first} and by {second}; give one of them another id = \"…\""
    )]
    Taken {
        /// The id.
        id: String,
        /// The resource, as written.
        selector: String,
        /// Where the first one is.
        first: String,
        /// Where the second one is.
        second: String,
    },
}

/// All handlers of all plugins, in the order of their declaration.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    handlers: Vec<Arc<Handler>>,
}

/// What is served of a cluster, and what cannot be.
#[derive(Debug, Clone, Default)]
pub struct Assignment {
    /// A resource each, with its handlers.
    pub served: Vec<Served>,
    /// Selectors that no resource answers to, as written, once each.
    pub unresolved: Vec<String>,
    /// Selectors that several resources answer to, with the resources' names.
    pub ambiguous: Vec<(String, Vec<String>)>,
    /// Handlers that are left out for their id.
    pub refused: Vec<Error>,
}

/// A resource and its handlers.
#[derive(Debug, Clone, PartialEq)]
pub struct Served {
    /// The resource.
    pub resource: Resource,
    /// Its handlers, in the order of their declaration.
    pub handlers: Vec<Arc<Handler>>,
    /// The fields that handlers watch, spies aside.
    pub fields: Vec<FieldPath>,
    /// Those of them that are no part of an object's essence by themselves, such as `status.phase`.
    pub extra: Vec<FieldPath>,
}

impl Registry {
    /// Takes the handlers of all plugins.
    ///
    /// # Errors
    ///
    /// [`Error::Taken`] for each id that two functions claim with the same selector. Selectors that are written
    /// differently and turn out to mean the same resource are found by [`Registry::assign`].
    pub fn new(handlers: impl IntoIterator<Item = Handler>) -> Result<Registry, Vec<Error>> {
        let handlers: Vec<_> = handlers.into_iter().map(Arc::new).collect();
        let errors: Vec<_> = (handlers.iter().enumerate())
            .filter_map(|(i, later)| {
                let same = |first: &&Arc<Handler>| first.selector == later.selector && clash(first, later);
                handlers[..i].iter().find(same).map(|first| taken(first, later))
            })
            .collect();
        if errors.is_empty() { Ok(Registry { handlers }) } else { Err(errors) }
    }

    /// The handlers.
    pub fn handlers(&self) -> &[Arc<Handler>] {
        &self.handlers
    }

    /// Finds the handlers of each resource of a cluster.
    pub fn assign(&self, resources: &[Resource]) -> Assignment {
        let selectors: Vec<Selector> = self.handlers.iter().map(|handler| handler.selector.clone()).collect();
        let resolution = selector::resolve(&selectors, resources);
        let mut assignment = Assignment::default();
        for unresolved in resolution.unresolved {
            push_new(&mut assignment.unresolved, selectors[unresolved].to_string());
        }
        for (ambiguous, candidates) in resolution.ambiguous {
            let names = candidates.into_iter().map(|candidate| resources[candidate].name()).collect();
            push_new(&mut assignment.ambiguous, (selectors[ambiguous].to_string(), names));
        }
        for (position, resource) in resources.iter().enumerate() {
            let mut served =
                Served { resource: resource.clone(), handlers: vec![], fields: vec![], extra: vec![] };
            for (handler, found) in self.handlers.iter().zip(&resolution.served) {
                if !found.contains(&position) {
                    continue;
                }
                match served.handlers.iter().find(|first| clash(first, handler)) {
                    Some(first) => assignment.refused.push(taken(first, handler)),
                    None => served.add(handler.clone()),
                }
            }
            if !served.handlers.is_empty() {
                assignment.served.push(served);
            }
        }
        assignment
    }
}

impl Served {
    fn add(&mut self, handler: Arc<Handler>) {
        // A spy looks at the object itself: what it watches is no part of what others react to.
        if let Some(field) = handler.field.as_ref().filter(|_| handler.on != On::Event) {
            push_new(&mut self.fields, field.clone());
            if !is_inherent(field) {
                push_new(&mut self.extra, field.clone());
            }
        }
        self.handlers.push(handler);
    }

    /// The handlers that see every event.
    pub fn spies(&self) -> impl Iterator<Item = &Arc<Handler>> {
        self.handlers.iter().filter(|handler| handler.on == On::Event)
    }

    /// The handlers that are called for a reason.
    pub fn changing(&self) -> impl Iterator<Item = &Arc<Handler>> {
        self.handlers.iter().filter(|handler| handler.on != On::Event)
    }

    /// The plugins that remember something of each object, once each.
    pub fn remembering(&self) -> BTreeSet<usize> {
        self.handlers.iter().filter(|handler| handler.wants.memo).map(|handler| handler.plugin).collect()
    }

    /// Whether the objects hold what must not be copied into an annotation.
    pub fn is_secret(&self) -> bool {
        self.resource.group.is_empty() && self.resource.kind == "Secret"
    }
}

fn clash(first: &Handler, second: &Handler) -> bool {
    first.id == second.id && (first.plugin, &first.function) != (second.plugin, &second.function)
}

fn taken(first: &Handler, second: &Handler) -> Error {
    let place = |handler: &Handler| format!("{} ({}, {})", handler.function, handler.package, handler.place);
    Error::Taken {
        id: first.id.clone(),
        selector: second.selector.to_string(),
        first: place(first),
        second: place(second),
    }
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

#[cfg(test)]
mod tests;
