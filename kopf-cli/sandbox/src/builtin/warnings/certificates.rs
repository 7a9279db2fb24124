//! Whether a certificate in a secret is one, and goes with its key.

use std::mem::discriminant;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{Site, Warnings};
use crate::{
    builtin::x509::{self, Key, Owner},
    pem::{self, Block},
};

/// What is wrong with the certificate and the key of a secret.
pub(super) fn secret(root: &Site<'_>) -> Warnings {
    if !root.at("type").is("kubernetes.io/tls") {
        return Vec::new();
    }
    let data = root.at("data").value;
    pair(&blocks(&data["tls.crt"]), &blocks(&data["tls.key"])).err().into_iter().collect()
}

/// Why they are no pair.
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
    let told = x509::subject_key(&certificate.bytes)?;
    let why = match (told, x509::owner(&key.bytes)) {
        (_, None) => "failed to parse private key",
        (_, Some(Owner::Agreeing)) => "found unknown private key type in PKCS#8 wrapping",
        (_, Some(Owner::TooLong)) => return Ok(()),
        (Key::Dsa | Key::Unknown, _) => "unknown public key algorithm",
        (told, Some(Owner::Known(own))) if told == own => return Ok(()),
        (told, Some(Owner::Known(own))) if discriminant(&told) == discriminant(&own) => {
            "private key does not match public key"
        }
        _ => "private key type does not match public key type",
    };
    Err(format!("tls: {why}"))
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
