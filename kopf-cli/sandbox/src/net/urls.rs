//! URLs, as Go's `net/url` reads and prints them.

use super::{
    addresses,
    escapes::{Place, escaped, unescaped, written},
};
use crate::printed::quoted;

/// A locator. Two are the same where they are printed alike.
#[derive(Debug, Default)]
pub(crate) struct Url {
    pub(crate) scheme: String,
    /// The host and its port.
    pub(crate) host: Vec<u8>,
    /// The path as it is written.
    pub(crate) path: String,
    pub(crate) query: String,
    printed: Vec<u8>,
}

impl PartialEq for Url {
    fn eq(&self, other: &Self) -> bool {
        self.printed == other.printed
    }
}

impl Eq for Url {}

impl Url {
    /// The host without brackets, and its port.
    pub(crate) fn name_and_port(&self) -> (&[u8], &[u8]) {
        let colon =
            self.host.iter().rposition(|byte| *byte == b':').filter(|colon| is_port(&self.host[*colon..]));
        let (name, port) =
            colon.map_or((&*self.host, &b""[..]), |at| (&self.host[..at], &self.host[at + 1..]));
        let inner = name.strip_prefix(b"[").and_then(|name| name.strip_suffix(b"]"));
        (inner.unwrap_or(name), port)
    }
}

/// A locator without a fragment, as a request may have it or as it may be written.
///
/// # Errors
///
/// Why it is none.
pub(crate) fn read(said: &str, is_request: bool) -> Result<Url, String> {
    parts(said, is_request).map_err(|why| wrong(said, &why))
}

/// A locator, with or without a fragment.
///
/// # Errors
///
/// Why it is none.
pub(crate) fn with_fragment(said: &str) -> Result<Url, String> {
    let (before, fragment) = said.split_once('#').unwrap_or((said, ""));
    let mut url = read(before, false)?;
    if !fragment.is_empty() {
        let plain = unescaped(fragment, Place::Fragment).map_err(|why| wrong(said, &why))?;
        url.printed.push(b'#');
        url.printed.extend(written(fragment, &plain, Place::Fragment).into_bytes());
    }
    Ok(url)
}

/// A key or a value of a query.
pub(crate) fn parameter(said: &str) -> Option<String> {
    let plain = unescaped(said, Place::Parameter).ok()?;
    Some(String::from_utf8_lossy(&plain).into_owned())
}

fn wrong(said: &str, why: &str) -> String {
    format!("parse {}: {why}", quoted(said))
}

fn parts(said: &str, is_request: bool) -> Result<Url, String> {
    if said.bytes().any(|byte| byte.is_ascii_control()) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    if said.is_empty() && is_request {
        return Err("empty url".to_owned());
    }
    if said == "*" {
        return Ok(Url { path: said.to_owned(), printed: b"*".to_vec(), ..Url::default() });
    }
    let (scheme, rest) = scheme(said)?;
    let scheme = scheme.to_ascii_lowercase();
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    let mut printed = if scheme.is_empty() { Vec::new() } else { format!("{scheme}:").into_bytes() };
    let mut url = Url { scheme, query: query.unwrap_or_default().to_owned(), ..Url::default() };
    if !rest.starts_with('/') {
        match () {
            // What follows says something to those who know the scheme.
            () if !url.scheme.is_empty() => printed.extend(rest.bytes()),
            () if is_request => return Err("invalid URI for request".to_owned()),
            () if rest.split('/').next().is_some_and(|segment| segment.contains(':')) => {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
            () => set_path(&mut url, rest, &mut printed)?,
        }
    } else {
        let has_host = !url.scheme.is_empty() || !is_request && !rest.starts_with("///");
        let path = match rest.strip_prefix("//").filter(|_| has_host) {
            Some(rest) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                let user = set_authority(&mut url, authority)?;
                if !url.host.is_empty() || !path.is_empty() || user.is_some() {
                    printed.extend(b"//");
                }
                printed.extend(user.into_iter().flat_map(|user| format!("{user}@").into_bytes()));
                printed.extend(escaped(&url.host, Place::Host).into_bytes());
                path
            }
            None => rest,
        };
        set_path(&mut url, path, &mut printed)?;
    }
    if let Some(query) = query {
        printed.push(b'?');
        printed.extend(query.bytes());
    }
    Ok(Url { printed, ..url })
}

