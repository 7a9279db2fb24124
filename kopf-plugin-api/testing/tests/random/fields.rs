//! What is drawn about the field of a handler: which values of it, and which changes of them.

use kopf_core::filter::{Filter, Match};
use proptest::prelude::*;
use serde_json::Value;

/// Which changes of its field a handler is called for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fielded {
    Any,
    /// Those from such a value, or to one.
    Value(Held),
    Old(Held),
    New(Held),
    Both(Held, Held),
}

/// What is asked of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Held {
    One,
    Other,
    Present,
    Absent,
    /// What a function asks: whether it is more than one.
    More,
}

impl Held {
    pub(crate) fn holds(self, value: Option<&Value>) -> bool {
        let number = value.and_then(Value::as_i64);
        match self {
            Held::One => number == Some(1),
            Held::Other => number != Some(1),
            Held::Present => value.is_some(),
            Held::Absent => value.is_none(),
            Held::More => number > Some(1),
        }
    }

    fn asked(self, function: &Match) -> Match {
        match self {
            Held::One => Match::is(1),
            Held::Other => Match::Not(Box::new(Match::is(1))),
            Held::Present => Match::Present,
            Held::Absent => Match::Absent,
            Held::More => function.clone(),
        }
    }
}

impl Fielded {
    /// Declares it in a filter, whose `value` is what asks the function.
    pub(crate) fn declare(self, filter: &mut Filter) {
        let Some(function) = filter.value.take() else { return };
        let asked = |held: Held| Some(held.asked(&function));
        match self {
            Fielded::Any => {}
            Fielded::Value(held) => filter.value = asked(held),
            Fielded::Old(held) => filter.old = asked(held),
            Fielded::New(held) => filter.new = asked(held),
            Fielded::Both(old, new) => (filter.old, filter.new) = (asked(old), asked(new)),
        }
    }

    /// Whether a handler is for objects whose field is so, as far as it looks at what is now.
    pub(crate) fn is_for(self, now: Option<&Value>) -> bool {
        match self {
            Fielded::Value(held) => held.holds(now),
            _ => now.is_some(),
        }
    }

    /// Whether a handler may be called for a change of its field; `old` is known unless the object is new.
    pub(crate) fn calls(self, old: Option<Option<&Value>>, new: Option<&Value>) -> bool {
        match self {
            Fielded::Any => true,
            Fielded::Value(held) => held.holds(new) || old.is_some_and(|old| held.holds(old)),
            Fielded::Old(held) => held.holds(old.flatten()),
            Fielded::New(held) => held.holds(new),
            Fielded::Both(before, now) => before.holds(old.flatten()) && now.holds(new),
        }
    }

    /// Whether a handler that has last seen a value need not have seen the one that there is now. What it asks of the
    /// value before a change leaves open what else there was meanwhile.
    pub(crate) fn passes_over(self, seen: Option<&Value>, now: Option<&Value>) -> bool {
        match self {
            Fielded::Any => false,
            Fielded::Value(held) => !held.holds(seen) && !held.holds(now),
            Fielded::New(held) => !held.holds(now),
            Fielded::Old(_) | Fielded::Both(..) => true,
        }
    }

    /// Whether the same value is never told of twice, without another one in between.
    pub(crate) fn repeats_nothing(self) -> bool {
        matches!(self, Fielded::Any | Fielded::Value(_))
    }
}

fn held() -> impl Strategy<Value = Held> {
    prop_oneof![Just(Held::One), Just(Held::Other), Just(Held::Present), Just(Held::Absent), Just(Held::More),]
}

pub(crate) fn fielded() -> impl Strategy<Value = Fielded> {
    prop_oneof![
        2 => Just(Fielded::Any),
        2 => held().prop_map(Fielded::Value),
        1 => held().prop_map(Fielded::Old),
        1 => held().prop_map(Fielded::New),
        1 => (held(), held()).prop_map(|(old, new)| Fielded::Both(old, new)),
    ]
}
