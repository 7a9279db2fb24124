//! The letters of a text in YAML, as far as they can be read.
//!
//! A server reads its bytes piece by piece, when it needs the next letter. What is wrong with one of them it tells of before it
//! looks at any letter of that piece, and after whatever is wrong with the letters before.

/// So many bytes are a piece.
const PIECE: usize = 512;

pub(super) struct Letters {
    /// Those of all pieces that can be read.
    pub(super) text: Vec<char>,
    /// What is wrong behind them.
    pub(super) fault: Option<&'static str>,
}

/// The letter that bytes begin with, and how many bytes it has; nothing where it needs more.
type Decoded = Result<Option<(u32, usize)>, &'static str>;

pub(super) fn read(body: &[u8]) -> Letters {
    let (mut at, decode): (usize, fn(&[u8]) -> Decoded) = match body {
        [0xff, 0xfe, ..] => (2, |bytes| utf16(bytes, u16::from_le_bytes)),
        [0xfe, 0xff, ..] => (2, |bytes| utf16(bytes, u16::from_be_bytes)),
        [0xef, 0xbb, 0xbf, ..] => (3, utf8),
        _ => (0, utf8),
    };
    let incomplete = if at == 2 { "incomplete UTF-16 character" } else { "incomplete UTF-8 octet sequence" };
    let (mut text, mut end, mut before) = (Vec::with_capacity(body.len()), PIECE.min(body.len()), 0);
    let fault = loop {
        match decode(&body[at..end]).and_then(|letter| letter.map(printable).transpose()) {
            Ok(Some((letter, width))) => {
                text.push(letter);
                at += width;
            }
            Ok(None) => {
                before = text.len();
                if end == body.len() {
                    break (at < end).then_some(incomplete);
                }
                end = (at + PIECE).min(body.len());
            }
            Err(problem) => break Some(problem),
        }
    };
    if fault.is_some() {
        text.truncate(before);
    }
    Letters { text, fault }
}

fn printable((code, width): (u32, usize)) -> Result<(char, usize), &'static str> {
    let is_printable = matches!(code, 0x09 | 0x0a | 0x0d | 0x20..=0x7e | 0x85 | 0xa0..=0xfffd | 0x1_0000..);
    let letter = char::from_u32(code).filter(|_| is_printable);
    letter.map(|letter| (letter, width)).ok_or("control characters are not allowed")
}

fn utf8(bytes: &[u8]) -> Decoded {
    let Some(first) = bytes.first().copied() else { return Ok(None) };
    let (width, least) = match first {
        0x00..=0x7f => return Ok(Some((first.into(), 1))),
        0xc0..=0xdf => (2, 0x80),
        0xe0..=0xef => (3, 0x800),
        0xf0..=0xf7 => (4, 0x1_0000),
        _ => return Err("invalid leading UTF-8 octet"),
    };
    let Some(rest) = bytes.get(1..width) else { return Ok(None) };
    let mut code = u32::from(first) & (0x7f >> width);
    for octet in rest {
        if octet & 0xc0 != 0x80 {
            return Err("invalid trailing UTF-8 octet");
        }
        code = code << 6 | u32::from(octet & 0x3f);
    }
    match code {
        _ if code < least => Err("invalid length of a UTF-8 sequence"),
        0xd800..=0xdfff | 0x11_0000.. => Err("invalid Unicode character"),
        _ => Ok(Some((code, width))),
    }
}

fn utf16(bytes: &[u8], number: fn([u8; 2]) -> u16) -> Decoded {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    let high = u32::from(number([*first, *second]));
    match (high, rest) {
        (0xdc00..=0xdfff, _) => Err("unexpected low surrogate area"),
        (0xd800..=0xdbff, [third, fourth, ..]) => match u32::from(number([*third, *fourth])) {
            low @ 0xdc00..=0xdfff => Ok(Some((0x1_0000 + ((high & 0x3ff) << 10 | low & 0x3ff), 4))),
            _ => Err("expected low surrogate area"),
        },
        (0xd800..=0xdbff, _) => Ok(None),
        _ => Ok(Some((high, 2))),
    }
}
