//! Slows an object down that the framework itself keeps failing on.

use std::time::Duration;

/// The pauses after one failure, two in a row, and so on; the last one repeats.
const SECONDS: [u64; 15] = [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610];

/// How often in a row one object failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Throttle {
    failures: u8,
}

impl Throttle {
    /// Counts a failure and answers how long the object is left alone.
    pub fn fail(&mut self) -> Duration {
        let last = SECONDS.len() - 1;
        let pause = SECONDS[usize::from(self.failures).min(last)];
        self.failures = self.failures.saturating_add(1);
        Duration::from_secs(pause)
    }

    /// Begins anew: the object went through.
    pub fn succeed(&mut self) {
        *self = Throttle::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_the_last_one_repeats() {
        let mut throttle = Throttle::default();
        let pauses: Vec<u64> = (0..300).map(|_| throttle.fail().as_secs()).collect();
        assert_eq!(pauses[..6], [1, 1, 2, 3, 5, 8]);
        assert_eq!(pauses[13..17], [377, 610, 610, 610]);
        assert_eq!(pauses[299], 610);
    }

    #[test]
    fn a_success_begins_anew() {
        let mut throttle = Throttle::default();
        for _ in 0..5 {
            throttle.fail();
        }
        throttle.succeed();
        assert_eq!(throttle.fail(), Duration::from_secs(1));
    }
}
