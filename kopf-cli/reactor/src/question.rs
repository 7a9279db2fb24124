//! Puts questions to plugins' functions, and makes answers of whatever comes of it.

use std::{sync::Arc, time::Duration};

use futures::future::{BoxFuture, Either, select};
use kopf_core::{
    cycle::Asked,
    outcome::{Answer, Failure},
    question::Answers,
    registry::{Chosen, Registry, Served},
    resource::Resource,
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
        let now = io.clock.now();
        let (subject_of, children, life) = (subject.clone(), None, None);
        let attempt = Attempt { call, subject: subject_of, served, event: None, now, children, life };
        let asking = io.invoker.ask(attempt, question.clone());
        let failure = match answer(io, asking).await {
            Ok(answer) => {
                answers.note(&handler, &question, answer);
                continue;
            }
            Err(failure) => failure,
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

/// Asks the functions of selectors which resources they are for.
pub(crate) async fn choose(io: &Io, registry: &Registry, resources: &[Resource]) -> Chosen {
    let mut chosen = Chosen::default();
    for (handler, number, resource) in registry.questions(resources) {
        let asking = io.invoker.choose(handler.clone(), number, resource.clone());
        match answer(io, asking).await {
            Ok(true) => chosen.add(handler, resource),
            Ok(false) => {}
            Err(failure) => {
                let (id, place, name) = (&handler.id, &handler.place, resource.name());
                if io
                    .complaints
                    .is_due(&format!("choice {} {}", handler.plugin, handler.index), io.clock.now())
                {
                    warn!("The selector of handler {id} ({place}) fails, so {name} is not chosen: {failure}");
                }
            }
        }
    }
    chosen
}

/// Waits for an answer, and no longer than is sound.
async fn answer(io: &Io, asking: BoxFuture<'static, Answer>) -> Result<bool, String> {
    match select(asking, io.clock.sleep(LIMIT)).await {
        Either::Left((Answer { result: Ok(Some(Value::Bool(answer))), .. }, _)) => Ok(answer),
        Either::Left((Answer { result: Err(Failure { message, .. }), .. }, _)) => Err(message),
        Either::Left(_) => Err("the answer is neither true nor false".to_owned()),
        Either::Right(_) => Err(format!("there is no answer after {} seconds", LIMIT.as_secs())),
    }
}
