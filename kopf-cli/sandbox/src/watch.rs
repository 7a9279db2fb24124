//! Watches: each reads the shared history at its own pace, and ends where it falls behind it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
    vec,
};

use bytes::Bytes;
use futures::{Stream, stream};
use jiff::Timestamp;
use tokio::sync::watch;

use crate::{
    body::Cut,
    clock::Clock,
    faults::{Effect, Interruption, Weather},
    form::{Form, Sheet},
    json as deep, kinds,
    object::Stored,
    options::Options,
    protobuf::layout,
    resources::View,
    ring::{self, Event, Said},
    status::Status,
    store::Store,
    stranded,
};

/// What marks the bookmark that comes after all that there was at first.
pub(crate) const INITIAL_EVENTS_END: &str = "k8s.io/initial-events-end";
/// How often a quiet watch tells how far it is.
const BOOKMARK_INTERVAL: Duration = Duration::from_secs(60);
/// How many objects a watch tells of at once: what a slow reader can hold on to, beyond the ring.
const BATCH: usize = 256;

/// What a watch needs of its sandbox.
pub(crate) struct Surroundings {
    pub(crate) store: Arc<Mutex<Store>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) weather: watch::Receiver<Weather>,
    /// What it begins with, and ends.
    pub(crate) effect: Option<Effect>,
}

/// One watch.
pub(crate) struct Watcher {
    surroundings: Surroundings,
    view: View,
    namespace: Option<String>,
    options: Options,
    form: Form,
    /// Whether a table of this watch has had a head.
    headed: bool,
    /// All changes up to here have been told.
    revision: u64,
    /// What there was when it began, and is still to be told.
    there: Option<vec::IntoIter<Arc<Stored>>>,
    lines: VecDeque<Bytes>,
    news: watch::Receiver<u64>,
    next_bookmark_at: Timestamp,
    ends_at: Timestamp,
    interruptions_seen: u64,
    over: bool,
}

impl Watcher {
    /// Opens a watch.
    ///
    /// # Errors
    ///
    /// 500 for a resourceVersion that is no number, 504 for an initial list of the future.
    pub(crate) fn open(
        surroundings: Surroundings,
        view: View,
        namespace: Option<String>,
        options: Options,
        form: Form,
    ) -> Result<Self, Status> {
        let now = surroundings.clock.now();
        let store = Arc::clone(&surroundings.store);
        let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = crate::list::parse_revision(&options.resource_version)
            .map_err(|why| Status::internal(format!("resourceVersion: {why}")))?;
        let current = store.revision();
        if options.initial_events && asked > current {
            return Err(Status::too_new(asked, current));
        }
        stranded::check_all(&store, &view.resource, now)?;
        let lasts = match options.timeout_seconds.and_then(|seconds| u64::try_from(seconds).ok()) {
            Some(seconds) => Duration::from_secs(seconds.min(86_400)),
            None => Duration::from_secs(1_800 + store.ids.number() % 1_800),
        };
        let interruptions_seen = surroundings.weather.borrow().interruptions;
        // Without a version, and without what there is, a watch begins now.
        let revision = if options.initial_events || asked == 0 { current } else { asked };
        let mut watcher = Watcher {
            view,
            namespace,
            revision,
            options,
            form,
            headed: false,
            there: None,
            lines: VecDeque::new(),
            news: store.news(),
            next_bookmark_at: later(now, BOOKMARK_INTERVAL),
            ends_at: later(now, lasts),
            interruptions_seen,
            over: false,
            surroundings,
        };
        // A server begins anew to keep a resource in mind when it is defined otherwise, and knows nothing of before.
        let oldest = store.ring.compacted().max(watcher.view.resource.edition);
        let effect = watcher.surroundings.effect;
        if effect == Some(Effect::ExpiredWatch) || revision < oldest {
            watcher.expire(&format!("too old resource version: {asked} ({oldest})"));
        } else if effect == Some(Effect::GarbledWatch) {
            watcher.end_with(Bytes::from_static(b"{\"type\":\"ADDED\",\"obj\n"));
        } else if watcher.options.initial_events {
            let mut there = store.list(&watcher.view.resource.key, watcher.namespace.as_deref());
            there.retain(|object| watcher.options.selection.matches(&object.header));
            watcher.there = Some(there.into_iter());
        }
        Ok(watcher)
    }

