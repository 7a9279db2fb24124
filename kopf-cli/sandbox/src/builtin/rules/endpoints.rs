//! What is wrong with the addresses and ports that a service leads to.

use super::{addresses::special, containers::PROTOCOLS};
use crate::{
    builtin::{
        checks::{Causes, Check, LABEL, Rule, check},
        site::Site,
        texts,
    },
    names::{key_faults, name_faults},
    net::addresses,
    resources::NameRule,
};

const ADDRESS: &[Rule] =
    &[("hostname", LABEL), ("nodeName", Check::Said(|text| name_faults(text, NameRule::Subdomain)))];
const PORT: &[Rule] = &[
    ("name", LABEL),
    ("port", Check::Port),
    ("protocol", Check::OneOf(PROTOCOLS)),
    ("appProtocol", Check::Said(key_faults)),
];

/// What is wrong with endpoints; those that are as they were are left alone.
pub(super) fn endpoints(root: &Site<'_>) -> Causes {
    let subsets = root.at("subsets");
    if root.before.is_some() && !subsets.is_changed() {
        return Causes::new();
    }
    subsets.each().flat_map(|subset| of_subset(&subset)).collect()
}

fn of_subset(subset: &Site<'_>) -> Causes {
    let lists = ["addresses", "notReadyAddresses"].map(|list| subset.at(list));
    let mut causes = Causes::new();
    if lists.iter().all(|list| list.len() == 0) {
        causes.push(subset.required("must specify `addresses` or `notReadyAddresses`"));
    }
    causes.extend(lists.iter().flat_map(Site::each).flat_map(|point| address(&point)));
    let ports = subset.at("ports");
    for port in ports.each() {
        if ports.len() > 1 && port.at("name").len() == 0 {
            causes.push(port.at("name").required(""));
        }
        causes.extend(check(&port, PORT));
    }
    causes
}

fn address(point: &Site<'_>) -> Causes {
    let ip = point.at("ip");
    let mut causes = ip.against(texts::address(ip.text()));
    causes.extend(check(point, ADDRESS));
    causes.extend(match addresses::tolerant(ip.text()) {
        Some(_) => ip.against(special(ip.text())),
        None => vec![ip.invalid("must be a valid IP address")],
    });
    causes
}
