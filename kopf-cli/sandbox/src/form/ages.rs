//! Spans of time as tables show them: two or three digits' worth.

use jiff::Timestamp;

use crate::times;

/// The longest span that Go can tell, in seconds.
const LONGEST: i64 = i64::MAX / 1_000_000_000;
/// No moment at all, in Go.
const ZERO: &str = "0001-01-01T00:00:00Z";

/// How long ago a moment was that an object tells.
pub(crate) fn since(moment: &str, now: Timestamp) -> String {
    let then = times::shown(moment).filter(|_| moment != ZERO);
    then.map_or_else(|| "<unknown>".to_owned(), |then| between(then, now))
}

/// How long after `start` the moment `end` was.
pub(crate) fn between(start: Timestamp, end: Timestamp) -> String {
    human(end.duration_since(start).as_secs().min(LONGEST))
}

/// Seconds, in words.
pub(crate) fn human(seconds: i64) -> String {
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    let (days, years) = (hours / 24, hours / 24 / 365);
    let pair = |large: i64, unit: char, small: i64, smaller: char| match small {
        0 => format!("{large}{unit}"),
        _ => format!("{large}{unit}{small}{smaller}"),
    };
    match () {
        () if seconds < -1 => "<invalid>".to_owned(),
        () if seconds < 0 => "0s".to_owned(),
        () if seconds < 120 => format!("{seconds}s"),
        () if minutes < 10 => pair(minutes, 'm', seconds % 60, 's'),
        () if minutes < 180 => format!("{minutes}m"),
        () if hours < 8 => pair(hours, 'h', minutes % 60, 'm'),
        () if hours < 48 => format!("{hours}h"),
        () if days < 8 => pair(days, 'd', hours % 24, 'h'),
        () if years < 2 => format!("{days}d"),
        () if years < 8 => pair(years, 'y', days % 365, 'd'),
        () => format!("{years}y"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_few_digits() {
        for (seconds, said) in [
            (-5, "<invalid>"),
            (-1, "0s"),
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (125, "2m5s"),
            (600, "10m"),
            (3 * 3_600, "3h"),
            (3 * 3_600 + 60, "3h1m"),
            (8 * 3_600, "8h"),
            (48 * 3_600, "2d"),
            (49 * 3_600, "2d1h"),
            (8 * 86_400, "8d"),
            (729 * 86_400, "729d"),
            (731 * 86_400, "2y1d"),
            (8 * 365 * 86_400, "8y"),
        ] {
            assert_eq!(human(seconds), said, "{seconds}");
        }
    }

    #[test]
    fn what_is_no_moment_is_unknown() {
        assert_eq!(since("", Timestamp::UNIX_EPOCH), "<unknown>");
        assert_eq!(since(ZERO, Timestamp::UNIX_EPOCH), "<unknown>");
        assert_eq!(since("1600-01-01T00:00:00Z", Timestamp::UNIX_EPOCH), "292y");
        assert_eq!(since("1970-01-01T00:00:00Z", Timestamp::UNIX_EPOCH), "0s");
        assert_eq!(since("1970-01-01T00:00:00.5Z", Timestamp::UNIX_EPOCH), "0s");
    }
}
