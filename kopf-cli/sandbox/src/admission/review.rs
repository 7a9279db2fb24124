//! What a webhook is sent and what it answers: `AdmissionReview` of `admission.k8s.io`.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::Value;

use super::{Document, Round, Subject};
use crate::{
    json as deep, printed,
    protobuf::layout,
    recognition::{self, UNREAD},
    resources::View,
};

/// What a request is told by, after its uid, in the order of its type.
const FIELDS: [&str; 14] = [
    "kind",
    "resource",
    "subResource",
    "requestKind",
    "requestResource",
    "requestSubResource",
    "name",
    "namespace",
    "operation",
    "userInfo",
    "object",
    "oldObject",
    "dryRun",
    "options",
];

/// The version of the reviews that a webhook is sent: the first that it knows and the server too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reviews {
    V1,
    Beta,
}

impl Reviews {
    /// Reads `admissionReviewVersions`.
    pub(crate) fn of(known: &Value) -> Self {
        let known = super::rules::texts(known);
        let mut versions = known.iter().filter_map(|version| match version.as_str() {
            "v1" => Some(Reviews::V1),
            "v1beta1" => Some(Reviews::Beta),
            _ => None,
        });
        versions.next().unwrap_or(Reviews::V1)
    }

    fn name(self) -> &'static str {
        match self {
            Reviews::V1 => "v1",
            Reviews::Beta => "v1beta1",
        }
    }

    fn other(self) -> Self {
        match self {
            Reviews::V1 => Reviews::Beta,
            Reviews::Beta => Reviews::V1,
        }
    }

    fn api_version(self) -> String {
        format!("admission.k8s.io/{}", self.name())
    }
}

/// What a webhook says.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) allowed: bool,
    pub(crate) result: Value,
    pub(crate) warnings: Vec<String>,
    pub(crate) patch: Vec<u8>,
    pub(crate) patch_type: String,
}

/// Why an answer is none.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// It cannot be read.
    Unreadable(String),
    /// It does not say what it has to.
    Invalid(String),
}

/// The text of a review; `view` is the version that the objects are in.
pub(crate) fn ask(
    subject: &Subject,
    round: &Round,
    view: &View,
    (reviews, uid): (Reviews, &str),
    (object, old): (Option<&Document>, Option<&Document>),
) -> Vec<u8> {
    let request = subject.request(round, view);
    let version = reviews.api_version();
    let mut text = format!(
        "{{\"kind\":\"AdmissionReview\",\"apiVersion\":\"{version}\",\"request\":{{\"uid\":\"{uid}\""
    )
    .into_bytes();
    for name in FIELDS {
        let told = match name {
            "object" => object.map_or(Bytes::from_static(b"null"), |object| object.text.clone()),
            "oldObject" => old.map_or(Bytes::from_static(b"null"), |old| old.text.clone()),
            "options" => layout::text(&request[name]).into(),
            _ => match request.get(name) {
                Some(told) => deep::text(told).into(),
                None => continue,
            },
        };
        text.extend_from_slice(format!(",\"{name}\":").as_bytes());
        text.extend_from_slice(&told);
    }
    text.extend_from_slice(b"}}");
    text
}

/// Reads what a webhook has answered.
///
/// # Errors
///
/// Why that is no answer to the question `uid`, in the server's words.
pub(crate) fn read(body: &[u8], (reviews, uid): (Reviews, &str), mutating: bool) -> Result<Said, Wrong> {
    deep::with_stack(deep::depth_of_text(body).min(deep::MAX_DEPTH), || {
        let review = deep::parse(body).map_err(|why| Wrong::Unreadable(format!("{UNREAD}{why}")))?;
        recognition::check(&review).map_err(Wrong::Unreadable)?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (version, kind) = (text(&review["apiVersion"]), text(&review["kind"]));
        if version == reviews.other().api_version() && kind == "AdmissionReview" {
            let (from, to) = (reviews.other().name(), reviews.name());
            return Err(Wrong::Unreadable(format!(
                "converting ({from}.AdmissionReview) to ({to}.AdmissionReview): unknown conversion"
            )));
        }
        let response = &review["response"];
        let invalid = |why: String| Err(Wrong::Invalid(why));
        if !response.is_object() {
            return invalid("webhook response was absent".to_owned());
        }
        let patch = STANDARD.decode(text(&response["patch"]));
        let patch = patch.map_err(|why| Wrong::Unreadable(why.to_string()))?;
        let said = |patch: Vec<u8>, patch_type: &str| Said {
            allowed: response["allowed"] == true,
            result: response["status"].clone(),
            warnings: super::rules::texts(&response["warnings"]),
            patch,
            patch_type: patch_type.to_owned(),
        };
        if reviews == Reviews::Beta {
            // Of the older version no more is asked than an answer.
            return Ok(said(patch, "JSONPatch"));
        }
        let found = text(&response["uid"]);
        if found != uid {
            return invalid(format!(
                "expected response.uid={}, got {}",
                printed::quoted(uid),
                printed::quoted(found)
            ));
        }
        let wanted = reviews.api_version();
        if version != wanted || kind != "AdmissionReview" {
            let found = if version.is_empty() { "/".to_owned() } else { version };
            return invalid(format!(
                "expected webhook response of {wanted}, Kind=AdmissionReview, got {found}, Kind={kind}"
            ));
        }
        let patch_type = response["patchType"].as_str();
        match (mutating, patch.is_empty(), patch_type) {
            (true, false, None) => {
                return invalid("webhook returned response.patch but not response.patchType".to_owned());
            }
            (true, true, Some(_)) => {
                return invalid("webhook returned response.patchType but not response.patch".to_owned());
            }
            (false, false, _) => {
                return invalid("validating webhook may not return response.patch".to_owned());
            }
            (false, true, Some(_)) => {
                return invalid("validating webhook may not return response.patchType".to_owned());
            }
            _ => {}
        }
        Ok(said(patch, patch_type.unwrap_or_default()))
    })
}
