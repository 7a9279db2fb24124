//! How a test sees its handlers at work: time stands still while one is and does not sleep, and what it answers is noted.

use std::sync::Arc;

use futures::{FutureExt, future::BoxFuture};
use kopf_core::{
    functions::Functions,
    handler::{Handler, On},
    outcome::{Answer, Failure},
    question::Question,
    resource::Resource,
};
use kopf_reactor::{Attempt, Forget, Invoker, Settings, invoke::Errand, lent::Lent};
use serde_json::Value;

use crate::{
    clock::{UnderWay, VirtualClock},
    outcomes::Outcomes,
};

/// An invoker whose attempts hold time still, and whose answers are noted.
pub(crate) struct Watched<I> {
    pub(crate) invoker: Arc<I>,
    pub(crate) clock: VirtualClock,
    pub(crate) outcomes: Outcomes,
}

impl<I> Watched<I> {
    fn begin(&self, attempt: &Attempt) -> UnderWay {
        self.clock.begin(format!("{} of {}", attempt.call.handler.id, attempt.subject.object.header))
    }
}

impl<I: Invoker> Invoker for Watched<I> {
    fn invoke(&self, attempt: Attempt) -> BoxFuture<'static, Answer> {
        let handler = &attempt.call.handler;
        // It may wait for time to go on, or for as long as its object is there.
        let waits = handler.on == On::Daemon || (handler.on == On::Timer && handler.asynchronous);
        let under_way = (!waits).then(|| self.begin(&attempt));
        let (id, object) = (handler.id.clone(), attempt.subject.object.header.to_string());
        let outcomes = self.outcomes.clone();
        let running = match under_way {
            Some(under_way) => under_way.over(|| self.invoker.invoke(attempt)),
            None => self.invoker.invoke(attempt),
        };
        async move {
            let answer = running.await;
            outcomes.note(&id, &object, &answer);
            answer
        }
        .boxed()
    }

    fn transform(&self, functions: &Functions, object: Value) -> BoxFuture<'static, Result<Value, Failure>> {
        let under_way = self.clock.begin("a function in a patch".to_owned());
        under_way.over(|| self.invoker.transform(functions, object))
    }

    fn perform(&self, errand: Errand) -> BoxFuture<'static, Answer> {
        let under_way = self.clock.begin(errand.call.handler.id.clone());
        under_way.over(|| self.invoker.perform(errand))
    }

    fn configure(&self, settings: &Settings) {
        self.invoker.configure(settings);
    }

    fn lend(&self, lent: Lent) {
        self.invoker.lend(lent);
    }

    fn forget(&self, forget: Forget) -> BoxFuture<'static, ()> {
        self.invoker.forget(forget)
    }

    fn choose(&self, handler: Arc<Handler>, number: u32, resource: Resource) -> BoxFuture<'static, Answer> {
        let under_way = self.clock.begin(format!("{} of {}", handler.id, resource.name()));
        under_way.over(|| self.invoker.choose(handler, number, resource))
    }

    fn ask(&self, attempt: Attempt, question: Question) -> BoxFuture<'static, Answer> {
        let under_way = self.begin(&attempt);
        under_way.over(|| self.invoker.ask(attempt, question))
    }
}
