//! Reads the values of options, whether they are typed or from the environment.
//!
//! Errors say what is expected; whoever asks adds which option was meant and what was found.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    num::NonZeroUsize,
    time::Duration,
};

use kopf_reactor::Events;

use crate::telemetry::Format;

/// The most handlers that may run at once. More than this is a slip of the finger, and no machine's wish.
const CONCURRENCY_LIMIT: usize = 10_000;

/// The name of a namespace: a DNS label.
pub fn namespace(text: &str) -> Result<String, String> {
    let letters = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if letters && !text.is_empty() && text.len() <= 63 && !text.starts_with('-') && !text.ends_with('-') {
        Ok(text.to_owned())
    } else {
        Err("a namespace's name is 1 to 63 of a-z, 0-9 and dashes, with no dash at either end".to_owned())
    }
}

/// A log format, in any case.
pub fn format(text: &str) -> Result<Format, String> {
    match text.to_ascii_lowercase().as_str() {
        "full" => Ok(Format::Full),
        "plain" => Ok(Format::Plain),
        "json" => Ok(Format::Json),
        _ => Err("expected full, plain or json".to_owned()),
    }
}

/// Which Kubernetes Events to post.
pub fn events(text: &str) -> Result<Events, String> {
    match text.to_ascii_lowercase().as_str() {
        "all" => Ok(Events::All),
        "warnings" => Ok(Events::Warnings),
        "none" => Ok(Events::None),
        _ => Err("expected all, warnings or none".to_owned()),
    }
}

/// How many handlers may run at once.
pub fn concurrency(text: &str) -> Result<NonZeroUsize, String> {
    (text.parse().ok())
        .filter(|number: &NonZeroUsize| number.get() <= CONCURRENCY_LIMIT)
        .ok_or_else(|| format!("expected a number from 1 to {CONCURRENCY_LIMIT}"))
}

/// Seconds, perhaps with a fraction.
pub fn grace(text: &str) -> Result<Duration, String> {
    (text.parse().ok())
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "expected seconds, such as 25 or 0.5".to_owned())
}

/// An address to serve at: a port, of the loopback; or a host and a port.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    match (host, port.parse()) {
        ("" | "localhost", Ok(port)) => Ok(SocketAddr::new(loopback, port)),
        _ => text.parse().map_err(|_| {
            "expected a port of the loopback or ADDRESS:PORT, such as 8080 or 0.0.0.0:8080".to_owned()
        }),
    }
}

/// A switch in the environment.
pub fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("expected true or false".to_owned()),
    }
}

/// The words of a list in the environment, which commas or white space separate.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: std::fmt::Debug>(read: fn(&str) -> Result<T, String>, text: &str, expected: &str) {
        let found = read(text).map_or_else(|error| format!("error: {error}"), |value| format!("{value:?}"));
        assert_eq!(found, expected, "of `{text}`");
    }

    #[test]
    fn a_port_alone_is_one_of_the_loopback() {
        check(address, "8080", "127.0.0.1:8080");
        check(address, ":8080", "127.0.0.1:8080");
        check(address, "localhost:0", "127.0.0.1:0");
        check(address, "0.0.0.0:8080", "0.0.0.0:8080");
        check(address, "[::]:8080", "[::]:8080");
    }

    #[test]
    fn what_is_no_address_is_told_how_to_be_one() {
        let error = "error: expected a port of the loopback or ADDRESS:PORT, such as 8080 or 0.0.0.0:8080";
        for text in ["", ":", "0.0.0.0", "::1", "70000", "example.com:80", "http://127.0.0.1:80"] {
            check(address, text, error);
        }
    }

    #[test]
    fn a_namespace_is_a_label() {
        check(namespace, "kube-system", "\"kube-system\"");
        for text in ["", "-a", "a-", "A", "a.b", "a,b", &"x".repeat(64)] {
            check(
                namespace,
                text,
                "error: a namespace's name is 1 to 63 of a-z, 0-9 and dashes, with no dash at either end",
            );
        }
    }

    #[test]
    fn numbers_keep_to_what_they_count() {
        check(concurrency, "64", "64");
        for text in ["0", "-1", "10001", "many"] {
            check(concurrency, text, "error: expected a number from 1 to 10000");
        }
        check(grace, "0", "0ns");
        check(grace, "2.5", "2.5s");
        for text in ["-1", "NaN", "inf", "1e300", "5s"] {
            check(grace, text, "error: expected seconds, such as 25 or 0.5");
        }
    }

    #[test]
    fn words_are_taken_in_any_case() {
        check(format, "JSON", "Json");
        check(format, "xml", "error: expected full, plain or json");
        check(events, "Warnings", "Warnings");
        check(events, "some", "error: expected all, warnings or none");
        check(switch, "Yes", "true");
        check(switch, "off", "false");
        check(switch, "maybe", "error: expected true or false");
    }

    #[test]
    fn a_list_is_separated_by_commas_or_white_space() {
        assert_eq!(words(" a,b  c,\td,, ").collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    }
}
