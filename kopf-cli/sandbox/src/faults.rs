//! Faults: what a sandbox does wrong on demand, to see what its clients make of it.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use crate::{ids::Ids, journal::Entry, status::Status};

/// What happens to a request that a [`Fault`] strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// 401: whoever asks is not known. Nothing is done.
    Unauthorized,
    /// 403: whoever asks may not. Nothing is done.
    Forbidden,
    /// 409: somebody else has written meanwhile. Nothing is done.
    Conflict,
    /// 410 as the status of the response. Nothing is done.
    Gone,
    /// 429 with `Retry-After` in seconds. Nothing is done.
    TooManyRequests {
        /// Seconds after which to try again.
        retry_after: u32,
    },
    /// 500. Nothing is done.
    InternalError,
    /// 503. Nothing is done.
    Unavailable,
    /// The connection is cut before anything is done.
    Cut,
    /// All is done, and the connection is cut before the answer.
    LostAnswer,
    /// The request waits for so long, by the sandbox's clock, before it is handled.
    Stall(Duration),
    /// All is done, half of the answer comes, and the rest only after so long, by the sandbox's clock. Of a watch, each
    /// line is so late.
    Slow(Duration),
    /// All is done, half of the answer comes, and the connection is cut. Of a watch, the first line comes.
    CutShort,
    /// A watch begins, and ends, with an in-stream ERROR 410. Other requests are not struck.
    ExpiredWatch,
    /// A watch begins, brings a line that is no JSON, and ends. Other requests are not struck.
    GarbledWatch,
}

/// Which requests an effect is for.
type When = fn(&Entry) -> bool;
type Predicate = Arc<dyn Fn(&Entry) -> bool + Send + Sync>;

/// A rule about which requests go wrong, and how.
#[derive(Clone)]
pub struct Fault {
    effect: Effect,
    predicate: Predicate,
    /// How often it still strikes; `None` means for ever.
    left: Option<u32>,
    /// Of 1,000,000 requests that it could strike, how many it does.
    per_million: u64,
}

impl Fault {
    /// Strikes the next request, whatever it is, once.
    pub fn new(effect: Effect) -> Self {
        Fault { effect, predicate: Arc::new(|_| true), left: Some(1), per_million: 1_000_000 }
    }

    /// Strikes only requests that `predicate` is true of. It sees the entry of the journal, without an answer yet.
    #[must_use]
    pub fn when(self, predicate: impl Fn(&Entry) -> bool + Send + Sync + 'static) -> Self {
        Fault { predicate: Arc::new(predicate), ..self }
    }

