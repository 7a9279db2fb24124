//! Where two values differ, line by line, as a server shows it: with three lines around each change.
//!
//! Lines are matched as Python's `difflib` does it, which Go has taken over: first the longest run that both have, then what is
//! before it and what is behind it.

use std::{collections::HashMap, fmt::Write, ops::Range};

use serde_json::Value;

use crate::{printed, tables};

/// How many lines around a change are shown.
const AROUND: usize = 3;
/// From so many lines on those that come often are matched only beside others.
const MANY: usize = 200;
/// Where matching takes more steps the whole is shown, for it may take the square of the number of lines, and more.
const MOST: usize = 4_000_000;

/// Where two values of a type differ that the server shows as it has them inside.
pub(super) fn inside(ty: &str, before: &Value, after: &Value) -> String {
    difference(&tables::inside(ty, before), &tables::inside(ty, after))
}

/// The lines in which two values differ, with a sign before each.
fn difference(before: &Value, after: &Value) -> String {
    let (before, after) = (printed::indented(before), printed::indented(after));
    let (before, after): (Vec<&str>, Vec<&str>) = (before.split('\n').collect(), after.split('\n').collect());
    let mut text = String::new();
    for group in groups(&changes(&before, &after), &before, &after) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let (then, now) = (first.before.start..last.before.end, first.after.start..last.after.end);
        // Writing to a string does not fail.
        let _ = writeln!(text, "@@ -{} +{} @@", place(&then), place(&now));
        for Step { before: then, after: now, equal } in group {
            let sign = if equal { ' ' } else { '-' };
            before[then].iter().for_each(|line| text.extend([&*sign.to_string(), line, "\n"]));
            if !equal {
                after[now].iter().for_each(|line| text.extend(["+", line, "\n"]));
            }
        }
    }
    text
}

/// Lines by the number of the first and how many they are.
fn place(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        many => format!("{},{many}", lines.start + 1),
    }
}

/// Lines of both that are equal, or that stand for each other.
#[derive(Debug, Clone)]
struct Step {
    before: Range<usize>,
    after: Range<usize>,
    equal: bool,
}

/// How one becomes the other, from the first line to the last.
fn changes(before: &[&str], after: &[&str]) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut then, mut now) = (0, 0);
    for (at, to, length) in runs(before, after) {
        if then < at || now < to {
            steps.push(Step { before: then..at, after: now..to, equal: false });
        }
        (then, now) = (at + length, to + length);
        if length > 0 {
            steps.push(Step { before: at..then, after: to..now, equal: true });
        }
    }
    steps
}

/// What is equal is shown beside changes alone.
fn groups(steps: &[Step], before: &[&str], after: &[&str]) -> Vec<Vec<Step>> {
    let mut groups = Vec::new();
    let mut group: Vec<Step> = Vec::new();
    for step in steps {
        let Step { before: then, after: now, equal } = step.clone();
        let is_first = then.start == 0 && now.start == 0;
        let is_last = then.end == before.len() && now.end == after.len();
        let begin = || Step {
            before: then.start..then.end.min(then.start + AROUND),
            after: now.start..now.end.min(now.start + AROUND),
            equal,
        };
        let end = || Step {
            before: then.start.max(then.end.saturating_sub(AROUND))..then.end,
            after: now.start.max(now.end.saturating_sub(AROUND))..now.end,
            equal,
        };
        match equal {
            true if is_first => group.push(end()),
            true if is_last => group.push(begin()),
            true if then.len() > 2 * AROUND => {
                group.push(begin());
                groups.push(std::mem::replace(&mut group, vec![end()]));
            }
            _ => group.push(step.clone()),
        }
    }
    groups.push(group);
    groups.retain(|group| group.iter().any(|step| !step.equal));
    groups
}

/// The runs of lines that are in both, in order: where in the first, where in the second, how long. The last is empty.
fn runs(before: &[&str], after: &[&str]) -> Vec<(usize, usize, usize)> {
    let mut found = matching(before, after).unwrap_or_default();
    found.sort_unstable();
    found.push((before.len(), after.len(), 0));
    let mut runs: Vec<(usize, usize, usize)> = Vec::new();
    for (at, to, length) in found {
        match runs.last_mut() {
            Some((last_at, last_to, last))
                if length > 0 && *last_at + *last == at && *last_to + *last == to =>
            {
                *last += length;
            }
            _ => runs.push((at, to, length)),
        }
    }
    runs
}

