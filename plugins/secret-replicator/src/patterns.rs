//! Says which namespaces a text means: `shop, team-*, !team-old`.

use std::fmt;

/// Stands for all namespaces, as `*` does.
const ALL: &str = "all";

/// Namespaces: those that one of the patterns matches, and none of those behind an exclamation mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Patterns {
    wanted: Vec<String>,
    unwanted: Vec<String>,
}

/// A pattern that no namespace can match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Error(pattern) = self;
        write!(
            f,
            "`{pattern}` is no pattern of namespaces: expected names, with * and ? in them if need be, and ! before those \
             that are left out, as in `shop, team-*, !team-old`; or `all`"
        )
    }
}

impl std::error::Error for Error {}

impl Patterns {
    /// Reads patterns that commas or spaces stand between. None at all match nothing; none but those that leave out match
    /// everything else.
    pub(crate) fn parse(text: &str) -> Result<Patterns, Error> {
        let mut patterns = Patterns::default();
        let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
        for word in words {
            let (list, pattern) = match word.strip_prefix('!') {
                Some(rest) => (&mut patterns.unwanted, rest),
                None => (&mut patterns.wanted, word),
            };
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-*?".contains(c);
            if pattern.is_empty() || !pattern.chars().all(fits) {
                return Err(Error(word.chars().take(64).collect()));
            }
            list.push(if pattern == ALL { "*" } else { pattern }.to_owned());
        }
        if patterns.wanted.is_empty() && !patterns.unwanted.is_empty() {
            patterns.wanted.push("*".to_owned());
        }
        Ok(patterns)
    }

    /// Whether they mean the namespace.
    pub(crate) fn match_namespace(&self, name: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, name));
        any(&self.wanted) && !any(&self.unwanted)
    }
}

/// Whether a name is as a pattern has it. A star is tried as nothing first, and takes one more character whenever what
/// follows does not fit; only the last star needs that, for an earlier one has taken the least.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    let mut star = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(&byte) if byte == b'?' || byte == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    n = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMESPACES: [&str; 5] = ["shop", "shop-2", "team-a", "team-old", "kube-system"];

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = match Patterns::parse(text) {
            Ok(patterns) => {
                let matching = NAMESPACES.iter().filter(|name| patterns.match_namespace(name));
                matching.copied().collect::<Vec<_>>().join(" ")
            }
            Err(Error(pattern)) => format!("not {pattern}"),
        };
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn a_list_means_what_is_in_it() {
        check("shop", "shop");
        check("shop,team-a", "shop team-a");
        check(" shop , team-a\tnobody ", "shop team-a");
        check("", "");
        check(" , ", "");
    }

    #[test]
    fn a_pattern_means_what_it_matches() {
        check("team-*", "team-a team-old");
        check("*-*", "shop-2 team-a team-old kube-system");
        check("team-?", "team-a");
        check("*o*", "shop shop-2 team-old");
        check("s*p", "shop");
        check("shop*", "shop shop-2");
        check("shop**2", "shop-2");
        check("shop?", "");
    }

    #[test]
    fn all_means_all_and_an_exclamation_mark_leaves_out() {
        check("all", "shop shop-2 team-a team-old kube-system");
        check("*", "shop shop-2 team-a team-old kube-system");
        check("all, !kube-*", "shop shop-2 team-a team-old");
        check("!kube-*", "shop shop-2 team-a team-old");
        check("!team-*, team-a", "");
        check("!all", "");
    }

    #[test]
    fn what_no_namespace_is_called_is_no_pattern() {
        check("Shop", "not Shop");
        check("shop; team-a", "not shop;");
        check("team_*", "not team_*");
        check("!", "not !");
        check("[a-z]*", "not [a-z]*");
        check("größe", "not größe");
    }
}
