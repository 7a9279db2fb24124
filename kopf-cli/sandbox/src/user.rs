//! Who asks.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

/// The group of everybody who is known.
pub(crate) const AUTHENTICATED: &str = "system:authenticated";
/// The group of those who may do everything.
pub(crate) const MASTERS: &str = "system:masters";
/// What the names of service accounts begin with.
const SERVICE_ACCOUNT: &str = "system:serviceaccount:";

/// A user, as the API knows one: by name, and by the groups that rights are given to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: Arc<str>,
    pub(crate) uid: String,
    pub(crate) groups: Arc<[String]>,
    pub(crate) extra: BTreeMap<String, Vec<String>>,
}

impl User {
    /// Who may do everything. It is also who asks without a socket.
    pub(crate) fn admin() -> User {
        User::new("admin", [MASTERS, AUTHENTICATED])
    }

    /// Who is known, and has no rights but those of everybody.
    pub(crate) fn nobody() -> User {
        User::new("nobody", [AUTHENTICATED])
    }

    /// A service account, whose own uid is that of its object.
    pub(crate) fn service_account(namespace: &str, name: &str, uid: &str) -> User {
        let groups = service_account_groups(namespace).into_iter().chain([AUTHENTICATED.to_owned()]);
        User { uid: uid.to_owned(), ..User::new(&format!("{SERVICE_ACCOUNT}{namespace}:{name}"), groups) }
    }

    pub(crate) fn new<G: Into<String>>(name: &str, groups: impl IntoIterator<Item = G>) -> User {
        let groups = groups.into_iter().map(Into::into).collect();
        User { name: name.into(), uid: String::new(), groups, extra: BTreeMap::new() }
    }

    pub(crate) fn is_in(&self, group: &str) -> bool {
        self.groups.iter().any(|known| known == group)
    }

    /// The user as reviews tell of one.
    pub(crate) fn to_value(&self) -> Value {
        let mut user = json!({ "username": &*self.name });
        if !self.uid.is_empty() {
            user["uid"] = self.uid.as_str().into();
        }
        user["groups"] = self.groups.to_vec().into();
        if !self.extra.is_empty() {
            user["extra"] = json!(self.extra);
        }
        user
    }
}

/// The namespace and the name of a service account, by its name as a user.
pub(crate) fn as_service_account(user: &str) -> Option<(&str, &str)> {
    user.strip_prefix(SERVICE_ACCOUNT)?.split_once(':').filter(|(_, name)| !name.contains(':'))
}

/// The groups that all service accounts of a namespace are in.
pub(crate) fn service_account_groups(namespace: &str) -> [String; 2] {
    ["system:serviceaccounts".to_owned(), format!("system:serviceaccounts:{namespace}")]
}
