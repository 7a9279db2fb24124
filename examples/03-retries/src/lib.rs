//! What happens to handlers that fail: again, never again, or not for ever.

use std::time::Duration;

use kopf_plugin_api::prelude::*;

/// A temporary error: something is not there yet. It says when to try again, here after a second.
#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
fn waits(retry: Retry) -> Outcome<()> {
    if retry.0 == 0 {
        return Err(Temporary::new("the database is not there yet").after(1).into());
    }
    info!("The database is there, at attempt {}", retry.0 + 1);
    Ok(())
}

/// A permanent error: trying again would change nothing.
#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
fn refuses(spec: Spec) -> Outcome<()> {
    Err(Permanent::new(format!("a duration of {} is too short", spec["duration"])).into())
}

/// Any other error, by `?`: tried again after `backoff`, for `retries` attempts in all.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", retries = 2, backoff = "2s")]
fn stumbles(spec: Spec) -> Outcome<u32> {
    let field = spec["field"].as_str().unwrap_or_default();
    Ok(field.parse::<u32>()?)
}

/// Any other error, where `errors` says that none is worth another attempt.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", errors = permanent)]
fn is_strict(spec: Spec) -> Outcome<u32> {
    let field = spec["field"].as_str().unwrap_or_default();
    Ok(field.parse::<u32>()?)
}

/// No answer at all. `attempt_timeout` ends one attempt, and `timeout` is for all of them together.
#[kopf::on::create(
    "zalando.org",
    "v1",
    "kopfexamples",
    attempt_timeout = "500ms",
    backoff = "3s",
    timeout = "5s"
)]
async fn hangs() {
    kopf::time::sleep(Duration::from_secs(3600)).await;
}
