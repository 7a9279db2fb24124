//! Where a webhook is: at the place that its URL names, or behind a service.
//!
//! Nothing runs behind the services of a sandbox, and their addresses lead nowhere. What leads somewhere is taken: the name
//! of an `ExternalName`, and the first of a service's endpoints.

use serde_json::Value;

use super::call::{Host, Place};
use crate::{builtin::OF_SERVICE, printed, resources::SLICES, store::Store};

/// # Errors
///
/// Why there is no such place, in the server's words.
pub(super) fn find(host: &Host, store: &Store) -> Result<Place, String> {
    match host {
        Host::Place(place) => Ok(place.clone()),
        Host::Service { namespace, name, port } => behind(store, namespace, name, *port),
    }
}

fn behind(store: &Store, namespace: &str, name: &str, port: u16) -> Result<Place, String> {
    let service = store.get("services", namespace, name).map(|service| service.value());
    let service = service.ok_or_else(|| format!("service {} not found", printed::quoted(name)))?;
    let spec = &service["spec"];
    // Wherever it leads, who is there has to show a certificate of the service.
    let called = Some(format!("{name}.{namespace}.svc"));
    if spec["type"] == "ExternalName" {
        let host = spec["externalName"].as_str().unwrap_or_default().to_owned();
        return Ok(Place { host, port, called });
    }
    if spec["type"] == "ClusterIP" && spec["clusterIP"] == "None" {
        return Err("cannot route to service with ClusterIP \"None\"".to_owned());
    }
    let ports = spec["ports"].as_array().into_iter().flatten();
    let known = ports.into_iter().find(|known| known["port"] == port);
    let known =
        known.ok_or_else(|| format!("no service port {port} found for service {}", printed::quoted(name)))?;
    let slices = store.list(SLICES, Some(namespace)).into_iter();
    let slices = slices.filter(|slice| slice.header.labels.get(OF_SERVICE).is_some_and(|of| of == name));
    let from_slices = slices.map(|slice| slice.value()).find_map(|slice| {
        let host =
            slice["endpoints"].as_array()?.iter().find_map(|endpoint| endpoint["addresses"][0].as_str())?;
        Some((host.to_owned(), number(&slice["ports"], &known["name"])?))
    });
    let endpoints = || {
        let endpoints = store.get("endpoints", namespace, name)?.value();
        endpoints["subsets"].as_array()?.iter().find_map(|subset| {
            let host = subset["addresses"][0]["ip"].as_str()?;
            Some((host.to_owned(), number(&subset["ports"], &known["name"])?))
        })
    };
    let (host, port) = from_slices
        .or_else(endpoints)
        .ok_or_else(|| format!("no endpoints available for service {}", printed::quoted(name)))?;
    Ok(Place { host, port, called })
}

/// The number of the port that has this name; an only port needs none.
fn number(ports: &Value, name: &Value) -> Option<u16> {
    let ports = ports.as_array()?;
    let name = name.as_str().unwrap_or_default();
    let port = ports.iter().find(|port| port["name"].as_str().unwrap_or_default() == name).or(match ports
        .as_slice()
    {
        [only] => Some(only),
        _ => None,
    })?;
    port["port"].as_u64().and_then(|port| u16::try_from(port).ok())
}
