//! Reads the bodies of requests, in whatever form they are, and gives those of answers the form that is wanted.

use http::{HeaderValue, Response, header};
use serde_json::{Value, json};

use super::Ask;
use crate::{
    body::Body,
    incoming::unrecognized,
    json as deep, managed,
    media::{self, Format},
    protobuf,
    request::Patching,
    status::Status,
    strict::Strictness,
    yaml::parse_yaml,
};

/// The answer in the encoding that is wanted; watches have theirs already.
pub(super) fn encoded(mut response: Response<Body>, accept: &str) -> Response<Body> {
    let is_json =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|media| media == "application/json");
    let encoded = response.body().bytes().filter(|_| is_json).and_then(|text| {
        let metadata = text.starts_with(br#"{"kind":"PartialObjectMetadata"#);
        media::in_protobuf(accept, metadata).then(|| protobuf::answer::document(text)).flatten()
    });
    if let Some(bytes) = encoded {
        *response.body_mut() = Body::whole(bytes);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media::PROTOBUF));
    }
    response
}

impl Ask<'_> {
    pub(super) fn format(&self) -> Result<Format, Status> {
        let format = media::format(self.request.header(header::CONTENT_TYPE))?;
        if format == Format::Protobuf && self.view.resource.rules.custom {
            return Err(Status::unsupported_media("application/json, application/yaml"));
        }
        Ok(format)
    }

    pub(super) fn parse_body(
        &self,
        body: &[u8],
        format: Format,
        strictness: &mut Strictness,
    ) -> Result<Value, Status> {
        let parsed = match format {
            Format::Json => {
                // What a built-in kind takes depends on how a number is written.
                let parse = if self.view.resource.rules.custom { deep::parse } else { deep::read };
                parse(body).inspect(|value| strictness.note_duplicates(body, value))
            }
            Format::Yaml => parse_yaml(body, strictness),
            Format::Protobuf => return self.parse_protobuf(body),
        };
        parsed.map_err(|why| {
            unrecognized(&self.view, &format!("couldn't get version/kind; json parse error: {why}"))
        })
    }

    fn parse_protobuf(&self, body: &[u8]) -> Result<Value, Status> {
        let kind = &self.view.resource.kind;
        protobuf::parse(body, (&self.view.api_version(), kind)).map_err(|why| match why {
            protobuf::Error::Unrecognized(why) => {
                unrecognized(&self.view, &format!("{why} ({})", protobuf::start_of(body)))
            }
            protobuf::Error::Wrong { api_version, kind: found, said } => {
                let version = api_version.rsplit('/').next().unwrap_or_default();
                let message = format!("{found} in version {version:?} cannot be handled as a {kind}: {said}");
                Status::bad_request(message)
            }
        })
    }
}

pub(super) fn parse_patch(
    body: &[u8],
    patching: Patching,
    custom: bool,
    strictness: &mut Strictness,
) -> Result<Value, Status> {
    if patching == Patching::Apply {
        let read = parse_yaml(body, strictness);
        let read = read.map_err(|why| Status::bad_request(format!("error decoding patch: {why}")))?;
        return match read {
            Value::Null => Ok(json!({})),
            Value::Object(_) => Ok(read),
            _ => Err(Status::bad_request("error decoding patch: it is not an object")),
        };
    }
    let parse = if custom { deep::parse } else { deep::read };
    let patch = parse(body).map_err(|_| Status::bad_request("invalid JSON patch"))?;
    strictness.note_duplicates(body, &patch);
    if patching == Patching::Json {
        strictness.blame_patch();
    }
    Ok(patch)
}

impl Ask<'_> {
    /// Who is said to write: the parameter, or else the client's own name. `kind` is that of the request's options.
    ///
    /// # Errors
    ///
    /// 422 where the parameters say nothing that makes sense.
    pub(super) fn manager(&self, kind: &str, applies: bool) -> Result<String, Status> {
        let said = self.query.get("fieldManager");
        managed::check_options(kind, said, applies, self.query.optional("force").is_some())?;
        Ok(match said {
            "" => managed::manager_of(self.request.header(header::USER_AGENT)),
            said => said.to_owned(),
        })
    }
}
