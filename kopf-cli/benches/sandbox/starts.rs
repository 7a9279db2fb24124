//! How soon a sandbox answers, and what it needs when it has nothing to do.

use std::time::Instant;

use anyhow::Result;
use http::Request;
use kopf_sandbox::Sandbox;
use kube::client::Body;

use crate::{
    Goal, Row,
    client::Client,
    server::{Server, spawn},
};

/// How often each is tried; the median counts.
const TIMES: usize = 21;

pub(crate) async fn measure() -> Result<Vec<Row>> {
    let mut within = Vec::new();
    let mut command = Vec::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        let sandbox = Sandbox::builder().build()?;
        let client = kube::Client::new(sandbox.service(), "default");
        client.send(Request::get("/api/v1/namespaces").body(Body::empty())?).await?;
        within.push(begun.elapsed().as_secs_f64() * 1e3);

        let folder = tempfile::tempdir()?;
        let begun = Instant::now();
        let (_child, kubeconfig) = spawn(folder.path(), false).await?;
        Client::new(&kubeconfig).await?.connect().await?.get("/api/v1/namespaces").await?;
        command.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let idle = Server::start().await?.memory()? / f64::from(1 << 20);
    Ok(vec![
        Row::new("cold start to first answer, in process", median(within), "ms", Goal::AtMost(10.0)),
        Row::new("cold start to first answer, as a command", median(command), "ms", Goal::AtMost(50.0)),
        Row::new("memory when idle", idle, "MiB", Goal::AtMost(25.0)),
    ])
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
