//! Slows an operator down that writes to one object again and again, although nobody else changes it.

use jiff::Timestamp;

/// Our own writes to one object within one minute of the clock, since somebody else changed it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pace {
    minute: u32,
    writes: u16,
}

impl Pace {
    /// Counts a write.
    pub(crate) fn count(&mut self, now: Timestamp) {
        let minute = minute(now);
        let writes = if self.minute == minute { self.writes } else { 0 };
        *self = Pace { minute, writes: writes.saturating_add(1) };
    }

    /// Somebody else has changed the object: what we write now has a reason.
    pub(crate) fn forgive(&mut self) {
        *self = Pace::default();
    }

    /// When to write again, if there were as many writes as this within a minute in which nobody else has changed the
    /// object: that is a loop, of a spy that is woken by what it writes, say.
    pub(crate) fn pause(self, now: Timestamp, most: u16) -> Option<Timestamp> {
        let over = self.minute == minute(now) && self.writes >= most;
        over.then(|| Timestamp::from_second((i64::from(self.minute) + 1) * 60).unwrap_or(Timestamp::MAX))
    }
}

fn minute(now: Timestamp) -> u32 {
    u32::try_from(now.as_second() / 60).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_sixtieth_write_of_a_minute_is_the_last_unless_others_write_too() {
        let mut pace = Pace::default();
        (0..59).for_each(|_| pace.count(at(61)));
        assert_eq!(pace.pause(at(62), 60), None);
        pace.count(at(62));
        assert_eq!(pace.pause(at(62), 60), Some(at(120)));
        assert_eq!(pace.pause(at(120), 60), None);
        pace.forgive();
        assert_eq!(pace.pause(at(62), 60), None);
    }
}
