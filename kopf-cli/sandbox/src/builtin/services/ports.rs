//! The ports of nodes that services are given, and the port by which their health is asked.

use std::{
    collections::{BTreeSet, HashMap},
    mem,
};

use serde_json::Value;

use super::{Fields, Refusal, checks_health, is_of, needs_ports, number, pool::Pool, ports, text};
use crate::status::Cause;

/// The types of services that have ports of nodes.
pub(super) const OUTSIDE: &[&str] = &["LoadBalancer", "NodePort"];

/// Gives a service the ports that it lacks; `old` is what it was.
pub(super) fn allot(spec: &mut Fields, old: Option<&Fields>, pool: &mut Pool<'_>) -> Result<(), Refusal> {
    if is_of(spec, OUTSIDE) {
        let needed = needs_ports(spec);
        // The list is put back whatever comes of it.
        let mut list = match spec.get_mut("ports") {
            Some(Value::Array(ports)) => mem::take(ports),
            _ => Vec::new(),
        };
        let allotted = match old {
            None => allot_new(&mut list, needed, pool),
            Some(old) => allot_changed(&mut list, old, needed, pool),
        };
        if let Some(Value::Array(ports)) = spec.get_mut("ports") {
            *ports = list;
        }
        allotted?;
    }
    if checks_health(spec) && !old.is_some_and(checks_health) {
        allot_health(spec, pool)?;
    }
    Ok(())
}

/// Of a new service, ports of the same number are the same port of the nodes, unless something else is said.
fn allot_new(ports: &mut [Value], needed: bool, pool: &mut Pool<'_>) -> Result<(), Refusal> {
    let mut said: HashMap<i64, i64> = HashMap::new();
    for port in ports.iter().filter(|port| of(port, "nodePort") != 0) {
        said.entry(of(port, "port")).or_insert_with(|| of(port, "nodePort"));
    }
    let mut known: HashMap<i64, i64> = HashMap::new();
    for (at, port) in ports.iter_mut().enumerate() {
        let (inside, asked) = (of(port, "port"), of(port, "nodePort"));
        if asked == 0 && !needed {
            continue;
        }
        match known.get(&inside) {
            None => {
                let given = match said.get(&inside) {
                    Some(said) => take(pool, *said, at)?,
                    None => next(pool)?,
                };
                port["nodePort"] = given.into();
                known.insert(inside, given);
            }
            Some(given) if asked == 0 => port["nodePort"] = (*given).into(),
            Some(given) if *given != asked => {
                take(pool, asked, at)?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// A service that is changed has what it had before.
fn allot_changed(
    ports: &mut [Value],
    old: &Fields,
    needed: bool,
    pool: &mut Pool<'_>,
) -> Result<(), Refusal> {
    let mut own: BTreeSet<i64> = node_ports(old).collect();
    let mut seen = BTreeSet::new();
    for (at, port) in ports.iter_mut().enumerate() {
        let asked = of(port, "nodePort");
        if asked == 0 && !needed {
            continue;
        }
        let given = if asked == 0 {
            let given = next(pool)?;
            port["nodePort"] = given.into();
            given
        } else {
            if own.insert(asked) {
                take(pool, asked, at)?;
            }
            asked
        };
        let protocol = text(port.get("protocol")).to_owned();
        if !seen.insert((protocol.clone(), given)) {
            return Err(Refusal::Failure(format!("duplicate nodePort: {{{protocol} {given}}}")));
        }
    }
    Ok(())
}

fn allot_health(spec: &mut Fields, pool: &mut Pool<'_>) -> Result<(), Refusal> {
    match number(spec.get("healthCheckNodePort")) {
        Some(asked) => pool.take_port(asked).map_err(|why| {
            Refusal::Internal(format!("failed to allocate requested HealthCheck NodePort {asked}: {why}"))
        }),
        None => {
            let given = pool.next_port().map_err(|why| {
                Refusal::Internal(format!("failed to allocate a HealthCheck NodePort 0: {why}"))
            })?;
            spec.insert("healthCheckNodePort".to_owned(), given.into());
            Ok(())
        }
    }
}

/// Leaves a service the ports that it was given under the same names, where nothing is said of them.
pub(super) fn keep(spec: &mut Fields, old: &Fields) {
    if checks_health(spec) && checks_health(old) && number(spec.get("healthCheckNodePort")).is_none() {
        let given = old.get("healthCheckNodePort").cloned();
        given.and_then(|given| spec.insert("healthCheckNodePort".to_owned(), given));
    }
    if !needs_ports(spec) || !needs_ports(old) {
        return;
    }
    let said: BTreeSet<i64> = node_ports(spec).collect();
    let before: HashMap<&str, &Value> = ports(old).map(|port| (text(port.get("name")), port)).collect();
    for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        let given = before.get(text(port.get("name"))).and_then(|before| number(before.get("nodePort")));
        if let Some(given) = given.filter(|given| !said.contains(given))
            && of(port, "nodePort") == 0
        {
            port["nodePort"] = given.into();
        }
    }
}

/// The ports of nodes that a service says it has.
pub(super) fn node_ports(spec: &Fields) -> impl Iterator<Item = i64> {
    ports(spec).filter_map(|port| number(port.get("nodePort")))
}

fn of(port: &Value, field: &str) -> i64 {
    number(port.get(field)).unwrap_or_default()
}

fn take(pool: &mut Pool<'_>, asked: i64, at: usize) -> Result<i64, Refusal> {
    let refused = |why: String| {
        let place = format!("spec.ports[{at}].nodePort");
        Refusal::Invalid(vec![Cause::invalid_value(place, &asked.into(), &why)])
    };
    pool.take_port(asked).map(|()| asked).map_err(refused)
}

fn next(pool: &mut Pool<'_>) -> Result<i64, Refusal> {
    pool.next_port().map_err(|why| Refusal::Internal(format!("failed to allocate a nodePort: {why}")))
}
