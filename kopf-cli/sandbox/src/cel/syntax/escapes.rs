//! What stands behind backslashes in texts and bytes.

use super::tokens::Word;

/// A text or bytes as they are meant; `None` where something stands behind a backslash that cannot.
pub(super) fn read(inner: &str, is_raw: bool, is_bytes: bool) -> Option<Word> {
    let mut out = Vec::with_capacity(inner.len());
    let (mut rest, mut wrong) = (inner, None);
    while let Some((before, after)) = rest.split_once('\\').filter(|_| !is_raw) {
        out.extend_from_slice(before.as_bytes());
        let letter = after.chars().next()?;
        let code = |from: usize, digits: usize, radix: u32| {
            let digits_of = after.get(from..from + digits)?;
            let is_number = digits_of.bytes().all(|digit| digit.is_ascii_hexdigit());
            let code = u32::from_str_radix(digits_of, radix).ok().filter(|_| is_number)?;
            Some((code, from + digits))
        };
        let (code, length) = match letter {
            'a' => (0x7, 1),
            'b' => (0x8, 1),
            'f' => (0xc, 1),
            'n' => (0xa, 1),
            'r' => (0xd, 1),
            't' => (0x9, 1),
            'v' => (0xb, 1),
            '"' | '\'' | '\\' | '?' | '`' => (u32::from(letter), 1),
            'x' | 'X' => code(1, 2, 16)?,
            'u' => code(1, 4, 16)?,
            'U' => code(1, 8, 16)?,
            '0'..='3' => code(0, 3, 8)?,
            _ => return None,
        };
        match (u8::try_from(code), char::from_u32(code)) {
            _ if is_bytes && matches!(letter, 'u' | 'U') => wrong = Some("unable to unescape string"),
            (Ok(byte), _) if is_bytes => out.push(byte),
            (_, Some(letter)) => out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            _ => wrong = Some("invalid unicode code point"),
        }
        rest = &after[length..];
    }
    out.extend_from_slice(rest.as_bytes());
    if let Some(why) = wrong {
        return Some(Word::Wrong(why));
    }
    if is_bytes { Some(Word::Bytes(out)) } else { String::from_utf8(out).ok().map(Word::Text) }
}
