//! Sub-handlers across the boundary: turns are asked for, and what came of them is said.

use std::{sync::Arc, time::Duration};

use expect_test::{Expect, expect};
use futures::executor::block_on;
use kopf_core::{
    backoff::Backoff,
    cycle::{Durability, Family, Recall},
    identity::Identity,
    outcome::Policy,
};
use kopf_reactor::{Attempt, Children, Invoker, SystemClock};
use serde_json::json;

use crate::stage::{attempt, call, load, subject};

/// Where the sub-handlers of an attempt take their turns.
pub(crate) fn children(attempt: &Attempt) -> Arc<Children> {
    let Attempt { call, subject, served, .. } = attempt;
    let family =
        Family::new(call.handler.clone(), call.reason.unwrap(), Durability::Auto, Duration::from_secs(60));
    let identity = Arc::new(Identity::new("web").unwrap());
    let (subject, served) = (subject.clone(), served.clone());
    let clock = Arc::new(SystemClock);
    Children::new(family, subject, served, identity, Recall::default(), Backoff::default(), clock)
}

/// Calls a handler, with what came of its sub-handlers before that.
#[expect(clippy::needless_pass_by_value, reason = "expectations are written in place")]
#[track_caller]
fn check(id: &str, expected: Expect) {
    let loaded = load(&["orderly"]);
    let subject = subject("parent", &json!({ "size": 3 }));
    let mut attempt = attempt(&loaded, id, &subject, Some(json!("before")), json!("after"));
    let before = attempt.call.progress.clone();
    let children = children(&attempt);
    attempt.children = Some(children.clone());
    let now = attempt.now;
    let mut answer = block_on(loaded.invoker.invoke(attempt));
    let policy = Policy { backoff: &Backoff::default(), jitter: 0.0 };
    let (subs, verdict) = children.close().unwrap().conclude(&before, &mut answer, policy, now);
    let lines = subs.iter().map(|(_, verdict)| verdict).chain([&verdict]).map(|verdict| {
        let result = verdict.result.as_ref().map(|result| format!(" {result}")).unwrap_or_default();
        format!("{}{result}\n", verdict.line)
    });
    expected.assert_eq(&lines.collect::<String>());
    assert!(children.close().is_none(), "the attempt is over");
}

#[test]
fn an_asynchronous_handler_waits_for_the_rest() {
    check(
        "family",
        expect![[r#"
        Handler family/child succeeded. "0, \"before\""
        Handler family/child/grandchild failed with an exception and will stop now (it would exceed 1 retries on the next attempt): a child
        Handler family/later failed temporarily: not yet
        Handler family has unfinished sub-handlers. Will retry soon.
    "#]],
    );
}

#[test]
fn a_handler_that_blocks_runs_asynchronous_sub_handlers_too() {
    check(
        "blocking_family",
        expect![[r#"
        Handler blocking_family/async succeeded. "async"
        Handler blocking_family/sync succeeded. "sync"
        Handler blocking_family succeeded. "both"
    "#]],
    );
}

#[test]
fn without_somebody_who_knows_of_turns_there_are_no_sub_handlers() {
    let loaded = load(&["orderly"]);
    let failure = call(&loaded, "blocking_family", "nobody").result.unwrap_err();
    assert_eq!(
        failure.message,
        "there are sub-handlers in handlers of changes alone, while they are at work"
    );
}
