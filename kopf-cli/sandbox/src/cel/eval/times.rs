//! Moments and spans: read, printed, taken apart and reckoned with.

use chrono::{DateTime, Datelike, Duration, FixedOffset, Timelike};
use jiff::{civil, tz::TimeZone};
use kube_cel::cel::Value;

use super::{
    Fault, Outcome,
    values::{text, type_of},
};
use crate::times::{elapsed, read_span, said};

/// The first and the last second that a moment may have.
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// A span in billionths of a second; `None` where there are too many.
pub(super) fn nanoseconds(span: Duration) -> Option<i64> {
    span.num_nanoseconds()
}

pub(super) fn span(nanoseconds: Option<i64>) -> Outcome {
    nanoseconds
        .map(|nanoseconds| Value::Duration(Duration::nanoseconds(nanoseconds)))
        .ok_or_else(|| Fault::new("integer overflow"))
}

pub(super) fn spans(one: Duration, other: Duration, reckon: fn(i64, i64) -> Option<i64>) -> Outcome {
    span(nanoseconds(one).zip(nanoseconds(other)).and_then(|(one, other)| reckon(one, other)))
}

pub(super) fn moment(moment: Option<DateTime<FixedOffset>>) -> Outcome {
    moment
        .filter(|moment| SECONDS.contains(&moment.timestamp()))
        .map(Value::Timestamp)
        .ok_or_else(|| Fault::new("timestamp overflow"))
}

/// The moment so many seconds after 1970.
fn of_seconds(seconds: i64) -> Outcome {
    moment(DateTime::from_timestamp(seconds, 0).map(|moment| moment.fixed_offset()))
}

/// A moment as RFC 3339 writes it; `None` where it is none.
pub(super) fn read(source: &str) -> Option<Outcome> {
    let (said, zone) = said(source.as_bytes(), |reader| Ok(reader.fraction())).ok()?;
    Some(moment(Some(moment_at(said, zone))))
}

/// The moment that is said so where clocks are so many minutes off; in UTC, where that is more than a zone can be here.
pub(crate) fn moment_at(said: civil::DateTime, zone: i32) -> DateTime<FixedOffset> {
    let (seconds, nanos) = elapsed(said);
    let moment = DateTime::from_timestamp(seconds - i64::from(zone) * 60, nanos.unsigned_abs());
    let moment = moment.unwrap_or_default();
    match FixedOffset::east_opt(zone * 60) {
        Some(zone) => moment.with_timezone(&zone),
        None => moment.fixed_offset(),
    }
}

/// A moment, with as many digits after the second as there are.
pub(in crate::cel) fn print(moment: DateTime<FixedOffset>) -> String {
    let mut printed = moment.format("%Y-%m-%dT%H:%M:%S").to_string();
    let nanoseconds = moment.nanosecond() % 1_000_000_000;
    if nanoseconds > 0 {
        let digits = format!(".{nanoseconds:09}");
        printed.push_str(digits.trim_end_matches('0'));
    }
    let zone = if moment.offset().local_minus_utc() == 0 {
        "Z".to_owned()
    } else {
        moment.format("%:z").to_string()
    };
    printed + &zone
}

/// A span in seconds.
pub(super) fn print_span(span: Duration) -> String {
    let nanoseconds = nanoseconds(span).unwrap_or_default();
    let seconds = (nanoseconds / 1_000_000_000) as f64 + (nanoseconds % 1_000_000_000) as f64 / 1e9;
    format!("{seconds}s")
}

/// What a function makes of a moment or a span; `None` where it is none of these functions.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Outcome> {
    let part = name.strip_prefix("get")?;
    Some(match args {
        [Value::Timestamp(moment)] => of_moment(part, moment.to_utc().fixed_offset())?,
        [Value::Timestamp(moment), Value::String(zone)] => match in_zone(*moment, zone) {
            Ok(moment) => of_moment(part, moment)?,
            Err(why) => Err(why),
        },
        [Value::Duration(span)] => of_span(part, *span)?,
        _ => return None,
    })
}

