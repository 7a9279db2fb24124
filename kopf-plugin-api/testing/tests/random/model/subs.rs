//! What must be of sub-handlers.

use std::time::Duration;

use kopf_core::handler::Errors;
use serde_json::Value;

use super::{Judgement, attempts, limits::Limits, succeeded};
use crate::{plan::Asked, plugin::Attempt, world::World};

/// The sub-handlers with filters of their own that look at the object as it is.
const FILTERED: [&str; 2] = ["sub_labelled", "sub_wanted"];

/// The sub-handlers of a handler, behind its id, where all objects are of that.
fn of<'a>(world: &'a World, parent: &str) -> impl Iterator<Item = &'static str> + 'a {
    let is_for_all = world.plan.handlers.get(parent).is_some_and(|drawn| drawn.filter == Asked::All);
    world.plan.subs.iter().copied().filter(move |_| is_for_all)
}

/// The limits of those that are added.
fn limits(world: &World, sub: &str) -> Limits {
    // What is inside of another one has none.
    let (retries, timeout) = if sub.contains('/') { (None, None) } else { world.plan.sub_limits };
    let timeout = timeout.map(|seconds| Duration::from_secs(seconds.into()));
    Limits { retries, timeout, ..filtered() }
}

/// The limits of those that have filters.
fn filtered() -> Limits {
    Limits { retries: None, timeout: None, errors: Errors::Temporary, backoff: Duration::from_secs(3) }
}

/// Whether a sub-handler with a filter is for an object, or for its change.
pub(super) fn is_for(id: &str, attempt: &Attempt) -> bool {
    match id.split_once('/').map(|(_, sub)| sub) {
        Some("sub_labelled") => Asked::Label.holds(&attempt.body),
        Some("sub_wanted") => Asked::When.holds(&attempt.body),
        Some("sub_grown") => attempt.new.as_ref().and_then(Value::as_i64) > Some(1),
        _ => true,
    }
}

/// Where a handler has succeeded, or has gone on behind its sub-handlers, they have ended.
pub(super) fn have_run(world: &World, uid: &str, all: &[Attempt]) -> Judgement {
    for parent in ["parent_of_create", "parent_of_update"] {
        let is_of = |id: &str, attempt: &Attempt| attempt.handler == id && attempt.uid == uid;
        let Some(last) = all.iter().rposition(|attempt| is_of(parent, attempt)) else { continue };
        // One adds them and lets them be called after it; the other has them called before.
        let (until, counts) = match parent {
            "parent_of_create" => (all.len(), succeeded(&all[last])),
            _ => (last, true),
        };
        let find = |id: &str| all[..until].iter().rfind(|attempt| is_of(id, attempt));
        for sub in of(world, parent).filter(|_| counts) {
            let id = format!("{parent}/{sub}");
            if let Some((outer, _)) = sub.rsplit_once('/')
                && !find(&format!("{parent}/{outer}")).is_some_and(succeeded)
            {
                continue;
            }
            let has_ended = |attempt: &Attempt| {
                limits(world, sub).end(attempt) || limits(world, sub).forbid(attempt, &all[last])
            };
            hold!(find(&id).is_some_and(has_ended), "{id} has not ended for {uid}, but {parent} has");
        }
    }
    filtered_have_run(world, uid, all)
}

/// So have those that have filters, where these hold.
fn filtered_have_run(world: &World, uid: &str, all: &[Attempt]) -> Judgement {
    let parent = "parent_of_filters";
    let Some(last) = attempts(all, parent, uid).last().copied().filter(|last| succeeded(last)) else {
        return Ok(());
    };
    let is_for_all = world.plan.handlers.get(parent).is_some_and(|drawn| drawn.filter == Asked::All);
    for id in FILTERED.map(|sub| format!("{parent}/{sub}")) {
        let has_ended = attempts(all, &id, uid).last().is_some_and(|attempt| filtered().end(attempt));
        hold!(
            !is_for_all || !is_for(&id, last) || has_ended,
            "{id} has not ended for {uid}, but {parent} has"
        );
    }
    Ok(())
}

/// Nor is a sub-handler's success repeated.
pub(super) fn are_never_repeated(world: &World, uid: &str, all: &[Attempt]) -> Judgement {
    // One with sub-handlers of its own is called again until they have ended.
    let is_parent = |sub: &&str| *sub == "sub_two" && world.plan.subs.contains(&"sub_two/inner");
    for sub in of(world, "parent_of_create").filter(|sub| !is_parent(sub)) {
        let id = format!("parent_of_create/{sub}");
        limits(world, sub).hold(&attempts(all, &id, uid))?;
        for pair in attempts(all, &id, uid).windows(2) {
            hold!(!succeeded(pair[0]) || pair[0].lost, "{id} has run again for {uid} after a success");
        }
    }
    Ok(())
}
