//! Reads what stands in quotes, by the rules of Go.

use std::str::Chars;

/// What a text says that stood in such quotes; `None` where it cannot be read.
pub(super) fn unquote(text: &str, quote: char) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        match next {
            '\\' => escaped(&mut rest, quote, &mut bytes)?,
            next if next == quote => return None,
            next => push(next, &mut bytes),
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads what follows a backslash.
fn escaped(rest: &mut Chars<'_>, quote: char, bytes: &mut Vec<u8>) -> Option<()> {
    match rest.next()? {
        'a' => bytes.push(7),
        'b' => bytes.push(8),
        't' => bytes.push(b'\t'),
        'n' => bytes.push(b'\n'),
        'v' => bytes.push(11),
        'f' => bytes.push(12),
        'r' => bytes.push(b'\r'),
        '\\' => bytes.push(b'\\'),
        same @ ('\'' | '"') if same == quote => push(same, bytes),
        'x' => bytes.push(u8::try_from(number(rest, 16, 2, 0)?).ok()?),
        'u' => push(char::from_u32(number(rest, 16, 4, 0)?)?, bytes),
        'U' => push(char::from_u32(number(rest, 16, 8, 0)?)?, bytes),
        first @ '0'..='7' => bytes.push(u8::try_from(number(rest, 8, 2, first.to_digit(8)?)?).ok()?),
        _ => return None,
    }
    Some(())
}

/// A number of so many digits, that begins with `first`.
fn number(rest: &mut Chars<'_>, base: u32, digits: usize, first: u32) -> Option<u32> {
    (0..digits).try_fold(first, |number, _| {
        let digit = rest.next()?.to_digit(base)?;
        number.checked_mul(base)?.checked_add(digit)
    })
}

fn push(letter: char, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_those_of_go() {
        let read = |text| unquote(text, '"');
        assert_eq!(read("a'ü").as_deref(), Some("a'ü"));
        assert_eq!(read(r#"\n\\\"\x41\101\u00fc\U0001F600"#).as_deref(), Some("\n\\\"AAü😀"));
        for text in [r"\'", r"\q", r"\x4", r"\u12", r"\ud800", r"\400", r"\08", r"\U00110000", "a\"b", r"\"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
