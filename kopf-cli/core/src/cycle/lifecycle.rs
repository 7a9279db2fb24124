//! Chooses which of the calls that are due are made in one cycle, and in which order.

use super::Call;
use crate::handler::Lifecycle;

/// Chooses among calls in the order of their declaration. The same chance chooses the same.
///
/// Handlers of different plugins, lifecycles and groups do not wait for one another.
pub(super) fn choose(due: Vec<Call>, chance: u64) -> Vec<Call> {
    if due.iter().all(|call| call.handler.lifecycle == Lifecycle::All) {
        return due;
    }
    let mut chosen: Vec<Option<Call>> = due.into_iter().map(Some).collect();
    let mut left: Vec<usize> = (0..chosen.len()).collect();
    let mut dice = Dice(chance);
    while let Some(&first) = left.first() {
        let (group, others) = left.iter().partition(|&&place| together(&chosen, first, place));
        left = others;
        choose_of(&mut chosen, &group, &mut dice);
    }
    chosen.into_iter().flatten().collect()
}

fn together(calls: &[Option<Call>], a: usize, b: usize) -> bool {
    let group = |place: usize| {
        let call: &Call = calls[place].as_ref()?;
        let handler = &call.handler;
        Some((handler.plugin, handler.lifecycle, &handler.group))
    };
    group(a) == group(b)
}

/// Chooses among the calls at these places, of one group.
fn choose_of(calls: &mut [Option<Call>], group: &[usize], dice: &mut Dice) {
    let lifecycle = group.first().and_then(|&place| calls[place].as_ref()).map(|call| call.handler.lifecycle);
    let only = match lifecycle {
        None | Some(Lifecycle::All) => return,
        Some(Lifecycle::Shuffled) => {
            for last in (1..group.len()).rev() {
                calls.swap(group[last], group[dice.throw(last + 1)]);
            }
            return;
        }
        Some(Lifecycle::OneByOne) => group.first().copied(),
        Some(Lifecycle::Randomized) => Some(group[dice.throw(group.len())]),
        Some(Lifecycle::Asap) => {
            let retries = |place: &usize| calls[*place].as_ref().map(|call| call.progress.retries);
            group.iter().copied().min_by_key(|place| retries(place))
        }
    };
    for &place in group.iter().filter(|place| Some(**place) != only) {
        calls[place] = None;
    }
}

/// Numbers that follow from the first one and look like chance: SplitMix64.
struct Dice(u64);

impl Dice {
    /// A number below the count of sides.
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let mixed = mixed ^ (mixed >> 31);
        usize::try_from(mixed % (sides.max(1) as u64)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::{
        cause::Reason,
        handler::{Handler, On, tests::handler},
        store::progress::Progress,
    };

    /// Calls as `id:retries`, each with its lifecycle and group; what is chosen by each of some chances.
    #[track_caller]
    fn check(due: &[(&str, u32, Lifecycle, Option<&str>)], expected: &[&str]) {
        let calls = || {
            due.iter().map(|&(id, retries, lifecycle, group)| {
                let group = group.map(str::to_owned);
                let handler = Arc::new(Handler { lifecycle, group, ..handler(On::Create, id) });
                let progress = Progress { retries, ..Progress::begin(Reason::Create, Timestamp::UNIX_EPOCH) };
                Call { progress, ..Call::of(handler, Timestamp::UNIX_EPOCH) }
            })
        };
        let mut found: Vec<String> = (0..64)
            .map(|chance| {
                let chosen = choose(calls().collect(), chance);
                chosen.iter().map(|call| call.handler.id.as_str()).collect::<Vec<_>>().join(" ")
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, expected);
    }

    #[test]
    fn all_are_called_in_order_unless_their_lifecycle_says_otherwise() {
        use Lifecycle::{All, Asap, OneByOne, Randomized, Shuffled};
        check(&[], &[""]);
        check(&[("a", 1, All, None), ("b", 0, All, None)], &["a b"]);
        check(&[("a", 1, Asap, None), ("b", 0, Asap, None), ("c", 0, Asap, None)], &["b"]);
        check(&[("a", 1, OneByOne, None), ("b", 0, OneByOne, None)], &["a"]);
        check(&[("a", 1, Randomized, None), ("b", 0, Randomized, None)], &["a", "b"]);
        let shuffled = ["a", "b", "c"].map(|id| (id, 0, Shuffled, None));
        check(&shuffled, &["a b c", "a c b", "b a c", "b c a", "c a b", "c b a"]);
    }

    #[test]
    fn groups_and_lifecycles_choose_apart() {
        use Lifecycle::{All, Asap, OneByOne};
        let due = [
            ("a", 0, Asap, Some("x")),
            ("b", 0, Asap, Some("y")),
            ("c", 0, Asap, Some("x")),
            ("d", 0, OneByOne, Some("x")),
            ("e", 0, All, None),
        ];
        check(&due, &["a b d e"]);
    }

    #[test]
    fn what_is_shuffled_leaves_others_where_they_are() {
        use Lifecycle::{All, Shuffled};
        check(
            &[("a", 0, Shuffled, None), ("b", 0, All, None), ("c", 0, Shuffled, None)],
            &["a b c", "c b a"],
        );
    }
}
