//! Patches of objects: what they make of one is read like any other body.

use serde_json::Value;

use super::{Current, Owners, Target, Writer, Written, changes::check_versioned};
use crate::{
    incoming::{Incoming, shown},
    json as deep, object,
    patch::{self, Reading},
    printed,
    request::Patching,
    resources::View,
    schema::Part,
    status::Status,
    stranded,
    strict::Strictness,
    tables::{self, Decoder},
};

impl Writer<'_> {
    /// Changes an object, or a part of it, by a patch.
    pub(crate) fn patch(
        &mut self,
        target: Target<'_>,
        part: Part,
        how: Patching,
        change: &Value,
    ) -> Result<Written, Status> {
        self.change(target, part, how, change, Owners::Updated)
    }

    /// Changes an object by what follows from a change of its scale: a merge patch, which says who owns what, too.
    pub(crate) fn rescale(&mut self, target: Target<'_>, change: &Value) -> Result<Written, Status> {
        self.change(target, Part::Whole, Patching::Merge, change, Owners::Scaled)
    }

    fn change(
        &mut self,
        target: Target<'_>,
        part: Part,
        how: Patching,
        change: &Value,
        owners: Owners,
    ) -> Result<Written, Status> {
        let view = target.view;
        let current = self.store.get(&view.resource.key, target.namespace, target.name).cloned();
        let Some(current) = current else { return Err(Status::not_found(view.about(target.name))) };
        stranded::check_change(view, &current)?;
        let old = current.read(view);
        let whole = || {
            let mut whole = old.clone();
            object::show(&mut whole, view);
            whole
        };
        let reach = match how {
            Patching::Json => patch::reach(&whole(), change),
            Patching::Merge | Patching::Strategic | Patching::Apply => 0,
        };
        deep::with_stack(reach, || {
            let mut object = patched(whole, target, view, (how, change), &mut self.strictness)?;
            object.check_name(target.name)?;
            object.settle_namespace(view, target.namespace)?;
            let current = Current { stored: &current, value: &old };
            self.update(target, current, object, part, owners)
        })
    }
}

/// What a patch makes of an object, or of its scale, which is one of `view`.
pub(crate) fn patched(
    whole: impl Fn() -> Value,
    target: Target<'_>,
    view: &View,
    (how, change): (Patching, &Value),
    strictness: &mut Strictness,
) -> Result<Incoming, Status> {
    let reading = strictness.reading();
    let mut object = whole();
    let left = apply(&mut object, view, (how, change), reading)?;
    if how != Patching::Strategic && !target.view.resource.rules.custom {
        check_versioned(&object, view, target.name, strictness)?;
    }
    let decoder = if left.is_some() { Decoder::Converter } else { Decoder::Json };
    let read = Incoming::decode(object, view, decoder, strictness);
    read.map_err(|why| {
        why.of_a_patch(|| match left {
            Some(left) => printed::plain(&left),
            None => {
                // What could not be read has been changed on the way.
                let mut object = whole();
                let _done_before = apply(&mut object, view, (how, change), reading);
                shown(object, view)
            }
        })
    })
}

/// Applies a patch, and answers what is left of it where that is what a refusal shows.
fn apply(
    object: &mut Value,
    view: &View,
    (how, change): (Patching, &Value),
    reading: Reading,
) -> Result<Option<Value>, Status> {
    match how {
        Patching::Json => patch::apply(object, change, reading)?,
        Patching::Merge | Patching::Apply => patch::apply_merge(object, change, reading)?,
        Patching::Strategic => {
            let version = view.version();
            let shape = tables::shape(&version.group, &version.name, &view.resource.kind);
            let shape =
                shape.ok_or_else(|| Status::not_implemented("strategic merge patches of this kind"))?;
            let mut change = patch::strategic::read(change)?;
            patch::strategic::merge(object, &mut change, shape)?;
            return Ok(Some(change.into()));
        }
    }
    Ok(None)
}
