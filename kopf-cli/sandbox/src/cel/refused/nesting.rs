//! How deep a text goes that is no expression, told before a parser looks for why: parsers recurse, and stacks end.

use crate::cel::syntax::DEEPEST;

/// The expressions that are open within the innermost brackets.
#[derive(Clone, Copy)]
struct Open {
    relations: usize,
    sums: usize,
    members: usize,
}

impl Open {
    const ONE: Open = Open { relations: 1, sums: 1, members: 1 };
}

pub(super) fn is_too_deep(source: &str) -> bool {
    let mut open = vec![Open::ONE];
    let mut rest = source;
    // Whether what stands before is something that an operator can follow.
    let mut follows = false;
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '"' | '\'' => text_length(rest),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            letter if is_of_a_word(letter) => {
                let end = rest.find(|letter| !is_of_a_word(letter)).unwrap_or(rest.len());
                // Only what is raw has its backslashes for itself.
                let is_raw =
                    matches!(&rest[..end], "r" | "R" | "br" | "bR" | "Br" | "BR" | "rb" | "rB" | "Rb" | "RB");
                end + if is_raw { raw_length(&rest[end..]) } else { 0 }
            }
            '&' | '|' | '<' | '>' | '=' | '!' if rest[1..].starts_with(['&', '|', '=']) => 2,
            letter => letter.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        let Some(here) = open.last_mut() else { return false };
        match token {
            "." => here.members += 1,
            "+" | "-" | "*" | "/" | "%" if follows => {
                *here = Open { sums: here.sums + 1, members: 1, ..*here }
            }
            "<" | "<=" | ">" | ">=" | "==" | "!=" | "in" => {
                *here = Open { relations: here.relations + 1, ..Open::ONE };
            }
            "&&" | "||" | "?" | ":" | "," => *here = Open::ONE,
            "(" | "[" | "{" => {
                here.members += 1;
                open.push(Open::ONE);
            }
            ")" | "]" | "}" if open.len() > 1 => drop(open.pop()),
            _ => {}
        }
        if !token.trim().is_empty() && !token.starts_with("//") {
            follows =
                token.ends_with([')', ']', '}', '"', '\'']) || token.ends_with(is_of_a_word) && token != "in";
        }
        let deepest = |kind: fn(&Open) -> usize| open.iter().map(kind).sum::<usize>() > usize::from(DEEPEST);
        if deepest(|open| open.relations) || deepest(|open| open.sums) || deepest(|open| open.members) {
            return true;
        }
    }
    false
}

fn is_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// How long a text is that begins here, with its quotes.
fn text_length(rest: &str) -> usize {
    quoted_length(rest, true)
}

/// The same of one in which a backslash is nothing special; nothing, where none begins.
fn raw_length(rest: &str) -> usize {
    if rest.starts_with(['"', '\'']) { quoted_length(rest, false) } else { 0 }
}

fn quoted_length(rest: &str, escapes: bool) -> usize {
    let three = ["\"\"\"", "'''"].into_iter().find(|quotes| rest.starts_with(quotes));
    let quotes = three.unwrap_or(&rest[..1]);
    let mut at = quotes.len();
    while let Some(letter) = rest[at..].chars().next() {
        if rest[at..].starts_with(quotes) {
            return at + quotes.len();
        }
        at += letter.len_utf8();
        if letter == '\\' && escapes {
            at += rest[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_row(source: &str, too_deep: bool) {
        assert_eq!(is_too_deep(source), too_deep, "{source:.60}");
    }

    #[test]
    fn chains_are_as_deep_as_they_are_long() {
        for (link, end) in [(".a", ""), ("[0]", ""), (" + 1", ""), (" == 1", ""), (" in a", "")] {
            check_row(&format!("a{}{end}", link.repeat(240)), false);
            check_row(&format!("a{}{end}", link.repeat(260)), true);
        }
        check_row(&format!("{}1{}", "(".repeat(120), ")".repeat(120)), false);
        check_row(&format!("{}1{}", "[".repeat(300), "]".repeat(300)), true);
        check_row(&format!("{}b", "f(a.".repeat(90)), true);
    }

    #[test]
    fn what_stands_side_by_side_is_not_deep() {
        check_row(&vec!["self.a.b.c == 1"; 1_000].join(" && "), false);
        check_row(&vec!["a.b + c.d"; 1_000].join(", "), false);
        check_row(&vec!["a.b.c"; 200].join(" + "), false);
        check_row(&format!("[{}]", vec!["-1"; 1_000].join(", ")), false);
        check_row(
            &format!(
                "'{}' == r'\\' + \"\"\"{}\"\"\" // {}",
                "+1".repeat(500),
                "a.".repeat(500),
                "+1".repeat(500)
            ),
            false,
        );
        check_row(&format!("'\\'{}' + '{}", "+1".repeat(500), ".a".repeat(500)), false);
    }
}
