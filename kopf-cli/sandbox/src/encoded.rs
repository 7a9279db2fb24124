//! Bytes that texts write in base64, read as Go reads them: lines may be broken anywhere, and bits behind the last byte are not
//! looked at.

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{GeneralPurpose, general_purpose::PAD},
};

/// The letters that a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Letters {
    Standard,
    /// Those that mean nothing in addresses.
    UrlSafe,
}

impl Letters {
    fn have(self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric()
            || match self {
                Letters::Standard => matches!(byte, b'+' | b'/'),
                Letters::UrlSafe => matches!(byte, b'-' | b'_'),
            }
    }
}

/// The bytes that a text writes.
///
/// # Errors
///
/// Where it is no base64, in the words of Go.
pub(crate) fn decode(text: &[u8], letters: Letters) -> Result<Vec<u8>, String> {
    const LENIENT: [GeneralPurpose; 2] = [
        GeneralPurpose::new(&STANDARD, PAD.with_decode_allow_trailing_bits(true)),
        GeneralPurpose::new(&URL_SAFE, PAD.with_decode_allow_trailing_bits(true)),
    ];
    if let Some(at) = corrupt(text, letters) {
        return Err(format!("illegal base64 data at input byte {at}"));
    }
    let text: Vec<u8> = text.iter().copied().filter(|byte| !is_newline(*byte)).collect();
    LENIENT[usize::from(letters == Letters::UrlSafe)].decode(text).map_err(|fault| fault.to_string())
}

fn is_newline(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Where a text stops being base64, as Go tells of it: four letters belong together.
fn corrupt(text: &[u8], letters: Letters) -> Option<usize> {
    let skip = |mut at: usize| {
        while text.get(at).copied().is_some_and(is_newline) {
            at += 1;
        }
        at
    };
    let (mut at, mut count) = (0, 0);
    while let Some(byte) = text.get(at).copied() {
        at += 1;
        match byte {
            byte if letters.have(byte) => count = (count + 1) % 4,
            b'\n' | b'\r' => {}
            b'=' if count >= 2 => {
                if count == 2 {
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
    (count > 0).then(|| text.len() - count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_in_one_alphabet() {
        for (text, letters, bytes) in [
            ("+/8=", Letters::Standard, Ok(&[0xfb, 0xff][..])),
            ("-_8=", Letters::UrlSafe, Ok(&[0xfb, 0xff])),
            ("-_9=", Letters::UrlSafe, Ok(&[0xfb, 0xff])),
            ("\r-\n_8\n=\n", Letters::UrlSafe, Ok(&[0xfb, 0xff])),
            ("", Letters::UrlSafe, Ok(&[])),
            ("+/8=", Letters::UrlSafe, Err(0)),
            ("A/8=", Letters::UrlSafe, Err(1)),
            ("AA-_", Letters::Standard, Err(2)),
        ] {
            let expected = bytes.map(<[u8]>::to_vec);
            let expected = expected.map_err(|at| format!("illegal base64 data at input byte {at}"));
            assert_eq!(decode(text.as_bytes(), letters), expected, "{text:?}");
        }
    }
}
