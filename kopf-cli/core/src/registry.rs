//! All handlers of all plugins, and which of them serve a resource.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    essence::is_inherent,
    field::FieldPath,
    handler::{Handler, On},
    resource::Resource,
    selector::{self, Selector},
    server_side::ServerSide,
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
    /// Resources that are meant and left out, for they cannot be listed and watched.
    pub unwatchable: Vec<String>,
    /// Resources whose objects cannot be patched, each with the ids of the handlers that are left out for it.
    pub unpatchable: BTreeMap<String, Vec<String>>,
}

/// The resources that functions of selectors have chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen(BTreeSet<(usize, u32, String)>);

impl Chosen {
    /// Takes that a handler's function has chosen a resource.
    pub fn add(&mut self, handler: &Handler, resource: &Resource) {
        self.0.insert((handler.plugin, handler.index, resource.name()));
    }

    fn has(&self, handler: &Handler, resource: &Resource) -> bool {
        self.0.contains(&(handler.plugin, handler.index, resource.name()))
    }
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
    /// Whether several handlers have one id, as those of a function have that is declared for several causes.
    pub repeats: bool,
}

impl Registry {
    /// Takes the handlers of all plugins.
    ///
    /// # Errors
    ///
    /// [`Error::Taken`] for each id that two functions claim with the same selector. Selectors that are written
    /// differently and turn out to mean the same resource are found by [`Registry::assign`].
    pub fn new(handlers: impl IntoIterator<Item = Handler>) -> Result<Registry, Vec<Error>> {
        let mut handlers: Vec<_> = handlers.into_iter().map(Arc::new).collect();
        // They are collected in the place where the handlers were, which is a hundred times as large.
        handlers.shrink_to_fit();
        let errors: Vec<_> = (handlers.iter().enumerate())
            .filter_map(|(i, later)| {
                let same = |first: &&Arc<Handler>| {
                    let same = first.selector == later.selector && later.selector.question().is_none();
                    same && clash(first, later)
                };
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

    /// The questions about resources: which handler's function is to be asked about which of them.
    pub fn questions<'a>(
        &'a self,
        resources: &'a [Resource],
    ) -> impl Iterator<Item = (&'a Arc<Handler>, u32, &'a Resource)> {
        self.handlers.iter().flat_map(move |handler| {
            let meant = resources.iter().filter(|resource| handler.selector.matches(resource));
            handler
                .selector
                .question()
                .into_iter()
                .flat_map(move |number| meant.clone().map(move |resource| (handler, number, resource)))
        })
    }

    /// Finds the handlers of each resource of a cluster.
    pub fn assign(&self, resources: &[Resource], chosen: &Chosen) -> Assignment {
        let selectors: Vec<Selector> = self.handlers.iter().map(|handler| handler.selector.clone()).collect();
        let is_chosen = |index: usize, resource: &Resource| chosen.has(&self.handlers[index], resource);
        let resolution = selector::resolve(&selectors, resources, &is_chosen);
        let mut assignment = Assignment::default();
        for unresolved in resolution.unresolved {
            push_new(&mut assignment.unresolved, selectors[unresolved].to_string());
        }
        for (ambiguous, candidates) in resolution.ambiguous {
            let names = candidates.into_iter().map(|candidate| resources[candidate].name()).collect();
            push_new(&mut assignment.ambiguous, (selectors[ambiguous].to_string(), names));
        }
        for (position, resource) in resources.iter().enumerate() {
            let mut served = Served::new(resource.clone());
            for (handler, found) in self.handlers.iter().zip(&resolution.served) {
                if !found.contains(&position) || !assignment.admits(handler, resource) {
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

impl Assignment {
    /// Whether a handler can be served on a resource; if not, it is noted why.
    fn admits(&mut self, handler: &Handler, resource: &Resource) -> bool {
        match () {
            () if !(resource.may("list") && resource.may("watch")) => {
                push_new(&mut self.unwatchable, resource.name());
                false
            }
            () if handler.keeps_state() && !resource.may_be_patched() => {
                push_new(self.unpatchable.entry(resource.name()).or_default(), handler.id.clone());
                false
            }
            () => true,
        }
    }
}

impl Served {
    /// A resource without handlers.
    pub fn new(resource: Resource) -> Served {
        Served { resource, handlers: vec![], fields: vec![], extra: vec![], repeats: false }
    }

    fn add(&mut self, handler: Arc<Handler>, dialect: Dialect) {
        if let Some(field) = handler.field.as_ref().filter(|_| dialect.watches_field_of(handler.on)) {
            push_new(&mut self.fields, field.clone());
            if !is_inherent(field) {
                push_new(&mut self.extra, field.clone());
            }
        }
        self.repeats |= self.handlers.iter().any(|earlier| earlier.id == handler.id);
        self.handlers.push(handler);
    }

    /// The handlers that see every event.
    pub fn spies(&self) -> impl Iterator<Item = &Arc<Handler>> {
        self.handlers.iter().filter(|handler| handler.on == On::Event)
    }

    /// The handlers that are called for a reason.
    pub fn changing(&self) -> impl Iterator<Item = &Arc<Handler>> {
        self.handlers
            .iter()
            .filter(|handler| !matches!(handler.on, On::Event | On::Index) && !handler.on.is_background())
    }

    /// The daemons and the timers.
    pub fn background(&self) -> impl Iterator<Item = &Arc<Handler>> {
        self.handlers.iter().filter(|handler| handler.on.is_background())
    }

    /// The handlers whose results are indexed.
    pub fn indexers(&self) -> impl Iterator<Item = &Arc<Handler>> {
        self.handlers.iter().filter(|handler| handler.on == On::Index)
    }

    /// The plugins that remember something of objects, once each.
    pub fn remembering(&self) -> BTreeSet<usize> {
        let remembers = |handler: &&Arc<Handler>| handler.wants.memo || handler.on == On::Index;
        self.handlers.iter().filter(remembers).map(|handler| handler.plugin).collect()
    }

    /// What the API server can leave out, for no handler wants it.
    pub fn server_side(&self) -> Option<ServerSide> {
        ServerSide::of(self.handlers.iter().map(AsRef::as_ref))
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
