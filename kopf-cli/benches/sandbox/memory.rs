//! What a sandbox keeps in memory of objects, and whether reading them makes it more.

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::Method;
use serde::Deserialize;

use crate::{
    Goal, Row,
    server::{EXAMPLES, Server, create, on_each},
};

const CONNECTIONS: usize = 16;
const MIB: f64 = (1 << 20) as f64;

pub(crate) async fn measure(objects: usize) -> Result<Vec<Row>> {
    let server = Server::start().await?;
    let before = server.memory()?;
    on_each(&server.client, CONNECTIONS, async |mut connection, number| {
        create(&mut connection, (number..objects).step_by(CONNECTIONS)).await
    })
    .await?;
    let filled = server.memory()?;
    let mut connection = server.client.connect().await?;
    let size = connection.get(&format!("{EXAMPLES}/e-0")).await?.len() as f64;
    let over = (filled - before) / objects as f64 - size;

    // Once to see what reading takes, and then again and again to see that it takes no more.
    read_all(&server, objects).await?;
    let read = server.memory()?;
    for _ in 0..3 {
        read_all(&server, objects).await?;
    }
    let growth = (server.memory()? - read) / MIB;
    println!(
        "{objects} objects of {size} bytes: {:.0} MiB, {:.0} MiB after they were read",
        filled / MIB,
        read / MIB
    );
    Ok(vec![
        Row::new("memory over its JSON, of an object", over / 1024.0, "KiB", Goal::AtMost(2.0)),
        Row::new(
            format!("growth by three times listing and watching {objects}"),
            growth,
            "MiB",
            Goal::AtMost(16.0),
        ),
    ])
}

/// Lists all objects page by page, and has a watch tell all of them.
async fn read_all(server: &Server, objects: usize) -> Result<()> {
    #[derive(Deserialize)]
    struct Page {
        metadata: Metadata,
        items: Vec<serde::de::IgnoredAny>,
    }
    #[derive(Deserialize)]
    struct Metadata {
        #[serde(default, rename = "continue")]
        next: String,
    }
    let mut connection = server.client.connect().await?;
    let (mut found, mut next) = (0, String::new());
    loop {
        let page = connection.get(&format!("{EXAMPLES}?limit=500&continue={next}")).await?;
        let page: Page = serde_json::from_slice(&page)?;
        found += page.items.len();
        next = page.metadata.next;
        if next.is_empty() {
            break;
        }
    }
    anyhow::ensure!(found == objects, "{found} of {objects} objects are in the list");
    let query =
        "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    let path = format!("{EXAMPLES}?{query}");
    let mut watch = connection.begin(Method::GET, &path, Bytes::new()).await?.into_body();
    let mut lines = 0;
    // All of them, and the bookmark behind them.
    while lines <= objects {
        let frame = watch.frame().await.context("the watch has ended")??;
        lines += frame.into_data().unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
    }
    Ok(())
}
