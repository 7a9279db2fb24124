//! How many objects are created and patched in a second, by 16 clients on one machine with the server.

use std::time::Instant;

use anyhow::Result;

use crate::{
    Goal, Row,
    server::{EXAMPLES, Server, create, on_each},
};

/// Clients that keep their connections, with one request in flight on each.
const CONNECTIONS: usize = 16;

pub(crate) async fn measure(objects: usize) -> Result<Vec<Row>> {
    let server = Server::start().await?;
    let begun = Instant::now();
    on_each(&server.client, CONNECTIONS, async |mut connection, number| {
        create(&mut connection, (number..objects).step_by(CONNECTIONS)).await
    })
    .await?;
    let creates = objects as f64 / begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    on_each(&server.client, CONNECTIONS, async |mut connection, number| {
        for number in (number..objects).step_by(CONNECTIONS) {
            let patch = br#"{"spec":{"duration":"2m"}}"#.to_vec();
            connection.merge_patch(&format!("{EXAMPLES}/e-{number}"), patch).await?;
        }
        Ok(())
    })
    .await?;
    let patches = objects as f64 / begun.elapsed().as_secs_f64();
    Ok(vec![
        Row::new("creates", creates, "/s", Goal::AtLeast(5_000.0)),
        Row::new("merge patches", patches, "/s", Goal::AtLeast(3_000.0)),
    ])
}
