//! Draws an operator and its life.

use std::{collections::BTreeMap, time::Duration};

use kopf_core::{
    background::{Cancellation, Delay},
    backoff::Waits,
    filter::Match,
    handler::{Errors, Handler, Lifecycle, On},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    fields::{Fielded, fielded},
    plugin::{DRAWN, SUBS},
};

/// An operator and its life.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The handlers that are declared, by their functions.
    pub(crate) handlers: BTreeMap<&'static str, Drawn>,
    /// What they do, attempt after attempt, for each object alike; then they succeed.
    pub(crate) acts: BTreeMap<&'static str, Vec<Act>>,
    /// The sub-handlers of those that have any.
    pub(crate) subs: Vec<&'static str>,
    /// How often these are tried, and for how many seconds.
    pub(crate) sub_limits: (Option<u32>, Option<u8>),
    pub(crate) steps: Vec<Step>,
}

/// What is drawn of a handler's attribute.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Drawn {
    pub(crate) filter: Asked,
    /// Which changes of its field, if it has one.
    pub(crate) fielded: Fielded,
    pub(crate) retries: Option<u32>,
    /// In seconds. None for a handler with sub-handlers, which it would end for.
    pub(crate) timeout: Option<u8>,
    pub(crate) errors: Errors,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) optional: bool,
    pub(crate) pace: Pace,
}

/// What is drawn of the attribute of a daemon or a timer, in seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) delay: Option<u8>,
    pub(crate) idle: Option<u8>,
    /// How it is cancelled, if not as it comes by itself.
    pub(crate) cancellation: Option<(u8, u8)>,
}

/// Which objects a handler is for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Asked {
    All,
    /// Those whose label `l` is `1`.
    Label,
    /// Those that have no label `l`.
    Unlabelled,
    /// Those that have one, which is not `1`.
    OtherLabel,
    /// Those that a function wants.
    When,
}

/// How an attempt ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Act {
    Succeed,
    Return(u8),
    Temporary(u8),
    Permanent,
    Error,
    Panic,
    /// It changes the object, and succeeds.
    Change(u8),
    /// The same, by a function.
    Transform(u8),
}

/// What happens next.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Somebody creates an object, or changes it if it is there.
    Put(usize, Value),
    /// Somebody deletes it.
    Delete(usize),
    /// Somebody else's finalizer comes, or goes.
    Hold(usize, bool),
    Wait(u16),
    /// The process ends: as by a signal, or at once.
    End {
        kill: bool,
    },
    /// Another one begins.
    Begin,
    /// Requests go wrong.
    Fault(Wrong, u32),
    /// Watches break off, are told that they are too late, or say nothing for a while.
    Watches(Weather),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Wrong {
    Conflict,
    Internal,
    Cut,
    LostAnswer,
    TooMany,
    Stall,
    Reading,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Weather {
    Cut,
    Expire,
    Silence,
    Speak,
}

impl Asked {
    /// Whether an object is one of those.
    pub(crate) fn holds(self, body: &Value) -> bool {
        let label = body["metadata"]["labels"]["l"].as_str();
        match self {
            Asked::All => true,
            Asked::Label => label == Some("1"),
            Asked::Unlabelled => label.is_none(),
            Asked::OtherLabel => label.is_some_and(|label| label != "1"),
            Asked::When => body["spec"]["wanted"] == true,
        }
    }
}

impl Drawn {
    /// Declares the handler as it was drawn.
    pub(crate) fn declare(self, handler: &mut Handler) {
        let label = |asked| vec![("l".to_owned(), asked)];
        let one = || Match::is("1");
        let filter = &mut handler.filter;
        // The functions ask it all alike; those that were not drawn so do not.
        let when = filter.when.take();
        match self.filter {
            Asked::All => {}
            Asked::Label => filter.labels = label(one()),
            Asked::Unlabelled => filter.labels = label(Match::Absent),
            Asked::OtherLabel => {
                filter.labels = label(Match::All(vec![Match::Present, Match::Not(Box::new(one()))]));
            }
            Asked::When => filter.when = when,
        }
        self.fielded.declare(filter);
        handler.limits.retries = self.retries;
        handler.limits.timeout = self.timeout(&handler.id);
        handler.limits.errors = self.errors;
        handler.limits.backoff = Some(Waits::Same(Duration::from_secs(7)));
        handler.lifecycle = self.lifecycle;
        handler.optional = self.optional && handler.id == "delete_two";
        if handler.on.is_background() {
            self.pace.declare(handler);
        }
    }
}

impl Drawn {
    /// For how long a handler is tried that is called so.
    pub(crate) fn timeout(self, name: &str) -> Option<Duration> {
        let timeout = self.timeout.filter(|_| !name.starts_with("parent"));
        timeout.map(|seconds| Duration::from_secs(seconds.into()))
    }
}

impl Pace {
    fn declare(self, handler: &mut Handler) {
        let seconds = |seconds: u8| Duration::from_secs(seconds.into());
        let schedule = &mut handler.schedule;
        schedule.initial_delay = self.delay.map_or(Delay::None, |delay| Delay::Fixed(seconds(delay)));
        schedule.idle = self.idle.filter(|_| handler.on == On::Timer).map(seconds);
        if let Some((backoff, timeout)) = self.cancellation {
            let (backoff, timeout) = (Some(seconds(backoff)), Some(seconds(timeout)));
            schedule.cancellation = Cancellation { backoff, timeout, ..schedule.cancellation };
        }
    }
}

fn pace() -> impl Strategy<Value = Pace> {
    let cancellation = prop::option::of((0..5_u8, 0..20_u8));
    (prop::option::of(0..40_u8), prop::option::of(1..15_u8), cancellation)
        .prop_map(|(delay, idle, cancellation)| Pace { delay, idle, cancellation })
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let filter = prop_oneof![
        3 => Just(Asked::All), 1 => Just(Asked::Label), 1 => Just(Asked::Unlabelled), 1 => Just(Asked::OtherLabel),
        1 => Just(Asked::When),
    ];
    let errors = prop_oneof![
        3 => Just(Errors::Temporary), 1 => Just(Errors::Permanent), 1 => Just(Errors::Ignored),
    ];
    let lifecycle = prop_oneof![
        3 => Just(Lifecycle::All), 1 => Just(Lifecycle::Asap), 1 => Just(Lifecycle::OneByOne),
        1 => Just(Lifecycle::Randomized), 1 => Just(Lifecycle::Shuffled),
    ];
    let limits = (prop::option::of(1..4_u32), prop::option::of(1..120_u8));
    ((filter, fielded()), limits, errors, lifecycle, any::<bool>(), pace()).prop_map(
        |((filter, fielded), (retries, timeout), errors, lifecycle, optional, pace)| Drawn {
            filter,
            fielded,
            retries,
            timeout,
            errors,
            lifecycle,
            optional,
            pace,
        },
    )
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::Succeed),
        (0..3_u8).prop_map(Act::Return),
        (0..90_u8).prop_map(Act::Temporary),
        Just(Act::Permanent),
        Just(Act::Error),
        Just(Act::Panic),
        (0..3_u8).prop_map(Act::Change),
        (0..3_u8).prop_map(Act::Transform),
    ]
}

