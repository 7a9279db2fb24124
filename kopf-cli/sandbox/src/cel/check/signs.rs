//! Signs before a part, no more than one each: the evaluator's parser reads a part twice where they are even, and takes them for one.

use super::tokens::{Token, Word, tokens};

/// The same text, as long as it was, with blanks for signs of which one undoes the other.
pub(crate) fn without_pairs(source: &str) -> String {
    let blanks = match tokens(source) {
        Some(tokens) => pairs(&tokens),
        None => repeated(source),
    };
    let mut bytes = source.as_bytes().to_vec();
    for at in blanks {
        bytes[at] = b' ';
    }
    String::from_utf8(bytes).unwrap_or_else(|_| source.to_owned())
}

/// The places of signs that make no difference.
fn pairs(tokens: &[Token]) -> Vec<usize> {
    let (mut found, mut next, mut follows) = (Vec::new(), 0, false);
    while let Some(token) = tokens.get(next) {
        let is_before_part = match token.word {
            Word::Sign(sign) => sign == "!" || sign == "-" && !follows,
            _ => false,
        };
        if !is_before_part {
            follows = ends_a_part(&token.word);
            next += 1;
            continue;
        }
        let count = tokens[next..].iter().take_while(|other| other.word == token.word).count();
        let after = |index: usize| tokens.get(next + count + index).map(|token| &token.word);
        // Signs of both kinds can be no expression, and stay none.
        let is_none = match after(0) {
            Some(Word::Sign("!")) => true,
            Some(Word::Sign("-")) => !matches!(after(1), Some(Word::Int(_) | Word::Double)),
            _ => false,
        };
        let kept = if is_none { 1 } else { count % 2 };
        found.extend(tokens[next..next + count - kept].iter().map(|token| token.at));
        next += count;
        follows = false;
    }
    found
}

fn ends_a_part(word: &Word) -> bool {
    match word {
        Word::Sign(sign) => [")", "]", "}"].contains(sign),
        Word::Name(name) => name != "in",
        _ => true,
    }
}

/// The places of signs that stand after the same one, in what is no expression.
fn repeated(source: &str) -> Vec<usize> {
    let (mut found, mut last) = (Vec::new(), None);
    for (at, byte) in source.bytes().enumerate().filter(|(_, byte)| !byte.is_ascii_whitespace()) {
        if matches!(byte, b'!' | b'-') && last == Some(byte) {
            found.push(at);
        }
        last = Some(byte);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_row(source: &str, expected: &str) {
        assert_eq!(without_pairs(source), expected, "{source}");
    }

    #[test]
    fn signs_that_undo_each_other_go() {
        check_row("!!true", "  true");
        check_row("!! !x", "   !x");
        check_row("a --b - ---c", "a --b -   -c");
        check_row("a ---b", "a -  b");
        check_row("[--1, 'é!!' in --x]", "[  1, 'é!!' in   x]");
        check_row("!!-5", "  -5");
    }

    #[test]
    fn what_is_no_expression_stays_none() {
        check_row("!!-x", " !-x");
        check_row("--!x", " -!x");
        check_row("!!(x # y)", "! (x # y)");
    }
}
