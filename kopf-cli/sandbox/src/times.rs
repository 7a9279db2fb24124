//! Moments and spans in bodies, read and printed as a server in Go does.

mod formatted;
mod reader;
mod spans;

use jiff::{
    SignedDuration, Timestamp,
    civil::{DateTime, date},
    fmt::temporal::DateTimePrinter,
};

pub(crate) use formatted::{day, formatted};
pub(crate) use reader::{Reader, Wrong};
pub(crate) use spans::read_span;

/// How exactly a field keeps a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exactness {
    Seconds,
    /// Six digits after the point, which must be there.
    Micros,
}

impl Exactness {
    /// That of fields of a type of this name, if they are moments.
    pub(crate) fn of_type(name: &str) -> Option<Self> {
        match name.rsplit('.').next() {
            Some("Time") => Some(Exactness::Seconds),
            Some("MicroTime") => Some(Exactness::Micros),
            _ => None,
        }
    }

    fn layout(self) -> &'static str {
        match self {
            Exactness::Seconds => "2006-01-02T15:04:05Z07:00",
            Exactness::Micros => "2006-01-02T15:04:05.000000Z07:00",
        }
    }

    /// A moment as objects show it, in UTC.
    pub(crate) fn print(self, moment: Timestamp) -> String {
        self.printer().timestamp_to_string(&moment)
    }

    /// The same of a date and a time, in UTC: those of the last day of all are no moments that can be told from others.
    fn print_civil(self, moment: DateTime) -> String {
        self.printer().datetime_to_string(&moment) + "Z"
    }

    fn printer(self) -> DateTimePrinter {
        let digits = if self == Exactness::Seconds { 0 } else { 6 };
        DateTimePrinter::new().precision(Some(digits))
    }
}

const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

/// The moment that is shown; the last that can be told from others, where it is later.
pub(crate) fn shown(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| civil(text).map(|_| Timestamp::MAX))
}

/// How many seconds after the epoch a moment is that is shown, and billionths of one.
pub(crate) fn since_epoch(text: &str) -> Option<(i64, i32)> {
    civil(text).map(elapsed)
}

/// The same of a date and a time in UTC.
pub(crate) fn elapsed(moment: DateTime) -> (i64, i32) {
    let nanos = moment.subsec_nanosecond();
    let whole = moment.duration_since(EPOCH) - SignedDuration::new(0, nanos);
    (whole.as_secs(), nanos)
}

/// The moment so long after the epoch, as it is shown.
pub(crate) fn after_epoch((seconds, nanos): (i64, i32), exactness: Exactness) -> Option<String> {
    let moment = EPOCH.checked_add(SignedDuration::new(seconds, nanos)).ok()?;
    Some(exactness.print_civil(moment))
}

fn civil(shown: &str) -> Option<DateTime> {
    shown.strip_suffix('Z')?.parse().ok()
}

/// What a server shows of a moment that it was sent.
///
/// # Errors
///
/// What is wrong with it, in the words of Go.
pub(crate) fn settle(text: &str, exactness: Exactness) -> Result<String, String> {
    let moment = moment(text.as_bytes(), exactness);
    let moment = moment.map_err(|wrong| wrong.told(text.as_bytes(), exactness.layout()))?;
    Ok(exactness.print_civil(moment))
}

/// What a text says, in UTC.
fn moment(text: &[u8], exactness: Exactness) -> Result<DateTime, Wrong<'_>> {
    let (moment, zone) = said(text, |reader| match exactness {
        Exactness::Seconds => Ok(reader.fraction()),
        Exactness::Micros => fixed(reader, ".000000"),
    })?;
    moment.checked_sub(SignedDuration::from_mins(zone.into())).map_err(|_| Wrong::Range("year"))
}

/// What a text says where it was written, and how many minutes that is off; `nanos` reads what is behind the seconds.
pub(crate) fn said<'a>(
    text: &'a [u8],
    nanos: impl FnOnce(&mut Reader<'a>) -> Result<i32, Wrong<'a>>,
) -> Result<(DateTime, i32), Wrong<'a>> {
    let mut reader = Reader(text);
    let moment = civil_said(&mut reader, nanos)?;
    let zone = reader.zone("Z07:00")?;
    reader.end()?;
    Ok((moment.ok_or(Wrong::Range("day"))?, zone))
}

/// A day and a time; `None` where there is no such day.
fn civil_said<'a>(
    reader: &mut Reader<'a>,
    nanos: impl FnOnce(&mut Reader<'a>) -> Result<i32, Wrong<'a>>,
) -> Result<Option<DateTime>, Wrong<'a>> {
    let (year, month, day) = day_said(reader)?;
    reader.literal("T")?;
    let hour = reader.hour()?;
    reader.literal(":")?;
    let minute = reader.minute()?;
    reader.literal(":")?;
    let (second, nanos) = (reader.second()?, nanos(reader)?);
    Ok(DateTime::new(year, month, day, hour, minute, second, nanos).ok())
}

/// A year, a month and a day, which need not be in the month.
fn day_said<'a>(reader: &mut Reader<'a>) -> Result<(i16, i8, i8), Wrong<'a>> {
    let year = reader.year()?;
    reader.literal("-")?;
    let month = reader.month()?;
    reader.literal("-")?;
    Ok((year, month, reader.day()?))
}

/// Billionths of a second in as many digits as the layout has, of which the first may be a sign.
fn fixed<'a>(reader: &mut Reader<'a>, layout: &'static str) -> Result<i32, Wrong<'a>> {
    let said = reader.0.split_at_checked(layout.len());
    let said = said.filter(|(said, _)| matches!(said, [b'.' | b',', ..]));
    let number = said
        .and_then(|(said, rest)| Some((std::str::from_utf8(&said[1..]).ok()?.parse::<i32>().ok()?, rest)));
    let (number, rest) = number.ok_or(Wrong::Part(reader.0, layout))?;
    reader.0 = rest;
    let unit = layout.bytes().skip(1).fold(1_000_000_000, |unit, _| unit / 10);
    if number < 0 { Err(Wrong::Range("fractional second")) } else { Ok(number * unit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, seconds: &str, micros: &str) {
        for (exactness, expected) in [(Exactness::Seconds, seconds), (Exactness::Micros, micros)] {
            assert_eq!(settle(text, exactness).unwrap_or_else(|why| why), expected);
        }
    }

    #[test]
    fn moments_are_shown_in_utc_as_exactly_as_they_are_kept() {
        check(
            "2026-01-02T03:04:05.123456789+02:00",
            "2026-01-02T01:04:05Z",
            "parsing time \"2026-01-02T03:04:05.123456789+02:00\" as \"2006-01-02T15:04:05.000000Z07:00\": \
             cannot parse \"789+02:00\" as \"Z07:00\"",
        );
        check("2026-01-02T03:04:05.123456Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456Z");
    }

    #[test]
    fn the_last_day_of_all_is_one() {
        check("9999-12-31T23:59:59.000001Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000001Z");
        let last = shown("9999-12-31T23:59:59Z").unwrap();
        assert!(last > shown("9999-12-30T00:00:00Z").unwrap());
        for text in
            ["9999-12-31T23:59:59.000001Z", "1969-12-31T23:59:59.900000Z", "0001-01-01T00:00:00.000000Z"]
        {
            let since = since_epoch(text).unwrap();
            assert_eq!(after_epoch(since, Exactness::Micros).unwrap(), text);
        }
    }
}
