//! Turns an operator's name into everything that it signs with on the cluster.

use thiserror::Error;

use crate::store::{
    dialect::{Dialect, Store},
    python,
};

/// The domain under which every operator has a prefix of its own.
const DOMAIN: &str = "kopf.dev";

/// The longest DNS label.
const NAME_LIMIT: usize = 63;

/// Why a name is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The name has no characters.
    #[error("an operator's name is empty; give one with --name")]
    Empty,
    /// The name is longer than a DNS label may be.
    #[error("the operator's name `{name}` has {} characters, at most {NAME_LIMIT} fit; give a shorter one with --name", .name.len())]
    TooLong {
        /// The name as it was given.
        name: String,
    },
    /// The name has a character that a DNS label has not.
    #[error(
        "the operator's name `{name}` has `{found}` in it, but a name is made of a-z, 0-9 and `-`; give another with --name"
    )]
    Character {
        /// The name as it was given.
        name: String,
        /// The first wrong character.
        found: char,
    },
    /// The name begins or ends with a dash.
    #[error("the operator's name `{name}` begins or ends with a dash; it must begin and end with a-z or 0-9")]
    Edge {
        /// The name as it was given.
        name: String,
    },
}

/// Who an operator is: a name, and the prefix, finalizer and field manager that follow from it.
///
/// Two operators of different names do not see each other's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    name: String,
    finalizer: String,
    field_manager: String,
    store: Store,
}

impl Identity {
    /// The identity of the operator called `name`, where `_` stands for `-`.
    ///
    /// # Errors
    ///
    /// When the name is not a DNS label: 1 to 63 of `a-z`, `0-9` and `-`, with no dash at either end.
    pub fn new(name: &str) -> Result<Identity, Error> {
        let label = name.replace('_', "-");
        let given = || name.to_owned();
        if label.is_empty() {
            return Err(Error::Empty);
        }
        if let Some(found) = label.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-')) {
            return Err(Error::Character { name: given(), found });
        }
        if label.len() > NAME_LIMIT {
            return Err(Error::TooLong { name: given() });
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(Error::Edge { name: given() });
        }
        // A label and the domain have 72 characters at most: well within the 253 of an annotation's prefix and the 128
        // of a field manager.
        let prefix = format!("{label}.{DOMAIN}");
        Ok(Identity {
            finalizer: format!("{prefix}/finalizer"),
            store: Store::own(&prefix),
            field_manager: prefix,
            name: label,
        })
    }

    /// The same operator, whose state on objects has that form.
    ///
    /// In the Python framework's it has that one's annotations and finalizer, whatever its own name is. The name stays
    /// for Events and the field manager.
    #[must_use]
    pub fn speaking(self, dialect: Dialect) -> Identity {
        match dialect {
            Dialect::Own => self,
            Dialect::Python => {
                Identity { finalizer: python::FINALIZER.to_owned(), store: Store::python(), ..self }
            }
        }
    }

    /// The name, a DNS label.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The prefix of all annotations of this operator, without a slash: `<name>.kopf.dev`, or `kopf.zalando.org`.
    pub fn prefix(&self) -> &str {
        self.store.prefix()
    }

    /// The finalizer that holds objects for this operator: `<name>.kopf.dev/finalizer`, or
    /// `kopf.zalando.org/KopfFinalizerMarker`.
    pub fn finalizer(&self) -> &str {
        &self.finalizer
    }

    /// The field manager of this operator's writes: `<name>.kopf.dev`.
    pub fn field_manager(&self) -> &str {
        &self.field_manager
    }

    /// Where this operator keeps its state on objects.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Whose form that state has.
    pub fn dialect(&self) -> Dialect {
        self.store.dialect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        let found = Identity::new(name)
            .map_or_else(|error| format!("error: {error}"), |it| it.finalizer().to_owned());
        assert_eq!(found, expected);
    }

    #[test]
    fn a_package_name_becomes_a_label() {
        check("my_operator", "my-operator.kopf.dev/finalizer");
        check("a", "a.kopf.dev/finalizer");
        check(&"x".repeat(63), &format!("{}.kopf.dev/finalizer", "x".repeat(63)));
    }

    #[test]
    fn what_is_no_label_is_refused_with_the_way_out() {
        check("", "error: an operator's name is empty; give one with --name");
        check(
            "My",
            "error: the operator's name `My` has `M` in it, but a name is made of a-z, 0-9 and `-`; give another with --name",
        );
        check(
            "a.b",
            "error: the operator's name `a.b` has `.` in it, but a name is made of a-z, 0-9 and `-`; give another with --name",
        );
        check(
            "_a",
            "error: the operator's name `_a` begins or ends with a dash; it must begin and end with a-z or 0-9",
        );
        check(
            &"x".repeat(64),
            &format!(
                "error: the operator's name `{}` has 64 characters, at most 63 fit; give a shorter one with --name",
                "x".repeat(64)
            ),
        );
    }

    #[test]
    fn beside_the_python_framework_only_the_name_is_its_own() {
        let identity = Identity::new("web").unwrap().speaking(Dialect::Python);
        assert_eq!(
            (identity.name(), identity.prefix(), identity.finalizer(), identity.field_manager()),
            ("web", "kopf.zalando.org", "kopf.zalando.org/KopfFinalizerMarker", "web.kopf.dev")
        );
    }

    #[test]
    fn everything_is_signed_with_the_prefix() {
        let identity = Identity::new("web").unwrap();
        assert_eq!(
            (identity.name(), identity.prefix(), identity.field_manager()),
            ("web", "web.kopf.dev", "web.kopf.dev")
        );
    }
}
