//! Fits what is to be kept on an object into the room that others leave there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::{
    cycle::{Conclusion, Kept},
    identity::Identity,
    object::{self, Object},
    store::{
        ANNOTATIONS_LIMIT, STATE_LIMIT,
        handled::{self, Handled},
        progress::Progress,
    },
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
pub(super) fn fit(conclusion: &Conclusion, object: &Object, identity: &Identity) -> State {
    let body = &object.body;
    let mark = identity.keys().mark();
    let handled_key = identity.keys().handled(body);
    let present: BTreeSet<&str> = identity.records(body).collect();
    let is_ours = |key: &str| key == mark || key == handled_key || present.contains(key);
    let others = others(body, conclusion.patch.as_ref(), is_ours);
    let mut room = Room(STATE_LIMIT.min(ANNOTATIONS_LIMIT.saturating_sub(others)));
    room.take(&mark, MARKED);

    let kept = conclusion.kept.as_deref();
    let mut state =
        Fitting { object, identity, room, gone: vec![], written: BTreeMap::new(), unfit: Kept::default() };
    match &conclusion.records {
        Some(records) => state.records(&present, records),
        None => {
            state.unfit.records = kept.map(|kept| kept.records.clone()).unwrap_or_default();
            for key in &present {
                state.room.take(key, object::annotation(body, key).unwrap_or_default());
            }
        }
    }
    match conclusion.handled.as_ref().or(kept.and_then(|kept| kept.handled.as_ref())) {
        Some(handled) => state.handled(handled_key, handled),
        None if conclusion.records.is_some() => state.handled_as_it_is(handled_key),
        None => {}
    }
    state.into_state(mark)
}

/// State on its way onto an object.
struct Fitting<'a> {
    object: &'a Object,
    identity: &'a Identity,
    room: Room,
    gone: Vec<String>,
    written: BTreeMap<String, String>,
    unfit: Kept,
}

impl Fitting<'_> {
    /// Puts these records in the place of those that are present.
    fn records(&mut self, present: &BTreeSet<&str>, records: &BTreeMap<String, Progress>) {
        self.gone.extend(present.iter().map(|key| (*key).to_owned()));
        for (id, record) in records {
            let key = self.identity.keys().handler(id, &self.object.body);
            let text = record.write(&self.object.header.uid);
            if self.room.take(&key, &text) {
                self.written.insert(key, text);
            } else {
                self.unfit.records.insert(id.clone(), record.clone());
            }
        }
    }

    fn handled(&mut self, key: String, handled: &Handled) {
        let most = self.room.0.saturating_sub(key.len());
        let (handled, text) = handled::fit(handled, &self.object.header.uid, most);
        if self.room.take(&key, &text) {
            self.written.insert(key, text);
        } else {
            self.unfit.handled = Some(handled.into_owned());
            self.gone.push(key);
        }
    }

    /// Leaves what was handled last as it is, unless the records need its room.
    fn handled_as_it_is(&mut self, key: String) {
        let Some(text) = object::annotation(&self.object.body, &key) else { return };
        if !self.room.take(&key, text) {
            match Handled::read(text, &self.object.header.uid) {
                Some(handled) => self.handled(key, &handled),
                None => self.gone.push(key),
            }
        }
    }

    fn into_state(self, mark: String) -> State {
        let mut annotations: Map<String, Value> =
            self.gone.into_iter().map(|key| (key, Value::Null)).collect();
        if !self.written.is_empty() && object::annotation(&self.object.body, &mark).is_none() {
            annotations.insert(mark, MARKED.into());
        }
        annotations.extend(self.written.into_iter().map(|(key, text)| (key, text.into())));
        State { annotations, unfit: (self.unfit != Kept::default()).then_some(self.unfit) }
    }
}

/// How many bytes of annotations are not ours, once handlers have what they want.
fn others(body: &Value, patch: Option<&Value>, is_ours: impl Fn(&str) -> bool) -> usize {
    fn of(body: &Value) -> Option<&Map<String, Value>> {
        body.pointer("/metadata/annotations").and_then(Value::as_object)
    }
    let wanted = patch.and_then(of);
    let stay = of(body).into_iter().flatten();
    let stay = stay.filter(|(key, _)| wanted.is_none_or(|wanted| !wanted.contains_key(*key)));
    let there = stay.chain(wanted.into_iter().flatten()).filter(|(key, _)| !is_ours(key));
    there.map(|(key, value)| key.len() + value.as_str().map_or(0, str::len)).sum()
}
