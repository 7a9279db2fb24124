//! What all measurements share: the server, the watch, and the two parties that are compared.

use anyhow::{Context, Result};

use crate::{
    floor::{self, Writes},
    objects::{self, COLLECTION, Kind},
    operator::Operator,
    process::Process,
    server::Server,
    watch::{Change, Watch},
};

/// A name that comes behind all others in a list.
const LAST: &str = "zzz";

/// Everything that a measurement needs.
pub(crate) struct Bench {
    pub(crate) server: Server,
    pub(crate) watch: Watch,
    pub(crate) operator: Operator,
    /// What the operator writes on an object.
    pub(crate) writes: Writes,
}

impl Bench {
    /// Warms up: a first operator settles one object, which shows what is to be written.
    pub(crate) async fn new(server: Server, operator: Operator) -> Result<Bench> {
        let mut watch = Watch::begin(&server.client).await?;
        let process = operator.start()?;
        let writes = async {
            settle_last(&server, &mut watch).await?;
            Writes::of(&server.client, LAST).await
        };
        let writes = writes.await.with_context(|| format!("kopf says:\n{}", operator.last_words()))?;
        process.end().await?;
        let mut bench = Bench { server, watch, operator, writes };
        bench.clear().await?;
        Ok(bench)
    }

    /// Starts an operator, and waits until it has seen all objects and waits for more.
    pub(crate) async fn start_operator(&mut self) -> Result<Process> {
        let process = self.operator.start()?;
        settle_last(&self.server, &mut self.watch).await?;
        Ok(process)
    }

    /// Starts the bare loop, on the objects that are there or on so many that it creates.
    pub(crate) fn start_floor(&self, create: Option<u32>) -> Result<Process> {
        floor::start(&self.server.kubeconfig, &self.writes, create)
    }

    /// Creates so many objects of a kind, and waits until they were seen.
    pub(crate) async fn fill(&mut self, count: u32, kind: Kind) -> Result<()> {
        objects::create(&self.server.client, count, kind).await?;
        self.watch.count(Change::Added, count).await
    }

    /// Deletes all objects, and waits until that was seen.
    pub(crate) async fn clear(&mut self) -> Result<()> {
        let count = objects::delete_all(&self.server.client).await?;
        self.watch.count(Change::Deleted, count).await
    }
}

/// Has a running operator settle an object that any list of it ends with: what came before it was seen, too.
async fn settle_last(server: &Server, watch: &mut Watch) -> Result<()> {
    let mut connection = server.client.connect().await?;
    connection.post(COLLECTION, objects::manifest(LAST, Kind::default())).await?;
    watch.until(|sighting| sighting.name == LAST && sighting.is_settled()).await?;
    Ok(())
}
