//! `/finalize` of namespaces: who lets go of one says so here.

use serde_json::{Value, json};

use super::{Current, Owners, Target, Writer, Written, check_uid, put_or_remove};
use crate::{
    builtin,
    incoming::{Incoming, Refused},
    kinds,
    managed::Managed,
    schema::Part,
    status::{Cause, Status},
    tables::Decoder,
};

impl Writer<'_> {
    /// Replaces a namespace with its finalizers; one that goes and has none is gone.
    pub(crate) fn finalize(&mut self, target: Target<'_>, body: Value) -> Result<Written, Status> {
        let view = target.view;
        let mut object =
            Incoming::decode(body, view, Decoder::Json, &mut self.strictness).map_err(Refused::of_a_body)?;
        object.settle_namespace(view, target.namespace)?;
        object.check_name(target.name)?;
        let current = self.store.get(&view.resource.key, target.namespace, target.name).cloned();
        let Some(current) = current else { return Err(Status::not_found(view.about(target.name))) };
        check_uid(&object, target, &current.header.uid, self.dry_run)?;
        let finalizers = object.rest.get("spec").and_then(|spec| spec["finalizers"].as_array().cloned());
        let finalizers = finalizers.unwrap_or_default();
        let causes = finalizers.iter().enumerate().flat_map(|(index, finalizer)| {
            let name = finalizer.as_str().unwrap_or_default();
            builtin::finalizer_faults(&format!("spec.finalizers[{index}]"), name)
        });
        let causes: Vec<Cause> = causes.collect();
        if !causes.is_empty() {
            return Err(Status::invalid(view.about_kind(target.name), causes));
        }
        let spec = if finalizers.is_empty() { json!({}) } else { json!({ "finalizers": finalizers }) };
        object.rest.insert("spec".to_owned(), spec);
        kinds::default(&view.resource, &mut object.metadata, &mut object.rest);
        let managed = Managed { view, manager: &self.manager, subresource: "finalize", now: self.now };
        let value = current.value();
        let managed = managed.update(Some(&value), &mut object);
        put_or_remove(&mut object.metadata, "managedFields", managed);
        let current = Current { stored: &current, value: &value };
        self.update(target, current, object, Part::Whole, Owners::Finalized)
    }
}