fn change() -> impl Strategy<Value = Value> {
    let value = prop_oneof![Just(Value::Null), (0..3).prop_map(Value::from)];
    let label = prop_oneof![Just(Value::Null), Just("1".into()), Just("2".into())];
    prop_oneof![
        4 => ("[abc]", value).prop_map(|(key, value)| json!({ "spec": { key: value } })),
        2 => label.prop_map(|label| json!({ "metadata": { "labels": { "l": label } } })),
        1 => any::<bool>().prop_map(|wanted| json!({ "spec": { "wanted": wanted } })),
        1 => (0..3).prop_map(|phase: i32| json!({ "status": { "phase": phase } })),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let object = || 0..2_usize;
    let wrong = prop_oneof![
        Just(Wrong::Conflict),
        Just(Wrong::Internal),
        Just(Wrong::Cut),
        Just(Wrong::LostAnswer),
        Just(Wrong::TooMany),
        Just(Wrong::Stall),
        Just(Wrong::Reading),
    ];
    let weather =
        prop_oneof![Just(Weather::Cut), Just(Weather::Expire), Just(Weather::Silence), Just(Weather::Speak)];
    prop_oneof![
        8 => (object(), change()).prop_map(|(object, change)| Step::Put(object, change)),
        2 => object().prop_map(Step::Delete),
        1 => (object(), any::<bool>()).prop_map(|(object, held)| Step::Hold(object, held)),
        4 => (0..120_u16).prop_map(Step::Wait),
        2 => any::<bool>().prop_map(|kill| Step::End { kill }),
        3 => Just(Step::Begin),
        2 => (wrong, 1..4_u32).prop_map(|(wrong, times)| Step::Fault(wrong, times)),
        1 => weather.prop_map(Step::Watches),
    ]
}

/// An operator and its life.
pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    let handlers: Vec<_> = DRAWN.iter().map(|_| prop::option::weighted(0.4, drawn())).collect();
    let subs = ["sub_one", "sub_two", "sub_two/inner"];
    let acts: Vec<_> = DRAWN.iter().chain(&SUBS).map(|_| prop::collection::vec(act(), 0..3)).collect();
    let subs_drawn = prop::sample::subsequence(subs.to_vec(), 0..=subs.len());
    let sub_limits = (prop::option::of(1..4_u32), prop::option::of(1..60_u8));
    let steps = prop::collection::vec(step(), 1..24);
    let subs_drawn = (subs_drawn, sub_limits);
    (handlers, acts, subs_drawn, steps).prop_map(move |(handlers, acts, (subs_drawn, sub_limits), steps)| {
        let drawn = DRAWN.iter().zip(handlers);
        Plan {
            handlers: drawn.filter_map(|(id, drawn)| Some((*id, drawn?))).collect(),
            acts: DRAWN.iter().chain(&SUBS).copied().zip(acts).filter(|(_, acts)| !acts.is_empty()).collect(),
            subs: subs_drawn,
            sub_limits,
            steps,
        }
    })
}
