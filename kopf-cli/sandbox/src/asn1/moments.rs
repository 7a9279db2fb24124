//! Moments in DER, which are as Go would write them again.

use jiff::civil::Date;

use crate::{
    printed::quoted_bytes,
    times::{Reader, Wrong},
};

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
    let again = again(bytes, layout).map_err(|wrong| wrong.told(bytes, layout.text()))?;
    if again.as_bytes() == bytes {
        return Ok(());
    }
    Err(format!(
        "asn1: time did not serialize back to the original value and may be invalid: given {}, but serialized as \
         {again:?}",
        quoted_bytes(bytes)
    ))
}

/// A moment as Go writes it.
fn again(bytes: &[u8], layout: Layout) -> Result<String, Wrong<'_>> {
    let mut reader = Reader(bytes);
    let has_long_year = matches!(layout, Layout::Years | Layout::Fractions);
    let year = if has_long_year { reader.year()? } else { short_year(&mut reader)? };
    let (month, day, hour, minute) = (reader.month()?, reader.day()?, reader.hour()?, reader.minute()?);
    let (second, fraction) = match layout {
        Layout::Minutes => (String::new(), 0),
        _ => (format!("{:02}", reader.second()?), reader.fraction()),
    };
    let zone = match reader.zone("Z0700")? {
        0 => "Z".to_owned(),
        offset => {
            let (sign, offset) = (if offset < 0 { '-' } else { '+' }, offset.abs());
            format!("{sign}{:02}{:02}", offset / 60, offset % 60)
        }
    };
    reader.end()?;
    Date::new(year, month, day).map_err(|_| Wrong::Range("day"))?;
    let year = if has_long_year { format!("{year:04}") } else { format!("{:02}", year % 100) };
    let fraction = match fraction {
        1.. if layout == Layout::Fractions => format!(".{fraction:09}").trim_end_matches('0').to_owned(),
        _ => String::new(),
    };
    Ok(format!("{year}{month:02}{day:02}{hour:02}{minute:02}{second}{fraction}{zone}"))
}

/// A year of two digits, of which the first may be a sign.
fn short_year<'a>(reader: &mut Reader<'a>) -> Result<i16, Wrong<'a>> {
    let wrong = Wrong::Part(reader.0, "06");
    let Some((digits, rest)) = reader.0.split_at_checked(2) else { return Err(wrong) };
    let year: i16 = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or(wrong)?;
    reader.0 = rest;
    Ok(if year >= 69 { 1900 + year } else { 2000 + year })
}
