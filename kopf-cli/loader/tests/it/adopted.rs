//! Plugins that are linked into a test, on a time of the test's.

use std::{
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use abi_stable::{
    prefix_type::PrefixTypeTrait,
    std_types::{RResult, RVec},
};
use futures::{FutureExt, channel::oneshot, executor::block_on, future::BoxFuture};
use jiff::Timestamp;
use kopf_loader::{Loaded, Options, adopt};
use kopf_plugin_abi::{
    v1::{FutureV1, HostV1Ref, InvokeRequest, PluginV1, PluginV1Ref, Reply, op},
    wire::Init,
};
use kopf_reactor::{Clock, Invoker, clock::after};
use serde_json::{Value, json};

use crate::stage::{attempt, subject};

/// The plugin: a handler that sleeps for a second of the host's time, and answers with the time and its thread.
fn root() -> PluginV1Ref {
    PluginV1 { init, call, call_sync, set_level, control }.leak_into_prefix()
}

static HOST: Mutex<Option<HostV1Ref>> = Mutex::new(None);

extern "C" fn init(host: HostV1Ref, config: RVec<u8>) -> Reply {
    *HOST.lock().unwrap() = Some(host);
    let init: Init = serde_json::from_slice(&config).unwrap();
    let handler = |id: &str, asynchronous: bool| json!({ "id": id, "on": "create", "selector": ["pods"], "asynchronous": asynchronous });
    let name = init.package.unwrap_or_default();
    ok(&json!({ "name": name, "handlers": [handler("sleeps", true), handler("now", false)] }))
}

extern "C" fn call(_: InvokeRequest) -> FutureV1 {
    FutureV1::new(async {
        let host = HOST.lock().unwrap().unwrap();
        host.request()(op::SLEEP, br#"{"ms":1000}"#.to_vec().into()).await.unwrap();
        let now = host.request()(op::NOW, RVec::new()).await.unwrap();
        let thread = std::thread::current().name().map(str::to_owned);
        ok(&json!({ "result": [parse(&now), thread] }))
    })
}

extern "C" fn call_sync(_: InvokeRequest) -> Reply {
    let host = HOST.lock().unwrap().unwrap();
    let ask = |operation| match host.control()(operation, RVec::new()) {
        RResult::ROk(json) => parse(&json),
        RResult::RErr(json) => parse(&json)["kind"].clone(),
    };
    ok(&json!({ "result": [ask(op::NOW), ask(op::SLEEP)] }))
}

extern "C" fn set_level(_: u8) {}

extern "C" fn control(_: u32, _: RVec<u8>) -> FutureV1 {
    FutureV1::new(std::future::pending())
}

fn ok(value: &Value) -> Reply {
    RResult::ROk(value.to_string().into_bytes().into())
}

fn parse(json: &[u8]) -> Value {
    serde_json::from_slice(json).unwrap()
}

/// A time that stands still until it is moved.
struct Still(Mutex<State>);

struct State {
    now: Timestamp,
    sleepers: Vec<(Timestamp, oneshot::Sender<()>)>,
}

impl Still {
    fn at(second: i64) -> Arc<Still> {
        Arc::new(Still(Mutex::new(State { now: Timestamp::from_second(second).unwrap(), sleepers: vec![] })))
    }

    fn advance(&self, span: Duration) {
        let mut state = self.0.lock().unwrap();
        state.now = after(state.now, span);
        let now = state.now;
        state.sleepers.extract_if(.., |(moment, _)| *moment <= now).for_each(|(_, sleeper)| {
            let _ = sleeper.send(());
        });
    }
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.0.lock().unwrap().now
    }

    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'static, ()> {
        let (sender, receiver) = oneshot::channel();
        self.0.lock().unwrap().sleepers.push((moment, sender));
        receiver.map(drop).boxed()
    }
}

/// A time that cannot be told.
struct Broken;

impl Clock for Broken {
    fn now(&self) -> Timestamp {
        panic!("the clock is broken")
    }

    fn sleep_until(&self, _: Timestamp) -> BoxFuture<'static, ()> {
        panic!("the clock is broken")
    }
}

fn adopted(clock: &Arc<impl Clock>) -> Loaded {
    let options = Options { clock: clock.clone(), in_place: true, ..Options::default() };
    let init = Init { package: Some("linked".to_owned()), ..Init::default() };
    adopt(vec![(root(), init)], &options).ok().unwrap()
}

fn invoke(loaded: &Loaded, id: &str) -> BoxFuture<'static, kopf_core::outcome::Answer> {
    loaded.invoker.invoke(attempt(loaded, id, &subject("adopted", &json!({})), None, json!({})))
}

#[test]
fn futures_are_polled_in_place_and_sleep_on_the_clock_that_was_given() {
    let (early, late) = (Still::at(10), Still::at(1000));
    let (first, second) = (adopted(&early), adopted(&late));
    let mut sleeping = invoke(&first, "sleeps");
    let mut other = invoke(&second, "sleeps");
    let mut context = Context::from_waker(Waker::noop());
    assert!(sleeping.poll_unpin(&mut context).is_pending());
    assert!(other.poll_unpin(&mut context).is_pending());
    early.advance(Duration::from_millis(999));
    assert!(sleeping.poll_unpin(&mut context).is_pending());
    early.advance(Duration::from_millis(1));
    let Poll::Ready(answer) = sleeping.poll_unpin(&mut context) else { panic!("it has slept enough") };
    let thread = std::thread::current().name().map(str::to_owned);
    assert_eq!(answer.result.unwrap().unwrap(), json!([{ "unix_ms": 11_000 }, thread]));
    assert!(other.poll_unpin(&mut context).is_pending(), "its clock stands still");
}

#[test]
fn synchronous_handlers_have_the_time_of_their_own_host() {
    let (first, second) = (adopted(&Still::at(10)), adopted(&Still::at(1000)));
    let answer = |loaded| block_on(invoke(loaded, "now")).result.unwrap().unwrap();
    assert_eq!(answer(&first), json!([{ "unix_ms": 10_000 }, "unsupported"]));
    assert_eq!(answer(&second), json!([{ "unix_ms": 1_000_000 }, "unsupported"]));
}

#[test]
fn a_panic_of_the_host_is_an_answer_to_the_plugin() {
    let answer = block_on(invoke(&adopted(&Arc::new(Broken)), "now")).result;
    assert_eq!(answer.unwrap().unwrap(), json!(["panic", "unsupported"]));
}

#[test]
fn two_with_one_name_are_refused() {
    let init = || Init { package: Some("same".to_owned()), ..Init::default() };
    let errors = adopt(vec![(root(), init()), (root(), init())], &Options::default()).err().unwrap();
    assert_eq!(
        errors[0].to_string(),
        "cannot load plugin same: its package is called `same` like that of same; rename one of them in its Cargo.toml"
    );
}
