//! Tells of another operator that has this one's name, when its notes are seen on an object.

use std::num::NonZeroU64;

use jiff::SignedDuration;
use kopf_core::{object::Object, rivals, store::dialect::Dialect};
use tracing::warn;

use crate::{io::Io, queue::Place, source::Source};

/// How long after the start there may still arrive what the process before this one has sent.
const FORERUNNERS: SignedDuration = SignedDuration::from_secs(2);

/// What is noted on an object as handled last, to compare with. Absent where that is not known.
pub(crate) type Note = Option<NonZeroU64>;

/// Tells of a rival if an event shows a note that is not the one which is known: neither written by this process nor seen
/// before. Answers what is noted.
///
/// It is one only by the field manager of an operator that has the same notes: whoever restores an older state, say, is
/// somebody else.
pub(crate) fn look(io: &Io, source: &Source, place: &Place, known: Note, object: &Object) -> Note {
    let noted = rivals::note(&object.body, &object.body, &io.identity);
    if known.is_some()
        && noted.is_some()
        && noted != known
        && let Some(manager) = rivals::noted_by(&object.raw, &object.body, &io.identity)
    {
        let others: Vec<String> =
            Some(manager).into_iter().filter(|manager| manager != io.identity.field_manager()).collect();
        tell(io, source, place, &others);
    }
    noted
}

/// Tells of a rival if a write has met with one that came before it.
pub(crate) fn meet(io: &Io, source: &Source, place: &Place, before: &Object, now: &Object) {
    if rivals::have_written(&before.body, &now.body, &io.identity) {
        tell(io, source, place, &rivals::managers(&now.raw, &io.identity));
    }
}

/// Tells of it, and of who it is if that is known.
fn tell(io: &Io, source: &Source, place: &Place, managers: &[String]) {
    let who = if managers.is_empty() { String::new() } else { format!(" ({})", managers.join(", ")) };
    let (now, name) = (io.clock.now(), io.identity.name());
    // Of an object that is seen as two resources, each knows what it has written itself.
    let is_possible = !source.is_shared() && !io.peerings.has_peers();
    if is_possible
        && now.duration_since(io.started_at) >= FORERUNNERS
        && io.complaints.is_due_hourly("rivals", now)
    {
        let (which, remedy) = match io.identity.dialect() {
            Dialect::Own => {
                (format!("another one seems to run under the name {name}"), "Give one of them another --name")
            }
            Dialect::Python => (
                "one of the Python framework, or another with --compat, seems to run".to_owned(),
                "Let only one of them run at a time",
            ),
        };
        warn!(
            object = %place,
            "Somebody else{who} writes the annotations of this operator: {which}, so that handlers are called twice. {remedy}, \
             or have them meet in a peering"
        );
    }
}
