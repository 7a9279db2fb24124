//! Tells which attempt a line of a plugin's log belongs to.
//!
//! One table for the process: a plugin knows an attempt by its number alone.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use kopf_reactor::Children;

use crate::lives::Lived;

/// How many ended attempts are remembered, for lines of tasks that outlive the handler that began them.
const REMEMBERED: usize = 1024;

/// What an attempt is about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Label {
    /// The object, as `namespace/name`.
    pub(crate) object: String,
    /// The handler's id.
    pub(crate) handler: String,
}

/// An attempt's number, known for as long as this lives and a little after.
pub(crate) struct Span {
    number: u64,
    label: Arc<Label>,
    /// What a daemon or a timer may ask for itself goes with it.
    pub(crate) lived: Option<Lived>,
}

impl Span {
    /// Gives an attempt without sub-handlers its number.
    pub(crate) fn open(label: Label) -> Span {
        Span::of(label, None)
    }

    /// Gives an attempt its number.
    pub(crate) fn of(label: Label, children: Option<Arc<Children>>) -> Span {
        let label = Arc::new(label);
        let mut table = table();
        table.last += 1;
        let number = table.last;
        table.live.insert(number, (label.clone(), children));
        Span { number, label, lived: None }
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn label(&self) -> &Label {
        &self.label
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        let mut table = table();
        let ended = table.live.remove(&self.number);
        if ended.is_some() {
            if table.ended.len() == REMEMBERED {
                table.ended.pop_front();
            }
            table.ended.push_back((self.number, self.label.clone()));
        }
        // What it was about may be large: it goes when others may look again.
        drop(table);
    }
}

/// What the attempt of this number is, or was, about. Zero stands for none.
pub(crate) fn find(number: u64) -> Option<Arc<Label>> {
    if number == 0 {
        return None;
    }
    let table = table();
    let ended = || table.ended.iter().rev().find(|(ended, _)| *ended == number).map(|(_, label)| label);
    table.live.get(&number).map(|(label, _)| label).or_else(ended).cloned()
}

/// Where the sub-handlers of this attempt take their turns, while it lives and if it may have any.
pub(crate) fn children(number: u64) -> Option<Arc<Children>> {
    table().live.get(&number)?.1.clone()
}

/// Whether the attempt of this number has not ended.
pub(crate) fn is_live(number: u64) -> bool {
    table().live.contains_key(&number)
}

#[derive(Default)]
struct Table {
    last: u64,
    live: HashMap<u64, (Arc<Label>, Option<Arc<Children>>)>,
    ended: VecDeque<(u64, Arc<Label>)>,
}

static TABLE: LazyLock<Mutex<Table>> = LazyLock::new(Mutex::default);

fn table() -> MutexGuard<'static, Table> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(object: &str) -> Span {
        Span::open(Label { object: object.to_owned(), handler: "h".to_owned() })
    }

    #[test]
    fn an_attempt_is_known_while_it_lives_and_a_while_after() {
        let first = open("n/first");
        let number = first.number();
        assert_eq!(find(number).unwrap().object, "n/first");
        drop(first);
        assert_eq!(find(number).unwrap().object, "n/first");
        // Other tests of this process open attempts too, so at least these are needed.
        (0..REMEMBERED).for_each(|_| drop(open("n/other")));
        assert_eq!(find(number), None);
    }

    #[test]
    fn lines_outside_of_attempts_have_no_object() {
        assert_eq!(find(0), None);
        assert_eq!(find(u64::MAX), None);
    }
}
