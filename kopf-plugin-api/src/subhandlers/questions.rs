//! Asks the functions that filters of sub-handlers ask, none of which holds its handler up.

use std::time::Duration;

use serde_json::Value;

use super::{current::within, run::stopping};
use crate::{__private::Answer, Call, panics::catch, scope::Scope};

/// How long a function may take for its answer, as one that a handler's filter asks. It looks at a value and says yes or no.
const LIMIT: Duration = Duration::from_secs(10);

/// What the function of this number, from 1, says of a call. One that panics, fails or is silent says no.
pub(super) async fn ask(
    scope: &Scope,
    call: &Call,
    questions: &'static [fn(&Call) -> Answer],
    number: u32,
) -> bool {
    let question = usize::try_from(number).ok().and_then(|number| questions.get(number.checked_sub(1)?));
    let said = match question {
        Some(question) => answer(scope, call, *question).await,
        None => Err(format!("it asks no question {number}")),
    };
    said.unwrap_or_else(|failure| {
        tracing::warn!(
            "A filter of handler {} fails, so it is not for the object: {failure}",
            call.handler_id()
        );
        false
    })
}

/// Asks on a thread that may block. What does not return keeps that, and its answer is dropped.
async fn answer(scope: &Scope, call: &Call, question: fn(&Call) -> Answer) -> Result<bool, String> {
    let tokio = scope.plugin.runtime.handle(&scope.plugin).ok_or_else(|| stopping().message)?;
    let (scope, call) = (scope.clone(), call.clone());
    let asking = tokio.spawn_blocking(move || scope.run(|| catch(|| within(&call, || question(&call)))));
    match in_time(LIMIT, asking).await? {
        Err(_) => Err(stopping().message),
        Ok(Err(panic)) => Err(panic.message),
        Ok(Ok(Err(error))) => Err(error.to_string()),
        Ok(Ok(Ok(said))) => Ok(said == Some(Value::Bool(true))),
    }
}

/// Waits for an answer, in the time that threads have: the host's may stand still.
async fn in_time<T>(limit: Duration, asking: impl Future<Output = T>) -> Result<T, String> {
    let silent = |_| format!("there is no answer after {} seconds", limit.as_secs_f64());
    tokio::time::timeout(limit, asking).await.map_err(silent)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_function_that_does_not_return_is_not_waited_for() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (release, held) = channel::<()>();
        let answer = runtime.block_on(async {
            let asking = tokio::task::spawn_blocking(move || held.recv().is_err());
            in_time(Duration::from_millis(1), asking).await
        });
        assert_eq!(answer.unwrap_err(), "there is no answer after 0.001 seconds");
        drop(release);
        let answer = runtime.block_on(async { in_time(LIMIT, tokio::task::spawn_blocking(|| true)).await });
        assert!(answer.unwrap().unwrap(), "one that does is heard");
    }
}
