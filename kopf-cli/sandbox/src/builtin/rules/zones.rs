//! The time zones that cron jobs may run in.

use crate::builtin::{checks::Causes, site::Site};

/// The names that a server has in itself: those of the database of its Go, one a line, in the order of their bytes. Where its
/// system has a database, too, a server knows what is in that.
const NAMES: &str = include_str!("zones.txt");
const LOCAL: &str = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";

/// What is wrong with the name of a time zone.
pub(super) fn faults(site: &Site<'_>) -> Causes {
    let zone = site.text();
    if !site.is_given() {
        return Vec::new();
    }
    if zone.is_empty() {
        return vec![site.invalid_as_json("timeZone must be nil or non-empty string")];
    }
    if !zone.split('/').all(is_part) {
        return vec![site.invalid_as_json(&format!("unknown time zone {zone}"))];
    }
    let mut causes = Vec::new();
    if zone.eq_ignore_ascii_case("local") {
        causes.push(site.invalid_as_json(LOCAL));
    }
    causes.extend(fault(zone).map(|why| site.invalid_as_json(&why)));
    causes
}

/// Why Go finds no zone of a name; nothing stands for UTC.
pub(super) fn fault(zone: &str) -> Option<String> {
    match zone {
        "" | "Local" => None,
        zone if zone.contains("..") || zone.starts_with(['/', '\\']) => {
            Some("time: invalid location name".to_owned())
        }
        zone if is_known(zone) => None,
        zone => Some(format!("unknown time zone {zone}")),
    }
}

fn is_part(part: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte);
    (1..=14).contains(&part.len())
        && part != "."
        && part != ".."
        && !part.starts_with('-')
        && part.bytes().all(fine)
}

fn is_known(zone: &str) -> bool {
    NAMES.lines().any(|name| name == zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_have_names_of_places() {
        for zone in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1", "US/Pacific"] {
            assert!(is_known(zone), "{zone}");
        }
        for zone in ["utc", "Europe", "Europe/", "Europe/Nowhere", "Berlin"] {
            assert!(!is_known(zone), "{zone}");
        }
    }
}
