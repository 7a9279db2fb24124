//! Whether the operator lives, and whether it is ready: what the probes ask.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;

use crate::{Clock, Invoker};

/// A watch that had neither event nor bookmark for so many times its limit of silence has failed to mend itself.
const SILENCES: u32 = 3;

/// What the probes ask. Cheap to clone.
#[derive(Clone)]
pub struct Health(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    invoker: Arc<dyn Invoker>,
    discovered: AtomicBool,
    pulses: Mutex<Vec<Arc<Pulse>>>,
}

/// One watch's sign of life.
#[derive(Debug)]
pub(crate) struct Pulse {
    name: String,
    heard_at_ms: AtomicI64,
    dead_after_ms: i64,
    synced: AtomicBool,
    rests: AtomicBool,
    ended: AtomicBool,
}

impl Health {
    pub(crate) fn new(clock: Arc<dyn Clock>, invoker: Arc<dyn Invoker>) -> Health {
        Health(Arc::new(Inner {
            clock,
            invoker,
            discovered: AtomicBool::new(false),
            pulses: Mutex::default(),
        }))
    }

    /// Whether the operator lives: every watch has heard of its server lately, and handlers do not hold all threads.
    ///
    /// # Errors
    ///
    /// A sentence for each thing that is wrong.
    pub fn live(&self) -> Result<(), Vec<String>> {
        let now = self.0.clock.now().as_millisecond();
        let silent = self.pulses().into_iter().filter_map(|pulse| {
            let silent = now - pulse.heard_at_ms.load(Ordering::Relaxed);
            (silent > pulse.dead_after_ms)
                .then(|| format!("nothing heard of {} for {} seconds", pulse.name, silent / 1000))
        });
        let overdue = self.0.invoker.overdue().into_iter().map(|call| {
            let what = if call.blocking { "has not returned" } else { "has not yielded" };
            let of = if call.object.is_empty() { String::new() } else { format!(" of {}", call.object) };
            format!("handler {}{of} {what} for {} seconds", call.handler, call.seconds)
        });
        all_well(silent.chain(overdue).collect())
    }

    /// Whether the operator is at work: it knows the cluster's resources, and has listed every one that it serves.
    ///
    /// # Errors
    ///
    /// A sentence for each thing that is waited for.
    pub fn ready(&self) -> Result<(), Vec<String>> {
        if !self.0.discovered.load(Ordering::Relaxed) {
            return Err(vec!["the cluster's resources are not known yet".to_owned()]);
        }
        let unsynced = self.pulses().into_iter().filter(|pulse| !pulse.synced.load(Ordering::Relaxed));
        all_well(unsynced.map(|pulse| format!("{} are not listed yet", pulse.name)).collect())
    }

    pub(crate) fn set_discovered(&self) {
        self.0.discovered.store(true, Ordering::Relaxed);
    }

    /// Registers a watch that is opened anew after this long a silence.
    pub(crate) fn pulse(&self, name: String, silence: Duration) -> Arc<Pulse> {
        let pulse = Arc::new(Pulse {
            name,
            heard_at_ms: AtomicI64::new(self.0.clock.now().as_millisecond()),
            dead_after_ms: (silence * SILENCES).as_millis().try_into().unwrap_or(i64::MAX),
            synced: AtomicBool::new(false),
            rests: AtomicBool::new(false),
            ended: AtomicBool::new(false),
        });
        if let Ok(mut pulses) = self.0.pulses.lock() {
            pulses.retain(|pulse| !pulse.ended.load(Ordering::Relaxed));
            pulses.push(pulse.clone());
        }
        pulse
    }

    fn pulses(&self) -> Vec<Arc<Pulse>> {
        let pulses = self.0.pulses.lock().map(|pulses| pulses.clone()).unwrap_or_default();
        let counts =
            |pulse: &Arc<Pulse>| !pulse.ended.load(Ordering::Relaxed) && !pulse.rests.load(Ordering::Relaxed);
        pulses.into_iter().filter(counts).collect()
    }
}

impl Pulse {
    pub(crate) fn beat(&self, now: Timestamp) {
        self.heard_at_ms.store(now.as_millisecond(), Ordering::Relaxed);
    }

    pub(crate) fn synced(&self) {
        self.synced.store(true, Ordering::Relaxed);
    }

    /// The watch is closed for a while, and its silence means nothing: whoever waits for others is ready and alive.
    pub(crate) fn rest(&self) {
        self.rests.store(true, Ordering::Relaxed);
    }

    /// The watch is open again.
    pub(crate) fn go_on(&self, now: Timestamp) {
        self.beat(now);
        self.rests.store(false, Ordering::Relaxed);
    }

    /// The watch is no more, and its silence means nothing.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

fn all_well(wrong: Vec<String>) -> Result<(), Vec<String>> {
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}
