//! Bytes: base64 in JSON, or a list of numbers, read and written as Go does it.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{GeneralPurpose, GeneralPurposeConfig},
};

/// Has a text that stands for bytes be as it is shown: many texts say the same bytes.
///
/// # Errors
///
/// Where it is no base64, in the words of Go.
pub(super) fn settle(text: &mut String) -> Result<(), String> {
    if let Some(at) = corrupt(text.as_bytes()) {
        return Err(format!("illegal base64 data at input byte {at}"));
    }
    let lenient = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&STANDARD, lenient);
    let letters: Vec<u8> = text.bytes().filter(|byte| !is_newline(*byte)).collect();
    // What is not corrupt decodes.
    *text = print(&engine.decode(letters).unwrap_or_default());
    Ok(())
}

/// Bytes as they are shown.
pub(super) fn print(bytes: &[u8]) -> String {
    base64::prelude::BASE64_STANDARD.encode(bytes)
}

fn is_newline(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Where a text stops being base64, as Go tells of it: lines may be broken anywhere, and four letters belong together.
fn corrupt(text: &[u8]) -> Option<usize> {
    let skip = |mut at: usize| {
        while text.get(at).copied().is_some_and(is_newline) {
            at += 1;
        }
        at
    };
    let (mut at, mut letters) = (0, 0);
    while let Some(byte) = text.get(at).copied() {
        at += 1;
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => letters = (letters + 1) % 4,
            b'\n' | b'\r' => {}
            b'=' if letters >= 2 => {
                if letters == 2 {
                    at = skip(at);
                    match text.get(at) {
                        None => return Some(text.len()),
                        Some(b'=') => at += 1,
                        Some(_) => return Some(at - 1),
                    }
                }
                at = skip(at);
                return (at < text.len()).then_some(at);
            }
            _ => return Some(at - 1),
        }
    }
    (letters > 0).then(|| text.len() - letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut shown = text.to_owned();
        let said = settle(&mut shown).map_or_else(|why| why, |()| shown);
        assert_eq!(said, expected, "{text:?}");
    }

    #[test]
    fn bytes_are_written_in_one_way() {
        check("", "");
        check("AB==", "AA==");
        check("AAF=", "AAE=");
        check("A\nA=\r\n=\n", "AA==");
        check("dg==", "dg==");
    }

    #[test]
    fn what_is_no_base64_is_told_of_by_its_place() {
        check("A", "illegal base64 data at input byte 0");
        check("AAAAA", "illegal base64 data at input byte 4");
        check("AA=", "illegal base64 data at input byte 3");
        check("AA=A", "illegal base64 data at input byte 2");
        check("AA==A", "illegal base64 data at input byte 4");
        check("A===", "illegal base64 data at input byte 1");
        check("no base64!", "illegal base64 data at input byte 2");
    }
}
