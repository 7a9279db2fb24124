//! Addresses and URLs as Go reads them, in its words where they are none, and what is known of an address.

pub(crate) mod addresses;
mod escapes;
pub(crate) mod urls;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether it is one of IPv4, written as one of IPv6.
pub(crate) fn is_mapped(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.to_ipv4_mapped().is_some())
}

/// Whether it is one within a network of neighbours alone.
pub(crate) fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.segments()[0] & 0xffc0 == 0xfe80,
    }
}

/// Whether it is one of all that listen within such a network.
pub(crate) fn is_link_local_multicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.octets()[..3] == [224, 0, 0],
        IpAddr::V6(address) => address.segments()[0] & 0xff0f == 0xff02,
    }
}

/// An address without the bits behind the first ones.
pub(crate) fn masked(address: IpAddr, length: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(length.min(32))).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(length.min(128))).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_bits_are_left_as_it_is_asked_for() {
        for (address, length, expected) in [
            ("10.1.2.3", 8, "10.0.0.0"),
            ("10.1.2.3", 0, "0.0.0.0"),
            ("10.1.2.3", 32, "10.1.2.3"),
            ("fe80::1", 10, "fe80::"),
            ("fe80::1", 128, "fe80::1"),
        ] {
            let masked = masked(address.parse().unwrap(), length);
            assert_eq!(masked.to_string(), expected, "{address}/{length}");
        }
    }
}
