//! Media types: which form of an answer is acceptable, and which form a body has.

use crate::{form::Meta, request::Patching, resources::Resource, status::Status};

/// The forms of answers that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Json,
    /// Discovery, aggregated.
    Aggregated,
    Table(Meta),
    Metadata(Meta),
    MetadataList(Meta),
}

/// The forms of bodies that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Yaml,
    Protobuf,
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

impl Clause<'_> {
    /// What objects are to be turned into; `None` for what no server has.
    fn conversion(&self, discovery: bool) -> Option<Answer> {
        let stream = self.parameter("stream");
        if !self.parameter("sv").is_empty() || !matches!(stream, "" | "watch") {
            return None;
        }
        let meta = match (self.parameter("g"), self.parameter("v")) {
            ("meta.k8s.io", "v1") => Some(Meta::V1),
            ("meta.k8s.io", "v1beta1") => Some(Meta::V1beta1),
            ("apidiscovery.k8s.io", "v2") if discovery && self.parameter("as") == "APIGroupDiscoveryList" => {
                return Some(Answer::Aggregated);
            }
            ("", "") if self.parameter("as").is_empty() => return Some(Answer::Json),
            _ => None,
        };
        match self.parameter("as") {
            "Table" if self.media != PROTOBUF => meta.map(Answer::Table),
            "PartialObjectMetadata" => meta.map(Answer::Metadata),
            "PartialObjectMetadataList" => meta.map(Answer::MetadataList),
            _ => None,
        }
    }

    /// Whether it is wanted more than another, or is less of a wildcard.
    fn is_before(&self, other: &Clause<'_>) -> bool {
        let any = |clause: &Clause<'_>| {
            let (kind, subtype) = clause.types();
            (kind == "*", subtype == "*")
        };
        let (own, others) = (any(self), any(other));
        self.quality() > other.quality() || (!own.0 && others.0) || (!own.1 && others.1)
    }

    /// `application` and `json`
    fn types(&self) -> (&str, &str) {
        let (kind, subtype) = self.media.split_once('/').unwrap_or((self.media, self.media));
        (kind.trim(), subtype.trim())
    }

    fn quality(&self) -> f64 {
        self.parameter("q").parse().unwrap_or(if self.parameter("q").is_empty() { 1.0 } else { 0.0 })
    }
}

/// The clauses of an `Accept`, the most wanted first.
fn clauses(accept: &str) -> Vec<Clause<'_>> {
    let mut clauses: Vec<Clause<'_>> = accept
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
        .collect();
    // What comes before what is no order in every respect; so the way in which Go sorts so few is part of the outcome.
    for end in 1..clauses.len() {
        for at in (1..=end).rev() {
            if !clauses[at].is_before(&clauses[at - 1]) {
                break;
            }
            clauses.swap(at - 1, at);
        }
    }
    clauses
}

/// What is asked about, as far as it decides which forms there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    /// A built-in resource, or a document about resources.
    BuiltIn,
    /// A custom resource, whose objects have no form in protobuf.
    Custom,
    /// The same without tables.
    Untabled,
    /// A document that has the aggregated form, too.
    Discovery,
}

pub(crate) const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

/// Chooses the first form of an `Accept` that there is. Whether it is then sent in protobuf, [`in_protobuf`] says.
///
/// # Errors
///
/// 406 where no API server has any of them; 501 where only a real one has another.
pub(crate) fn negotiate(accept: &str, topic: Topic) -> Result<Answer, Status> {
    let clauses = clauses(accept);
    if clauses.is_empty() {
        return Ok(Answer::Json);
    }
    let mut not_done = None;
    for clause in &clauses {
        let json = is_json(clause.media);
        let other = matches!(clause.media, "application/yaml" | "application/cbor");
        match clause.conversion(topic == Topic::Discovery) {
            Some(Answer::Table(_)) if topic == Topic::Untabled => {}
            Some(answer) if json => return Ok(answer),
            Some(Answer::Json) if clause.media == PROTOBUF && topic != Topic::Custom => {
                return Ok(Answer::Json);
            }
            Some(answer @ (Answer::Metadata(Meta::V1) | Answer::MetadataList(Meta::V1)))
                if clause.media == PROTOBUF && topic != Topic::Discovery =>
            {
                return Ok(answer);
            }
            Some(Answer::Json) if other => {
                not_done.get_or_insert(format!("answers in {}", clause.media));
            }
            Some(_) if other => {
                not_done.get_or_insert(format!("answers as {} in {}", clause.parameter("as"), clause.media));
            }
            _ => {}
        }
    }
    Err(match not_done {
        Some(feature) => Status::not_implemented(&feature),
        None => Status::not_acceptable(),
    })
}

