//! Server-side apply: an object is made, or made to be, as a configuration wants it.

use serde_json::Value;

use super::{Owners, Target, Writer, Written};
use crate::{
    incoming::{Incoming, Refused},
    status::Status,
};

impl Writer<'_> {
    /// Applies a configuration to an object, or to its status, and makes the object if there is none.
    pub(crate) fn apply(
        &mut self,
        target: Target<'_>,
        status: bool,
        configuration: Value,
        force: bool,
    ) -> Result<Written, Status> {
        let view = target.view;
        let current = self.store.get(&view.resource.key, target.namespace, target.name).cloned();
        if current.is_none() && status {
            return Err(Status::not_found(view.about(target.name)));
        }
        // Of these all fields are known without a schema.
        let known = view.shape().is_some() || ["configmaps", "secrets"].contains(&&*view.resource.key);
        if !known {
            let kind = &view.resource.kind;
            return Err(Status::not_implemented(&format!("server-side apply to objects of kind {kind}")));
        }
        let old = current.as_ref().map(|current| current.value());
        let applied = self.managed(view, status).apply(old.as_ref(), configuration, force)?;
        self.strictness.conclude(Vec::new()).map_err(|why| {
            let why = why.trim_start_matches("strict decoding error: ");
            Status::bad_request(format!("error strict decoding patch: error converting YAML to JSON: {why}"))
        })?;
        let mut object = Incoming::of_applied(applied, view).map_err(Refused::of_a_body)?;
        object.check_name(target.name)?;
        object.settle_namespace(view, target.namespace)?;
        match current {
            Some(current) => self.update(target, &current, object, status, Owners::Applied),
            None => {
                object.metadata.shift_remove("resourceVersion");
                let managed = object.metadata.shift_remove("managedFields");
                self.make(view, target.namespace, object, managed)
            }
        }
    }
}