fn scheme(said: &str) -> Result<(&str, &str), String> {
    let is_of_it = |letter: &char| letter.is_ascii_alphanumeric() || "+-.".contains(*letter);
    let end = said.chars().take_while(is_of_it).count();
    match said[end..].strip_prefix(':') {
        Some(_) if end == 0 => Err("missing protocol scheme".to_owned()),
        Some(rest) if said.starts_with(|first: char| first.is_ascii_alphabetic()) => Ok((&said[..end], rest)),
        _ => Ok(("", said)),
    }
}

fn set_path(url: &mut Url, path: &str, printed: &mut Vec<u8>) -> Result<(), String> {
    let plain = unescaped(path, Place::Path)?;
    url.path = written(path, &plain, Place::Path);
    printed.extend(url.path.bytes());
    Ok(())
}

/// The name and the password of a user, as they are printed.
fn set_authority(url: &mut Url, authority: &str) -> Result<Option<String>, String> {
    let (user, said) =
        authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    url.host = host(&url.scheme, said)?;
    let Some(user) = user else { return Ok(None) };
    if !user.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(letter)) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let part = |part: &str| unescaped(part, Place::User).map(|plain| escaped(&plain, Place::User));
    Ok(Some(match user.split_once(':') {
        Some((name, password)) => format!("{}:{}", part(name)?, part(password)?),
        None => part(user)?,
    }))
}

fn host(scheme: &str, said: &str) -> Result<Vec<u8>, String> {
    match said.rfind('[') {
        None => {
            // Where only the last colon counts, there may be others before it.
            let is_strict = ["http", "https"].contains(&scheme);
            let colon = if is_strict { said.find(':') } else { said.rfind(':') };
            checked_port(colon.map_or("", |colon| &said[colon..]))?;
            unescaped(said, Place::Host)
        }
        Some(0) => {
            let end = said.rfind(']').ok_or("missing ']' in host")?;
            let (name, port) = (&said[1..end], &said[end + 1..]);
            checked_port(port)?;
            let plain = match name.find("%25") {
                Some(zone) => {
                    [unescaped(&name[..zone], Place::Host)?, unescaped(&name[zone..], Place::Zone)?].concat()
                }
                None => unescaped(name, Place::Host)?,
            };
            let read = addresses::read(&plain).map_err(|why| format!("invalid host: {why}"))?;
            if read.address.is_ipv4() {
                return Err("invalid IP-literal".to_owned());
            }
            Ok([b"[", &*plain, b"]", port.as_bytes()].concat())
        }
        Some(_) => Err("invalid IP-literal".to_owned()),
    }
}

fn checked_port(said: &str) -> Result<(), String> {
    let why = || format!("invalid port {} after host", quoted(said));
    (said.is_empty() || is_port(said.as_bytes())).then_some(()).ok_or_else(why)
}

fn is_port(said: &[u8]) -> bool {
    said.strip_prefix(b":").is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_locator_is_told() {
        for (said, why) in [
            ("", "empty url"),
            ("a", "invalid URI for request"),
            (":a", "missing protocol scheme"),
            ("/%zz", "invalid URL escape \"%zz\""),
            ("http://a b", "invalid character \" \" in host name"),
            ("http://a:b:1", "invalid port \":b:1\" after host"),
            ("http://[::1", "missing ']' in host"),
            ("http://[1.2.3.4]", "invalid IP-literal"),
            ("http://<@a", "net/url: invalid userinfo"),
        ] {
            assert_eq!(read(said, true).err(), Some(wrong(said, why)));
        }
    }

    #[test]
    fn locators_are_printed_alike_where_they_are_the_same() {
        for (said, printed) in [
            ("HTTP://u:p@A/%7e b?c#d e", "http://u:p@A/~%20b?c#d%20e"),
            ("mailto:a@b?c", "mailto:a@b?c"),
            ("http://", "http:"),
            ("a:/b?", "a:/b?"),
        ] {
            assert_eq!(String::from_utf8(with_fragment(said).unwrap().printed).unwrap(), printed);
        }
    }
}
