//! What an index function may return: pairs of key and value, or values alone.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

use crate::{Error, Outcome};

/// A value that is held under no key: all objects' values stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scalar<V>(pub V);

/// What an index function may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what an index function returns",
    label = "nothing to index",
    note = "return a pair `(key, value)`, a `Vec` or a map of pairs, or `Scalar(value)`; in an `Option` if there may be \
            none, in an `Outcome` if it may fail"
)]
pub trait Entries {
    /// What the values are found by.
    type Key: Clone + Eq + Hash + Send + Sync + 'static;
    /// What is found.
    type Value: Send + Sync + 'static;

    /// The pairs, in their order.
    ///
    /// # Errors
    ///
    /// The function's own.
    fn entries(self) -> Outcome<Vec<(Self::Key, Self::Value)>>;
}

impl<K, V> Entries for (K, V)
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    type Key = K;
    type Value = V;

    fn entries(self) -> Outcome<Vec<(K, V)>> {
        Ok(vec![self])
    }
}

impl<V: Send + Sync + 'static> Entries for Scalar<V> {
    type Key = ();
    type Value = V;

    fn entries(self) -> Outcome<Vec<((), V)>> {
        Ok(vec![((), self.0)])
    }
}

impl<E: Entries> Entries for Option<E> {
    type Key = E::Key;
    type Value = E::Value;

    fn entries(self) -> Outcome<Vec<(E::Key, E::Value)>> {
        self.map_or_else(|| Ok(vec![]), E::entries)
    }
}

impl<E: Entries, X: Into<Error>> Entries for Result<E, X> {
    type Key = E::Key;
    type Value = E::Value;

    fn entries(self) -> Outcome<Vec<(E::Key, E::Value)>> {
        self.map_err(Into::into)?.entries()
    }
}

impl<E: Entries> Entries for Vec<E> {
    type Key = E::Key;
    type Value = E::Value;

    fn entries(self) -> Outcome<Vec<(E::Key, E::Value)>> {
        all(self)
    }
}

impl<E: Entries, const N: usize> Entries for [E; N] {
    type Key = E::Key;
    type Value = E::Value;

    fn entries(self) -> Outcome<Vec<(E::Key, E::Value)>> {
        all(self)
    }
}

impl<K, V, S> Entries for HashMap<K, V, S>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    type Key = K;
    type Value = V;

    fn entries(self) -> Outcome<Vec<(K, V)>> {
        Ok(self.into_iter().collect())
    }
}

impl<K, V> Entries for BTreeMap<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    type Key = K;
    type Value = V;

    fn entries(self) -> Outcome<Vec<(K, V)>> {
        Ok(self.into_iter().collect())
    }
}

fn all<E: Entries>(parts: impl IntoIterator<Item = E>) -> Outcome<Vec<(E::Key, E::Value)>> {
    let mut entries = vec![];
    for part in parts {
        entries.extend(part.entries()?);
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    #[track_caller]
    fn check<E: Entries<Key: Debug, Value: Debug>>(returned: E, expected: &str) {
        let found = match returned.entries() {
            Ok(entries) => format!("{entries:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_pair_or_several_are_held_by_their_keys() {
        check(("a", 1), r#"[("a", 1)]"#);
        check(vec![("a", 1), ("b", 2), ("a", 3)], r#"[("a", 1), ("b", 2), ("a", 3)]"#);
        check([("a", 1), ("b", 2)], r#"[("a", 1), ("b", 2)]"#);
        check(HashMap::from([("a", 1)]), r#"[("a", 1)]"#);
        check(BTreeMap::from([("b", 2), ("a", 1)]), r#"[("a", 1), ("b", 2)]"#);
    }

    #[test]
    fn trap_21_a_scalar_has_no_key_and_is_not_taken_apart() {
        check(Scalar("a"), r#"[((), "a")]"#);
        check(vec![Scalar(1), Scalar(2)], "[((), 1), ((), 2)]");
        check(Scalar(("a", 1)), r#"[((), ("a", 1))]"#);
        check(Scalar(BTreeMap::from([("a", 1)])), r#"[((), {"a": 1})]"#);
    }

    #[test]
    fn there_may_be_none_and_it_may_fail() {
        check(None::<(u8, u8)>, "[]");
        check(Some(Scalar(1)), "[((), 1)]");
        check(Vec::<(u8, u8)>::new(), "[]");
        check(Outcome::<Option<(u8, u8)>>::Ok(Some((1, 2))), "[(1, 2)]");
        check("x".parse::<u8>().map(Scalar), "invalid digit found in string");
        check([Ok(Scalar(1)), Err(Error::msg("half"))], "half");
    }
}
