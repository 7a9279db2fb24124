//! What filters and waits look like in the report of `kopf inspect`, as JSON and in words.

use std::{collections::BTreeMap, fmt};

use kopf_core::{backoff::Waits, filter::Match};
use serde::Serialize;
use serde_json::Value;

/// What is asked of a value.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum MatchReport<'a> {
    Is(&'a Value),
    Present,
    Absent,
    /// The number of a function of the handler's.
    Asked(u32),
    Not(Box<MatchReport<'a>>),
    All(Vec<MatchReport<'a>>),
    Any(Vec<MatchReport<'a>>),
    None(Vec<MatchReport<'a>>),
}

impl<'a> MatchReport<'a> {
    pub(super) fn new(asked: &'a Match) -> Self {
        let all = |asked: &'a [Match]| asked.iter().map(MatchReport::new).collect();
        match asked {
            Match::Is(value) => MatchReport::Is(value),
            Match::Present => MatchReport::Present,
            Match::Absent => MatchReport::Absent,
            Match::Asked(number) => MatchReport::Asked(*number),
            Match::Not(asked) => MatchReport::Not(Box::new(MatchReport::new(asked))),
            Match::All(asked) => MatchReport::All(all(asked)),
            Match::Any(asked) => MatchReport::Any(all(asked)),
            Match::None(asked) => MatchReport::None(all(asked)),
        }
    }
}

impl fmt::Display for MatchReport<'_> {
    /// As in an attribute; a function is its number among the handler's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, name: &str, asked: &[MatchReport<'_>]| {
            let asked: Vec<String> = asked.iter().map(ToString::to_string).collect();
            write!(f, "{name}({})", asked.join(","))
        };
        match self {
            MatchReport::Is(value) => value.fmt(f),
            MatchReport::Present => f.write_str("present"),
            MatchReport::Absent => f.write_str("absent"),
            MatchReport::Asked(number) => write!(f, "fn#{number}"),
            MatchReport::Not(asked) => write!(f, "not({asked})"),
            MatchReport::All(asked) => list(f, "all", asked),
            MatchReport::Any(asked) => list(f, "any", asked),
            MatchReport::None(asked) => list(f, "none", asked),
        }
    }
}

/// What is asked of labels or annotations, by key.
pub(super) type Keys<'a> = BTreeMap<&'a str, MatchReport<'a>>;

pub(super) fn by_key(asked: &[(String, Match)]) -> Keys<'_> {
    asked.iter().map(|(key, asked)| (key.as_str(), MatchReport::new(asked))).collect()
}

/// As label selectors are written, as far as they can be.
pub(super) fn in_words(asked: &Keys<'_>) -> Option<String> {
    let word = |(key, asked): (&&str, &MatchReport<'_>)| match asked {
        MatchReport::Is(Value::String(value)) => format!("{key}={value}"),
        MatchReport::Present => (*key).to_owned(),
        MatchReport::Absent => format!("!{key}"),
        other => format!("{key}={other}"),
    };
    (!asked.is_empty()).then(|| asked.iter().map(word).collect::<Vec<_>>().join(","))
}

/// How long a handler waits between its attempts. Spans are in seconds.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum WaitsReport {
    Same(f64),
    Growing { first: f64, factor: f64, cap: f64, jitter: f64 },
}

impl WaitsReport {
    pub(super) fn new(waits: &Waits) -> Self {
        match waits {
            Waits::Same(wait) => WaitsReport::Same(wait.as_secs_f64()),
            Waits::Growing(backoff) => WaitsReport::Growing {
                first: backoff.first.as_secs_f64(),
                factor: backoff.factor,
                cap: backoff.limit.as_secs_f64(),
                jitter: backoff.jitter,
            },
        }
    }
}

impl fmt::Display for WaitsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WaitsReport::Same(wait) => write!(f, "{wait}s"),
            WaitsReport::Growing { first, factor, cap, jitter } => {
                write!(f, "exponential({first}s,factor={factor},cap={cap}s,jitter={jitter})")
            }
        }
    }
}
