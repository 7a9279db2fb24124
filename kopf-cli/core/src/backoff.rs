//! How long a failed attempt waits for the next one.

use std::time::Duration;

/// No wait is shorter, so that a failure never becomes a loop.
const LEAST: Duration = Duration::from_millis(1);

/// Waits that grow from step to step, up to a limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// The first step.
    pub first: Duration,
    /// How many times longer each step is than the one before; less than 1 counts as 1.
    pub factor: f64,
    /// The longest wait.
    pub limit: Duration,
    /// How far towards the next step chance may draw a wait out: from 0.0, not at all, to 1.0, up to it.
    pub jitter: f64,
}

/// How long a handler waits between its attempts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Waits {
    /// Always as long; not at all, if it is zero.
    Same(Duration),
    /// Longer each time.
    Growing(Backoff),
}

impl Waits {
    /// The wait after a failure before which `attempt` others were, with a `chance` from 0.0 to 1.0.
    pub fn delay(&self, attempt: u32, chance: f64) -> Duration {
        match self {
            Waits::Same(wait) => *wait,
            Waits::Growing(backoff) => backoff.delay(attempt, chance),
        }
    }
}

impl Default for Backoff {
    /// From a second to ten minutes, each step twice as long as the one before.
    fn default() -> Backoff {
        Backoff { first: Duration::from_secs(1), factor: 2.0, limit: Duration::from_mins(10), jitter: 1.0 }
    }
}

impl Backoff {
    /// The wait after a failure before which `attempt` others were, with a `chance` drawn from 0.0 to 1.0 by the caller.
    ///
    /// Step n is `first × factor^n`. The wait lies between step n and step n + 1, as far of the way as jitter and chance
    /// allow; once steps reach the limit, as far below the limit. So waits are spread at every stage, objects that failed
    /// together do not come back together, and no wait is below `first` or above `limit`. It is a millisecond at
    /// least, whatever the settings.
    pub fn delay(&self, attempt: u32, chance: f64) -> Duration {
        let share = |number: f64| if number.is_finite() { number.clamp(0.0, 1.0) } else { 0.0 };
        let factor = if self.factor.is_finite() { self.factor.max(1.0) } else { 1.0 };
        let spread = 1.0 + (factor - 1.0) * share(self.jitter);
        let first = self.first.max(LEAST).as_secs_f64();
        let limit = self.limit.as_secs_f64();
        let shortest = (first * factor.powf(f64::from(attempt))).min((limit / spread).max(first)).min(limit);
        let longest = (shortest * spread).min(limit);
        let wait = Duration::try_from_secs_f64(shortest + (longest - shortest) * share(chance))
            .unwrap_or(self.limit);
        wait.min(self.limit).max(LEAST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(backoff: Backoff, attempt: u32, expected_millis: [u128; 2]) {
        let found = [0.0, 1.0].map(|jitter| backoff.delay(attempt, jitter).as_millis());
        assert_eq!(found, expected_millis);
    }

    #[test]
    fn waits_double_from_a_second_to_ten_minutes() {
        let backoff = Backoff::default();
        check(backoff, 0, [1_000, 2_000]);
        check(backoff, 1, [2_000, 4_000]);
        check(backoff, 8, [256_000, 512_000]);
        check(backoff, 9, [300_000, 600_000]);
        check(backoff, u32::MAX, [300_000, 600_000]);
    }

    #[test]
    fn a_factor_of_one_waits_the_same_each_time() {
        let backoff = Backoff { factor: 1.0, ..Backoff::default() };
        check(backoff, 0, [1_000, 1_000]);
        check(backoff, 50, [1_000, 1_000]);
    }

    #[test]
    fn jitter_says_how_much_is_left_to_chance() {
        let backoff = Backoff { jitter: 0.5, ..Backoff::default() };
        check(backoff, 0, [1_000, 1_500]);
        check(backoff, 1, [2_000, 3_000]);
        check(backoff, 10, [400_000, 600_000]);
        let steady = Backoff { jitter: 0.0, ..Backoff::default() };
        check(steady, 1, [2_000, 2_000]);
        check(steady, 10, [600_000, 600_000]);
        check(Backoff { jitter: f64::NAN, ..backoff }, 1, [2_000, 2_000]);
        check(Backoff { jitter: 9.0, ..backoff }, 1, [2_000, 4_000]);
    }

    #[test]
    fn odd_settings_neither_loop_nor_panic() {
        let odd = |first, factor, limit| Backoff { first, factor, limit, jitter: 1.0 };
        check(odd(Duration::ZERO, 2.0, Duration::ZERO), 3, [1, 1]);
        check(odd(Duration::from_secs(9), 2.0, Duration::from_secs(5)), 0, [5_000, 5_000]);
        check(odd(Duration::from_secs(1), f64::NAN, Duration::from_secs(5)), 7, [1_000, 1_000]);
        check(odd(Duration::from_secs(1), f64::INFINITY, Duration::from_secs(5)), 7, [1_000, 1_000]);
        check(odd(Duration::from_secs(1), -3.0, Duration::from_secs(5)), 7, [1_000, 1_000]);
        assert!(odd(Duration::MAX, 1e300, Duration::MAX).delay(u32::MAX, 1.0) <= Duration::MAX);
        assert_eq!(Backoff::default().delay(0, f64::NAN), Duration::from_secs(1));
        assert_eq!(Backoff::default().delay(0, 7.0), Duration::from_secs(2));
    }
}
