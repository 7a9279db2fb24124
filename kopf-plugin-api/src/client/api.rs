//! The objects of a resource: what can be asked of the server about them.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    Client, Error,
    options::{Change, Delete, InNamespace, Selection},
    resource::{Query, Target},
    transport::{decode, decode_value, request},
};

/// How many objects are asked for at a time.
const PAGE: usize = 500;

/// How often a list is begun anew that has become too old while it was read.
const RESTARTS: usize = 3;

/// The objects of a resource, in one namespace or in all of them. See [`Client`]; cheap to clone.
pub struct Api<T = Value> {
    pub(super) client: Client,
    pub(super) target: Target,
    pub(super) namespace: Option<String>,
    objects: PhantomData<fn() -> T>,
}

impl<T> Clone for Api<T> {
    fn clone(&self) -> Api<T> {
        let Api { client, target, namespace, .. } = self;
        Api {
            client: client.clone(),
            target: target.clone(),
            namespace: namespace.clone(),
            objects: PhantomData,
        }
    }
}

/// A page of a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    api_version: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    metadata: PageMetadata,
    #[serde(default)]
    items: Option<Vec<Value>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PageMetadata {
    resource_version: String,
    #[serde(rename = "continue")]
    token: String,
}

impl<T> Api<T> {
    pub(super) fn new(client: Client, target: Target) -> Api<T> {
        Api { client, target, namespace: None, objects: PhantomData }
    }

    /// Those in a namespace.
    #[must_use]
    pub fn namespace(&self, namespace: impl Into<InNamespace>) -> Api<T> {
        Api { namespace: namespace.into().0, ..self.clone() }
    }

    /// With what only the server knows.
    pub(super) async fn resolved(&self) -> Result<Target, Error> {
        let target = self.target.resolve(&self.client).await?;
        Ok(std::sync::Arc::unwrap_or_clone(target))
    }

    pub(super) fn object_path(
        &self,
        target: &Target,
        name: &str,
        subresource: &str,
    ) -> Result<String, Error> {
        target.object_path(self.namespace.as_deref(), name, subresource)
    }
}

impl<T: DeserializeOwned> Api<T> {
    /// An object.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Unreachable`]; [`Error::Decode`] if it is not as `T` has it;
    /// [`Error::Unsendable`] without a name, or without a namespace where there must be one.
    pub async fn get(&self, name: &str) -> Result<T, Error> {
        let target = self.resolved().await?;
        let path = self.object_path(&target, name, "")?;
        self.one("GET", path, None, &target).await
    }

