//! The one watch that all is counted and timed by.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use bytes::{Buf, Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::Method;
use serde::{Deserialize, de::IgnoredAny};
use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    time::{Instant, timeout},
};

use crate::{client::Client, objects::COLLECTION};

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
        let body = client.connect().await?.get(COLLECTION).await?;
        let list: List = serde_json::from_slice(&body)?;
        // Never more than the events of one measurement.
        let (sender, sightings) = mpsc::unbounded_channel();
        let reader = Reader { client: client.clone(), since: list.metadata.resource_version, sender };
        tokio::spawn(reader.run());
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

/// Reads the stream of the watch, and goes on where it was when the server has ended it, as a server may.
struct Reader {
    client: Client,
    /// The version of the last event.
    since: String,
    sender: UnboundedSender<Result<Sighting>>,
}

impl Reader {
    async fn run(mut self) {
        loop {
            if let Err(error) = self.read().await {
                // Whoever is gone does not want to know.
                let _ = self.sender.send(Err(error));
                return;
            }
            eprintln!(
                "The server has ended the watch. It goes on, but clocks may have stood still meanwhile."
            );
        }
    }

    async fn read(&mut self) -> Result<()> {
        let path = format!("{COLLECTION}?watch=true&resourceVersion={}&timeoutSeconds=86400", self.since);
        let mut connection = self.client.connect().await?;
        let response = connection.begin(Method::GET, &path, Bytes::new()).await?;
        ensure!(response.status().is_success(), "GET {path}: {}", response.status());
        let mut stream = response.into_body();
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
                let sighting = sighting(&line, at)?;
                self.since.clone_from(&sighting.resource_version);
                // Whoever is gone does not want to know.
                let _ = self.sender.send(Ok(sighting));
            }
        }
        Ok(())
    }
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
