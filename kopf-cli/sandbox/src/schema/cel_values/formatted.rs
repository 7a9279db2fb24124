//! Texts whose format says what they are: moments, days, spans and bytes. What is none of its format is a fault where it is used.

use std::sync::Arc;

use chrono::Duration;
use kube_cel::cel;

use crate::{
    cel::{moment_at, wrong},
    encoded::{self, Letters},
    formats::durations,
    times,
};

/// A text as rules see it.
pub(super) fn of_format(text: &str, format: Option<&str>) -> cel::Value {
    let (kind, read) = match format {
        Some("date-time") => {
            let said = times::formatted(text);
            (
                "date-time formatted string",
                said.map(|(time, zone)| cel::Value::Timestamp(moment_at(time, zone))),
            )
        }
        Some("date") => {
            let day = times::day(text);
            ("date formatted string", day.map(|day| cel::Value::Timestamp(moment_at(day.into(), 0))))
        }
        Some("duration") => {
            let span = durations::read(text);
            ("duration", span.map(|span| cel::Value::Duration(Duration::nanoseconds(span))))
        }
        Some("byte") => {
            // It is looked at in the other alphabet, so that a right text may be wrong here.
            let bytes = encoded::decode(text.as_bytes(), Letters::UrlSafe);
            ("byte formatted string", bytes.map(|bytes| cel::Value::Bytes(Arc::new(bytes))))
        }
        _ => return cel::Value::String(Arc::new(text.to_owned())),
    };
    read.unwrap_or_else(|why| wrong(format!("Invalid {kind} {text}: {why}")))
}
