//! What a daemon or a timer that runs can learn of the world: whether it is to stop, and the object as it is by now.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU8, Ordering},
};

use bytes::Bytes;
use kopf_core::{
    background::{Stage, StopReason},
    object::{Object, Version},
};
use tokio::sync::Notify;

/// One attempt of a daemon or a timer, as it sees itself.
#[derive(Debug)]
pub struct Life {
    told: AtomicU8,
    news: Notify,
    object: Arc<Latest>,
}

const REASONS: [StopReason; 4] = [
    StopReason::FiltersMismatch,
    StopReason::ResourceDeleted,
    StopReason::OperatorPausing,
    StopReason::OperatorExiting,
];
const STAGES: [Stage; 3] = [Stage::Signalled, Stage::Cancelled, Stage::Abandoned];

fn of_reason(reason: StopReason) -> u8 {
    REASONS.iter().zip(0..).find_map(|(known, place)| (*known == reason).then_some(1 << place)).unwrap_or(0)
}

fn of_stage(stage: Stage) -> u8 {
    STAGES.iter().zip(4..).find_map(|(known, place)| (*known == stage).then_some(1 << place)).unwrap_or(0)
}

impl Life {
    /// One on an object as it is, on which nothing else runs.
    pub fn of(object: &Object) -> Arc<Life> {
        let latest = Latest::default();
        latest.see(&object.header.version, &object.raw);
        Life::new(Arc::new(latest))
    }

    pub(crate) fn new(object: Arc<Latest>) -> Arc<Life> {
        Arc::new(Life { told: AtomicU8::new(0), news: Notify::new(), object })
    }

    /// Why it is to stop, and how far it was brought; nothing if it is not to stop. The reason comes first.
    pub fn reasons(&self) -> Vec<&'static str> {
        let told = self.told.load(Ordering::Acquire);
        let reasons = REASONS.iter().filter(|reason| told & of_reason(**reason) != 0).map(|it| it.as_str());
        let stages = STAGES.iter().filter(|stage| told & of_stage(**stage) != 0).map(|it| it.as_str());
        reasons.chain(stages).collect()
    }

    /// Ends once it is to stop.
    pub async fn stopped(self: Arc<Self>) {
        self.until(|told| told != 0).await;
    }

    /// The object's bytes, as the watch saw it last.
    pub fn latest(&self) -> Bytes {
        self.object.raw()
    }

    /// Ends once it was brought so far.
    pub(crate) async fn reached(&self, stage: Stage) {
        self.until(|told| told >= of_stage(stage)).await;
    }

    async fn until(&self, is_so: impl Fn(u8) -> bool) {
        loop {
            // What is told between the look and the wait is heard: the wait has begun before the look.
            let news = self.news.notified();
            if is_so(self.told.load(Ordering::Acquire)) {
                return;
            }
            news.await;
        }
    }

    pub(crate) fn has_reached(&self, stage: Stage) -> bool {
        self.told.load(Ordering::Acquire) & of_stage(stage) != 0
    }

    /// Tells it why it is to stop.
    pub fn tell(&self, reason: StopReason) {
        self.set(of_reason(reason));
    }

    /// Brings it so far.
    pub fn reach(&self, stage: Stage) {
        self.set(of_stage(stage));
    }

    fn set(&self, flag: u8) {
        if self.told.fetch_or(flag, Ordering::AcqRel) & flag == 0 {
            self.news.notify_waiters();
        }
    }
}

/// The newest state of an object that was seen, shared by all that run on it.
#[derive(Debug, Default)]
pub(crate) struct Latest(Mutex<Option<(Version, Bytes)>>);

impl Latest {
    fn seen(&self) -> std::sync::MutexGuard<'_, Option<(Version, Bytes)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a state, unless a newer one is known.
    pub(crate) fn see(&self, version: &Version, raw: &Bytes) {
        let mut seen = self.seen();
        let is_old = |(newest, _): &(Version, Bytes)| version.is_covered_by(newest) == Some(true);
        if !seen.as_ref().is_some_and(is_old) {
            *seen = Some((version.clone(), raw.clone()));
        }
    }

    /// Lets go of the bytes: nothing runs any more.
    pub(crate) fn forget(&self) {
        *self.seen() = None;
    }

    pub(crate) fn raw(&self) -> Bytes {
        self.seen().as_ref().map(|(_, raw)| raw.clone()).unwrap_or_default()
    }

    /// The bytes of this version, if that is the newest.
    pub(crate) fn of(&self, version: &Version) -> Option<Bytes> {
        self.seen().as_ref().filter(|(seen, _)| seen == version).map(|(_, raw)| raw.clone())
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[track_caller]
    fn check(life: &Life, expected: &[&str]) {
        assert_eq!(life.reasons(), expected);
    }

    #[test]
    fn what_it_is_told_adds_up_with_the_reason_first() {
        let life = Life::new(Arc::default());
        check(&life, &[]);
        life.tell(StopReason::FiltersMismatch);
        life.reach(Stage::Signalled);
        check(&life, &["filters-mismatch", "daemon-signalled"]);
        life.tell(StopReason::ResourceDeleted);
        check(&life, &["filters-mismatch", "resource-deleted", "daemon-signalled"]);
        life.reach(Stage::Abandoned);
        check(&life, &["filters-mismatch", "resource-deleted", "daemon-signalled", "daemon-abandoned"]);
    }

    #[test]
    fn who_waits_for_a_stage_hears_of_a_later_one_too() {
        let life = Life::new(Arc::default());
        let mut stopped = Box::pin(life.clone().stopped());
        let mut cancelled = Box::pin(life.reached(Stage::Cancelled));
        assert!((&mut stopped).now_or_never().is_none());
        assert!((&mut cancelled).now_or_never().is_none());
        life.tell(StopReason::OperatorExiting);
        assert!(stopped.now_or_never().is_some());
        assert!((&mut cancelled).now_or_never().is_none());
        life.reach(Stage::Abandoned);
        assert!(cancelled.now_or_never().is_some());
    }

    #[test]
    fn an_older_state_does_not_replace_a_newer_one() {
        let latest = Latest::default();
        latest.see(&Version::new("10"), &"ten".into());
        latest.see(&Version::new("9"), &"nine".into());
        assert_eq!(latest.raw(), "ten");
        assert_eq!(latest.of(&Version::new("9")), None);
        assert_eq!(latest.of(&Version::new("10")).unwrap(), "ten");
    }
}
