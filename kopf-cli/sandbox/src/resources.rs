//! Which resources there are: the built-in ones as a table, the custom ones as their definitions come and go.

mod built_in;
pub(crate) mod selectable;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub(crate) use built_in::{evictions, is_undone, returns_deleted, review, scales};

use crate::{
    form::Printed,
    scale::Scale,
    schema::{Schema, Shape},
    status::About,
    tables,
};

/// A kind of objects with one store, whatever versions and groups show it.
#[derive(Debug)]
pub(crate) struct Resource {
    /// `plural.group`, or the plural alone in the core group; what the store goes by.
    pub(crate) key: Arc<str>,
    pub(crate) plural: String,
    pub(crate) singular: String,
    pub(crate) kind: String,
    pub(crate) list_kind: String,
    pub(crate) namespaced: bool,
    pub(crate) short_names: Vec<String>,
    pub(crate) categories: Vec<String>,
    /// In order of preference; exactly one is what the store keeps.
    pub(crate) versions: Vec<Version>,
    /// The resourceVersion of the definition; 0 for what is built in, which is not defined.
    pub(crate) edition: u64,
    /// By how many levels its defaults may make an object deeper, at most.
    pub(crate) reach: usize,
    pub(crate) rules: Rules,
}

/// One version under which a resource is shown.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) served: bool,
    pub(crate) storage: bool,
    pub(crate) status: bool,
    /// Where its objects keep what `/scale` tells of them.
    pub(crate) scale: Option<Scale>,
    /// What a real server has below objects of a built-in kind; what is not done of it is refused by name.
    pub(crate) below: Vec<String>,
    /// Fields that selectors of custom resources may name, besides `metadata.name` and `metadata.namespace`.
    pub(crate) selectable: Vec<String>,
    /// What fields its objects have, by its definition; `None` for built-in kinds, and where the definition does not say.
    pub(crate) schema: Option<Schema>,
    /// The columns of its tables, besides the name; of custom resources alone.
    pub(crate) columns: Vec<Printed>,
    /// What whoever asks for it is warned of, where nobody should.
    pub(crate) deprecated: Option<String>,
}

/// Where resources differ in what a write does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) custom: bool,
    /// Whether objects can be asked for, and not made.
    pub(crate) undone: bool,
    /// Whether `metadata.generation` counts changes of what is wanted.
    pub(crate) generation: bool,
    /// PUT without a resourceVersion is a replacement, not a mistake.
    pub(crate) unconditional_update: bool,
    /// PUT of what is not there makes it.
    pub(crate) create_on_update: bool,
    /// DELETE answers with the object, not with a `Status`.
    pub(crate) returns_deleted: bool,
    pub(crate) delete_collection: bool,
    pub(crate) names: NameRule,
    pub(crate) status_metadata: StatusMetadata,
}

/// What names have to look like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum NameRule {
    Subdomain,
    Label,
    PathSegment,
}

/// What a write to `/status` takes from `metadata`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum StatusMetadata {
    Nothing,
    Everything,
    EverythingButLabels,
}

/// A resource in one of its versions: what a request's path names.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) resource: Arc<Resource>,
    index: usize,
}

impl View {
    pub(crate) fn version(&self) -> &Version {
        &self.resource.versions[self.index]
    }

    /// Which of the resource's versions it is.
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// `group/version`, or the version alone in the core group.
    pub(crate) fn api_version(&self) -> String {
        self.version().api_version()
    }

    /// Whether fields are called otherwise in this version than in the one that is stored.
    pub(crate) fn renames(&self) -> bool {
        !self.version().storage && self.version().group == EVENTS_GROUP
    }

    /// The resource in another of its versions.
    pub(crate) fn in_version(&self, api_version: &str) -> Option<View> {
        let index = self.resource.versions.iter().position(|version| version.api_version() == api_version)?;
        Some(View { resource: Arc::clone(&self.resource), index })
    }

    /// For refusals that call the object by its plural.
    pub(crate) fn about<'a>(&'a self, name: &'a str) -> About<'a> {
        About { kind: &self.resource.plural, group: &self.version().group, name }
    }

    /// For refusals that call the object by its kind, which is of the group that is stored.
    pub(crate) fn about_kind<'a>(&'a self, name: &'a str) -> About<'a> {
        About { kind: &self.resource.kind, group: &self.resource.storage().group, name }
    }
}

impl Version {
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() { self.name.clone() } else { [&*self.group, "/", &self.name].concat() }
    }
}

