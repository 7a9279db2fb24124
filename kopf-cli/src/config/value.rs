//! Reads the values of options, whether they are typed or from the environment.
//!
//! Errors say what is expected; whoever asks adds which option was meant and what was found.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use kopf_core::store::dialect::Dialect;
use kopf_reactor::{
    Settings,
    settings::{self, Given},
};

use kopf_core::namespaces::Pattern;

use crate::telemetry::Format;

/// A namespace's name, or a pattern of names.
pub fn namespace(text: &str) -> Result<Pattern, String> {
    Pattern::parse(text).map_err(|error| error.to_string())
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
pub fn events(text: &str) -> Result<String, String> {
    setting("posting.events", text)
}

/// Whose form the state on objects has.
pub fn compat(text: &str) -> Result<Dialect, String> {
    match text.to_ascii_lowercase().as_str() {
        "python-kopf" => Ok(Dialect::Python),
        _ => Err("expected python-kopf".to_owned()),
    }
}

/// How many handlers may run at once.
pub fn concurrency(text: &str) -> Result<String, String> {
    setting("execution.concurrency", text)
}

/// How long handlers may take at the end.
pub fn grace(text: &str) -> Result<String, String> {
    setting("process.grace", text)
}

/// Text that the setting takes.
fn setting(key: &str, text: &str) -> Result<String, String> {
    match Settings::default().set(key, &Given::Text(text)) {
        Ok(()) => Ok(text.to_owned()),
        Err(settings::Error::Wrong { expected, .. }) => Err(format!("expected {expected}")),
        Err(error) => Err(error.to_string()),
    }
}

/// A setting and its value.
pub fn assignment(text: &str) -> Result<(String, String), String> {
    let expected = || "expected KEY=VALUE, such as watching.inactivity_timeout=30".to_owned();
    let (key, value) = text.split_once('=').ok_or_else(expected)?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

/// A port to listen on; 0 is any that is free.
pub fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "expected a port, from 0 to 65535".to_owned())
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

/// The patterns of namespaces in the environment: commas separate names, and stand within patterns.
pub fn patterns(text: &str) -> Vec<&str> {
    if text.contains(['*', '?', '[', '!']) {
        text.split_whitespace().collect()
    } else {
        words(text).collect()
    }
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
    fn a_namespace_is_a_name_or_a_pattern() {
        check(namespace, "kube-system", "\"kube-system\"");
        check(namespace, "app-*,!*-pr-*", "\"app-*,!*-pr-*\"");
        check(
            namespace,
            "-a",
            "error: `-a` is no namespace's name: that is 1 to 63 of a-z, 0-9 and dashes, with no dash at either end",
        );
    }

    #[test]
    fn numbers_keep_to_what_they_count() {
        check(concurrency, "64", "\"64\"");
        for text in ["0", "-1", "10001", "many"] {
            check(concurrency, text, "error: expected a whole number from 1 to 10000");
        }
        check(grace, "0", "\"0\"");
        check(grace, "2.5", "\"2.5\"");
        check(grace, "1m30s", "\"1m30s\"");
        for text in ["-1", "NaN", "inf", "1e300"] {
            let expected = "error: expected 0s to 1d: a number of seconds, or text such as \"1m30s\"";
            check(grace, text, expected);
        }
    }

    #[test]
    fn words_are_taken_in_any_case() {
        check(format, "JSON", "Json");
        check(format, "xml", "error: expected full, plain or json");
        check(events, "Warnings", "\"Warnings\"");
        check(events, "some", "error: expected all or warnings or none");
        check(switch, "Yes", "true");
        check(switch, "off", "false");
        check(switch, "maybe", "error: expected true or false");
    }

    #[test]
    fn an_assignment_is_cut_at_its_first_sign() {
        check(assignment, "a.b=c=d", r#"("a.b", "c=d")"#);
        check(assignment, " a.b = c ", r#"("a.b", "c")"#);
        check(assignment, "a.b=", r#"("a.b", "")"#);
        check(assignment, "a.b", "error: expected KEY=VALUE, such as watching.inactivity_timeout=30");
    }

    #[test]
    fn a_list_is_separated_by_commas_or_white_space() {
        assert_eq!(words(" a,b  c,\td,, ").collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    }
}
