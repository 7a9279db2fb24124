//! What must be, whatever was drawn.

macro_rules! hold {
    ($holds:expr, $($text:tt)*) => {
        if !$holds {
            return Err(format!($($text)*));
        }
    };
}

mod limits;
mod subs;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering,
    time::Duration,
};

use kopf_core::{
    essence::essence, field::FieldPath, handler::Errors, outcome::elapsed, store::handled::State,
};
use kopf_plugin_testing::Held;
use serde_json::Value;

use self::limits::Limits;
use crate::{
    fields::Fielded,
    plan::{Act, Asked, Drawn},
    plugin::Attempt,
    world::{EXAMPLES, Life, OURS, World, annotations, finalizers, handled, uid},
};

const BACKGROUND: [&str; 4] = ["daemon_polite", "daemon_deaf", "timer_blocking", "timer_async"];
const DELETION: [&str; 2] = ["delete_one", "delete_two"];
const OF_FIELDS: [&str; 2] = ["update_field", "field_one"];
/// Those that say nothing of changes.
const NO_CHANGING: [&str; 2] = ["by_a", "spy_writing"];

type Judgement = Result<(), String>;

/// A handler of the operator: its function, what was drawn of it, and the field it is for.
struct Handler<'a> {
    name: &'a str,
    drawn: &'a Drawn,
    field: Option<FieldPath>,
}

impl Handler<'_> {
    fn is_for(&self, body: &Value) -> bool {
        self.drawn.filter.holds(body)
    }

    /// Whether it is for an object by all that can be seen of it as it is.
    fn is_prematched(&self, body: &Value) -> bool {
        let now = |field: &FieldPath| field.get(body).filter(|value| !value.is_null());
        self.is_for(body) && self.field.as_ref().is_none_or(|field| self.drawn.fielded.is_for(now(field)))
    }

    /// Which changes it is called for; without a field, for any.
    fn fielded(&self) -> Fielded {
        self.field.as_ref().map_or(Fielded::Any, |_| self.drawn.fielded)
    }

    /// What it reacts to, without what handlers change themselves.
    fn seen(&self, essence: &Value) -> Value {
        seen(essence, self.field.as_ref())
    }

    fn limits(&self) -> Limits {
        Limits::of(self.name, self.drawn)
    }

    /// Whether nothing follows on an attempt, however it is looked at.
    fn ended(&self, attempt: &Attempt) -> bool {
        self.limits().end(attempt)
    }

    /// Whether nothing follows on an attempt at rest: by then its time is over too.
    fn is_over(&self, attempt: &Attempt) -> bool {
        self.ended(attempt) || self.limits().timeout.is_some()
    }
}

fn succeeded(attempt: &Attempt) -> bool {
    matches!(attempt.act, Act::Succeed | Act::Return(_) | Act::Change(_) | Act::Transform(_))
}

fn seen(essence: &Value, field: Option<&FieldPath>) -> Value {
    let mut essence = essence.clone();
    if let Some(spec) = essence["spec"].as_object_mut() {
        spec.remove("own");
    }
    match field {
        Some(field) => field.get(&essence).cloned().unwrap_or_default(),
        None => essence,
    }
}

fn handlers(world: &World) -> Vec<Handler<'_>> {
    let field = |name: &str| match name {
        "update_field" => FieldPath::parse("spec.a").ok(),
        "field_one" => FieldPath::parse("spec.b").ok(),
        _ => None,
    };
    let all = world.plan.handlers.iter();
    all.map(|(name, drawn)| Handler { name, drawn, field: field(name) }).collect()
}

/// Attempts by object, in their order.
fn attempts<'a>(all: &'a [Attempt], handler: &str, uid: &str) -> Vec<&'a Attempt> {
    all.iter().filter(|attempt| attempt.handler == handler && attempt.uid == uid).collect()
}

