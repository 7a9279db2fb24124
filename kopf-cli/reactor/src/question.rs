//! Puts questions to plugins' functions, and makes answers of whatever comes of it.

use std::{sync::Arc, time::Duration};

use futures::future::{Either, select};
use kopf_core::{
    cycle::Asked,
    outcome::{Answer, Failure},
    question::Answers,
    registry::Served,
};
use serde_json::Value;
use tracing::{debug, warn};

use crate::{Attempt, Subject, io::Io};

/// How long a function may take for its answer. It looks at a value and says yes or no.
const LIMIT: Duration = Duration::from_secs(10);

/// Asks, one after the other, and takes the answers.
pub(crate) async fn ask(
    io: &Io,
    open: Vec<Asked>,
    subject: &Arc<Subject>,
    served: &Arc<Served>,
    answers: &mut Answers,
) {
    for Asked { call, question } in open {
        let handler = call.handler.clone();
        let (subject, served) = (subject.clone(), served.clone());
        let attempt = Attempt { call, subject: subject.clone(), served, event: None, now: io.clock.now() };
        let asking = io.invoker.ask(attempt, question.clone());
        let failure = match select(asking, io.clock.sleep(LIMIT)).await {
            Either::Left((Answer { result: Ok(Some(Value::Bool(answer))), .. }, _)) => {
                answers.note(&handler, &question, answer);
                continue;
            }
            Either::Left((Answer { result: Err(Failure { message, .. }), .. }, _)) => message,
            Either::Left(_) => "the answer is neither true nor false".to_owned(),
            Either::Right(_) => format!("there is no answer after {} seconds", LIMIT.as_secs()),
        };
        // Somebody must know, and nobody must wait: a handler of which it is not known that it is for an object is not.
        answers.note(&handler, &question, false);
        let (id, place, object) = (&handler.id, &handler.place, &subject.object.header);
        if io.complaints.is_due(&format!("question {} {}", handler.plugin, handler.index), io.clock.now()) {
            warn!(%object, "A filter of handler {id} ({place}) fails, so it is taken not to match: {failure}");
        } else {
            debug!(%object, "A filter of handler {id} ({place}) fails, so it is taken not to match: {failure}");
        }
    }
}
