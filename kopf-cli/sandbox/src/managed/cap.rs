//! Keeps the number of owners by update within bounds.

use std::collections::BTreeMap;

use super::{
    entries::{Entry, Operation, Owner},
    set::Set,
};

/// So many there may be.
const MOST_UPDATERS: usize = 10;
/// Who owns what the oldest of too many owned.
const OLD_UPDATES: &str = "ancient-changes";

/// Joins the oldest entries by update, those of each version, until there are few enough.
pub(super) fn cap(entries: Vec<Entry>) -> Vec<Entry> {
    let is_update = |entry: &Entry| entry.operation == Operation::Update;
    let mut left = entries.iter().filter(|entry| is_update(entry)).count();
    if left <= MOST_UPDATERS {
        return entries;
    }
    let (mut updates, mut capped): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(is_update);
    updates.sort_by_cached_key(|entry| {
        (entry.seconds(), entry.manager.clone(), entry.api_version.clone(), entry.subresource.clone())
    });
    // Each with the sets that are to become its one, since to join them one by one would be to walk the whole for each.
    let mut kept: BTreeMap<Owner, (Entry, Vec<Set>)> = BTreeMap::new();
    let mut oldest = Vec::with_capacity(updates.len());
    for mut update in updates {
        let owner = update.owner();
        let fields = std::mem::take(&mut update.fields);
        oldest.push((owner.clone(), update.clone()));
        kept.insert(owner, (update, vec![fields]));
    }
    // The oldest of a version is joined with others only when there is a second one.
    let mut first: BTreeMap<String, Entry> = BTreeMap::new();
    for (owner, old) in oldest {
        if left <= MOST_UPDATERS {
            break;
        }
        let Some(one) = first.get(&old.api_version) else {
            first.insert(old.api_version.clone(), old);
            continue;
        };
        let bucket = Entry { manager: OLD_UPDATES.to_owned(), subresource: String::new(), ..one.clone() };
        let joined = kept.remove(&bucket.owner()).or_else(|| kept.remove(&one.owner()));
        let mut joined = joined.map(|(_, fields)| fields).unwrap_or_default();
        // The server does so, too, where what is joined is the entry of joined ones: it is lost.
        if owner != bucket.owner() {
            joined.extend(kept.remove(&owner).into_iter().flat_map(|(_, fields)| fields));
            kept.insert(bucket.owner(), (Entry { time: old.time, ..bucket }, joined));
        }
        left -= 1;
    }
    capped.extend(kept.into_values().map(|(entry, fields)| Entry { fields: Set::of_all(fields), ..entry }));
    capped
}
