//! Requests that are passed on to pods. Nothing answers there; and of a pod without an address a server says so, too.

use std::net::IpAddr;

use http::{Method, Response};
use serde_json::Value;

use super::{Ask, below::read};
use crate::{body::Body, form::pick, printed, status::Status, stranded};

const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
const SCHEMES: [&str; 3] = ["", "http", "https"];

impl Ask<'_> {
    /// # Errors
    ///
    /// Always: what a server says where nobody has to be asked, else 501; and 501 where others have a say first.
    pub(super) fn proxied(&self) -> Result<Response<Body>, Status> {
        if !METHODS.contains(&self.request.method) {
            return Err(Status::method_not_allowed());
        }
        if self.query.optional("dryRun").is_some() {
            return Err(Status::bad_request("dryRun is not supported"));
        }
        let undone = || Status::not_implemented("the subresource pods/proxy");
        if self.concerns_others() {
            return Err(undone());
        }
        let name = named(self.name()).ok_or_else(|| {
            Status::bad_request(format!("invalid pod request {}", printed::quoted(self.name())))
        })?;
        let store = self.api.store();
        let pod = store.get(&self.view.resource.key, self.namespace(), name);
        let pod = pod.ok_or_else(|| Status::not_found(self.view.about(name)))?;
        stranded::check_read(&self.view, pod)?;
        read(&pod.shown(&self.view), |pod| if is_reachable(pod) { undone() } else { unreachable() })
            .and_then(Err)
    }
}

/// The name of the pod that is meant: before it may stand how it is spoken with, and behind it through which port.
fn named(said: &str) -> Option<&str> {
    let parts: Vec<&str> = said.splitn(4, ':').collect();
    let (scheme, name) = match parts.as_slice() {
        [name] | [name, _] => ("", *name),
        [scheme, name, _] => (*scheme, *name),
        _ => return None,
    };
    Some(name).filter(|name| !name.is_empty() && SCHEMES.contains(&scheme))
}

fn unreachable() -> Status {
    Status::bad_request("address not allowed")
}

/// Whether a pod has an address that is of itself alone.
fn is_reachable(pod: &Value) -> bool {
    let first = pod.pointer("/status/podIPs/0").map_or(pick(pod, "status.podIP"), |first| pick(first, "ip"));
    match first.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => {
            !address.is_broadcast()
                && !address.is_unspecified()
                && !address.is_loopback()
                && !address.is_multicast()
                && !address.is_link_local()
        }
        Ok(IpAddr::V6(address)) => {
            !address.is_unspecified()
                && !address.is_loopback()
                && !address.is_multicast()
                && !address.is_unicast_link_local()
        }
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_pod_is_named_with_how_it_is_spoken_with() {
        for (said, name) in [
            ("p", Some("p")),
            ("p:80", Some("p")),
            ("https:p:", Some("p")),
            (":p:web", Some("p")),
            ("ftp:p:1", None),
            (":80", None),
            ("a:b:c:d", None),
        ] {
            assert_eq!(named(said), name, "{said}");
        }
    }
}
