//! The words of an expression, each with its place.

/// A word, and where it begins, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) word: Word,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    Name(String),
    Int(Option<i64>),
    Uint,
    Double,
    /// A text, where its escapes could be read.
    Text(Option<String>),
    Bytes,
    Sign(&'static str),
}

/// The longest first.
const SIGNS: [&str; 24] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":",
    "+", "*", "/", "%",
];

/// The words of a text; `None` where something else is in it.
pub(super) fn tokens(source: &str) -> Option<Vec<Token>> {
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
                (Word::Name(rest[1..end].to_owned()), end + 1)
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
    let unsigned = |end: usize| rest[end..].starts_with(['u', 'U']);
    if let Some(hex) = rest.strip_prefix("0x") {
        let end = 2 + hex.find(|letter: char| !letter.is_ascii_hexdigit()).unwrap_or(hex.len());
        if end > 2 {
            return match unsigned(end) {
                true => (Word::Uint, end + 1),
                false => (Word::Int(i64::from_str_radix(&rest[2..end], 16).ok()), end),
            };
        }
    }
    let whole = digits(0);
    let mut end = whole;
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
    match () {
        () if end > whole => (Word::Double, end),
        () if unsigned(end) => (Word::Uint, end + 1),
        () => (Word::Int(rest[..end].parse().ok()), end),
    }
}

/// A text or bytes, and how long it is; `None` for what is no such thing, and `Some(None)` for what has no end.
fn quoted(rest: &str) -> Option<Option<(Word, usize)>> {
    let letters = rest.bytes().take(3).position(|byte| matches!(byte, b'"' | b'\''))?;
    let prefix = rest[..letters].to_ascii_lowercase();
    if !["", "r", "b", "br"].contains(&prefix.as_str()) {
        return None;
    }
    let is_raw = prefix.ends_with('r');
    let body = &rest[letters..];
    let quotes = ["\"\"\"", "'''"].into_iter().find(|three| body.starts_with(three)).unwrap_or(&body[..1]);
    let mut end = quotes.len();
    loop {
        let Some(letter) = body[end..].chars().next() else { return Some(None) };
        if body[end..].starts_with(quotes) {
            break;
        }
        end += letter.len_utf8();
        if letter == '\\' && !is_raw {
            end += body[end..].chars().next().map_or(0, char::len_utf8);
        }
    }
    let inner = &body[quotes.len()..end];
    let word = match () {
        () if prefix.starts_with('b') => Word::Bytes,
        () if is_raw => Word::Text(Some(inner.to_owned())),
        () => Word::Text(unescaped(inner)),
    };
    Some(Some((word, letters + end + quotes.len())))
}

fn unescaped(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let letter = after.chars().next()?;
        let coded = |from: usize, digits: usize, radix: u32| {
            let code = after.get(from..from + digits)?;
            Some((char::from_u32(u32::from_str_radix(code, radix).ok()?)?, from + digits))
        };
        let (read, length) = match letter {
            'a' => ('\u{7}', 1),
            'b' => ('\u{8}', 1),
            'f' => ('\u{c}', 1),
            'n' => ('\n', 1),
            'r' => ('\r', 1),
            't' => ('\t', 1),
            'v' => ('\u{b}', 1),
            '"' | '\'' | '\\' | '?' | '`' => (letter, 1),
            'x' | 'X' => coded(1, 2, 16)?,
            'u' => coded(1, 4, 16)?,
            'U' => coded(1, 8, 16)?,
            '0'..='3' => coded(0, 3, 8)?,
            _ => return None,
        };
        plain.push(read);
        rest = &after[length..];
    }
    plain.push_str(rest);
    Some(plain)
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
        let text = |text: &str| Word::Text(Some(text.to_owned()));
        check_row("1 2u 0x1F 0x1u", &[Word::Int(Some(1)), Word::Uint, Word::Int(Some(31)), Word::Uint]);
        check_row(
            "1.5 .5 1e3 1.a",
            &[
                Word::Double,
                Word::Double,
                Word::Double,
                Word::Int(Some(1)),
                Word::Sign("."),
                Word::Name("a".to_owned()),
            ],
        );
        check_row(r#"'a\'b' r'\' """a"b""" b'x'"#, &[text("a'b"), text("\\"), text("a\"b"), Word::Bytes]);
        check_row(r"'\u00e9\101\n'", &[text("éA\n")]);
        check_row("a<=b//c", &[Word::Name("a".to_owned()), Word::Sign("<="), Word::Name("b".to_owned())]);
        assert_eq!(tokens("a # b"), None);
        assert_eq!(tokens("'a"), None);
    }
}
