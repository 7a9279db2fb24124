//! Plans what a sighting of an object asks for.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::{
    Asked, Call, Cause, Finalizer, Given, Plan, Selected, lifecycle,
    sight::{Sight, Turn},
};
use crate::{cause::Reason, filter::View, object::Object, question::Answers, registry::Served};

/// Plans what an object asks for, as it was sighted.
///
/// # Errors
///
/// The questions that must be answered first. There may be others then.
pub fn plan(object: &Object, gone: bool, given: &Given<'_>) -> Result<Plan, Vec<Asked>> {
    let Given { served, identity, recall, now, .. } = *given;
    let essence = Arc::new(identity.dialect().essence(&object.body, served));
    // What does not fit on the object is in memory.
    let kept = || recall.kept.as_ref()?.handled.clone();
    let handled = identity.store().handled(object, served, &essence).or_else(kept);
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
        let handlers = sight.select(reason)?;
        calls.reserve_exact(handlers.len());
        selected.reserve_exact(handlers.len());
        for handler in handlers {
            let record = sight.record(&handler, reason);
            let called = calls.len();
            match sight.turn(&handler, record.as_ref(), reason) {
                Turn::Due(progress) => calls.push(sight.call(handler.clone(), progress, Some(reason))),
                Turn::Forbidden(verdict) => forbidden.push((handler.clone(), verdict)),
                Turn::Over => {}
            }
            selected.push(Selected { handler, record: record.map(Box::new), due: calls.len() > called });
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
        dialect: identity.dialect(),
        now,
        ours: cause != Cause::Hold || sight.is_ours()?,
        alive: recall.company.alive,
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
    let view = View::of(&object.body);
    for handler in served.spies() {
        match handler.is_for(view, answers) {
            Ok(true) => calls.push(Call::of(handler.clone(), now)),
            Ok(false) => {}
            Err(question) => open.push(Asked { call: Call::of(handler.clone(), now), question }),
        }
    }
    if open.is_empty() { Ok(calls) } else { Err(open) }
}
