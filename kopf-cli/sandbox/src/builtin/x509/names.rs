//! Names of those who sign and of those that certificates are about.

use crate::{
    asn1::{is_basic, is_numeric, is_printable},
    der::{Der, SEQUENCE, SET},
};

const INVALID: &str = "x509: invalid RDNSequence";

/// A name is a list of sets of what is said of whom it names.
pub(super) fn check(mut parts: Der<'_>) -> Result<(), String> {
    while !parts.is_empty() {
        let mut part = parts.within(SET).ok_or(INVALID)?;
        while !part.is_empty() {
            check_attribute(part.within(SEQUENCE))
                .map_err(|why| format!("{INVALID}: invalid attribute{why}"))?;
        }
    }
    Ok(())
}

fn check_attribute(said: Option<Der<'_>>) -> Result<(), String> {
    let mut said = said.ok_or("")?;
    said.object().ok_or(" type")?;
    let value = said.any().ok_or(" value")?;
    check_text(value.kind, value.inside).map_err(|why| format!(" value: {why}"))
}

fn check_text(kind: u8, text: &[u8]) -> Result<(), String> {
    let (is_fine, why) = match kind {
        12 => (std::str::from_utf8(text).is_ok(), "invalid UTF-8 string"),
        18 => (text.iter().all(is_numeric), "invalid NumericString"),
        19 => (text.iter().all(is_printable), "invalid PrintableString"),
        20 => (true, ""),
        22 => (text.is_ascii(), "invalid IA5String"),
        30 => (is_basic(text), "invalid BMPString"),
        other => return Err(format!("unsupported string type: {other}")),
    };
    if is_fine { Ok(()) } else { Err(why.to_owned()) }
}