    /// An object, if it is there.
    ///
    /// # Errors
    ///
    /// As [`Api::get`], but for the object that is not there. A resource that is not served is an error.
    pub async fn get_opt(&self, name: &str) -> Result<Option<T>, Error> {
        match self.get(name).await {
            Ok(object) => Ok(Some(object)),
            Err(Error::NotFound(status)) if status.reason == "NotFound" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The objects that a selection is about, all of them, however many requests it takes.
    ///
    /// # Errors
    ///
    /// As [`Api::get`]. [`Error::Gone`] where the list is too old time and again before it is read whole.
    pub async fn list(&self, selection: Selection) -> Result<Vec<T>, Error> {
        let target = self.resolved().await?;
        let (items, _) = self.items(&target, &selection).await?;
        let what = format!("the list of {target}");
        items.into_iter().map(|item| decode_value(item, &what, target.is_secret())).collect()
    }

    /// The items of a list, and its version.
    pub(super) async fn items(
        &self,
        target: &Target,
        selection: &Selection,
    ) -> Result<(Vec<Value>, String), Error> {
        let path = target.path(self.namespace.as_deref())?;
        let most = selection.limit.unwrap_or(usize::MAX);
        let (mut items, mut token, mut restarts) = (vec![], String::new(), 0);
        loop {
            let left = most.saturating_sub(items.len()).min(PAGE);
            let mut query = Query::default();
            selection.add_to(&mut query);
            query.add("limit", Some(&left.to_string()));
            query.add("continue", Some(token.as_str()).filter(|token| !token.is_empty()));
            let answer = self.client.send(request("GET", format!("{path}{}", query.finish()))).await;
            let answer = match answer {
                // It took so long that the server has forgotten where it was.
                Err(Error::Gone(_)) if !token.is_empty() && restarts < RESTARTS => {
                    restarts += 1;
                    items.clear();
                    token.clear();
                    continue;
                }
                answer => answer?,
            };
            let mut page: Page = decode(&answer.body, &path, target.is_secret())?;
            items.extend(page.take_items());
            let PageMetadata { resource_version, token: next } = page.metadata;
            if next.is_empty() || items.len() >= most {
                items.truncate(most);
                return Ok((items, resource_version));
            }
            token = next;
        }
    }

    /// Changes an object.
    ///
    /// # Errors
    ///
    /// As [`Api::get`]; [`Error::Invalid`]; [`Error::Conflict`] if the change names a `resourceVersion` that is not the
    /// newest, or applies fields that others hold.
    pub async fn patch(&self, name: &str, change: &Change) -> Result<T, Error> {
        self.patch_subresource(name, "", change).await
    }

    /// Changes an object's status, where it is a subresource.
    ///
    /// # Errors
    ///
    /// As [`Api::patch`]; [`Error::NotFound`] where it is none.
    pub async fn patch_status(&self, name: &str, change: &Change) -> Result<T, Error> {
        self.patch_subresource(name, "status", change).await
    }

    /// Changes a subresource of an object, such as `scale`.
    ///
    /// # Errors
    ///
    /// As [`Api::patch`].
    pub async fn patch_subresource(
        &self,
        name: &str,
        subresource: &str,
        change: &Change,
    ) -> Result<T, Error> {
        let target = self.resolved().await?;
        let mut path = self.object_path(&target, name, subresource)?;
        let (content_type, body) = change.parts();
        if let Change::Apply { force, .. } = change {
            path.push_str(if *force { "?force=true" } else { "?force=false" });
        }
        let mut body = body.clone();
        if matches!(change, Change::Apply { .. }) {
            target.complete(&mut body);
        }
        self.one("PATCH", path, Some((content_type, body)), &target).await
    }

    /// Deletes an object. It may stay for as long as it has finalizers.
    ///
    /// # Errors
    ///
    /// As [`Api::get`]; [`Error::Conflict`] if it is another one than [`Delete`] says.
    pub async fn delete(&self, name: &str, delete: &Delete) -> Result<(), Error> {
        let target = self.resolved().await?;
        let path = self.object_path(&target, name, "")?;
        let body = delete.body().to_string();
        self.client.send(request("DELETE", path).with("application/json", body)).await.map(drop)
    }

    /// Deletes an object, if it is there. Answers whether it was.
    ///
    /// # Errors
    ///
    /// As [`Api::delete`].
    pub async fn delete_opt(&self, name: &str, delete: &Delete) -> Result<bool, Error> {
        match self.delete(name, delete).await {
            Ok(()) => Ok(true),
            Err(Error::NotFound(status)) if status.reason == "NotFound" => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A request whose answer is an object.
    async fn one(
        &self,
        method: &str,
        path: String,
        body: Option<(&str, Value)>,
        target: &Target,
    ) -> Result<T, Error> {
        let what = format!("{method} {path}");
        let mut outgoing = request(method, path);
        if let Some((content_type, body)) = body {
            outgoing = outgoing.with(content_type, body.to_string());
        }
        let answer = self.client.exchange(outgoing).await?;
        match answer.code {
            200..=299 => decode(&answer.body, &what, target.is_secret()),
            code => {
                self.target.doubt(&self.client, &answer);
                Err(Error::refused(&what, code, answer.retry_after, &answer.body))
            }
        }
    }
}

impl<T: Serialize + DeserializeOwned> Api<T> {
    /// Creates an object, and answers it as it is then. It needs a name or a `generateName`.
    ///
    /// # Errors
    ///
    /// As [`Api::get`]; [`Error::AlreadyExists`], [`Error::Invalid`].
    pub async fn create(&self, object: &T) -> Result<T, Error> {
        let target = self.resolved().await?;
        let (object, own) = self.value(object, &target)?;
        let namespace = self.namespace.as_deref().or(own.namespace.as_deref());
        let path = target.path(namespace)?;
        self.one("POST", path, Some(("application/json", object)), &target).await
    }

    /// Puts an object in the place of the one of its name. With a `resourceVersion` only in that one's place.
    ///
    /// # Errors
    ///
    /// As [`Api::get`]; [`Error::Conflict`], [`Error::Invalid`].
    pub async fn replace(&self, object: &T) -> Result<T, Error> {
        let target = self.resolved().await?;
        let (object, own) = self.value(object, &target)?;
        let path = self.path_of(&target, &own)?;
        self.one("PUT", path, Some(("application/json", object)), &target).await
    }

    /// Server-side apply: the object is to be there, with these fields, which the operator holds from now on.
    ///
    /// # Errors
    ///
    /// As [`Api::get`]; [`Error::Invalid`]; [`Error::Conflict`] if another manager holds one of the fields with another
    /// value: [`Api::apply_forced`] takes it.
    pub async fn apply(&self, object: &T) -> Result<T, Error> {
        self.apply_as(object, false).await
    }

    /// As [`Api::apply`], and takes fields that others hold.
    ///
    /// # Errors
    ///
    /// As [`Api::apply`], but for that conflict.
    pub async fn apply_forced(&self, object: &T) -> Result<T, Error> {
        self.apply_as(object, true).await
    }

    async fn apply_as(&self, object: &T, force: bool) -> Result<T, Error> {
        let target = self.resolved().await?;
        let (object, own) = self.value(object, &target)?;
        let path = self.path_of(&target, &own)?;
        let change = Change::Apply { object, force };
        let (content_type, object) = change.parts();
        let path = format!("{path}?force={force}");
        self.one("PATCH", path, Some((content_type, object.clone())), &target).await
    }

    fn path_of(&self, target: &Target, own: &Own) -> Result<String, Error> {
        let namespace = self.namespace.as_deref().or(own.namespace.as_deref());
        target.object_path(namespace, &own.name, "")
    }

    /// An object as JSON, and what it says of where it is.
    fn value(&self, object: &T, target: &Target) -> Result<(Value, Own), Error> {
        let unsendable = |why: String| Error::Unsendable(format!("an object of {target} {why}"));
        let mut value = serde_json::to_value(object).map_err(|_| {
            unsendable(format!("cannot be written as JSON: see {}", std::any::type_name::<T>()))
        })?;
        if !value.is_object() {
            return Err(unsendable("is a JSON object, and this is none".to_owned()));
        }
        target.complete(&mut value);
        let text = |key: &str| value["metadata"][key].as_str().map(str::to_owned);
        let own = Own { name: text("name").unwrap_or_default(), namespace: text("namespace") };
        Ok((value, own))
    }
}

/// What an object says of where it is.
struct Own {
    name: String,
    namespace: Option<String>,
}

impl Page {
    /// Takes the items, which in a list need not say what they are.
    fn take_items(&mut self) -> impl Iterator<Item = Value> + use<> {
        let kind = self.kind.take().and_then(|kind| kind.strip_suffix("List").map(Value::from));
        let what = self.api_version.take().map(Value::from).zip(kind);
        self.items.take().into_iter().flatten().map(move |mut item| {
            if let (Value::Object(members), Some((api_version, kind))) = (&mut item, &what) {
                members.entry("apiVersion").or_insert_with(|| api_version.clone());
                members.entry("kind").or_insert_with(|| kind.clone());
            }
            item
        })
    }
}
