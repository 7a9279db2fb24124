//! Addresses and ranges of them that are not written as they should be.

use std::net::IpAddr;

use super::{Site, Warnings};
use crate::{
    net::{
        addresses::{self, Read},
        is_mapped,
    },
    printed::quoted,
};

/// What is odd about the address at a place.
pub(super) fn address(site: &Site<'_>) -> Warnings {
    let (place, said) = (&site.place, site.text());
    let Some(meant) = addresses::tolerant(said) else { return Vec::new() };
    let shown = quoted(meant.to_canonical().to_string());
    let why = match addresses::read(said.as_bytes()) {
        Ok(Read { address, .. })
            if address.is_ipv4() || address.to_string() == said && !is_mapped(address) =>
        {
            return Vec::new();
        }
        Ok(Read { address, .. }) if !is_mapped(address) => {
            format!("IPv6 address {} should be in RFC 5952 canonical format ({shown})", quoted(said))
        }
        _ => format!("non-standard IP address {} is invalid: use {shown}", quoted(said)),
    };
    vec![format!("{place}: {why}")]
}

/// What is odd about the range of addresses at a place; what is odder still is refused.
pub(super) fn range(site: &Site<'_>) -> Warnings {
    let said = site.text();
    let Some((IpAddr::V6(address), length)) = addresses::tolerant_range(said) else { return Vec::new() };
    let canonical = format!("{address}/{length}");
    if canonical == said {
        return Vec::new();
    }
    let (said, canonical) = (quoted(said), quoted(&canonical));
    vec![format!(
        "{}: IPv6 CIDR value {said} should be in RFC 5952 canonical format ({canonical})",
        site.place
    )]
}
