//! Texts of network addresses, read as Go reads them, in its words where they are none.

use std::net::IpAddr;

use crate::printed::{quoted, quoted_bytes};

/// An address, which may be one of a zone.
pub(super) struct Read {
    pub(super) address: IpAddr,
    pub(super) has_zone: bool,
}

/// What is wrong, and from where on.
struct Wrong<'a>(&'static str, &'a [u8]);

/// # Errors
///
/// Why it is no address.
pub(super) fn address(said: &[u8]) -> Result<Read, String> {
    let read = match said.iter().find(|byte| b".:%".contains(byte)) {
        Some(b'.') => four(said).map(|four| Read { address: four.into(), has_zone: false }),
        Some(b':') => six(said),
        Some(_) => Err(Wrong("missing IPv6 address", b"")),
        None => Err(Wrong("unable to parse IP", b"")),
    };
    read.map_err(|Wrong(why, rest)| {
        let place = if rest.is_empty() { String::new() } else { format!(" (at {})", quoted_bytes(rest)) };
        format!("ParseAddr({}): {why}{place}", quoted_bytes(said))
    })
}

/// An address and how many bits of it count.
///
/// # Errors
///
/// Why it is none.
pub(super) fn range(said: &str) -> Result<(IpAddr, u8), String> {
    let wrong = |why: &str| format!("netip.ParsePrefix({}): {why}", quoted(said));
    let (before, bits) = said.rsplit_once('/').ok_or_else(|| wrong("no '/'"))?;
    let Read { address, has_zone } = address(before.as_bytes()).map_err(|why| wrong(&why))?;
    if has_zone {
        return Err(wrong("IPv6 zones cannot be present in a prefix"));
    }
    let is_number =
        bits.bytes().all(|byte| byte.is_ascii_digit()) && (bits.len() == 1 || !bits.starts_with('0'));
    let length = Some(bits).filter(|_| is_number).and_then(|bits| bits.parse::<i64>().ok());
    let length = length.ok_or_else(|| wrong(&format!("bad bits after slash: {}", quoted(bits))))?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let length = u8::try_from(length).ok().filter(|length| *length <= most);
    length.map(|length| (address, length)).ok_or_else(|| wrong("prefix length out of range"))
}

fn four(said: &[u8]) -> Result<[u8; 4], Wrong<'_>> {
    let (mut fields, mut place, mut digits) = ([0_u8; 4], 0, 0);
    for (index, byte) in said.iter().enumerate() {
        let rest = &said[index..];
        match byte {
            b'0'..=b'9' if digits == 1 && fields[place] == 0 => {
                return Err(Wrong("IPv4 field has octet with leading zero", b""));
            }
            b'0'..=b'9' => {
                let grown = fields[place].checked_mul(10).and_then(|field| field.checked_add(byte - b'0'));
                fields[place] = grown.ok_or(Wrong("IPv4 field has value >255", b""))?;
                digits += 1;
            }
            b'.' if digits == 0 || rest.len() == 1 => {
                return Err(Wrong("IPv4 field must have at least one digit", rest));
            }
            b'.' if place == 3 => return Err(Wrong("IPv4 address too long", b"")),
            b'.' => (place, digits) = (place + 1, 0),
            _ => return Err(Wrong("unexpected character", rest)),
        }
    }
    if place < 3 { Err(Wrong("IPv4 address too short", b"")) } else { Ok(fields) }
}

fn six(said: &[u8]) -> Result<Read, Wrong<'_>> {
    let mut parts = said.splitn(2, |byte| *byte == b'%');
    let (mut rest, zone) = (parts.next().unwrap_or_default(), parts.next());
    if zone == Some(b"") {
        return Err(Wrong("zone must be a non-empty string", b""));
    }
    let mut bytes = Vec::with_capacity(16);
    // Where as many zeros as are missing go.
    let mut gap = None;
    if let Some(after) = rest.strip_prefix(b"::") {
        (gap, rest) = (Some(0), after);
    }
    while bytes.len() < 16 && !(rest.is_empty() && gap == Some(bytes.len())) {
        let length = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        match length {
            0 => return Err(Wrong("each colon-separated field must have at least one digit", rest)),
            1..=4 => {}
            _ => return Err(Wrong("each group must have 4 or less digits", rest)),
        }
        if rest.get(length) == Some(&b'.') {
            if gap.is_none() && bytes.len() != 12 {
                let why = "embedded IPv4 address must replace the final 2 fields of the address";
                return Err(Wrong(why, rest));
            }
            if bytes.len() > 12 {
                let why = "too many hex fields to fit an embedded IPv4 at the end of the address";
                return Err(Wrong(why, rest));
            }
            bytes.extend(four(rest)?);
            rest = b"";
            break;
        }
        let field = rest[..length].iter().fold(0, |field, digit| field * 16 + hex(*digit));
        bytes.extend(field.to_be_bytes());
        rest = &rest[length..];
        rest = match rest {
            [] => break,
            [b':'] => return Err(Wrong("colon must be followed by more characters", rest)),
            [b':', b':', ..] if gap.is_some() => return Err(Wrong("multiple :: in address", &rest[1..])),
            [b':', b':', after @ ..] => {
                gap = Some(bytes.len());
                after
            }
            [b':', after @ ..] => after,
            _ => return Err(Wrong("unexpected character, want colon", rest)),
        };
    }
    if !rest.is_empty() {
        return Err(Wrong("trailing garbage after address", rest));
    }
    match gap {
        None if bytes.len() < 16 => return Err(Wrong("address string too short", b"")),
        Some(_) if bytes.len() >= 16 => {
            return Err(Wrong("the :: must expand to at least one field of zeros", b""));
        }
        Some(place) => {
            let tail = bytes.split_off(place);
            bytes.resize(16 - tail.len(), 0);
            bytes.extend(tail);
        }
        None => {}
    }
    let bytes: [u8; 16] = bytes.try_into().map_err(|_| Wrong("address string too short", b""))?;
    Ok(Read { address: bytes.into(), has_zone: zone.is_some() })
}

fn hex(digit: u8) -> u16 {
    u16::from(match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(said: &str, expected: Result<&str, &str>) {
        let read = address(said.as_bytes()).map(|read| read.address.to_string());
        assert_eq!(
            read,
            expected.map(str::to_owned).map_err(|why| format!("ParseAddr({}): {why}", quoted(said)))
        );
    }

    #[test]
    fn addresses_are_read_or_it_is_told_why_not() {
        check("1.2.3.4", Ok("1.2.3.4"));
        check("1::", Ok("1::"));
        check("::1.2.3.4", Ok("::102:304"));
        check("::", Ok("::"));
        check("1:2:3:4:5:6:7:8%x", Ok("1:2:3:4:5:6:7:8"));
        check("1.2.3.", Err("IPv4 field must have at least one digit (at \".\")"));
        check("1:2:3:4:5:6:7:8::", Err("the :: must expand to at least one field of zeros"));
        check("1:2:3:4:5:6:7::8", Err("the :: must expand to at least one field of zeros"));
        check("1:2:3:4:5:6:7:8:9", Err("trailing garbage after address (at \"9\")"));
        check("x1", Err("unable to parse IP"));
    }
}
