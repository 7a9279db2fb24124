//! Tells of patterns that do nothing but leave out and stand beside others: they serve more than was probably meant.

use super::{Pattern, Patterns, is_glob};

impl Patterns {
    /// What is to be told of patterns of negations alone that stand beside others, with the way to write what was meant.
    ///
    /// Each of several patterns serves what it matches, and such a pattern matches all else than what it leaves out, so that
    /// the others add nothing. They do where they are plain names which it leaves out: that is nothing to tell of.
    pub fn misread(&self) -> Option<String> {
        let (negations, others): (Vec<&Pattern>, Vec<&Pattern>) =
            self.0.iter().partition(|pattern| pattern.only_leaves_out());
        match (negations.as_slice(), others.as_slice()) {
            ([], _) | ([_], []) => None,
            ([first, rest @ ..], []) => Some(format!(
                "Several -n are alternatives, so {} serves what {} leaves out, and the other way round; to leave out all of \
                 that, write {}",
                option(&first.text),
                options(rest),
                option(&joined(&negations)),
            )),
            ([only], names) if names.iter().all(|other| adds_to(only, other)) => None,
            (_, _) => {
                let (serve, they) =
                    if negations.len() == 1 { ("serves", "it does") } else { ("serve", "they do") };
                let instead: Vec<String> = others.iter().map(|other| without(other, &negations)).collect();
                Some(format!(
                    "Several -n are alternatives, so {} {serve} every namespace that {they} not leave out, whatever {} says; to \
                     leave that out of the others, write {}",
                    options(&negations),
                    options(&others),
                    instead.join(" "),
                ))
            }
        }
    }
}

impl Pattern {
    fn only_leaves_out(&self) -> bool {
        // A negation that comes first stands behind a star of ours.
        self.text.starts_with('!') && self.parts.iter().skip(1).all(|part| part.leaves_out)
    }
}

/// Whether it is a name that would not be served without being given.
fn adds_to(negation: &Pattern, other: &Pattern) -> bool {
    other.name().is_some_and(|name| !negation.matches(name))
}

/// As it is to be given, so that the negations hold for it.
fn without(pattern: &Pattern, negations: &[&Pattern]) -> String {
    match is_glob(&pattern.text) {
        true => option(&format!("{},{}", pattern.text, joined(negations))),
        // A name has nothing that could be left out.
        false => option(&pattern.text),
    }
}

fn joined(patterns: &[&Pattern]) -> String {
    patterns.iter().map(|pattern| pattern.text.as_str()).collect::<Vec<_>>().join(",")
}

fn options(patterns: &[&Pattern]) -> String {
    patterns.iter().map(|pattern| option(&pattern.text)).collect::<Vec<_>>().join(" and ")
}

/// As it is typed in a shell.
fn option(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_plain { format!("-n {text}") } else { format!("-n '{text}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of patterns, which are separated by spaces here; nothing where they are as they are meant.
    #[track_caller]
    fn check(patterns: &str, expected: &str) {
        let patterns = patterns.split_whitespace().map(|text| Pattern::parse(text).unwrap());
        assert_eq!(Patterns::new(patterns).misread().unwrap_or_default(), expected);
    }

    #[test]
    fn a_negation_beside_another_pattern_is_told_of_with_what_to_write() {
        check(
            "team-* !team-b",
            "Several -n are alternatives, so -n '!team-b' serves every namespace that it does not leave out, whatever -n \
             'team-*' says; to leave that out of the others, write -n 'team-*,!team-b'",
        );
        check(
            "team-* !team-b !*-old,!x team-[0-9] web",
            "Several -n are alternatives, so -n '!*-old,!x' and -n '!team-b' serve every namespace that they do not leave out, \
             whatever -n 'team-*' and -n 'team-[0-9]' and -n web says; to leave that out of the others, write -n \
             'team-*,!*-old,!x,!team-b' -n 'team-[0-9],!*-old,!x,!team-b' -n web",
        );
        check(
            "web !kube-*",
            "Several -n are alternatives, so -n '!kube-*' serves every namespace that it does not leave out, whatever -n web \
             says; to leave that out of the others, write -n web",
        );
    }

    #[test]
    fn negations_beside_each_other_undo_each_other() {
        check(
            "!a !b*",
            "Several -n are alternatives, so -n '!a' serves what -n '!b*' leaves out, and the other way round; to leave out all \
             of that, write -n '!a,!b*'",
        );
    }

    #[test]
    fn what_can_only_be_meant_as_it_is_is_not_told_of() {
        check("", "");
        check("team-* web", "");
        check("!team-b", "");
        check("team-*,!team-b other-*,!other-b", "");
        // All but these, and one of them nevertheless.
        check("!kube-* kube-public", "");
        check("!kube-*,kube-public team-*", "");
    }

    #[test]
    fn what_is_proposed_is_taken_and_serves_what_was_meant() {
        let served = |patterns: &[&str], name: &str| {
            Patterns::new(patterns.iter().map(|text| Pattern::parse(text).unwrap())).matches(name)
        };
        for (name, meant) in [("team-a", true), ("team-b", false), ("kube-system", false)] {
            assert_eq!(served(&["team-*,!team-b"], name), meant, "{name}");
            assert!(served(&["team-*", "!team-b"], name), "{name}");
        }
    }
}
