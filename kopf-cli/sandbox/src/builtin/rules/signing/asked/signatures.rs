//! Whether a key has signed.
//!
//! All is public here, so that nothing has to take the same time whatever the numbers are.

use num_bigint::BigUint;
use ring::{
    digest::{Algorithm as Hash, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, digest},
    signature::{ED25519, UnparsedPublicKey},
};

use super::ways::Way;
use crate::{
    builtin::x509::{Curve, Key, LONGEST_RSA, Point},
    der::{Der, SEQUENCE},
};

const UNKNOWN: &str = "x509: cannot verify signature: algorithm unimplemented";
const INSECURE: &str = "x509: cannot verify signature: insecure algorithm MD5-RSA";
const WRONG_RSA: &str = "crypto/rsa: verification error";
const WRONG_ELLIPTIC: &str = "x509: ECDSA verification failure";
const WRONG_EDWARDS: &str = "x509: Ed25519 verification failure";

pub(super) fn check(key: &Key, way: Option<Way>, signed: &[u8], signature: &[u8]) -> Result<(), String> {
    let fails = |is_signed: bool, why: &str| if is_signed { Ok(()) } else { Err(why.to_owned()) };
    let (of, ty) = match (way.ok_or(UNKNOWN)?, key) {
        (Way::RsaMd5, _) => return Err(INSECURE.to_owned()),
        (_, Key::Dsa | Key::Unknown) => return Err(UNKNOWN.to_owned()),
        (Way::Rsa(hash), Key::Rsa { modulus, exponent }) => {
            let hashed = digest(hash, signed);
            let check = |encoded: &[u8]| encoded == padded(hash, hashed.as_ref(), encoded.len());
            return rsa(modulus, *exponent, signature, check);
        }
        (Way::RsaPss(hash), Key::Rsa { modulus, exponent }) => {
            let bits = modulus.bits().saturating_sub(1);
            return rsa(modulus, *exponent, signature, |encoded| is_salted(hash, signed, encoded, bits));
        }
        (Way::Elliptic(hash), Key::Elliptic { curve, point }) => {
            let hashed = digest(hash, signed);
            let is_signed = elliptic(curve, point, hashed.as_ref(), signature);
            return fails(is_signed.unwrap_or_default(), WRONG_ELLIPTIC);
        }
        (Way::Edwards, Key::Edwards(key)) => {
            let is_signed = UnparsedPublicKey::new(&ED25519, key).verify(signed, signature).is_ok();
            return fails(is_signed, WRONG_EDWARDS);
        }
        (way, key) => (of(way), ty(key)),
    };
    Err(format!("x509: signature algorithm specifies an {of} public key, but have public key of type {ty}"))
}

fn of(way: Way) -> &'static str {
    match way {
        Way::RsaMd5 | Way::Rsa(_) | Way::RsaPss(_) => "RSA",
        Way::Dsa => "DSA",
        Way::Elliptic(_) => "ECDSA",
        Way::Edwards => "Ed25519",
    }
}

fn ty(key: &Key) -> &'static str {
    match key {
        Key::Rsa { .. } => "*rsa.PublicKey",
        Key::Elliptic { .. } => "*ecdsa.PublicKey",
        Key::Edwards(_) => "ed25519.PublicKey",
        Key::Dsa | Key::Unknown => "",
    }
}

/// Whether what was encoded is what is expected, which is as long as the modulus.
fn rsa(
    modulus: &BigUint,
    exponent: u64,
    signature: &[u8],
    is_expected: impl Fn(&[u8]) -> bool,
) -> Result<(), String> {
    let bits = modulus.bits();
    let why = match exponent {
        _ if bits < 1024 => {
            format!("{bits}-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)")
        }
        _ if !modulus.bit(0) => "public modulus is even".to_owned(),
        1 => "public exponent too small or negative".to_owned(),
        even if even.is_multiple_of(2) => "public exponent is even".to_owned(),
        0x8000_0000.. => "public exponent too large".to_owned(),
        _ if bits > LONGEST_RSA => format!("the sandbox checks keys of RSA with at most {LONGEST_RSA} bits"),
        _ => {
            let length = usize::try_from(bits.div_ceil(8)).unwrap_or(usize::MAX);
            let number = BigUint::from_bytes_be(signature);
            if signature.len() == length && number < *modulus {
                let encoded = number.modpow(&exponent.into(), modulus).to_bytes_be();
                let encoded = [vec![0; length - encoded.len()], encoded].concat();
                if is_expected(&encoded) {
                    return Ok(());
                }
            }
            return Err(WRONG_RSA.to_owned());
        }
    };
    Err(format!("crypto/rsa: {why}"))
}

