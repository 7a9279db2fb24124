//! What texts in built-in kinds have to look like, and what is said of those that do not.

use std::net::IpAddr;

use crate::{
    names::{is_subdomain, name_faults},
    net::{addresses, is_mapped, masked},
    resources::NameRule,
};

const WILDCARD: &str = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must \
    consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', \
    regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const CONFIG_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or \
    'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const PERCENT: &str = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex \
    used for validation is '[0-9]+%')";
const HEADER: &str = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for \
    validation is '[-A-Za-z0-9]+')";
const ADDRESS: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const RANGE: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

type Faults = Vec<String>;

/// The name of a port.
pub(super) fn port_name(name: &str) -> Faults {
    let mut faults = Vec::new();
    let mut say = |wrong: bool, why: &str| faults.extend(wrong.then(|| why.to_owned()));
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    say(name.len() > 15, "must be no more than 15 characters");
    say(
        name.is_empty() || !name.bytes().all(is_part),
        "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
    );
    say(!name.bytes().any(|byte| byte.is_ascii_lowercase()), "must contain at least one letter (a-z)");
    say(name.contains("--"), "must not contain consecutive hyphens");
    say(name.starts_with('-') || name.ends_with('-'), "must not begin or end with a hyphen");
    faults
}

/// A key of a config map or a secret.
pub(super) fn config_key(key: &str) -> Faults {
    let mut faults = Vec::new();
    let mut say = |wrong: bool, why: &str| faults.extend(wrong.then(|| why.to_owned()));
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    say(key.len() > 253, "must be no more than 253 characters");
    say(key.is_empty() || !key.bytes().all(is_part), CONFIG_KEY);
    match key {
        "." => say(true, "must not be '.'"),
        ".." => say(true, "must not be '..'"),
        key => say(key.starts_with(".."), "must not start with '..'"),
    }
    faults
}

/// The name of a variable of the environment.
pub(super) fn variable(name: &str) -> Faults {
    if name.chars().all(|letter| (' '..='~').contains(&letter) && letter != '=') {
        return Vec::new();
    }
    let why =
        "a valid environment variable name must consist only of printable ASCII characters other than '='";
    vec![why.to_owned()]
}

pub(super) fn header(name: &str) -> Faults {
    let fine = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fine { Vec::new() } else { vec![HEADER.to_owned()] }
}

pub(super) fn percent(text: &str) -> Faults {
    if percentage(text).is_some() { Vec::new() } else { vec![PERCENT.to_owned()] }
}

/// The number before the sign.
pub(super) fn percentage(text: &str) -> Option<i64> {
    let number = text.strip_suffix('%').filter(|number| !number.is_empty())?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().unwrap_or(i64::MAX))
}

/// The name of a host, which may stand for all below a domain.
pub(super) fn host(name: &str) -> Faults {
    if !name.contains('*') {
        return name_faults(name, NameRule::Subdomain);
    }
    let fine = name.strip_prefix("*.").is_some_and(is_subdomain);
    let length = (name.len() > 253).then(|| "must be no more than 253 characters".to_owned());
    length.into_iter().chain((!fine).then(|| WILDCARD.to_owned())).collect()
}

/// The name of a host or a domain, in which an underscore may stand.
pub(super) fn underscored(name: &str) -> Faults {
    const FORM: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or \
        '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
        '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";
    let is_end =
        |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_part = |part: &str| {
        let part = part.strip_prefix('_').unwrap_or(part);
        let mut bytes = part.bytes();
        let fits = |byte: u8| b"-_".contains(&byte) || is_end(Some(byte));
        is_end(part.bytes().next()) && is_end(part.bytes().next_back()) && bytes.all(fits)
    };
    let length = (name.len() > 253).then(|| "must be no more than 253 characters".to_owned());
    length.into_iter().chain((!name.split('.').all(is_part)).then(|| FORM.to_owned())).collect()
}

