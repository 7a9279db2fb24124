//! Brings objects from files onto an API server: creates what is not there, and patches what differs.

pub mod manifest;

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use kopf_reactor::{
    Clock, Cluster,
    clock::after,
    cluster::{self, Request, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use self::manifest::{Manifest, Place};

/// How long a definition may take to be served, and its resource to be known.
const SERVED_WITHIN: Duration = Duration::from_secs(60);

/// How long to wait before asking for it again.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// Why an object is not on the server.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {kind} {name}: {problem}")]
pub struct Error {
    /// Where the object was read.
    place: Place,
    kind: String,
    name: String,
    /// What is in the way.
    #[source]
    problem: Problem,
}

/// What keeps an object from the server.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The server does not take it.
    #[error(transparent)]
    Cluster(#[from] cluster::Error),
    /// The server serves no such kind.
    #[error("the API server has no kind {kind} in {api_version}; apply its CustomResourceDefinition first")]
    UnknownKind {
        /// The version that was asked.
        api_version: String,
        /// The kind.
        kind: String,
    },
    /// A definition was created, and is not served.
    #[error("it is not established after {} seconds: {because}", SERVED_WITHIN.as_secs())]
    NotEstablished {
        /// What its conditions say.
        because: String,
    },
}

/// Creates or updates objects, one after another. An object that holds all that its file says is left alone. After a
/// CustomResourceDefinition it waits until its resource is served.
///
/// Objects without a namespace go to the context's, if they are of those that have one. Returns what the server warns of:
/// fields that it does not know, above all, for those are not kept.
///
/// # Errors
///
/// For the first object that cannot be brought; those before it stay.
pub async fn apply(
    cluster: &dyn Cluster,
    clock: &dyn Clock,
    manifests: &[Manifest],
) -> Result<Vec<String>, Error> {
    let mut application = Application { cluster, clock, resources: BTreeMap::new(), defined: vec![] };
    let mut warned = Vec::new();
    for manifest in manifests {
        let Manifest { place, kind, name, .. } = manifest;
        let error = |problem| Error { place: place.clone(), kind: kind.clone(), name: name.clone(), problem };
        let warnings = application.bring(manifest).await.map_err(error)?;
        warned.extend(warnings.iter().map(|warning| format!("{place}: {kind} {name}: {warning}")));
    }
    Ok(warned)
}

/// A resource, as discovery lists it.
#[derive(Debug, Clone, Deserialize)]
struct Resource {
    name: String,
    kind: String,
    namespaced: bool,
}

struct Application<'a> {
    cluster: &'a dyn Cluster,
    clock: &'a dyn Clock,
    /// What is known of the server, by version and kind.
    resources: BTreeMap<(String, String), Resource>,
    /// The groups that were defined on the way: their resources come into being a moment later.
    defined: Vec<String>,
}

impl Application<'_> {
    async fn bring(&mut self, manifest: &Manifest) -> Result<Vec<String>, Problem> {
        let resource = self.resource(manifest).await?;
        let namespace = resource
            .namespaced
            .then(|| manifest.namespace.as_deref().unwrap_or_else(|| self.cluster.default_namespace()));
        let collection = collection(&manifest.api_version, namespace, &resource.name);
        let path = format!("{collection}/{}", manifest.name);
        let mut body = manifest.body.clone();
        if let Some(namespace) = namespace {
            body["metadata"]["namespace"] = namespace.into();
        }
        let warnings = match found(self.cluster.send(Request::get(&path)).await)? {
            None => {
                let created = self.cluster.send(Request::post(&collection, &body)).await?;
                tracing::debug!("Created {path}.");
                created.warnings
            }
            Some(live) if merged(&live, &body) == live => {
                tracing::debug!("Left {path} as it is.");
                vec![]
            }
            Some(_) => {
                let updated = self.cluster.send(Request::merge_patch(&path, &body)).await?;
                tracing::debug!("Updated {path}.");
                updated.warnings
            }
        };
        if manifest.kind == "CustomResourceDefinition" {
            self.established(&path).await?;
            self.defined.extend(body.pointer("/spec/group").and_then(Value::as_str).map(str::to_owned));
        }
        Ok(warnings)
    }

    /// Finds the resource of an object's kind. A kind that was defined a moment ago is waited for.
    async fn resource(&mut self, manifest: &Manifest) -> Result<Resource, Problem> {
        let Manifest { api_version, kind, .. } = manifest;
        let key = (api_version.clone(), kind.clone());
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let deadline = self.deadline();
        loop {
            if let Some(resource) = self.resources.get(&key) {
                return Ok(resource.clone());
            }
            let list = found(self.cluster.send(Request::get(root(api_version))).await)?.unwrap_or_default();
            for resource in list["resources"].as_array().into_iter().flatten() {
                match Resource::deserialize(resource) {
                    // A slash makes a subresource, which may have the same kind.
                    Ok(resource) if !resource.name.contains('/') => {
                        self.resources.insert((api_version.clone(), resource.kind.clone()), resource);
                    }
                    _ => {}
                }
            }
            let may_come = self.defined.iter().any(|defined| defined == group) && self.clock.now() < deadline;
            if !self.resources.contains_key(&key) {
                if !may_come {
                    return Err(Problem::UnknownKind {
                        api_version: api_version.clone(),
                        kind: kind.clone(),
                    });
                }
                self.clock.sleep(ASK_AGAIN).await;
            }
        }
    }

    /// Waits until a definition is established.
    async fn established(&self, path: &str) -> Result<(), Problem> {
        let deadline = self.deadline();
        loop {
            let live = found(self.cluster.send(Request::get(path)).await)?.unwrap_or_default();
            let conditions = live.pointer("/status/conditions").and_then(Value::as_array);
            let conditions = conditions.map(Vec::as_slice).unwrap_or_default();
            if conditions
                .iter()
                .any(|condition| condition["type"] == "Established" && condition["status"] == "True")
            {
                return Ok(());
            }
            if self.clock.now() >= deadline {
                let told: Vec<_> =
                    conditions.iter().filter_map(|condition| condition["message"].as_str()).collect();
                let because = if told.is_empty() {
                    "the API server does not say why".to_owned()
                } else {
                    told.join("; ")
                };
                return Err(Problem::NotEstablished { because });
            }
            self.clock.sleep(ASK_AGAIN).await;
        }
    }

    fn deadline(&self) -> Timestamp {
        after(self.clock.now(), SERVED_WITHIN)
    }
}

