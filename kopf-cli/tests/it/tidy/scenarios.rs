//! The scenarios and the traps of the other framework have their tests.

use super::complain;
use super::files::{root, sources};
use std::collections::BTreeSet;

/// How many traps are known.
const TRAPS: usize = 33;

/// Those without a test, and why.
const WITHOUT: &[(usize, &str)] = &[
    (15, "about admission, which is planned"),
    (16, "about admission, which is planned"),
    (33, "about what earlier versions of the framework did otherwise"),
];

/// The names of all functions.
fn functions() -> BTreeSet<&'static str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let names = sources().iter().flat_map(|source| source.text.split("fn ").skip(1));
    names.map(|rest| rest.split(|c| !is_part(c)).next().unwrap_or_default()).collect()
}

#[test]
fn each_trap_has_a_test_of_its_number_or_a_reason_to_have_none() {
    let functions = functions();
    let is_tested = |trap: usize| functions.iter().any(|name| name.starts_with(&format!("trap_{trap}_")));
    let has_reason = |trap: usize| WITHOUT.iter().any(|(without, why)| *without == trap && !why.is_empty());
    complain(
        (1..=TRAPS).filter(|trap| is_tested(*trap) == has_reason(*trap)).map(|trap| format!("trap {trap}")),
    );
}

#[test]
fn each_scenario_names_tests_that_are_there() {
    let text = std::fs::read_to_string(root().join("kopf-cli/SCENARIOS.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.rsplit_once(" | "));
    let named: Vec<&str> = rows.flat_map(|(_, tests)| tests.split('`').skip(1).step_by(2)).collect();
    assert!(named.len() > 100, "{named:?}");
    let functions = functions();
    complain(named.into_iter().filter(|name| !functions.contains(name)).map(str::to_owned));
}
