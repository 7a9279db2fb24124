//! Who owns which fields of an object: `metadata.managedFields`, and server-side apply, which goes by it.
//!
//! Every write goes through here before the object is completed by its kind: [`Managed::update`] for an object that is
//! there as a whole, [`Managed::apply`] for a configuration, which says only what its owner wants.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{
    builtin,
    incoming::Incoming,
    kinds::PODS,
    object, printed, protobuf,
    resources::{StatusMetadata, View},
    status::{About, Cause, Status},
    write::seconds,
};

mod cap;
mod check;
mod compare;
mod entries;
mod fields;
mod last_applied;
mod merge;
mod scaled;
mod set;
mod settle;
mod step;
mod text;
mod typed;
mod update;

pub(crate) use entries::same_but_times;
pub(crate) use scaled::{of_scale, of_scaled};

use entries::{Entry, Operation, Said};
use set::Set;
use typed::Typed;
use update::{Conflicts, Refused, Versions, Write};

/// Who owned what was there before anybody kept account.
const BEFORE_FIRST_APPLY: &str = "before-first-apply";
/// How long the name of an owner may be, in bytes.
const LONGEST: usize = 128;
/// How long that of a subresource may be, in bytes.
const LONGEST_SUBRESOURCE: usize = 256;
/// Who is nobody.
const UNKNOWN: &str = "unknown";

/// A write, as far as the account of owners is concerned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Managed<'a> {
    pub(crate) view: &'a View,
    pub(crate) manager: &'a str,
    /// Empty where the object itself is written.
    pub(crate) subresource: &'a str,
    pub(crate) now: Timestamp,
}

