//! Makes figures readable: percentiles, medians over runs, a table.

use std::fmt::Write;

/// One figure of a run.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) operator: f64,
    /// The same of the floor, where it has it.
    pub(crate) floor: Option<f64>,
}

/// The value that so many percent of a sorted list reach at most: the nearest rank. The list must not be empty.
pub(crate) fn percentile<T: Copy>(sorted: &[T], percent: usize) -> T {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted[rank.max(1) - 1]
}

/// The table of medians. Each run has the same rows; a ratio is the median of the runs' ratios.
pub(crate) fn table(runs: &[Vec<Row>]) -> String {
    let labels = runs.first().into_iter().flatten().map(|row| row.label.as_str());
    let width = labels.clone().map(str::len).max().unwrap_or_default();
    let mut table = format!("{:width$}  {:>10}  {:>10}  {:>6}\n", "", "operator", "floor", "ratio");
    for (position, label) in labels.enumerate() {
        let rows: Vec<&Row> = runs.iter().filter_map(|run| run.get(position)).collect();
        let over = |of: &dyn Fn(&Row) -> Option<f64>| median(rows.iter().filter_map(|row| of(row)).collect());
        let operator = cell(over(&|row| Some(row.operator)));
        let floor = cell(over(&|row| row.floor));
        let ratio = cell(over(&|row| Some(row.operator / row.floor?)));
        // Writing to a text does not fail.
        let _ = writeln!(table, "{label:width$}  {operator:>10}  {floor:>10}  {ratio:>6}");
    }
    table
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    (!values.is_empty()).then(|| percentile(&values, 50))
}

fn cell(value: Option<f64>) -> String {
    value.map(|value| format!("{value:.2}")).unwrap_or_default()
}
