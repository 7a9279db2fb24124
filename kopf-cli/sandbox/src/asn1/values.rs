//! What is wrong with numbers, names, bits and texts in DER, in the words of Go.

use std::borrow::Cow;

use super::{Element, Layout, Reader, settle, structure, syntax};

/// An integer of 64 bits.
pub(crate) fn integer(bytes: &[u8]) -> Result<i64, String> {
    let is_padded = |first: u8, second: u8| match first {
        0 => second & 0x80 == 0,
        0xff => second & 0x80 != 0,
        _ => false,
    };
    match bytes {
        [] => Err(structure("empty integer")),
        [first, second, ..] if is_padded(*first, *second) => Err(structure("integer not minimally-encoded")),
        [_, _, _, _, _, _, _, _, _, ..] => Err(structure("integer too large")),
        [first, ..] => {
            let sign = if first & 0x80 == 0 { 0 } else { -1 };
            Ok(bytes.iter().fold(sign, |number, byte| number << 8 | i64::from(*byte)))
        }
    }
}

/// What is wrong with the name of a type.
pub(crate) fn check_object(bytes: &[u8]) -> Result<(), String> {
    if bytes.is_empty() {
        return Err(syntax("zero length OBJECT IDENTIFIER"));
    }
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        reader.number()?;
    }
    Ok(())
}

/// Bits, of which the last byte may have less than eight.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bits<'a> {
    padding: u8,
    bytes: &'a [u8],
}

impl<'a> Bits<'a> {
    /// The bytes of which the first has less than eight instead.
    pub(crate) fn aligned(self) -> Cow<'a, [u8]> {
        let Bits { padding, bytes } = self;
        if padding == 0 {
            return Cow::Borrowed(bytes);
        }
        let mut above = 0;
        let shifted = bytes.iter().map(|byte| {
            let shifted = above << (8 - padding) | byte >> padding;
            above = *byte;
            shifted
        });
        Cow::Owned(shifted.collect())
    }
}

pub(crate) fn bits(bytes: &[u8]) -> Result<Bits<'_>, String> {
    let (padding, bytes) = bytes.split_first().ok_or_else(|| syntax("zero length BIT STRING"))?;
    let last = bytes.last().copied().unwrap_or_default();
    if *padding > 7 || bytes.is_empty() && *padding > 0 || last & ((1 << *padding.min(&7)) - 1) != 0 {
        return Err(syntax("invalid padding bits in BIT STRING"));
    }
    Ok(Bits { padding: *padding, bytes })
}

/// What is wrong with a value that may be of any kind.
pub(crate) fn check_value(value: &Element<'_>) -> Result<(), String> {
    let bytes = value.inside;
    let invalid = |kind: &str| Err(syntax(&format!("{kind} contains invalid character")));
    match value.kind {
        Some(1) if !matches!(bytes, [0 | 0xff]) => Err(syntax("invalid boolean")),
        Some(2) => integer(bytes).map(drop),
        Some(3) => bits(bytes).map(drop),
        Some(6) => check_object(bytes),
        Some(12) if std::str::from_utf8(bytes).is_err() => Err("asn1: invalid UTF-8 string".to_owned()),
        Some(18) if !bytes.iter().all(is_numeric) => invalid("NumericString"),
        Some(19) if !bytes.iter().all(is_printable) => invalid("PrintableString"),
        Some(22) if !bytes.is_ascii() => invalid("IA5String"),
        Some(23) => {
            let moment = settle(bytes, Layout::Minutes).or_else(|_| settle(bytes, Layout::Seconds));
            moment.map(drop)
        }
        Some(24) => settle(bytes, Layout::Fractions).map(drop),
        Some(30) if !is_basic(bytes) => Err("invalid BMPString".to_owned()),
        _ => Ok(()),
    }
}

pub(crate) fn is_numeric(byte: &u8) -> bool {
    matches!(byte, b'0'..=b'9' | b' ')
}

/// Stars and ampersands are none of these letters, but Go takes them.
pub(crate) fn is_printable(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"'()+,-./ :=?*&".contains(byte)
}

/// Whether bytes are letters of two bytes each.
pub(crate) fn is_basic(bytes: &[u8]) -> bool {
    let (letters, rest) = bytes.as_chunks();
    let is_letter = |letter: &[u8; 2]| !matches!(u16::from_be_bytes(*letter), 0xfffe | 0xffff | 0xfdd0..=0xfdef | 0xd800..=0xdfff);
    rest.is_empty() && letters.iter().all(is_letter)
}
