//! One attempt of a daemon or a timer: made, judged, told of, and its outcome handed to the object's turn.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::{
    FutureExt,
    future::{Either, select},
};
use jiff::Timestamp;
use kopf_core::{
    background::{Stage, missed},
    cause::Reason,
    cycle::Call,
    functions::Wanted,
    handler::On,
    object::Object,
    outcome::{self, Answer, Level, Policy, Verdict},
    report::Kind,
    store::progress::Progress,
};
use serde_json::Value;
use tokio::{sync::OwnedSemaphorePermit, task::JoinSet};

use super::table::Start;
use crate::{
    Attempt, Subject,
    attempt::attempt,
    clock,
    io::{Io, chance},
    queue::Brought,
    tell::tell,
};

/// How long a daemon or a timer waits after a fault of kopf itself.
const AFTER_A_FAULT: Duration = Duration::from_secs(60);

/// Calls daemons and timers when their time has come, for ever.
pub(crate) async fn run(io: Arc<Io>) {
    let mut attempts = JoinSet::new();
    loop {
        let news = io.background.news.notified();
        for start in io.background.due(io.clock.now()) {
            let io = io.clone();
            attempts.spawn(async move { make(&io, start).await });
        }
        while attempts.try_join_next().is_some() {}
        match io.background.next_alarm() {
            Some(at) => drop(select(io.clock.sleep_until(at), Box::pin(news)).await),
            None => news.await,
        }
    }
}

async fn make(io: &Io, start: Start) {
    let record = start.retry.as_deref().cloned();
    let begun = record.unwrap_or_else(|| Progress::begin(Reason::Create, io.clock.now()));
    let made = AssertUnwindSafe(one(io, &start, &begun)).catch_unwind().await;
    let progress = made.unwrap_or_else(|_| {
        let line = "Handling has failed by a fault of kopf itself; it begins anew in a minute.";
        start.tell(Level::Error, line);
        Some(Progress { delayed: Some(clock::after(io.clock.now(), AFTER_A_FAULT)), ..begun })
    });
    if io.background.finished(&start, progress, io.clock.now()) {
        io.queue.wake(&start.key);
    }
}

/// Makes the attempt; answers the record that follows, unless it was cancelled.
async fn one(io: &Io, start: &Start, before: &Progress) -> Option<Progress> {
    let handler = &start.handler;
    let _permit = permit(io, start).await?;
    let began = io.clock.now();
    if let Some(verdict) = outcome::forbid(handler, before, began) {
        start.tell_verdict(io, &verdict);
        return Some(verdict.progress);
    }
    start.tell(Level::Debug, &format!("{} is invoked.", handler.called()));
    let answer = answer(io, start, before, began).await?;
    let now = io.clock.now();
    let policy = Policy { backoff: &io.settings.backoff(), jitter: chance() };
    let verdict = outcome::judge(handler, before, &answer, policy, now);
    start.tell_verdict(io, &verdict);
    if let Some(trace) = answer.result.as_ref().err().and_then(|failure| failure.trace.as_ref()) {
        start.tell(Level::Debug, trace);
    }
    start.tell_missed(io, now);
    let Verdict { progress, result, .. } = verdict;
    let pruned = io.pruned.has(&start.resource(), &handler.id);
    let result = result.filter(|_| !pruned);
    let mut wanted = Wanted::default();
    wanted.add(answer.patch.as_ref(), answer.functions);
    if result.is_some() || wanted != Wanted::default() {
        let results = result.map(|result| (handler.id.clone(), result)).into_iter().collect();
        io.queue.bring(&start.key, Brought { results, wanted });
    }
    Some(progress)
}

/// Waits for room, where there is not room for all; nothing if it is to stop meanwhile.
async fn permit(io: &Io, start: &Start) -> Option<Option<OwnedSemaphorePermit>> {
    let room = match (start.handler.on, start.handler.asynchronous) {
        (On::Daemon, true) => return Some(None),
        (On::Daemon, false) => &io.background.sync_daemons,
        _ => &io.background.timers,
    };
    if let Ok(permit) = room.clone().try_acquire_owned() {
        return Some(Some(permit));
    }
    if start.handler.on == On::Daemon {
        let count = io.settings.background.sync_daemons;
        let line = format!(
            "Daemon {} waits until another one ends, for {count} synchronous daemons run already: make it asynchronous, \
             or allow more",
            start.handler.id
        );
        let due = io.complaints.is_due("synchronous daemons", io.clock.now());
        start.tell(if due { Level::Warn } else { Level::Debug }, &line);
    }
    let (permit, stopped) = (Box::pin(room.clone().acquire_owned()), Box::pin(start.life.clone().stopped()));
    match select(permit, stopped).await {
        Either::Left((permit, _)) => Some(permit.ok()),
        Either::Right(_) => None,
    }
}

/// Waits for what the attempt brings, for as long as the daemon may go on; nothing if it was cancelled.
async fn answer(io: &Io, start: &Start, progress: &Progress, now: Timestamp) -> Option<Answer> {
    let handler = &start.handler;
    let object = match Object::parse(start.life.latest()) {
        Ok(object) => object,
        Err(error) => {
            let line = format!("{} is not called: {error}", handler.called());
            start.tell(Level::Warn, &line);
            return None;
        }
    };
    let call = Call { progress: progress.clone(), ..Call::of(handler.clone(), now) };
    let made = Attempt {
        call,
        subject: Subject::new(object),
        served: start.source.served(),
        results: None,
        event: None,
        now,
        children: None,
        life: Some(start.life.clone()),
    };
    let running = Box::pin(attempt(io.invoker.as_ref(), io.clock.as_ref(), made));
    let limit = if handler.asynchronous { Stage::Cancelled } else { Stage::Abandoned };
    match select(running, Box::pin(start.life.reached(limit))).await {
        Either::Left((answer, _)) => Some(answer),
        Either::Right(_) => None,
    }
}

impl Start {
    fn resource(&self) -> String {
        self.source.served().resource.name()
    }

    fn tell(&self, level: Level, line: &str) {
        tell(&self.place, &self.resource(), level, line);
    }

    fn tell_verdict(&self, io: &Io, verdict: &Verdict) {
        self.tell(verdict.level, &verdict.line);
        let kind = match verdict.level {
            // A timer that goes off is no news.
            Level::Info | Level::Debug if self.handler.on == On::Timer => return,
            Level::Info | Level::Debug => Kind::Normal,
            Level::Warn | Level::Error => Kind::Warning,
        };
        let reason = if matches!(kind, Kind::Normal) { "Success" } else { "Error" };
        io.mailbox.post(kind, reason, &verdict.line, &self.outline(), io.clock.now());
    }

    /// The object as far as it is known without its bytes: which one it is.
    fn outline(&self) -> Value {
        let Start { source, place, key, .. } = self;
        crate::settle::outline(source, place, &key.uid)
    }

    /// Tells of a timer that is faster than its handler.
    fn tell_missed(&self, io: &Io, now: Timestamp) {
        let handler = &self.handler;
        let missed = missed(&handler.schedule, self.due, now);
        if missed > 0 && io.complaints.is_due(&format!("missed {}", handler.id), now) {
            let line = format!(
                "Timer {} is slower than its interval of {:?}, so {missed} of its calls were left out: make the interval \
                 longer, or the handler faster",
                handler.id,
                handler.schedule.interval.unwrap_or_default(),
            );
            self.tell(Level::Warn, &line);
        }
    }
}
