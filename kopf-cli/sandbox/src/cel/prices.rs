//! What expressions pay for what they do, whether that is counted as they run or estimated before.

/// For a list and a map that are made.
pub(crate) const LIST: u64 = 10;
pub(crate) const MAP: u64 = 30;
/// For going through a text, by its length.
pub(crate) const TEXT: f64 = 0.1;
/// For looking for a pattern, by its length, for each unit of the text.
pub(crate) const PATTERN: f64 = 0.25;
