//! Whether a certificate in a secret is one, and goes with its key.

use base64::{Engine, engine::general_purpose::STANDARD};
use rustls::{SignatureAlgorithm, crypto::ring::sign::any_supported_type, pki_types::PrivateKeyDer};
use serde_json::Value;

use super::{Site, Warnings};
use crate::{
    builtin::x509::{self, Key},
    pem::{self, Block},
};

/// What each value in ASN.1 begins with that has others in it.
const SEQUENCE: u8 = 0x30;

/// What is wrong with the certificate and the key of a secret.
pub(super) fn secret(root: &Site<'_>) -> Warnings {
    if !root.at("type").is("kubernetes.io/tls") {
        return Vec::new();
    }
    let data = root.at("data").value;
    pair(&blocks(&data["tls.crt"]), &blocks(&data["tls.key"])).err().into_iter().collect()
}

/// Why they are no pair. What cannot be told without knowing all of ASN.1 is passed over.
fn pair(certificates: &[Block], keys: &[Block]) -> Result<(), String> {
    let is_key = |block: &&Block| block.kind == "PRIVATE KEY" || block.kind.ends_with(" PRIVATE KEY");
    let Some(certificate) = certificates.iter().find(|block| block.kind == "CERTIFICATE") else {
        return Err(match certificates {
            [] => "tls: failed to find any PEM data in certificate input".to_owned(),
            [only] if only.kind.ends_with("PRIVATE KEY") => {
                "tls: failed to find certificate PEM data in certificate \
                input, but did find a private key; PEM inputs may have been switched"
                    .to_owned()
            }
            others => format!(
                "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of the \
                 following types: {}",
                kinds(others)
            ),
        });
    };
    let Some(key) = keys.iter().find(is_key) else {
        return Err(match keys {
            [] => "tls: failed to find any PEM data in key input".to_owned(),
            [only] if only.kind == "CERTIFICATE" => {
                "tls: found a certificate rather than a key in the PEM for the private key".to_owned()
            }
            others => format!(
                "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM blocks \
                 of the following types: {}",
                kinds(others)
            ),
        });
    };
    let (described, told) = x509::subject_key(&certificate.bytes)?;
    if key.bytes.first() != Some(&SEQUENCE) {
        return Err("tls: failed to parse private key".to_owned());
    }
    let key = PrivateKeyDer::try_from(key.bytes.clone()).ok().and_then(|key| any_supported_type(&key).ok());
    let Some(key) = key else { return Ok(()) };
    let kind = match told {
        Key::Rsa { .. } => SignatureAlgorithm::RSA,
        Key::Elliptic { .. } => SignatureAlgorithm::ECDSA,
        Key::Edwards(_) => SignatureAlgorithm::ED25519,
        Key::Dsa | Key::Unknown => return Err("tls: unknown public key algorithm".to_owned()),
    };
    if kind != key.algorithm() {
        return Err("tls: private key type does not match public key type".to_owned());
    }
    if key.public_key().is_some_and(|own| own.as_ref() != described) {
        return Err("tls: private key does not match public key".to_owned());
    }
    Ok(())
}

fn kinds(blocks: &[Block]) -> String {
    let kinds: Vec<&str> = blocks.iter().map(|block| &*block.kind).collect();
    format!("[{}]", kinds.join(" "))
}

/// The parts of a text in PEM, which stands in base64.
fn blocks(data: &Value) -> Vec<Block> {
    let text = STANDARD.decode(data.as_str().unwrap_or_default()).unwrap_or_default();
    pem::blocks(&text).collect()
}
