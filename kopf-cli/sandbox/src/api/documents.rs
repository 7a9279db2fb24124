//! Requests for documents: what is served, and what it looks like.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::PoisonError,
};

use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use serde_json::Value;

use super::{Api, Request, answer, json_answer, page_not_found, text};
use crate::{
    body::Body,
    discovery::{self, REGISTRATIONS},
    media::{self, Answer, Topic},
    openapi::{
        self,
        v2::{Form, Sources},
    },
    request::{Path, Query},
    status::Status,
    store::Store,
    tables::served,
    tokens,
};

impl Api {
    pub(super) fn document(
        &self,
        path: &Path,
        request: &Request,
        accept: &str,
    ) -> Result<Response<Body>, Status> {
        if let Path::Health { name, check } = path {
            return Ok(health(name, check.as_deref(), &Query::parse(&request.query)));
        }
        if let Path::OpenApi2 = path {
            return Ok(self.open_api_2(request, accept));
        }
        if let Path::OpenId | Path::Keys = path {
            return self.open_id(path, request, accept);
        }
        if request.method != Method::GET && is_only_got(path) {
            return Err(Status::method_not_allowed());
        }
        self.on_stack(|store| document_of(store, path, request, accept))
    }

    /// How others check tokens of service accounts.
    fn open_id(&self, path: &Path, request: &Request, accept: &str) -> Result<Response<Body>, Status> {
        if request.method != Method::GET {
            return Err(Status::method_not_allowed());
        }
        let (media, document) = match path {
            Path::Keys => ("application/jwk-set+json", self.access.signer()?.keys()),
            _ => {
                let reached = self.store().duties.reached.as_ref().map(|reached| reached.address.to_string());
                let address = reached.unwrap_or_else(|| request.header(header::HOST).to_owned());
                ("application/json", tokens::configuration(&address))
            }
        };
        media::check_media(accept, &[media])?;
        let mut response = answer(200, media, Body::whole(document.to_string()));
        set(&mut response, header::CACHE_CONTROL, "public, max-age=3600");
        Ok(response)
    }

    /// The document of OpenAPI 2, which a client need not be sent again while it is the same. Any method asks for it.
    fn open_api_2(&self, request: &Request, accept: &str) -> Response<Body> {
        let form = match media::choose(accept, &FORMS_OF_OPEN_API_2) {
            Some(0) => Form::Json,
            Some(_) => Form::Protobuf,
            None => return bare(406),
        };
        let sources = Sources::of(&self.store());
        let document = self.open_api.lock().unwrap_or_else(PoisonError::into_inner).document(&sources, form);
        let asks = matches!(request.method, Method::GET | Method::HEAD);
        let is_known = is_among(&document.tag, request.header(header::IF_NONE_MATCH));
        let mut response = match form {
            _ if is_known => bare(if asks { 304 } else { 412 }),
            Form::Json => json_answer(200, document.bytes),
            Form::Protobuf => answer(200, FORMS_OF_OPEN_API_2[1], Body::whole(document.bytes)),
        };
        set(&mut response, header::ETAG, &document.tag);
        set(&mut response, header::VARY, "Accept");
        response
    }
}

/// Whether no method but GET asks for a document. For the others, and for what there is not, all do.
fn is_only_got(path: &Path) -> bool {
    match path {
        Path::Version | Path::Core => true,
        Path::Group(name) => name == REGISTRATIONS,
        Path::GroupVersion { group, version } => !served::resources(group, version).is_empty(),
        _ => false,
    }
}

