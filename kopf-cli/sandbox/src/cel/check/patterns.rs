//! Patterns that are written out, and why one is none in the words of Go.

use regex::RegexBuilder;

use super::{
    super::go_patterns::translated,
    tree::{Kind, Node},
};

/// What a pattern may take to be looked at; more is not told of.
const MOST_OF_PATTERN: usize = 1 << 20;
/// Refusals of our engine that are refusals of Go too.
const NO_PATTERN: [&str; 5] =
    ["look-around", "unrecognized", "backreferences", "invalid character class range", "empty capture group"];
/// How often something may be repeated by number.
const MOST_OFTEN: u64 = 1_000;

/// Why an expression cannot be made ready to run: a pattern in it that is none.
pub(super) fn unready(node: &Node) -> Option<String> {
    let inner = node.parts().into_iter().find_map(unready);
    let Kind::Call { name, target, args } = &node.kind else { return inner };
    let pattern = match (name.as_str(), target, args.as_slice()) {
        ("find" | "findAll", Some(_), [pattern, ..]) | ("matches", None, [_, pattern]) => pattern,
        _ => return inner,
    };
    inner.or_else(|| {
        let Kind::Text(Some(pattern)) = &pattern.kind else { return None };
        Some(format!("program instantiation failed: error parsing regexp: {}", fault(pattern)?))
    })
}

/// Why a text is no pattern. What Go knows and we do not is taken for one.
pub(super) fn fault(pattern: &str) -> Option<String> {
    if let Some(often) = too_often(pattern) {
        return Some(format!("invalid repeat count: `{often}`"));
    }
    if pattern.contains(r"\C") {
        return None;
    }
    let compiled =
        RegexBuilder::new(&without_folding(&translated(pattern))).size_limit(MOST_OF_PATTERN).build();
    let Err(regex::Error::Syntax(why)) = compiled else { return None };
    let from = |sign: char| pattern.rfind(sign).map_or(pattern, |at| &pattern[at..]);
    Some(match () {
        () if why.contains("unclosed character class") => format!("missing closing ]: `{}`", from('[')),
        () if why.contains("unclosed group") => format!("missing closing ): `{pattern}`"),
        () if why.contains("unopened group") => format!("unexpected ): `{pattern}`"),
        () if why.contains("incomplete escape sequence") => {
            "trailing backslash at end of expression: ``".to_owned()
        }
        () if why.contains("repetition operator missing expression") => {
            let sign = pattern.find(['*', '+', '?']).map_or("", |at| &pattern[at..=at]);
            format!("missing argument to repetition operator: `{sign}`")
        }
        () if NO_PATTERN.iter().any(|known| why.contains(known)) => {
            format!("invalid or unsupported Perl syntax: `{pattern}`")
        }
        () => return None,
    })
}

/// The same pattern, of letters in one case alone: whether it is one is told the same, and far sooner.
fn without_folding(pattern: &str) -> String {
    let mut plain = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("(?") {
        let end = after.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(after.len());
        let (flags, others) = after.split_at(end);
        plain.extend([before, "(?"]);
        match (flags, others.starts_with(')')) {
            ("i", true) => plain.push('u'),
            _ if others.starts_with('<') => plain.push_str(flags),
            _ => plain.push_str(&flags.replace('i', "")),
        }
        rest = others;
    }
    plain.push_str(rest);
    plain
}

/// What is to be repeated more often than can be.
fn too_often(pattern: &str) -> Option<&str> {
    let (mut in_class, mut escaped) = (false, false);
    for (at, letter) in pattern.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '{' if !in_class => {
                let end = pattern[at..].find('}').map(|end| at + end);
                let numbers = end.map_or("", |end| &pattern[at + 1..end]);
                let is_one =
                    |text: &str| !text.is_empty() && text.chars().all(|digit| digit.is_ascii_digit());
                let (least, most) = numbers.split_once(',').unwrap_or((numbers, numbers));
                if !is_one(least) || !most.is_empty() && !is_one(most) {
                    continue;
                }
                let is_too_often = |text: &str| {
                    !text.is_empty() && text.parse().map_or(true, |often: u64| often > MOST_OFTEN)
                };
                if is_too_often(least) || is_too_often(most) {
                    return end.map(|end| &pattern[at..=end]);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_takes_is_taken() {
        let deep = format!("{}a{}", "(".repeat(300), ")".repeat(300));
        for pattern in [
            "^[^[]+$",
            "[[]",
            r"\012",
            r"[\012]",
            "[a&&b]",
            r"\Q[\E",
            r"\C",
            "a{,2}",
            "(?i:a)(?is-U)b(?P<i>c)",
            &deep,
        ] {
            assert_eq!(fault(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn what_is_none_is_told() {
        for pattern in ["[", "(", ")", "*", "\\", "(?=a)", r"\1", r"\y", "[b-a]", "(?i)(", "a{1001}"] {
            assert!(fault(pattern).is_some(), "{pattern}");
        }
    }

    #[test]
    fn cases_that_are_one_take_no_time() {
        let before = std::time::Instant::now();
        assert_eq!(fault(&format!("(?i){}", r"\pL".repeat(2_000))), None);
        assert!(before.elapsed().as_secs() < 2, "{:?}", before.elapsed());
    }
}
