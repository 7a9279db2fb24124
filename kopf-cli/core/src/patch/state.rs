//! Fits what is to be kept on an object into the room that others leave there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::{
    cycle::{Conclusion, Kept},
    identity::Identity,
    object::{self, Object},
    registry::Served,
    store::{ANNOTATIONS_LIMIT, dialect::Store, handled::Handled, progress::Progress},
};

/// The value of the mark.
const MARKED: &str = "yes";

/// Annotations to be written, null where one is to go, and what does not fit.
pub(super) struct State {
    pub(super) annotations: Map<String, Value>,
    pub(super) unfit: Option<Kept>,
}

/// Bytes of annotations that are left.
struct Room(usize);

impl Room {
    /// Takes what an annotation needs, if it is there.
    fn take(&mut self, key: &str, text: &str) -> bool {
        let left = self.0.checked_sub(key.len() + text.len());
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

/// Fits the records of a conclusion, and then what was handled last, as a whole or as digests.
///
/// What is kept in memory so far and is not replaced stays there, or goes onto the object if it fits by now.
pub(super) fn fit(conclusion: &Conclusion, object: &Object, identity: &Identity, served: &Served) -> State {
    let (body, store) = (&object.body, identity.store());
    let mark = store.mark();
    let handled_keys = store.handled_keys(body);
    let present: BTreeSet<String> = store.present(body, served).into_iter().collect();
    let is_ours =
        |key: &String| Some(key) == mark.as_ref() || handled_keys.contains(key) || present.contains(key);
    let others = others(body, conclusion.patch.as_ref(), is_ours);
    let mut room = Room(store.limit().min(ANNOTATIONS_LIMIT.saturating_sub(others)));
    mark.iter().for_each(|mark| _ = room.take(mark, MARKED));

    let kept = conclusion.kept.as_deref();
    let mut state = Fitting {
        object,
        store,
        served,
        room,
        gone: vec![],
        written: BTreeMap::new(),
        unfit: Kept::default(),
    };
    match &conclusion.records {
        Some(records) => state.records(present, records),
        None => {
            if let Some(kept) = kept {
                state.unfit.records = kept.records.clone();
                state.unfit.seen = kept.seen.clone();
                state.unfit.crowded = !kept.records.is_empty();
            }
            for key in &present {
                state.room.take(key, object::annotation(body, key).unwrap_or_default());
            }
        }
    }
    match conclusion.handled.as_ref().or(kept.and_then(|kept| kept.handled.as_ref())) {
        Some(handled) => state.handled(handled),
        None if conclusion.records.is_some() => state.handled_as_it_is(),
        None => {}
    }
    state.into_state(mark)
}

/// State on its way onto an object.
struct Fitting<'a> {
    object: &'a Object,
    store: &'a Store,
    served: &'a Served,
    room: Room,
    gone: Vec<String>,
    written: BTreeMap<String, String>,
    unfit: Kept,
}

impl Fitting<'_> {
    /// Puts these records in the place of those that are present.
    fn records(&mut self, mut present: BTreeSet<String>, records: &BTreeMap<String, Progress>) {
        let (body, uid) = (&self.object.body, &self.object.header.uid);
        // Sub-handlers go when what they are of goes.
        for id in records.values().flat_map(|record| &record.subrefs).filter(|id| !records.contains_key(*id))
        {
            for key in self.store.record_keys(id, body) {
                if present.remove(&key) {
                    self.room.take(&key, object::annotation(body, &key).unwrap_or_default());
                }
            }
        }
        self.gone.extend(present);
        for (id, record) in records {
            let text = self.store.record_text(record, uid);
            let keys = self.store.record_keys(id, body);
            if self.take(keys.into_iter().map(|key| (key, text.clone())).collect()) {
                if record.seen.is_some() && !self.store.dialect().tells_what_was_seen() {
                    self.unfit.seen.insert(id.clone(), record.clone());
                }
            } else {
                self.unfit.records.insert(id.clone(), record.clone());
                self.unfit.crowded = true;
            }
        }
    }

    /// Takes the room of annotations that go together, and writes them if it is there.
    fn take(&mut self, annotations: Vec<(String, String)>) -> bool {
        let before = self.room.0;
        let fits = annotations.iter().all(|(key, text)| self.room.take(key, text));
        if fits {
            self.written.extend(annotations);
        } else {
            self.room.0 = before;
        }
        fits
    }

    fn handled(&mut self, handled: &Handled) {
        let (handled, annotations) = self.store.handled_texts(handled, self.object, self.room.0);
        let has_form = !annotations.is_empty();
        if !(has_form && self.take(annotations)) {
            self.unfit.handled = Some(handled.into_owned());
            self.unfit.crowded |= has_form;
        }
        let keys = self.store.handled_keys(&self.object.body).into_iter();
        self.gone.extend(keys.filter(|key| !self.written.contains_key(key)));
    }

    /// Leaves what was handled last as it is, unless the records need its room.
    fn handled_as_it_is(&mut self) {
        let body = &self.object.body;
        let there = self.store.handled_keys(body).into_iter();
        let there = there.filter_map(|key| object::annotation(body, &key).map(|text| (key.clone(), text)));
        let there: Vec<(String, &str)> = there.collect();
        if there.iter().all(|(key, text)| self.room.take(key, text)) {
            return;
        }
        let essence = Arc::new(self.store.dialect().essence(body, self.served));
        match self.store.handled(self.object, self.served, &essence) {
            Some(handled) => self.handled(&handled),
            None => self.gone.extend(there.into_iter().map(|(key, _)| key)),
        }
    }

    fn into_state(self, mark: Option<String>) -> State {
        let body = &self.object.body;
        let mut annotations: Map<String, Value> =
            self.gone.into_iter().map(|key| (key, Value::Null)).collect();
        if let Some(mark) = mark
            && !self.written.is_empty()
            && object::annotation(body, &mark).is_none()
        {
            annotations.insert(mark, MARKED.into());
        }
        annotations.extend(self.written.into_iter().map(|(key, text)| (key, text.into())));
        State { annotations, unfit: (self.unfit != Kept::default()).then_some(self.unfit) }
    }
}

/// How many bytes of annotations are not ours, once handlers have what they want.
fn others(body: &Value, patch: Option<&Value>, is_ours: impl Fn(&String) -> bool) -> usize {
    let wanted = patch.and_then(object::annotations);
    let stay = object::annotations(body).into_iter().flatten();
    let stay = stay.filter(|(key, _)| wanted.is_none_or(|wanted| !wanted.contains_key(*key)));
    let there = stay.chain(wanted.into_iter().flatten()).filter(|(key, _)| !is_ours(key));
    there.map(|(key, value)| key.len() + value.as_str().map_or(0, str::len)).sum()
}
