//! DER, read value by value; what is wrong is told in the words of Go, as its `encoding/asn1` has them.

mod moments;
mod values;

pub(crate) use moments::{Layout, settle};
pub(crate) use values::{Bits, bits, check_object, check_value, integer, is_basic, is_numeric, is_printable};

/// What a value has to be: its number among the universal ones, whether it has others in it, and what it is called in Go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind(u32, bool, &'static str);

impl Kind {
    pub(crate) const BOOLEAN: Kind = Kind(1, false, "bool");
    pub(crate) const INTEGER: Kind = Kind(2, false, "int");
    pub(crate) const BITS: Kind = Kind(3, false, "BitString");
    pub(crate) const BYTES: Kind = Kind(4, false, "");
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
/// Those that no one signs with, but two find a secret by.
pub(crate) const AGREEING: &[u8] = &[0x2b, 0x65, 0x6e];

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
    /// The number of its kind, if that is universal and has no others in it.
    kind: Option<u32>,
}

impl Element<'_> {
    /// What a text says; of numbers of other kinds and of bytes nothing.
    pub(crate) fn text(&self) -> Option<String> {
        match self.kind? {
            12 | 18 | 19 | 20 | 22 => Some(String::from_utf8_lossy(self.inside).into_owned()),
            30 => {
                let units = self.inside.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
                let units: Vec<u16> = units.collect();
                Some(String::from_utf16_lossy(units.strip_suffix(&[0]).unwrap_or(&units)))
            }
            _ => None,
        }
    }
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

    /// A value of a kind, if there is one.
    pub(crate) fn optional(&mut self, kind: Kind) -> Result<Option<Element<'a>>, String> {
        let begin = *self;
        if self.is_empty() {
            return Ok(None);
        }
        let head = self.head()?;
        let Kind(tag, compound, _) = kind;
        if (head.class, head.tag, head.compound) != (0, tag, compound) {
            *self = begin;
            return Ok(None);
        }
        self.inside(begin.at, head).map(Some)
    }

    /// Values of which all are known to be of a kind before the first is read, if it is one.
    pub(crate) fn all(mut self, kind: Option<Kind>) -> Result<Vec<Element<'a>>, String> {
        let mut all = Vec::new();
        while !self.is_empty() {
            let begin = self.at;
            let head = self.head()?;
            let is_other =
                |Kind(tag, compound, _): Kind| (head.class, head.tag, head.compound) != (0, tag, compound);
            if kind.is_some_and(is_other) {
                return Err(structure("sequence tag mismatch"));
            }
            all.push(self.inside(begin, head).map_err(|_| syntax("truncated sequence"))?);
        }
        Ok(all)
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

    /// A number by which a value behind it is known; how long that is, only the value itself tells.
    pub(crate) fn explicit(&mut self, tag: u32) -> Result<(), String> {
        let head = self.head()?;
        if self.is_empty() {
            return Err(structure("explicit tag has no child"));
        }
        if (head.class, head.tag) != (2, tag) || !head.compound && head.length > 0 {
            return Err(structure("explicitly tagged member didn't match"));
        }
        if head.length == 0 {
            return Err(structure("zero length explicit tag was not an asn1.Flag"));
        }
        Ok(())
    }

    /// A value of a kind behind such a number, if both are there.
    pub(crate) fn optional_explicit(&mut self, tag: u32, kind: Kind) -> Result<Option<Element<'a>>, String> {
        let begin = *self;
        if !self.has(tag)? {
            return Ok(None);
        }
        self.explicit(tag)?;
        let found = self.optional(kind)?;
        if found.is_none() {
            *self = begin;
        }
        Ok(found)
    }

    /// Whether such a number stands next.
    pub(crate) fn has(mut self, tag: u32) -> Result<bool, String> {
        if self.is_empty() {
            return Ok(false);
        }
        let head = self.head()?;
        // Go looks first whether there is anything behind it.
        Ok(self.is_empty() || (head.class, head.tag) == (2, tag) && (head.compound || head.length == 0))
    }

    fn inside(&mut self, begin: usize, head: Head) -> Result<Element<'a>, String> {
        let end = self.at.checked_add(head.length).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| syntax("data truncated"))?;
        let inside = &self.bytes[self.at..end];
        self.at = end;
        let kind = (head.class == 0 && !head.compound).then_some(head.tag);
        Ok(Element { whole: &self.bytes[begin..end], inside, kind })
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
