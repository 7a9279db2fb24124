//! Who asks.

use std::sync::Arc;

/// A user, as the API knows one: by name, and by the groups that rights are given to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: Arc<str>,
    pub(crate) groups: Arc<[String]>,
}

impl User {
    /// Who may do everything. It is also who asks without a socket.
    pub(crate) fn admin() -> User {
        User::new("admin", &["system:masters", "system:authenticated"])
    }

    /// Who is known, and has no rights but those of everybody.
    pub(crate) fn nobody() -> User {
        User::new("nobody", &["system:authenticated"])
    }

    fn new(name: &str, groups: &[&str]) -> User {
        User { name: name.into(), groups: groups.iter().map(|group| (*group).to_owned()).collect() }
    }
}