/// The body of an answer; none, where there is nothing at the path.
fn found(answer: Result<Response, cluster::Error>) -> Result<Option<Value>, cluster::Error> {
    match answer {
        Ok(response) => serde_json::from_slice(&response.body)
            .map(Some)
            .map_err(|error| cluster::Error::Malformed(error.to_string())),
        Err(error) if error.code() == Some(404) => Ok(None),
        Err(error) => Err(error),
    }
}

fn root(api_version: &str) -> String {
    if api_version.contains('/') { format!("/apis/{api_version}") } else { format!("/api/{api_version}") }
}

fn collection(api_version: &str, namespace: Option<&str>, plural: &str) -> String {
    let namespace = namespace.map(|namespace| format!("/namespaces/{namespace}")).unwrap_or_default();
    format!("{}{namespace}/{plural}", root(api_version))
}

/// What a merge patch (RFC 7386) makes of a value.
fn merged(value: &Value, patch: &Value) -> Value {
    let Value::Object(changes) = patch else {
        return patch.clone();
    };
    let mut members = value.as_object().cloned().unwrap_or_default();
    for (key, change) in changes {
        if change.is_null() {
            members.shift_remove(key);
        } else {
            let merged = merged(members.get(key).unwrap_or(&Value::Null), change);
            members.insert(key.clone(), merged);
        }
    }
    json!(members)
}

#[cfg(test)]
mod tests;
