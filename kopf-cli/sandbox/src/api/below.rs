//! Requests to what is below an object and is no part of it, above all what its containers have said.

use std::sync::PoisonError;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde_json::Value;

use super::{Ask, answer};
use crate::{
    body::Body,
    json as deep, list,
    logs::LogOptions,
    media::{self, Topic},
    status::Status,
    stranded,
};

impl Ask<'_> {
    /// The object that the request is below of, as it is shown.
    pub(super) fn above(&self) -> Result<Bytes, Status> {
        let asked = list::parse_revision(self.query.get("resourceVersion"))
            .map_err(|why| Status::internal(format!("resourceVersion: {why}")))?;
        let latest = self.api.store().revision();
        if asked > latest {
            return Err(Status::too_new(asked, latest));
        }
        self.found()
    }

    /// The same, of whatever version.
    pub(super) fn found(&self) -> Result<Bytes, Status> {
        let store = self.api.store();
        let found = store.get(&self.view.resource.key, self.namespace(), self.name());
        let found = found.ok_or_else(|| Status::not_found(self.view.about(self.name())))?;
        stranded::check_read(&self.view, found)?;
        Ok(found.shown(&self.view))
    }

    pub(super) fn log(&self) -> Result<Response<Body>, Status> {
        let options = LogOptions::parse(&self.query, self.name())?;
        media::negotiate(self.request.header(header::ACCEPT), Topic::BuiltIn)?;
        let pod = self.above()?;
        let logs = self.api.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let said = read(&pod, |pod| logs.read(pod, &options, |node| self.reach(node)))??;
        Ok(match said {
            Some(said) => answer(200, "text/plain", Body::whole(said)),
            None => {
                let mut nothing = answer(204, "text/plain", Body::whole(""));
                *nothing.status_mut() = StatusCode::NO_CONTENT;
                nothing.headers_mut().remove(header::CONTENT_TYPE);
                nothing
            }
        })
    }

    /// Looks for the node that a pod is on, as a server does before it asks that.
    ///
    /// # Errors
    ///
    /// There is no such node, which a server calls a pod; or it says of no address that it is there.
    pub(super) fn reach(&self, node: &str) -> Result<(), Status> {
        let store = self.api.store();
        let found = store.get("nodes", "", node);
        let node = found.ok_or_else(|| Status::not_found(self.view.about(node)))?.value();
        let addresses = &node["status"]["addresses"];
        if addresses.as_array().is_none_or(Vec::is_empty) {
            return Err(Status::internal("no preferred addresses found; known addresses: []"));
        }
        Ok(())
    }
}

/// Looks at an object on a stack that its depth needs.
pub(super) fn read<T>(object: &[u8], look: impl FnOnce(&Value) -> T) -> Result<T, Status> {
    deep::with_stack(deep::depth_of_text(object), || {
        let object = deep::parse(object).map_err(Status::internal)?;
        Ok(look(&object))
    })
}
