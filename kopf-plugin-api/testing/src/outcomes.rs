//! What handlers came to, attempt by attempt.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kopf_core::outcome::{Answer, FailureKind};

/// What handlers came to, in order. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Outcomes(Arc<Mutex<Vec<Outcome>>>);

struct Outcome {
    handler: String,
    /// `default/kopf-example-1 succeeded`.
    said: String,
}

impl Outcomes {
    pub(crate) fn note(&self, handler: &str, object: &str, answer: &Answer) {
        let said = format!("{object} {}", describe(answer));
        self.outcomes().push(Outcome { handler: handler.to_owned(), said });
    }

    /// Those of one handler.
    pub(crate) fn of(&self, handler: &str) -> Vec<String> {
        let outcomes = self.outcomes();
        let wanted = outcomes.iter().filter(|outcome| outcome.handler == handler);
        wanted.map(|outcome| outcome.said.clone()).collect()
    }

    /// Those of all handlers, as `handler: outcome`.
    pub(crate) fn all(&self) -> Vec<String> {
        self.outcomes().iter().map(|Outcome { handler, said }| format!("{handler}: {said}")).collect()
    }

    fn outcomes(&self) -> MutexGuard<'_, Vec<Outcome>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn describe(answer: &Answer) -> String {
    let failure = match &answer.result {
        Ok(None) => return "succeeded".to_owned(),
        Ok(Some(value)) => return format!("succeeded: {value}"),
        Err(failure) => failure,
    };
    let message = &failure.message;
    match failure.kind {
        FailureKind::Any => format!("failed: {message}"),
        FailureKind::Temporary(Some(delay)) => format!("failed for {} s: {message}", delay.as_secs_f64()),
        FailureKind::Temporary(None) => format!("failed for now: {message}"),
        FailureKind::Permanent => format!("failed for good: {message}"),
        FailureKind::Unfinished(_) => "waits for its sub-handlers".to_owned(),
    }
}
