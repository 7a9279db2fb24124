//! DER, read value by value, where whoever reads it tells what is wrong.
//!
//! So does Go's `cryptobyte`, which knows fewer forms than `encoding/asn1` does: no numbers of kinds above 30.

use crate::asn1::{Bits, bits, check_object, integer};

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
const BITS: u8 = 0x03;
pub(crate) const BYTES: u8 = 0x04;
pub(crate) const OBJECT: u8 = 0x06;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// Kinds of which no more is known than their numbers: with others in them, and without.
pub(crate) const fn compound(number: u8) -> u8 {
    0xa0 | number
}

pub(crate) const fn plain(number: u8) -> u8 {
    0x80 | number
}

/// A value: its kind, all of it, and what is in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'a> {
    pub(crate) kind: u8,
    pub(crate) whole: &'a [u8],
    pub(crate) inside: &'a [u8],
}

/// What is still to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Der<'a>(pub(crate) &'a [u8]);

impl<'a> Der<'a> {
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn is(self, kind: u8) -> bool {
        self.0.first() == Some(&kind)
    }

    /// A value of any kind.
    pub(crate) fn any(&mut self) -> Option<Value<'a>> {
        let [kind, said, rest @ ..] = self.0 else { return None };
        let (head, length) = match usize::from(*said) {
            length @ ..0x80 => (2, length),
            0x80 | 0x85.. => return None,
            said => {
                let bytes = rest.get(..said - 0x80)?;
                let length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
                if bytes[0] == 0 || length < 0x80 {
                    return None;
                }
                (2 + bytes.len(), length)
            }
        };
        let end = head + length;
        if kind & 0x1f == 0x1f || end > self.0.len() {
            return None;
        }
        let (whole, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(Value { kind: *kind, whole, inside: &whole[head..] })
    }

    /// A value of a kind.
    pub(crate) fn value(&mut self, kind: u8) -> Option<Value<'a>> {
        self.any().filter(|value| value.kind == kind)
    }

    /// What is in a value of a kind.
    pub(crate) fn read(&mut self, kind: u8) -> Option<&'a [u8]> {
        Some(self.value(kind)?.inside)
    }

    /// What is to be read in a value that has others in it.
    pub(crate) fn within(&mut self, kind: u8) -> Option<Der<'a>> {
        self.read(kind).map(Der)
    }

    /// The same of a value that may be missing.
    pub(crate) fn optional(&mut self, kind: u8) -> Option<Option<Der<'a>>> {
        if self.is(kind) { self.within(kind).map(Some) } else { Some(None) }
    }

    pub(crate) fn boolean(&mut self) -> Option<bool> {
        match self.read(BOOLEAN)? {
            [0] => Some(false),
            [0xff] => Some(true),
            _ => None,
        }
    }

    /// The bytes of an integer of any size.
    pub(crate) fn number(&mut self) -> Option<&'a [u8]> {
        let bytes = self.read(INTEGER)?;
        let begin = &bytes[..bytes.len().min(2)];
        integer(begin).is_ok().then_some(bytes)
    }

    /// An integer of 64 bits of a kind.
    pub(crate) fn integer(&mut self, kind: u8) -> Option<i64> {
        integer(self.read(kind)?).ok()
    }

    pub(crate) fn object(&mut self) -> Option<&'a [u8]> {
        self.read(OBJECT).filter(|name| check_object(name).is_ok())
    }

    pub(crate) fn bits(&mut self) -> Option<Bits<'a>> {
        bits(self.read(BITS)?).ok()
    }
}