    /// The lines of the watch, as they come.
    pub(crate) fn stream(self) -> impl Stream<Item = Result<Bytes, Cut>> + Send + 'static {
        stream::unfold(self, |mut watcher| async move { watcher.next().await.map(|line| (line, watcher)) })
    }

    /// Tells the next of what there was when it began; false where there is no more of it.
    fn tell_what_there_was(&mut self) -> bool {
        let Some(mut there) = self.there.take() else { return false };
        for object in there.by_ref().take(BATCH) {
            self.say("ADDED", &object.shown(&self.view), object.depth(&self.view));
        }
        if there.len() > 0 {
            self.there = Some(there);
        } else if self.options.bookmarks {
            self.bookmark(true);
        }
        true
    }

    async fn next(&mut self) -> Option<Result<Bytes, Cut>> {
        loop {
            let weather = *self.surroundings.weather.borrow_and_update();
            if weather.interruptions > self.interruptions_seen && !self.over {
                self.interruptions_seen = weather.interruptions;
                match weather.latest {
                    Interruption::Cut => {
                        self.over = true;
                        return Some(Err(Cut));
                    }
                    Interruption::Expire => self.expire("too old resource version"),
                }
            }
            if weather.silent && !self.over {
                // Nothing is said and nothing is noticed, as on a connection that is dead without knowing it.
                self.surroundings.weather.changed().await.ok()?;
                continue;
            }
            if let Some(line) = self.lines.pop_front() {
                return Some(Ok(line));
            }
            if self.over {
                return None;
            }
            if self.tell_what_there_was() {
                continue;
            }
            self.news.borrow_and_update();
            let is_behind = self.catch_up();
            if is_behind || !self.lines.is_empty() || self.over {
                continue;
            }
            let now = self.surroundings.clock.now();
            if now >= self.ends_at {
                self.over = true;
                self.say_how_far();
                continue;
            }
            if self.options.bookmarks && now >= self.next_bookmark_at {
                self.next_bookmark_at = later(now, BOOKMARK_INTERVAL);
                self.say_how_far();
                continue;
            }
            let wake_at =
                if self.options.bookmarks { self.ends_at.min(self.next_bookmark_at) } else { self.ends_at };
            tokio::select! {
                heard = self.news.changed() => self.over |= heard.is_err(),
                changed = self.surroundings.weather.changed() => self.over |= changed.is_err(),
                () = self.surroundings.clock.sleep_until(wake_at) => {}
            }
        }
    }

    /// Takes the changes since last time out of the history, and says whether there may be more of them already.
    fn catch_up(&mut self) -> bool {
        let store = Arc::clone(&self.surroundings.store);
        let (events, told, served) = {
            let store = store.lock().unwrap_or_else(PoisonError::into_inner);
            // A watch from a revision that is still to come sleeps until then.
            let Some(events) = store.ring.after(self.revision) else {
                // Too slow: the client has to begin again, and will be told so.
                self.over = true;
                return false;
            };
            let until = self.told_until(&store);
            let events = events.take_while(|event| event.object.header.revision < until);
            let events: Vec<Arc<Event>> = events.take(BATCH).cloned().collect();
            let told = events.last().map_or(self.revision, |event| event.object.header.revision);
            (events, told, self.is_served(&store))
        };
        self.revision = self.revision.max(told);
        for event in &events {
            match self.says(event) {
                Some(said) if self.form == Form::Whole => {
                    self.lines.push_back(event.frame(said, &self.view));
                }
                Some(said) => {
                    self.say(said.word(), &event.shown(said, &self.view), event.depth(&self.view));
                }
                None => {}
            }
        }
        let is_behind = events.len() == BATCH;
        self.over |= !served && !is_behind;
        is_behind
    }

    /// Whether the resource is what it was when the watch began; else the client has to look what there is now.
    fn is_served(&self, store: &Store) -> bool {
        let resource = &self.view.resource;
        store.catalog.get(&resource.key).is_some_and(|now| Arc::ptr_eq(now, resource))
    }

    /// The revision at which the resource came to be another one than it was when the watch began.
    fn told_until(&self, store: &Store) -> u64 {
        let resource = &self.view.resource;
        let now = store.catalog.get(&resource.key).filter(|now| !Arc::ptr_eq(now, resource));
        now.map_or(u64::MAX, |now| now.edition)
    }

    /// What this watch says of a change, if anything: of objects that its selector knew before, knows now, or both.
    fn says(&self, event: &Event) -> Option<Said> {
        if event.resource != self.view.resource.key {
            return None;
        }
        let wanted = |object: &Arc<Stored>| {
            self.namespace.as_deref().is_none_or(|namespace| namespace == object.header.namespace)
                && self.options.selection.matches(&object.header)
        };
        let before = event.previous.as_ref().is_some_and(wanted);
        if event.removal {
            return before.then_some(Said::Deleted);
        }
        match (before, wanted(&event.object)) {
            (false, true) => Some(Said::Added),
            (true, true) => Some(Said::Modified),
            (true, false) => Some(Said::Left),
            (false, false) => None,
        }
    }

    /// Tells of an object in the form that this watch was asked for.
    fn say(&mut self, word: &str, object: &Bytes, depth: usize) {
        let sheet = Sheet::of(&self.view, self.surroundings.clock.now());
        let shown = self.form.show(object, depth, sheet, !self.headed);
        self.headed = true;
        self.lines.push_back(ring::frame(word, &shown));
    }

    /// Tells how far the watch is. One from a version that is still to come has got nowhere.
    fn say_how_far(&mut self) {
        if self.options.bookmarks && self.revision <= *self.news.borrow() {
            self.bookmark(false);
        }
    }

    fn bookmark(&mut self, initial_events_end: bool) {
        let mut object = kinds::nothing(&self.view);
        object["metadata"]["resourceVersion"] = self.revision.to_string().into();
        if initial_events_end {
            object["metadata"]["annotations"][INITIAL_EVENTS_END] = "true".into();
        }
        self.say("BOOKMARK", &layout::text(&object).into(), deep::depth_of_value(&object));
    }

    fn expire(&mut self, message: &str) {
        self.end_with(ring::frame("ERROR", layout::text(&Status::expired(message).to_value()).as_bytes()));
    }

    fn end_with(&mut self, line: Bytes) {
        self.there = None;
        self.lines.clear();
        self.lines.push_back(line);
        self.over = true;
    }
}

fn later(moment: Timestamp, span: Duration) -> Timestamp {
    moment.checked_add(span).unwrap_or(Timestamp::MAX)
}
