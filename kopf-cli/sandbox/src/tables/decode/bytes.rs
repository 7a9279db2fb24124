//! Bytes: base64 in JSON, or a list of numbers, read and written as Go does it.

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::encoded::{Letters, decode};

/// Has a text that stands for bytes be as it is shown: many texts say the same bytes.
///
/// # Errors
///
/// Where it is no base64, in the words of Go.
pub(super) fn settle(text: &mut String) -> Result<(), String> {
    *text = print(&decode(text.as_bytes(), Letters::Standard)?);
    Ok(())
}

/// Bytes as they are shown.
pub(super) fn print(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
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
