//! What can go wrong with a call, and which calls it happens to.

use super::Call;
use http::StatusCode;
use kopf_control_plane::DEADLINE;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

/// What happens to a call.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// The server never sees it, and this is the answer.
    Answer(Answer),
    /// The connection is closed at this point.
    Cut(Point),
    /// Nothing happens for a while at this point; then the call goes its way.
    Stall(Point, Duration),
    /// Nothing ever happens again at this point.
    Hang(Point),
    /// A watch begins as it should and then says that its version has expired.
    ExpiredWatch,
    /// A watch begins as it should and never brings a byte.
    SilentWatch,
}

/// Where on its way a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    /// The server has not seen it.
    Before,
    /// The server has done it, and the operator does not know.
    After,
}

/// An answer with a Kubernetes Status.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) code: StatusCode,
    pub(crate) retry_after: Option<u32>,
}

impl Answer {
    pub(crate) fn code(code: u16) -> Fault {
        Fault::Answer(Answer { code: StatusCode::from_u16(code).unwrap(), retry_after: None })
    }

    /// 429 with a `Retry-After` of this many seconds.
    pub(crate) fn too_many_requests(seconds: u32) -> Fault {
        Fault::Answer(Answer { code: StatusCode::TOO_MANY_REQUESTS, retry_after: Some(seconds) })
    }

    /// The Status object that says so.
    pub(super) fn status(&self) -> Value {
        let reason = match self.code.as_u16() {
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "NotFound",
            409 => "Conflict",
            410 => "Expired",
            422 => "Invalid",
            429 => "TooManyRequests",
            500 => "InternalError",
            _ => "",
        };
        json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": "injected by the test", "reason": reason, "code": self.code.as_u16(),
        })
    }
}

type Predicate = Box<dyn Fn(&Call) -> bool + Send + Sync>;

/// A choice of calls: those that a predicate takes, less the first few, up to a number.
pub(crate) struct Calls {
    matches: Predicate,
    skip: usize,
    take: usize,
}

impl Calls {
    pub(crate) fn any() -> Calls {
        Calls::matching(|_| true)
    }

    pub(crate) fn matching(matches: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Calls {
        Calls { matches: Box::new(matches), skip: 0, take: usize::MAX }
    }

    /// Only the n-th of them, counted from one.
    pub(crate) fn nth(self, n: usize) -> Calls {
        Calls { skip: n - 1, take: 1, ..self }
    }

    /// Only the first n of them.
    pub(crate) fn first(self, n: usize) -> Calls {
        Calls { take: n, ..self }
    }
}

/// Tells how often a rule has been applied.
#[derive(Debug)]
pub(crate) struct Hits {
    applied: watch::Receiver<usize>,
    seen: Arc<AtomicUsize>,
}

impl Hits {
    /// Waits until the rule has been applied `n` times.
    pub(crate) async fn reach(&mut self, n: usize) {
        let reached = tokio::time::timeout(DEADLINE, self.applied.wait_for(|hits| *hits >= n)).await.is_ok();
        assert!(reached, "waited {DEADLINE:?} in vain for {n} hits; there were {}", self.count());
    }

    pub(crate) fn count(&self) -> usize {
        *self.applied.borrow()
    }

    /// How many calls there were so far that the rule could have been applied to.
    pub(crate) fn seen(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }
}

struct Rule {
    calls: Calls,
    seen: Arc<AtomicUsize>,
    fault: Fault,
    hits: Arc<watch::Sender<usize>>,
}

/// All rules of a proxy.
#[derive(Default)]
pub(super) struct Rules(Mutex<Vec<Rule>>);

/// A fault that is to happen now.
pub(super) struct Hit {
    pub(super) fault: Fault,
    hits: Arc<watch::Sender<usize>>,
}

impl Hit {
    /// Tells the test that the call has come to where the fault strikes.
    pub(super) fn announce(&self) {
        self.hits.send_modify(|hits| *hits += 1);
    }
}

impl Rules {
    pub(super) fn add(&self, calls: Calls, fault: Fault) -> Hits {
        let (sender, applied) = watch::channel(0);
        let seen = Arc::new(AtomicUsize::new(0));
        self.0.lock().unwrap().push(Rule { calls, seen: seen.clone(), fault, hits: Arc::new(sender) });
        Hits { applied, seen }
    }

    /// The fault that strikes this call, if one does.
    pub(super) fn strike(&self, call: &Call) -> Option<Hit> {
        let mut rules = self.0.lock().unwrap();
        rules.iter_mut().find_map(|rule| {
            if !(rule.calls.matches)(call) {
                return None;
            }
            let before = rule.seen.fetch_add(1, Ordering::SeqCst);
            let position = before.checked_sub(rule.calls.skip)?;
            (position < rule.calls.take).then(|| Hit { fault: rule.fault.clone(), hits: rule.hits.clone() })
        })
    }
}
