//! Moments and days as the formats `date-time` and `date` have them.

use jiff::civil::{Date, DateTime};

use super::{EPOCH, Reader, Wrong, civil_said, day_said, fixed, said};

/// What a text says where it was written, and how many minutes that is off; without a zone it is in UTC.
///
/// # Errors
///
/// What is wrong with it, in the words of Go. A text may say a moment in several ways, and it is told of as the last of them, which
/// has no zone.
pub(crate) fn formatted(text: &str) -> Result<(DateTime, i32), String> {
    let bytes = text.as_bytes();
    if bytes.is_empty() {
        return Ok((EPOCH, 0));
    }
    said(bytes, |reader| Ok(reader.fraction()))
        .or_else(|_| said(bytes, |reader| fixed(reader, ".000000")))
        .or_else(|_| said(bytes, |reader| fixed(reader, ".000")))
        .or_else(|_| local(bytes).map(|moment| (moment, 0)))
        .map_err(|wrong| wrong.told(bytes, "2006-01-02T15:04:05"))
}

fn local(text: &[u8]) -> Result<DateTime, Wrong<'_>> {
    let mut reader = Reader(text);
    let moment = civil_said(&mut reader, |reader| Ok(reader.fraction()))?;
    reader.end()?;
    moment.ok_or(Wrong::Range("day"))
}

/// The day that a text says.
///
/// # Errors
///
/// What is wrong with it, in the words of Go.
pub(crate) fn day(text: &str) -> Result<Date, String> {
    let mut reader = Reader(text.as_bytes());
    let said = day_said(&mut reader).and_then(|(year, month, day)| {
        reader.end()?;
        Date::new(year, month, day).map_err(|_| Wrong::Range("day"))
    });
    said.map_err(|wrong| wrong.told(text.as_bytes(), "2006-01-02"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, moment: &str, date: &str) {
        let found = formatted(text).map_or_else(|why| why, |(time, zone)| format!("{time} {zone}"));
        assert_eq!(found, moment);
        assert_eq!(day(text).map_or_else(|why| why, |day| day.to_string()), date);
    }

    #[test]
    fn moments_are_written_in_several_ways_and_days_in_one() {
        check("", "1970-01-01T00:00:00 0", r#"parsing time "" as "2006-01-02": cannot parse "" as "2006""#);
        check(
            "2024-01-02T03:04:05+24:00",
            "2024-01-02T03:04:05 1440",
            r#"parsing time "2024-01-02T03:04:05+24:00": extra text: "T03:04:05+24:00""#,
        );
        check(
            "2024-01-02T3:04:05,5",
            "2024-01-02T03:04:05.5 0",
            r#"parsing time "2024-01-02T3:04:05,5": extra text: "T3:04:05,5""#,
        );
        check(
            "2024-01-02T03:04:05.+12Z",
            "2024-01-02T03:04:05.012 0",
            r#"parsing time "2024-01-02T03:04:05.+12Z": extra text: "T03:04:05.+12Z""#,
        );
        check(
            "2024-02-29",
            r#"parsing time "2024-02-29" as "2006-01-02T15:04:05": cannot parse "" as "T""#,
            "2024-02-29",
        );
        check(
            "2024-1-2",
            r#"parsing time "2024-1-2" as "2006-01-02T15:04:05": cannot parse "1-2" as "01""#,
            r#"parsing time "2024-1-2" as "2006-01-02": cannot parse "1-2" as "01""#,
        );
        check(
            "2023-02-29",
            r#"parsing time "2023-02-29" as "2006-01-02T15:04:05": cannot parse "" as "T""#,
            r#"parsing time "2023-02-29": day out of range"#,
        );
        check(
            "2023-02-29T00:00:00",
            r#"parsing time "2023-02-29T00:00:00": day out of range"#,
            r#"parsing time "2023-02-29T00:00:00": extra text: "T00:00:00""#,
        );
    }
}
