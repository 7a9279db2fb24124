//! The handlers under test, as an author writes them.

use std::time::Duration;

use kopf_plugin_api::{prelude::*, serde};

#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
async fn create_fn(spec: Spec) -> Outcome<Value> {
    info!("And here we are! Creating: {spec}");
    Ok(json!({ "message": "hello world" }))
}

#[kopf::on::field("zalando.org", "v1", "kopfexamples", field = "spec.field")]
fn field_fn(old: Old, new: New) -> Outcome<()> {
    info!("FIELD CHANGED: {old} -> {new}");
    Ok(())
}

#[kopf::on::create("example.com/v1", "things", retries = 3, timeout = "1m30s", errors = permanent)]
#[kopf::on::resume("example.com", "things", param = json!({ "again": true }))]
#[kopf::on::delete("things", id = "gone", optional, labels = { "app" = "web", "old" = absent })]
fn several(param: Param, _diff: Diff) -> Outcome<Param> {
    Ok(param)
}

#[kopf::on::event("pods")]
fn nothing() {}

#[kopf::on::event("pods")]
async fn nothing_async(mut patch: Patch, _: Name) {
    // An argument may be as mutable as the author likes.
    patch = patch.clone();
    patch.set_label("seen", "yes");
}

#[kopf::on::event("pods")]
#[cfg(any())]
fn not_compiled() -> NoSuchType {}

#[kopf::on::create("pods")]
fn r#match(name: Name) -> Result<String, std::num::ParseIntError> {
    let number: u8 = name.parse()?;
    Ok(format!("number {number}"))
}

#[kopf::on::create("pods")]
fn temporary(patch: Patch) -> Outcome<()> {
    patch.set_status("waiting", true);
    Err(Temporary::new("not yet").after(Duration::from_millis(1500)))?
}

#[kopf::on::create("pods")]
async fn permanent(patch: Patch) -> Outcome<()> {
    patch.set_status("broken", true);
    Err(Permanent::new("never").into())
}

#[derive(Debug, serde::Deserialize)]
#[serde(crate = "kopf::serde")]
struct Site {
    spec: SiteSpec,
}

#[derive(Debug, serde::Deserialize)]
#[serde(crate = "kopf::serde")]
struct SiteSpec {
    replicas: u8,
}

#[kopf::on::create("sites")]
fn typed(site: Typed<Site>) -> Outcome<u8> {
    Ok(site.spec.replicas)
}

#[kopf::on::create("pods")]
fn panics_sync(patch: Patch) {
    patch.set_status("begun", true);
    let empty: Vec<u8> = Vec::new();
    let place = std::hint::black_box(3);
    info!("the value is {}", empty[place]);
}

#[kopf::on::create("pods")]
async fn panics_async() {
    nap().await;
    panic!("after the nap");
}

#[kopf::on::create("pods")]
async fn panics_in_task() -> Outcome<String> {
    let ours = kopf::spawn(async { panic!("in a task of kopf") }).await;
    let bare = tokio::spawn(async { panic!("in a task of tokio") }).await;
    Ok(format!("{} {}", is_panic(ours), is_panic(bare)))
}

fn is_panic(ended: Result<(), tokio::task::JoinError>) -> bool {
    ended.is_err_and(|error| error.is_panic())
}

struct Bomb(&'static str);

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

#[kopf::on::create("pods")]
fn panics_in_drop() {
    let _bomb = Bomb("dropped by a sync handler");
}

#[kopf::on::create("pods")]
async fn waits_with_a_bomb() {
    let _bomb = Bomb("dropped by a cancelled handler");
    info!("waiting");
    std::future::pending::<()>().await;
}

#[kopf::on::create("pods")]
async fn panics_with_a_bomb() {
    std::panic::panic_any(Bomb("dropped as a payload"));
}

#[kopf::on::create("pods")]
async fn resumes_a_panic() {
    std::panic::resume_unwind(Box::new("resumed".to_owned()));
}

#[kopf::on::create("pods")]
async fn logs(name: Name) -> Outcome<()> {
    let span = tracing::info_span!("step", n = 1, later = tracing::field::Empty);
    span.record("later", true);
    span.in_scope(|| warn!(replicas = 3, ratio = 0.5, ready = true, %name, "of tracing"));
    log::warn!("of log {}", 1);
    debug!("wanted");
    trace!("not wanted");
    log::trace!("not wanted");
    kopf::spawn(async {
        nap().await;
        info!("of a task");
    })
    .await?;
    let handle = tokio::spawn(tracing::Instrument::instrument(async { info!("of a bare task") }, span));
    handle.await?;
    tokio::spawn(async { info!("of a lost task") }).await?;
    let error = std::io::Error::other("disk full");
    error!(error = &error as &dyn std::error::Error, "of an error");
    Ok(())
}

#[kopf::on::create("pods")]
fn spawns_from_sync() -> Outcome<u8> {
    let (sender, receiver) = std::sync::mpsc::channel();
    tokio::spawn(async move {
        tokio::time::timeout(Duration::ZERO, std::future::pending::<()>()).await.unwrap_err();
        sender.send(5)
    });
    Ok(receiver.recv()?)
}

#[kopf::on::create("pods")]
async fn asks_for_the_time() -> Outcome<String> {
    kopf::time::sleep(Duration::from_secs(3600)).await;
    let late = kopf::time::timeout(Duration::from_secs(3600), std::future::pending::<()>()).await;
    let soon = kopf::time::timeout(Duration::from_secs(3600), async { 5 }).await;
    Ok(format!("{} {late:?} {soon:?}", kopf::time::now()))
}

/// Ends at the second poll, so that what follows is done by another one.
async fn nap() {
    tokio::task::yield_now().await;
}