impl Resource {
    /// The version that is stored.
    pub(crate) fn storage(&self) -> &Version {
        // A definition without exactly one is refused before it gets here.
        self.versions.iter().find(|version| version.storage).unwrap_or(&self.versions[0])
    }

    /// What fields the objects have in one of the resource's versions; `None` where nothing is known of them.
    pub(crate) fn shape<'a>(&self, version: &'a Version) -> Option<Shape<'a>> {
        match &version.schema {
            Some(schema) => Some(schema.shape()),
            None if self.rules.custom => None,
            None => tables::shape(&version.group, &version.name, &self.kind),
        }
    }

    /// The resource in the version that is stored.
    pub(crate) fn stored_view(self: &Arc<Self>) -> View {
        let index = self.versions.iter().position(|version| version.storage).unwrap_or_default();
        View { resource: Arc::clone(self), index }
    }

    /// The resource in the version that a server prefers of those that are served.
    pub(crate) fn preferred_view(self: &Arc<Self>) -> View {
        Arc::clone(self).views().next().unwrap_or_else(|| self.stored_view())
    }

    /// The resource in each version that is served.
    pub(crate) fn views(self: Arc<Self>) -> impl Iterator<Item = View> {
        let served = (0..self.versions.len()).filter({
            let resource = Arc::clone(&self);
            move |&index| resource.versions[index].served
        });
        served.map(move |index| View { resource: Arc::clone(&self), index })
    }
}

/// All resources that are served now.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    resources: BTreeMap<Arc<str>, Arc<Resource>>,
    /// The keys of those whose definition is being deleted.
    going: BTreeSet<Arc<str>>,
}

impl Catalog {
    pub(crate) fn register(&mut self, resource: Resource) {
        self.resources.insert(Arc::clone(&resource.key), Arc::new(resource));
    }

    pub(crate) fn unregister(&mut self, key: &str) {
        self.resources.remove(key);
        self.going.remove(key);
    }

    /// The definition of a resource is being deleted. It is served until the last of its objects is gone.
    pub(crate) fn dissolve(&mut self, key: &str) {
        self.going.insert(key.into());
    }

    /// Whether the definition of a resource is being deleted.
    pub(crate) fn is_going(&self, key: &str) -> bool {
        self.going.contains(key)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Arc<Resource>> {
        self.resources.get(key)
    }

    pub(crate) fn resources(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.resources.values()
    }

    /// What `/apis/GROUP/VERSION/PLURAL` names, if it is served.
    pub(crate) fn view(&self, group: &str, version: &str, plural: &str) -> Option<View> {
        self.find(group, version, |resource| resource.plural == plural)
    }

    /// What objects of an `apiVersion` and `kind` are.
    pub(crate) fn view_of_kind(&self, api_version: &str, kind: &str) -> Option<View> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        self.find(group, version, |resource| resource.kind == kind)
    }

    fn find(&self, group: &str, version: &str, wanted: impl Fn(&Resource) -> bool) -> Option<View> {
        self.resources().filter(|resource| wanted(resource)).find_map(|resource| {
            let index = resource
                .versions
                .iter()
                .position(|shown| shown.served && shown.group == group && shown.name == version)?;
            Some(View { resource: Arc::clone(resource), index })
        })
    }
}

/// The resource key of custom resource definitions.
pub(crate) const DEFINITIONS: &str = "customresourcedefinitions.apiextensions.k8s.io";
/// The resource key of what tells where services lead.
pub(crate) const SLICES: &str = "endpointslices.discovery.k8s.io";
/// The resource key of what says which API groups are served.
pub(crate) const API_SERVICES: &str = "apiservices.apiregistration.k8s.io";
/// The resource key of namespaces.
pub(crate) const NAMESPACES: &str = "namespaces";
/// The resource key of the limits that namespaces have for what is in them.
pub(crate) const LIMIT_RANGES: &str = "limitranges";
/// The resource key of events, in both of their groups.
pub(crate) const EVENTS: &str = "events";
/// The group that shows events with its own field names.
pub(crate) const EVENTS_GROUP: &str = "events.k8s.io";

/// `plural.group`, or the plural alone in the core group.
pub(crate) fn key_of(plural: &str, group: &str) -> Arc<str> {
    if group.is_empty() { plural.into() } else { format!("{plural}.{group}").into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_is_not_served_is_not_found() {
        let catalog = Catalog::built_in();
        assert!(catalog.view("apps", "v1", "deployments").is_some());
        assert!(catalog.view("apps", "v1beta1", "deployments").is_none());
        assert!(catalog.view_of_kind("apps/v1", "Deployment").is_some());
        assert!(catalog.view_of_kind("v1", "Deployment").is_none());
    }
}
