//! Requests for what is streamed to and from pods. Nobody runs them here; and of a pod that has no node a server says so, too.

use http::{Method, Response};
use serde_json::{Map, Value};

use super::{Ask, below::read};
use crate::{
    body::Body, form::pick, logs, printed, rbac::Attributes, request::ResourcePath, resources::View,
    status::Status,
};

const PORTS: &str = "portforward";
const STREAMS: [&str; 3] = ["attach", "exec", PORTS];
/// Below it is what the pod is asked for.
const PROXY: &str = "proxy";

/// The stream that a path names, if it does.
pub(super) fn named(view: &View, path: &ResourcePath) -> Option<&'static str> {
    let is_of_a_pod = &*view.resource.key == "pods" && path.namespace.is_some() && !path.watch;
    let below = path.subresource.as_deref().filter(|_| is_of_a_pod);
    let is_proxied = below.is_some_and(|below| below.split('/').next() == Some(PROXY));
    STREAMS.into_iter().find(|stream| below == Some(stream)).or(is_proxied.then_some(PROXY))
}

impl Ask<'_> {
    /// # Errors
    ///
    /// Always: what a server says where no node has to be asked, else 501; and 501 where others have a say first.
    pub(super) fn stream(&self, stream: &'static str) -> Result<Response<Body>, Status> {
        if stream == PROXY {
            return self.proxied();
        }
        if ![Method::GET, Method::POST].contains(&self.request.method) {
            return Err(Status::method_not_allowed());
        }
        if self.query.optional("dryRun").is_some() {
            return Err(Status::bad_request("dryRun is not supported"));
        }
        if stream == PORTS {
            self.check_ports()?;
        }
        let undone = || Status::not_implemented(&format!("the subresource pods/{stream}"));
        if self.concerns_others() {
            return Err(undone());
        }
        self.check_right()?;
        read(&self.found()?, |pod| {
            if stream != PORTS {
                logs::container(self.query.get("container"), pod)?;
            }
            let node = pick(pod, "spec.nodeName");
            if node.is_empty() {
                let why = format!("pod {} does not have a host assigned", self.name());
                return Err(Status::bad_request(why));
            }
            self.reach(node)?;
            Err(undone())
        })?
    }

    fn check_ports(&self) -> Result<(), Status> {
        let mut ports = self.query.all("ports").flat_map(|ports| ports.split(','));
        let wrong = ports.find(|port| port.parse::<u16>().is_err() || port.starts_with('+'));
        let Some(port) = wrong else { return Ok(()) };
        let digits = !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit());
        let why = if digits { "value out of range" } else { "invalid syntax" };
        Err(Status::bad_request(format!(
            "cannot convert to []int32: strconv.ParseUint: parsing {}: {why}",
            printed::quoted(port)
        )))
    }

    /// Whether webhooks or policies might be for this request.
    pub(super) fn concerns_others(&self) -> bool {
        let mut store = self.api.store();
        crate::json::with_stack(store.deepest() + 1, || {
            self.others(&mut store, &mut None, false, Map::<String, Value>::new).is_some()
        })
    }

    /// Whoever opens a stream needs the right to create one, by whatever method.
    fn check_right(&self) -> Result<(), Status> {
        let what = Attributes::of(&Method::POST, &self.request.path, &self.request.query);
        let verdict = self.api.on_stack(|store| self.api.access.allows(store, &self.user, &what));
        verdict.map(drop).map_err(|reason| Status::forbidden(self.view.about(self.name()), &reason))
    }
}
