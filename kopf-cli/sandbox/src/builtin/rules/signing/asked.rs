//! What is wrong with what is to be signed: whether it is a request, and of whoever has the key.

use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};

use crate::{
    asn1::{EDWARDS, ELLIPTIC, Kind, RSA, Reader, bits, check_integer, check_object, syntax},
    pem,
};

const KIND: &str = "CERTIFICATE REQUEST";
/// Curves, with the head of their names.
const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
/// Ways to sign.
const RSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const RSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d];
const ELLIPTIC_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const ELLIPTIC_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
/// Those that begin alike, and what they are of: those of RSA, of MD5 with RSA, of keys on curves, of DSA.
const OF_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
const RSA_MD5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04];
const RSA_SHA1_OF_OLD: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1d];
const ELLIPTIC_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
const OF_ELLIPTIC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];
const DSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x03];
const DSA_SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x02];
/// How long keys of RSA are, in bytes, of which it can be told what they have signed.
const LENGTHS: std::ops::Range<usize> = 140..1_040;

const UNKNOWN: &str = "x509: cannot verify signature: algorithm unimplemented";
const INSECURE: &str = "x509: cannot verify signature: insecure algorithm MD5-RSA";
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
    go_together(&kind, &way)?;
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

/// Whether a way to sign is one, and of such keys.
fn go_together(kind: &Algorithm<'_>, way: &Algorithm<'_>) -> Result<(), String> {
    let ty = match kind.object {
        RSA => "*rsa.PublicKey",
        ELLIPTIC => "*ecdsa.PublicKey",
        EDWARDS => "ed25519.PublicKey",
        _ => "",
    };
    let (of, object) = match way.object {
        RSA_MD5 => return Err(INSECURE.to_owned()),
        RSA_SHA1_OF_OLD => ("RSA", RSA),
        DSA_SHA1 | DSA_SHA256 => ("DSA", &[][..]),
        ELLIPTIC_SHA1 => ("ECDSA", ELLIPTIC),
        EDWARDS if way.parameters.is_empty() => ("Ed25519", EDWARDS),
        // With SHA-1, in the way of PSS, and with the three that are longer.
        [rest @ .., 0x05 | 0x0a..=0x0d] if rest == OF_RSA => ("RSA", RSA),
        [rest @ .., 0x02..=0x04] if rest == OF_ELLIPTIC => ("ECDSA", ELLIPTIC),
        _ => return Err(UNKNOWN.to_owned()),
    };
    match ty {
        "" => Err(UNKNOWN.to_owned()),
        _ if object == kind.object => Ok(()),
        ty => Err(format!(
            "x509: signature algorithm specifies an {of} public key, but have public key of type {ty}"
        )),
    }
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
