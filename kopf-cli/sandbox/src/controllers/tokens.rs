//! Tokens in secrets: a secret of their type is given one of the account that it names, and goes when that is gone.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;

use super::{CONTROLLERS, Task, Tasks};
use crate::{
    object::Stored,
    ring::Event,
    schema::Part,
    status::Status,
    store::{Place, Store},
    tokens::legacy::{self, ACCOUNT, ACCOUNTS, SECRETS, keeps_token},
    write::{Preconditions, Target, Writer},
};

/// Which account a secret has a token of.
const UID: &str = "kubernetes.io/service-account.uid";

/// Looks at all secrets of tokens, for there may be an authority now that they are to have.
pub(super) fn begin(tasks: &mut Tasks, store: &Store) {
    for secret in store.list(SECRETS, None).iter().filter(|secret| keeps_token(secret)) {
        tasks.add(Task::Equip(Place::of(&SECRETS.into(), secret)));
    }
}

pub(super) fn notice(tasks: &mut Tasks, store: &Store, change: &Event) {
    let object = &change.object;
    if !store.duties.service_accounts {
        return;
    }
    if &*change.resource == SECRETS && keeps_token(object) {
        if change.removal {
            forget(tasks, store, object);
        } else {
            tasks.add(Task::Equip(Place::of(&change.resource, object)));
        }
    } else if &*change.resource == ACCOUNTS && change.removal {
        for secret in store.keepers(object) {
            tasks.add(Task::Equip(Place {
                resource: SECRETS.into(),
                namespace: object.header.namespace.clone(),
                name: secret.clone(),
            }));
        }
    }
}

/// Sees to it that the account of a secret that is gone does not name it.
fn forget(tasks: &mut Tasks, store: &Store, secret: &Stored) {
    let Some(account) = account_of(store, secret, &secret.value()) else { return };
    let account = Place::of(&ACCOUNTS.into(), account);
    tasks.unlisted.entry(account.clone()).or_default().insert(secret.header.name.clone());
    tasks.add(Task::Unlist(account));
}

/// The account that a secret is of, if it is there.
fn account_of<'a>(store: &'a Store, secret: &Stored, value: &Value) -> Option<&'a Stored> {
    let annotations = &value["metadata"]["annotations"];
    let [name, uid] = [ACCOUNT, UID].map(|key| annotations[key].as_str().unwrap_or_default());
    let account = store.get(ACCOUNTS, &secret.header.namespace, name)?;
    (uid.is_empty() || *uid == account.header.uid).then_some(account)
}

/// Gives a secret what it lacks of its token, the authority and its namespace; one of no account goes.
pub(super) fn equip(writer: &mut Writer<'_>, place: &Place) -> Result<(), Status> {
    let (secrets, secret) = (writer.store.catalog.get(SECRETS).cloned(), writer.store.at(place).cloned());
    let (Some(secrets), Some(secret)) = (secrets, secret) else { return Ok(()) };
    let view = secrets.stored_view();
    let target = Target { view: &view, namespace: &place.namespace, name: &place.name };
    let mut value = secret.value();
    let Some(account) = account_of(writer.store, &secret, &value) else {
        return writer.delete(target, &Preconditions::default(), None, None).map(drop);
    };
    let duties = &writer.store.duties;
    let data = &mut value["data"];
    let has = |data: &Value, key: &str| data[key].as_str().is_some_and(|text| !text.is_empty());
    let encode = |text: &str| Value::from(BASE64_STANDARD.encode(text));
    let before = data.clone();
    if let Some(reached) = &duties.reached {
        data["ca.crt"] = encode(&reached.root_ca);
    }
    if !has(data, "namespace") {
        data["namespace"] = encode(&place.namespace);
    }
    if !has(data, "token") {
        let token = duties.key.get().and_then(|key| legacy::sign(key, account, &place.name));
        data["token"] = encode(&token.ok_or_else(|| Status::internal("there is no randomness for a token"))?);
    }
    if *data == before {
        return Ok(());
    }
    value["metadata"]["annotations"][ACCOUNT] = account.header.name.as_str().into();
    value["metadata"]["annotations"][UID] = account.header.uid.as_str().into();
    write(writer, target, value)
}

/// Takes the secrets that are gone out of those that an account names.
pub(super) fn unlist(writer: &mut Writer<'_>, account: &Place, tasks: &mut Tasks) -> Result<(), Status> {
    let gone = tasks.unlisted.remove(account).unwrap_or_default();
    let accounts = writer.store.catalog.get(ACCOUNTS).cloned();
    let there = writer.store.at(account).map(|account| account.value());
    let (Some(accounts), Some(mut value)) = (accounts, there) else { return Ok(()) };
    let Value::Array(named) = &mut value["secrets"] else { return Ok(()) };
    let before = named.len();
    named.retain(|named| named["name"].as_str().is_none_or(|name| !gone.contains(name)));
    if named.len() == before {
        return Ok(());
    }
    let view = accounts.stored_view();
    let target = Target { view: &view, namespace: &account.namespace, name: &account.name };
    write(writer, target, value)
}

fn write(writer: &mut Writer<'_>, target: Target<'_>, value: Value) -> Result<(), Status> {
    let manager = std::mem::replace(&mut writer.manager, CONTROLLERS.to_owned());
    let written = writer.replace(target, Part::Whole, value);
    writer.manager = manager;
    written.map(drop)
}
