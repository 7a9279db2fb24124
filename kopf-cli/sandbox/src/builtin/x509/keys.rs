//! Keys of each kind.

use num_bigint::BigUint;

use super::{Curve, Point, is_negative, malformed};
use crate::{
    asn1::{EDWARDS, ELLIPTIC, RSA},
    der::{Der, INTEGER, SEQUENCE},
};

const DSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01];
const NULL: &[u8] = &[0x05, 0x00];

/// How long keys of RSA may be, in bits: others take too long to compute with.
pub(in crate::builtin) const LONGEST_RSA: u64 = 16_384;

/// A key with which it can be told whether its owner has signed, or of which only the kind is known, or nothing.
#[derive(Debug, PartialEq)]
pub(in crate::builtin) enum Key {
    Rsa { modulus: BigUint, exponent: u64 },
    Elliptic { curve: &'static Curve, point: Point },
    Edwards(Vec<u8>),
    Dsa,
    Unknown,
}

/// A key of a kind that its parameters go with.
pub(in crate::builtin) fn read(kind: &[u8], parameters: &[u8], bytes: &[u8]) -> Result<Key, String> {
    match kind {
        RSA => rsa(parameters, bytes),
        ELLIPTIC => {
            let name = Der(parameters).object().ok_or_else(|| malformed("invalid ECDSA parameters"))?;
            let curve = Curve::named(name).ok_or_else(|| malformed("unsupported elliptic curve"))?;
            Ok(Key::Elliptic { curve, point: curve.point(bytes)? })
        }
        EDWARDS if !parameters.is_empty() => Err(malformed("Ed25519 key encoded with illegal parameters")),
        EDWARDS if bytes.len() != 32 => Err(malformed("wrong Ed25519 public key size")),
        EDWARDS => Ok(Key::Edwards(bytes.to_vec())),
        DSA => dsa(parameters, bytes),
        _ => Ok(Key::Unknown),
    }
}

fn is_positive(number: &[u8]) -> bool {
    !is_negative(number) && number != [0]
}

fn rsa(parameters: &[u8], bytes: &[u8]) -> Result<Key, String> {
    if parameters != NULL {
        return Err(malformed("RSA key missing NULL parameters"));
    }
    let mut inside = Der(bytes).within(SEQUENCE).ok_or_else(|| malformed("invalid RSA public key"))?;
    let modulus = inside.number().ok_or_else(|| malformed("invalid RSA modulus"))?;
    let exponent = inside.integer(INTEGER).ok_or_else(|| malformed("invalid RSA public exponent"))?;
    if !is_positive(modulus) {
        return Err(malformed("RSA modulus is not a positive number"));
    }
    match u64::try_from(exponent) {
        Ok(exponent @ 1..) => Ok(Key::Rsa { modulus: BigUint::from_bytes_be(modulus), exponent }),
        _ => Err(malformed("RSA public exponent is not a positive number")),
    }
}

fn dsa(parameters: &[u8], bytes: &[u8]) -> Result<Key, String> {
    let key = Der(bytes).number().ok_or_else(|| malformed("invalid DSA public key"))?;
    let numbers = Der(parameters).within(SEQUENCE).and_then(|mut inside| {
        let [p, q, g] = [inside.number(), inside.number(), inside.number()];
        Some([key, p?, q?, g?])
    });
    let numbers = numbers.ok_or_else(|| malformed("invalid DSA parameters"))?;
    if numbers.into_iter().all(is_positive) {
        Ok(Key::Dsa)
    } else {
        Err(malformed("zero or negative DSA parameter"))
    }
}
