//! The words of an expression, each with its place.

use super::escapes;

/// A word, and where it begins, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) at: usize,
    pub(crate) word: Word,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Word {
    Name(String),
    /// A name of a field that could be none otherwise.
    Escaped(String),
    /// A whole number without its sign.
    Int(u64),
    Uint(u64),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
    /// What is like a number or a text, and why it is none.
    Wrong(&'static str),
    Sign(&'static str),
}

pub(super) const NO_INT: &str = "invalid int literal";
pub(super) const NO_DOUBLE: &str = "invalid double literal";

/// The longest first.
const SIGNS: [&str; 24] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":",
    "+", "*", "/", "%",
];

/// The words of a text; `None` where something else is in it.
pub(crate) fn tokens(source: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(letter) = source[at..].chars().next() {
        let rest = &source[at..];
        let (word, length) = match letter {
            ' ' | '\t' | '\r' | '\n' | '\u{c}' => {
                at += 1;
                continue;
            }
            '/' if rest.starts_with("//") => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            _ if letter.is_ascii_digit()
                || letter == '.' && rest[1..].starts_with(|next: char| next.is_ascii_digit()) =>
            {
                number(rest)
            }
            '`' => {
                let end = 1 + rest[1..].find('`')?;
                let name = &rest[1..end];
                let is_of_one = |letter: char| letter.is_ascii_alphanumeric() || "_.-/ ".contains(letter);
                if name.is_empty() || !name.chars().all(is_of_one) {
                    return None;
                }
                (Word::Escaped(name.to_owned()), end + 1)
            }
            _ => match quoted(rest) {
                Some(found) => found?,
                None if letter.is_ascii_alphabetic() || letter == '_' => {
                    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
                    let end = rest.find(|letter| !is_of_name(letter)).unwrap_or(rest.len());
                    (Word::Name(rest[..end].to_owned()), end)
                }
                None => {
                    let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign))?;
                    (Word::Sign(sign), sign.len())
                }
            },
        };
        tokens.push(Token { at, word });
        at += length;
    }
    Some(tokens)
}

fn number(rest: &str) -> (Word, usize) {
    let digits = |from: usize| {
        from + rest[from..].find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len() - from)
    };
    let whole = |text: &str, radix: u32, end: usize| {
        let number = u64::from_str_radix(text, radix);
        match (number, rest[end..].starts_with(['u', 'U'])) {
            (Ok(number), true) => (Word::Uint(number), end + 1),
            (Ok(number), false) => (Word::Int(number), end),
            (Err(_), true) => (Word::Wrong("invalid uint literal"), end + 1),
            (Err(_), false) => (Word::Wrong(NO_INT), end),
        }
    };
    if let Some(hex) = rest.strip_prefix("0x") {
        let end = 2 + hex.find(|letter: char| !letter.is_ascii_hexdigit()).unwrap_or(hex.len());
        if end > 2 {
            return whole(&rest[2..end], 16, end);
        }
    }
    let before = digits(0);
    let mut end = before;
    if rest[end..].starts_with('.') && digits(end + 1) > end + 1 {
        end = digits(end + 1);
    }
    if rest[end..].starts_with(['e', 'E']) {
        let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
        let after = digits(end + 1 + sign);
        if after > end + 1 + sign {
            end = after;
        }
    }
    if end == before {
        return whole(&rest[..end], 10, end);
    }
    match rest[..end].parse::<f64>() {
        Ok(number) if number.is_finite() => (Word::Double(number), end),
        _ => (Word::Wrong(NO_DOUBLE), end),
    }
}

/// A text or bytes, and how long it is; `None` for what is no such thing, and `Some(None)` for what is none of its kind.
fn quoted(rest: &str) -> Option<Option<(Word, usize)>> {
    let letters = rest.bytes().take(3).position(|byte| matches!(byte, b'"' | b'\''))?;
    let prefix = rest[..letters].to_ascii_lowercase();
    if !["", "r", "b", "br"].contains(&prefix.as_str()) {
        return None;
    }
    let (is_raw, is_bytes) = (prefix.ends_with('r'), prefix.starts_with('b'));
    let body = &rest[letters..];
    let three = ["\"\"\"", "'''"].into_iter().find(|three| body.starts_with(three));
    let quotes = three.unwrap_or(&body[..1]);
    let mut end = quotes.len();
    loop {
        let Some(letter) = body[end..].chars().next() else { return Some(None) };
        if body[end..].starts_with(quotes) {
            break;
        }
        if three.is_none() && matches!(letter, '\n' | '\r') {
            return Some(None);
        }
        end += letter.len_utf8();
        if letter == '\\' && !is_raw {
            end += body[end..].chars().next().map_or(0, char::len_utf8);
        }
    }
    let inner = body[quotes.len()..end].replace("\r\n", "\n").replace('\r', "\n");
    let length = letters + end + quotes.len();
    Some(escapes::read(&inner, is_raw, is_bytes).map(|word| (word, length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_row(source: &str, expected: &[Word]) {
        let words: Vec<Word> = tokens(source).unwrap().into_iter().map(|token| token.word).collect();
        assert_eq!(words, expected, "{source}");
    }

    #[test]
    fn words_are_told_apart() {
        let text = |text: &str| Word::Text(text.to_owned());
        check_row("1 2u 0x1F 0x1u", &[Word::Int(1), Word::Uint(2), Word::Int(31), Word::Uint(1)]);
        check_row(
            "1.5 .5 1e3 1.a",
            &[
                Word::Double(1.5),
                Word::Double(0.5),
                Word::Double(1000.0),
                Word::Int(1),
                Word::Sign("."),
                Word::Name("a".to_owned()),
            ],
        );
        check_row(
            r#"'a\'b' r'\' """a"b""" b'x'"#,
            &[text("a'b"), text("\\"), text("a\"b"), Word::Bytes(vec![b'x'])],
        );
        check_row(r"'\u00e9\101\n' b'\xff'", &[text("éA\n"), Word::Bytes(vec![255])]);
        check_row("a<=b//c", &[Word::Name("a".to_owned()), Word::Sign("<="), Word::Name("b".to_owned())]);
        let wrong = |why: &'static str| [Word::Wrong(why)];
        check_row(r"b'\u00e9'", &wrong("unable to unescape string"));
        check_row(r"'\ud800'", &wrong("invalid unicode code point"));
        check_row("9999999999999999999999", &wrong("invalid int literal"));
        check_row("1e999", &wrong("invalid double literal"));
        assert_eq!(tokens("a # b"), None);
        for none in ["'a", "'a\nb'", "``", r"'\q'", "``", "`a"] {
            assert_eq!(tokens(none), None, "{none}");
        }
    }
}
