//! Who owns what after a write: by update, or by applying a configuration.

use std::{
    collections::{
        BTreeMap,
        btree_map::Entry::{Occupied, Vacant},
    },
    rc::Rc,
    sync::LazyLock,
};

use serde_json::Value;

use super::{
    check::check,
    compare::{Difference, compare},
    entries::Entry,
    fields::fields_of,
    merge::{merge, remove},
    set::Set,
    settle::{settle, with_named},
    step::Step,
    typed::Typed,
};

/// The same object in the versions in which there are entries.
pub(super) trait Versions {
    /// How objects of a version are typed; `None` where there is no such version any more.
    fn typed(&self, api_version: &str) -> Option<Typed<'_>>;

    /// An object of the version of the request, as it is in another version.
    fn converted(&self, object: &Value, api_version: &str) -> Value;

    /// An object of another version, as it is in the version of the request.
    fn reverted(&self, object: Value, api_version: &str) -> Value;

    /// Fields of a version that this write does not change, whatever it says.
    fn ignored(&self, api_version: &str) -> Set;

    /// Whether entries of versions that there are none of are dropped; they are refused otherwise.
    fn drops_unknown(&self) -> bool;
}

/// Who writes, and in which version.
pub(super) struct Write<'a, V> {
    pub(super) versions: &'a V,
    pub(super) api_version: String,
    /// The owner, with no fields.
    pub(super) owner: Entry,
}

/// What others own of the fields that a configuration is about to change.
#[derive(Debug)]
pub(super) struct Conflicts(pub(super) Vec<(Entry, Set)>);

/// Why a configuration is not applied.
pub(super) enum Refused {
    Conflicts(Conflicts),
    Because(String),
}

