//! Requests for documents: what is served, and what it looks like.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::PoisonError,
};

use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use jiff::SignedDuration;
use serde_json::Value;

use super::{Api, Request, answer, content::Content, json_answer, page_not_found, text};
use crate::{
    body::Body,
    discovery::{self, REGISTRATIONS},
    media::{self, Answer, Topic},
    openapi::{self, Form, Sources},
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
        match path {
            Path::OpenApi | Path::OpenApiOf(_) if request.path.split('/').skip(1).any(str::is_empty) => {
                return Ok(nothing(404));
            }
            Path::OpenApi2 => return Ok(self.open_api_2(request, accept)),
            Path::OpenApi => return Ok(self.open_api_index(request)),
            Path::OpenApiOf(name) => return Ok(self.open_api_3(name, request, accept)),
            _ => {}
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

    /// The document of OpenAPI 2. Any method asks for it.
    fn open_api_2(&self, request: &Request, accept: &str) -> Response<Body> {
        let Some(chosen) = media::choose(accept, &FORMS_OF_OPEN_API_2) else { return bare(406) };
        let form = if chosen == 0 { Form::Json } else { Form::Protobuf };
        let sources = Sources::of(&self.store());
        let document = self.open_api.lock().unwrap_or_else(PoisonError::into_inner).document(&sources, form);
        let media = FORMS_OF_OPEN_API_2[chosen.min(1)];
        let changed_at = self.clock.now();
        let mut response =
            Content { bytes: document.bytes, media, tag: document.tag, changed_at }.sent(request);
        set(&mut response, header::VARY, "Accept");
        response
    }

    /// The index is sent by a handler that looks at its first bytes to see what it is.
    fn open_api_index(&self, request: &Request) -> Response<Body> {
        let index = openapi::index(&Sources::of(&self.store())).to_string();
        let media = "text/plain; charset=utf-8";
        Content { bytes: index.into(), media, tag: String::new(), changed_at: self.clock.now() }.sent(request)
    }

    /// A document of OpenAPI 3. One that is asked for by its hash may be kept for ever; another hash leads to the right one.
    fn open_api_3(&self, name: &str, request: &Request, accept: &str) -> Response<Body> {
        let sources = Sources::of(&self.store());
        if !openapi::has(&sources, name) {
            return nothing(404);
        }
        if media::says_nothing(accept) {
            return nothing(200);
        }
        let Some(chosen) = media::choose(accept, &FORMS_OF_OPEN_API_3) else { return bare(406) };
        let form = if chosen == 0 { Form::Json } else { Form::Protobuf };
        let media = FORMS_OF_OPEN_API_3[chosen.min(1)];
        let hash = openapi::hash(&sources, name);
        let (tag, now) = (format!("\"{hash}\""), self.clock.now());
        let query = Query::parse(&request.query);
        let asked = query.get("hash");
        let mut response = if asked.is_empty() || asked == hash {
            let bytes = openapi::v3::document(&sources, name, form).unwrap_or_default().into();
            Content { bytes, media, tag, changed_at: now }.sent(request)
        } else {
            let mut response = answer(301, media, Body::whole(""));
            set(&mut response, header::ETAG, &tag);
            set(&mut response, header::LOCATION, &openapi::url(name, &hash));
            response
        };
        set(&mut response, header::VARY, "Accept");
        if asked == hash {
            // A refusal is not kept.
            if response.status() != StatusCode::RANGE_NOT_SATISFIABLE {
                set(&mut response, header::CACHE_CONTROL, "public, immutable");
            }
            let ends = now.checked_add(A_YEAR).unwrap_or(now);
            set(&mut response, header::EXPIRES, &ends.strftime("%a, %d %b %Y %H:%M:%S UTC").to_string());
        }
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
        | Path::OpenApi
        | Path::OpenApiOf(_)
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

/// The same of those of OpenAPI 3.
const FORMS_OF_OPEN_API_3: [&str; 3] = [
    "application/json",
    "application/com.github.proto-openapi.spec.v3.v1.0+protobuf",
    "application/com.github.proto-openapi.spec.v3@v1.0+protobuf",
];
const A_YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);

/// An answer without a body, which `Accept` had its part in.
fn bare(code: u16) -> Response<Body> {
    let mut response = nothing(code);
    set(&mut response, header::VARY, "Accept");
    response
}

fn nothing(code: u16) -> Response<Body> {
    let mut response = answer(code, "text/plain", Body::whole(""));
    response.headers_mut().remove(header::CONTENT_TYPE);
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
        Some(_) => answer(200, "text/plain; charset=utf-8", Body::whole("ok")),
        None => text(StatusCode::OK, "ok"),
    }
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

pub(super) fn set(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
