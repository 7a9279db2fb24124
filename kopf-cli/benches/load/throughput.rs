//! Many objects at once: those that are there before the operator is (cold), or that come while it runs (live).

use std::fmt;

use anyhow::Result;

use crate::{
    bench::Bench,
    objects::{self, Kind},
    process::Usage,
    report::Row,
    watch::Stretch,
};

/// When the objects come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Before the operator.
    Cold,
    /// While it runs. The floor creates its objects itself, each before its writes.
    Live,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Cold => "cold",
            Stage::Live => "live",
        })
    }
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Party {
    Operator,
    Floor,
}

/// What a party did.
struct Work {
    stretch: Stretch,
    usage: Option<Usage>,
    /// How many PATCH requests the server has counted.
    patches: Option<f64>,
}

/// Measures both parties, one after the other, on so many objects each.
pub(crate) async fn measure(bench: &mut Bench, stage: Stage, count: u32, first: Party) -> Result<Vec<Row>> {
    let (operator, floor) = match first {
        Party::Operator => {
            let operator = work(bench, stage, count, Party::Operator).await?;
            (operator, work(bench, stage, count, Party::Floor).await?)
        }
        Party::Floor => {
            let floor = work(bench, stage, count, Party::Floor).await?;
            (work(bench, stage, count, Party::Operator).await?, floor)
        }
    };
    Ok(rows(stage, count, &operator, &floor))
}

async fn work(bench: &mut Bench, stage: Stage, count: u32, party: Party) -> Result<Work> {
    let running = match (stage, party) {
        (Stage::Cold, _) => {
            bench.fill(count, Kind::default()).await?;
            None
        }
        (Stage::Live, Party::Operator) => Some(bench.start_operator().await?),
        (Stage::Live, Party::Floor) => None,
    };
    let before = bench.server.patches().await;
    let process = match (running, party) {
        (Some(operator), _) => {
            objects::create(&bench.server.client, count, Kind::default()).await?;
            operator
        }
        (None, Party::Operator) => bench.operator.start()?,
        (None, Party::Floor) => bench.start_floor((stage == Stage::Live).then_some(count))?,
    };
    let stretch = bench.watch.settled(count).await?;
    let usage = process.usage();
    let after = bench.server.patches().await;
    process.end().await?;
    bench.clear().await?;
    Ok(Work { stretch, usage, patches: before.zip(after).map(|(before, after)| after - before) })
}

fn rows(stage: Stage, count: u32, operator: &Work, floor: &Work) -> Vec<Row> {
    let count = f64::from(count);
    let mut rows = Vec::new();
    let mut row = |what: &str, of: &dyn Fn(&Work) -> Option<f64>, is_comparable: bool| {
        if let Some(value) = of(operator) {
            let floor = of(floor).filter(|_| is_comparable);
            rows.push(Row { label: format!("{stage}: {what}"), operator: value, floor });
        }
    };
    row("objects/s", &|work| Some(count / work.stretch.span.as_secs_f64()), true);
    // The floor's process makes the objects, too.
    row("CPU seconds", &|work| Some(work.usage?.cpu.as_secs_f64()), stage == Stage::Cold);
    row("peak RSS, MiB", &|work| Some(work.usage?.peak), true);
    row("changes/object", &|work| Some(f64::from(work.stretch.changes) / count), true);
    row("PATCHes/object", &|work| Some(work.patches? / count), true);
    rows
}
