//! Addresses of networks and ranges of them, as `ip('10.0.0.1')` and `cidr('10.0.0.0/8')` read them.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use kube_cel::cel::{Value, objects::Opaque};

use super::{
    Fault, Outcome,
    values::{opaque, text, truth},
};
use crate::{
    net::{
        addresses::{self, Read},
        is_link_local, is_link_local_multicast, is_mapped, masked,
    },
    printed::quoted,
};

#[derive(Debug, PartialEq, Eq)]
struct Address(IpAddr);

/// An address, and how many of its first bits are those of all addresses of the range.
#[derive(Debug, PartialEq, Eq)]
struct Range {
    address: IpAddr,
    length: u8,
}

impl Opaque for Address {
    fn runtime_type_name(&self) -> &'static str {
        "net.IP"
    }
}

impl Opaque for Range {
    fn runtime_type_name(&self) -> &'static str {
        "net.CIDR"
    }
}

/// The outcome of a function of addresses; `None` where it is none.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Outcome> {
    match args {
        [Value::String(text)] => made(name, text),
        [one] => match (opaque(one), opaque(one)) {
            (Some(Address(address)), _) => of_address(name, *address),
            (_, Some(range)) => of_range(name, range),
            _ => None,
        },
        [one, other] => of_two(name, opaque(one)?, other),
        _ => None,
    }
}

/// How many bytes an address has, or those bits of it that are of the range.
pub(super) fn size(of: &Value) -> Option<usize> {
    let bytes = |address: &IpAddr| if address.is_ipv4() { 4 } else { 16 };
    let range = || opaque(of).map(|Range { length, .. }| usize::from(length.div_ceil(8)));
    opaque(of).map(|Address(address)| bytes(address)).or_else(range)
}

fn value(of: impl Opaque) -> Value {
    Value::Opaque(Arc::new(of))
}

fn made(name: &str, said: &str) -> Option<Outcome> {
    Some(match name {
        "ip" => address(said).map(|address| value(Address(address))).map_err(Fault::new),
        "ip.isCanonical" => {
            address(said).map(|address| Value::Bool(address.to_string() == said)).map_err(Fault::new)
        }
        "isIP" => truth(address(said).is_ok()),
        "cidr" => range(said).map(value).map_err(|why| of_network(&why)).map_err(Fault::new),
        "isCIDR" => truth(range(said).is_ok()),
        _ => return None,
    })
}

fn of_network(why: &str) -> String {
    format!("network address parse error during conversion from string: {why}")
}

fn mapped(said: &str) -> String {
    format!("IPv4-mapped IPv6 address {} is not allowed", quoted(said))
}

fn address(said: &str) -> Result<IpAddr, String> {
    let Read { address, has_zone } = addresses::read(said.as_bytes()).map_err(|why| {
        format!("IP Address {} parse error during conversion from string: {why}", quoted(said))
    })?;
    match () {
        () if has_zone => Err(format!("IP address {} with zone value is not allowed", quoted(said))),
        () if is_mapped(address) => Err(mapped(said)),
        () => Ok(address),
    }
}

fn range(said: &str) -> Result<Range, String> {
    let (address, length) = addresses::range(said).map_err(|why| of_network(&why))?;
    if is_mapped(address) { Err(mapped(said)) } else { Ok(Range { address, length }) }
}

fn of_address(name: &str, address: IpAddr) -> Option<Outcome> {
    Some(match name {
        "family" => Ok(Value::Int(if address.is_ipv4() { 4 } else { 6 })),
        "isUnspecified" => truth(address.is_unspecified()),
        "isLoopback" => truth(address.is_loopback()),
        "isLinkLocalMulticast" => truth(is_link_local_multicast(address)),
        "isLinkLocalUnicast" => truth(is_link_local(address)),
        "isGlobalUnicast" => {
            let is_of_none = address.is_unspecified() || address == IpAddr::V4(Ipv4Addr::BROADCAST);
            let is_of_few = address.is_loopback() || address.is_multicast() || is_link_local(address);
            truth(!is_of_none && !is_of_few)
        }
        "string" => Ok(text(address.to_string())),
        _ => return None,
    })
}

fn of_range(name: &str, range: &Range) -> Option<Outcome> {
    Some(Ok(match name {
        "ip" => value(Address(range.address)),
        "masked" => value(Range { address: masked(range.address, range.length), length: range.length }),
        "prefixLength" => Value::Int(range.length.into()),
        "string" => text(format!("{}/{}", range.address, range.length)),
        _ => return None,
    }))
}

fn of_two(name: &str, one: &Range, other: &Value) -> Option<Outcome> {
    let of_text = match other {
        Value::String(said) => Some(said),
        _ => None,
    };
    match name {
        "containsIP" => Some(match of_text.map(|said| address(said)) {
            Some(read) => {
                read.map(|other| Value::Bool(contains(one, other))).map_err(|_| Fault::no_overload())
            }
            None => truth(contains(one, opaque::<Address>(other)?.0)),
        }),
        "containsCIDR" => {
            let within = |other: &Range| one.length <= other.length && contains(one, other.address);
            Some(match of_text.map(|said| range(said)) {
                Some(read) => {
                    read.map(|other| Value::Bool(within(&other))).map_err(|why| Fault::new(of_network(&why)))
                }
                None => truth(within(opaque(other)?)),
            })
        }
        _ => None,
    }
}

fn contains(range: &Range, address: IpAddr) -> bool {
    range.address.is_ipv4() == address.is_ipv4()
        && masked(range.address, range.length) == masked(address, range.length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_the_addresses_that_begin_as_they_do() {
        for (one, other, expected) in [
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("0.0.0.0/0", "255.0.0.1", true),
            ("::/0", "1.2.3.4", false),
            ("fe80::1/128", "fe80::1", true),
        ] {
            assert_eq!(contains(&range(one).unwrap(), address(other).unwrap()), expected, "{one} {other}");
        }
    }

    #[test]
    fn addresses_of_another_kind_or_with_a_zone_are_refused() {
        for said in ["::ffff:1.2.3.4", "fe80::1%eth0", "1.2.3", "01.2.3.4", "::1::", ""] {
            assert!(address(said).is_err(), "{said}");
        }
        assert!(range("1.2.3.4/33").is_err() && range("1.2.3.4/+1").is_err() && range("1.2.3.4").is_err());
    }
}