/// What must be once nothing is left to do: for the objects that are there, and for all that there were.
pub(crate) fn at_rest(world: &World, quiet_from: usize) -> Judgement {
    let told = world.run.told();
    for line in world.operator.log() {
        hold!(!line.contains("fault of kopf itself"), "{line}");
    }
    for object in world.objects() {
        let uid = uid(&object);
        let life = &world.lives[&uid];
        let deleting = !object["metadata"]["deletionTimestamp"].is_null();
        if !deleting {
            is_handled(world, &object, life, &told.attempts)?;
            subs::have_run(world, &uid, &told.attempts)?;
        }
        is_accompanied(world, &object, deleting, &told.attempts, quiet_from, &told.alive)?;
        is_held(world, &object, deleting)?;
        spies_have_seen(&object, &told.attempts)?;
    }
    none_is_called_in_vain(world, &told.attempts)?;
    for uid in world.lives.keys() {
        for handler in handlers(world) {
            is_never_repeated(world, &handler, &attempts(&told.attempts, handler.name, uid))?;
        }
        subs::are_never_repeated(world, uid, &told.attempts)?;
        deletion_is_handled(world, uid, &told.attempts)?;
    }
    hold!(told.tasks.values().all(|count| *count == 0), "{:?} tasks are left", told.tasks);
    let there = world.objects();
    let memories = world.run.memories.load(Ordering::Relaxed);
    hold!(memories <= there.len(), "{memories} memories are left of {} objects", there.len());
    let held = world.operator.held();
    hold!(held.objects <= there.len() + 2, "{held:?} is kept of {} objects", there.len());
    is_indexed(world, &told.index)
}

/// What was handled last is what is there, and each handler has ended on that.
fn is_handled(world: &World, object: &Value, life: &Life, all: &[Attempt]) -> Judgement {
    let uid = uid(object);
    let now = essence(object, &[]);
    let handlers = handlers(world);
    let changing: Vec<_> = handlers
        .iter()
        .filter(|handler| !BACKGROUND.contains(&handler.name) && !NO_CHANGING.contains(&handler.name))
        .collect();
    let ours = annotations(object);
    let mark = format!("{OURS}kopf-managed");
    let ours: Vec<&String> = ours.keys().filter(|key| key.starts_with(OURS) && **key != mark).collect();
    if !changing.iter().any(|handler| handler.is_prematched(object)) {
        let ever = |body| changing.iter().any(|handler| handler.is_prematched(body));
        hold!(
            ours.is_empty() || life.states.iter().any(ever),
            "{ours:?} is on {uid}, which no handler is for"
        );
        return Ok(());
    }
    let key = format!("{OURS}last-handled-configuration");
    let handled = handled(object).filter(|handled| !handled.pending).map(|handled| handled.state);
    hold!(handled == Some(State::Whole(now.clone().into())), "{uid} is not handled: {handled:?}, but {now}");
    // A handler that the object was taken from keeps its record, for the object may come back to it.
    let left = changing.iter().any(|handler| !handler.is_for(object) || handler.fielded() != Fielded::Any);
    hold!(left || ours == [&key], "{ours:?} is left on {uid}");
    for handler in changing {
        let attempts = attempts(all, handler.name, &uid);
        let always = handler.drawn.filter == Asked::All;
        match handler.name {
            name if name.starts_with("create") || name == "parent_of_create" => {
                let ended = name == "parent_of_create" && !attempts.is_empty()
                    || attempts.iter().any(|attempt| handler.is_over(attempt));
                hold!(!always || ended, "{name} has not run for {uid}");
            }
            "update_one" | "update_two" | "parent_of_update" | "parent_of_filters" | "update_field"
            | "field_one" => {
                // What happens in a field while the object is not of a handler is unknown to it.
                let counts = if handler.field.is_some() { always } else { handler.is_for(object) };
                if let Some(began_with) = life.began_with.as_ref().filter(|_| counts) {
                    let there = |value: &Value| Some(value.clone()).filter(|value| !value.is_null());
                    let begun = there(&handler.seen(began_with));
                    let is_told_of_creation =
                        handler.name == "field_one" && handler.fielded().calls(None, begun.as_ref());
                    let began_with = match is_told_of_creation && attempts.is_empty() {
                        true => &Value::Null,
                        false => began_with,
                    };
                    // What was not recorded may be what counts, or what was before it.
                    let recorded = attempts.iter().rev().find(|attempt| !attempt.lost);
                    let last = [attempts.last(), recorded].map(|attempt| {
                        let body = attempt.map(|attempt| essence(&attempt.body, &[]));
                        handler.seen(body.as_ref().unwrap_or(began_with))
                    });
                    let now = handler.seen(&now);
                    let passes_over = |seen: &Value| {
                        handler.fielded().passes_over(there(seen).as_ref(), there(&now).as_ref())
                    };
                    // One whose time was over before it was tried again has failed, on whatever there was then.
                    let forbidden = attempts
                        .last()
                        .into_iter()
                        .chain(recorded)
                        .any(|attempt| handler.is_over(attempt) && !handler.ended(attempt));
                    hold!(
                        last.contains(&now) || last.iter().any(passes_over) || forbidden,
                        "{} has not run for {uid} as it is: {last:?}, but {now}",
                        handler.name
                    );
                }
            }
            "resume_one" if always && life.was_handled => {
                let process = life.process;
                let here: Vec<_> = attempts.iter().filter(|attempt| attempt.process == process).collect();
                hold!(
                    here.iter().any(|attempt| handler.is_over(attempt)),
                    "resume_one has not run for {uid} in process {process}"
                );
            }
            _ => {}
        }
        let must_end = handler.is_for(object) && !is_parent(handler) && handler.fielded() == Fielded::Any;
        if let Some(last) = attempts.last().filter(|_| must_end) {
            hold!(
                handler.is_over(last) || last.reason == "delete",
                "{} has not ended for {uid}",
                handler.name
            );
        }
    }
    Ok(())
}

