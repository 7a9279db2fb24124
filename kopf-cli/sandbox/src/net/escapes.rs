//! The escapes of URLs, as Go's `net/url` reads and writes them: `%` and two digits.

use crate::printed::quoted_bytes;

/// Which letters stand for themselves depends on where they are.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    Fragment,
    Host,
    Parameter,
    Path,
    User,
    Zone,
}

/// A part as it is written, unless that is not how it may be.
pub(super) fn written(said: &str, plain: &[u8], place: Place) -> String {
    let may_be = |byte: u8| b"!$&'()*+,;=:@[]%".contains(&byte) || is_plain(byte, place);
    if said.bytes().all(may_be) { said.to_owned() } else { escaped(plain, place) }
}

fn is_plain(byte: u8, place: Place) -> bool {
    match byte {
        b'-' | b'_' | b'.' | b'~' => true,
        b'!' | b'\'' | b'(' | b')' | b'*' | b'[' | b']' | b'<' | b'>' | b'"'
            if matches!(place, Place::Host | Place::Zone) =>
        {
            true
        }
        b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'?' | b'@' => match place {
            Place::Fragment => true,
            Place::Host | Place::Zone => !b"/?@".contains(&byte),
            Place::Parameter => false,
            Place::Path => byte != b'?',
            Place::User => !b"@/?:".contains(&byte),
        },
        b'!' | b'(' | b')' | b'*' => place == Place::Fragment,
        _ => byte.is_ascii_alphanumeric(),
    }
}

/// A part with an escape for each byte that does not stand for itself there.
pub(super) fn escaped(plain: &[u8], place: Place) -> String {
    let mut escaped = String::with_capacity(plain.len());
    for byte in plain {
        if is_plain(*byte, place) {
            escaped.push(char::from(*byte));
        } else {
            let digit = |half: u8| char::from(b"0123456789ABCDEF"[usize::from(half)]);
            escaped.extend(['%', digit(byte >> 4), digit(byte & 0xf)]);
        }
    }
    escaped
}

/// # Errors
///
/// That something is no escape, or stands for what may not be there.
pub(super) fn unescaped(said: &str, place: Place) -> Result<Vec<u8>, String> {
    let is_of_host = matches!(place, Place::Host | Place::Zone);
    let mut plain = Vec::with_capacity(said.len());
    let mut rest = said.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'%' => {
                let escape = &said.as_bytes()[said.len() - after.len() - 1..];
                let wrong = || format!("invalid URL escape {}", quoted_bytes(&escape[..escape.len().min(3)]));
                let byte = after.get(..2).and_then(byte_of).ok_or_else(wrong)?;
                let may_be = match place {
                    Place::Host => byte >= 0x80 || byte == b'%',
                    Place::Zone => byte == b'%' || byte == b' ' || is_plain(byte, Place::Host),
                    _ => true,
                };
                if !may_be {
                    return Err(wrong());
                }
                plain.push(byte);
                rest = &after[2..];
            }
            b'+' if place == Place::Parameter => plain.push(b' '),
            byte if is_of_host && byte.is_ascii() && !is_plain(*byte, place) => {
                return Err(format!("invalid character {} in host name", quoted_bytes(&[*byte])));
            }
            byte => plain.push(*byte),
        }
    }
    Ok(plain)
}

fn byte_of(digits: &[u8]) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let [high, low] = digits else { return None };
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_itself_depends_on_where_it_is() {
        for (plain, place, expected) in [
            ("a/b?c", Place::Path, "a/b%3Fc"),
            ("a/b?c", Place::Fragment, "a/b?c"),
            ("a:b@c", Place::User, "a%3Ab%40c"),
            ("a+b", Place::Parameter, "a%2Bb"),
            ("<a>", Place::Host, "<a>"),
        ] {
            assert_eq!(escaped(plain.as_bytes(), place), expected, "{plain}");
        }
    }

    #[test]
    fn hosts_have_few_escapes() {
        assert_eq!(unescaped("%25", Place::Host), Ok(b"%".to_vec()));
        assert_eq!(unescaped("%20", Place::Zone), Ok(b" ".to_vec()));
        assert_eq!(unescaped("%20", Place::Host), Err("invalid URL escape \"%20\"".to_owned()));
        assert_eq!(unescaped("a+b", Place::Parameter), Ok(b"a b".to_vec()));
    }
}
