//! Brings copies, and takes them away.
//!
//! What is to be changed is looked at first: what an index says may be older. Only what bears our label is ever
//! overwritten or deleted.

use kopf_plugin_api::{
    client::{Client, Delete, Error},
    serde_json::Value,
};

use crate::{
    COPY, FROM,
    content::Content,
    key::{Key, Kind},
};

/// How often a place is looked at again, if somebody is faster each time.
const ROUNDS: usize = 3;

/// A copy that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copy {
    pub(crate) namespace: String,
    /// The namespace of its source.
    pub(crate) from: String,
    pub(crate) fingerprint: u64,
    uid: String,
    version: String,
}

impl Copy {
    /// Reads an object as a copy, if it is one.
    pub(crate) fn of(key: &Key, object: &Value) -> Option<Copy> {
        let text = |place: &str| object["metadata"][place].as_str().unwrap_or_default().to_owned();
        let from = owner(key, object)?.to_owned();
        // What cannot be read is like no source, and is put in order.
        let fingerprint = Content::of(object).unwrap_or_default().fingerprint();
        Some(Copy {
            namespace: text("namespace"),
            from,
            fingerprint,
            uid: text("uid"),
            version: text("resourceVersion"),
        })
    }
}

/// The namespace of the source that an object is a copy of, if it is one of ours.
fn owner<'a>(key: &Key, object: &'a Value) -> Option<&'a str> {
    let metadata = &object["metadata"];
    let (namespace, name) = metadata["annotations"][FROM].as_str()?.split_once('/')?;
    // Whoever made another object of a copy, under a name of its own, has an object of its own.
    (!metadata["labels"][COPY].is_null() && name == key.name).then_some(namespace)
}

/// What has come of a place for a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Put {
    Created,
    Renewed,
    /// It was as it should be.
    Equal,
    /// Something else is there. The text says what.
    Refused(String),
    /// The namespace is about to go, or has gone.
    Leaving,
}

/// Sees to it that there is a copy. That of another source is taken over if `holds` denies that this source wants it.
pub(crate) async fn put(
    client: &Client,
    key: &Key,
    from: &str,
    to: &str,
    content: &Content,
    holds: impl Fn(&str) -> bool,
) -> Result<Put, Error> {
    let mut rounds = 1;
    loop {
        match put_once(client, key, from, to, content, &holds).await {
            Err(Error::AlreadyExists(_) | Error::Conflict(_)) if rounds < ROUNDS => rounds += 1,
            Err(error) if is_leaving(&error) => return Ok(Put::Leaving),
            put => return put,
        }
    }
}

async fn put_once(
    client: &Client,
    key: &Key,
    from: &str,
    to: &str,
    content: &Content,
    holds: &impl Fn(&str) -> bool,
) -> Result<Put, Error> {
    let api = client.resource("v1", key.kind.plural()).namespace(to);
    let create = async || api.create(&content.copy(key, from, to)).await;
    let Some(there) = api.get_opt(&key.name).await? else {
        create().await?;
        return Ok(Put::Created);
    };
    match owner(key, &there) {
        None => return Ok(Put::Refused(format!("{to} has a {key} that is no copy"))),
        Some(other) if other != from && holds(other) => {
            return Ok(Put::Refused(format!("{to} has a {key} that is a copy of {other}'s")));
        }
        Some(_) => {}
    }
    let found = Content::of(&there).unwrap_or_default();
    if !found.can_become(content) {
        let copy = Copy::of(key, &there);
        if let Some(copy) = copy {
            take_away(client, key, &copy).await?;
        }
        create().await?;
        return Ok(Put::Renewed);
    }
    let wanted = content.over(there.clone(), key, from);
    if wanted == there {
        return Ok(Put::Equal);
    }
    api.replace(&wanted).await?;
    Ok(Put::Renewed)
}

/// Deletes a copy, unless somebody has changed it meanwhile: that is a conflict. Answers whether it was there.
pub(crate) async fn take_away(client: &Client, key: &Key, copy: &Copy) -> Result<bool, Error> {
    let api = client.resource("v1", key.kind.plural()).namespace(&*copy.namespace);
    api.delete_opt(&key.name, &Delete::background().only_uid(&*copy.uid).only_version(&*copy.version)).await
}

/// Whether the namespace takes nothing any more.
fn is_leaving(error: &Error) -> bool {
    match error {
        Error::Forbidden(status) => status.causes.iter().any(|cause| cause.reason == "NamespaceTerminating"),
        // An object that is not there is none here: so it is the namespace.
        Error::NotFound(_) => true,
        _ => false,
    }
}

/// An error for the log and for Events, which must not tell what is in a Secret.
pub(crate) fn told(kind: Kind, error: &Error) -> String {
    match error {
        // What is wrong with a value may quote it.
        Error::Invalid(status) if kind == Kind::Secret => {
            let fields: Vec<&str> = status.causes.iter().map(|cause| &*cause.field).collect();
            format!("the API server finds it invalid ({}), at {}", status.code, fields.join(", "))
        }
        other => other.to_string(),
    }
}
