//! Whole handling cycles: what is called, what is written, and what is told.

mod background;
mod creation;
mod deletion;
mod neighbours;
mod python;
mod retries;
mod state;
mod subhandlers;
mod update;

use expect_test::Expect;

use crate::kit::World;

/// Compares all that was done so far, and forgets it.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check(world: &mut World, expected: Expect) {
    expected.assert_eq(&std::mem::take(&mut world.trace));
}
