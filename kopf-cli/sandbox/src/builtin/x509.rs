//! Certificates: whether they have the parts that certificates have.

use crate::asn1::{self, Kind, Reader};

const SEQUENCE: Kind = Kind::sequence("");

/// Why bytes are no certificates that follow each other, in the words of Go.
pub(super) fn fault(bytes: &[u8]) -> Option<&'static str> {
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        let Ok(certificate) = reader.read(SEQUENCE) else { return Some("malformed certificate") };
        let why = certificate_fault(Reader::new(certificate.inside));
        if why.is_some() {
            return why;
        }
    }
    None
}

/// Why bytes are not one certificate and nothing else.
pub(super) fn fault_of_one(bytes: &[u8]) -> Option<&'static str> {
    let mut reader = Reader::new(bytes);
    let Ok(certificate) = reader.read(SEQUENCE) else { return Some("malformed certificate") };
    if reader.is_empty() { certificate_fault(Reader::new(certificate.inside)) } else { Some("trailing data") }
}

/// The parts of a certificate are read one by one, and not what is in them.
fn certificate_fault(mut outer: Reader<'_>) -> Option<&'static str> {
    let Ok(inner) = outer.read(SEQUENCE) else { return Some("malformed tbs certificate") };
    let mut inner = Reader::new(inner.inside);
    let mut version = inner;
    if let Ok(said) = version.tagged(0) {
        inner = version;
        match Reader::new(said.inside).read(Kind::INTEGER).map(|number| number.inside) {
            Ok([0..=2]) => {}
            Ok(number) if is_large(number) => return Some("invalid version"),
            _ => return Some("malformed version"),
        }
    }
    match inner.read(Kind::INTEGER).map(|number| number.inside) {
        Ok([first, ..]) if *first & 0x80 == 0 => {}
        Ok([_, ..]) => return Some("negative serial number"),
        _ => return Some("malformed serial number"),
    }
    let Ok(way) = inner.read(SEQUENCE) else { return Some("malformed signature algorithm identifier") };
    let Ok(outer_way) = outer.read(SEQUENCE) else { return Some("malformed algorithm identifier") };
    if way.inside != outer_way.inside {
        return Some("inner and outer signature algorithm identifiers don't match");
    }
    // Go says "issuer" of the subject, too.
    let parts = [
        ("malformed issuer", true),
        ("malformed validity", false),
        ("malformed issuer", true),
        ("malformed spki", false),
    ];
    for (why, is_name) in parts {
        let Ok(part) = inner.read(SEQUENCE) else { return Some(why) };
        if let Some(why) = Some(part.inside).filter(|_| is_name).and_then(name_fault) {
            return Some(why);
        }
    }
    let signature = outer.read(Kind::BITS).map(|bits| bits.inside);
    signature.ok().is_none_or(|bits| asn1::bits(bits).is_err()).then_some("malformed signature")
}

/// Whether a number is none of one byte less than three, and is one of a few bytes, as short as can be.
fn is_large(number: &[u8]) -> bool {
    matches!(number, [0..=0x7f, ..]) && asn1::check_integer(number).is_ok()
}

/// A name is a list of sets of what is said of whom it names.
fn name_fault(bytes: &[u8]) -> Option<&'static str> {
    let mut parts = Reader::new(bytes);
    while !parts.is_empty() {
        let Ok(part) = parts.read(Kind::SET) else { return Some("invalid RDNSequence") };
        let mut part = Reader::new(part.inside);
        while !part.is_empty() {
            let said = part.read(SEQUENCE);
            let Ok(said) = said else { return Some("invalid RDNSequence: invalid attribute") };
            let mut said = Reader::new(said.inside);
            let kind = said.read(Kind::OBJECT).ok().filter(|kind| asn1::check_object(kind.inside).is_ok());
            if kind.is_none() {
                return Some("invalid RDNSequence: invalid attribute type");
            }
            if said.any().is_err() {
                return Some("invalid RDNSequence: invalid attribute value");
            }
        }
    }
    None
}
