//! Takes an operator's marks off all objects, so that it can be uninstalled and nothing waits for it for ever.

use std::collections::BTreeMap;

use kopf_core::{
    cleanup::Marks, identity::Identity, namespaces::Patterns, object::Header, resource::Resource,
};
use serde_json::Value;

use crate::{
    cluster::{Cluster, Error, Request},
    discover,
    watch::page,
};

/// How many objects a page of a list has.
const PAGE: u32 = 500;

/// How often a write is made anew because somebody else has changed the object meanwhile.
const CONFLICTS: usize = 8;

/// What is told on the way.
#[derive(Debug)]
pub enum Step<'a> {
    /// These marks are on the object, and are taken off if that was asked for.
    Found {
        /// The resource's name.
        resource: &'a str,
        /// The object, as `namespace/name`.
        object: &'a str,
        /// What is on it.
        marks: &'a Marks,
    },
    /// They could not be taken off.
    Kept {
        /// The resource's name.
        resource: &'a str,
        /// The object, as `namespace/name`.
        object: &'a str,
        /// Why.
        error: &'a Error,
    },
    /// The objects of a resource could not be listed.
    Unseen {
        /// The resource's name, and the namespace if it is in one.
        resource: &'a str,
        /// Why.
        error: &'a Error,
    },
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many objects have marks, or had.
    pub found: usize,
    /// On how many of them they are still, although they were to go.
    pub kept: usize,
    /// How many lists could not be had.
    pub unseen: usize,
}

/// Takes the marks of an operator off the objects of every resource that can be listed, in these namespaces or in the whole
/// cluster; or only tells of them, unless `really`. Goes on after everything that is refused.
///
/// # Errors
///
/// If the cluster does not tell what it serves, or which namespaces there are.
pub async fn cleanup(
    cluster: &dyn Cluster,
    identity: &Identity,
    scope: Option<&Patterns>,
    really: bool,
    tell: &mut (dyn FnMut(Step<'_>) + Send),
) -> Result<Summary, Error> {
    let resources = discover::discover(cluster).await?.resources;
    let namespaces = match scope {
        None => None,
        Some(patterns) => Some(matching(cluster, patterns).await?),
    };
    let mut cleaning = Cleaning { cluster, identity, really, tell, summary: Summary::default() };
    for resource in once(&resources) {
        match &namespaces {
            None => cleaning.list(resource, None).await,
            Some(names) if resource.namespaced => {
                for name in names {
                    cleaning.list(resource, Some(name)).await;
                }
            }
            Some(_) => {}
        }
    }
    Ok(cleaning.summary)
}

/// The resources whose objects can be cleaned, each in one version, in which an object is the same as in any other: the
/// preferred one, unless the group prefers a version that does not have the resource.
fn once(resources: &[Resource]) -> impl Iterator<Item = &Resource> {
    let mut found: BTreeMap<(&str, &str), &Resource> = BTreeMap::new();
    for resource in resources.iter().filter(|it| it.can("list") && it.may_be_patched()) {
        let chosen = found.entry((&resource.group, &resource.plural)).or_insert(resource);
        if resource.preferred {
            *chosen = resource;
        }
    }
    found.into_values()
}

/// The namespaces that match.
async fn matching(cluster: &dyn Cluster, patterns: &Patterns) -> Result<Vec<String>, Error> {
    if patterns.are_names() {
        return Ok(patterns.names().map(str::to_owned).collect());
    }
    let mut found = vec![];
    let mut token = None;
    loop {
        let page = page(cluster, "/api/v1/namespaces", token.as_deref()).await?;
        let names = page.items.iter().filter_map(|item| Header::read(item).ok()).map(|header| header.name);
        found.extend(names.filter(|name| patterns.matches(name)).map(String::from));
        token = page.token;
        if token.is_none() {
            return Ok(found);
        }
    }
}

async fn page(cluster: &dyn Cluster, path: &str, token: Option<&str>) -> Result<page::Page, Error> {
    let query = token.map(|token| format!("&continue={}", page::escape(token))).unwrap_or_default();
    page::read(&cluster.send(Request::get(format!("{path}?limit={PAGE}{query}"))).await?.body)
}

struct Cleaning<'a> {
    cluster: &'a dyn Cluster,
    identity: &'a Identity,
    really: bool,
    tell: &'a mut (dyn FnMut(Step<'_>) + Send),
    summary: Summary,
}

impl Cleaning<'_> {
    async fn list(&mut self, resource: &Resource, namespace: Option<&str>) {
        let path = resource.list_path(namespace);
        let mut name = resource.name();
        let mut token = None;
        loop {
            let page = match page(self.cluster, &path, token.as_deref()).await {
                Ok(page) => page,
                Err(error) => {
                    if let Some(namespace) = namespace {
                        name = format!("{name} in {namespace}");
                    }
                    self.summary.unseen += 1;
                    return (self.tell)(Step::Unseen { resource: &name, error: &error });
                }
            };
            for item in page.items {
                self.look(resource, &name, &item).await;
            }
            token = page.token;
            if token.is_none() {
                return;
            }
        }
    }

    async fn look(&mut self, resource: &Resource, name: &str, raw: &[u8]) {
        // One that is nested too deep to be read, or is odd, was none of ours to begin with.
        let Ok(header) = Header::read(raw) else { return };
        let Ok(body) = serde_json::from_slice::<Value>(raw) else { return };
        let Some(marks) = Marks::on(&body, self.identity) else { return };
        let object = header.to_string();
        self.summary.found += 1;
        (self.tell)(Step::Found { resource: name, object: &object, marks: &marks });
        if !self.really {
            return;
        }
        let path = resource.object_path(header.namespace.as_deref(), &header.name);
        let status_path = if resource.has_status() { format!("{path}/status") } else { path.clone() };
        if let Err(error) = self.take_off(&path, &status_path, body).await {
            self.summary.kept += 1;
            (self.tell)(Step::Kept { resource: name, object: &object, error: &error });
        }
    }

    async fn take_off(&self, path: &str, status_path: &str, mut body: Value) -> Result<(), Error> {
        let is_gone = |error: &Error| error.code() == Some(404);
        let uid = body.pointer("/metadata/uid").cloned();
        let mut conflicts = 0;
        loop {
            let Some(marks) = Marks::on(&body, self.identity) else { return Ok(()) };
            // The finalizer goes last, for the object may go with it.
            let (target, patch) = match marks.status_patch(&body) {
                Some(patch) => (status_path, patch),
                None => (path, marks.patch(&body, self.identity)),
            };
            let target = format!("{target}?fieldManager={}", self.identity.field_manager());
            match self.cluster.send(Request::merge_patch(target, &patch)).await {
                Ok(_) if !marks.status => return Ok(()),
                // What is left is taken off in the next round.
                Ok(_) if conflicts < CONFLICTS => conflicts += 1,
                Ok(_) => return Err(Error::Malformed("records stay in the status".to_owned())),
                Err(error) if is_gone(&error) => return Ok(()),
                Err(error) if error.code() == Some(409) && conflicts < CONFLICTS => conflicts += 1,
                Err(error) => return Err(error),
            }
            let fresh = match self.cluster.send(Request::get(path)).await {
                Ok(fresh) => fresh.body,
                Err(error) if is_gone(&error) => return Ok(()),
                Err(error) => return Err(error),
            };
            body = serde_json::from_slice(&fresh).map_err(|error| Error::Malformed(error.to_string()))?;
            if body.pointer("/metadata/uid").cloned() != uid {
                // Another object of its name; it is listed in its turn or has no marks yet.
                return Ok(());
            }
        }
    }
}
