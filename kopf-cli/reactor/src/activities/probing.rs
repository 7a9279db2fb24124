//! What probe handlers answer: asked for when somebody asks, kept for a while, and never waited for too long.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::{Either, select};
use jiff::Timestamp;
use kopf_core::activity::Activity;
use serde_json::{Map, Value};
use tokio::sync::watch;

use super::{Activities, Terms};
use crate::{Settings, clock::after};

/// What the probe handlers have answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Probed {
    /// What they have returned, by their ids.
    pub values: Map<String, Value>,
    /// What is wrong, a sentence for each.
    pub failed: Vec<String>,
}

/// Asks the probe handlers. Cheap to clone; all clones ask once.
#[derive(Clone)]
pub struct Probing(Arc<Inner>);

struct Inner {
    activities: Activities,
    settings: Settings,
    round: Mutex<Option<Round>>,
}

/// One round of questions.
struct Round {
    began: Timestamp,
    answered: watch::Receiver<Option<Probed>>,
}

impl Probing {
    pub(super) fn new(activities: Activities, settings: &Settings) -> Probing {
        Probing(Arc::new(Inner { activities, settings: settings.clone(), round: Mutex::default() }))
    }

    /// What the probe handlers answer, or have answered lately. A handler that hangs has failed, and is not called again
    /// beside itself.
    pub async fn ask(&self) -> Probed {
        let Inner { activities, settings, .. } = self.0.as_ref();
        if activities.of(Activity::Probe).is_empty() {
            return Probed::default();
        }
        let clock = &activities.0.clock;
        let (began, mut answered) = self.round();
        let limit = settings.activities.probe_timeout;
        let until = clock.sleep_until(after(began, limit));
        let answer = Box::pin(async {
            // An error is a round that was cut off.
            answered.wait_for(Option::is_some).await.ok().and_then(|answer| answer.clone())
        });
        match select(answer, until).await {
            Either::Left((Some(probed), _)) => probed,
            Either::Left((None, _)) | Either::Right(_) => {
                let failed =
                    vec![format!("the probes have not answered within {} seconds", limit.as_secs_f64())];
                Probed { values: Map::new(), failed }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Round>> {
        self.0.round.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The round that is under way or recent enough; else a new one.
    fn round(&self) -> (Timestamp, watch::Receiver<Option<Probed>>) {
        let Inner { activities, settings, .. } = self.0.as_ref();
        let now = activities.0.clock.now();
        let mut round = self.lock();
        if let Some(Round { began, answered }) = round.as_ref() {
            let is_over = answered.borrow().is_some() || answered.has_changed().is_err();
            if !is_over || now < after(*began, settings.activities.probe_interval) {
                return (*began, answered.clone());
            }
        }
        let (sender, answered) = watch::channel(None);
        *round = Some(Round { began: now, answered: answered.clone() });
        drop(round);
        let this = self.clone();
        // Whoever asked may go away, and the handlers are to end all the same.
        tokio::spawn(async move { sender.send_replace(Some(this.call(now).await)) });
        (now, answered)
    }

    /// Calls the handlers. Synchronous ones are waited for however long they take.
    async fn call(&self, began: Timestamp) -> Probed {
        let Inner { activities, settings, .. } = self.0.as_ref();
        let bound = settings.activities.probe_timeout;
        let until = after(began, bound);
        let mut settings = settings.clone();
        let terms = Terms { bound, until, settings: &mut settings };
        let (results, failed) = match activities.pursue(Activity::Probe, terms).await {
            Ok(results) => (results, vec![]),
            Err((results, failed)) => (results, failed),
        };
        let failed = failed.into_iter().map(|line| format!("probe {line}")).collect();
        Probed { values: results.into_iter().collect(), failed }
    }
}
