//! Places in the web, read as Go's `net/url` reads them.

use super::addresses;
use crate::printed::quoted;

/// In which part of a place a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Host,
    Zone,
    Other,
}

/// The host of a place and its port, or why it is no place.
pub(super) fn host(text: &str) -> Result<Vec<u8>, String> {
    let (place, fragment) = text.split_once('#').unwrap_or((text, ""));
    let host = read(place).map_err(|why| format!("parse {}: {why}", quoted(place)))?;
    unescaped(fragment, Part::Other).map_err(|why| format!("parse {}: {why}", quoted(text)))?;
    Ok(host)
}

fn read(text: &str) -> Result<Vec<u8>, String> {
    if text.bytes().any(|byte| byte.is_ascii_control()) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    if text == "*" {
        return Ok(Vec::new());
    }
    let (scheme, rest) = scheme(text)?;
    let rest = rest.split_once('?').map_or(rest, |(before, _)| before);
    if !rest.starts_with('/') {
        if !scheme.is_empty() {
            return Ok(Vec::new());
        }
        if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
    }
    let authority = rest.strip_prefix("//").filter(|rest| !scheme.is_empty() || !rest.starts_with('/'));
    let (host, path) = match authority {
        Some(authority) => {
            let end = authority.find('/').unwrap_or(authority.len());
            let (authority, path) = authority.split_at(end);
            (of_authority(scheme, authority)?, path)
        }
        None => (Vec::new(), rest),
    };
    unescaped(path, Part::Other)?;
    Ok(host)
}

fn scheme(text: &str) -> Result<(&str, &str), String> {
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok(("", text))
}

fn of_authority(scheme: &str, authority: &str) -> Result<Vec<u8>, String> {
    let Some((user, host)) = authority.rsplit_once('@') else { return of_host(scheme, authority) };
    let host = of_host(scheme, host)?;
    if !user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte)) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    unescaped(name, Part::Other)?;
    unescaped(password, Part::Other)?;
    Ok(host)
}

fn of_host(scheme: &str, host: &str) -> Result<Vec<u8>, String> {
    let check_port = |port: &str| match port.strip_prefix(':') {
        None if port.is_empty() => Ok(()),
        Some(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => Ok(()),
        _ => Err(format!("invalid port {} after host", quoted(port))),
    };
    match host.rfind('[') {
        None => {
            let colon = if ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
                host.find(':')
            } else {
                host.rfind(':')
            };
            check_port(&host[colon.unwrap_or(host.len())..])?;
            unescaped(host, Part::Host)
        }
        Some(0) => {
            let end = host.rfind(']').ok_or("missing ']' in host")?;
            let (name, port) = (&host[1..end], &host[end + 1..]);
            check_port(port)?;
            unescaped(port, Part::Host)?;
            let (before, zone) = name.split_at(name.find("%25").unwrap_or(name.len()));
            let name = [unescaped(before, Part::Host)?, unescaped(zone, Part::Zone)?].concat();
            let address = addresses::parse(&name).map_err(|why| format!("invalid host: {why}"))?;
            if address.is_short {
                return Err("invalid IP-literal".to_owned());
            }
            Ok([b"[", &name[..], b"]", port.as_bytes()].concat())
        }
        Some(_) => Err("invalid IP-literal".to_owned()),
    }
}

/// A text without what is written as `%` and two digits.
fn unescaped(text: &str, part: Part) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        if *byte != b'%' {
            if part != Part::Other && byte.is_ascii() && !is_of_hosts(*byte) {
                let letter = char::from(*byte).to_string();
                return Err(format!("invalid character {} in host name", quoted(&letter)));
            }
            bytes.push(*byte);
            at += 1;
            continue;
        }
        let escape = &text[at..text.len().min(at + 3)];
        let invalid = || format!("invalid URL escape {}", quoted(escape));
        let number = escape.get(1..3).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let number = number.and_then(|digits| u8::from_str_radix(digits, 16).ok()).ok_or_else(invalid)?;
        let is_allowed = match part {
            Part::Host => number >= 0x80 || number == b'%',
            Part::Zone => number == b'%' || number == b' ' || is_of_hosts(number),
            Part::Other => true,
        };
        if !is_allowed {
            return Err(invalid());
        }
        bytes.push(number);
        at += 3;
    }
    Ok(bytes)
}

fn is_of_hosts(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!\"$&'()*+,-.:;<=>[]_~".contains(&byte)
}
