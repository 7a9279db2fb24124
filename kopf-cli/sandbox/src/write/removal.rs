//! How objects go: at once, marked, or let go of by the last of those who hold them.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    Target, Writer, Written,
    grace::{self, Grace},
    seconds,
};
use crate::{
    deletion::{FOREGROUND, ORPHAN, Propagation},
    incoming::{Incoming, take_apart},
    kinds::{self, PODS},
    meta,
    object::Stored,
    resources::{DEFINITIONS, NAMESPACES, Resource, View},
    status::Status,
    stranded,
};

/// What a DELETE may demand of the object.
#[derive(Debug, Default)]
pub(crate) struct Preconditions {
    pub(crate) uid: Option<String>,
    pub(crate) resource_version: Option<String>,
}

/// What a deletion has come to, and how the object is then.
#[derive(Debug)]
pub(crate) enum Fate {
    /// It is marked as going.
    Held(Written),
    /// It is taken out: the object has the version of its removal.
    Gone(Written),
}

impl Writer<'_> {
    /// Removes an object, or marks it as going where finalizers hold it.
    pub(crate) fn delete(
        &mut self,
        target: Target<'_>,
        demands: &Preconditions,
        policy: Option<Propagation>,
        grace: Option<i64>,
    ) -> Result<Written, Status> {
        let (view, name) = (target.view, target.name);
        let resource = &view.resource;
        let warning = kinds::left_behind(resource, policy.is_some());
        warning.into_iter().for_each(|warning| self.strictness.warn(warning));
        let current = self.store.get(&resource.key, target.namespace, name).cloned();
        let Some(current) = current else { return Err(Status::not_found(view.about(name))) };
        stranded::check_read(view, &current)?;
        demands.check(&current, view)?;
        kinds::may_delete(resource, name, view)?;
        self.let_go(target, &current)?;
        let policy = policy.or_else(|| kinds::propagation(resource, &current.header.finalizers));
        match self.expel(view, &current, policy, grace)? {
            Fate::Held(object) => return Ok(object),
            Fate::Gone(object) if resource.rules.returns_deleted => return Ok(object),
            Fate::Gone(_) => {}
        }
        let mut details = json!({ "name": name, "group": view.version().group, "kind": resource.plural });
        details["uid"] = current.header.uid.as_str().into();
        if view.version().group.is_empty()
            && let Value::Object(details) = &mut details
        {
            details.shift_remove("group");
        }
        let status = json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details });
        Ok(Written::Gone(status))
    }

    /// Takes an object out, or marks it as going where something holds it. `grace` is how many seconds a pod is given, if
    /// somebody says so.
    pub(crate) fn expel(
        &mut self,
        view: &View,
        current: &Stored,
        policy: Option<Propagation>,
        grace: Option<i64>,
    ) -> Result<Fate, Status> {
        if let Some(fate) = self.part_with(view, current, policy, grace)? {
            return Ok(fate);
        }
        let resource = &view.resource;
        let first = !current.header.deleting;
        let contains = kinds::contains_others(resource);
        let defines = &*resource.key == DEFINITIONS;
        // The first deletion of a definition only marks it, in whatever way it is asked for.
        let finalizers = finalizers(current, policy.filter(|_| !(defines && first)));
        if finalizers.is_empty() && !contains {
            let last = self.take_out(resource, current);
            return Ok(Fate::Gone(Written::object(200, last.as_deref().unwrap_or(current))));
        }
        let (mut metadata, mut rest) = take_apart(&current.read(view));
        meta::set_finalizers(&mut metadata, finalizers);
        if first {
            metadata.insert("deletionTimestamp".to_owned(), seconds(self.now).into());
            if let Some(generation) = metadata.get("generation").and_then(Value::as_i64).filter(|_| !contains)
            {
                metadata.insert("generation".to_owned(), (generation + 1).into());
            }
            kinds::mark(resource, &mut metadata, &mut rest, self.now);
        }
        if !contains || defines && !first {
            metadata.insert("deletionGracePeriodSeconds".to_owned(), 0.into());
        }
        self.mark(view, current, metadata, rest).map(Fate::Held)
    }

    /// Marks a pod as going, and takes it out if nothing holds it and nobody runs it.
    fn part_with(
        &mut self,
        view: &View,
        current: &Stored,
        policy: Option<Propagation>,
        grace: Option<i64>,
    ) -> Result<Option<Fate>, Status> {
        if &*view.resource.key != PODS {
            return Ok(None);
        }
        let (mut metadata, rest) = take_apart(&current.value());
        let period = match grace::mark(&mut metadata, &rest, grace, self.now) {
            Grace::Over => return Ok(None),
            Grace::Pending => return Ok(Some(Fate::Held(Written::object(200, current)))),
            Grace::Marked(period) => period,
        };
        let finalizers = finalizers(current, policy);
        let is_held = period > 0 || !finalizers.is_empty();
        meta::set_finalizers(&mut metadata, finalizers);
        let written = self.mark(view, current, metadata, rest)?;
        if is_held {
            return Ok(Some(Fate::Held(written)));
        }
        let last = self.take_out(&view.resource, current);
        Ok(Some(Fate::Gone(last.map_or(written, |last| Written::object(200, &last)))))
    }

    /// Writes an object that is marked as going, if it was not just so before.
    fn mark(
        &mut self,
        view: &View,
        current: &Stored,
        metadata: Map<String, Value>,
        rest: Map<String, Value>,
    ) -> Result<Written, Status> {
        let marked = Incoming::new(metadata, rest).whole(view);
        if marked == current.read(view) {
            return Ok(Written::object(200, current));
        }
        self.commit(view, marked, 200)
    }

    /// Takes an object out, unless that is only tried.
    fn take_out(&mut self, resource: &Arc<Resource>, current: &Stored) -> Option<Arc<Stored>> {
        if self.dry_run { None } else { self.vanish(resource, current) }
    }

    /// Writes an object without one of its finalizers, or takes it out if that was all that held it.
    pub(crate) fn release(
        &mut self,
        view: &View,
        current: &Stored,
        finalizer: &str,
        mut change: impl FnMut(&mut Value),
    ) -> Result<(), Status> {
        let resource = &view.resource;
        let mut value = current.read(view);
        change(&mut value);
        let (mut metadata, rest) = take_apart(&value);
        let finalizers = &current.header.finalizers;
        let left: Vec<String> = finalizers.iter().filter(|held| *held != finalizer).cloned().collect();
        if left.is_empty() && grace::is_over(&metadata) && !kinds::held(resource, &rest) {
            self.vanish(resource, current);
            return Ok(());
        }
        meta::set_finalizers(&mut metadata, left);
        let released = Incoming::new(metadata, rest).whole(view);
        if released != current.read(view) {
            self.commit(view, released, 200)?;
        }
        Ok(())
    }

    /// Takes an object out of the store, and what goes with it; gives it as it was last, by the version of its removal.
    pub(crate) fn vanish(&mut self, resource: &Arc<Resource>, current: &Stored) -> Option<Arc<Stored>> {
        let last = self.store.remove(resource, &current.header.namespace, &current.header.name);
        kinds::after_removal(self.store, resource, &current.header.name);
        last
    }
}