/// Which of several media types is wanted most, by their numbers. Their parameters are not looked at.
pub(crate) fn choose(accept: &str, known: &[&str]) -> Option<usize> {
    if accept.is_empty() {
        return Some(0);
    }
    let is_of = |said: &str, known: &str| said == "*" || said == known;
    clauses(accept).iter().find_map(|clause| {
        let (kind, subtype) = clause.types();
        known.iter().position(|known| {
            let (known_kind, known_subtype) = known.split_once('/').unwrap_or_default();
            is_of(kind, known_kind) && is_of(subtype, known_subtype)
        })
    })
}

/// Whether an `Accept` names no media type at all.
pub(crate) fn says_nothing(accept: &str) -> bool {
    let is_one = |clause: &Clause<'_>| match clause.media.split_once('/') {
        Some((_, subtype)) => !subtype.is_empty() && !subtype.contains('/'),
        None => clause.media == "*",
    };
    !accept.is_empty() && !clauses(accept).iter().any(is_one)
}

fn is_json(media: &str) -> bool {
    matches!(media, "application/json" | "application/*" | "*/*")
}

/// Whether an answer is to be sent in protobuf that there is in JSON: one of those that are by their metadata alone
/// (`metadata`), or any other.
pub(crate) fn in_protobuf(accept: &str, metadata: bool) -> bool {
    for clause in clauses(accept) {
        let is_of = match clause.conversion(false) {
            Some(Answer::Json) => !metadata || is_json(clause.media),
            Some(Answer::Metadata(_) | Answer::MetadataList(_)) => metadata,
            _ => false,
        };
        if is_of && (clause.media == PROTOBUF || is_json(clause.media)) {
            return clause.media == PROTOBUF;
        }
    }
    false
}

/// Whether the form that is wanted most is asked for laid out.
pub(crate) fn wants_pretty(accept: &str) -> bool {
    let clauses = clauses(accept);
    clauses
        .iter()
        .find(|clause| is_json(clause.media))
        .is_some_and(|clause| clause.parameter("pretty") == "1")
}

/// What built-in resources are answered in; the last two are for lists, which can be watched.
const REPRESENTATIONS: [&str; 5] = [
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "application/json;stream=watch",
    "application/vnd.kubernetes.protobuf;stream=watch",
];

/// Refuses, before anything is looked at, what a built-in resource has no form for.
///
/// # Errors
///
/// 406 where no clause names a form, whatever its parameters.
pub(crate) fn check_accept(accept: &str, list: bool) -> Result<(), Status> {
    check_media(accept, if list { &REPRESENTATIONS[..] } else { &REPRESENTATIONS[..3] })
}

