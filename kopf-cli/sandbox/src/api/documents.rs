//! Requests for documents: what is served, and what it looks like.

use http::{HeaderValue, Method, Response, StatusCode, header};
use serde_json::Value;

use super::{Api, Request, answer, json_answer, page_not_found, text};
use crate::{
    body::Body,
    discovery,
    media::{self, Answer},
    openapi,
    request::{Path, Query},
    status::Status,
    store::Store,
};

impl Api {
    pub(super) fn document(
        &self,
        path: &Path,
        request: &Request,
        accept: &str,
    ) -> Result<Response<Body>, Status> {
        if !matches!(request.method, Method::GET | Method::HEAD) {
            return Err(Status::method_not_allowed());
        }
        let store = self.store();
        let catalog = &store.catalog;
        let answer = || media::negotiate(accept, true);
        let document = match path {
            Path::Health => return Ok(text(StatusCode::OK, "ok")),
            Path::Version => Some(discovery::version()),
            Path::OpenApi => Some(openapi::index(&store)),
            Path::OpenApiOf { group, version } => {
                let asked = Query::parse(&request.query);
                return Ok(open_api(&store, group, version, asked.get("hash")));
            }
            Path::Core if answer()? == Answer::Aggregated => {
                return Ok(aggregated(&discovery::aggregated(catalog, true)));
            }
            Path::Core => Some(discovery::core_versions()),
            Path::Groups if answer()? == Answer::Aggregated => {
                return Ok(aggregated(&discovery::aggregated(catalog, false)));
            }
            Path::Groups => Some(discovery::groups(catalog)),
            Path::Group(name) => discovery::group(catalog, name),
            Path::GroupVersion { group, version } => discovery::resources(catalog, group, version),
            Path::Resource(_) | Path::Unknown => None,
        };
        Ok(document.map_or_else(page_not_found, |document| json_answer(200, document.to_string())))
    }
}

/// A document of OpenAPI. One that is asked for by its hash may be kept for ever; another hash leads to the right one.
fn open_api(store: &Store, group: &str, version: &str, asked: &str) -> Response<Body> {
    let Some(document) = openapi::document(store, group, version) else { return text(StatusCode::OK, "") };
    let hash = openapi::hash(store, group, version);
    let mut response = match asked {
        asked if asked == hash || asked.is_empty() => json_answer(200, document.to_string()),
        _ => json_answer(301, ""),
    };
    let mut set = |name, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(header::ETAG, format!("\"{hash}\""));
    set(header::VARY, "Accept".to_owned());
    if asked == hash {
        set(header::CACHE_CONTROL, "public, immutable".to_owned());
    } else if !asked.is_empty() {
        set(header::LOCATION, openapi::url(group, version, &hash));
    }
    response
}

fn aggregated(document: &Value) -> Response<Body> {
    let media = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    answer(200, media, Body::whole(document.to_string()))
}
