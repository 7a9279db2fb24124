//! Loads real libraries and calls what is in them.

mod adopted;
mod calls;
mod fixtures;
mod lines;
mod overdue;
mod panics;
mod refusals;
mod stage;
