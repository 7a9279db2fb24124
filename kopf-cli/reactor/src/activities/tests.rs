//! Handlers that hang, and what login handlers bring, on a clock that jumps to whatever is waited for.

use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

use futures::{
    FutureExt,
    future::{BoxFuture, pending, ready},
};
use kopf_core::{functions::Functions, handler::Limits, question::Question, resource::Resource};
use serde_json::json;

use super::*;
use crate::{Attempt, Forget};

/// A clock that is always where it is waited for.
#[derive(Default)]
struct Jumping(Mutex<Timestamp>);

impl Clock for Jumping {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'static, ()> {
        let mut now = self.0.lock().unwrap();
        *now = moment.max(*now);
        ready(()).boxed()
    }
}

/// Handlers that answer by their ids, but for `hangs`; their calls are counted.
#[derive(Default)]
struct Scripted(AtomicU32);

impl Invoker for Scripted {
    fn invoke(&self, _: Attempt) -> BoxFuture<'static, Answer> {
        pending().boxed()
    }

    fn transform(&self, _: &Functions, object: Value) -> BoxFuture<'static, Result<Value, Failure>> {
        ready(Ok(object)).boxed()
    }

    fn ask(&self, _: Attempt, _: Question) -> BoxFuture<'static, Answer> {
        pending().boxed()
    }

    fn choose(&self, _: Arc<kopf_core::handler::Handler>, _: u32, _: Resource) -> BoxFuture<'static, Answer> {
        pending().boxed()
    }

    fn forget(&self, _: Forget) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }

    fn perform(&self, errand: Errand) -> BoxFuture<'static, Answer> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let id = errand.call.handler.id.as_str();
        let result = match id {
            "hangs" => return pending().boxed(),
            "none" => Value::Null,
            "nonsense" => json!("a token"),
            id => json!({ "server": id, "priority": id.len(), "later": 1 }),
        };
        ready(Answer { result: Ok(Some(result)), patch: None, functions: None }).boxed()
    }
}

fn activities(activity: Activity, asynchronous: bool, ids: &[&str]) -> (Activities, Arc<Jumping>) {
    let (activities, clock, _) = counted(activity, asynchronous, ids);
    (activities, clock)
}

fn counted(
    activity: Activity,
    asynchronous: bool,
    ids: &[&str],
) -> (Activities, Arc<Jumping>, Arc<Scripted>) {
    let handler = |id: &&str| Handler {
        plugin: 0,
        index: 0,
        id: (*id).to_owned(),
        activity,
        asynchronous,
        limits: Limits::default(),
        function: String::new(),
        place: String::new(),
    };
    let clock = Arc::new(Jumping::default());
    let invoker = Arc::new(Scripted::default());
    (Activities::new(invoker.clone(), clock.clone(), ids.iter().map(handler)), clock, invoker)
}

/// Why an operator does not begin whose startup handler hangs, and after how many seconds.
#[track_caller]
fn check_start(asynchronous: bool, expected: &str) {
    let (activities, clock) = activities(Activity::Startup, asynchronous, &["hangs"]);
    let error = activities.start(Settings::default()).now_or_never().expect("it does not hang").unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("startup handler hangs: the attempt took longer than 300s{expected}")
    );
    assert_eq!(clock.now().as_second(), 300);
}

#[test]
fn trap_29_a_startup_handler_that_hangs_ends_the_operator() {
    check_start(true, " and was interrupted");
    check_start(false, ", cannot be interrupted and is given up");
}

#[test]
fn a_cleanup_that_hangs_takes_its_share_of_the_grace_period() {
    let (activities, clock) = activities(Activity::Cleanup, false, &["hangs", "hangs"]);
    assert_eq!(activities.share(Duration::from_secs(25)), (Duration::from_secs(20), Duration::from_secs(5)));
    activities.stop(&Settings::default()).now_or_never().expect("it does not hang");
    assert_eq!(clock.now().as_second(), 5);
    let (none, _) = self::activities(Activity::Startup, true, &[]);
    assert_eq!(none.share(Duration::from_secs(25)), (Duration::from_secs(25), Duration::ZERO));
}

/// The servers that login handlers bring, or why there are none.
#[track_caller]
fn check_login(ids: &[&str], expected: &str) {
    let (activities, _) = activities(Activity::Login, true, ids);
    assert!(activities.logs_in());
    let found = match activities.login(&Settings::default()).now_or_never().expect("it does not hang") {
        Ok(found) => {
            found.iter().map(|credentials| credentials.server.as_str()).collect::<Vec<_>>().join(" ")
        }
        Err(error) => error.to_string(),
    };
    assert_eq!(found, expected);
}

#[test]
fn trap_20_credentials_go_by_their_priority_and_never_by_chance() {
    check_login(&["aa", "b", "c", "dd"], "aa dd b c");
    check_login(&["none", "hangs", "nonsense", "b"], "b");
}

#[test]
fn who_brings_no_credentials_is_named() {
    check_login(&["none"], "login handler none: it brings none");
    check_login(
        &["nonsense"],
        "login handler nonsense: what it returns are no credentials: invalid type: string \"a token\", expected struct \
         Credentials",
    );
}

#[tokio::test]
async fn trap_29_a_probe_that_hangs_has_failed_and_is_not_called_beside_itself() {
    let (activities, clock, invoker) = counted(Activity::Probe, false, &["hangs"]);
    let probing = activities.probing(&Settings::default());
    let failed = vec!["the probes have not answered within 5 seconds".to_owned()];
    assert_eq!(probing.ask().await, Probed { failed: failed.clone(), ..Probed::default() });
    tokio::task::yield_now().await;
    clock.sleep(Duration::from_secs(3600)).await;
    assert_eq!(probing.ask().await, Probed { failed, ..Probed::default() });
    tokio::task::yield_now().await;
    assert_eq!(invoker.0.load(Ordering::Relaxed), 1);
}
