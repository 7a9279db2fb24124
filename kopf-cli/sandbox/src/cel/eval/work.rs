//! How much is done for one run that its cost does not tell: what is compared and printed, part by part, and how long it gets.
//!
//! A server has no such limit but its memory; what goes beyond it here has cost too much.

use std::cell::Cell;

use super::Fault;

/// How many parts of values may be looked at.
const MOST: u64 = 20_000_000;
/// How long a text may get, in bytes, and a list.
const LONGEST: usize = 16 << 20;
const LARGEST: usize = 4_000_000;

thread_local! {
    static DONE: Cell<u64> = const { Cell::new(0) };
}

pub(super) fn begin() {
    DONE.set(0);
}

/// Whether one more part may be looked at.
pub(super) fn goes_on() -> bool {
    DONE.set(DONE.get() + 1);
    DONE.get() <= MOST
}

/// # Errors
///
/// That more has been looked at than may be.
pub(super) fn check() -> Result<(), Fault> {
    if DONE.get() <= MOST { Ok(()) } else { Err(Fault::Limit) }
}

/// # Errors
///
/// That a text of so many bytes is too long.
pub(super) fn text(length: usize) -> Result<(), Fault> {
    if length <= LONGEST { Ok(()) } else { Err(Fault::Limit) }
}

/// # Errors
///
/// That a list of so many items is too long.
pub(super) fn list(length: usize) -> Result<(), Fault> {
    if length <= LARGEST { Ok(()) } else { Err(Fault::Limit) }
}
