//! What is wrong with what is to be signed: whether it is a request, and of whoever has the key.

mod signatures;
mod ways;

use std::collections::HashSet;

use crate::{
    asn1::{Element, Kind, Reader, bits, check_object, check_value, integer, syntax},
    builtin::x509,
    der::Der,
    pem,
};

const KIND: &str = "CERTIFICATE REQUEST";
/// What an attribute is called that has extensions in it.
const EXTENSIONS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];
/// What an organization is called in a subject.
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];

/// A kind of values with the values that it goes with.
struct Algorithm<'a> {
    object: &'a [u8],
    parameters: &'a [u8],
}

/// Why a text in PEM is no request, or not of whoever has the key.
pub(super) fn fault(text: &[u8]) -> Option<String> {
    match pem::blocks(text).next().filter(|block| block.kind == KIND) {
        Some(block) => check(&block.bytes).err(),
        None => Some("PEM block type must be CERTIFICATE REQUEST".to_owned()),
    }
}

fn check(bytes: &[u8]) -> Result<(), String> {
    let mut reader = Reader::new(bytes);
    let request = reader.read(Kind::sequence("certificateRequest"))?;
    let mut rest = Reader::new(request.inside);
    let asked = rest.read(Kind::sequence("tbsCertificateRequest"))?;
    let mut inside = Reader::new(asked.inside);
    integer(inside.read(Kind::INTEGER)?.inside)?;
    let named = inside.any()?;
    let mut key = Reader::new(inside.read(Kind::sequence("publicKeyInfo"))?.inside);
    let kind = algorithm(&mut key)?;
    let key = bits(key.read(Kind::BITS)?.inside)?.aligned();
    let attributes = Reader::new(inside.tagged(0)?.inside).all(None)?;
    let way = algorithm(&mut rest)?;
    let signature = bits(rest.read(Kind::BITS)?.inside)?.aligned();
    if !reader.is_empty() {
        return Err(syntax("trailing data"));
    }
    let key = x509::read_key(kind.object, kind.parameters, &key)?;
    subject(named)?;
    check_attributes(&attributes)?;
    signatures::check(&key, ways::of(&way), asked.whole, &signature)
}

/// Whether a text in PEM asks in the name of an organization, as far as it is a request.
pub(crate) fn is_of(text: &[u8], organization: &str) -> bool {
    let find = |bytes: &[u8]| {
        let request = Reader::new(bytes).read(Kind::sequence("")).ok()?;
        let asked = Reader::new(request.inside).read(Kind::sequence("")).ok()?;
        let mut inside = Reader::new(asked.inside);
        inside.read(Kind::INTEGER).ok()?;
        let named = subject(inside.any().ok()?).ok()?;
        Some(
            named
                .iter()
                .any(|(kind, value)| *kind == ORGANIZATION && value.text().as_deref() == Some(organization)),
        )
    };
    pem::blocks(text).next().is_some_and(|block| find(&block.bytes).unwrap_or_default())
}

fn algorithm<'a>(reader: &mut Reader<'a>) -> Result<Algorithm<'a>, String> {
    let mut inside = Reader::new(reader.read(Kind::sequence("AlgorithmIdentifier"))?.inside);
    let object = inside.read(Kind::OBJECT)?.inside;
    check_object(object)?;
    let parameters = if inside.is_empty() { &[] } else { inside.any()?.whole };
    Ok(Algorithm { object, parameters })
}

/// What a subject says, each with what it is called.
fn subject<'a>(said: Element<'a>) -> Result<Vec<(&'a [u8], Element<'a>)>, String> {
    let parts = Reader::new(said.whole).read(Kind::sequence("RDNSequence"))?;
    let mut named = Vec::new();
    for part in Reader::new(parts.inside).all(Some(Kind::SET))? {
        for said in Reader::new(part.inside).all(Some(Kind::sequence("")))? {
            let mut said = Reader::new(said.inside);
            let kind = said.read(Kind::OBJECT)?.inside;
            check_object(kind)?;
            let value = said.any()?;
            check_value(&value)?;
            named.push((kind, value));
        }
    }
    Ok(named)
}

/// The extensions that are asked for; attributes that are none are passed over.
fn check_attributes(attributes: &[Element<'_>]) -> Result<(), String> {
    let mut known = HashSet::new();
    let mut names = Vec::new();
    for list in attributes.iter().filter_map(|attribute| extensions(*attribute)) {
        let list = Reader::new(list).read(Kind::sequence(""))?;
        let list = Reader::new(list.inside).all(Some(Kind::sequence("")))?;
        let list = list.into_iter().map(extension).collect::<Result<Vec<_>, _>>()?;
        for (name, value) in list {
            if !known.insert(name) {
                return Err("x509: certificate request contains duplicate requested extensions".to_owned());
            }
            names.extend((name == ALTERNATIVE_NAMES).then_some(value));
        }
    }
    names.into_iter().try_for_each(|value| x509::check_alternative_names(Der(value)))
}

/// The first value of an attribute that has extensions in it.
fn extensions<'a>(attribute: Element<'a>) -> Option<&'a [u8]> {
    let attribute = Reader::new(attribute.whole).read(Kind::sequence("")).ok()?;
    let mut inside = Reader::new(attribute.inside);
    let name = inside.read(Kind::OBJECT).ok()?.inside;
    let values = Reader::new(inside.read(Kind::SET).ok()?.inside).all(None).ok()?;
    Some(values.first()?.whole).filter(|_| name == EXTENSIONS)
}

/// What an extension is called, and its value.
fn extension<'a>(said: Element<'a>) -> Result<(&'a [u8], &'a [u8]), String> {
    let mut inside = Reader::new(said.inside);
    let name = inside.read(Kind::OBJECT)?.inside;
    check_object(name)?;
    if let Some(is_critical) = inside.optional(Kind::BOOLEAN)? {
        check_value(&is_critical)?;
    }
    Ok((name, inside.read(Kind::BYTES)?.inside))
}