fn is_parent(handler: &Handler<'_>) -> bool {
    handler.name.starts_with("parent")
}

/// Daemons and timers run where they should, and nowhere else.
fn is_accompanied(
    world: &World,
    object: &Value,
    deleting: bool,
    all: &[Attempt],
    quiet_from: usize,
    alive: &BTreeMap<(String, String), usize>,
) -> Judgement {
    let uid = uid(object);
    for handler in handlers(world).iter().filter(|handler| BACKGROUND.contains(&handler.name)) {
        let wanted = handler.is_for(object) && !deleting;
        let runs = alive.get(&(handler.name.to_owned(), uid.clone())).copied().unwrap_or_default();
        let ended = attempts(all, handler.name, &uid).last().copied().cloned();
        let failed = ended.as_ref().is_some_and(|last| handler.ended(last) && !succeeded(last));
        let ended_badly = ended.as_ref().is_some_and(|last| !succeeded(last));
        let is_daemon = handler.name.starts_with("daemon");
        if is_daemon {
            // An error that is ignored is a success, after which there is nothing left to do.
            let expected = usize::from(wanted && !failed);
            hold!(runs == expected, "{runs} of {} run for {uid}, not {expected}", handler.name);
            continue;
        }
        let ticks = attempts(&all[quiet_from.min(all.len())..], handler.name, &uid).len();
        let ignored = ended.is_some_and(|last| {
            handler.drawn.errors == Errors::Ignored && matches!(last.act, Act::Error | Act::Panic)
        });
        // It may have been too late to try it again, once its object was idle for long enough.
        let is_over = ended_badly && !ignored;
        match wanted {
            true if is_over => hold!(ticks == 0, "{} goes on for {uid} after it failed", handler.name),
            // 200 seconds: every 20, or every 20 after the one before.
            true => hold!((9..=11).contains(&ticks), "{} has ticked {ticks} times for {uid}", handler.name),
            false => hold!(ticks == 0, "{} has ticked {ticks} times for {uid}, unwanted", handler.name),
        }
    }
    Ok(())
}

