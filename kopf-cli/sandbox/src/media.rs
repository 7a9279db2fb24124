//! Media types: which form of an answer is acceptable, and which form a body has.

use crate::{request::Patching, resources::Resource, status::Status};

/// The forms of answers that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Json,
    /// Discovery, aggregated.
    Aggregated,
}

/// The forms of bodies that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Yaml,
}

struct Clause<'a> {
    media: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl Clause<'_> {
    fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }
}

fn clauses(accept: &str) -> Vec<Clause<'_>> {
    accept
        .split(',')
        .map(|clause| {
            let mut parts = clause.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default();
            let parameters = parts
                .filter_map(|part| part.split_once('='))
                .map(|(name, value)| (name.trim(), value.trim()));
            Clause { media, parameters: parameters.collect() }
        })
        .filter(|clause| !clause.media.is_empty())
        .collect()
}

/// Chooses the first form of an `Accept` that there is; `discovery` is whether the path has the aggregated form.
///
/// # Errors
///
/// 406 where no API server has any of them; 501 where only a real one has.
pub(crate) fn negotiate(accept: &str, discovery: bool) -> Result<Answer, Status> {
    let clauses = clauses(accept);
    if clauses.is_empty() {
        return Ok(Answer::Json);
    }
    let mut not_done = None;
    for clause in &clauses {
        let json = matches!(clause.media, "application/json" | "application/*" | "*/*");
        match (clause.media, clause.parameter("as")) {
            (_, "") if json => return Ok(Answer::Json),
            (_, "APIGroupDiscoveryList") if json && discovery && clause.parameter("v") == "v2" => {
                return Ok(Answer::Aggregated);
            }
            (_, form @ ("Table" | "PartialObjectMetadata" | "PartialObjectMetadataList")) => {
                not_done.get_or_insert(format!("answers as {form}"));
            }
            ("application/yaml" | "application/vnd.kubernetes.protobuf" | "application/cbor", _) => {
                not_done.get_or_insert(format!("answers in {}", clause.media));
            }
            _ => {}
        }
    }
    Err(not_done.map_or_else(Status::not_acceptable, |feature| Status::not_implemented(&feature)))
}

fn media_of(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// The form of an object in a body.
///
/// # Errors
///
/// 415 for what is no form of an object, 501 for those that only a real server understands.
pub(crate) fn format(content_type: &str) -> Result<Format, Status> {
    match media_of(content_type) {
        "" | "application/json" => Ok(Format::Json),
        "application/yaml" => Ok(Format::Yaml),
        binary @ ("application/vnd.kubernetes.protobuf" | "application/cbor") => {
            Err(Status::not_implemented(&format!("request bodies in {binary}")))
        }
        _ => Err(Status::unsupported_media(
            "application/json, application/yaml, application/vnd.kubernetes.protobuf",
        )),
    }
}

/// The kind of a patch.
///
/// # Errors
///
/// 415 for what this resource cannot be patched by, 501 for kinds that only a real server knows.
pub(crate) fn patching(content_type: &str, resource: &Resource) -> Result<Patching, Status> {
    match media_of(content_type) {
        "application/merge-patch+json" => Ok(Patching::Merge),
        "application/json-patch+json" => Ok(Patching::Json),
        "application/apply-patch+yaml" | "application/apply-patch+cbor" => {
            Err(Status::not_implemented("server-side apply (application/apply-patch+yaml)"))
        }
        "application/strategic-merge-patch+json" if !resource.rules.custom => {
            Err(Status::not_implemented("strategic merge patches (application/strategic-merge-patch+json)"))
        }
        _ if resource.rules.custom => Err(Status::unsupported_media(
            "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
        )),
        _ => Err(Status {
            details: Some(Box::new(serde_json::json!({}))),
            ..Status::new(415, "UnsupportedMediaType", "415: Unsupported Media Type")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept: &str, discovery: bool, expected: Result<Answer, u16>) {
        assert_eq!(negotiate(accept, discovery).map_err(|status| status.code), expected, "{accept}");
    }

    const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    #[test]
    fn the_first_form_that_there_is_is_chosen() {
        check("", false, Ok(Answer::Json));
        check("*/*", false, Ok(Answer::Json));
        check("application/xml,*/*", false, Ok(Answer::Json));
        check("application/vnd.kubernetes.protobuf,application/json", false, Ok(Answer::Json));
        check("application/json;as=Table;v=v1;g=meta.k8s.io,application/json", false, Ok(Answer::Json));
        check(AGGREGATED, true, Ok(Answer::Aggregated));
        check(&format!("{AGGREGATED},application/json"), false, Ok(Answer::Json));
    }

    #[test]
    fn what_only_a_real_server_has_is_named() {
        check("application/json;as=Table;v=v1;g=meta.k8s.io", false, Err(501));
        check("application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", false, Err(501));
        check("application/vnd.kubernetes.protobuf", false, Err(501));
        check("application/json;as=Bogus;v=v1;g=meta.k8s.io", false, Err(406));
        check("text/foo", false, Err(406));
    }

    #[test]
    fn bodies_have_a_form() {
        let code = |content_type| format(content_type).map_err(|status| status.code);
        assert_eq!(code("application/json; charset=utf-8"), Ok(Format::Json));
        assert_eq!(code(""), Ok(Format::Json));
        assert_eq!(code("application/yaml"), Ok(Format::Yaml));
        assert_eq!(code("text/plain"), Err(415));
        assert_eq!(code("application/vnd.kubernetes.protobuf"), Err(501));
    }
}