    /// Strikes so many times.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Fault { left: Some(times), ..self }
    }

    /// Strikes until it is cleared.
    #[must_use]
    pub fn always(self) -> Self {
        Fault { left: None, ..self }
    }

    /// Strikes with this probability, from 0 to 1, drawn from the sandbox's seed.
    #[must_use]
    pub fn with_probability(self, probability: f64) -> Self {
        Fault { per_million: (probability.clamp(0.0, 1.0) * 1_000_000.0) as u64, ..self }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Fault")
            .field("effect", &self.effect)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

/// What all open watches are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weather {
    pub(crate) interruptions: u64,
    pub(crate) latest: Interruption,
    pub(crate) silent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interruption {
    Cut,
    Expire,
}

/// The faults of a sandbox. Clones are the same faults.
#[derive(Debug, Clone)]
pub struct Faults {
    rules: Arc<Mutex<Rules>>,
    weather: watch::Sender<Weather>,
}

#[derive(Debug)]
struct Rules {
    /// With the number of each, by which it is found again.
    faults: Vec<(u64, Fault)>,
    added: u64,
    dice: Ids,
}

impl Rules {
    /// Has a fault that fits a request strike it, if it is there still and the dice say so.
    fn draw(&mut self, number: u64) -> bool {
        let Some(at) = self.faults.iter().position(|(known, _)| *known == number) else { return false };
        let fault = &mut self.faults[at].1;
        if self.dice.number() % 1_000_000 >= fault.per_million {
            return false;
        }
        fault.left = fault.left.map(|left| left - 1);
        if fault.left == Some(0) {
            self.faults.remove(at);
        }
        true
    }
}

impl Faults {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        let weather = Weather { interruptions: 0, latest: Interruption::Cut, silent: false };
        let rules = Rules { faults: Vec::new(), added: 0, dice: Ids::new(seed) };
        Faults { rules: Arc::new(Mutex::new(rules)), weather: watch::Sender::new(weather) }
    }

    /// Adds a fault; of several that fit a request, the one that was added first strikes.
    pub fn add(&self, fault: Fault) {
        if fault.left == Some(0) {
            return;
        }
        let mut rules = self.rules();
        rules.added += 1;
        let number = rules.added;
        rules.faults.push((number, fault));
    }

    /// Has requests go wrong in all ways there are, each with this probability to go wrong in any of them, until all
    /// faults are cleared.
    pub fn storm(&self, probability: f64) {
        let moment = Duration::from_secs(2);
        let anywhere = [
            Effect::TooManyRequests { retry_after: 1 },
            Effect::InternalError,
            Effect::Unavailable,
            Effect::Cut,
            Effect::LostAnswer,
            Effect::CutShort,
            Effect::Stall(moment),
            Effect::Slow(moment),
        ];
        let all = anywhere.map(|effect| (effect, (|_| true) as When)).into_iter().chain([
            (Effect::Conflict, Entry::is_write as When),
            (Effect::Gone, Entry::is_watch),
            (Effect::ExpiredWatch, Entry::is_watch),
            (Effect::GarbledWatch, Entry::is_watch),
        ]);
        let share = probability / anywhere.len() as f64;
        for (effect, when) in all {
            self.add(Fault::new(effect).when(when).always().with_probability(share));
        }
    }

    /// Removes all faults, and lets silent watches speak again.
    pub fn clear(&self) {
        self.rules().faults.clear();
        self.silence_watches(false);
    }

    /// Cuts the connections of all watches that are open now.
    pub fn cut_watches(&self) {
        self.interrupt(Interruption::Cut);
    }

    /// Ends all watches that are open now with an in-stream ERROR 410.
    pub fn expire_watches(&self) {
        self.interrupt(Interruption::Expire);
    }

    /// Lets all watches, open and new, say nothing at all while their connections stay; or ends that.
    pub fn silence_watches(&self, silent: bool) {
        self.weather.send_modify(|weather| weather.silent = silent);
    }

    pub(crate) fn weather(&self) -> watch::Receiver<Weather> {
        self.weather.subscribe()
    }

    /// The fault that strikes this request, if one does.
    pub(crate) fn strike(&self, request: &Entry) -> Option<Effect> {
        // A predicate is somebody else's, and may ask the sandbox: none is called with the rules held.
        let faults = self.rules().faults.clone();
        let mut fitting = faults.into_iter().filter(|(_, fault)| {
            (!fault.effect.is_of_watches() || request.is_watch()) && (fault.predicate)(request)
        });
        let (_, struck) = fitting.find(|(number, _)| self.rules().draw(*number))?;
        Some(struck.effect)
    }

    fn interrupt(&self, how: Interruption) {
        self.weather.send_modify(|weather| {
            weather.interruptions += 1;
            weather.latest = how;
        });
    }

    fn rules(&self) -> std::sync::MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Effect {
    /// The refusal that the effect is, if it is one.
    pub(crate) fn refusal(self) -> Option<Status> {
        match self {
            Effect::Unauthorized => Some(Status::unauthorized()),
            Effect::Forbidden => Some(Status::new(403, "Forbidden", "forbidden: an injected fault")),
            Effect::Conflict => Some(Status::new(
                409,
                "Conflict",
                "the object has been modified; please apply your changes to the latest version and try again",
            )),
            Effect::Gone => Some(Status::expired("too old resource version")),
            Effect::TooManyRequests { retry_after } => Some(Status::too_many_requests(retry_after)),
            Effect::InternalError => Some(Status::new(500, "InternalError", "an injected fault")),
            Effect::Unavailable => Some(Status::unavailable()),
            Effect::Cut
            | Effect::LostAnswer
            | Effect::Stall(_)
            | Effect::Slow(_)
            | Effect::CutShort
            | Effect::ExpiredWatch
            | Effect::GarbledWatch => None,
        }
    }

    /// Whether it happens within a watch.
    fn is_of_watches(self) -> bool {
        matches!(self, Effect::ExpiredWatch | Effect::GarbledWatch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str) -> Entry {
        Entry { path: path.to_owned(), ..Entry::default() }
    }

    #[test]
    fn a_fault_strikes_as_often_as_it_says() {
        let faults = Faults::new(Some(1));
        faults.add(Fault::new(Effect::Conflict).times(2));
        let struck: Vec<_> = (0..3).map(|_| faults.strike(&get("/a"))).collect();
        assert_eq!(struck, [Some(Effect::Conflict), Some(Effect::Conflict), None]);
    }

    #[test]
    fn a_fault_strikes_what_its_predicate_fits() {
        let faults = Faults::new(Some(1));
        faults.add(Fault::new(Effect::Gone).when(|request| request.path == "/b").always());
        assert_eq!(faults.strike(&get("/a")), None);
        assert_eq!(faults.strike(&get("/b")), Some(Effect::Gone));
        faults.clear();
        assert_eq!(faults.strike(&get("/b")), None);
    }

    #[test]
    fn probability_repeats_with_the_seed() {
        let draw = |seed| {
            let faults = Faults::new(Some(seed));
            faults.add(Fault::new(Effect::Cut).always().with_probability(0.5));
            (0..64).map(|_| faults.strike(&get("/")).is_some()).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert!(draw(1).contains(&true) && draw(1).contains(&false));
    }
}