/// Runs of lines that are in both, in no order; none where that takes too long to find out.
fn matching(before: &[&str], after: &[&str]) -> Option<Vec<(usize, usize, usize)>> {
    let mut found = Vec::new();
    let places = places(after);
    let mut open = vec![(0..before.len(), 0..after.len())];
    let mut steps = MOST;
    while let Some((then, now)) = open.pop() {
        let (at, to, length) = longest(before, after, &places, &then, &now, &mut steps)?;
        if length > 0 {
            found.push((at, to, length));
            let around = [(then.start..at, now.start..to), (at + length..then.end, to + length..now.end)];
            open.extend(around.into_iter().filter(|(then, now)| !then.is_empty() && !now.is_empty()));
        }
    }
    Some(found)
}

/// Where each line is, but for those that are everywhere.
fn places<'a>(lines: &[&'a str]) -> HashMap<&'a str, Vec<usize>> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, line) in lines.iter().enumerate() {
        places.entry(line).or_default().push(at);
    }
    if lines.len() >= MANY {
        places.retain(|_, found| found.len() <= lines.len() / 100 + 1);
    }
    places
}

/// The longest run within both ranges: the first of those in the first, and of these the first in the second. None where
/// no `steps` are left.
fn longest(
    before: &[&str],
    after: &[&str],
    places: &HashMap<&str, Vec<usize>>,
    then: &Range<usize>,
    now: &Range<usize>,
    steps: &mut usize,
) -> Option<(usize, usize, usize)> {
    let (mut at, mut to, mut length) = (then.start, now.start, 0);
    let mut ending: HashMap<usize, usize> = HashMap::new();
    for line in then.clone() {
        let mut ending_here = HashMap::new();
        let all = places.get(before[line]).map_or(&[][..], Vec::as_slice);
        let inside = &all[all.partition_point(|place| *place < now.start)..];
        let inside = &inside[..inside.partition_point(|place| *place < now.end)];
        *steps = steps.checked_sub(1 + inside.len())?;
        for &place in inside {
            let run =
                place.checked_sub(1).and_then(|place| ending.get(&place)).copied().unwrap_or_default() + 1;
            ending_here.insert(place, run);
            if run > length {
                (at, to, length) = (line + 1 - run, place + 1 - run, run);
            }
        }
        ending = ending_here;
    }
    while at > then.start && to > now.start && before[at - 1] == after[to - 1] {
        (at, to, length) = (at - 1, to - 1, length + 1);
    }
    while at + length < then.end && to + length < now.end && before[at + length] == after[to + length] {
        length += 1;
    }
    Some((at, to, length))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
    #[track_caller]
    fn check(before: Value, after: Value, expected: Expect) {
        expected.assert_eq(&difference(&before, &after));
    }

    #[test]
    fn changes_are_shown_with_what_is_around_them() {
        check(json!({ "a": 1 }), json!({ "a": 1 }), expect![""]);
        check(
            json!({ "a": 1, "b": [], "c": {}, "d": "<", "e": 5, "f": 6 }),
            json!({ "a": 1, "b": [], "c": {}, "d": ">", "e": 5, "f": 6 }),
            expect![[r#"
                @@ -2,7 +2,7 @@
                  "a": 1,
                  "b": [],
                  "c": {},
                - "d": "\u003c",
                + "d": "\u003e",
                  "e": 5,
                  "f": 6
                 }
            "#]],
        );
    }

    #[test]
    fn changes_that_are_far_from_each_other_are_shown_apart() {
        check(
            json!([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
            json!([1, 2, 3, 4, 5, 6, 7, 8, 9, [10]]),
            expect![[r#"
                @@ -1,5 +1,4 @@
                 [
                - 0,
                  1,
                  2,
                  3,
                @@ -8,5 +7,8 @@
                  6,
                  7,
                  8,
                - 9
                + 9,
                + [
                +  10
                + ]
                 ]
            "#]],
        );
    }
}
