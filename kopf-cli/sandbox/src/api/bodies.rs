//! Reads the bodies of requests, in whatever form they are, and gives those of answers the form that is wanted.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header};
use serde_json::{Value, json};

use super::Ask;
use crate::{
    body::Body,
    incoming::because,
    json as deep, managed,
    media::{self, Format},
    meta, pretty, printed, protobuf,
    recognition::{self, UNREAD, unrecognized},
    request::Patching,
    schema::Shape,
    status::Status,
    strict::Strictness,
    tables,
    yaml::{Unread, parse_yaml},
};

/// The group and version of scales, which objects have below.
const SCALES: (&str, &str) = ("autoscaling", "v1");
/// The documents that are laid out for whoever asks.
const ALWAYS_LAID_OUT: [&str; 2] = ["/", "/version"];

/// The answer to a request in the encoding that is wanted, and laid out for people; watches have their encoding already.
pub(crate) fn finished(
    mut response: Response<Body>,
    path: &str,
    query: &str,
    headers: &HeaderMap,
) -> Response<Body> {
    let media = response.headers().get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
    let Some(media) = media.filter(|media| media.starts_with("application/json")) else { return response };
    let Some(document) = response.body().bytes() else { return response };
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let metadata = document.starts_with(br#"{"kind":"PartialObjectMetadata"#);
    if media == "application/json"
        && media::in_protobuf(accept, metadata)
        && let Some(bytes) = protobuf::answer::document(document)
    {
        *response.body_mut() = Body::whole(bytes);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media::PROTOBUF));
        return response;
    }
    if path.starts_with("/openapi/") {
        return response;
    }
    let is_document = response.status().is_success() && ALWAYS_LAID_OUT.contains(&path);
    let laid_out = is_document || pretty::is_wanted(headers, query) && pretty::is_legible(document);
    let lay_out =
        |document: Bytes| if laid_out { pretty::laid_out(&document) } else { pretty::ended(document) };
    response.map(|body| body.changed(lay_out))
}

impl Ask<'_> {
    pub(super) fn format(&self) -> Result<Format, Status> {
        let format = media::format(self.request.header(header::CONTENT_TYPE))?;
        if format == Format::Protobuf && self.view.resource.rules.custom {
            return Err(Status::unsupported_media("application/json, application/yaml"));
        }
        Ok(format)
    }

    /// Reads a body as an object that is of the kind, though it may be that it says another.
    pub(super) fn parse_body(
        &self,
        body: &[u8],
        format: Format,
        kind: &str,
        strictness: &mut Strictness,
    ) -> Result<Value, Status> {
        let custom = self.view.resource.rules.custom;
        let parsed = match format {
            Format::Json => {
                // What is taken depends on how a number is written; to what is built in, also on how many digits it has.
                let parse = if custom { deep::parse_as_written } else { deep::read };
                let shape = if custom { None } else { self.shape(kind) };
                let parsed = parse(body).inspect(|value| strictness.note_duplicates(body, value, shape));
                if parsed.is_err()
                    && let Some(number) = deep::too_great(body)
                {
                    let (said, version) = (no_room(number, "value"), &self.view.version().name);
                    return Err(because(said, version, &self.view.resource.kind, &self.view).of_a_body());
                }
                parsed.map_err(|why| format!("{UNREAD}{why}"))
            }
            Format::Yaml => parse_yaml(body, strictness).map_err(|why| why.of_a_body()),
            Format::Protobuf => return self.parse_protobuf(body),
        };
        let recognized = parsed.and_then(|value| {
            recognition::check(&value)?;
            if custom && value["kind"].as_str().unwrap_or_default().is_empty() {
                return Err(format!("Object 'Kind' is missing in '{}'", String::from_utf8_lossy(body)));
            }
            Ok(if value.is_null() { json!({}) } else { value })
        });
        recognized.map_err(|why| unrecognized(kind, &why, body))
    }

    /// What fields a body of the kind may have: the kind of the path's objects, or else one that they have below.
    fn shape(&self, kind: &str) -> Option<Shape<'static>> {
        let version = self.view.version();
        if *kind == *self.view.resource.kind {
            tables::shape(&version.group, &version.name, kind)
        } else {
            tables::shape(SCALES.0, SCALES.1, kind)
        }
    }

    fn parse_protobuf(&self, body: &[u8]) -> Result<Value, Status> {
        let kind = &self.view.resource.kind;
        protobuf::parse(body, (&self.view.api_version(), kind)).map_err(|why| match why {
            protobuf::Error::Unrecognized(why) => unrecognized(kind, &why, body),
            protobuf::Error::Wrong { api_version, kind: found, said } => {
                let version = api_version.rsplit('/').next().unwrap_or_default();
                let message = format!(
                    "{found} in version {} cannot be handled as a {kind}: {said}",
                    printed::quoted(version)
                );
                Status::bad_request(message)
            }
        })
    }
}

/// That no float has room for a number.
fn no_room(number: &str, place: &str) -> String {
    format!("json: cannot unmarshal number {number} into Go {place} of type float64")
}

pub(super) fn parse_patch(
    body: &[u8],
    patching: Patching,
    custom: bool,
    strictness: &mut Strictness,
) -> Result<Value, Status> {
    if patching == Patching::Apply {
        let read = parse_yaml(body, strictness).map_err(|why| {
            Status::bad_request(match (why, body.trim_ascii_start().first()) {
                (Unread::Json(why), _) => {
                    format!("error decoding patch: error unmarshaling JSON: while decoding JSON: {why}")
                }
                // What looks like JSON is read in another place.
                (Unread::Yaml(why), Some(b'{')) => {
                    format!("error decoding patch: error converting YAML to JSON: {why}")
                }
                (Unread::Yaml(why), _) => format!("error encoding patch: {why}"),
            })
        })?;
        return match read {
            Value::Null => Ok(json!({})),
            Value::Object(_) => Ok(read),
            other => Err(Status::bad_request(format!(
                "error decoding patch: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go \
                 value of type map[string]interface {{}}",
                meta::kind_of(&other)
            ))),
        };
    }
    let parse = if custom { deep::parse_as_written } else { deep::read };
    let patch = parse(body).map_err(|_| {
        let place = if patching == Patching::Json { "struct field jsonPatchOp.value" } else { "value" };
        Status::bad_request(match deep::too_great(body) {
            Some(number) => format!("error decoding patch: {}", no_room(number, place)),
            None => "invalid JSON patch".to_owned(),
        })
    })?;
    strictness.note_duplicates(body, &patch, None);
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
