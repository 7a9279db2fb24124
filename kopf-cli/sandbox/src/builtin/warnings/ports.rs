//! Ports of a pod that get in each other's way.

use std::collections::BTreeMap;

use super::{Site, Warnings};
use crate::printed::quoted;

/// A port of a container, and where it is said.
struct Port<'a> {
    place: String,
    node: i64,
    address: &'a str,
}

/// What is warned of the ports of all containers of a pod together.
pub(super) fn ports(containers: &[Site<'_>]) -> Warnings {
    let mut warnings = Vec::new();
    let mut known: BTreeMap<(i64, &str), Vec<Port<'_>>> = BTreeMap::new();
    for said in containers.iter().flat_map(|container| container.at("ports").each()) {
        let number = |field: &str| said.at(field).number().unwrap_or_default();
        let (inside, protocol) = (number("containerPort"), said.at("protocol"));
        let (node, address) = (number("hostPort"), said.at("hostIP"));
        if address.len() > 0 && node == 0 {
            let (name, protocol, address) = (said.at("name"), protocol.text(), address.text());
            warnings.push(format!(
                "{}: hostIP set without hostPort: {{Name:{} HostPort:0 ContainerPort:{inside} Protocol:{protocol} HostIP:{address}}}",
                said.place,
                name.text(),
            ));
        }
        let port = Port { place: said.place.clone(), node, address: address.text() };
        let others = known.entry((inside, protocol.text())).or_default();
        warnings.extend(others.iter().filter_map(|other| port.clash(other)));
        others.push(port);
    }
    warnings.extend(names(containers));
    warnings
}

/// Names that are given twice.
fn names(containers: &[Site<'_>]) -> Warnings {
    let mut warnings = Vec::new();
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    for said in containers.iter().flat_map(|container| container.at("ports").each()) {
        let name = said.at("name");
        match known.get(name.text()) {
            _ if name.len() == 0 => {}
            Some(first) => warnings.push(format!(
                "{}: duplicate port name {} with {first}, services and probes that select ports by name will use {first}",
                said.place,
                quoted(name.text()),
            )),
            None => {
                known.insert(name.text(), said.place);
            }
        }
    }
    warnings
}

impl Port<'_> {
    /// How it is in the way of another of the same number and protocol, if it is.
    fn clash(&self, other: &Port<'_>) -> Option<String> {
        let how = match () {
            () if (self.address, self.node) == (other.address, other.node) => "duplicate",
            () if self.node == 0 || other.node == 0 => "overlapping",
            () if self.node == other.node && self.address.is_empty() != other.address.is_empty() => {
                "dangerously ambiguous"
            }
            () => return None,
        };
        Some(format!("{}: {how} port definition with {}", self.place, other.place))
    }
}
