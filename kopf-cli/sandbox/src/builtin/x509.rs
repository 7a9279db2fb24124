//! Certificates, read as Go's `crypto/x509` reads them; what is wrong is told in its words.

mod alternative;
mod constraints;
mod curves;
mod domains;
mod extensions;
mod keys;
mod names;
mod private;
mod validity;

use crate::der::{Der, INTEGER, SEQUENCE, compound, plain};

pub(super) use alternative::check as check_alternative_names;
pub(super) use curves::{Curve, Point};
pub(super) use keys::{Key, LONGEST_RSA, read as read_key};
pub(super) use private::{Owner, owner};

/// What is wrong with certificates that follow each other.
pub(super) fn check_all(bytes: &[u8]) -> Result<(), String> {
    let mut rest = Der(bytes);
    while !rest.is_empty() {
        certificate(&mut rest)?;
    }
    Ok(())
}

/// The key that one certificate is about, with nothing behind it.
pub(super) fn subject_key(bytes: &[u8]) -> Result<Key, String> {
    let mut rest = Der(bytes);
    let key = certificate(&mut rest)?;
    if rest.is_empty() { Ok(key) } else { Err(malformed("trailing data")) }
}

fn malformed(what: &str) -> String {
    format!("x509: {what}")
}

fn certificate(rest: &mut Der<'_>) -> Result<Key, String> {
    let missing = |what: &'static str| move || malformed(what);
    let mut outer = rest.within(SEQUENCE).ok_or_else(missing("malformed certificate"))?;
    let mut inner = outer.within(SEQUENCE).ok_or_else(missing("malformed tbs certificate"))?;
    let version = version(&mut inner)?;
    let serial = inner.number().ok_or_else(missing("malformed serial number"))?;
    if is_negative(serial) {
        return Err(malformed("negative serial number"));
    }
    let way = inner.read(SEQUENCE).ok_or_else(missing("malformed signature algorithm identifier"))?;
    let outer_way = outer.read(SEQUENCE).ok_or_else(missing("malformed algorithm identifier"))?;
    if way != outer_way {
        return Err(malformed("inner and outer signature algorithm identifiers don't match"));
    }
    algorithm(Der(way))?;
    names::check(inner.within(SEQUENCE).ok_or_else(missing("malformed issuer"))?)?;
    validity::check(inner.within(SEQUENCE).ok_or_else(missing("malformed validity"))?)?;
    // Go says "issuer" of the subject, too.
    names::check(inner.within(SEQUENCE).ok_or_else(missing("malformed issuer"))?)?;
    let key = key(inner.within(SEQUENCE).ok_or_else(missing("malformed spki"))?)?;
    if version > 1 {
        inner.optional(plain(1)).ok_or_else(missing("malformed issuerUniqueID"))?;
        inner.optional(plain(2)).ok_or_else(missing("malformed subjectUniqueID"))?;
    }
    if version == 3
        && let Some(more) = inner.optional(compound(3)).ok_or_else(missing("malformed extensions"))?
    {
        extensions::check(more)?;
    }
    outer.bits().ok_or_else(missing("malformed signature"))?;
    Ok(key)
}

/// The version, which counts from one.
fn version(inner: &mut Der<'_>) -> Result<i64, String> {
    let number = match inner.optional(compound(0)) {
        Some(None) => Some(0),
        Some(Some(mut said)) => said.integer(INTEGER).filter(|_| said.is_empty()),
        None => None,
    };
    match number.filter(|number| *number >= 0).map(|number| number.wrapping_add(1)) {
        None => Err(malformed("malformed version")),
        Some(4..) => Err(malformed("invalid version")),
        Some(version) => Ok(version),
    }
}

/// What an algorithm is called, and its parameters.
fn algorithm<'a>(mut said: Der<'a>) -> Result<(&'a [u8], &'a [u8]), String> {
    let name = said.object().ok_or_else(|| malformed("malformed OID"))?;
    if said.is_empty() {
        return Ok((name, b""));
    }
    let parameters = said.any().ok_or_else(|| malformed("malformed parameters"))?;
    Ok((name, parameters.whole))
}

fn key(mut described: Der<'_>) -> Result<Key, String> {
    let said = described.within(SEQUENCE);
    let said = said.ok_or_else(|| malformed("malformed public key algorithm identifier"))?;
    let (kind, parameters) = algorithm(said)?;
    let bits = described.bits().ok_or_else(|| malformed("malformed subjectPublicKey"))?;
    keys::read(kind, parameters, &bits.aligned())
}

fn is_negative(number: &[u8]) -> bool {
    number.first().is_some_and(|first| first & 0x80 != 0)
}
