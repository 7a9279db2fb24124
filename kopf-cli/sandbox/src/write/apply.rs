//! Server-side apply: an object is made, or made to be, as a configuration wants it.

use serde_json::Value;

use super::{Current, Owners, Target, Writer, Written};
use crate::{
    incoming::{Incoming, Refused},
    meta,
    schema::Part,
    status::Status,
    stranded,
};

impl Writer<'_> {
    /// Applies a configuration to an object, or to a part of it, and makes the object if there is none.
    pub(crate) fn apply(
        &mut self,
        target: Target<'_>,
        part: Part,
        configuration: Value,
        force: bool,
    ) -> Result<Written, Status> {
        let view = target.view;
        let current = self.store.get(&view.resource.key, target.namespace, target.name).cloned();
        if current.is_none() && part != Part::Whole {
            return Err(Status::not_found(view.about(target.name)));
        }
        current.as_deref().map_or(Ok(()), |current| stranded::check_change(view, current))?;
        let old = current.as_ref().map(|current| current.read(view));
        let managed = self.managed(view, part);
        let described = managed.described(&configuration);
        let applied = managed.apply(old.as_ref(), configuration, force)?;
        self.strictness.conclude(Vec::new()).map_err(|why| {
            let why = why.trim_start_matches("strict decoding error: ");
            Status::bad_request(format!("error strict decoding patch: error converting YAML to JSON: {why}"))
        })?;
        let mut object = Incoming::of_applied(applied, view, &described).map_err(Refused::of_a_body)?;
        let uid = meta::text(&object.metadata, "uid");
        if current.is_none() && !uid.is_empty() {
            let why = format!(
                "uid mismatch: the provided object specified uid {uid}, and no existing object was found"
            );
            return Err(Status::conflict(view.about(target.name), &why));
        }
        object.settle_namespace(view, target.namespace)?;
        object.check_name(target.name)?;
        match (&current, &old) {
            (Some(stored), Some(value)) => {
                self.update(target, Current { stored, value }, object, part, Owners::Applied)
            }
            _ => {
                object.metadata.shift_remove("resourceVersion");
                let managed = object.metadata.shift_remove("managedFields");
                self.make(view, target.namespace, object, managed)
            }
        }
    }
}
