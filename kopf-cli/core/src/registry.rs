//! All handlers of all plugins, and which of them serve a resource.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    essence::is_inherent,
    field::FieldPath,
    handler::{Handler, On},
    resource::Resource,
    selector::{self, Selector},
    store::dialect::Dialect,
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
    /// A handler of Secrets needs to know what was handled last, which one form keeps in clear text.
    #[error(
        "{handler} is told of changes of Secrets, for which python-kopf keeps a copy of them in an annotation, as clear text; \
         run it without --compat, or let it see every event (#[kopf::on::event])"
    )]
    Secret {
        /// The handler, and where it is.
        handler: String,
    },
}

/// All handlers of all plugins, in the order of their declaration.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    handlers: Vec<Arc<Handler>>,
    dialect: Dialect,
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
    /// The fields that handlers watch, spies aside where the state has our own form.
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
        if errors.is_empty() { Ok(Registry { handlers, dialect: Dialect::Own }) } else { Err(errors) }
    }

    /// The same handlers, of an operator whose state on objects has that form.
    ///
    /// # Errors
    ///
    /// [`Error::Secret`] for each handler that would put secrets where they are not to be.
    pub fn speaking(self, dialect: Dialect) -> Result<Registry, Vec<Error>> {
        let exposes = |handler: &&Arc<Handler>| {
            dialect == Dialect::Python
                && matches!(handler.on, On::Create | On::Update | On::Resume | On::Field)
                && handler.selector.matches(&Resource::secrets())
        };
        let exposing = self.handlers.iter().filter(exposes);
        let errors: Vec<_> = exposing.map(|handler| Error::Secret { handler: place(handler) }).collect();
        if errors.is_empty() { Ok(Registry { dialect, ..self }) } else { Err(errors) }
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
                    None => served.add(handler.clone(), self.dialect),
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
    fn add(&mut self, handler: Arc<Handler>, dialect: Dialect) {
        if let Some(field) = handler.field.as_ref().filter(|_| dialect.watches_field_of(handler.on)) {
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
        let secrets = Resource::secrets();
        self.resource.group == secrets.group && self.resource.kind == secrets.kind
    }
}

fn clash(first: &Handler, second: &Handler) -> bool {
    first.id == second.id && (first.plugin, &first.function) != (second.plugin, &second.function)
}

fn taken(first: &Handler, second: &Handler) -> Error {
    Error::Taken {
        id: first.id.clone(),
        selector: second.selector.to_string(),
        first: place(first),
        second: place(second),
    }
}

/// A handler, and where it is.
fn place(handler: &Handler) -> String {
    format!("{} ({}, {})", handler.function, handler.package, handler.place)
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

#[cfg(test)]
pub(crate) mod tests;
