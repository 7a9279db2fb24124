//! Which secrets keep a token of an account, by their own word: they go with it.

use std::collections::{BTreeSet, HashMap};

use super::legacy::{self, ACCOUNT};
use crate::object::Stored;

/// The names of secrets, by the namespace and the name of their account.
#[derive(Debug, Default)]
pub(crate) struct Keepers(HashMap<(String, String), BTreeSet<String>>);

impl Keepers {
    /// To be called on a stack that the secret needs.
    pub(crate) fn add(&mut self, secret: &Stored) {
        if let Some(account) = account_of(secret) {
            self.0.entry(account).or_default().insert(secret.header.name.clone());
        }
    }

    /// To be called on a stack that the secret needs.
    pub(crate) fn remove(&mut self, secret: &Stored) {
        let Some(account) = account_of(secret) else { return };
        if let Some(names) = self.0.get_mut(&account) {
            names.remove(&secret.header.name);
            if names.is_empty() {
                self.0.remove(&account);
            }
        }
    }

    /// The names of the secrets that keep tokens of an account.
    pub(crate) fn of(&self, account: &Stored) -> impl Iterator<Item = &String> {
        let (namespace, name) = account.place();
        self.0.get(&(namespace.to_owned(), name.to_owned())).into_iter().flatten()
    }
}

fn account_of(secret: &Stored) -> Option<(String, String)> {
    if !legacy::keeps_token(secret) {
        return None;
    }
    let name = secret.value()["metadata"]["annotations"][ACCOUNT].as_str()?.to_owned();
    Some((secret.header.namespace.clone(), name))
}