/// The finalizer is there where somebody needs it, and only there.
fn is_held(world: &World, object: &Value, deleting: bool) -> Judgement {
    let held = finalizers(object).any(|finalizer| finalizer.starts_with(OURS));
    let handlers = handlers(world);
    let mut needs = handlers.iter().filter(|handler| {
        let deletion =
            DELETION.contains(&handler.name) && !(handler.name == "delete_two" && handler.drawn.optional);
        handler.is_for(object) && (deletion || BACKGROUND.contains(&handler.name))
    });
    let must = handlers.iter().any(|handler| handler.name == "delete_one" && handler.is_for(object));
    hold!(!must || held || deleting, "{} is not held, though delete_one is for it", uid(object));
    hold!(!held || (needs.next().is_some() && !deleting), "{} is held for nothing", uid(object));
    Ok(())
}

/// The spy that is for all has seen the last state, and none out of turn. What is listed again it sees again.
fn spies_have_seen(object: &Value, all: &[Attempt]) -> Judgement {
    let uid = uid(object);
    let version =
        |body: &Value| body["metadata"]["resourceVersion"].as_str().and_then(|text| text.parse::<u64>().ok());
    let seen = attempts(all, "spy", &uid);
    let last = seen.last().and_then(|attempt| version(&attempt.body));
    hold!(last == version(object), "the spy has last seen {last:?} of {uid}, not {:?}", version(object));
    for pair in seen.windows(2).filter(|pair| pair[0].process == pair[1].process) {
        let (before, after) = (version(&pair[0].body), version(&pair[1].body));
        hold!(before <= after, "the spy has seen {before:?} of {uid}, and then {after:?}");
    }
    Ok(())
}

/// A success that was recorded is not repeated for the same state.
fn is_never_repeated(world: &World, handler: &Handler<'_>, attempts: &[&Attempt]) -> Judgement {
    // What handlers of causes change themselves is no change to be told of; what others change is.
    let changes = |act: &Act| matches!(act, Act::Change(_) | Act::Transform(_));
    let others = BACKGROUND.iter().chain(&["spy_writing"]);
    let others_change =
        others.filter_map(|name| world.plan.acts.get(name)).any(|acts| acts.iter().any(changes));
    let state = |attempt: &Attempt| match (&handler.field, others_change) {
        (None, true) => essence(&attempt.body, &[]),
        _ => handler.seen(&essence(&attempt.body, &[])),
    };
    for pair in attempts.windows(2).filter(|pair| succeeded(pair[0]) && !pair[0].lost) {
        let (first, second) = (pair[0], pair[1]);
        let again = match handler.name {
            _ if handler.drawn.filter != Asked::All => false,
            "create_one" | "create_two" => true,
            "delete_one" => true,
            "resume_one" => first.process == second.process,
            "update_one" | "update_two" => state(first) == state(second),
            "update_field" | "field_one" => {
                handler.fielded().repeats_nothing() && state(first) == state(second)
            }
            _ => false,
        };
        hold!(
            !again,
            "{} has run again for {}, {} after {}, after a success",
            handler.name,
            first.uid,
            second.reason,
            first.reason
        );
    }
    if !is_parent(handler) && !NO_CHANGING.contains(&handler.name) {
        handler.limits().hold(attempts)?;
    }
    for pair in attempts.windows(2) {
        let goes_on = !handler.ended(pair[0]) && pair[0].reason == pair[1].reason && !pair[0].lost;
        let goes_on = goes_on && !handler.limits().forbid(pair[0], pair[1]);
        let counted = !BACKGROUND.contains(&handler.name) && !NO_CHANGING.contains(&handler.name);
        let always = handler.drawn.filter == Asked::All && handler.fielded() == Fielded::Any;
        let goes_on = goes_on && counted && always && !is_parent(handler);
        // Records have microseconds.
        let drift = elapsed(pair[0].started, pair[1].started).max(elapsed(pair[1].started, pair[0].started));
        hold!(
            !goes_on || drift < Duration::from_millis(1),
            "{} has begun anew for {} though it had not ended",
            handler.name,
            pair[0].uid
        );
        hold!(
            !goes_on || pair[1].retry == pair[0].retry + 1,
            "{} was tried as {} after {} for {}",
            handler.name,
            pair[1].retry,
            pair[0].retry,
            pair[0].uid
        );
    }
    Ok(())
}

