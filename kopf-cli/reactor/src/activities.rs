//! Calls the handlers that are about no object: at the operator's start and end, for credentials, and for probes.

mod probing;

use std::{fmt, sync::Arc, time::Duration};

use futures::future::{Either, select};
use jiff::Timestamp;
use kopf_core::{
    activity::{Activity, Call, Course, Handler},
    outcome::{Answer, Failure, FailureKind, Level, Policy, Verdict},
};
use serde_json::Value;
use tracing::{debug, error, info, warn};

pub use self::probing::{Probed, Probing};
use crate::{
    Clock, Invoker, Settings, clock::after, cluster::kube::Credentials, invoke::Errand, io::chance,
    settings::Given,
};

/// How much of the grace period is kept for cleanup handlers, if there are any: a part of so many.
const CLEANUP_SHARE: u32 = 5;

/// The handlers that are about no object. Cheap to clone.
#[derive(Clone)]
pub struct Activities(Arc<Inner>);

struct Inner {
    invoker: Arc<dyn Invoker>,
    clock: Arc<dyn Clock>,
    handlers: Vec<Arc<Handler>>,
}

/// Handlers of an activity that have failed for good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .failed.join("; "))]
pub struct Error {
    failed: Vec<String>,
}

/// What a course has in hand besides itself.
struct Terms<'a> {
    /// How long handlers may be tried that say nothing themselves.
    bound: Duration,
    /// When everything is given up.
    until: Timestamp,
    settings: &'a mut Settings,
}

impl Activities {
    /// The handlers of all plugins, in the order of their declaration.
    pub fn new(
        invoker: Arc<dyn Invoker>,
        clock: Arc<dyn Clock>,
        handlers: impl IntoIterator<Item = Handler>,
    ) -> Activities {
        let handlers = handlers.into_iter().map(Arc::new).collect();
        Activities(Arc::new(Inner { invoker, clock, handlers }))
    }

    /// Calls the startup handlers; answers the settings as they have left them. To be awaited before the API server is
    /// asked anything.
    ///
    /// # Errors
    ///
    /// When a handler has failed for good: the operator is not to begin.
    pub async fn start(&self, mut settings: Settings) -> Result<Settings, Error> {
        let bound = settings.activities.startup_timeout;
        let terms = Terms { bound, until: Timestamp::MAX, settings: &mut settings };
        self.pursue(Activity::Startup, terms).await.map_err(Error::of(Activity::Startup))?;
        self.0.invoker.configure(&settings);
        Ok(settings)
    }

    /// Calls the cleanup handlers, once everything has stopped. Takes no longer than what is kept for it of the grace
    /// period.
    pub async fn stop(&self, settings: &Settings) {
        if self.of(Activity::Cleanup).is_empty() {
            return;
        }
        let mut settings = settings.clone();
        let (_, left) = self.share(settings.process.grace);
        let until = after(self.0.clock.now(), left);
        let terms = Terms { bound: left, until, settings: &mut settings };
        if let Err(error) = self.pursue(Activity::Cleanup, terms).await {
            warn!("The cleanup is not complete: {}", Error::of(Activity::Cleanup)(error));
        }
    }

    /// How much of the grace period handlers of objects have, and how much is kept for cleanup handlers.
    pub fn share(&self, grace: Duration) -> (Duration, Duration) {
        let kept = if self.of(Activity::Cleanup).is_empty() { Duration::ZERO } else { grace / CLEANUP_SHARE };
        (grace - kept, kept)
    }

    /// Whether there are login handlers: then theirs are the only credentials.
    pub fn logs_in(&self) -> bool {
        !self.of(Activity::Login).is_empty()
    }

    /// Calls the login handlers; answers their credentials, the best first.
    ///
    /// # Errors
    ///
    /// When none of them has brought any.
    pub async fn login(&self, settings: &Settings) -> Result<Vec<Credentials>, Error> {
        let mut settings = settings.clone();
        let bound = settings.activities.login_timeout;
        let terms = Terms { bound, until: Timestamp::MAX, settings: &mut settings };
        let mut failed = vec![];
        let results = self.pursue(Activity::Login, terms).await.unwrap_or_else(|(results, failures)| {
            failed = failures;
            results
        });
        let mut found = vec![];
        for (id, result) in results {
            match serde_json::from_value::<Option<Credentials>>(result) {
                Ok(None) => {}

                Ok(Some(credentials)) => found.push(credentials),
                Err(error) => failed.push(format!("{id}: what it returns are no credentials: {error}")),
            }
        }
        // A stable sort: among equals the order of the handlers decides.
        found.sort_by_key(|credentials| std::cmp::Reverse(credentials.priority));
        if failed.is_empty() && found.is_empty() {
            failed.extend(
                self.of(Activity::Login).iter().map(|handler| format!("{}: it brings none", handler.id)),
            );
        }
        if found.is_empty() { Err(Error::of(Activity::Login)((vec![], failed))) } else { Ok(found) }
    }

