//! When cron jobs run: the syntax of schedules, and what is said of what is none.

use super::zones;
use crate::{printed, times::read_span};

/// A field of a schedule: its least, its most, and names for some of its numbers.
type Field = (u64, u64, &'static [(&'static str, u64)]);

const MONTHS: &[(&str, u64)] = &[
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("may", 5),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
];
const DAYS: &[(&str, u64)] =
    &[("sun", 0), ("mon", 1), ("tue", 2), ("wed", 3), ("thu", 4), ("fri", 5), ("sat", 6)];
const FIELDS: [Field; 5] = [(0, 59, &[]), (0, 23, &[]), (1, 31, &[]), (1, 12, MONTHS), (0, 6, DAYS)];
const NAMED: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// Why a text is no schedule.
pub(super) fn fault(schedule: &str) -> Option<String> {
    let named = schedule.strip_prefix("TZ=").or_else(|| schedule.strip_prefix("CRON_TZ="));
    let schedule = match named.map(|rest| rest.split_once(' ')) {
        Some(Some((zone, schedule))) => {
            if let Some(why) = zones::fault(zone) {
                return Some(format!("provided bad location {zone}: {why}"));
            }
            schedule.trim()
        }
        Some(None) => {
            return Some("invalid schedule format: runtime error: slice bounds out of range".to_owned());
        }
        None => schedule,
    };
    if schedule.starts_with('@') {
        return descriptor(schedule);
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Some(format!("expected exactly 5 fields, found {}: [{}]", fields.len(), fields.join(" ")));
    }
    fields.iter().zip(FIELDS).find_map(|(text, field)| {
        let mut parts = text.split(',').filter(|part| !part.is_empty());
        parts.find_map(|part| range(part, field).err())
    })
}

fn descriptor(text: &str) -> Option<String> {
    if NAMED.contains(&text) {
        return None;
    }
    let Some(duration) = text.strip_prefix("@every ") else {
        return Some(format!("unrecognized descriptor: {text}"));
    };
    let why = read_span(duration).err()?;
    Some(format!("failed to parse duration {text}: {why}"))
}

fn range(text: &str, (least, most, names): Field) -> Result<(), String> {
    let parts: Vec<&str> = text.split('/').collect();
    let ends: Vec<&str> = parts[0].split('-').collect();
    let named = |text: &str| {
        let known = names.iter().find(|(name, _)| text.eq_ignore_ascii_case(name));
        known.map_or_else(|| number(text), |(_, number)| Ok(*number))
    };
    let (start, mut end) = match ends[..] {
        ["*" | "?", ..] => (least, most),
        [start] => (named(start)?, named(start)?),
        [start, end] => (named(start)?, named(end)?),
        _ => {
            named(ends[0])?;
            return Err(format!("too many hyphens: {text}"));
        }
    };
    let step = match parts[..] {
        [_] => 1,
        [_, step] => {
            let step = number(step)?;
            if ends.len() == 1 {
                end = most;
            }
            step
        }
        _ => return Err(format!("too many slashes: {text}")),
    };
    if start < least {
        return Err(format!("beginning of range ({start}) below minimum ({least}): {text}"));
    }
    if end > most {
        return Err(format!("end of range ({end}) above maximum ({most}): {text}"));
    }
    if start > end {
        return Err(format!("beginning of range ({start}) beyond end of range ({end}): {text}"));
    }
    if step == 0 {
        return Err(format!("step of range should be a positive number: {text}"));
    }
    Ok(())
}

fn number(text: &str) -> Result<u64, String> {
    match text.parse::<i64>() {
        Ok(number) => {
            u64::try_from(number).map_err(|_| format!("negative number ({number}) not allowed: {text}"))
        }
        Err(error) => {
            let out_of_range = matches!(
                error.kind(),
                std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow
            );
            let why = if out_of_range { "value out of range" } else { "invalid syntax" };
            Err(format!(
                "failed to parse int from {text}: strconv.Atoi: parsing {}: {why}",
                printed::quoted(text)
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_have_five_fields_or_a_name() {
        for schedule in [
            "* * * * *",
            "*/5 0-23/2 1,15 JAN-dec sun",
            "0 0 ? * 1-5",
            "5/10 * * * *",
            "@daily",
            "@every 1h30m",
            "@every 1.5h",
        ] {
            assert_eq!(fault(schedule), None, "{schedule}");
        }
        for (schedule, why) in [
            ("", "expected exactly 5 fields, found 0: []"),
            ("* * *", "expected exactly 5 fields, found 3: [* * *]"),
            ("60 * * * *", "end of range (60) above maximum (59): 60"),
            ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
            ("1/2/3 * * * *", "too many slashes: 1/2/3"),
            ("x * * * *", r#"failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax"#),
            ("@never", "unrecognized descriptor: @never"),
            ("@every x", r#"failed to parse duration @every x: time: invalid duration "x""#),
        ] {
            assert_eq!(fault(schedule).as_deref(), Some(why), "{schedule}");
        }
    }
}
