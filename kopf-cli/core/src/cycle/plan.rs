//! Plans what a sighting of an object asks for.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Asked, Call, Cause, Finalizer, Given, Plan, Recall, Selected, lifecycle,
    sight::{Sight, Turn},
};
use crate::{
    cause::Reason,
    essence::essence,
    filter::View,
    identity::Identity,
    object::{self, Object},
    question::Answers,
    registry::Served,
    store::handled::Handled,
};

/// Plans what an object asks for, as it was sighted.
///
/// # Errors
///
/// The questions that must be answered first. There may be others then.
pub fn plan(object: &Object, gone: bool, given: &Given<'_>) -> Result<Plan, Vec<Asked>> {
    let Given { served, identity, recall, now, .. } = *given;
    let essence = essence(&object.body, &served.extra);
    let handled = handled(object, identity, recall);
    let sight = Sight::new(object, given, handled.as_ref(), &essence);
    let cause = if gone { Cause::Gone } else { sight.cause()? };
    let finalizer = match cause {
        Cause::Hold => Finalizer::Add,
        Cause::Gone | Cause::Free | Cause::Handle(Reason::Delete) => Finalizer::Keep,
        _ if sight.is_held_in_vain()? => Finalizer::Remove,
        _ => Finalizer::Keep,
    };
    let (mut calls, mut forbidden, mut selected) = (vec![], vec![], vec![]);
    let (mut superseded, mut standing) = (None, BTreeMap::new());
    if let Cause::Handle(reason) = cause {
        for handler in sight.select(reason)? {
            let record = sight.record(&handler, reason);
            let called = calls.len();
            match sight.turn(&handler, record.as_ref(), reason, now) {
                Turn::Due(progress) => calls.push(sight.call(handler.clone(), progress, Some(reason))),
                Turn::Forbidden(verdict) => forbidden.push((handler.clone(), verdict)),
                Turn::Over => {}
            }
            selected.push(Selected { handler, record, due: calls.len() > called });
        }
        standing = sight.standing(reason);
        // It is told when something happens, not each time that a retry is still being waited for.
        if selected.is_empty() || !calls.is_empty() || !forbidden.is_empty() {
            superseded = sight.superseded(reason);
        }
    }
    if cause == Cause::Hold && sight.is_new() {
        let waiting = |handler| Selected { handler, record: None, due: false };
        selected = sight.select(Reason::Create)?.into_iter().map(waiting).collect();
    }
    Ok(Plan {
        cause,
        calls: lifecycle::choose(calls, given.chance),
        forbidden,
        superseded,
        finalizer,
        selected,
        standing,
        uid: object.header.uid.clone(),
        traces: sight.traces,
        adopt: sight.must_adopt(),
        kept: recall.kept.clone(),
        handled,
        essence,
    })
}

/// The calls that every event makes, whatever it amounts to.
///
/// # Errors
///
/// As [`plan`].
pub fn spy(
    object: &Object,
    served: &Served,
    answers: &Answers,
    now: Timestamp,
) -> Result<Vec<Call>, Vec<Asked>> {
    let (mut calls, mut open) = (vec![], vec![]);
    for handler in served.spies() {
        match handler.is_for(View::of(&object.body), answers) {
            Ok(true) => calls.push(Call::of(handler.clone(), now)),
            Ok(false) => {}
            Err(question) => open.push(Asked { call: Call::of(handler.clone(), now), question }),
        }
    }
    if open.is_empty() { Ok(calls) } else { Err(open) }
}

/// What was handled last: on the object, or in memory where it does not fit there. What cannot be read, or is of
/// another object, counts as absent.
fn handled(object: &Object, identity: &Identity, recall: &Recall) -> Option<Handled> {
    let annotation = object::annotation(&object.body, &identity.keys().handled(&object.body));
    let read = annotation.and_then(|text| Handled::read(text, &object.header.uid));
    read.or_else(|| recall.kept.as_ref()?.handled.clone())
}
