//! Creates, changes and awaits objects, in few words.

use crate::DEADLINE;
use futures::{StreamExt, TryStreamExt};
use http::{Method, Request};
use kube::api::{
    Api, ApiResource, DeleteParams, DynamicObject, Patch, PatchParams, PostParams, WatchEvent, WatchParams,
};
use kube::client::Body;
use kube::{Client, Error};
use serde_json::{Value, json};
use std::pin::pin;

/// A namespaced resource that tests register on a server.
#[derive(Debug, Clone, Copy)]
pub struct Resource {
    /// Its group, one of the test's own.
    pub group: &'static str,
    /// Its kind; the singular is this in small letters.
    pub kind: &'static str,
    /// Its plural.
    pub plural: &'static str,
    /// Whether `/status` is an endpoint of its own.
    pub has_status: bool,
}

impl Resource {
    /// The definition: version v1, any fields allowed.
    pub fn definition(&self) -> Value {
        let anything = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
        let mut version = json!({
            "name": "v1",
            "served": true,
            "storage": true,
            "schema": { "openAPIV3Schema": {
                "type": "object",
                "properties": { "spec": anything, "status": anything },
            } },
        });
        if self.has_status {
            version["subresources"] = json!({ "status": {} });
        }
        let names = json!({ "plural": self.plural, "singular": self.kind.to_lowercase(), "kind": self.kind });
        json!({
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": { "name": self.definition_name() },
            "spec": { "group": self.group, "scope": "Namespaced", "names": names, "versions": [version] },
        })
    }

    /// The name of the definition.
    pub fn definition_name(&self) -> String {
        format!("{}.{}", self.plural, self.group)
    }

    /// Registers the resource where it is not yet, and waits until it is served.
    pub async fn register(&self, client: &Client) {
        self.register_as(client, &self.definition()).await;
    }

    /// The same with a definition that differs from the usual.
    pub async fn register_as(&self, client: &Client, definition: &Value) {
        let definitions = definitions(client);
        definitions.create_unless_there(definition).await;
        definitions
            .until(&self.definition_name(), "established", |definition| {
                let conditions = definition.data["status"]["conditions"].as_array();
                conditions.is_some_and(|all| {
                    all.iter().any(|one| one["type"] == "Established" && one["status"] == "True")
                })
            })
            .await;
    }

    /// Takes the definition away, and with it all objects; returns when it is gone.
    pub async fn unregister(&self, client: &Client) {
        let definitions = definitions(client);
        definitions.delete(&self.definition_name()).await;
        definitions.until_gone(&self.definition_name()).await;
    }

    /// The objects of this resource in `namespace`.
    pub fn objects(&self, client: &Client, namespace: &str) -> Objects {
        Objects::of(client, &format!("{}/v1", self.group), self.kind, self.plural, Some(namespace))
    }
}

/// The definitions of resources.
pub fn definitions(client: &Client) -> Objects {
    let (kind, plural) = ("CustomResourceDefinition", "customresourcedefinitions");
    Objects::of(client, "apiextensions.k8s.io/v1", kind, plural, None)
}

/// Makes a namespace with a name of its own.
pub async fn namespace(client: &Client) -> String {
    let api: Api<k8s_openapi::api::core::v1::Namespace> = Api::all(client.clone());
    let wanted = serde_json::from_value(json!({ "metadata": { "generateName": "kopf-test-" } })).unwrap();
    let made =
        api.create(&PostParams::default(), &wanted).await.expect("an administrator may create namespaces");
    made.metadata.name.expect("every object has a name")
}

/// The objects of one resource in one place.
#[derive(Debug, Clone)]
pub struct Objects {
    /// For what these few words do not say.
    pub api: Api<DynamicObject>,
    resource: ApiResource,
}

impl Objects {
    /// Those of any resource, in a namespace or in none.
    pub fn of(
        client: &Client,
        api_version: &str,
        kind: &str,
        plural: &str,
        namespace: Option<&str>,
    ) -> Objects {
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        let resource = ApiResource {
            group: group.to_owned(),
            version: version.to_owned(),
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            plural: plural.to_owned(),
        };
        let api = match namespace {
            Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
            None => Api::all_with(client.clone(), &resource),
        };
        Objects { api, resource }
    }

    /// What they are of.
    pub fn resource(&self) -> &ApiResource {
        &self.resource
    }

