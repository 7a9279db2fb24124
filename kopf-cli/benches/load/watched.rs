//! Many objects at rest: what it takes to watch those that have nothing to do.

use anyhow::Result;

use crate::{bench::Bench, report::Row};

/// The size of an object as it is created, in bytes.
const SIZE: usize = 1024;

/// Has one operator settle so many objects, and measures the next one, which finds nothing to do.
pub(crate) async fn measure(bench: &mut Bench, count: u32) -> Result<Vec<Row>> {
    bench.fill(count, SIZE).await?;
    let first = bench.operator.start()?;
    bench.watch.settled(count).await?;
    let settling = first.usage();
    first.end().await?;

    let second = bench.start_operator().await?;
    let resting = second.usage();
    second.end().await?;
    bench.clear().await?;

    let row =
        |what: &str, value| Row { label: format!("{count} objects: {what}"), operator: value, floor: None };
    let mut rows = Vec::new();
    rows.extend(settling.map(|usage| row("peak RSS while settling them, MiB", usage.peak)));
    rows.extend(resting.map(|usage| row("peak RSS at rest, MiB", usage.peak)));
    rows.extend(resting.map(|usage| row("CPU seconds to see them at rest", usage.cpu.as_secs_f64())));
    Ok(rows)
}
