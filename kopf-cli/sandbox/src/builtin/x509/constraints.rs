//! Which names the certificates may have that a certificate's owner signs.

use super::{domains, malformed};
use crate::{
    der::{Der, SEQUENCE, compound, plain},
    net::addresses,
    printed::{quoted, quoted_bytes},
};

const INVALID: &str = "x509: invalid NameConstraints extension";

pub(super) fn check(mut value: Der<'_>) -> Result<(), String> {
    let mut inside = value.within(SEQUENCE).filter(|_| value.is_empty()).ok_or(INVALID)?;
    let permitted = inside.optional(compound(0)).ok_or(INVALID)?;
    let excluded = inside.optional(compound(1)).ok_or(INVALID)?;
    if !inside.is_empty() {
        return Err(INVALID.to_owned());
    }
    let both = [permitted, excluded].into_iter().flatten();
    if both.clone().all(Der::is_empty) {
        return Err(malformed("empty name constraints extension"));
    }
    for mut list in both {
        while !list.is_empty() {
            let base = list.within(SEQUENCE).and_then(|mut tree| tree.any()).ok_or(INVALID)?;
            check_base(base.kind, base.inside)?;
        }
    }
    Ok(())
}

fn check_base(kind: u8, base: &[u8]) -> Result<(), String> {
    const ADDRESS: u8 = plain(7);
    let kind = match kind {
        ADDRESS => return check_range(base),
        kind if kind == plain(1) => "rfc822Name",
        kind if kind == plain(2) => "dnsName",
        kind if kind == plain(6) => "URI",
        _ => return Ok(()),
    };
    let Some(text) = std::str::from_utf8(base).ok().filter(|text| text.is_ascii()) else {
        let shown = quoted_bytes(base);
        return Err(malformed(&format!(
            "invalid constraint value: x509: {shown} cannot be encoded as an IA5String"
        )));
    };
    let failed = |why: &str| malformed(&format!("failed to parse {kind} constraint {}{why}", quoted(text)));
    if kind == "URI" && addresses::read(base).is_ok_and(|address| !address.has_zone) {
        return Err(failed(": cannot be IP address"));
    }
    let is_fine = if kind == "rfc822Name" && text.contains('@') {
        domains::is_mailbox(base)
    } else {
        domains::is_valid(base, true)
    };
    if is_fine { Ok(()) } else { Err(failed("")) }
}

/// An address and as many bytes of a mask.
fn check_range(bytes: &[u8]) -> Result<(), String> {
    if ![8, 32].contains(&bytes.len()) {
        return Err(malformed(&format!("IP constraint contained value of length {}", bytes.len())));
    }
    let mask = &bytes[bytes.len() / 2..];
    let ones = mask.iter().take_while(|byte| **byte == 0xff).count();
    let is_fine = match &mask[ones..] {
        [] => true,
        [first, rest @ ..] => {
            first.leading_ones() + first.trailing_zeros() >= 8 && rest.iter().all(|byte| *byte == 0)
        }
    };
    if is_fine {
        return Ok(());
    }
    let mask: String = mask.iter().map(|byte| format!("{byte:02x}")).collect();
    Err(malformed(&format!("IP constraint contained invalid mask {mask}")))
}
