//! The one watch that all is counted and timed by.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use bytes::{Buf, BytesMut};
use http_body_util::BodyExt;
use hyper::{Method, body::Incoming};
use serde::{Deserialize, de::IgnoredAny};
use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    time::{Instant, timeout},
};

use crate::{
    client::{Client, Connection},
    objects::COLLECTION,
};

/// How long nothing may happen before the measurement is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long nothing must happen for the writing to be over.
const QUIET: Duration = Duration::from_secs(1);

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Change {
    Added,
    Modified,
    Deleted,
}

/// One event of the watch.
#[derive(Debug)]
pub(crate) struct Sighting {
    pub(crate) at: Instant,
    pub(crate) change: Change,
    pub(crate) name: String,
    pub(crate) resource_version: String,
    /// The object has a status.
    pub(crate) has_status: bool,
    /// The object says what of it was handled last.
    pub(crate) has_state: bool,
}

impl Sighting {
    /// Whether all that there is to write was written.
    pub(crate) fn is_settled(&self) -> bool {
        self.has_status && self.has_state
    }
}

/// A stretch of work, as it was seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    /// From the first event to the last one that settled an object.
    pub(crate) span: Duration,
    /// How often objects changed, in the quiet time afterwards too.
    pub(crate) changes: u32,
}

/// A watch, which is read at all times: what was not asked for yet is kept, and knows when it came.
pub(crate) struct Watch {
    sightings: UnboundedReceiver<Result<Sighting>>,
}

impl Watch {
    /// Begins to watch.
    pub(crate) async fn begin(client: &Client) -> Result<Watch> {
        #[derive(Deserialize)]
        struct List {
            metadata: ListMeta,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct ListMeta {
            resource_version: String,
        }
        let mut connection = client.connect().await?;
        let list: List = serde_json::from_slice(&connection.get(COLLECTION).await?)?;
        let since = list.metadata.resource_version;
        let path = format!("{COLLECTION}?watch=true&resourceVersion={since}&timeoutSeconds=86400");
        let stream = begin(&mut connection, &path).await?;
        // Never more than the events of one measurement.
        let (sender, sightings) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let end = follow(stream, &sender).await.and(Err(anyhow!("the server ended the watch")));
            // Whoever is gone does not want to know.
            let _ = sender.send(end);
        });
        Ok(Watch { sightings })
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> Result<Sighting> {
        let next = timeout(PATIENCE, self.sightings.recv()).await;
        next.with_context(|| format!("no event for {} s", PATIENCE.as_secs()))?
            .context("the watch has ended")?
    }

    /// The first event that is as wanted.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Sighting) -> bool) -> Result<Sighting> {
        loop {
            let sighting = self.next().await?;
            if wanted(&sighting) {
                return Ok(sighting);
            }
        }
    }

    /// Waits until so many objects were created, or deleted.
    pub(crate) async fn count(&mut self, change: Change, count: u32) -> Result<()> {
        for seen in 0..count {
            let next = self.until(|sighting| sighting.change == change).await;
            next.with_context(|| format!("{seen} of {count} objects were seen {change:?}"))?;
        }
        Ok(())
    }

    /// Follows so many objects until all are settled, and nobody writes any more.
    pub(crate) async fn settled(&mut self, count: u32) -> Result<Stretch> {
        let mut settled = HashSet::new();
        let mut began_at = None;
        let mut ended_at = Instant::now();
        let mut changes = 0;
        while settled.len() < count as usize {
            let next = self.next().await;
            let sighting =
                next.with_context(|| format!("{} of {count} objects are settled", settled.len()))?;
            began_at.get_or_insert(sighting.at);
            ended_at = sighting.at;
            changes += u32::from(sighting.change == Change::Modified);
            if sighting.is_settled() {
                settled.insert(sighting.name);
            }
        }
        while let Ok(next) = timeout(QUIET, self.next()).await {
            changes += u32::from(next?.change == Change::Modified);
        }
        Ok(Stretch { span: ended_at - began_at.unwrap_or(ended_at), changes })
    }
}

async fn begin(connection: &mut Connection<'_>, path: &str) -> Result<Incoming> {
    let response = connection.begin(Method::GET, path, Default::default()).await?;
    if !response.status().is_success() {
        bail!("GET {path}: {}", response.status());
    }
    Ok(response.into_body())
}

/// Reads the stream's lines until it ends.
async fn follow(mut stream: Incoming, sender: &UnboundedSender<Result<Sighting>>) -> Result<()> {
    let mut buffer = BytesMut::new();
    while let Some(frame) = stream.frame().await {
        let at = Instant::now();
        let Ok(data) = frame?.into_data() else { continue };
        let mut searched = buffer.len();
        buffer.extend_from_slice(&data);
        while let Some(end) = buffer[searched..].iter().position(|byte| *byte == b'\n') {
            let line = buffer.split_to(searched + end);
            buffer.advance(1);
            searched = 0;
            // Whoever is gone does not want to know.
            let _ = sender.send(Ok(sighting(&line, at)?));
        }
    }
    Ok(())
}

fn sighting(line: &[u8], at: Instant) -> Result<Sighting> {
    #[derive(Deserialize)]
    struct Event {
        r#type: Change,
        object: Object,
    }
    #[derive(Deserialize)]
    struct Object {
        metadata: Meta,
        status: Option<IgnoredAny>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Meta {
        name: String,
        resource_version: String,
        #[serde(default)]
        annotations: BTreeMap<String, IgnoredAny>,
    }
    let unreadable = || format!("not an event of an object: {}", String::from_utf8_lossy(line));
    let Event { r#type: change, object: Object { metadata, status } } =
        serde_json::from_slice(line).with_context(unreadable)?;
    let has_state = metadata.annotations.keys().any(|key| key.ends_with("/last-handled-configuration"));
    let Meta { name, resource_version, .. } = metadata;
    Ok(Sighting { at, change, name, resource_version, has_status: status.is_some(), has_state })
}
