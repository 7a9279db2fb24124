//! `metadata.managedFields`: who owns which fields, since when.

use std::collections::{
    BTreeMap,
    btree_map::Entry::{Occupied, Vacant},
};

use serde_json::{Map, Value};

use super::{set::Set, text};
use crate::{printed, times};

/// How somebody has come to own fields. In the order in which entries are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operation {
    Apply,
    Update,
}

/// Fields, and who owns them.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) manager: String,
    pub(super) operation: Operation,
    pub(super) api_version: String,
    pub(super) subresource: String,
    pub(super) time: Option<String>,
    pub(super) fields: Set,
}

/// Which owner an entry is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Owner {
    manager: String,
    operation: Operation,
    subresource: String,
    /// Who applies in another version is the same, who updates in another is not.
    api_version: Option<String>,
}

impl Entry {
    pub(super) fn owner(&self) -> Owner {
        Owner {
            manager: self.manager.clone(),
            operation: self.operation,
            subresource: self.subresource.clone(),
            api_version: (self.operation == Operation::Update).then(|| self.api_version.clone()),
        }
    }

    /// Whether both are of the same owner. Who applies in another version is the same, who updates in another is not.
    pub(super) fn same_owner(&self, other: &Entry) -> bool {
        self.manager == other.manager
            && self.operation == other.operation
            && self.subresource == other.subresource
            && (self.operation == Operation::Apply || self.api_version == other.api_version)
    }

    /// The owner as refusals name it.
    pub(super) fn described(&self) -> String {
        let mut described = printed::quoted(&self.manager);
        if !self.subresource.is_empty() {
            described.push_str(&format!(" with subresource {}", printed::quoted(&self.subresource)));
        }
        if self.operation == Operation::Update {
            described.push_str(&format!(" using {}", self.api_version));
        }
        described
    }

    /// What entries that were made at the same time are sorted by.
    pub(super) fn seconds(&self) -> i64 {
        self.time.as_deref().and_then(times::since_epoch).map_or(0, |(seconds, _)| seconds)
    }

    fn read(entry: &Value, index: usize) -> Result<Self, String> {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let operation = match &*text("operation") {
            "Apply" => Operation::Apply,
            "Update" => Operation::Update,
            _ => return Err("operation must be `Apply` or `Update`".to_owned()),
        };
        let api_version = text("apiVersion");
        if api_version.is_empty() {
            return Err("apiVersion must not be empty".to_owned());
        }
        match &*text("fieldsType") {
            "FieldsV1" => {}
            "" => return Err(format!("missing fieldsType in managed fields entry {index}")),
            other => {
                return Err(format!(
                    "invalid fieldsType {} in managed fields entry {index}",
                    printed::quoted(other)
                ));
            }
        }
        let fields = entry.get("fieldsV1").filter(|fields| !fields.is_null());
        let fields = fields.map_or_else(|| Ok(Set::default()), text::read);
        Ok(Entry {
            manager: text("manager"),
            operation,
            api_version,
            subresource: text("subresource"),
            time: Some(text("time")).filter(|time| !time.is_empty()),
            fields: fields.map_err(|why| format!("error decoding set: {why}"))?,
        })
    }

    fn write(&self) -> Value {
        let mut entry = Map::new();
        let operation = match self.operation {
            Operation::Apply => "Apply",
            Operation::Update => "Update",
        };
        entry.insert("apiVersion".to_owned(), self.api_version.as_str().into());
        entry.insert("fieldsType".to_owned(), "FieldsV1".into());
        entry.insert("fieldsV1".to_owned(), text::write(&self.fields));
        if !self.manager.is_empty() {
            entry.insert("manager".to_owned(), self.manager.as_str().into());
        }
        entry.insert("operation".to_owned(), operation.into());
        if !self.subresource.is_empty() {
            entry.insert("subresource".to_owned(), self.subresource.as_str().into());
        }
        if let Some(time) = &self.time {
            entry.insert("time".to_owned(), time.as_str().into());
        }
        entry.into()
    }
}

/// Reads `managedFields`, each owner once: the last entry of an owner counts.
///
/// # Errors
///
/// What is wrong with the first entry that is.
pub(super) fn read(entries: Option<&Value>) -> Result<Vec<Entry>, String> {
    let listed = entries.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut read: Vec<Entry> = Vec::with_capacity(listed.len());
    let mut known: BTreeMap<Owner, usize> = BTreeMap::new();
    for (index, entry) in listed.iter().enumerate() {
        let entry = Entry::read(entry, index)?;
        match known.entry(entry.owner()) {
            Occupied(known) => read[*known.get()] = entry,
            Vacant(unknown) => {
                unknown.insert(read.len());
                read.push(entry);
            }
        }
    }
    Ok(read)
}

/// Writes `managedFields` in the order in which the API has them; nothing where nobody owns anything.
pub(super) fn write(mut entries: Vec<Entry>) -> Option<Value> {
    if entries.is_empty() {
        return None;
    }
    let order = |entry: &Entry| {
        (
            entry.operation,
            entry.seconds(),
            entry.manager.clone(),
            entry.api_version.clone(),
            entry.subresource.clone(),
        )
    };
    entries.sort_by_cached_key(order);
    Some(entries.iter().map(Entry::write).collect())
}

/// Whether both are the same but for the times.
pub(crate) fn same_but_times(one: Option<&Value>, other: Option<&Value>) -> bool {
    fn same(one: &Value, other: &Value) -> bool {
        let (Some(one), Some(other)) = (one.as_object(), other.as_object()) else { return one == other };
        let timeless = |(name, _): &(&String, &Value)| *name != "time";
        one.iter().filter(timeless).count() == other.iter().filter(timeless).count()
            && one.iter().filter(timeless).all(|(name, value)| other.get(name) == Some(value))
    }
    fn listed(entries: Option<&Value>) -> &[Value] {
        entries.and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
    let (one, other) = (listed(one), listed(other));
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
}

/// What a request says of `managedFields`.
pub(super) enum Said {
    Nothing,
    /// That nobody owns anything.
    Reset,
    Entries(Vec<Entry>),
}

/// Reads what a request has as `managedFields`; what cannot be read counts as nothing.
pub(super) fn said(entries: Option<&Value>) -> Said {
    let Some(Value::Array(listed)) = entries else { return Said::Nothing };
    let blank = |entry: &Value| entry.as_object().is_some_and(|fields| fields.values().all(Value::is_null));
    match &**listed {
        [] => Said::Reset,
        [only] if blank(only) => Said::Reset,
        _ => match read(entries) {
            Ok(entries) if !entries.is_empty() => Said::Entries(entries),
            _ => Said::Nothing,
        },
    }
}
