//! What is wrong with what is to be signed: whether it is a request, and of whoever has the key.

use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};

use crate::{
    asn1::{Kind, Reader, bits, check_integer, check_object, syntax},
    pem,
};

const KIND: &str = "CERTIFICATE REQUEST";
/// Kinds of keys, as they are called in ASN.1.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const ELLIPTIC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const EDWARDS: &[u8] = &[0x2b, 0x65, 0x70];
/// Curves, with the head of their names.
const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
/// Ways to sign.
const RSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const RSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d];
const ELLIPTIC_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const ELLIPTIC_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
/// How long keys of RSA are, in bytes, of which it can be told what they have signed.
const LENGTHS: std::ops::Range<usize> = 140..1_040;

const WRONG_RSA: &str = "crypto/rsa: verification error";
const WRONG_ELLIPTIC: &str = "x509: ECDSA verification failure";
const WRONG_EDWARDS: &str = "x509: Ed25519 verification failure";

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
    check_integer(inside.read(Kind::INTEGER)?.inside)?;
    inside.any()?;
    let mut key = Reader::new(inside.read(Kind::sequence("publicKeyInfo"))?.inside);
    let kind = algorithm(&mut key)?;
    let key = bits(key.read(Kind::BITS)?.inside)?;
    let attributes = inside.tagged(0)?;
    let mut attributes = Reader::new(attributes.inside);
    while !attributes.is_empty() {
        attributes.any()?;
    }
    let way = algorithm(&mut rest)?;
    let signature = bits(rest.read(Kind::BITS)?.inside)?;
    if !reader.is_empty() {
        return Err(syntax("trailing data"));
    }
    match verification(&kind, key, &way) {
        Some((algorithm, why)) => {
            UnparsedPublicKey::new(algorithm, key).verify(asked.whole, signature).map_err(|_| why.to_owned())
        }
        None => Ok(()),
    }
}

fn algorithm<'a>(reader: &mut Reader<'a>) -> Result<Algorithm<'a>, String> {
    let mut inside = Reader::new(reader.read(Kind::sequence("AlgorithmIdentifier"))?.inside);
    let object = inside.read(Kind::OBJECT)?.inside;
    check_object(object)?;
    let parameters = if inside.is_empty() { &[] } else { inside.any()?.whole };
    Ok(Algorithm { object, parameters })
}

/// How to tell whether a key has signed, and what is said if not; of other keys and ways it is not told.
fn verification(
    kind: &Algorithm<'_>,
    key: &[u8],
    way: &Algorithm<'_>,
) -> Option<(&'static dyn VerificationAlgorithm, &'static str)> {
    Some(match (kind.object, kind.parameters, way.object) {
        (RSA, _, RSA_SHA256) if LENGTHS.contains(&key.len()) => {
            (&signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, WRONG_RSA)
        }
        (RSA, _, RSA_SHA512) if LENGTHS.contains(&key.len()) => {
            (&signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, WRONG_RSA)
        }
        (ELLIPTIC, P256, ELLIPTIC_SHA256) => (&signature::ECDSA_P256_SHA256_ASN1, WRONG_ELLIPTIC),
        (ELLIPTIC, P256, ELLIPTIC_SHA384) => (&signature::ECDSA_P256_SHA384_ASN1, WRONG_ELLIPTIC),
        (ELLIPTIC, P384, ELLIPTIC_SHA256) => (&signature::ECDSA_P384_SHA256_ASN1, WRONG_ELLIPTIC),
        (ELLIPTIC, P384, ELLIPTIC_SHA384) => (&signature::ECDSA_P384_SHA384_ASN1, WRONG_ELLIPTIC),
        (EDWARDS, _, EDWARDS) => (&signature::ED25519, WRONG_EDWARDS),
        _ => return None,
    })
}
