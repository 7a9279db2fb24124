//! Watches, queues, handler calls and patches: what the operator does, as the core decides.
//!
//! Knows no plugin and no command line: it is handed a [`Cluster`], an [`Invoker`] and a [`Clock`]. The way of one
//! event: [`watch`] sees it, [`queue`] keeps it until a [`worker`] takes the object in its turn, plans, makes the
//! [`attempt`]s, and [`settle`]s what came of them. [`orchestrate`] starts and stops the watches.

#![forbid(unsafe_code)]

pub mod activities;
mod attempt;
pub mod background;
mod census;
pub mod children;
pub mod cleanup;
pub mod clock;
pub mod cluster;
mod complaints;
pub mod discover;
#[cfg(test)]
mod fixtures;
mod gate;
mod health;
mod indexes;
pub mod invoke;
mod io;
pub mod lent;
mod let_go;
mod orchestrate;
mod pace;
pub mod peering;
mod posting;
mod question;
mod queue;
mod rights;
mod rivals;
pub mod settings;
mod settle;
mod source;
pub mod stop;
mod tell;
mod transform;
mod watch;
mod worker;

use std::{sync::Arc, time::Duration};

use futures::future::{Either, join, select};
use kopf_core::{identity::Identity, registry::Registry};
use tokio::{runtime::Handle, sync::oneshot, task::JoinSet};
use tracing::{debug, info, warn};

pub use self::{
    activities::Activities,
    background::Life,
    census::{Census, Held},
    children::Children,
    clock::{Clock, SystemClock},
    cluster::Cluster,
    health::Health,
    invoke::{Attempt, Forget, Invoker, Overdue, Subject},
    settings::{Events, Scope, Settings},
    stop::{Stop, Stopper},
};
use self::{
    clock::after,
    complaints::Complaints,
    gate::Gate,
    io::{Io, Pruned, chance},
    peering::{Mode, Peerings},
    posting::Letter,
    queue::Queue,
};

/// How long Events that wait at the end are posted, if the grace lasts that long: what they tell is in the log too.
const POST_WITHIN: Duration = Duration::from_secs(5);

/// An operator.
pub struct Operator {
    io: Arc<Io>,
    registry: Registry,
    letters: tokio::sync::mpsc::Receiver<Letter>,
    /// Where objects are handled; absent: where all else runs.
    handlers: Option<Handle>,
}

impl Operator {
    /// An operator that serves a registry's handlers on a cluster, under an identity.
    pub fn new(
        cluster: Arc<dyn Cluster>,
        invoker: Arc<dyn Invoker>,
        clock: Arc<dyn Clock>,
        registry: Registry,
        identity: Identity,
        mut settings: Settings,
    ) -> Operator {
        if settings.peering.id.is_empty() {
            settings.peering.id = format!("{}/{:x}", identity.name(), (chance() * 1e15) as u64);
        }
        let (mailbox, letters) = posting::mailbox(settings.posting.events);
        let io = Io {
            health: Health::new(clock.clone(), invoker.clone()),
            started_at: clock.now(),
            cluster,
            invoker,
            clock,
            identity: Arc::new(identity),
            queue: Queue::new(settings.queueing.waiting_bytes),
            background: background::Tasks::new(&settings.background),
            settings,
            mailbox,
            complaints: Complaints::default(),
            pruned: Pruned::default(),
            gate: Gate::new(),
            peerings: Peerings::default(),
        };
        Operator { io: Arc::new(io), registry, letters, handlers: None }
    }

    /// Handles objects on a runtime of their own, so that an asynchronous handler which does not yield holds up no watch.
    #[must_use]
    pub fn handling_on(self, runtime: Option<Handle>) -> Operator {
        Operator { handlers: runtime, ..self }
    }

    /// What the probes ask.
    pub fn health(&self) -> Health {
        self.io.health.clone()
    }

    /// Counts what it keeps of objects, while it runs and after.
    pub fn census(&self) -> Census {
        Census::of(self.io.clone())
    }

    /// Runs until it is told to stop: then it takes nothing new, lets handlers finish for as long as the settings allow,
    /// writes what they brought, posts the Events that wait, and ends.
    pub async fn run(self, mut stop: Stop) {
        let Operator { io, registry, mut letters, handlers } = self;
        let handlers = handlers.unwrap_or_else(Handle::current);
        io.invoker.lend(lent::Lent::new(&io));
        let mut workers = JoinSet::new();
        for _ in 0..io.settings.execution.concurrency.max(1) {
            let io = io.clone();
            workers.spawn_on(async move { worker::work(&io).await }, &handlers);
        }
        let (poster, (no_more, last_posted)) = (io.clone(), oneshot::channel());
        let mut posting = JoinSet::new();
        posting.spawn(async move { posting::post(&poster, &mut letters, last_posted).await });
        let mut services = JoinSet::new();
        let ticker = io.clone();
        services.spawn(async move { ticker.queue.tick(ticker.clock.as_ref()).await });
        if io.settings.peering.mode != Mode::Standalone {
            let member = io.clone();
            services.spawn(async move { peering::take_part(member).await });
        }
        services.spawn_on(background::run(io.clone()), &handlers);
        let orchestrator = io.clone();
        let watches = services.spawn(async move { orchestrate::orchestrate(orchestrator, &registry).await });
        stop.told().await;

        info!(
            "Stopping: handlers that run may finish within {} seconds.",
            io.settings.process.grace.as_secs_f64()
        );
        watches.abort();
        io.queue.close();
        let now = io.clock.now();
        let until = after(now, io.settings.process.grace);
        io.background.exit(now);
        let ended = {
            let done = Box::pin(async {
                // What waits already does not wait for handlers of other objects, of which one may never end.
                futures::future::join3(
                    flush(&io),
                    async { while workers.join_next().await.is_some() {} },
                    io.background.ended(),
                )
                .await;
                flush(&io).await;
            });
            matches!(select(done, io.clock.sleep_until(until)).await, Either::Left(_))
        };
        if ended {
            debug!("All handlers have finished.");
        } else {
            warn!(
                "Handlers that have not finished in time are given up; their work is done again after the next start."
            );
            workers.abort_all();
            io.background.abandon();
        }
        services.abort_all();
        while services.join_next().await.is_some() {}
        drop(no_more);
        let until = until.min(after(io.clock.now(), POST_WITHIN));
        let posted = Box::pin(async { while posting.join_next().await.is_some() {} });
        let ((), posted) = join(peering::leave_all(&io), select(posted, io.clock.sleep_until(until))).await;
        if let Either::Right(_) = posted {
            posting::tell_of_all(&io);
        }
    }
}

/// Writes what could not be written before.
async fn flush(io: &Io) {
    for turn in io.queue.unsettled() {
        worker::flush(io, turn).await;
    }
}
