//! Messages written from their ends, so that the length of what is inside is known when it is to be written: once, however deep.

use super::encode::{BYTES, FIXED64, VARINT};

/// What has been written, the last byte first.
#[derive(Default)]
pub(super) struct Backwards(Vec<u8>);

impl Backwards {
    /// The bytes in the order in which they are read.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.0;
        bytes.reverse();
        bytes
    }

    /// Where what is written next ends.
    pub(super) fn end(&self) -> usize {
        self.0.len()
    }

    /// Makes all that has been written since `end` the value of a field.
    pub(super) fn within(&mut self, number: u32, end: usize) {
        self.varint((self.0.len() - end) as u64);
        self.tag(number, BYTES);
    }

    pub(super) fn bytes(&mut self, number: u32, value: &[u8]) {
        let end = self.end();
        self.raw(value);
        self.within(number, end);
    }

    pub(super) fn double(&mut self, number: u32, value: f64) {
        self.raw(&value.to_le_bytes());
        self.tag(number, FIXED64);
    }

    pub(super) fn number(&mut self, number: u32, value: u64) {
        self.varint(value);
        self.tag(number, VARINT);
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.0.extend(bytes.iter().rev());
    }

    fn tag(&mut self, number: u32, form: u8) {
        self.varint(u64::from(number) << 3 | u64::from(form));
    }

    fn varint(&mut self, value: u64) {
        let mut bytes = [0; 10];
        let mut rest = value;
        let mut length = 0;
        for byte in &mut bytes {
            *byte = rest as u8 & 0x7f;
            rest >>= 7;
            length += 1;
            if rest == 0 {
                break;
            }
            *byte |= 0x80;
        }
        self.raw(&bytes[..length]);
    }
}
