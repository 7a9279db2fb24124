//! Finds the setting that was probably meant.

use strsim::levenshtein as distance;

use super::{KEYS, Key};

/// The setting whose name is nearest: one that has the same last part, or is a few slips away.
pub(super) fn nearest(found: &str) -> Option<&'static str> {
    let found = found.trim().to_ascii_lowercase().replace('-', "_");
    let last = |name: &str| name.rsplit('.').next().map(str::to_owned);
    let mut same = KEYS.iter().map(|key| key.name).filter(|name| last(name) == last(&found));
    if let (Some(name), None) = (same.next(), same.next()) {
        return Some(name);
    }
    let (slips, name) = KEYS.iter().map(|key| (distance(&found, key.name), key.name)).min()?;
    // More than a third of the letters are another word.
    (slips * 3 <= name.len()).then_some(name)
}

/// The setting whose variable this name of one misses by a slip or two.
pub fn misspelt(variable: &str) -> Option<&'static Key> {
    let slips = |key: &Key| distance(variable, &key.variable());
    KEYS.iter().find(|key| (1..=2).contains(&slips(key)))
}
