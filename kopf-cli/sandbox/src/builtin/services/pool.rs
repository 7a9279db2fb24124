//! What there is for services, and what of it is taken: addresses, and ports of nodes.

use std::{
    collections::{BTreeSet, HashMap},
    net::{IpAddr, Ipv4Addr},
    ops::RangeInclusive,
};

use serde_json::Value;

use super::{Fields, checks_health, is_of, number, ports};

/// The addresses that there are for services, as a cluster that kubeadm sets up has them; the first and the last of these
/// are none.
const RANGE: &str = "10.96.0.0/12";
const NETWORK: Ipv4Addr = Ipv4Addr::new(10, 96, 0, 0);
const LAST: Ipv4Addr = Ipv4Addr::new(10, 111, 255, 254);
/// The first has the service by which a server is reached in its own cluster.
pub(crate) const SERVER_ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 96, 0, 1);
const FIRST: u32 = SERVER_ADDRESS.to_bits();
/// Addresses below this one are given to those alone who ask for them.
const FIRST_GIVEN: u32 = FIRST + 256;

/// The ports that nodes have for services.
const NODE_PORTS: RangeInclusive<i64> = 30_000..=32_767;
/// Ports below this one are given to those alone who ask for them.
const FIRST_PORT_GIVEN: i64 = 30_086;
const FULL: &str = "range is full";

/// The addresses and ports that services have, and how many have each.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    addresses: HashMap<IpAddr, usize>,
    ports: HashMap<i64, usize>,
}

impl Taken {
    /// Counts what a service has.
    pub(crate) fn add(&mut self, service: &Value) {
        let (addresses, ports) = held(service);
        addresses.into_iter().for_each(|address| *self.addresses.entry(address).or_default() += 1);
        ports.into_iter().for_each(|port| *self.ports.entry(port).or_default() += 1);
    }

    /// Counts what a service has no more.
    pub(crate) fn release(&mut self, service: &Value) {
        let (addresses, ports) = held(service);
        addresses.iter().for_each(|address| release(&mut self.addresses, address));
        ports.iter().for_each(|port| release(&mut self.ports, port));
    }
}

fn release<K: Eq + std::hash::Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

fn held(service: &Value) -> (BTreeSet<IpAddr>, BTreeSet<i64>) {
    let Value::Object(spec) = &service["spec"] else { return Default::default() };
    if is_of(spec, &["ExternalName"]) {
        return Default::default();
    }
    let addresses = spec.get("clusterIPs").and_then(Value::as_array).into_iter().flatten();
    let addresses = addresses.filter_map(|address| address.as_str()?.parse().ok());
    let health = number(spec.get("healthCheckNodePort")).filter(|_| checks_health(spec));
    let ports = ports(spec).filter_map(|port| number(port.get("nodePort"))).chain(health);
    (addresses.collect(), ports.collect())
}

/// What one write may be given.
#[derive(Debug)]
pub(super) struct Pool<'a> {
    taken: &'a Taken,
    /// Nothing is kept: what is given is made up, and of what is asked for less is looked at.
    dry_run: bool,
    /// It is for the service by which a server is reached.
    of_server: bool,
    /// Where the search for what is free begins.
    start: u32,
    /// The ports that this write has got so far.
    ports: BTreeSet<i64>,
}

impl<'a> Pool<'a> {
    /// Of what is given it only matters that it is free: where it is looked for follows from the uid of the service.
    pub(super) fn new(taken: &'a Taken, dry_run: bool, metadata: &Fields) -> Self {
        let uid = metadata.get("uid").and_then(Value::as_str).unwrap_or_default();
        let start = uid.get(..8).and_then(|part| u32::from_str_radix(part, 16).ok()).unwrap_or_default();
        let is = |field: &str, said: &str| metadata.get(field).is_some_and(|known| known == said);
        let of_server = is("namespace", "default") && is("name", "kubernetes");
        Pool { taken, dry_run, of_server, start, ports: BTreeSet::new() }
    }

    /// Why an address that is asked for cannot be had.
    pub(super) fn take_address(&self, asked: IpAddr) -> Result<(), String> {
        let is_inside =
            matches!(asked, IpAddr::V4(asked) if (FIRST..=LAST.to_bits()).contains(&asked.to_bits()));
        match (is_inside, self.dry_run) {
            (false, true) => Err(format!(
                "the provided IP ({asked}) is not in the valid range. The range of valid IPs is {RANGE}"
            )),
            (false, false) => Err("the provided network does not match the current range".to_owned()),
            (true, false) if !self.is_free_address(asked) => {
                Err("provided IP is already allocated".to_owned())
            }
            (true, _) => Ok(()),
        }
    }

    pub(super) fn next_address(&self) -> Result<String, &'static str> {
        if self.dry_run {
            return Ok(NETWORK.to_string());
        }
        let count = LAST.to_bits() - FIRST_GIVEN + 1;
        let from = self.start % count;
        let given = (from..count).chain(0..from).map(|at| FIRST_GIVEN + at);
        let mut addresses = given.chain(FIRST..FIRST_GIVEN).map(Ipv4Addr::from_bits);
        let free = addresses.find(|address| self.is_free_address((*address).into()));
        free.map(|address| address.to_string()).ok_or(FULL)
    }

    fn is_free_address(&self, address: IpAddr) -> bool {
        let is_kept = address == IpAddr::from(SERVER_ADDRESS) && !self.of_server;
        !is_kept && !self.taken.addresses.contains_key(&address)
    }

    /// Why a port that is asked for cannot be had.
    pub(super) fn take_port(&mut self, asked: i64) -> Result<(), String> {
        if !self.dry_run && !NODE_PORTS.contains(&asked) {
            let (first, last) = (NODE_PORTS.start(), NODE_PORTS.end());
            let why = "provided port is not in the valid range. The range of valid ports is";
            return Err(format!("{why} {first}-{last}"));
        }
        if !self.is_free(asked) {
            return Err("provided port is already allocated".to_owned());
        }
        self.ports.insert(asked);
        Ok(())
    }

    pub(super) fn next_port(&mut self) -> Result<i64, &'static str> {
        let next = if self.dry_run {
            let last = self.ports.last().copied();
            last.unwrap_or(NODE_PORTS.end() + 1) + 1
        } else {
            let count = NODE_PORTS.end() - FIRST_PORT_GIVEN + 1;
            let from = i64::from(self.start) % count;
            let given = (from..count).chain(0..from).map(|at| FIRST_PORT_GIVEN + at);
            let mut ports = given.chain(*NODE_PORTS.start()..FIRST_PORT_GIVEN);
            ports.find(|port| self.is_free(*port)).ok_or(FULL)?
        };
        self.ports.insert(next);
        Ok(next)
    }

    fn is_free(&self, port: i64) -> bool {
        !self.taken.ports.contains_key(&port) && !self.ports.contains(&port)
    }
}
