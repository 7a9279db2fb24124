//! Many objects at rest: what it takes to watch those that have nothing to do.

use std::time::Duration;

use anyhow::Result;

use crate::{bench::Bench, objects::Kind, report::Row};

/// Has one operator settle so many objects, and measures the next one, which finds nothing to do: as it begins, and in a time
/// of rest.
pub(crate) async fn measure(bench: &mut Bench, count: u32, kind: Kind, rest: Duration) -> Result<Vec<Row>> {
    bench.fill(count, kind).await?;
    let first = bench.operator.start()?;
    bench.watch.settled(count).await?;
    let settling = first.usage();
    first.end().await?;

    let second = bench.start_operator().await?;
    let resting = second.usage();
    tokio::time::sleep(rest).await;
    let rested = second.usage();
    // What its daemons hold only it can let go of.
    bench.clear().await?;
    second.end().await?;

    let row =
        |what: &str, value| Row { label: format!("{count} objects: {what}"), operator: value, floor: None };
    let mut rows = Vec::new();
    rows.extend(settling.map(|usage| row("peak RSS while settling them, MiB", usage.peak)));
    rows.extend(rested.map(|usage| row("peak RSS at rest, MiB", usage.peak)));
    rows.extend(resting.map(|usage| row("CPU seconds to see them at rest", usage.cpu.as_secs_f64())));
    let spent = resting.zip(rested).map(|(before, after)| after.cpu.saturating_sub(before.cpu));
    let label = format!("CPU seconds in {} s of rest", rest.as_secs());
    rows.extend(spent.map(|cpu| row(&label, cpu.as_secs_f64())));
    Ok(rows)
}
