//! What is wrong with what a signer writes, which is certificates in PEM and nothing else.

use crate::{builtin::x509, pem, printed};

const KIND: &str = "CERTIFICATE";

/// Why a text is no certificates.
pub(super) fn fault(text: &[u8]) -> Option<String> {
    let mut none = true;
    for block in pem::blocks(text) {
        none = false;
        let why = match &block {
            block if block.kind != KIND => {
                format!("only CERTIFICATE PEM blocks are allowed, found {}", printed::quoted(&block.kind))
            }
            block if block.has_headers => "no PEM block headers are permitted".to_owned(),
            block if block.bytes.is_empty() => {
                "found CERTIFICATE PEM block containing 0 certificates".to_owned()
            }
            block => match x509::check_all(&block.bytes) {
                Err(why) => why,
                Ok(()) => continue,
            },
        };
        return Some(why);
    }
    none.then(|| "must contain at least one CERTIFICATE PEM block".to_owned())
}
