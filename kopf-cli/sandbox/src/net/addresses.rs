//! Texts of network addresses: as Go's `net/netip` reads them, in its words where they are none, and as a server reads those of
//! its own objects.

use std::net::IpAddr;

use crate::printed::{quoted, quoted_bytes};

/// An address, which may be one of a zone.
pub(crate) struct Read {
    pub(crate) address: IpAddr,
    pub(crate) has_zone: bool,
}

/// What becomes of zeros in front of the numbers of IPv4.
#[derive(Clone, Copy, PartialEq)]
enum Zeros {
    Refused,
    Taken,
}

/// What is wrong, and from where on.
struct Wrong<'a>(&'static str, &'a [u8]);

/// # Errors
///
/// Why it is no address.
pub(crate) fn read(said: &[u8]) -> Result<Read, String> {
    either(said, Zeros::Refused).map_err(|Wrong(why, rest)| {
        let place = if rest.is_empty() { String::new() } else { format!(" (at {})", quoted_bytes(rest)) };
        format!("ParseAddr({}): {why}{place}", quoted_bytes(said))
    })
}

/// An address without a zone, with zeros in front of its numbers if need be: those of objects may be as old as that.
pub(crate) fn tolerant(said: &str) -> Option<IpAddr> {
    either(said.as_bytes(), Zeros::Taken).ok().filter(|read| !read.has_zone).map(|read| read.address)
}

/// An address and how many bits of it count.
///
/// # Errors
///
/// Why it is none.
pub(crate) fn range(said: &str) -> Result<(IpAddr, u8), String> {
    let wrong = |why: &str| format!("netip.ParsePrefix({}): {why}", quoted(said));
    let (before, bits) = said.rsplit_once('/').ok_or_else(|| wrong("no '/'"))?;
    let Read { address, has_zone } = read(before.as_bytes()).map_err(|why| wrong(&why))?;
    if has_zone {
        return Err(wrong("IPv6 zones cannot be present in a prefix"));
    }
    let is_number =
        bits.bytes().all(|byte| byte.is_ascii_digit()) && (bits.len() == 1 || !bits.starts_with('0'));
    let length = Some(bits).filter(|_| is_number).and_then(|bits| bits.parse::<i64>().ok());
    let length = length.ok_or_else(|| wrong(&format!("bad bits after slash: {}", quoted(bits))))?;
    let length = u8::try_from(length).ok().filter(|length| *length <= most(address));
    length.map(|length| (address, length)).ok_or_else(|| wrong("prefix length out of range"))
}

/// The same with zeros in front of all numbers if need be.
pub(crate) fn tolerant_range(said: &str) -> Option<(IpAddr, u8)> {
    let (address, length) = said.split_once('/')?;
    let address = tolerant(address)?;
    let is_number = length.bytes().all(|byte| byte.is_ascii_digit());
    let length = length.parse().ok().filter(|length| is_number && *length <= most(address))?;
    Some((address, length))
}

/// How many bits an address has.
fn most(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn either(said: &[u8], zeros: Zeros) -> Result<Read, Wrong<'_>> {
    match said.iter().find(|byte| b".:%".contains(byte)) {
        Some(b'.') => four(said, zeros).map(|four| Read { address: four.into(), has_zone: false }),
        Some(b':') => six(said, zeros),
        Some(_) => Err(Wrong("missing IPv6 address", b"")),
        None => Err(Wrong("unable to parse IP", b"")),
    }
}

fn four(said: &[u8], zeros: Zeros) -> Result<[u8; 4], Wrong<'_>> {
    let (mut fields, mut place, mut digits) = ([0_u8; 4], 0, 0);
    for (index, byte) in said.iter().enumerate() {
        let rest = &said[index..];
        match byte {
            b'0'..=b'9' if zeros == Zeros::Refused && digits == 1 && fields[place] == 0 => {
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

fn six(said: &[u8], zeros: Zeros) -> Result<Read, Wrong<'_>> {
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
            bytes.extend(four(rest, zeros)?);
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
        let found = read(said.as_bytes()).map(|read| read.address.to_string());
        assert_eq!(
            found,
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

    #[test]
    fn those_of_objects_may_have_zeros_in_front() {
        for (said, expected) in [
            ("010.0.00.0001", Some("10.0.0.1")),
            ("::ffff:01.2.3.4", Some("::ffff:1.2.3.4")),
            ("1.2.3.0256", None),
            ("1.2.3.", None),
            ("fe80::1%eth0", None),
            ("", None),
        ] {
            assert_eq!(tolerant(said).map(|address| address.to_string()).as_deref(), expected, "{said}");
        }
        assert!(tolerant_range("010.0.0.0/08").is_some() && range("10.0.0.0/08").is_err());
        for said in ["10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/33", "10.0.0.0/8/8", "10.0.0.0"] {
            assert_eq!(tolerant_range(said), None, "{said}");
        }
    }
}