impl<V: Versions> Write<'_, V> {
    fn typed(&self) -> Result<Typed<'_>, String> {
        self.versions
            .typed(&self.api_version)
            .ok_or_else(|| format!("no corresponding type for {}", self.api_version))
    }

    /// The entries after an update from `before` to `after`.
    pub(super) fn update(
        &self,
        before: &Value,
        after: &Value,
        entries: Vec<Entry>,
    ) -> Result<Vec<Entry>, String> {
        let typed = self.typed()?;
        check(typed, after, true)?;
        check(typed, before, true)?;
        let mut entries = self.settled(before, entries)?;
        let difference = Rc::new(self.difference(before, after, &self.api_version)?);
        // The owner's own entry is one of the others here: what it has and changes goes through the same hands.
        let lost = self.lost(before, after, &difference, &entries, |_| false)?;
        take_away(&mut entries, lost);
        let Difference { modified, added, .. } = Rc::unwrap_or_clone(difference);
        let taken = without_identity(added.union(&modified));
        if taken.is_empty() {
            return Ok(entries);
        }
        match entries.iter_mut().find(|entry| entry.same_owner(&self.owner)) {
            Some(own) => {
                own.fields = taken.union(&own.fields);
                own.time.clone_from(&self.owner.time);
            }
            None => entries.push(Entry { fields: taken, ..self.owner.clone() }),
        }
        Ok(entries)
    }

    /// The object that a configuration makes of `before`, if it changes it, and the entries after. Both have been checked.
    pub(super) fn apply(
        &self,
        before: &Value,
        configuration: &Value,
        entries: Vec<Entry>,
        force: bool,
    ) -> Result<(Option<Value>, Vec<Entry>), Refused> {
        let typed = self.typed().map_err(Refused::Because)?;
        let mut entries = self.settled(before, entries).map_err(Refused::Because)?;
        let merged = merge(typed, before, configuration)
            .map_err(|why| Refused::Because(format!("failed to merge config: {why}")))?;
        let fields = fields_of(typed, configuration).below.without(&self.versions.ignored(&self.api_version));
        let own = entries.iter().position(|entry| entry.same_owner(&self.owner));
        let last = own.map(|own| entries.remove(own));
        let time = last.as_ref().and_then(|last| last.time.clone());
        entries.push(Entry { fields, time, ..self.owner.clone() });
        let pruned = match last.filter(|last| !last.fields.is_empty()) {
            None => merged,
            Some(last) => self
                .pruned(merged, &last, &entries)
                .map_err(|why| Refused::Because(format!("failed to prune fields: {why}")))?,
        };
        let is_own = |entry: &Entry| entry.same_owner(&self.owner);
        let difference = self.difference(before, &pruned, &self.api_version).map_err(Refused::Because)?;
        let difference = Rc::new(difference);
        let lost = self.lost(before, &pruned, &difference, &entries, is_own).map_err(Refused::Because)?;
        let conflicts: Vec<(Entry, Set)> = entries
            .iter()
            .zip(&lost)
            .filter(|(_, lost)| !lost.contested.is_empty())
            .map(|(entry, lost)| (entry.clone(), lost.contested.clone()))
            .collect();
        if !force && !conflicts.is_empty() {
            return Err(Refused::Conflicts(Conflicts(conflicts)));
        }
        take_away(&mut entries, lost);
        for entry in entries.iter_mut().filter(|entry| is_own(entry)) {
            entry.fields = without_identity(std::mem::take(&mut entry.fields));
        }
        entries.retain(|entry| !entry.fields.is_empty());
        if pruned == *before {
            return Ok((None, entries));
        }
        for entry in entries.iter_mut().filter(|entry| is_own(entry)) {
            entry.time.clone_from(&self.owner.time);
        }
        Ok((Some(pruned), entries))
    }

    /// What the object would be without what was applied last and is not any more, unless somebody else owns it.
    fn pruned(&self, merged: Value, last: &Entry, entries: &[Entry]) -> Result<Value, String> {
        let Some(typed) = self.versions.typed(&last.api_version) else { return Ok(merged) };
        let merged = self.version(&merged, &last.api_version);
        let merged = merged
            .map_err(|why| format!("failed to convert merged object to last applied version: {why}"))?;
        let applied = with_named(last.fields.clone(), typed);
        let mut pruned = remove(typed, &merged, &applied);
        let mut versions: Vec<&str> = vec![&last.api_version];
        for entry in entries {
            if !versions.contains(&&*entry.api_version) {
                versions.push(&entry.api_version);
            }
        }
        for version in versions {
            let of_version = entries.iter().filter(|entry| entry.api_version == version);
            let owned = Set::of_all(of_version.map(|entry| entry.fields.clone()).collect());
            let Some(typed) = self.versions.typed(version) else { continue };
            let convert = |object: &Value| -> Result<Value, String> {
                let object = self.versions.reverted(object.clone(), &last.api_version);
                self.version(&object, version)
            };
            let failed = |which: &str, why: String| {
                format!(
                    "failed add back owned items: failed to convert {which} object at version {version}: {why}"
                )
            };
            let all = convert(&merged).map_err(|why| failed("merged", why))?;
            let left = convert(&pruned).map_err(|why| failed("pruned", why))?;
            let all_fields = with_named(fields_of(typed, &all).below, typed);
            let kept = with_named(fields_of(typed, &left).below, typed).union(&with_named(owned, typed));
            let left = remove(typed, &all, &all_fields.difference(&kept));
            let left = self.versions.reverted(left, version);
            pruned = self.versions.converted(&left, &last.api_version);
        }
        // What nobody owned who applied it stays, too.
        let all_fields = with_named(fields_of(typed, &merged).below, typed);
        let left = with_named(fields_of(typed, &pruned).below, typed);
        let gone = all_fields.difference(&left).intersection(&applied);
        Ok(self.versions.reverted(remove(typed, &merged, &gone), &last.api_version))
    }

    /// Entries as the schemas of their versions are now.
    fn settled(&self, before: &Value, entries: Vec<Entry>) -> Result<Vec<Entry>, String> {
        let mut settled = Vec::with_capacity(entries.len());
        let mut known: Vec<String> = vec![self.api_version.clone()];
        for mut entry in entries {
            let Some(typed) = self.versions.typed(&entry.api_version) else {
                if self.versions.drops_unknown() {
                    continue;
                }
                return Err(format!(
                    "request to convert CR to an invalid group/version: {}",
                    entry.api_version
                ));
            };
            if !known.contains(&entry.api_version) {
                self.version(before, &entry.api_version)?;
                known.push(entry.api_version.clone());
            }
            settle(&mut entry.fields, typed);
            settled.push(entry);
        }
        Ok(settled)
    }

    /// The object in another version.
    fn version(&self, object: &Value, api_version: &str) -> Result<Value, String> {
        if api_version == self.api_version {
            return Ok(object.clone());
        }
        let object = self.versions.converted(object, api_version);
        if let Some(typed) = self.versions.typed(api_version) {
            check(typed, &object, false)?;
        }
        Ok(object)
    }

    fn difference(&self, before: &Value, after: &Value, api_version: &str) -> Result<Difference, String> {
        let Some(typed) = self.versions.typed(api_version) else { return Ok(Difference::default()) };
        let found = if api_version == self.api_version {
            compare(typed, before, after)
        } else {
            let old = self.version(before, api_version);
            let old = old.map_err(|why| format!("failed to convert old object: {why}"))?;
            let new = self.version(after, api_version);
            let new = new.map_err(|why| format!("failed to convert new object: {why}"))?;
            compare(typed, &old, &new)
        };
        Ok(found.without(&self.versions.ignored(api_version)))
    }

    /// What each of the entries loses by the change, but for those that are `exempt`.
    fn lost(
        &self,
        before: &Value,
        after: &Value,
        difference: &Rc<Difference>,
        entries: &[Entry],
        exempt: impl Fn(&Entry) -> bool,
    ) -> Result<Vec<Lost>, String> {
        let mut lost = Vec::with_capacity(entries.len());
        let mut known = BTreeMap::from([(&*self.api_version, Rc::clone(difference))]);
        for entry in entries {
            if exempt(entry) {
                lost.push(Lost::default());
                continue;
            }
            let difference = match known.entry(&*entry.api_version) {
                Occupied(known) => Rc::clone(known.get()),
                Vacant(unknown) => {
                    let difference = self.difference(before, after, &entry.api_version)?;
                    Rc::clone(unknown.insert(Rc::new(difference)))
                }
            };
            let taken = |by: &Set| entry.fields.clone().intersection(by);
            lost.push(Lost {
                contested: taken(&difference.modified).union(&taken(&difference.added)),
                removed: Some(difference),
            });
        }
        Ok(lost)
    }
}

