//! What runs beside the cycles: daemons and timers, from their start to their end.
//!
//! One that waits is an entry in a table; only an attempt that is under way is a task. What comes of an attempt goes to
//! the object's turn in the queue, as what spies bring: so nobody writes to an object but the worker that has it in hand.

mod attempt;
mod life;
mod record;
mod table;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use kopf_core::{
    background::{Company, Patience, Stage},
    handler::Handler,
    object::{Header, Version},
    outcome::Level,
    store::progress::Progress,
};
use tokio::sync::{Notify, Semaphore};

pub(crate) use self::attempt::run;
pub use self::life::Life;
pub(crate) use self::table::Scene;
use self::{
    record::{Manners, Notice, What},
    table::{Start, Table},
};
use crate::{queue::Key, settings::Background, source::Source, tell::tell};

/// All daemons and timers of an operator.
pub(crate) struct Tasks {
    table: Mutex<Table>,
    manners: Manners,
    /// Alarms were set, or attempts have ended.
    news: Notify,
    /// Nothing runs any more.
    ended: Notify,
    sync_daemons: Arc<Semaphore>,
    timers: Arc<Semaphore>,
}

impl Tasks {
    pub(crate) fn new(settings: &Background) -> Tasks {
        Tasks {
            table: Mutex::default(),
            manners: Manners {
                patience: Patience {
                    instant: settings.instant_exit_timeout,
                    limit: settings.cancellation_limit,
                },
                polling: settings.cancellation_polling,
            },
            news: Notify::new(),
            ended: Notify::new(),
            sync_daemons: Arc::new(Semaphore::new(settings.sync_daemons.max(1))),
            timers: Arc::new(Semaphore::new(settings.timers.max(1))),
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Nothing in there panics between two steps that belong together.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn after(&self, notices: &[Notice]) {
        notices.iter().for_each(Notice::tell);
        self.news.notify_one();
    }

    /// Starts and stops what an object asks for as it is now. Answers what a cycle must know of it.
    pub(crate) fn adjust(&self, key: &Key, scene: &Scene<'_>, now: Timestamp) -> Company {
        let mut table = self.table();
        let notices = table.adjust(key, scene, self.manners, now);
        let company = table.company(key, &scene.wanted);
        drop(table);
        self.after(&notices);
        company
    }

    /// Those of the wanted that are about to start and have a function say how long to wait first, with its number.
    pub(crate) fn awaited(&self, key: &Key, wanted: &[Arc<Handler>]) -> Vec<(Arc<Handler>, u32)> {
        self.table().awaited(key, wanted)
    }

    /// Takes a newer state of an object on which something runs.
    pub(crate) fn see(&self, source: &Source, header: &Header, raw: &Bytes) {
        if source.served().background().next().is_some() {
            let key = Key { source: source.id, uid: header.uid.clone() };
            self.table().see(&key, &header.version, raw);
        }
    }

    /// The bytes of this version of an object, if it is the newest and something runs there.
    pub(crate) fn latest(&self, key: &Key, version: &Version) -> Option<Bytes> {
        self.table().latest(key, version)
    }

    /// The object is no more: what runs there ends.
    pub(crate) fn forget(&self, key: &Key, now: Timestamp) {
        let notices = self.table().forget(key, self.manners, now);
        self.after(&notices);
    }

    /// The source is served no more: what runs on its objects ends.
    pub(crate) fn forget_source(&self, source: &Source, now: Timestamp) {
        let notices = self.table().forget_source(source, self.manners, now);
        self.after(&notices);
    }

    /// Stops all and starts nothing more: the operator ends.
    pub(crate) fn exit(&self, now: Timestamp) {
        let notices = self.table().close(self.manners, now);
        self.after(&notices);
    }

    /// Stops what runs on objects of the sources that are closed, and looks at the others again: answers those.
    pub(crate) fn pause(&self, is_closed: impl Fn(&Source) -> bool, now: Timestamp) -> Vec<Arc<Key>> {
        let (awake, notices) = self.table().pause(is_closed, self.manners, now);
        self.after(&notices);
        awake
    }

    /// Ends once nothing runs.
    pub(crate) async fn ended(&self) {
        loop {
            let ended = self.ended.notified();
            if !self.table().is_running() {
                return;
            }
            ended.await;
        }
    }

    /// Leaves alone what runs still, and names it.
    pub(crate) fn abandon(&self) {
        let notices = self.table().abandon();
        self.after(&notices);
    }

    /// The objects that have any, and the attempts that are under way.
    pub(crate) fn count(&self) -> (usize, usize) {
        self.table().count()
    }

    fn next_alarm(&self) -> Option<Timestamp> {
        self.table().next_alarm()
    }

    /// The attempts to be made by now.
    fn due(&self, now: Timestamp) -> Vec<Start> {
        let (starts, notices) = self.table().due(self.manners, now);
        notices.iter().for_each(Notice::tell);
        starts
    }

    /// An attempt has ended: with a record, or cancelled. Answers whether its object is to be looked at.
    fn finished(&self, start: &Start, progress: Option<Progress>, now: Timestamp) -> bool {
        let mut table = self.table();
        let ended = table.finished(&start.key, start.task, progress, now);
        if !table.is_running() {
            self.ended.notify_waiters();
        }
        drop(table);
        self.news.notify_one();
        ended
    }
}

impl Notice {
    fn tell(&self) {
        let name = self.handler.called();
        let (level, line) = match self.what {
            What::Reached(Stage::Signalled) => {
                (Level::Debug, format!("{name} is signalled to exit gracefully."))
            }
            What::Reached(Stage::Cancelled) => {
                (Level::Debug, format!("{name} is signalled to exit by force."))
            }
            What::Reached(Stage::Abandoned) => (
                Level::Warn,
                format!(
                    "{name} did not exit in time and is left alone: take `Stopped` as an argument and return when it is \
                     set, or set `cancellation_timeout`"
                ),
            ),
            What::StillExiting(next) => (
                Level::Debug,
                format!("{name} is still exiting. The next check is in {} seconds.", next.as_secs_f64()),
            ),
        };
        tell(&self.place, &self.source.served().resource.name(), level, &line);
    }
}
