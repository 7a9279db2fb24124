//! Takes a sub-handler through its turn: asks the host for it, runs it, and says what came of it.

use std::time::Duration;

use kopf_plugin_abi::{
    v1::op,
    wire::{Answered, Begin, Done, End, Failure, FailureKind, Turn},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    current::{Within, within},
    list::Waiting,
    questions,
    work::Work,
};
use crate::{
    __private::Answer,
    Call, Error, Outcome,
    panics::catch,
    registry::Run,
    scope::{self, Scope},
    time,
};

/// Takes a sub-handler of a call through its turn, and answers how it stands then.
pub(super) async fn take_turn(outer: &Call, waiting: Waiting) -> Outcome<Turn> {
    let Waiting { id, options, questions, work } = waiting;
    let scope = scope::current().ok_or_else(|| Error::msg("there is no host to ask for sub-handlers"))?;
    let id = outer.path_of(&id);
    let span = scope.span;
    let (limit, param) = (options.attempt_timeout, options.param.clone());
    let mut begin = Begin { span, id: id.clone(), options, answers: vec![] };
    let turn = loop {
        let turn: Turn = ask(&scope, op::BEGIN, &begin)?;
        let Some(asks) = turn.asks else { break turn };
        if begin.answers.len() >= 2 * questions.len() {
            return Err(Error::argument(format!("the host asks about {id} for ever")));
        }
        let asked = outer.asking(&id, asks.value, param.clone());
        let answer = questions::ask(&scope, &asked, questions, asks.number).await;
        begin.answers.push(Answered { number: asks.number, before: asks.before, answer });
    };
    if !turn.due {
        return Ok(turn);
    }
    let call = outer.sub(&id, turn, param);
    let answered = limited(&scope, &call, work, limit).await;
    let answered = match answered {
        Ok(answer) => super::after(&call, answer).await.map_err(|error| Box::new(error.into_failure())),
        Err(panic) => Err(panic),
    };
    call.let_go();
    let (done, failure) = match answered {
        Ok(result) => (Some(Done { result, ..Done::default() }), None),
        Err(failure) => (None, Some(*failure)),
    };
    ask(&scope, op::END, &End { span, id, done, failure })
}

/// Does the work, which fails if it takes longer than `limit` seconds.
async fn limited(scope: &Scope, call: &Call, work: Work, limit: Option<f64>) -> Result<Answer, Box<Failure>> {
    let Some(limit) = limit.and_then(|limit| Duration::try_from_secs_f64(limit).ok()) else {
        return run(scope, call, work).await;
    };
    let too_long =
        |what: &str| Ok(Err(Error::msg(format!("the attempt took longer than {limit:?} and {what}"))));
    match work {
        Work::Sync(_) => {
            let began = time::now();
            let ran = run(scope, call, work).await;
            let spent = Duration::try_from(time::now().duration_since(began)).unwrap_or_default();
            if spent >= limit { too_long("returned too late") } else { ran }
        }
        Work::Async(_) => {
            let ran = time::timeout(limit, run(scope, call, work)).await;
            ran.unwrap_or_else(|_| too_long("was interrupted"))
        }
    }
}

async fn run(scope: &Scope, call: &Call, work: Work) -> Result<Answer, Box<Failure>> {
    match work {
        Work::Sync(run) if matches!(call.registration().run, Run::Sync(_)) => {
            catch(|| within(call, || run(call)))
        }
        // The handler must not block, so its sub-handler has a thread to itself.
        Work::Sync(run) => {
            let tokio = scope.plugin.runtime.handle(&scope.plugin).ok_or_else(stopping)?;
            let (scope, call) = (scope.clone(), call.clone());
            let job = move || scope.run(|| catch(|| within(&call, || run(&call))));
            tokio.spawn_blocking(job).await.unwrap_or_else(|_| Err(stopping()))
        }
        Work::Async(run) => {
            let call = call.clone();
            let work = catch(|| within(&call, || run(call.clone())))?;
            Within { call, work: Some(work) }.await
        }
    }
}

pub(super) fn stopping() -> Box<Failure> {
    let message = "the plugin is stopping".to_owned();
    Box::new(Failure { kind: FailureKind::Temporary, message, ..Failure::default() })
}

fn ask<T: DeserializeOwned>(scope: &Scope, operation: u32, body: &impl Serialize) -> Outcome<T> {
    let unreadable = |error: serde_json::Error| {
        Error::argument(format!("what is said about a sub-handler is not JSON: {error}"))
    };
    let body = serde_json::to_vec(body).map_err(unreadable)?;
    let reply = scope.plugin.telemetry.output.host().control()(operation, body.into());
    match reply.into_result() {
        Ok(json) => serde_json::from_slice(&json).map_err(unreadable),
        Err(json) => Err(Error::of(serde_json::from_slice::<Failure>(&json).map_err(unreadable)?)),
    }
}