fn document_of(
    store: &Store,
    path: &Path,
    request: &Request,
    accept: &str,
) -> Result<Response<Body>, Status> {
    let catalog = &store.catalog;
    let answer = || media::negotiate(accept, Topic::Discovery);
    let plain = |document: Option<Value>| match &document {
        Some(_) if media::negotiate(accept, Topic::BuiltIn)? != Answer::Json => Err(Status::not_acceptable()),
        _ => Ok(document),
    };
    let document = match path {
        Path::Root => Some(discovery::root(store)),
        Path::Version => {
            media::check_media(accept, &["application/json"])?;
            Some(discovery::version())
        }
        // The index is sent by a handler that looks at its first bytes to see what it is.
        Path::OpenApi => return Ok(text(StatusCode::OK, openapi::index(store).to_string())),
        Path::OpenApiOf(name) => {
            let asked = Query::parse(&request.query);
            return Ok(open_api(store, name, asked.get("hash")));
        }
        Path::Core if answer()? == Answer::Aggregated => {
            return Ok(aggregated(request, discovery::aggregated(catalog, true)));
        }
        Path::Core => Some(discovery::core_versions(request.header(header::HOST))),
        Path::Groups if answer()? == Answer::Aggregated => {
            return Ok(aggregated(request, discovery::aggregated(catalog, false)));
        }
        Path::Groups => Some(discovery::groups(store)),
        Path::Group(name) => plain(discovery::group(store, name))?,
        Path::GroupVersion { group, version } => match discovery::resources(catalog, group, version) {
            None if served::is_group(group) => return Err(Status::no_resource()),
            document => plain(document)?,
        },
        Path::Undone(path) => return Err(Status::not_implemented(&format!("the document {path}"))),
        Path::Health { .. }
        | Path::OpenApi2
        | Path::OpenId
        | Path::Keys
        | Path::Resource(_)
        | Path::Unknown => None,
    };
    Ok(document.map_or_else(page_not_found, |document| json_answer(200, document.to_string())))
}

/// What the document of OpenAPI 2 is asked for as, the last being an older name for what comes before it.
const FORMS_OF_OPEN_API_2: [&str; 3] = [
    "application/json",
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
];

/// Whether a tag is one of a list, or the list is of all.
fn is_among(tag: &str, list: &str) -> bool {
    list.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

/// An answer without a body.
fn bare(code: u16) -> Response<Body> {
    let mut response = answer(code, "text/plain", Body::whole(""));
    response.headers_mut().remove(header::CONTENT_TYPE);
    set(&mut response, header::VARY, "Accept");
    response
}

/// The checks of health. What is in memory is well whenever it can answer.
const CHECKS: [&str; 3] = ["ping", "log", "etcd"];

fn health(name: &str, check: Option<&str>, query: &Query) -> Response<Body> {
    match check {
        Some(check) if !CHECKS.contains(&check) => page_not_found(),
        None if query.optional("verbose").is_some() => {
            let checks: String = CHECKS.iter().map(|check| format!("[+]{check} ok\n")).collect();
            text(StatusCode::OK, format!("{checks}{name} check passed\n"))
        }
        _ => text(StatusCode::OK, "ok"),
    }
}

/// A document of OpenAPI. One that is asked for by its hash may be kept for ever; another hash leads to the right one.
fn open_api(store: &Store, name: &str, asked: &str) -> Response<Body> {
    let Some(document) = openapi::document(store, name) else { return bare(404) };
    let hash = openapi::hash(store, name);
    let mut response = match asked {
        asked if asked == hash || asked.is_empty() => json_answer(200, document.to_string()),
        _ => json_answer(301, ""),
    };
    set(&mut response, header::ETAG, &format!("\"{hash}\""));
    set(&mut response, header::VARY, "Accept");
    if asked == hash {
        set(&mut response, header::CACHE_CONTROL, "public, immutable");
    } else if !asked.is_empty() {
        set(&mut response, header::LOCATION, &openapi::url(name, &hash));
    }
    response
}

/// An aggregated document, which a client need not be sent again while it is the same.
fn aggregated(request: &Request, text: String) -> Response<Body> {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let tag = format!("\"{:016X}\"", hasher.finish());
    let media = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    let mut response = if request.header(header::IF_NONE_MATCH) == tag {
        bare(304)
    } else {
        answer(200, media, Body::whole(text))
    };
    set(&mut response, header::ETAG, &tag);
    set(&mut response, header::VARY, "Accept");
    set(&mut response, header::CACHE_CONTROL, "public");
    response
}

fn set(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