impl Managed<'_> {
    /// `managedFields` after a write that makes `after` of `before`, both in the storage version; `before` is absent on
    /// creation.
    pub(crate) fn update(&self, before: Option<&Value>, after: &mut Incoming) -> Option<Value> {
        let mut managed = None;
        after.as_whole(self.view, |after| managed = self.update_whole(before, after));
        managed
    }

    /// Puts into an object who owns what after it has become so.
    pub(crate) fn rewrite(&self, before: &Value, after: &mut Value) {
        let managed = self.update_whole(Some(before), after);
        match (&mut after["metadata"], managed) {
            (Value::Object(metadata), Some(managed)) => {
                metadata.insert("managedFields".to_owned(), managed);
            }
            (Value::Object(metadata), None) => {
                metadata.shift_remove("managedFields");
            }
            _ => {}
        }
    }

    fn update_whole(&self, before: Option<&Value>, after: &Value) -> Option<Value> {
        let had = before.and_then(|before| before["metadata"].get("managedFields"));
        let said = match self.subresource {
            "" => entries::said(after["metadata"].get("managedFields")),
            _ => Said::Nothing,
        };
        let entries = match said {
            Said::Reset => Vec::new(),
            Said::Entries(entries) => entries,
            Said::Nothing => entries::read(had).unwrap_or_default(),
        };
        if entries.is_empty() && before.is_some() {
            return None;
        }
        let write = self.write(Operation::Update, self.manager);
        let updated = match before {
            Some(before) => write.update(&self.shown(before), &self.shown(after), entries),
            None => write.update(&self.blank(), &self.shown(after), entries),
        };
        match updated {
            Ok(entries) => entries::write(cap::cap(entries)),
            Err(why) => {
                tracing::debug!(%why, kind = self.view.resource.kind, "managedFields are left as they were.");
                had.cloned()
            }
        }
    }

    /// What applying `configuration` makes of `before`, in the version of the request; `before` is in the storage
    /// version, and absent where there is no such object.
    ///
    /// # Errors
    ///
    /// What the API refuses to apply, and conflicts with others' fields.
    pub(crate) fn apply(
        &self,
        before: Option<&Value>,
        mut configuration: Value,
        force: bool,
    ) -> Result<Value, Status> {
        self.check_configuration(&mut configuration)?;
        let mut live = before.map_or_else(|| self.blank(), |before| self.shown(before).into_owned());
        live["apiVersion"] = self.view.api_version().into();
        let mut entries = entries::read(live["metadata"].get("managedFields"))
            .map_err(|why| Status::failure(format!("failed to decode managed fields: {why}")))?;
        let typed = self.typed(&self.view.api_version()).unwrap_or(Typed::Unknown);
        let check = |object: &Value, doubles: bool, what: &str| {
            let told =
                |why| Status::failure(what.replace("{}", &self.described(object)) + &format!(": {why}"));
            check::check(typed, object, doubles).map_err(told)
        };
        if entries.is_empty() {
            let what = "failed to create manager for existing fields: failed to convert new object ({}) to smd typed";
            check(&live, true, what)?;
            let write = self.write(Operation::Update, BEFORE_FIRST_APPLY);
            let updated = write.update(&self.blank(), &live, entries).map(cap::cap);
            entries = updated.map_err(|why| {
                Status::failure(format!("failed to create manager for existing fields: {why}"))
            })?;
        }
        check(&configuration, false, "failed to create typed patch object ({})")?;
        check(&live, true, "failed to create typed live object ({})")?;
        let write = self.write(Operation::Apply, self.manager);
        let applied = match write.apply(&live, &configuration, entries.clone(), force) {
            Err(Refused::Conflicts(conflicts)) if self.manager == last_applied::MANAGER => {
                match last_applied::allowed(typed, &live, &self.view.api_version()) {
                    Some(allowed) => {
                        let left = conflicts.without(&allowed);
                        if left.0.is_empty() {
                            write.apply(&live, &configuration, entries, true)
                        } else {
                            Err(Refused::Conflicts(left))
                        }
                    }
                    None => Err(Refused::Conflicts(conflicts)),
                }
            }
            other => other,
        };
        let (applied, entries) = applied.map_err(refused)?;
        let mut object = applied.unwrap_or(live);
        if self.manager == last_applied::MANAGER {
            last_applied::keep_up(&mut object, &configuration);
        }
        if let Value::Object(fields) = &mut object {
            let metadata = fields.entry("metadata").or_insert_with(|| Map::new().into());
            match (metadata, entries::write(entries)) {
                (Value::Object(metadata), Some(entries)) => {
                    metadata.insert("managedFields".to_owned(), entries);
                }
                (Value::Object(metadata), None) => {
                    metadata.shift_remove("managedFields");
                }
                _ => {}
            }
        }
        Ok(object)
    }

    /// Refuses what is not meant for this object, or claims to be more than a configuration.
    fn check_configuration(&self, configuration: &mut Value) -> Result<(), Status> {
        let text = |name: &str| configuration[name].as_str().unwrap_or_default().to_owned();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        if api_version != self.view.api_version() || kind != self.view.resource.kind {
            let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
            return Err(Status::bad_request(format!("invalid object type: {group}/{version}, Kind={kind}")));
        }
        if let Some(Value::Object(metadata)) = configuration.get_mut("metadata") {
            match metadata.get("managedFields") {
                None => {}
                Some(Value::Null) => {
                    metadata.shift_remove("managedFields");
                }
                Some(_) => return Err(Status::bad_request("metadata.managedFields must be nil")),
            }
        }
        Ok(())
    }

    /// An object as refusals to convert it name it.
    pub(crate) fn described(&self, object: &Value) -> String {
        let text = |name: &str| object["metadata"][name].as_str().unwrap_or_default();
        let version = self.view.version();
        let kind = &self.view.resource.kind;
        format!("{}/{}; {}/{}, Kind={kind}", text("namespace"), text("name"), version.group, version.name)
    }

    fn write(&self, operation: Operation, manager: &str) -> Write<'_, Self> {
        let manager = if manager.is_empty() { UNKNOWN } else { manager };
        let owner = Entry {
            manager: manager.to_owned(),
            operation,
            api_version: self.view.api_version(),
            subresource: self.subresource.to_owned(),
            time: Some(seconds(self.now)),
            fields: Set::default(),
        };
        Write { versions: self, api_version: self.view.api_version(), owner }
    }

    /// An object of the storage version, as the view of the request has it.
    fn shown<'v>(&self, value: &'v Value) -> std::borrow::Cow<'v, Value> {
        if self.view.renames() {
            let mut shown = value.clone();
            object::show(&mut shown, self.view);
            std::borrow::Cow::Owned(shown)
        } else {
            std::borrow::Cow::Borrowed(value)
        }
    }

    /// The object before there was one: what Go has where nobody has said anything.
    fn blank(&self) -> Value {
        let (api_version, kind) = (self.view.api_version(), &*self.view.resource.kind);
        let mut blank = match self.view.resource.rules.custom {
            true => Map::new(),
            false => protobuf::zero(&api_version, kind),
        };
        blank.insert("apiVersion".to_owned(), api_version.into());
        blank.insert("kind".to_owned(), kind.into());
        blank.into()
    }
}

