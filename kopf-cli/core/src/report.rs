//! Words what came of handlers as Kubernetes Events, and keeps their number within a budget.

use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The most bytes of a note.
const NOTE_LIMIT: usize = 1024;

/// The most bytes of a reason, an action and a reporting instance.
const WORD_LIMIT: usize = 128;

/// The most bytes of an object's name.
const NAME_LIMIT: usize = 253;

/// What every Event of ours is about, for Events must name an action.
const ACTION: &str = "Handle";

/// Who reports.
const CONTROLLER: &str = "kopf";

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// All is well.
    Normal,
    /// Somebody may have to act.
    Warning,
}

/// What is to be told.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// How bad it is.
    pub kind: Kind,
    /// One word for it, such as `Success`.
    pub reason: &'a str,
    /// A sentence, such as `Handler create_fn succeeded.`; what is beyond 1,024 bytes is cut off.
    pub note: &'a str,
    /// The object that it is about, as [`reference()`] makes it.
    pub regarding: &'a Value,
}

/// Limits how many Events are sent: bursts are let through, and warnings before all else.
///
/// It is a bucket of tokens, of which each Event takes one and which fills with time. The last half is kept for
/// warnings.
#[derive(Debug, Clone, PartialEq)]
pub struct Budget {
    size: f64,
    per_second: f64,
    tokens: f64,
    filled_at: Option<Timestamp>,
}

impl Kind {
    /// The word for it in an Event.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Normal => "Normal",
            Kind::Warning => "Warning",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who posts.
#[derive(Debug, Clone, Copy)]
pub struct Reporter<'a> {
    /// The controller, `kopf` if it is empty.
    pub component: &'a str,
    /// The operator's name and pod, cut at 128 bytes; `kopf` if it is empty.
    pub instance: &'a str,
}

/// What an Event needs to know of its object, which need not be kept any longer then.
pub fn reference(body: &Value) -> Value {
    let metadata = body.get("metadata").unwrap_or(&Value::Null);
    let members = [
        (body, "apiVersion"),
        (body, "kind"),
        (metadata, "namespace"),
        (metadata, "name"),
        (metadata, "uid"),
    ];
    let known = members.into_iter().filter_map(|(of, key)| {
        let text = of.get(key).and_then(Value::as_str)?;
        Some((key.to_owned(), Value::from(text)))
    });
    Value::Object(known.collect::<Map<_, _>>())
}

/// The Event, to be posted to the namespace that its metadata names: the object's, or `default` for one without.
///
/// `name_suffix` tells this Event's name from others about the same object.
pub fn event(report: &Report<'_>, reporter: Reporter<'_>, name_suffix: &str, now: Timestamp) -> Value {
    let text = |key: &str| report.regarding.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let or = |text: &str, other: &str| cut(if text.is_empty() { other } else { text }, WORD_LIMIT).to_owned();
    json!({
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {
            "name": name(text("name").unwrap_or_default(), name_suffix),
            "namespace": text("namespace").unwrap_or("default"),
        },
        "type": report.kind.as_str(),
        "reason": or(report.reason, report.kind.as_str()),
        "action": ACTION,
        "note": cut(report.note, NOTE_LIMIT),
        "regarding": report.regarding,
        "reportingController": or(reporter.component, CONTROLLER),
        "reportingInstance": or(reporter.instance, CONTROLLER),
        "eventTime": moment(now),
    })
}

/// The merge patch that turns an Event into a series of `count` Events that are alike, the last of them `now`.
pub fn series(count: u32, now: Timestamp) -> Value {
    json!({ "series": { "count": count, "lastObservedTime": moment(now) } })
}

impl Default for Budget {
    /// A hundred at once, and five a second.
    fn default() -> Budget {
        Budget::new(100, 5.0)
    }
}

impl Budget {
    /// A budget of `burst` Events at once and of `per_second` in the long run.
    pub fn new(burst: u32, per_second: f64) -> Budget {
        let size = f64::from(burst);
        Budget { size, per_second, tokens: size, filled_at: None }
    }

    /// Whether an Event may be sent `now`; if so, it is counted.
    pub fn allow(&mut self, kind: Kind, now: Timestamp) -> bool {
        // A clock that was set back fills nothing, and its time is not counted twice.
        let since =
            self.filled_at.map_or(0.0, |filled_at| now.duration_since(filled_at).as_secs_f64().max(0.0));
        self.tokens = (self.tokens + since * self.per_second).min(self.size);
        self.filled_at = self.filled_at.max(Some(now));
        let reserve = match kind {
            Kind::Warning => 0.0,
            Kind::Normal => (self.size / 2.0).floor(),
        };
        let is_allowed = self.tokens >= reserve + 1.0;
        if is_allowed {
            self.tokens -= 1.0;
        }
        is_allowed
    }
}

/// The object's name and the suffix, as a DNS subdomain: some objects are called otherwise.
fn name(object: &str, suffix: &str) -> String {
    let object = subdomain(object);
    let suffix = subdomain(suffix);
    let object = cut(&object, NAME_LIMIT.saturating_sub(suffix.len() + 1)).trim_end_matches(['-', '.']);
    let parts = [object, &suffix].into_iter().filter(|part| !part.is_empty());
    let name = parts.collect::<Vec<_>>().join(".");
    if name.is_empty() {
        CONTROLLER.to_owned()
    } else {
        cut(&name, NAME_LIMIT).trim_end_matches(['-', '.']).to_owned()
    }
}

fn subdomain(text: &str) -> String {
    let text = text.to_lowercase().replace(|c: char| !matches!(c, 'a'..='z' | '0'..='9' | '.'), "-");
    let labels = text.split('.').map(|label| label.trim_matches('-')).filter(|label| !label.is_empty());
    labels.collect::<Vec<_>>().join(".")
}

fn moment(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// The text up to `limit` bytes, cut between characters.
fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

#[cfg(test)]
mod tests;
