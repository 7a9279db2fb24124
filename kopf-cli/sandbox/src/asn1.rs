//! DER, read value by value; what is wrong is told in the words of Go.

/// What a value has to be: its number among the universal ones, whether it has others in it, and what it is called in Go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind(u32, bool, &'static str);

impl Kind {
    pub(crate) const INTEGER: Kind = Kind(2, false, "int");
    pub(crate) const BITS: Kind = Kind(3, false, "BitString");
    pub(crate) const OBJECT: Kind = Kind(6, false, "ObjectIdentifier");

    pub(crate) const SET: Kind = Kind(17, true, "");

    pub(crate) const fn sequence(name: &'static str) -> Self {
        Kind(16, true, name)
    }
}

/// Kinds of keys.
pub(crate) const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
pub(crate) const ELLIPTIC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
pub(crate) const EDWARDS: &[u8] = &[0x2b, 0x65, 0x70];

/// What stands before a value.
#[derive(Debug, Clone, Copy)]
struct Head {
    class: u8,
    compound: bool,
    tag: u32,
    length: usize,
}

/// A value: all of it, and what is in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) whole: &'a [u8],
    pub(crate) inside: &'a [u8],
}

/// What is still to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// A value of a kind.
    pub(crate) fn read(&mut self, kind: Kind) -> Result<Element<'a>, String> {
        let begin = self.at;
        let head = self.head()?;
        let Kind(tag, compound, name) = kind;
        if (head.class, head.tag, head.compound) != (0, tag, compound) {
            return Err(mismatch(tag, head, name, self.at));
        }
        self.inside(begin, head)
    }

    /// A value of any kind.
    pub(crate) fn any(&mut self) -> Result<Element<'a>, String> {
        let begin = self.at;
        let head = self.head()?;
        self.inside(begin, head)
    }

    /// A value with others in it, of which no more is known than its number.
    pub(crate) fn tagged(&mut self, tag: u32) -> Result<Element<'a>, String> {
        let begin = self.at;
        let head = self.head()?;
        if (head.class, head.tag, head.compound) != (2, tag, true) {
            return Err(mismatch(tag, head, "", self.at));
        }
        self.inside(begin, head)
    }

    fn inside(&mut self, begin: usize, head: Head) -> Result<Element<'a>, String> {
        let end = self.at.checked_add(head.length).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| syntax("data truncated"))?;
        let inside = &self.bytes[self.at..end];
        self.at = end;
        Ok(Element { whole: &self.bytes[begin..end], inside })
    }

    fn byte(&mut self, missing: &str) -> Result<u8, String> {
        let byte = self.bytes.get(self.at).copied().ok_or_else(|| syntax(missing))?;
        self.at += 1;
        Ok(byte)
    }

    fn head(&mut self) -> Result<Head, String> {
        const TRUNCATED: &str = "truncated tag or length";
        let first = self.byte("sequence truncated")?;
        let mut tag = u32::from(first & 0x1f);
        if tag == 0x1f {
            tag = self.number()?;
            if tag < 0x1f {
                return Err(syntax("non-minimal tag"));
            }
        }
        let said = self.byte(TRUNCATED)?;
        let mut length = usize::from(said & 0x7f);
        if said & 0x80 != 0 {
            let count = length;
            if count == 0 {
                return Err(syntax("indefinite length found (not DER)"));
            }
            length = 0;
            for _ in 0..count {
                let byte = self.byte(TRUNCATED)?;
                if length >= 1 << 23 {
                    return Err(structure("length too large"));
                }
                length = length << 8 | usize::from(byte);
                if length == 0 {
                    return Err(structure("superfluous leading zeros in length"));
                }
            }
            if length < 0x80 {
                return Err(structure("non-minimal length"));
            }
        }
        Ok(Head { class: first >> 6, compound: first & 0x20 != 0, tag, length })
    }

    /// A number of which each byte but the last has its highest bit.
    fn number(&mut self) -> Result<u32, String> {
        let mut number: u64 = 0;
        for at in 0.. {
            if at == 5 {
                return Err(structure("base 128 integer too large"));
            }
            let byte = self.byte("truncated base 128 integer")?;
            if at == 0 && byte == 0x80 {
                return Err(syntax("integer is not minimally encoded"));
            }
            number = number << 7 | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                break;
            }
        }
        let known = u32::try_from(number).ok().filter(|number| i32::try_from(*number).is_ok());
        known.ok_or_else(|| structure("base 128 integer too large"))
    }
}

/// What is wrong with an integer of 64 bits.
pub(crate) fn check_integer(bytes: &[u8]) -> Result<(), String> {
    let is_padded = |first: u8, second: u8| match first {
        0 => second & 0x80 == 0,
        0xff => second & 0x80 != 0,
        _ => false,
    };
    match bytes {
        [] => Err(structure("empty integer")),
        [first, second, ..] if is_padded(*first, *second) => Err(structure("integer not minimally-encoded")),
        [_, _, _, _, _, _, _, _, _, ..] => Err(structure("integer too large")),
        _ => Ok(()),
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

/// The bytes of bits, of which the last may have less than eight.
pub(crate) fn bits(bytes: &[u8]) -> Result<&[u8], String> {
    let (padding, bits) = bytes.split_first().ok_or_else(|| syntax("zero length BIT STRING"))?;
    let last = bits.last().copied().unwrap_or_default();
    if *padding > 7 || bits.is_empty() && *padding > 0 || last & ((1 << *padding.min(&7)) - 1) != 0 {
        return Err(syntax("invalid padding bits in BIT STRING"));
    }
    Ok(bits)
}

pub(crate) fn syntax(why: &str) -> String {
    format!("asn1: syntax error: {why}")
}

fn structure(why: &str) -> String {
    format!("asn1: structure error: {why}")
}

fn mismatch(expected: u32, found: Head, name: &str, at: usize) -> String {
    let Head { class, compound, tag, length } = found;
    structure(&format!(
        "tags don't match ({expected} vs {{class:{class} tag:{tag} length:{length} isCompound:{compound}}}) \
         {{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 \
         timeType:0 set:false omitEmpty:false}} {name} @{at}"
    ))
}
