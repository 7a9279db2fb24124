//! How much is done for one run that its cost does not tell: what is compared and printed, part by part, and how long it gets.
//!
//! A server has no such limit but its memory; what goes beyond it here has cost too much.

use std::cell::Cell;

use kube_cel::cel::{Value, objects::Key};

use super::Fault;

/// How many parts of values may be looked at in one run.
const MOST: u64 = 20_000_000;
/// How long a text may get, in bytes, and a list.
pub(super) const LONGEST: usize = 16 << 20;
pub(super) const LARGEST: usize = 4_000_000;
/// How much may be made by functions in all runs that belong together, in bytes.
const MOST_MADE: usize = 128 << 20;
/// What an item of a list takes.
const ITEM: usize = 32;

thread_local! {
    static DONE: Cell<u64> = const { Cell::new(0) };
    static MADE: Cell<usize> = const { Cell::new(0) };
    /// How many runs are within each other.
    static RUNS: Cell<u32> = const { Cell::new(0) };
}

/// Counts what is made in all runs in there together.
pub(crate) fn together<T>(runs: impl FnOnce() -> T) -> T {
    if RUNS.get() == 0 {
        MADE.set(0);
    }
    RUNS.set(RUNS.get() + 1);
    let outcome = runs();
    RUNS.set(RUNS.get() - 1);
    outcome
}

/// Counts what is done in a run by itself, for expressions run within each other.
pub(in crate::cel) fn alone<T>(run: impl FnOnce() -> T) -> T {
    let before = DONE.replace(0);
    let outcome = together(run);
    DONE.set(before);
    outcome
}

/// Looks at so many more parts.
///
/// # Errors
///
/// That there are more than may be.
pub(super) fn add(parts: u64) -> Result<(), Fault> {
    DONE.set(DONE.get().saturating_add(parts));
    check()
}

/// Looks at a value whose size is told by going through it, if it is one: a text.
///
/// # Errors
///
/// That more has been looked at than may be.
pub(super) fn through(value: &Value) -> Result<(), Fault> {
    match value {
        Value::String(text) => bytes(text.len()),
        Value::Bytes(of) => bytes(of.len()),
        _ => Ok(()),
    }
}

/// Looks at so many bytes.
///
/// # Errors
///
/// That more has been looked at than may be.
pub(super) fn bytes(count: usize) -> Result<(), Fault> {
    /// How many bytes are looked at as fast as a part.
    const AT_ONCE: usize = 128;
    add((count / AT_ONCE) as u64)
}

/// Looks at a value that something is looked for by.
///
/// # Errors
///
/// That more has been looked at than may be.
pub(super) fn by(value: &Value) -> Result<(), Fault> {
    add(match value {
        Value::String(text) => hashed(text.len()),
        Value::Bytes(bytes) => hashed(bytes.len()),
        _ => 1,
    })
}

/// How often each of so many items is looked at to sort them, about.
pub(super) fn rounds(items: usize) -> u64 {
    u64::from(items.checked_ilog2().unwrap_or_default()) + 1
}

/// As how many parts a key is looked at.
pub(super) fn of_key(key: &Key) -> u64 {
    match key {
        Key::String(text) => hashed(text.len()),
        _ => 1,
    }
}

/// As how many parts a text is looked at that something is looked for by.
pub(super) fn hashed(bytes: usize) -> u64 {
    /// How many bytes are hashed as fast as a part.
    const AT_ONCE: usize = 32;
    1 + (bytes / AT_ONCE) as u64
}

fn made(bytes: usize) -> Result<(), Fault> {
    MADE.set(MADE.get().saturating_add(bytes));
    if MADE.get() <= MOST_MADE { Ok(()) } else { Err(Fault::Limit) }
}

/// # Errors
///
/// That more has been looked at than may be.
pub(super) fn check() -> Result<(), Fault> {
    if DONE.get() <= MOST { Ok(()) } else { Err(Fault::Limit) }
}

/// # Errors
///
/// That a text of so many bytes is too long, or makes too much of all that is made.
pub(super) fn text(length: usize) -> Result<(), Fault> {
    growing(length, LONGEST).and_then(|()| made(length))
}

/// # Errors
///
/// That what is not made yet has more than it may have already.
pub(super) fn growing(length: usize, most: usize) -> Result<(), Fault> {
    if length <= most { Ok(()) } else { Err(Fault::Limit) }
}

/// The texts, which are no more than a list may have.
///
/// # Errors
///
/// That there are more, or that they make too much of all that is made.
pub(super) fn gathered(items: impl Iterator<Item = Value>) -> Result<Vec<Value>, Fault> {
    const TEXT: usize = 64;
    let left = (MOST_MADE - MADE.get().min(MOST_MADE)) / (ITEM + TEXT);
    let items: Vec<Value> = items.take(left.min(LARGEST) + 1).collect();
    made(items.len() * TEXT)?;
    list(items.len()).map(|()| items)
}

/// # Errors
///
/// That a list of so many items is too long, or makes too much of all that is made.
pub(super) fn list(length: usize) -> Result<(), Fault> {
    growing(length, LARGEST).and_then(|()| made(length * ITEM))
}