/// Refuses what is not one of the `known` forms.
///
/// # Errors
///
/// 406 where no clause names one.
pub(crate) fn check_media(accept: &str, known: &[&str]) -> Result<(), Status> {
    let named = |clause: &Clause<'_>| clause.media == "*/*" || known.contains(&clause.media);
    let clauses = clauses(accept);
    if clauses.is_empty() || clauses.iter().any(named) {
        Ok(())
    } else {
        Err(Status::no_representation(known))
    }
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
        "application/vnd.kubernetes.protobuf" => Ok(Format::Protobuf),
        "application/cbor" => Err(Status::not_implemented("request bodies in application/cbor")),
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
        "application/apply-patch+yaml" => Ok(Patching::Apply),
        "application/strategic-merge-patch+json" if !resource.rules.custom => Ok(Patching::Strategic),
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
    fn check(accept: &str, topic: Topic, expected: Result<Answer, u16>) {
        assert_eq!(negotiate(accept, topic).map_err(|status| status.code), expected, "{accept}");
    }

    const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";
    const METADATA: &str = "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
    const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    #[test]
    fn the_first_form_that_there_is_is_chosen() {
        check("", Topic::BuiltIn, Ok(Answer::Json));
        check("*/*", Topic::BuiltIn, Ok(Answer::Json));
        check("application/xml,*/*", Topic::BuiltIn, Ok(Answer::Json));
        check("application/vnd.kubernetes.protobuf,application/json", Topic::BuiltIn, Ok(Answer::Json));
        check(&format!("{TABLE},application/json"), Topic::BuiltIn, Ok(Answer::Table(Meta::V1)));
        check(
            "application/json;q=0.5,application/*;as=Table;v=v1beta1;g=meta.k8s.io",
            Topic::BuiltIn,
            Ok(Answer::Table(Meta::V1beta1)),
        );
        check(
            "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
            Topic::BuiltIn,
            Ok(Answer::Metadata(Meta::V1)),
        );
        check(
            "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json",
            Topic::BuiltIn,
            Ok(Answer::Json),
        );
        check(AGGREGATED, Topic::Discovery, Ok(Answer::Aggregated));
        check(&format!("{AGGREGATED},application/json"), Topic::BuiltIn, Ok(Answer::Json));
    }

    #[test]
    fn wildcards_come_last_and_parameters_are_passed_over() {
        let known = ["application/json", "application/x"];
        let check = |accept: &str, expected| assert_eq!(choose(accept, &known), expected, "{accept}");
        check("", Some(0));
        check("application/x", Some(1));
        check("application/json;q=0.1, application/x", Some(1));
        check("*/*, application/x", Some(1));
        check("*/*, application/x;q=0.5", Some(1));
        check("application/json;as=Table", Some(0));
        check("*/x", Some(1));
        check("text/json", None);
        check(";", None);
    }

    #[test]
    fn protobuf_is_for_what_has_messages() {
        check(PROTOBUF, Topic::BuiltIn, Ok(Answer::Json));
        check(METADATA, Topic::Custom, Ok(Answer::Metadata(Meta::V1)));
        assert!(in_protobuf(PROTOBUF, false));
        assert!(in_protobuf("application/vnd.kubernetes.protobuf;stream=watch,application/json", false));
        assert!(!in_protobuf("application/json,application/vnd.kubernetes.protobuf", false));
        assert!(in_protobuf(METADATA, true) && !in_protobuf(METADATA, false));
        assert!(!in_protobuf("", false) && !in_protobuf("*/*", false));
    }

    #[test]
    fn what_only_a_real_server_has_is_named() {
        check("application/yaml;as=Table;v=v1;g=meta.k8s.io", Topic::BuiltIn, Err(501));
        check("application/cbor", Topic::BuiltIn, Err(501));
    }

    #[test]
    fn what_is_not_to_be_had_is_not_acceptable() {
        check("application/vnd.kubernetes.protobuf", Topic::Custom, Err(406));
        check(METADATA, Topic::Discovery, Err(406));
        check("application/json;as=Table;v=v2;g=meta.k8s.io", Topic::BuiltIn, Err(406));
        check("application/json;as=Bogus;v=v1;g=meta.k8s.io", Topic::BuiltIn, Err(406));
        check("text/foo", Topic::BuiltIn, Err(406));
    }

    #[test]
    fn bodies_have_a_form() {
        let code = |content_type| format(content_type).map_err(|status| status.code);
        assert_eq!(code("application/json; charset=utf-8"), Ok(Format::Json));
        assert_eq!(code(""), Ok(Format::Json));
        assert_eq!(code("application/yaml"), Ok(Format::Yaml));
        assert_eq!(code("text/plain"), Err(415));
        assert_eq!(code("application/vnd.kubernetes.protobuf"), Ok(Format::Protobuf));
        assert_eq!(code("application/cbor"), Err(501));
    }
}
