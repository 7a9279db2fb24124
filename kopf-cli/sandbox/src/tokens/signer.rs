//! The key that tokens are signed with, and what others need to check them: JSON Web Signatures in ES256.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What stands before the point of a public key in its own document (X.509): an elliptic curve, P-256.
const POINT_OF_P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// How signatures are made.
pub(super) const ALGORITHM: &str = "ES256";

/// The key of a sandbox, made when it is first needed. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct SigningKey(Arc<OnceLock<Signer>>);

/// A key is nobody's business.
impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

impl From<Signer> for SigningKey {
    fn from(signer: Signer) -> Self {
        SigningKey(Arc::new(OnceLock::from(signer)))
    }
}

impl SigningKey {
    /// The key; `None` where there is no randomness to make one of.
    pub(crate) fn get(&self) -> Option<&Signer> {
        if let Some(signer) = self.0.get() {
            return Some(signer);
        }
        let new = Signer::generate()?;
        Some(self.0.get_or_init(|| new))
    }
}

/// A key. It is never shown but by [`Signer::secret`].
pub(crate) struct Signer {
    secret: Vec<u8>,
    pair: EcdsaKeyPair,
    /// By which others tell this key from the next.
    id: String,
    random: SystemRandom,
}

#[derive(Serialize, Deserialize)]
struct Head {
    #[serde(default)]
    alg: String,
    #[serde(default)]
    kid: String,
}

/// Why a token says nothing.
#[derive(Debug, PartialEq)]
pub(super) enum Unsigned {
    /// It is not made of three parts, of which the first is a document.
    NoToken,
    /// It is signed by a key that is not this one.
    OtherKey,
    /// It is not signed as it says.
    Forged,
}

impl Signer {
    /// A new key; `None` where there is no randomness.
    fn generate() -> Option<Self> {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let secret = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).ok()?;
        Signer::read(secret.as_ref())
    }

    /// The key of a [`Signer::secret`].
    pub(crate) fn read(secret: &[u8]) -> Option<Self> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, secret, &random).ok()?;
        let public = [&POINT_OF_P256[..], pair.public_key().as_ref()].concat();
        let id = BASE64.encode(digest(&SHA256, &public));
        Some(Signer { secret: secret.to_vec(), pair, id, random })
    }

    /// The key itself, in PKCS #8.
    pub(crate) fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// Signs what a token says; `None` where there is no randomness.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Option<String> {
        let head = Head { alg: ALGORITHM.to_owned(), kid: self.id.clone() };
        let [head, claims] = [serde_json::to_vec(&head).ok()?, serde_json::to_vec(claims).ok()?];
        let said = format!("{}.{}", BASE64.encode(head), BASE64.encode(claims));
        let signature = self.pair.sign(&self.random, said.as_bytes()).ok()?;
        Some(format!("{said}.{}", BASE64.encode(signature)))
    }

    /// That a token is signed by this key.
    pub(super) fn check(&self, token: &str) -> Result<(), Unsigned> {
        let (said, signature) = token.rsplit_once('.').ok_or(Unsigned::NoToken)?;
        let head = said.split('.').next().unwrap_or_default();
        let [head, signature] = [head, signature].map(|part| BASE64.decode(part));
        let (Ok(head), Ok(signature)) = (head, signature) else { return Err(Unsigned::NoToken) };
        let head: Head = serde_json::from_slice(&head).map_err(|_| Unsigned::NoToken)?;
        if !head.kid.is_empty() && head.kid != self.id {
            return Err(Unsigned::OtherKey);
        }
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.pair.public_key());
        let is_signed = head.alg == ALGORITHM && key.verify(said.as_bytes(), &signature).is_ok();
        if is_signed { Ok(()) } else { Err(Unsigned::Forged) }
    }

    /// What others check tokens by.
    pub(crate) fn keys(&self) -> Value {
        // The point is told by a byte that says that it is whole, and its two coordinates.
        let point = self.pair.public_key().as_ref().get(1..).unwrap_or_default();
        let (x, y) = point.split_at(point.len() / 2);
        let (x, y) = (BASE64.encode(x), BASE64.encode(y));
        json!({ "keys": [{
            "use": "sig", "kty": "EC", "kid": self.id, "crv": "P-256", "alg": ALGORITHM, "x": x, "y": y,
        }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_key_signs_no_other_takes() {
        let (one, other) = (Signer::generate().unwrap(), Signer::generate().unwrap());
        let token = one.sign(&json!({ "a": 1 })).unwrap();
        assert_eq!(one.check(&token), Ok(()));
        assert_eq!(Signer::read(one.secret()).unwrap().check(&token), Ok(()));
        assert_eq!(other.check(&token), Err(Unsigned::OtherKey));
        let (head, rest) = token.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let forged = format!("{head}.{}.{signature}", BASE64.encode(r#"{"a":2}"#));
        assert_eq!(one.check(&forged), Err(Unsigned::Forged));
        let unsigned = format!("{}.{rest}", BASE64.encode(r#"{"alg":"none"}"#));
        assert_eq!(one.check(&unsigned), Err(Unsigned::Forged));
        assert_eq!(one.check("a.b.c"), Err(Unsigned::NoToken));
        assert_eq!(one.check("word"), Err(Unsigned::NoToken));
    }
}
