//! Addresses of machines, read as Go's `net/netip` reads them.

use crate::printed::quoted_bytes;

/// What is known of an address.
#[derive(Debug, PartialEq)]
pub(super) struct Address {
    pub(super) is_short: bool,
    pub(super) has_zone: bool,
}

/// What is wrong, and where.
type Wrong<'a> = (&'static str, &'a [u8]);

pub(super) fn parse(text: &[u8]) -> Result<Address, String> {
    let address = match text.iter().find(|byte| b".:%".contains(byte)) {
        Some(b'.') => short(text).map(|()| Address { is_short: true, has_zone: false }),
        Some(b':') => long(text),
        Some(_) => Err(("missing IPv6 address", &b""[..])),
        None => Err(("unable to parse IP", &b""[..])),
    };
    address.map_err(|(why, at)| {
        let place = if at.is_empty() { String::new() } else { format!(" (at {})", quoted_bytes(at)) };
        format!("ParseAddr({}): {why}{place}", quoted_bytes(text))
    })
}

fn short(text: &[u8]) -> Result<(), Wrong<'_>> {
    let (mut number, mut digits, mut points) = (0, 0, 0);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' if digits == 1 && number == 0 => {
                return Err(("IPv4 field has octet with leading zero", b""));
            }
            b'0'..=b'9' => {
                number = number * 10 + u32::from(byte - b'0');
                digits += 1;
                if number > 255 {
                    return Err(("IPv4 field has value >255", b""));
                }
            }
            b'.' if digits == 0 || at + 1 == text.len() => {
                return Err(("IPv4 field must have at least one digit", &text[at..]));
            }
            b'.' if points == 3 => return Err(("IPv4 address too long", b"")),
            b'.' => (number, digits, points) = (0, 0, points + 1),
            _ => return Err(("unexpected character", &text[at..])),
        }
    }
    if points < 3 { Err(("IPv4 address too short", b"")) } else { Ok(()) }
}

fn long(text: &[u8]) -> Result<Address, Wrong<'_>> {
    let zone = text.iter().position(|byte| *byte == b'%');
    let mut rest = &text[..zone.unwrap_or(text.len())];
    if zone.is_some_and(|zone| zone + 1 == text.len()) {
        return Err(("zone must be a non-empty string", b""));
    }
    let address = Address { is_short: false, has_zone: zone.is_some() };
    // How many bytes are known, and of how many it is left open where the others stand.
    let (mut known, mut gap) = (0, false);
    if let Some(behind) = rest.strip_prefix(b"::") {
        (gap, rest) = (true, behind);
        if rest.is_empty() {
            return Ok(address);
        }
    }
    while known < 16 {
        let count = digits(rest)?;
        if rest.get(count) == Some(&b'.') {
            if !gap && known != 12 {
                return Err(("embedded IPv4 address must replace the final 2 fields of the address", rest));
            }
            if known + 4 > 16 {
                let why = "too many hex fields to fit an embedded IPv4 at the end of the address";
                return Err((why, rest));
            }
            short(rest)?;
            (rest, known) = (b"", known + 4);
            break;
        }
        known += 2;
        rest = match &rest[count..] {
            [] => {
                rest = b"";
                break;
            }
            [b':'] => return Err(("colon must be followed by more characters", b":")),
            [b':', behind @ ..] => behind,
            other => return Err(("unexpected character, want colon", other)),
        };
        if let [b':', behind @ ..] = rest {
            if gap {
                return Err(("multiple :: in address", rest));
            }
            (gap, rest) = (true, behind);
            if rest.is_empty() {
                break;
            }
        }
    }
    match known {
        _ if !rest.is_empty() => Err(("trailing garbage after address", rest)),
        ..16 if !gap => Err(("address string too short", b"")),
        16.. if gap => Err(("the :: must expand to at least one field of zeros", b"")),
        _ => Ok(address),
    }
}

/// How many digits a field has.
fn digits(rest: &[u8]) -> Result<usize, Wrong<'_>> {
    match rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count() {
        0 => Err(("each colon-separated field must have at least one digit", rest)),
        count @ 1..=4 => Ok(count),
        _ => Err(("each group must have 4 or less digits", rest)),
    }
}