/// A path without a way up.
pub(super) fn no_way_up(path: &str) -> Faults {
    let wrong = path.split('/').any(|part| part == "..");
    if wrong { vec!["must not contain '..'".to_owned()] } else { Vec::new() }
}

/// A path that leads down from where it begins.
pub(super) fn descending(path: &str) -> Faults {
    let absolute = path.starts_with('/').then(|| "must be a relative path".to_owned());
    absolute.into_iter().chain(no_way_up(path)).collect()
}

/// A path that leads down and to no name that is kept for others.
pub(super) fn not_reserved(path: &str) -> Faults {
    let reserved = path.starts_with("..") && !path.starts_with("../");
    let reserved = reserved.then(|| "must not start with '..'".to_owned());
    descending(path).into_iter().chain(reserved).collect()
}

pub(super) fn address(text: &str) -> Faults {
    let why = match addresses::tolerant(text) {
        None => ADDRESS,
        Some(_) if !is_strict(text) => "must not have leading 0s",
        Some(address) if is_mapped(address) => "must not be an IPv4-mapped IPv6 address",
        Some(_) => return Vec::new(),
    };
    vec![why.to_owned()]
}

/// Whether there are no zeros in front of the numbers of an address.
fn is_strict(address: &str) -> bool {
    addresses::read(address.as_bytes()).is_ok()
}

pub(super) fn range(text: &str) -> Faults {
    let Some((address, length)) = addresses::tolerant_range(text) else { return vec![RANGE.to_owned()] };
    let strict = text
        .split_once('/')
        .is_some_and(|(address, length)| is_strict(address) && (length == "0" || !length.starts_with('0')));
    let why = match address {
        _ if !strict => "must not have leading 0s in IP or prefix length",
        address if is_mapped(address) => "must not have an IPv4-mapped IPv6 address",
        address if masked(address, length) != address => "must not have bits set beyond the prefix length",
        _ => return Vec::new(),
    };
    vec![why.to_owned()]
}

/// Whether a range has all addresses of another, and more.
pub(super) fn contains((outer, longer): (IpAddr, u8), (inner, length): (IpAddr, u8)) -> bool {
    masked(inner, longer) == masked(outer, longer) && longer < length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_their_forms() {
        type Row = (fn(&str) -> Faults, &'static str, usize);
        let rows: [Row; 26] = [
            (port_name, "http-8080", 0),
            (port_name, "8080", 1),
            (port_name, "-A--", 4),
            (port_name, "sixteen-letters-", 2),
            (config_key, "A.b_c-1", 0),
            (config_key, "a b", 1),
            (config_key, "..", 1),
            (variable, "a b.C", 0),
            (variable, "a=b", 1),
            (variable, "ü", 1),
            (percent, "25%", 0),
            (percent, "25", 1),
            (percent, "%", 1),
            (host, "*.a.b", 0),
            (host, "*.*.b", 1),
            (host, "a.b", 0),
            (descending, "a/b", 0),
            (descending, "/a/../b", 2),
            (not_reserved, "..a", 1),
            (not_reserved, "../a", 1),
            (address, "10.0.0.1", 0),
            (address, "010.0.0.1", 1),
            (address, "::ffff:1.2.3.4", 1),
            (range, "10.0.0.0/8", 0),
            (range, "10.0.0.1/8", 1),
            (range, "::/0", 0),
        ];
        for (check, text, faults) in rows {
            assert_eq!(check(text).len(), faults, "{text}: {:?}", check(text));
        }
    }

    #[test]
    fn a_range_has_a_smaller_one_of_its_addresses() {
        let of = |text: &str| addresses::tolerant_range(text).unwrap();
        assert!(contains(of("10.0.0.0/8"), of("10.1.0.0/16")));
        assert!(!contains(of("10.0.0.0/8"), of("10.0.0.0/8")));
        assert!(!contains(of("10.0.0.0/8"), of("11.0.0.0/16")));
    }
}
