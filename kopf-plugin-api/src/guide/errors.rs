//! What is tried again, when, and for how long.
//!
//! | a handler returns | it is called |
//! |---|---|
//! | `Ok(…)` | not again for this change |
//! | [`Permanent`](crate::Permanent) | not again for this change: it has failed |
//! | [`Temporary`](crate::Temporary)`::new("…").after(10)` | again in ten seconds |
//! | `Temporary::new("…")` | again after its `backoff` |
//! | any other error, by `?` | as `errors` says: `temporary` (by itself), `permanent`, or `ignored`, which counts as done |
//! | `Err(kopf::Error::msg("…"))` | the same: an error with a text of one's own |
//! | a panic | the same; the line names the place, and `-v` shows the backtrace |
//!
//! ```
//! use kopf_plugin_api::prelude::*;
//!
//! #[kopf::on::create("example.com", "v1", "sites", retries = 5, timeout = "1h",
//!     backoff = exponential("1s", factor = 2, cap = "10m", jitter = 0.5))]
//! async fn create_fn(client: Client, namespace: Namespace, spec: Spec) -> Outcome<()> {
//!     let replicas = spec["replicas"].as_u64().ok_or_else(|| kopf::permanent("replicas must be given"))?;
//!     let maps = client.resource("v1", "configmaps").namespace(&namespace);
//!     let Some(plan) = maps.get_opt("plan").await? else {
//!         return Err(kopf::temporary("there is no plan yet", 30));
//!     };
//!     let most: u64 = plan["data"]["most"].as_str().unwrap_or("1").parse()?;
//!     if replicas > most {
//!         Err(Permanent::new(format!("{replicas} replicas are more than {most}")))?;
//!     }
//!     Ok(())
//! }
//! ```
//!
//! An error of one's own that has `Temporary` or `Permanent` among its causes counts as that. Errors of the
//! [client](mod@crate::client) are temporary where the same request may succeed later.
//!
//! # Limits
//!
//! | option | |
//! |---|---|
//! | `retries = 5` | five attempts in all; after the fifth it has failed, and nobody waits for a sixth |
//! | `timeout = "1h"` | all attempts together, from the beginning of the first, restarts of the operator included |
//! | `attempt_timeout = "30s"` | one attempt. An `async` one is dropped where it waits; another one cannot be interrupted: it is named as overdue, its object waits for it, and its answer counts no more |
//! | `backoff = "10s"` | the wait after an error that names none; without it 1 s, 2 s, 4 s and so on to 10 min, with chance in it |
//!
//! What has failed for good is not tried again until the object changes. Other handlers of the object go on.
//!
//! # Idempotence
//!
//! A success that was recorded is never repeated. One that was not, because the operator was killed just then, is. So a
//! handler must bear to be called twice for one change: it looks before it creates, and takes "is there already" for a
//! success.
//!
//! # What an attempt costs the others
//!
//! The handlers of one object are called one after another; other objects are not held up. A handler without `async` may
//! block, and takes one of 64 threads (`execution.concurrency`). An `async` one must not: it shares its thread.
