//! Reads moments part by part, as Go's `time` reads them by a layout.

use std::ops::RangeInclusive;

/// Why a text is no moment.
pub(crate) enum Wrong<'a> {
    /// What stands where a part of the layout should.
    Part(&'a [u8], &'static str),
    Range(&'static str),
    Extra(&'a [u8]),
}

impl Wrong<'_> {
    /// The same in the words of Go.
    pub(crate) fn told(&self, moment: &[u8], layout: &str) -> String {
        let moment = quoted(moment);
        match self {
            Wrong::Part(found, part) => {
                format!("parsing time {moment} as \"{layout}\": cannot parse {} as \"{part}\"", quoted(found))
            }
            Wrong::Range(what) => format!("parsing time {moment}: {what} out of range"),
            Wrong::Extra(found) => format!("parsing time {moment}: extra text: {}", quoted(found)),
        }
    }
}

/// A text in quotes, byte by byte where it is not plain.
pub(super) fn quoted(bytes: &[u8]) -> String {
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

/// What is left to be read.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn literal(&mut self, part: &'static str) -> Result<(), Wrong<'a>> {
        self.0 = self.0.strip_prefix(part.as_bytes()).ok_or(Wrong::Part(self.0, part))?;
        Ok(())
    }

    /// The year, with all its digits.
    pub(crate) fn year(&mut self) -> Result<i16, Wrong<'a>> {
        self.digits(4, "2006")
    }

    pub(crate) fn month(&mut self) -> Result<i8, Wrong<'a>> {
        self.within("01", 1..=12, "month")
    }

    /// The day, which only the month tells the range of.
    pub(crate) fn day(&mut self) -> Result<i8, Wrong<'a>> {
        self.digits(2, "02")
    }

    /// Of hours alone, one digit is enough.
    pub(crate) fn hour(&mut self) -> Result<i8, Wrong<'a>> {
        let count = if self.0.get(1).is_some_and(u8::is_ascii_digit) { 2 } else { 1 };
        let hour = self.digits(count, "15")?;
        if hour < 24 { Ok(hour) } else { Err(Wrong::Range("hour")) }
    }

    pub(crate) fn minute(&mut self) -> Result<i8, Wrong<'a>> {
        self.within("04", 0..=59, "minute")
    }

    pub(crate) fn second(&mut self) -> Result<i8, Wrong<'a>> {
        self.within("05", 0..=59, "second")
    }

    /// Billionths of a second, which may be there also where the layout has none.
    pub(crate) fn fraction(&mut self) -> i32 {
        let [b'.' | b',', rest @ ..] = self.0 else { return 0 };
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
        let count = digits.clone().count();
        if count > 0 {
            self.0 = &rest[count..];
        }
        digits.chain(&[b'0'; 9]).take(9).fold(0, |number, digit| number * 10 + i32::from(digit - b'0'))
    }

    /// How many minutes a zone is off; the layout tells whether there is a colon in them.
    pub(crate) fn zone(&mut self, part: &'static str) -> Result<i32, Wrong<'a>> {
        if let [b'Z', rest @ ..] = self.0 {
            self.0 = rest;
            return Ok(0);
        }
        let wrong = Err(Wrong::Part(self.0, part));
        let (sign, hours, minutes, rest) = match self.0 {
            [sign, h, i, b':', m, n, rest @ ..] if part == "Z07:00" => (sign, [*h, *i], [*m, *n], rest),
            [sign, h, i, m, n, rest @ ..] if part == "Z0700" => (sign, [*h, *i], [*m, *n], rest),
            _ => return wrong,
        };
        let hours = number(&hours);
        let minutes = hours.and_then(|_| number(&minutes));
        // Minutes are looked at last, and it is they that are told.
        if minutes.is_some_and(|minutes| minutes > 60) {
            return Err(Wrong::Range("time zone offset minute"));
        }
        if hours.is_some_and(|hours| hours > 24) {
            return Err(Wrong::Range("time zone offset hour"));
        }
        let (Some(hours), Some(minutes)) = (hours, minutes) else { return wrong };
        self.0 = rest;
        match sign {
            b'+' => Ok(hours * 60 + minutes),
            b'-' => Ok(-hours * 60 - minutes),
            _ => wrong,
        }
    }

    pub(crate) fn end(&self) -> Result<(), Wrong<'a>> {
        if self.0.is_empty() { Ok(()) } else { Err(Wrong::Extra(self.0)) }
    }

    fn digits<N: TryFrom<i32>>(&mut self, count: usize, part: &'static str) -> Result<N, Wrong<'a>> {
        let found = self.0.split_at_checked(count);
        let found = found.and_then(|(digits, rest)| Some((N::try_from(number(digits)?).ok()?, rest)));
        let (number, rest) = found.ok_or(Wrong::Part(self.0, part))?;
        self.0 = rest;
        Ok(number)
    }

    fn within(
        &mut self,
        part: &'static str,
        range: RangeInclusive<i8>,
        what: &'static str,
    ) -> Result<i8, Wrong<'a>> {
        let number = self.digits(2, part)?;
        if range.contains(&number) { Ok(number) } else { Err(Wrong::Range(what)) }
    }
}

/// A number of digits and nothing else, of which there are few.
fn number(digits: &[u8]) -> Option<i32> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| i32::from(byte - b'0'));
    digits.iter().try_fold(0, |number, byte| Some(number * 10 + digit(byte)?))
}
