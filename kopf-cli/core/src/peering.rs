//! Who else serves the same objects, and who waits for whom: the records that operators keep in a peering object.
//!
//! A record stands in the status under its operator's identity, in the shape of the Python framework of the same name,
//! so that operators of both make room for each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};

/// The lifetime of a record that says none.
pub const LIFETIME: Duration = Duration::from_secs(60);

/// The name of the peering object, unless another is given.
pub const NAME: &str = "default";

/// The priority of an operator that is being developed: above any that serves production.
pub const DEV_PRIORITY: i64 = 666;

/// The groups that peering objects are in: that of today, and that of old.
pub const GROUPS: [&str; 2] = ["kopf.dev", "zalando.org"];

/// The plural of peering objects of the whole cluster.
pub const CLUSTER_PLURAL: &str = "clusterkopfpeerings";

/// The plural of peering objects of a namespace.
pub const PLURAL: &str = "kopfpeerings";

/// The most characters that are told of what somebody has written.
const MESSAGE_LIMIT: usize = 200;

/// An operator that says that it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its identity, such as `root@vm/20261122215101/seo`.
    pub id: String,
    /// Whoever has more goes first.
    pub priority: i64,
    /// For how long its word holds.
    pub lifetime: Duration,
    /// When it gave it.
    pub lastseen: Timestamp,
    /// Why, if it says so.
    pub message: Option<String>,
}

impl Peer {
    /// When it counts as dead.
    pub fn deadline(&self) -> Timestamp {
        after(self.lastseen, self.lifetime)
    }

    /// Its record as it stands in the status.
    pub fn record(&self) -> Value {
        let mut record = json!({
            "priority": self.priority,
            "lifetime": self.lifetime.as_secs(),
            "lastseen": self.lastseen.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string(),
        });
        if let Some(message) = &self.message {
            // The Python framework passes over what it does not know.
            record["message"] = message.as_str().into();
        }
        record
    }

    /// Its identity, and why it speaks.
    fn label(&self) -> String {
        match &self.message {
            Some(message) => format!("{}: {message}", short(&self.id)),
            None => short(&self.id),
        }
    }
}

/// What a peering object holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peers {
    /// The operators.
    pub peers: Vec<Peer>,
    /// The keys of entries that are no records.
    pub garbage: BTreeSet<String>,
}

/// Reads the status of a peering object. What is no record is named, and counts for nothing: each entry is read alone, for
/// one that is nested too deep must not hide those who go first.
pub fn read(raw: &[u8], now: Timestamp) -> Peers {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        status: Option<&'a RawValue>,
    }
    let mut found = Peers::default();
    // What is no JSON came over no watch.
    let Ok(Body { status: Some(status) }) = serde_json::from_slice(raw) else { return found };
    let Ok(entries) = serde_json::from_str::<BTreeMap<String, &RawValue>>(status.get()) else {
        found.garbage.insert("status".to_owned());
        return found;
    };
    for (id, entry) in entries {
        match serde_json::from_str(entry.get()) {
            // A record that was taken away.
            Ok(None) => {}
            Ok(Some(record)) if let Some(peer) = peer(&id, &record, now) => found.peers.push(peer),
            Ok(Some(_)) | Err(_) => drop(found.garbage.insert(format!("status.{}", short(&id)))),
        }
    }
    found
}

fn peer(id: &str, record: &Map<String, Value>, now: Timestamp) -> Option<Peer> {
    let number = |member: &str, otherwise: i64| match record.get(member) {
        None | Some(Value::Null) => Some(otherwise),
        Some(Value::String(text)) => text.trim().parse().ok(),
        // A fraction is cut off, as Python's `int` does.
        Some(value) => value.as_i64().or_else(|| value.as_f64().map(|number| number as i64)),
    };
    let seconds = number("lifetime", LIFETIME.as_secs().cast_signed())?;
    let lastseen = match record.get("lastseen") {
        None | Some(Value::Null) => now,
        Some(value) => moment(value.as_str()?)?,
    };
    let lifetime = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
    let message = record.get("message").and_then(Value::as_str).map(short);
    Some(Peer { id: id.to_owned(), priority: number("priority", 0)?, lifetime, lastseen, message })
}

/// What somebody has written, as it is fit for a line.
fn short(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(MESSAGE_LIMIT).collect()
}

/// A moment as ISO 8601 has it; UTC, if it does not say.
fn moment(text: &str) -> Option<Timestamp> {
    let naive = || text.parse::<civil::DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    text.parse().ok().or_else(|| naive().map(|moment| moment.timestamp()))
}

/// Whether an operator may work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody is before it.
    Go,
    /// These have higher priorities, and go first.
    Yield(Vec<String>),
    /// These have the same priority: nobody goes, for nobody knows who should.
    Conflict(Vec<String>),
}

/// A verdict, and how long it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// When it is to be judged again if nothing happens: the first of those before it dies then.
    pub again_at: Option<Timestamp>,
    /// Those whose time is over. Their records are to be taken away.
    pub dead: Vec<String>,
}

/// Judges whether the operator of this identity and priority may work.
pub fn judge(peers: &[Peer], id: &str, priority: i64, now: Timestamp) -> Judgement {
    let others = || peers.iter().filter(|peer| peer.id != id);
    let (dead, alive): (Vec<&Peer>, Vec<&Peer>) = others().partition(|peer| peer.deadline() <= now);
    let labels = |peers: &[&Peer]| peers.iter().map(|peer| peer.label()).collect::<Vec<_>>();
    let higher: Vec<&Peer> = alive.iter().copied().filter(|peer| peer.priority > priority).collect();
    let equal: Vec<&Peer> = alive.iter().copied().filter(|peer| peer.priority == priority).collect();
    let (verdict, before) = match (higher.as_slice(), equal.as_slice()) {
        ([], []) => (Verdict::Go, vec![]),
        ([], equal) => (Verdict::Conflict(labels(equal)), equal.to_vec()),
        (higher, _) => (Verdict::Yield(labels(higher)), higher.to_vec()),
    };
    let again_at = before.iter().map(|peer| peer.deadline()).min();
    Judgement { verdict, again_at, dead: dead.into_iter().map(|peer| peer.id.clone()).collect() }
}

/// How long after its last word an operator gives it anew, with `chance` drawn from 0.0 to 1.0 by the caller: 5 to 10
/// seconds before it would count as dead.
pub fn period(lifetime: Duration, chance: f64) -> Duration {
    let least = Duration::from_secs(1);
    let margin = Duration::from_secs(5) + Duration::from_secs(5).mul_f64(chance.clamp(0.0, 1.0));
    lifetime.saturating_sub(margin).max(least).min(lifetime.max(least))
}

/// Where an operator must not work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pause {
    /// Nowhere may it.
    pub everywhere: bool,
    /// In these namespaces.
    pub namespaces: BTreeSet<String>,
}

impl Pause {
    /// Whether it holds for what is watched in this namespace, or in the whole cluster.
    ///
    /// Whoever is before us in one namespace serves the resources without a namespace too: these wait, and those of
    /// other namespaces do not.
    pub fn holds(&self, namespace: Option<&str>) -> bool {
        let here = match namespace {
            Some(namespace) => self.namespaces.contains(namespace),
            None => !self.namespaces.is_empty(),
        };
        self.everywhere || here
    }
}

fn after(moment: Timestamp, span: Duration) -> Timestamp {
    let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
    moment.checked_add(span).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