    /// Creates an object from what is special about it; kind and version are filled in.
    pub async fn create(&self, name: &str, rest: Value) -> DynamicObject {
        let object = self.complete(name, rest);
        self.api
            .create(&PostParams::default(), &object)
            .await
            .unwrap_or_else(|error| panic!("create {name}: {error}"))
    }

    /// Sends a manifest, a merge patch or nothing as it is to this path below the resource, and does not read the
    /// answer: it may be nested deeper than a value can be.
    pub async fn send_text(&self, method: Method, path: &str, text: String) {
        let media = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.api.resource_url()))
            .header(http::header::CONTENT_TYPE, media)
            .body(Body::from(text.into_bytes()))
            .unwrap();
        let answer = self.api.clone().into_client().send(request).await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }

    async fn create_unless_there(&self, manifest: &Value) {
        let object = serde_json::from_value(manifest.clone()).unwrap();
        match self.api.create(&PostParams::default(), &object).await {
            Ok(_) => {}
            Err(Error::Api(status)) if status.is_already_exists() => {}
            Err(error) => panic!("create {}: {error}", manifest["metadata"]["name"]),
        }
    }

    fn complete(&self, name: &str, mut rest: Value) -> DynamicObject {
        rest["apiVersion"] = json!(self.resource.api_version);
        rest["kind"] = json!(self.resource.kind);
        rest["metadata"]["name"] = json!(name);
        serde_json::from_value(rest).unwrap()
    }

    /// Sends a merge patch.
    pub async fn patch(&self, name: &str, change: Value) -> DynamicObject {
        let sent = self.api.patch(name, &PatchParams::default(), &Patch::Merge(change)).await;
        sent.unwrap_or_else(|error| panic!("patch {name}: {error}"))
    }

    /// Asks for deletion; finalizers may hold it.
    pub async fn delete(&self, name: &str) {
        self.api
            .delete(name, &DeleteParams::default())
            .await
            .unwrap_or_else(|error| panic!("delete {name}: {error}"));
    }

    /// The object as it is now.
    pub async fn get(&self, name: &str) -> Option<DynamicObject> {
        self.api.get_opt(name).await.unwrap_or_else(|error| panic!("get {name}: {error}"))
    }

    /// Waits until the object is there and as `wanted` says; fails the test with `what` after [`DEADLINE`].
    pub async fn until(
        &self,
        name: &str,
        what: &str,
        wanted: impl Fn(&DynamicObject) -> bool,
    ) -> DynamicObject {
        let seen = self.watch(name, |object| object.is_some_and(&wanted)).await;
        match seen {
            Some(object) => object.expect("an object was wanted"),
            None => panic!(
                "waited {DEADLINE:?} in vain for {name} to be {what}; it is {:#?}",
                self.get(name).await
            ),
        }
    }

    /// Waits until there is no object of this name.
    pub async fn until_gone(&self, name: &str) {
        if self.watch(name, |object| object.is_none()).await.is_none() {
            panic!("waited {DEADLINE:?} in vain for {name} to go; it is {:#?}", self.get(name).await);
        }
    }

    async fn watch(
        &self,
        name: &str,
        wanted: impl Fn(Option<&DynamicObject>) -> bool,
    ) -> Option<Option<DynamicObject>> {
        tokio::time::timeout(DEADLINE, async {
            loop {
                // A watch that breaks is begun again with a look at the object: nothing is missed in between.
                if let Ok(Some(found)) = self.watch_once(name, &wanted).await {
                    return found;
                }
            }
        })
        .await
        .ok()
    }

    async fn watch_once(
        &self,
        name: &str,
        wanted: impl Fn(Option<&DynamicObject>) -> bool,
    ) -> Result<Option<Option<DynamicObject>>, Error> {
        let only = format!("metadata.name={name}");
        let listed = self.api.list(&kube::api::ListParams::default().fields(&only)).await?;
        let since = listed.metadata.resource_version.unwrap_or_default();
        let now = listed.items.into_iter().next();
        if wanted(now.as_ref()) {
            return Ok(Some(now));
        }
        let mut events = pin!(self.api.watch(&WatchParams::default().fields(&only), &since).await?.fuse());
        while let Some(event) = events.try_next().await? {
            let now = match event {
                WatchEvent::Added(object) | WatchEvent::Modified(object) => Some(object),
                WatchEvent::Deleted(_) => None,
                WatchEvent::Bookmark(_) => continue,
                WatchEvent::Error(_) => break,
            };
            if wanted(now.as_ref()) {
                return Ok(Some(now));
            }
        }
        Ok(None)
    }
}
