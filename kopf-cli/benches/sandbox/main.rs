//! Measures the sandbox: how much it takes, how late watches are, how soon it is there, and what it keeps in memory.
//!
//! See `benches/README.md` for what is measured and how to read it.
#![allow(clippy::print_stdout, reason = "a benchmark prints what it measures")]

#[path = "../load/client.rs"]
#[allow(dead_code, reason = "the other benchmark uses all of it")]
mod client;
mod memory;
mod server;
mod starts;
mod watches;
mod writes;

use anyhow::Result;
use clap::Parser;

/// Measures the sandbox.
#[derive(Debug, Parser)]
#[command(name = "cargo bench -p kopf-cli --bench sandbox --")]
struct Arguments {
    /// How many objects are created and patched for the rates, and then patched while they are watched
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    writes: usize,

    /// How many objects are created, listed and watched for the memory; 0 leaves it out
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    objects: usize,

    /// Measure only what has this in its name: starts, writes, watches, memory
    #[arg(long, value_name = "NAME", default_value = "")]
    only: String,

    /// What cargo bench adds
    #[arg(long, hide = true)]
    bench: bool,
}

/// A figure, and what it is to be.
struct Row {
    what: String,
    found: f64,
    unit: &'static str,
    goal: Goal,
}

/// What a figure is to be.
enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Row {
    fn new(what: impl Into<String>, found: f64, unit: &'static str, goal: Goal) -> Row {
        Row { what: what.into(), found, unit, goal }
    }

    fn print(&self) {
        let (word, goal, reached) = match self.goal {
            Goal::AtLeast(goal) => ("at least", goal, self.found >= goal),
            Goal::AtMost(goal) => ("at most", goal, self.found <= goal),
        };
        let verdict = if reached { "" } else { "  MISSED" };
        println!("{:56} {:>10.2} {:8} {word} {goal}{verdict}", self.what, self.found, self.unit);
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if !arguments.bench {
        println!("Nothing is measured but under `cargo bench`.");
        return Ok(());
    }
    let wanted = |name: &str| name.contains(&arguments.only);
    // One thread: what measures leaves the machine to what is measured.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        if wanted("starts") {
            starts::measure().await?.iter().for_each(Row::print);
        }
        if wanted("writes") {
            writes::measure(arguments.writes).await?.iter().for_each(Row::print);
        }
        if wanted("watches") {
            watches::measure().await?.iter().for_each(Row::print);
        }
        if wanted("memory") && arguments.objects > 0 {
            memory::measure(arguments.objects).await?.iter().for_each(Row::print);
        }
        Ok(())
    })
}
