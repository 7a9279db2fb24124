//! One object at a time: from its POST until a watch has seen its status.

use std::time::Duration;

use anyhow::Result;
use tokio::time::Instant;

use crate::{
    bench::Bench,
    client::Connection,
    objects::{self, COLLECTION, Kind, Listed, Named},
    report::{self, Row},
    throughput::Party,
    watch::Sighting,
};

/// Measures so many objects, one after another, of each party: the operator, and the bare sequence POST, its event,
/// PATCH of the status, its event, which this process makes over one connection.
pub(crate) async fn measure(bench: &mut Bench, count: u32, first: Party) -> Result<Vec<Row>> {
    let (mut operator, mut floor) = match first {
        Party::Operator => (of_operator(bench, count).await?, of_floor(bench, count).await?),
        Party::Floor => {
            let floor = of_floor(bench, count).await?;
            (of_operator(bench, count).await?, floor)
        }
    };
    operator.sort_unstable();
    floor.sort_unstable();
    let row = |percent| Row {
        label: format!("one object: p{percent}, ms"),
        operator: milliseconds(report::percentile(&operator, percent)),
        floor: Some(milliseconds(report::percentile(&floor, percent))),
    };
    Ok(vec![row(50), row(99)])
}

fn milliseconds(span: Duration) -> f64 {
    span.as_secs_f64() * 1000.0
}

async fn of_operator(bench: &mut Bench, count: u32) -> Result<Vec<Duration>> {
    let process = bench.start_operator().await?;
    let Bench { server, watch, .. } = bench;
    let mut connection = server.client.connect().await?;
    let mut spans = Vec::new();
    for name in objects::names(count) {
        let began_at = Instant::now();
        create(&mut connection, &name).await?;
        let seen = watch.until(|sighting| sighting.name == name && sighting.has_status).await?;
        spans.push(seen.at - began_at);
        // The next one comes when this one is done with: one at a time.
        if !seen.is_settled() {
            watch.until(|sighting| sighting.name == name && sighting.is_settled()).await?;
        }
    }
    process.end().await?;
    bench.clear().await?;
    Ok(spans)
}

async fn of_floor(bench: &mut Bench, count: u32) -> Result<Vec<Duration>> {
    let Bench { server, watch, writes, .. } = bench;
    let mut connection = server.client.connect().await?;
    let mut spans = Vec::new();
    for name in objects::names(count) {
        let began_at = Instant::now();
        create(&mut connection, &name).await?;
        let Sighting { name, resource_version, .. } = watch.until(|sighting| sighting.name == name).await?;
        let object = Listed { metadata: Named { name, resource_version } };
        writes.status(&mut connection, &object).await?;
        let name = object.metadata.name;
        let seen = watch.until(|sighting| sighting.name == name && sighting.has_status).await?;
        spans.push(seen.at - began_at);
    }
    bench.clear().await?;
    Ok(spans)
}

async fn create(connection: &mut Connection<'_>, name: &str) -> Result<()> {
    connection.post(COLLECTION, objects::manifest(name, Kind::default())).await?;
    Ok(())
}
