//! Puts questions to plugins' functions, and makes answers of whatever comes of it.

use std::{sync::Arc, time::Duration};

use futures::future::{BoxFuture, Either, select};
use kopf_core::{
    cycle::{Asked, Call},
    handler::Handler,
    outcome::{Answer, Failure},
    question::{About, Answers, Of, Question},
    registry::{Chosen, Registry, Served},
    resource::Resource,
};
use serde_json::Value;
use tracing::{debug, warn};

use crate::{Attempt, Subject, io::Io};

/// How long a function may take for its answer. It looks at a value and says yes or no.
const LIMIT: Duration = Duration::from_secs(10);

/// Asks, one after the other, and takes the answers. Of spies there is an event that they are asked about.
pub(crate) async fn ask(
    io: &Io,
    open: Vec<Asked>,
    subject: &Arc<Subject>,
    served: &Arc<Served>,
    event: Option<&'static str>,
    answers: &mut Answers,
) {
    for Asked { call, question } in open {
        let handler = call.handler.clone();
        let (subject, served) = (subject.clone(), served.clone());
        let now = io.clock.now();
        let (subject_of, children, life) = (subject.clone(), None, None);
        let attempt =
            Attempt { call, subject: subject_of, served, results: None, event, now, children, life };
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
            warn!(
                %object,
                "A filter of handler {id} ({place}) fails, so it is taken not to match; have it answer `false` where it cannot tell: \
                 {failure}"
            );
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
                    warn!(
                        "The selector of handler {id} ({place}) fails, so {name} is not chosen; have it answer `false` where it cannot \
                         tell: {failure}"
                    );
                }
            }
        }
    }
    chosen
}

/// Asks how long a daemon or a timer is to wait before its first call. Without a sound answer it does not wait.
pub(crate) async fn delay(
    io: &Io,
    handler: &Arc<Handler>,
    number: u32,
    subject: &Arc<Subject>,
    served: &Arc<Served>,
) -> Duration {
    let (now, call) = (io.clock.now(), Call::of(handler.clone(), io.clock.now()));
    let (subject, served) = (subject.clone(), served.clone());
    let object = subject.object.header.to_string();
    let attempt =
        Attempt { call, subject, served, results: None, event: None, now, children: None, life: None };
    let question = Question { number, of: Of::Now, about: About::Object };
    let failure = match select(io.invoker.ask(attempt, question), io.clock.sleep(LIMIT)).await {
        Either::Left((Answer { result: Ok(Some(answer)), .. }, _)) => {
            match answer.as_f64().map(Duration::try_from_secs_f64) {
                Some(Ok(delay)) => return delay,
                _ => format!("{answer} is no span of time"),
            }
        }
        Either::Left((Answer { result: Err(Failure { message, .. }), .. }, _)) => message,
        Either::Left(_) => "there is no answer".to_owned(),
        Either::Right(_) => format!("there is no answer after {} seconds", LIMIT.as_secs()),
    };
    let id = handler.called();
    if io.complaints.is_due(&format!("delay {} {}", handler.plugin, handler.index), now) {
        warn!(%object, "The initial_delay of {id} ({}) fails, so it is called at once: {failure}", handler.place);
    }
    Duration::ZERO
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
