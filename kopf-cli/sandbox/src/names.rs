//! What names, keys and the values of labels have to look like, and what is said of those that do not.

use crate::resources::NameRule;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
    and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const CASELESS: &str = "an RFC 1123 subdomain must consist of alphanumeric characters, '-' or '.', and must start and end \
    with an alphanumeric character (e.g. 'Example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
    start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', \
    and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for \
    validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const KEY: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
    alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
    '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

const LETTER_FIRST: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an \
    alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for \
    validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/// What is wrong with a word that has to be a label which begins with a letter; empty if nothing.
pub(crate) fn letter_first_faults(text: &str) -> Vec<String> {
    let fine = is_label(text) && !text.starts_with(|c: char| c.is_ascii_digit());
    faults(text, (63, "characters"), fine, LETTER_FIRST)
}

/// What is wrong with a subdomain that may have capitals; empty if nothing.
pub(crate) fn caseless_faults(text: &str) -> Vec<String> {
    faults(text, (253, "characters"), is_subdomain(&text.to_ascii_lowercase()), CASELESS)
}

/// What is wrong with an object's name; empty if nothing.
pub(crate) fn name_faults(name: &str, rule: NameRule) -> Vec<String> {
    match rule {
        NameRule::Subdomain => faults(name, (253, "characters"), is_subdomain(name), SUBDOMAIN),
        NameRule::Label => {
            let why = if is_subdomain(name) { "must not contain dots" } else { LABEL };
            faults(name, (63, "characters"), is_label(name), why)
        }
        NameRule::PathSegment if name == "." || name == ".." => vec![format!("may not be '{name}'")],
        NameRule::PathSegment => ["/", "%"]
            .into_iter()
            .filter(|bad| name.contains(bad))
            .map(|bad| format!("may not contain '{bad}'"))
            .collect(),
    }
}

/// What is wrong with what names are to begin with, which may end with a dash, for more stands behind it; empty if nothing.
pub(crate) fn prefix_faults(prefix: &str, rule: NameRule) -> Vec<String> {
    match rule {
        NameRule::Subdomain | NameRule::Label if prefix.ends_with('-') && prefix.len() > 1 => {
            // As on a server, what stands before the dash is not looked at either.
            let rest = prefix.get(..prefix.len() - 2).unwrap_or(prefix);
            name_faults(&format!("{rest}a"), rule)
        }
        rule => name_faults(prefix, rule),
    }
}

/// What is wrong with the key of a label or an annotation, or with a finalizer; empty if nothing.
pub(crate) fn key_faults(key: &str) -> Vec<String> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    if name.contains('/') {
        let prefix = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
        return vec![format!("a valid label key {KEY} {prefix}")];
    }
    let of_prefix = match prefix {
        Some("") => vec!["must be non-empty".to_owned()],
        Some(prefix) => faults(prefix, (253, "bytes"), is_subdomain(prefix), SUBDOMAIN),
        None => Vec::new(),
    };
    let mut of_name = faults(name, (63, "bytes"), is_word(name), KEY);
    if name.is_empty() {
        of_name.insert(0, "must be non-empty".to_owned());
    }
    let said = |part: &'static str| move |why: String| format!("{part} part {why}");
    of_prefix.into_iter().map(said("prefix")).chain(of_name.into_iter().map(said("name"))).collect()
}

/// What is wrong with a label's value; empty if nothing.
pub(crate) fn label_value_faults(value: &str) -> Vec<String> {
    faults(value, (63, "bytes"), value.is_empty() || is_word(value), LABEL_VALUE)
}

/// The server counts bytes, whatever it calls them.
fn faults(text: &str, (longest, unit): (usize, &str), fine: bool, why: &str) -> Vec<String> {
    let too_long = text.len() > longest;
    let length = too_long.then(|| format!("must be no more than {longest} {unit}"));
    length.into_iter().chain((!fine).then(|| why.to_owned())).collect()
}

pub(crate) fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

fn is_label(text: &str) -> bool {
    edges_and_middle(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit(), "-")
}

fn is_word(text: &str) -> bool {
    edges_and_middle(text, |c| c.is_ascii_alphanumeric(), "-_.")
}

fn edges_and_middle(text: &str, edge: impl Fn(char) -> bool, also_inside: &str) -> bool {
    text.starts_with(&edge)
        && text.ends_with(&edge)
        && text.chars().all(|c| edge(c) || also_inside.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(faults: &[String], expected: &[&str]) {
        let starts: Vec<String> = faults.iter().map(|fault| fault.chars().take(34).collect()).collect();
        assert_eq!(starts, expected);
    }

    #[test]
    fn a_key_is_a_name_with_or_without_a_domain() {
        check(&key_faults("kopf.dev/Last_handled.x"), &[]);
        check(&key_faults("name"), &[]);
        check(&key_faults("a/b/c"), &["a valid label key must consist of "]);
        check(&key_faults("/b"), &["prefix part must be non-empty"]);
        check(&key_faults("A.b/c"), &["prefix part a lowercase RFC 1123 s"]);
        check(&key_faults("a/"), &["name part must be non-empty", "name part must consist of alphanum"]);
        check(
            &key_faults(&format!("-{}", "a".repeat(63))),
            &["name part must be no more than 63 ", "name part must consist of alphanum"],
        );
    }

    #[test]
    fn the_values_of_labels_are_words_or_nothing() {
        check(&label_value_faults(""), &[]);
        check(&label_value_faults("a.b_c-D"), &[]);
        check(&label_value_faults("-a"), &["a valid label must be an empty str"]);
    }

    #[test]
    fn names_follow_the_rule_of_their_kind() {
        check(&name_faults("a.b-c", NameRule::Subdomain), &[]);
        check(&name_faults("a..b", NameRule::Subdomain), &["a lowercase RFC 1123 subdomain mus"]);
        check(&name_faults("a.b", NameRule::Label), &["must not contain dots"]);
        check(&name_faults("A.b", NameRule::Label), &["a lowercase RFC 1123 label must co"]);
        check(&name_faults("a:b", NameRule::PathSegment), &[]);
        check(&name_faults("a/b", NameRule::PathSegment), &["may not contain '/'"]);
    }

    #[test]
    fn what_names_begin_with_may_end_with_a_dash() {
        for prefix in ["a-", "a--", "a.-", "a"] {
            check(&prefix_faults(prefix, NameRule::Subdomain), &[]);
        }
        for prefix in ["-", "A-a-", "ü-", "a."] {
            check(&prefix_faults(prefix, NameRule::Subdomain), &["a lowercase RFC 1123 subdomain mus"]);
        }
        check(&prefix_faults("a.b-", NameRule::Label), &["must not contain dots"]);
        check(&prefix_faults("..", NameRule::PathSegment), &["may not be '..'"]);
        check(&prefix_faults(".%", NameRule::PathSegment), &["may not contain '%'"]);
    }
}
