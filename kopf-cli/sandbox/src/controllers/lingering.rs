//! What stays for a moment after it was deleted, as in a cluster, where controllers take that long: definitions and
//! namespaces, before they are emptied.

use std::{collections::HashMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use super::{Task, Tasks};
use crate::{
    api::Api,
    json as deep,
    resources::{DEFINITIONS, NAMESPACES},
    write::Writer,
};

/// What is put off, and until when.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lingering {
    /// How long; not at all by default.
    pub(crate) span: SignedDuration,
    due: HashMap<Task, Timestamp>,
    /// Tells who waits that something is put off.
    begun: Arc<Notify>,
}

impl Lingering {
    /// Whether a task has to wait still.
    pub(super) fn holds(&mut self, task: &Task, now: Timestamp) -> bool {
        if self.span.is_zero() || !matches!(task, Task::Dissolve(_) | Task::Empty(_)) {
            return false;
        }
        let due = self.due.get(task).copied().unwrap_or_else(|| {
            let due = now.checked_add(self.span).unwrap_or(Timestamp::MAX);
            self.due.insert(task.clone(), due);
            self.begun.notify_one();
            due
        });
        if due <= now {
            self.due.remove(task);
        }
        due > now
    }
}

impl Writer<'_> {
    /// Does what was put off until now, and puts off what somebody has left undone who has served these objects before.
    fn end_lingering(&mut self, begins: bool) {
        let mut tasks = Tasks::default();
        let is_due = |due: &Timestamp| *due <= self.now;
        let due = self.store.duties.lingering.due.iter().filter(|(_, due)| is_due(due));
        due.for_each(|(task, _)| tasks.add(task.clone()));
        let going = |resource| {
            let all = self.store.list(resource, None).into_iter().filter(|object| object.header.deleting);
            all.map(|object| object.header.name.clone())
        };
        if begins {
            going(DEFINITIONS).for_each(|name| tasks.add(Task::Dissolve(name)));
            going(NAMESPACES).for_each(|name| tasks.add(Task::Empty(name)));
        }
        self.work_off(tasks);
    }
}

/// Does what is put off when its time has come, for ever; at once where nothing ever is.
pub(crate) async fn end_in_time(api: Api) {
    let Lingering { span, begun, .. } = api.store().duties.lingering.clone();
    if span.is_zero() {
        return;
    }
    let mut begins = true;
    loop {
        let next = {
            let mut store = api.store();
            let deepest = store.deepest();
            deep::with_stack(deepest + 1, || Writer::new(&mut store, api.clock.now()).end_lingering(begins));
            store.duties.lingering.due.values().min().copied()
        };
        begins = false;
        match next {
            None => begun.notified().await,
            Some(next) => tokio::select! {
                () = api.clock.sleep_until(next) => {}
                () = begun.notified() => {}
            },
        }
    }
}