#[derive(Default)]
struct Lost {
    /// Fields whose values somebody else sets.
    contested: Set,
    /// The change that takes fields away.
    removed: Option<Rc<Difference>>,
}

fn take_away(entries: &mut Vec<Entry>, lost: Vec<Lost>) {
    for (entry, lost) in entries.iter_mut().zip(lost) {
        let fields = std::mem::take(&mut entry.fields);
        let left = fields.difference(&lost.contested);
        entry.fields = match &lost.removed {
            Some(change) => left.difference(&change.removed),
            None => left,
        };
    }
    entries.retain(|entry| !entry.fields.is_empty());
}

/// Without what says which object it is, which nobody owns.
fn without_identity(fields: Set) -> Set {
    static IDENTITY: LazyLock<Set> = LazyLock::new(|| {
        Set::of(&[
            &["apiVersion"],
            &["kind"],
            &["metadata"],
            &["metadata", "name"],
            &["metadata", "namespace"],
            &["metadata", "creationTimestamp"],
            &["metadata", "selfLink"],
            &["metadata", "uid"],
            &["metadata", "clusterName"],
            &["metadata", "generation"],
            &["metadata", "managedFields"],
            &["metadata", "resourceVersion"],
        ])
    });
    fields.difference(&IDENTITY)
}

impl Conflicts {
    /// Each conflict: who owns the field, and where it is.
    pub(super) fn each(&self) -> Vec<(&Entry, String)> {
        let mut each = Vec::new();
        for (entry, fields) in &self.0 {
            let text = |path: Vec<&Step>| path.iter().map(ToString::to_string).collect::<String>();
            each.extend(fields.paths().into_iter().map(|path| (entry, text(path))));
        }
        each
    }

    /// The conflicts about other fields than those that are allowed.
    pub(super) fn without(self, allowed: &Set) -> Conflicts {
        let left = self.0.into_iter().map(|(entry, fields)| (entry, fields.difference(allowed)));
        Conflicts(left.filter(|(_, fields)| !fields.is_empty()).collect())
    }
}
