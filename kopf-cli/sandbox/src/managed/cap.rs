//! Keeps the number of owners by update within bounds.

use super::entries::{Entry, Operation};

/// So many there may be.
const MOST_UPDATERS: usize = 10;
/// Who owns what the oldest of too many owned.
const OLD_UPDATES: &str = "ancient-changes";

/// Joins the oldest entries by update, those of each version, until there are few enough.
pub(super) fn cap(mut entries: Vec<Entry>) -> Vec<Entry> {
    let updates = |entries: &[Entry]| {
        let mut updates: Vec<Entry> =
            entries.iter().filter(|entry| entry.operation == Operation::Update).cloned().collect();
        updates.sort_by_cached_key(|entry| {
            (entry.seconds(), entry.manager.clone(), entry.api_version.clone(), entry.subresource.clone())
        });
        updates
    };
    let oldest = updates(&entries);
    let mut left = oldest.len();
    if left <= MOST_UPDATERS {
        return entries;
    }
    // The oldest of a version is joined with others only when there is a second one.
    let mut first: Vec<Entry> = Vec::new();
    for old in oldest {
        if left <= MOST_UPDATERS {
            break;
        }
        let Some(one) = first.iter().find(|one| one.api_version == old.api_version) else {
            first.push(old);
            continue;
        };
        let bucket = Entry { manager: OLD_UPDATES.to_owned(), subresource: String::new(), ..one.clone() };
        let fields = |entries: &[Entry], owner: &Entry| {
            let found = entries.iter().find(|entry| entry.same_owner(owner));
            found.map(|entry| entry.fields.clone()).unwrap_or_default()
        };
        let mut joined = fields(&entries, &old);
        let known = entries.iter().any(|entry| entry.same_owner(&bucket));
        joined = joined.union(&fields(&entries, if known { &bucket } else { one }));
        if !known {
            entries.retain(|entry| !entry.same_owner(one));
        }
        entries.retain(|entry| !entry.same_owner(&bucket));
        entries.push(Entry { fields: joined, time: old.time.clone(), ..bucket });
        // The server does so, too, where what is joined is the entry of joined ones: it is lost.
        entries.retain(|entry| !entry.same_owner(&old));
        left -= 1;
    }
    entries
}
