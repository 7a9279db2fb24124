//! Who owns the number of replicas, where it is written through `/scale`.
//!
//! A scale is an object of its own kind. Who owns its one field is worked out from who owns the field of the object that it
//! stands for, and after the write the other way round.

use serde_json::Value;

use super::{
    Managed,
    entries::{self, Entry},
    set::Set,
};
use crate::{resources::View, scale, status::Status};

/// Where a scale has the number of replicas.
const REPLICAS: &str = "spec.replicas";

/// A set of one field, whose path is of names with dots between them.
fn only(path: &str) -> Set {
    let path: Vec<&str> = path.split('.').collect();
    Set::of(&[&path])
}

/// Where the objects of a version have the number of replicas: `None` where there is no such version, or no scale in it.
fn replicas_of(view: &View, api_version: &str) -> Option<Option<Set>> {
    let mut versions = view.resource.versions.iter();
    let version = versions.find(|version| version.api_version() == api_version)?;
    Some(version.scale.as_ref().map(|scale| only(&scale.wanted)))
}

/// `managedFields` of the scale of an object that has these.
pub(crate) fn of_scale(view: &View, managed: Option<&Value>) -> Option<Value> {
    let entries = entries::read(managed).unwrap_or_default().into_iter().filter(|entry| {
        let replicas = replicas_of(view, &entry.api_version).flatten();
        replicas.is_some_and(|replicas| entry.fields.includes(&replicas))
    });
    let scaled = entries.map(|entry| Entry {
        api_version: scale::API_VERSION.to_owned(),
        fields: only(REPLICAS),
        ..entry
    });
    entries::write(scaled.collect())
}

/// `managedFields` of an object that had these before its scale was written, and of the scale after it was.
pub(crate) fn of_scaled(view: &View, managed: Option<&Value>, scale: Option<&Value>) -> Option<Value> {
    let mut owners = entries::read(scale).unwrap_or_default();
    let mut entries = entries::read(managed).unwrap_or_default();
    entries.retain_mut(|entry| match replicas_of(view, &entry.api_version) {
        None => false,
        Some(Some(replicas)) if entry.fields.includes(&replicas) => {
            match owners.iter().position(|owner| owner.same_owner(entry)) {
                Some(kept) => drop(owners.remove(kept)),
                None => entry.fields = std::mem::take(&mut entry.fields).difference(&replicas),
            }
            !entry.fields.is_empty()
        }
        Some(_) => true,
    });
    let replicas = replicas_of(view, &view.api_version()).flatten().unwrap_or_default();
    let owners = owners.into_iter().filter(|owner| owner.fields.includes(&only(REPLICAS)));
    // The server forgets when those came to own it.
    entries.extend(owners.map(|owner| Entry {
        api_version: view.api_version(),
        fields: replicas.clone(),
        time: None,
        ..owner
    }));
    entries::write(entries)
}

impl Managed<'_> {
    /// What applying `configuration` makes of the scale of an object, which is one of `of`.
    ///
    /// # Errors
    ///
    /// What the API refuses to apply, and conflicts with others' fields. The scale of a custom resource the server itself
    /// fails to apply, unless it is as it is already, and somebody owns it.
    pub(crate) fn apply_scale(
        &self,
        of: &View,
        scale: &Value,
        mut configuration: Value,
        force: bool,
    ) -> Result<Value, Status> {
        let failure = |what: &str, described: &str| {
            Err(Status::failure(format!(
                "{what} ({described}) to proper version: request to convert CR to an invalid group/version: {}",
                scale::API_VERSION
            )))
        };
        let custom = of.resource.rules.custom;
        if custom && scale["metadata"].get("managedFields").is_none() {
            self.check_configuration(&mut configuration)?;
            let what = "failed to create manager for existing fields: failed to convert live object";
            return failure(what, &self.described(&Value::Null));
        }
        let described = self.described(&configuration);
        let applied = self.apply(Some(scale), configuration, force)?;
        if custom && ["spec", "status"].iter().any(|part| applied.get(part) != scale.get(part)) {
            return failure("failed to convert new object", &described);
        }
        Ok(applied)
    }
}