    /// What the probe handlers answer, asked for again when it is too old.
    pub fn probing(&self, settings: &Settings) -> Probing {
        Probing::new(self.clone(), settings)
    }

    fn of(&self, activity: Activity) -> Vec<Arc<Handler>> {
        self.0.handlers.iter().filter(|handler| handler.activity == activity).cloned().collect()
    }

    /// Calls the handlers of an activity, all in one pass and those that failed again, until all have ended.
    ///
    /// # Errors
    ///
    /// What has failed for good, beside the results of the others.
    async fn pursue(&self, activity: Activity, terms: Terms<'_>) -> Result<Results, (Results, Vec<String>)> {
        let Inner { clock, .. } = self.0.as_ref();
        let Terms { bound, until, settings } = terms;
        let mut course = Course::begin(&self.of(activity), bound, clock.now());
        while let Some(wake_at) = course.wake_at() {
            clock.sleep_until(wake_at.min(until)).await;
            let mut place = 0;
            while let Some(mut call) = course.due(place, clock.now()) {
                place = call.place + 1;
                let left = until.duration_since(clock.now());
                call.limit = call.limit.min(Duration::try_from(left).unwrap_or_default());
                self.attempt(&mut course, call, settings).await;
            }
            if clock.now() >= until {
                break;
            }
        }
        let open = course.open().map(|handler| format!("{}: there is no time left", handler.id));
        let failures = course.failures().map(|(handler, error)| format!("{}: {error}", handler.id));
        let failed: Vec<String> = failures.chain(open).collect();
        let results = course.results().map(|(handler, result)| (handler.id.clone(), result)).collect();
        if failed.is_empty() { Ok(results) } else { Err((results, failed)) }
    }

    /// Makes one attempt, and takes what came of it.
    async fn attempt(&self, course: &mut Course, call: Call, settings: &mut Settings) {
        let Inner { invoker, clock, .. } = self.0.as_ref();
        let (place, handler, limit) = (call.place, call.handler.clone(), call.limit);
        debug!("Activity {} is invoked.", handler.id);
        let errand = Errand { call, settings: settings.values(), now: clock.now() };
        let running = invoker.perform(errand);
        let mut answer = match select(running, clock.sleep(limit)).await {
            Either::Left((answer, _)) => answer,
            // Who asks for a probe does not wait for it any more, and it is not asked beside itself.
            Either::Right(((), running)) if handler.activity == Activity::Probe && !handler.asynchronous => {
                drop(running.await);
                overdue(&handler, limit)
            }
            // A synchronous call goes on, and its answer is lost: it must not be begun a second time beside itself.
            Either::Right(_) => overdue(&handler, limit),
        };
        if let (Activity::Startup, Ok(_), Some(changes)) = (handler.activity, &answer.result, &answer.patch)
            && let Err(error) = apply(settings, changes)
        {
            answer = failed(FailureKind::Permanent, error.to_string());
        }
        let policy = Policy { backoff: &settings.backoff(), jitter: chance() };
        if let Some(verdict) = course.judge(place, &answer, policy, clock.now()) {
            tell(&verdict, &answer);
        }
    }
}

/// What handlers returned, by their ids.
type Results = Vec<(String, Value)>;

/// Sets what a startup handler wants to be set: all of it or nothing.
fn apply(settings: &mut Settings, changes: &Value) -> Result<(), crate::settings::Error> {
    let mut changed = settings.clone();
    for (key, value) in changes.as_object().into_iter().flatten() {
        changed.set(key, &Given::Typed(value))?;
    }
    *settings = changed;
    Ok(())
}

fn overdue(handler: &Handler, limit: Duration) -> Answer {
    match handler.asynchronous {
        true => {
            let message = format!("the attempt took longer than {limit:?} and was interrupted");
            failed(FailureKind::Any, message)
        }
        false => {
            let message =
                format!("the attempt took longer than {limit:?}, cannot be interrupted and is given up");
            failed(FailureKind::Permanent, message)
        }
    }
}

fn failed(kind: FailureKind, message: String) -> Answer {
    Answer { result: Err(Failure { kind, message, trace: None }), patch: None, functions: None }
}

fn tell(verdict: &Verdict, answer: &Answer) {
    let line = &verdict.line;
    match verdict.level {
        Level::Debug => debug!("{line}"),
        Level::Info => info!("{line}"),
        Level::Warn => warn!("{line}"),
        Level::Error => error!("{line}"),
    }
    if let Err(Failure { trace: Some(trace), .. }) = &answer.result {
        debug!("{trace}");
    }
}

impl Error {
    /// The error of an activity whose handlers have failed so.
    fn of(activity: Activity) -> impl Fn((Results, Vec<String>)) -> Error {
        move |(_, failed)| Error {
            failed: failed.into_iter().map(|line| format!("{activity} handler {line}")).collect(),
        }
    }
}

impl fmt::Debug for Activities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.handlers.iter().map(|handler| &handler.id)).finish()
    }
}

#[cfg(test)]
mod tests;
