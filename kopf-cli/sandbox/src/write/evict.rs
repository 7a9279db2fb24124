//! Evictions: deletions of pods that their budgets allow.

use serde_json::Value;

use super::{SERVER, Target, Writer};
use crate::{
    deletion::Deletion,
    eviction::{self, BUDGETS},
    object::Stored,
    request::Query,
    schema::Part,
    status::{About, Status},
};

impl Writer<'_> {
    /// Refuses what is new in a namespace that is not there, or that is going.
    pub(crate) fn check_eviction(&self, target: Target<'_>) -> Result<(), Status> {
        self.check_home(&target.view.resource, target.namespace, target.name, target.view)
    }

    /// Deletes a pod by these options, if its budget allows that.
    pub(crate) fn evict(&mut self, target: Target<'_>, options: &Value) -> Result<(), Status> {
        let found = self.store.get(&target.view.resource.key, target.namespace, target.name).cloned();
        let pod = found.ok_or_else(|| Status::not_found(target.view.about(target.name)))?;
        let value = pod.value();
        if !eviction::is_idle(&value) {
            match &*eviction::budgets(self.store, &pod) {
                [] => {}
                [budget] => self.count_eviction(&value, budget, target.name)?,
                _ => return Err(Status::failure(eviction::SEVERAL)),
            }
        }
        self.delete_evicted(target, &pod, options)
    }

    fn count_eviction(&mut self, pod: &Value, budget: &Stored, name: &str) -> Result<(), Status> {
        let mut value = budget.value();
        if eviction::is_uncounted(pod, &value) {
            return Ok(());
        }
        eviction::count(&mut value, name, self.now)?;
        let Some(resource) = self.store.catalog.get(BUDGETS).filter(|_| !self.dry_run).cloned() else {
            return Ok(());
        };
        let (namespace, name) = (&*budget.header.namespace, &*budget.header.name);
        let target = Target { view: &resource.stored_view(), namespace, name };
        let mut server = Writer { manager: SERVER.to_owned(), ..Writer::new(self.store, self.now) };
        server.replace(target, Part::Status, value).map(drop)
    }

    /// Notes in a pod why it goes, and deletes it.
    fn delete_evicted(&mut self, target: Target<'_>, pod: &Stored, options: &Value) -> Result<(), Status> {
        let demands = &options["preconditions"];
        if !self.dry_run {
            check_demands(demands, pod)?;
            let mut value = pod.value();
            eviction::mark(&mut value, self.now);
            if value != pod.value() {
                self.commit(target.view, value, 200)?;
            }
        }
        let mut how = Deletion::of(options, &Query::default())?;
        if !self.dry_run {
            // It has just been looked at.
            how.preconditions.resource_version = None;
        }
        let grace = how.told.get("gracePeriodSeconds").and_then(Value::as_i64);
        self.delete(target, &how.preconditions, how.policy, grace).map(drop)
    }
}

/// Refuses to evict a pod that is not the one that was meant. It is called by its kind here.
fn check_demands(demands: &Value, pod: &Stored) -> Result<(), Status> {
    let version = pod.header.revision.to_string();
    let known = [
        ("uid", "UID", &*pod.header.uid, "deleted and then recreated"),
        ("resourceVersion", "ResourceVersion", &*version, "modified"),
    ];
    for (field, shown, found, since) in known {
        let asked = demands[field].as_str().unwrap_or_default();
        if !asked.is_empty() && asked != found {
            let about = About { kind: "Pod", group: "", name: &pod.header.name };
            let why = format!(
                "the {shown} in the precondition ({asked}) does not match the {shown} in record ({found}). The object might \
                 have been {since}"
            );
            return Err(Status::conflict(about, &why));
        }
    }
    Ok(())
}
