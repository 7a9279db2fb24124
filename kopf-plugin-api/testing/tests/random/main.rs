//! Random operators: handlers, filters, failures, restarts and changes are drawn, and what comes of them is held to a
//! plain model.
//!
//! What must have run has run; nothing that was recorded ran twice; and of an object that is gone nothing is left: no
//! finalizer, no task, no memory. Each seed is one operator and its life, in a time of its own. A seed that fails is
//! shrunk and printed:
//!
//! ```text
//! KOPF_RANDOM_SEED=4711 KOPF_RANDOM_RUNS=1 cargo test -p kopf-plugin-testing --test random
//! ```
//!
//! In the order of reading: `plan` and `fields` draw, `plugin` has the handlers, `world` plays, `model` judges.

mod fields;
mod model;
mod plan;
mod plugin;
mod world;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// How many operators each test draws, unless `KOPF_RANDOM_RUNS` says otherwise.
const RUNS: u64 = 45;

fn number(variable: &str, default: u64) -> u64 {
    let text = std::env::var(variable).ok();
    text.map_or(default, |text| text.parse().expect("it is a number"))
}

/// Plays every other seed, beginning with an even or an odd one: so two tests share them.
fn play(beginning: u64) {
    let first = number("KOPF_RANDOM_SEED", 0);
    for seed in (first..first + 2 * number("KOPF_RANDOM_RUNS", RUNS)).filter(|seed| seed % 2 == beginning) {
        let config =
            Config { cases: 1, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
        let bytes: Vec<u8> = (0..4).flat_map(|word: u64| (seed ^ (word << 56)).to_le_bytes()).collect();
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
        let wrong = runner.run(&plan::plan(), |plan| world::live(&plan));
        let wrong = wrong.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(wrong.is_empty(), "KOPF_RANDOM_SEED={seed}: {wrong}");
    }
}

#[test]
fn operators_of_even_seeds_hold_to_the_model() {
    play(0);
}

#[test]
fn operators_of_odd_seeds_hold_to_the_model() {
    play(1);
}
