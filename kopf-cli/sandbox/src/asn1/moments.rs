//! Moments in DER, which are as Go would write them again.

use jiff::civil::Date;

use crate::printed::quoted_bytes;

/// How much of a moment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Two digits of the year, and no seconds.
    Minutes,
    /// Two digits of the year.
    Seconds,
    /// Four digits of the year.
    Years,
    /// Four digits of the year, and parts of a second.
    Fractions,
}

impl Layout {
    fn text(self) -> &'static str {
        match self {
            Layout::Minutes => "0601021504Z0700",
            Layout::Seconds => "060102150405Z0700",
            Layout::Years => "20060102150405Z0700",
            Layout::Fractions => "20060102150405.999999999Z0700",
        }
    }
}

/// What is wrong with a moment.
pub(crate) fn settle(bytes: &[u8], layout: Layout) -> Result<(), String> {
    let mut reader = Reader { rest: bytes, layout };
    let again = reader.moment().map_err(|wrong| match wrong {
        Wrong::Part(found, part) => format!(
            "parsing time {} as {:?}: cannot parse {} as {part:?}",
            quoted(bytes),
            layout.text(),
            quoted(found)
        ),
        Wrong::Range(what) => format!("parsing time {}: {what} out of range", quoted(bytes)),
        Wrong::Extra(found) => format!("parsing time {}: extra text: {}", quoted(bytes), quoted(found)),
    })?;
    if again.as_bytes() == bytes {
        return Ok(());
    }
    Err(format!(
        "asn1: time did not serialize back to the original value and may be invalid: given {}, but serialized as \
         {again:?}",
        quoted_bytes(bytes)
    ))
}

/// A text in quotes as Go's `time` writes it: byte by byte where it is not plain.
fn quoted(bytes: &[u8]) -> String {
    let mut quoted = String::from("\"");
    for byte in bytes {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(*byte)]),
            b' '..=0x7f => quoted.push(char::from(*byte)),
            other => quoted.push_str(&format!("\\x{other:02x}")),
        }
    }
    quoted + "\""
}

enum Wrong<'a> {
    /// What stands where a part of the layout should.
    Part(&'a [u8], &'static str),
    Range(&'static str),
    Extra(&'a [u8]),
}

/// What is left to be read.
struct Reader<'a> {
    rest: &'a [u8],
    layout: Layout,
}

impl<'a> Reader<'a> {
    /// The moment as Go writes it.
    fn moment(&mut self) -> Result<String, Wrong<'a>> {
        let year = self.year()?;
        let month = self.within("01", 1..=12, "month")?;
        let day = self.digits("02")?;
        let hour = self.hour()?;
        let minute = self.within("04", 0..=59, "minute")?;
        let second =
            if self.layout == Layout::Minutes { None } else { Some(self.within("05", 0..=59, "second")?) };
        let fraction = if second.is_some() { self.fraction() } else { String::new() };
        let zone = self.zone()?;
        if !self.rest.is_empty() {
            return Err(Wrong::Extra(self.rest));
        }
        let [short_month, short_day] = [month, day].map(|number| i8::try_from(number).unwrap_or_default());
        let short_year = i16::try_from(year).unwrap_or_default();
        Date::new(short_year, short_month, short_day).map_err(|_| Wrong::Range("day"))?;
        let year = match self.layout {
            Layout::Minutes | Layout::Seconds => format!("{:02}", year % 100),
            Layout::Years | Layout::Fractions => format!("{year:04}"),
        };
        let second = second.map(|second| format!("{second:02}")).unwrap_or_default();
        let fraction = if self.layout == Layout::Fractions { fraction } else { String::new() };
        Ok(format!("{year}{month:02}{day:02}{hour:02}{minute:02}{second}{fraction}{zone}"))
    }

    /// Of two digits the first may be a sign.
    fn year(&mut self) -> Result<i32, Wrong<'a>> {
        let (count, part) = match self.layout {
            Layout::Minutes | Layout::Seconds => (2, "06"),
            Layout::Years | Layout::Fractions => (4, "2006"),
        };
        let is_signed = |digits: &&[u8]| count == 2 || digits[0].is_ascii_digit();
        let digits = self.rest.get(..count).filter(is_signed);
        let year: Option<i32> =
            digits.and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| digits.parse().ok());
        let year = year.ok_or(Wrong::Part(self.rest, part))?;
        self.rest = &self.rest[count..];
        Ok(match count {
            2 if year >= 69 => 1900 + year,
            2 => 2000 + year,
            _ => year,
        })
    }

    fn digits(&mut self, part: &'static str) -> Result<i32, Wrong<'a>> {
        let number = two(self.rest).ok_or(Wrong::Part(self.rest, part))?;
        self.rest = &self.rest[2..];
        Ok(number)
    }

    fn within(
        &mut self,
        part: &'static str,
        range: std::ops::RangeInclusive<i32>,
        what: &'static str,
    ) -> Result<i32, Wrong<'a>> {
        let number = self.digits(part)?;
        if range.contains(&number) { Ok(number) } else { Err(Wrong::Range(what)) }
    }

    /// Of hours alone, one digit is enough.
    fn hour(&mut self) -> Result<i32, Wrong<'a>> {
        let hour = match self.rest {
            [first, second, ..] if first.is_ascii_digit() && second.is_ascii_digit() => self.digits("15")?,
            [first, rest @ ..] if first.is_ascii_digit() => {
                self.rest = rest;
                i32::from(first - b'0')
            }
            rest => return Err(Wrong::Part(rest, "15")),
        };
        if hour < 24 { Ok(hour) } else { Err(Wrong::Range("hour")) }
    }

    /// Billionths of a second as far as there are any, which are taken also where the layout has none.
    fn fraction(&mut self) -> String {
        let [b'.' | b',', first, ..] = self.rest else { return String::new() };
        if !first.is_ascii_digit() {
            return String::new();
        }
        let count = self.rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let digits: String = self.rest[1..=count.min(9)].iter().copied().map(char::from).collect();
        self.rest = &self.rest[1 + count..];
        match digits.trim_end_matches('0') {
            "" => String::new(),
            digits => format!(".{digits}"),
        }
    }

    fn zone(&mut self) -> Result<String, Wrong<'a>> {
        const PART: &str = "Z0700";
        let wrong = Err(Wrong::Part(self.rest, PART));
        if let [b'Z', rest @ ..] = self.rest {
            self.rest = rest;
            return Ok("Z".to_owned());
        }
        let [sign, hours @ .., _, _] = self.rest.get(..5).unwrap_or_default() else { return wrong };
        let hours = two(hours);
        let minutes = hours.and_then(|_| two(&self.rest[3..]));
        // Minutes are looked at last, and it is they that are told.
        if minutes.is_some_and(|minutes| minutes > 60) {
            return Err(Wrong::Range("time zone offset minute"));
        }
        if hours.is_some_and(|hours| hours > 24) {
            return Err(Wrong::Range("time zone offset hour"));
        }
        let (Some(hours), Some(minutes), b'+' | b'-') = (hours, minutes, sign) else { return wrong };
        self.rest = &self.rest[5..];
        Ok(match hours * 60 + minutes {
            0 => "Z".to_owned(),
            offset => format!("{}{:02}{:02}", char::from(*sign), offset / 60, offset % 60),
        })
    }
}

/// A number of two digits.
fn two(bytes: &[u8]) -> Option<i32> {
    match bytes {
        [first, second, ..] if first.is_ascii_digit() && second.is_ascii_digit() => {
            Some(i32::from(first - b'0') * 10 + i32::from(second - b'0'))
        }
        _ => None,
    }
}