/// A hash, behind what tells which it is, filled up to a length.
fn padded(hash: &'static Hash, hashed: &[u8], length: usize) -> Vec<u8> {
    let (name, total): (&[u8], _) = if *hash == SHA1_FOR_LEGACY_USE_ONLY {
        (&[0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14], 0x21)
    } else if *hash == SHA256 {
        (
            &[
                0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
                0x04, 0x20,
            ],
            0x31,
        )
    } else if *hash == SHA384 {
        (
            &[
                0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00,
                0x04, 0x30,
            ],
            0x41,
        )
    } else {
        (
            &[
                0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00,
                0x04, 0x40,
            ],
            0x51,
        )
    };
    let told = [&[0x30, total], name, hashed].concat();
    let filling = vec![0xff; length.saturating_sub(told.len() + 3)];
    [&[0, 1], &filling[..], &[0], &told[..]].concat()
}

/// Whether a hash was encoded with a salt as long as it is, as RFC 8017 has it in 9.1.2.
fn is_salted(hash: &'static Hash, signed: &[u8], encoded: &[u8], bits: u64) -> bool {
    let length = hash.output_len();
    // Of some lengths the modulus has a byte more.
    let unused = (bits.div_ceil(8) * 8 - bits) as u32;
    let encoded = match encoded {
        [0, encoded @ ..] if bits.is_multiple_of(8) => encoded,
        encoded if bits.is_multiple_of(8) => return encoded.is_empty(),
        encoded => encoded,
    };
    let Some((masked, [inner @ .., 0xbc])) =
        encoded.len().checked_sub(length + 1).and_then(|at| encoded.split_at_checked(at))
    else {
        return false;
    };
    let (Some(first), Some(zeros)) = (masked.first(), masked.len().checked_sub(length + 1)) else {
        return false;
    };
    if first.leading_zeros() < unused {
        return false;
    }
    let mut block: Vec<u8> = masked.iter().zip(mask(hash, inner)).map(|(byte, mask)| byte ^ mask).collect();
    block[0] &= 0xff >> unused;
    let (filling, salt) = block.split_at(zeros);
    let [1, salt @ ..] = salt else { return false };
    let hashed = digest(hash, signed);
    filling.iter().all(|byte| *byte == 0)
        && digest(hash, &[&[0; 8], hashed.as_ref(), salt].concat()).as_ref() == inner
}

/// As many bytes as are asked for, made of a few.
fn mask(hash: &'static Hash, seed: &[u8]) -> impl Iterator<Item = u8> {
    (0u32..).flat_map(move |counter| digest(hash, &[seed, &counter.to_be_bytes()].concat()).as_ref().to_vec())
}

/// Whether two numbers are the signature of a hash, none if they are not two, or too small or large.
fn elliptic(curve: &Curve, point: &Point, hashed: &[u8], signature: &[u8]) -> Option<bool> {
    let mut rest = Der(signature);
    let mut inside = rest.within(SEQUENCE).filter(|_| rest.is_empty())?;
    let mut number =
        || inside.number().filter(|number| number.first().is_some_and(|first| first & 0x80 == 0));
    let [r, s] = [number()?, number()?].map(BigUint::from_bytes_be);
    let is_within = |number: &BigUint| *number != BigUint::ZERO && *number < curve.order;
    if !inside.is_empty() || !is_within(&r) || !is_within(&s) {
        return None;
    }
    // Of a hash only as many bits are signed as the order has.
    let said = BigUint::from_bytes_be(hashed);
    let said = said >> (hashed.len() as u64 * 8).saturating_sub(curve.order.bits());
    let inverse = s.modinv(&curve.order)?;
    let [of_base, of_point] = [said, r.clone()].map(|number| number * &inverse % &curve.order);
    Some(curve.combined(&of_base, &of_point, point)?.x % &curve.order == r)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_take_too_long_are_refused() {
        let check = |bits: u64| {
            let key = Key::Rsa { modulus: (BigUint::from(1_u8) << (bits - 1)) + 1_u8, exponent: 65_537 };
            check(&key, Some(Way::Rsa(&SHA256)), b"", b"").unwrap_err()
        };
        assert_eq!(check(LONGEST_RSA), WRONG_RSA);
        assert!(check(LONGEST_RSA + 1).ends_with("the sandbox checks keys of RSA with at most 16384 bits"));
    }
}
