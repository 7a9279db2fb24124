//! The wire format: fields with their numbers, and four forms of values.

/// What a field holds, as far as the wire tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Wire<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(&'a [u8]),
}

impl<'a> Wire<'a> {
    pub(super) fn varint(self) -> Result<u64, String> {
        match self {
            Wire::Varint(value) => Ok(value),
            other => Err(other.mismatch("a number")),
        }
    }

    pub(super) fn double(self) -> Result<f64, String> {
        match self {
            Wire::Fixed64(bits) => Ok(f64::from_bits(bits)),
            other => Err(other.mismatch("a double")),
        }
    }

    pub(super) fn bytes(self) -> Result<&'a [u8], String> {
        match self {
            Wire::Bytes(bytes) => Ok(bytes),
            other => Err(other.mismatch("bytes")),
        }
    }

    pub(super) fn text(self) -> Result<&'a str, String> {
        std::str::from_utf8(self.bytes()?).map_err(|_| "proto: a string is no UTF-8".to_owned())
    }

    fn mismatch(self, expected: &str) -> String {
        let found = match self {
            Wire::Varint(_) => 0,
            Wire::Fixed64(_) => 1,
            Wire::Bytes(_) => 2,
            Wire::Fixed32(_) => 5,
        };
        format!("proto: wrong wireType = {found} for a field that is {expected}")
    }
}

/// The fields of a message, in the order in which they come. After an error there are none.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Fields { rest: bytes }
    }

    fn field(&mut self) -> Result<(u32, Wire<'a>), String> {
        let tag = varint(&mut self.rest)?;
        let number = u32::try_from(tag >> 3).ok().filter(|number| (1..1 << 29).contains(number));
        let number =
            number.ok_or_else(|| format!("proto: illegal tag {} (wire type {})", tag >> 3, tag & 7))?;
        let value = match tag & 7 {
            0 => Wire::Varint(varint(&mut self.rest)?),
            1 => Wire::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => {
                let length = varint(&mut self.rest)?;
                Wire::Bytes(self.take(usize::try_from(length).unwrap_or(usize::MAX))?)
            }
            5 => Wire::Fixed32(u32::from_le_bytes(self.array()?)),
            other => return Err(format!("proto: illegal wireType {other}")),
        };
        Ok((number, value))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(ended)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or_else(ended)?;
        self.rest = rest;
        Ok(*taken)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Wire<'a>), String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Takes a number of up to ten bytes off the front.
pub(super) fn varint(bytes: &mut &[u8]) -> Result<u64, String> {
    let mut value = 0;
    for shift in (0..70).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or_else(ended)?;
        *bytes = rest;
        // What the tenth byte has too much goes, as in Go.
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err("proto: integer overflow".to_owned())
}

fn ended() -> String {
    "unexpected EOF".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let read: Result<Vec<_>, _> = Fields::of(bytes).collect();
        assert_eq!(format!("{read:?}"), expected, "{bytes:?}");
    }

    #[test]
    fn fields_are_told_apart() {
        check(b"", "Ok([])");
        check(b"\x08\x96\x01", "Ok([(1, Varint(150))])");
        check(b"\x12\x02hi\x18\x01", "Ok([(2, Bytes([104, 105])), (3, Varint(1))])");
        check(b"\x0d\x01\0\0\0", "Ok([(1, Fixed32(1))])");
        check(b"\x09\x01\0\0\0\0\0\0\0", "Ok([(1, Fixed64(1))])");
    }

    #[test]
    fn what_is_cut_short_or_unknown_is_an_error() {
        check(b"\x08", "Err(\"unexpected EOF\")");
        check(b"\x12\x05hi", "Err(\"unexpected EOF\")");
        check(b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "Err(\"unexpected EOF\")");
        check(b"\x0b", "Err(\"proto: illegal wireType 3\")");
        check(b"\x00", "Err(\"proto: illegal tag 0 (wire type 0)\")");
        check(&[0xff; 11], "Err(\"proto: integer overflow\")");
    }
}
