//! Moments in bodies, read and printed as a server in Go does.

use jiff::{Timestamp, civil, fmt::temporal::DateTimePrinter, tz::Offset};

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
        let digits = if self == Exactness::Seconds { 0 } else { 6 };
        DateTimePrinter::new().precision(Some(digits)).timestamp_to_string(&moment)
    }
}

/// What a server shows of a moment that it was sent.
///
/// # Errors
///
/// What is wrong with it, in the words of Go.
pub(crate) fn settle(text: &str, exactness: Exactness) -> Result<String, String> {
    let moment = Reader { rest: text, exactness }.moment().map_err(|wrong| match wrong {
        Wrong::Part { found, part } => {
            let layout = exactness.layout();
            let (text, found) = (quoted(text), quoted(found));
            format!("parsing time {text} as {layout:?}: cannot parse {found} as {part:?}")
        }
        Wrong::Range(what) => format!("parsing time {}: {what} out of range", quoted(text)),
        Wrong::Extra(found) => format!("parsing time {}: extra text: {}", quoted(text), quoted(found)),
    })?;
    Ok(exactness.print(moment))
}

/// A text in quotes, byte by byte where it is not plain.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            ' '..='\u{7f}' => quoted.push(letter),
            other => {
                let mut bytes = [0; 4];
                let bytes = other.encode_utf8(&mut bytes).bytes();
                quoted.extend(bytes.map(|byte| format!("\\x{byte:02x}")));
            }
        }
    }
    quoted + "\""
}

enum Wrong<'a> {
    /// What stands where a part of the layout should.
    Part {
        found: &'a str,
        part: &'static str,
    },
    Range(&'static str),
    Extra(&'a str),
}

/// What is left to be read.
struct Reader<'a> {
    rest: &'a str,
    exactness: Exactness,
}

impl<'a> Reader<'a> {
    fn moment(mut self) -> Result<Timestamp, Wrong<'a>> {
        let year = self.digits(4, "2006")?;
        self.literal("-")?;
        let month = self.within("01", 1..=12, "month")?;
        self.literal("-")?;
        let day = self.digits(2, "02")?;
        self.literal("T")?;
        let hour = self.hour()?;
        self.literal(":")?;
        let minute = self.within("04", 0..=59, "minute")?;
        self.literal(":")?;
        let second = self.within("05", 0..=59, "second")?;
        let nanos = self.fraction()?;
        let offset = self.offset()?;
        if !self.rest.is_empty() {
            return Err(Wrong::Extra(self.rest));
        }
        let small = |number: i32| i8::try_from(number).unwrap_or(i8::MAX);
        let year = i16::try_from(year).unwrap_or(i16::MAX);
        let (month, day, hour) = (small(month), small(day), small(hour));
        let moment = civil::DateTime::new(year, month, day, hour, small(minute), small(second), nanos);
        let moment = moment.map_err(|_| Wrong::Range("day"))?;
        offset.to_timestamp(moment).map_err(|_| Wrong::Range("year"))
    }

    fn wrong(&self, part: &'static str) -> Wrong<'a> {
        Wrong::Part { found: self.rest, part }
    }

    fn literal(&mut self, part: &'static str) -> Result<(), Wrong<'a>> {
        self.rest = self.rest.strip_prefix(part).ok_or_else(|| self.wrong(part))?;
        Ok(())
    }

    fn digits(&mut self, count: usize, part: &'static str) -> Result<i32, Wrong<'a>> {
        let all = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
        let number = self.rest.get(..count).filter(all).and_then(|digits| digits.parse().ok());
        let number = number.ok_or_else(|| self.wrong(part))?;
        self.rest = &self.rest[count..];
        Ok(number)
    }

    fn within(
        &mut self,
        part: &'static str,
        range: std::ops::RangeInclusive<i32>,
        what: &'static str,
    ) -> Result<i32, Wrong<'a>> {
        let number = self.digits(2, part)?;
        if range.contains(&number) { Ok(number) } else { Err(Wrong::Range(what)) }
    }

    /// Of hours alone, one digit is enough.
    fn hour(&mut self) -> Result<i32, Wrong<'a>> {
        let second = self.rest.as_bytes().get(1);
        let count = if second.is_some_and(u8::is_ascii_digit) { 2 } else { 1 };
        let hour = self.digits(count, "15")?;
        if hour < 24 { Ok(hour) } else { Err(Wrong::Range("hour")) }
    }

    /// Billionths of a second.
    fn fraction(&mut self) -> Result<i32, Wrong<'a>> {
        const DIGITS: usize = 9;
        let point = self.rest.starts_with(['.', ',']);
        let digits = self.rest.bytes().skip(1).take_while(u8::is_ascii_digit).count();
        let count = match self.exactness {
            Exactness::Micros if !point || digits < 6 => return Err(self.wrong(".000000")),
            Exactness::Micros => 6,
            Exactness::Seconds if !point || digits == 0 => return Ok(0),
            Exactness::Seconds => digits,
        };
        let (fraction, rest) = self.rest[1..].split_at(count);
        self.rest = rest;
        let kept = &fraction[..count.min(DIGITS)];
        Ok(format!("{kept:0<DIGITS$}").parse().unwrap_or_default())
    }

    fn offset(&mut self) -> Result<Offset, Wrong<'a>> {
        const PART: &str = "Z07:00";
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return Ok(Offset::UTC);
        }
        let wrong = self.wrong(PART);
        let sign = match self.rest.bytes().next() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Err(wrong),
        };
        self.rest = &self.rest[1..];
        let (Ok(hours), Ok(()), Ok(minutes)) =
            (self.digits(2, PART), self.literal(":"), self.digits(2, PART))
        else {
            return Err(wrong);
        };
        let offset = Offset::from_seconds(sign * (hours * 3600 + minutes * 60));
        offset.map_err(|_| Wrong::Range("time zone offset hour"))
    }
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
}
