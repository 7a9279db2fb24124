//! The host's clock. In a test it is virtual: it stands still while a handler works, and goes on where all of them sleep.
//!
//! `tokio::time` and `std::time` have the real one.
//!
//! ```
//! use std::time::Duration;
//!
//! use kopf_plugin_api::prelude::*;
//!
//! #[kopf::daemon("example.com", "v1", "sites")]
//! async fn look(name: Name) -> Outcome<()> {
//!     loop {
//!         let since = kopf::time::now();
//!         match kopf::time::timeout(Duration::from_secs(10), look_at(&name)).await {
//!             Ok(size) => info!("{name} has {size} bytes, found in {}", kopf::time::now() - since),
//!             Err(kopf::time::Elapsed) => warn!("{name} does not answer"),
//!         }
//!         kopf::time::sleep(Duration::from_secs(60)).await;
//!     }
//! }
//! # async fn look_at(name: &str) -> usize { name.len() }
//! ```

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use jiff::Timestamp;
use kopf_plugin_abi::v1::op;
use serde::Deserialize;

use crate::scope;

/// The host's time. Outside of handlers and their tasks, the machine's.
pub fn now() -> Timestamp {
    #[derive(Deserialize)]
    struct Now {
        unix_ms: i64,
    }

    let ask = || {
        let scope = scope::current()?;
        let answer = scope.plugin.telemetry.output.host().control()(op::NOW, b"{}".as_slice().into());
        let now: Now = serde_json::from_slice(&answer.into_result().ok()?).ok()?;
        Timestamp::from_millisecond(now.unix_ms).ok()
    };
    ask().unwrap_or_else(Timestamp::now)
}

/// Waits on the host's clock. A span is rounded up to milliseconds.
pub async fn sleep(duration: Duration) {
    wait(duration, "").await;
}

async fn wait(duration: Duration, how: &str) {
    let ms = u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX);
    let waiting = scope::current().map(|scope| {
        let body = format!(r#"{{"ms":{ms},"span":{}{how}}}"#, scope.span);
        scope.plugin.telemetry.output.host().request()(op::SLEEP, body.into_bytes().into())
    });
    let slept = match waiting {
        Some(waiting) => waiting.await.into_result().is_ok(),
        None => false,
    };
    if !slept {
        tokio::time::sleep(duration).await;
    }
}

/// The time was up first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elapsed;

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time was up first")
    }
}

impl std::error::Error for Elapsed {}

/// Waits for a future, at most so long on the host's clock. For a test see [`guide::testing`](crate::guide::testing#time).
///
/// # Errors
///
/// [`Elapsed`] if the time was up first.
pub async fn timeout<F: Future>(duration: Duration, future: F) -> Result<F::Output, Elapsed> {
    let mut future = pin!(future);
    let mut time = pin!(wait(duration, r#","limit":true"#));
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        time.as_mut().poll(context).map(|()| Err(Elapsed))
    })
    .await
}
