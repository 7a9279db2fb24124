//! Measures the operator under load, beside what a bare loop of the same requests reaches on the same server.
//!
//! See `benches/README.md` for what is measured and how to read it.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints what it measures")]

mod bench;
mod client;
mod crowd;
mod floor;
mod latency;
mod objects;
mod operator;
mod process;
mod report;
mod server;
mod throughput;
mod watch;
mod watched;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;
use clap::{Parser, Subcommand, value_parser};
use tokio::runtime;

use crate::{
    bench::Bench,
    objects::Kind,
    operator::Operator,
    report::Row,
    server::Server,
    throughput::{Party, Stage},
};

/// Measures the operator under load.
#[derive(Debug, Parser)]
#[command(name = "cargo bench -p kopf-cli --bench load --")]
struct Arguments {
    /// How many objects are handled, cold and live; 0 leaves both out
    #[arg(long, value_name = "N", default_value_t = 300)]
    objects: u32,

    /// How many objects are handled one at a time; 0 leaves it out
    #[arg(long, value_name = "N", default_value_t = 200)]
    single: u32,

    /// How many objects are watched at rest; 0 leaves it out
    #[arg(long, value_name = "N", default_value_t = 0)]
    watched: u32,

    /// How large these are when they are created
    #[arg(long, value_name = "BYTES", default_value_t = 1024)]
    size: usize,

    /// Label these, so that the plugin of the benchmark has a daemon and a timer for each
    #[arg(long)]
    background: bool,

    /// How long the operator is left alone with these
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    rest: u64,

    /// The crate of the plugin, as an absolute path or one from the folder of the command
    #[arg(long, value_name = "DIR", default_value = "../examples/01-minimal")]
    plugin: PathBuf,

    /// How often all is measured; the table has the medians
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..))]
    runs: u32,

    /// The cluster to measure on, as an absolute path, for cargo runs benchmarks in the folder of their crate. Without
    /// it: the control plane of KUBEBUILDER_ASSETS, else the sandbox
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,

    /// Which Kubernetes Events the operator posts
    #[arg(long, value_name = "WHICH", default_value = "warnings")]
    events: String,

    /// What cargo bench adds
    #[arg(long, hide = true)]
    bench: bool,

    #[command(subcommand)]
    part: Option<Part>,
}

/// The parts that are processes of their own.
#[derive(Debug, Subcommand)]
enum Part {
    #[command(hide = true)]
    Floor(floor::Task),
    #[command(hide = true)]
    Sandbox {
        #[arg(long)]
        kubeconfig: PathBuf,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut runtime = match arguments.part {
        Some(Part::Sandbox { .. }) => runtime::Builder::new_multi_thread(),
        // What measures leaves the machine to what is measured, and the floor is the least that can be.
        _ => runtime::Builder::new_current_thread(),
    };
    runtime.enable_all().build()?.block_on(run(arguments))
}

async fn run(arguments: Arguments) -> Result<()> {
    match arguments.part {
        Some(Part::Floor(task)) => floor::run(task).await,
        Some(Part::Sandbox { kubeconfig }) => server::run_sandbox(&kubeconfig).await,
        None if arguments.bench => measure_all(arguments).await,
        None => {
            println!("Nothing is measured but under `cargo bench`.");
            Ok(())
        }
    }
}

async fn measure_all(arguments: Arguments) -> Result<()> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let folder = tempfile::Builder::new().prefix("kopf-load-").tempdir()?;
    let plugin = operator::build(&Path::new(env!("CARGO_MANIFEST_DIR")).join(&arguments.plugin)).await?;
    let server = Server::find(arguments.kubeconfig.clone(), folder.path()).await?;
    objects::prepare(&server.client, &examples.join("crd.yaml")).await?;
    println!("On {}, with --events {}.", server.description, arguments.events);

    let operator = Operator {
        plugin,
        kubeconfig: server.kubeconfig.clone(),
        events: arguments.events.clone(),
        log: folder.path().join("kopf.log"),
    };
    let mut bench = Bench::new(server, operator).await?;
    let mut runs = Vec::new();
    for run in 1..=arguments.runs {
        // Who comes first has the fresher server: it is the other one's turn each time.
        let first = if run % 2 == 0 { Party::Operator } else { Party::Floor };
        let rows = measure(&mut bench, &arguments, first).await;
        let rows =
            rows.map_err(|error| error.context(format!("kopf says:\n{}", bench.operator.last_words())))?;
        if arguments.runs > 1 {
            println!("\nRun {run}\n{}", report::table(std::slice::from_ref(&rows)));
        }
        runs.push(rows);
    }
    println!("\nMedian of {}\n{}", arguments.runs, report::table(&runs));
    Ok(())
}

async fn measure(bench: &mut Bench, arguments: &Arguments, first: Party) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    if arguments.objects > 0 {
        rows.extend(throughput::measure(bench, Stage::Cold, arguments.objects, first).await?);
        rows.extend(throughput::measure(bench, Stage::Live, arguments.objects, first).await?);
    }
    if arguments.single > 0 {
        rows.extend(latency::measure(bench, arguments.single, first).await?);
    }
    if arguments.watched > 0 {
        let kind = Kind { size: arguments.size, background: arguments.background };
        let rest = Duration::from_secs(arguments.rest);
        rows.extend(watched::measure(bench, arguments.watched, kind, rest).await?);
    }
    Ok(rows)
}