/// The finalizers of an object that is deleted in this way: those that stand for a policy follow the last that was named.
fn finalizers(current: &Stored, policy: Option<Propagation>) -> Vec<String> {
    let held = current.header.finalizers.iter().cloned();
    let stands_for = match policy {
        None => return held.collect(),
        Some(Propagation::Background) => None,
        Some(Propagation::Foreground) => Some(FOREGROUND),
        Some(Propagation::Orphan) => Some(ORPHAN),
    };
    let others = held.filter(|finalizer| finalizer != FOREGROUND && finalizer != ORPHAN);
    others.chain(stands_for.map(str::to_owned)).collect()
}

impl Preconditions {
    fn check(&self, current: &Stored, view: &View) -> Result<(), Status> {
        let (uid, version) = (&current.header.uid, current.header.revision.to_string());
        // Namespaces are asked in words of their own, and are what their path says.
        let own = &*view.resource.key == NAMESPACES;
        let name = &current.header.name;
        let about = if own { view.about(name) } else { view.about_kind(name) };
        let wrong = |field: &str, asked: &str, found: &str, since: &str| {
            let why = match own {
                true => format!(
                    "Precondition failed: {field} in precondition: {asked}, {field} in object meta: {found}"
                ),
                false => format!(
                    "the {field} in the precondition ({asked}) does not match the {field} in record ({found}). The object \
                     might have been {since}"
                ),
            };
            Err(Status::conflict(about, &why))
        };
        match self {
            Preconditions { uid: Some(asked), .. } if asked != uid => {
                wrong("UID", asked, uid, "deleted and then recreated")
            }
            Preconditions { resource_version: Some(asked), .. } if *asked != version => {
                wrong("ResourceVersion", asked, &version, "modified")
            }
            _ => Ok(()),
        }
    }
}