fn of_moment(part: &str, moment: DateTime<FixedOffset>) -> Option<Outcome> {
    Some(Ok(Value::Int(i64::from(match part {
        "FullYear" => moment.year(),
        "Month" => moment.month0().cast_signed(),
        "DayOfYear" => moment.ordinal0().cast_signed(),
        "DayOfMonth" => moment.day0().cast_signed(),
        "Date" => moment.day().cast_signed(),
        "DayOfWeek" => moment.weekday().num_days_from_sunday().cast_signed(),
        "Hours" => moment.hour().cast_signed(),
        "Minutes" => moment.minute().cast_signed(),
        "Seconds" => moment.second().cast_signed(),
        "Milliseconds" => (moment.nanosecond() / 1_000_000).cast_signed(),
        _ => return None,
    }))))
}

fn of_span(part: &str, span: Duration) -> Option<Outcome> {
    let unit = match part {
        "Hours" => 3_600_000_000_000,
        "Minutes" => 60_000_000_000,
        "Seconds" => 1_000_000_000,
        "Milliseconds" => 1_000_000,
        _ => return None,
    };
    Some(Ok(Value::Int(nanoseconds(span).unwrap_or_default() / unit)))
}

/// A moment in a zone: one with a name, or so many hours and minutes off.
fn in_zone(moment: DateTime<FixedOffset>, zone: &str) -> Result<DateTime<FixedOffset>, Fault> {
    let seconds = match zone.split_once(':') {
        None => i64::from(named_zone(moment, zone)?),
        Some((hours, minutes)) => {
            let number = |text: &str| {
                text.parse::<i64>().map_err(|_| {
                    let why = if is_number(text) { "value out of range" } else { "invalid syntax" };
                    Fault::new(format!("strconv.Atoi: parsing {}: {why}", crate::printed::quoted(text)))
                })
            };
            let (hours, minutes) = (number(hours)?, number(minutes)?);
            let minutes = if zone.starts_with('-') { minutes.wrapping_neg() } else { minutes };
            // Go reckons in billionths of a second, and goes round.
            let minutes = hours.wrapping_mul(60).wrapping_add(minutes);
            minutes.wrapping_mul(60_000_000_000) / 1_000_000_000
        }
    };
    // What is further off than a day has no time of its own; its days are others.
    let shifted = moment.to_utc().checked_add_signed(Duration::seconds(seconds));
    shifted.map(|moment| moment.fixed_offset()).ok_or_else(|| Fault::new("timestamp overflow"))
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

fn named_zone(moment: DateTime<FixedOffset>, zone: &str) -> Result<i32, Fault> {
    if zone.split(['/', '\\']).any(|part| part == "..") || zone.starts_with(['/', '\\']) {
        return Err(Fault::new("time: invalid location name"));
    }
    let named = match zone {
        "" | "UTC" | "Local" => return Ok(0),
        zone => TimeZone::get(zone).ok().filter(|found| found.iana_name() == Some(zone)),
    };
    let named = named.ok_or_else(|| Fault::new(format!("unknown time zone {zone}")))?;
    // Of the last day that there is no other offset is known than of the one before it.
    let seconds = moment.timestamp();
    let known = jiff::Timestamp::MIN.as_second()..=jiff::Timestamp::MAX.as_second();
    let moment = jiff::Timestamp::from_second(seconds.clamp(*known.start(), *known.end()));
    moment.map(|moment| named.to_offset(moment).seconds()).map_err(|_| Fault::new("timestamp overflow"))
}

/// A moment, from what can be one.
pub(super) fn to_moment(value: &Value) -> Option<Outcome> {
    Some(match value {
        Value::Timestamp(_) => Ok(value.clone()),
        Value::Int(seconds) => of_seconds(*seconds),
        Value::String(source) => read(source).unwrap_or_else(|| {
            Err(super::conversions::unconvertible(type_of(value), "google.protobuf.Timestamp"))
        }),
        _ => return None,
    })
}

/// A span, from what can be one.
pub(super) fn to_span(value: &Value) -> Option<Outcome> {
    Some(match value {
        Value::Duration(_) => Ok(value.clone()),
        Value::String(source) => read_span(source)
            .map(|span| Value::Duration(Duration::nanoseconds(span)))
            .map_err(|_| super::conversions::unconvertible(type_of(value), "google.protobuf.Duration")),
        _ => return None,
    })
}

pub(super) fn text_of(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Timestamp(moment) => text(print(*moment)),
        Value::Duration(span) => text(print_span(*span)),
        _ => return None,
    })
}
