//! How late watches are: from a write's beginning until the last of all watchers has its event.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{Method, body::Incoming};

use crate::{
    Goal, Row,
    client::Connection,
    server::{EXAMPLES, Server, create},
};

/// How many writes are followed, one after another.
const WRITES: usize = 300;
/// How long an event may take before a watch counts as hanging.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) async fn measure() -> Result<Vec<Row>> {
    let hundred = last_event(100).await?;
    let five_hundred = last_event(500).await?;
    let goal = PATIENCE.as_secs_f64() * 1e3;
    Ok(vec![
        Row::new("write to the last of 100 watchers, p99", hundred, "ms", Goal::AtMost(10.0)),
        Row::new("write to the last of 500 watchers, p99", five_hundred, "ms", Goal::AtMost(goal)),
    ])
}

/// The 99th percentile, in milliseconds.
async fn last_event(watchers: usize) -> Result<f64> {
    let server = Server::start().await?;
    let mut writer = server.client.connect().await?;
    let mut watches = Vec::new();
    for _ in 0..watchers {
        let mut connection = server.client.connect().await?;
        let path = format!("{EXAMPLES}?watch=true");
        let body = connection.begin(Method::GET, &path, Bytes::new()).await?.into_body();
        watches.push(Watch { body, seen: 0, _connection: connection });
    }
    let mut late = Vec::new();
    for number in 0..WRITES {
        let begun = Instant::now();
        let written = create(&mut writer, number..=number);
        let seen = futures::future::try_join_all(watches.iter_mut().map(|watch| watch.see(number + 1)));
        let both = async { tokio::try_join!(written, seen) };
        tokio::time::timeout(PATIENCE, both).await.context("a watch hangs")??;
        late.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    late.sort_by(f64::total_cmp);
    Ok(late[(late.len() * 99).div_ceil(100) - 1])
}

struct Watch<'a> {
    body: Incoming,
    /// How many events have come.
    seen: usize,
    _connection: Connection<'a>,
}

impl Watch<'_> {
    /// Reads until so many events have come in all.
    async fn see(&mut self, events: usize) -> Result<()> {
        while self.seen < events {
            let frame = self.body.frame().await.context("the watch has ended")??;
            let data = frame.into_data().unwrap_or_default();
            self.seen += data.iter().filter(|byte| **byte == b'\n').count();
        }
        ensure!(self.seen == events, "a watch has {} events of {events}", self.seen);
        Ok(())
    }
}