/// No handler sees a state of an object that it is not for. What accompanies an object looks at it whenever it likes.
fn none_is_called_in_vain(world: &World, all: &[Attempt]) -> Judgement {
    for attempt in all {
        let name = attempt.handler.split('/').next().unwrap_or_default();
        let drawn = world.plan.handlers.get(name).filter(|_| !BACKGROUND.contains(&name));
        let Attempt { handler, reason, old, new, .. } = attempt;
        let before = (reason != "create").then_some(old.as_ref());
        let is_called = |drawn: &Drawn| {
            drawn.filter.holds(&attempt.body)
                && (!OF_FIELDS.contains(&name) || drawn.fielded.calls(before, new.as_ref()))
        };
        let is_for = drawn.is_none_or(is_called) && subs::is_for(handler, attempt);
        hold!(is_for, "{handler} was called for {}, as which it is not for it: {attempt:?}", attempt.body);
    }
    Ok(())
}

/// An object that was held for a deletion handler has not gone without it.
fn deletion_is_handled(world: &World, uid: &str, all: &[Attempt]) -> Judgement {
    let life = &world.lives[uid];
    let Some(body) = life.deleted.as_ref().filter(|_| !life.changed_since) else { return Ok(()) };
    for handler in handlers(world).iter().filter(|handler| handler.name == "delete_one") {
        let attempts = attempts(all, handler.name, uid);
        let ended = attempts.last().is_some_and(|attempt| handler.is_over(attempt));
        hold!(!handler.is_for(body) || ended, "{uid} is deleted, and delete_one has not ended");
    }
    Ok(())
}

fn is_indexed(world: &World, index: &BTreeMap<i64, BTreeSet<String>>) -> Judgement {
    let Some(drawn) = world.plan.handlers.get("by_a") else { return Ok(()) };
    let mut expected: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for object in world.objects().iter().filter(|object| drawn.filter.holds(object)) {
        if let Some(key) = object["spec"]["a"].as_i64() {
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            expected.entry(key).or_default().insert(name.to_owned());
        }
    }
    hold!(*index == expected, "the index holds {index:?}, not {expected:?}");
    let values = world.run.values.load(Ordering::Relaxed);
    let counted: usize = expected.values().map(BTreeSet::len).sum();
    hold!(values == counted, "{values} values of the index are left of {counted}");
    Ok(())
}

/// What must be once all objects are gone: nothing.
pub(crate) fn at_the_end(world: &World) -> Judgement {
    let left = world.objects();
    hold!(left.is_empty(), "not gone from the {EXAMPLES}: {left:?}");
    let told = world.run.told();
    for uid in world.lives.keys() {
        deletion_is_handled(world, uid, &told.attempts)?;
    }
    let alive: usize = told.alive.values().sum();
    hold!(alive == 0, "{alive} daemons run, and no object is there");
    hold!(told.tasks.values().all(|count| *count == 0), "{:?} tasks are left", told.tasks);
    let memories = world.run.memories.load(Ordering::Relaxed);
    let values = world.run.values.load(Ordering::Relaxed);
    hold!(memories == 0 && values == 0, "{memories} memories and {values} indexed values are left");
    // The object that asks for the index is there.
    let held = world.operator.held();
    hold!(held == Held { objects: 1, ..Held::default() }, "{held:?} is left");
    Ok(())
}
