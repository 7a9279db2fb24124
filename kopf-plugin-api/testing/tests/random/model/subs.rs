//! What must be of sub-handlers.

use super::{Judgement, attempts, succeeded};
use crate::{
    plan::{Act, Asked},
    plugin::Attempt,
    world::World,
};

/// The sub-handlers of a handler, behind its id, where all objects are of that.
fn of<'a>(world: &'a World, parent: &str) -> impl Iterator<Item = &'static str> + 'a {
    let is_for_all = world.plan.handlers.get(parent).is_some_and(|drawn| drawn.filter == Asked::All);
    world.plan.subs.iter().copied().filter(move |_| is_for_all)
}

fn has_ended(attempt: &Attempt) -> bool {
    !matches!(attempt.act, Act::Temporary(_) | Act::Error | Act::Panic)
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
            hold!(find(&id).is_some_and(has_ended), "{id} has not ended for {uid}, but {parent} has");
        }
    }
    Ok(())
}

/// Nor is a sub-handler's success repeated.
pub(super) fn are_never_repeated(world: &World, uid: &str, all: &[Attempt]) -> Judgement {
    // One with sub-handlers of its own is called again until they have ended.
    let is_parent = |sub: &&str| *sub == "sub_two" && world.plan.subs.contains(&"sub_two/inner");
    for sub in of(world, "parent_of_create").filter(|sub| !is_parent(sub)) {
        let id = format!("parent_of_create/{sub}");
        for pair in attempts(all, &id, uid).windows(2) {
            hold!(!succeeded(pair[0]) || pair[0].lost, "{id} has run again for {uid} after a success");
        }
    }
    Ok(())
}