impl Versions for Managed<'_> {
    fn typed(&self, api_version: &str) -> Option<Typed<'_>> {
        // Between groups there is no way: who writes in one does not know of those who own fields in another.
        let group = &self.view.version().group;
        let mut versions = self.view.resource.versions.iter().filter(|version| version.group == *group);
        let version = versions.find(|version| version.api_version() == api_version)?;
        Some(self.view.resource.shape(version).map_or(Typed::Unknown, Typed::Object))
    }

    fn converted(&self, object: &Value, api_version: &str) -> Value {
        let mut converted = object.clone();
        if let Some(other) = self.view.in_version(api_version) {
            object::unshow(&mut converted, self.view);
            object::show(&mut converted, &other);
        }
        converted
    }

    fn reverted(&self, mut object: Value, api_version: &str) -> Value {
        if let Some(other) = self.view.in_version(api_version) {
            object::unshow(&mut object, &other);
            object::show(&mut object, self.view);
        }
        object
    }

    fn ignored(&self, api_version: &str) -> Set {
        let rules = self.view.resource.rules;
        let mut versions = self.view.resource.versions.iter();
        let has_status = versions.any(|version| version.status && version.api_version() == api_version);
        match (self.subresource, rules.status_metadata) {
            _ if !has_status => Set::default(),
            ("", _) if rules.custom && api_version != self.view.api_version() => Set::default(),
            ("", _) if builtin::is_signed(&self.view.resource.key) => Set::of(&[&["spec"], &["status"]]),
            ("" | "finalize", _) => Set::of(&[&["status"]]),
            ("approval", _) => Set::of(&[&["spec"], &["status", "certificate"]]),
            (_, StatusMetadata::Everything) if builtin::is_signed(&self.view.resource.key) => {
                Set::of(&[&["spec"], &["status", "conditions"]])
            }
            (_, StatusMetadata::Nothing) => Set::of(&[&["metadata"], &["spec"]]),
            (_, StatusMetadata::EverythingButLabels) => Set::of(&[&["spec"], &["metadata", "labels"]]),
            (_, StatusMetadata::Everything) if &*self.view.resource.key == PODS => {
                Set::of(&[&["spec"], &["metadata", "deletionTimestamp"], &["metadata", "ownerReferences"]])
            }
            (_, StatusMetadata::Everything) => Set::of(&[&["spec"]]),
        }
    }

    fn drops_unknown(&self) -> bool {
        !self.view.resource.rules.custom
    }
}

fn refused(why: Refused) -> Status {
    match why {
        Refused::Because(why) => Status::failure(why),
        Refused::Conflicts(conflicts) => conflict(&conflicts),
    }
}

fn conflict(conflicts: &Conflicts) -> Status {
    let mut each = conflicts.each();
    each.sort_by_key(|(entry, _)| entry.described());
    let message = match &*each {
        [(entry, path)] => {
            format!("Apply failed with 1 conflict: conflict with {}: {path}", entry.described())
        }
        many => {
            let mut lines = Vec::new();
            let mut last: Option<String> = None;
            for (entry, path) in many {
                let described = entry.described();
                if last.as_ref() != Some(&described) {
                    lines.push(format!("conflicts with {described}:"));
                }
                lines.push(format!("- {path}"));
                last = Some(described);
            }
            format!("Apply failed with {} conflicts: {}", many.len(), lines.join("\n"))
        }
    };
    let causes = each.iter().map(|(entry, path)| Cause {
        reason: "FieldManagerConflict",
        message: format!("conflict with {}", entry.described()),
        field: path.clone(),
    });
    Status::apply_conflict(message, &causes.collect::<Vec<_>>())
}

/// What is wrong with the name of an owner, or with how it is to write.
///
/// # Errors
///
/// 422, as for options that are not valid.
pub(crate) fn check_options(kind: &str, manager: &str, apply: bool, forced: bool) -> Result<(), Status> {
    let mut causes = Vec::new();
    if apply && manager.is_empty() {
        causes.push(Cause::required("fieldManager", "is required for apply patch"));
    }
    if !apply && forced {
        causes.push(Cause::forbidden("force", "may not be specified for non-apply patch"));
    }
    causes.extend(name_faults(manager, "fieldManager"));
    let about = About { kind, group: "meta.k8s.io", name: "" };
    if causes.is_empty() { Ok(()) } else { Err(Status::invalid(about, causes)) }
}

/// What is wrong with the names in `managedFields`, which a client can write.
pub(crate) fn faults(managed: Option<&Value>) -> Vec<Cause> {
    let mut causes = Vec::new();
    for (index, entry) in managed.and_then(Value::as_array).into_iter().flatten().enumerate() {
        let text = |field: &str| entry[field].as_str().unwrap_or_default();
        let place = |field: &str| format!("metadata.managedFields[{index}].{field}");
        causes.extend(name_faults(text("manager"), &place("manager")));
        if text("subresource").len() > LONGEST_SUBRESOURCE {
            causes.push(Cause::too_long(place("subresource"), LONGEST_SUBRESOURCE as u64));
        }
    }
    causes
}

fn name_faults(manager: &str, place: &str) -> Vec<Cause> {
    let mut causes = Vec::new();
    if manager.len() > LONGEST {
        causes.push(Cause::too_long(place, LONGEST as u64));
    }
    for (position, letter) in manager.char_indices().filter(|(_, letter)| !printed::is_printable(*letter)) {
        let why = format!("invalid character U+{:04X} (at position {position})", u32::from(letter));
        causes.push(Cause::invalid(place, manager, &why));
    }
    causes
}

/// The name that a client without one goes by: the first word of its `User-Agent`.
pub(crate) fn manager_of(user_agent: &str) -> String {
    let first = user_agent.split('/').next().unwrap_or_default();
    let mut manager = String::new();
    for letter in first.chars().filter(|letter| printed::is_printable(*letter)) {
        if manager.len() + letter.len_utf8() > LONGEST {
            break;
        }
        manager.push(letter);
    }
    manager
}

#[cfg(test)]
mod tests;
