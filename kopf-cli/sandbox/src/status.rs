//! Refusals, worded as kube-apiserver words them.

use std::{borrow::Cow, collections::HashSet};

use serde_json::{Map, Value, json};

use crate::{printed, resources::Resource};

/// How much a refusal tells of what is wrong, in bytes, but for the last of it.
const MOST_TOLD: usize = 8 * 1024 * 1024;

/// A refusal as the API gives it: the `Status` object and the HTTP code that goes with it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Status {
    /// The HTTP status code.
    pub code: u16,
    /// The machine-readable reason (`NotFound`, `Conflict`, …); empty where the server gives none.
    pub reason: Cow<'static, str>,
    /// The sentence for people.
    pub message: String,
    /// What it is about (name, group, kind, causes), where the server says so.
    pub details: Option<Box<Value>>,
    /// Seconds to wait before trying again; also sent as `Retry-After`.
    pub retry_after: Option<u32>,
    /// Where a list that came too late may go on, inconsistently.
    pub continue_token: Option<String>,
    /// Whether it is told before anything is looked at but who asks.
    pub(crate) of_rights: bool,
}

/// One thing that is wrong with an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cause {
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    pub(crate) field: String,
}

impl Cause {
    pub(crate) fn invalid(field: impl Into<String>, value: &str, why: &str) -> Self {
        Cause::invalid_value(field, &value.into(), why)
    }

    /// The same for what is no string.
    pub(crate) fn invalid_value(field: impl Into<String>, value: &Value, why: &str) -> Self {
        Cause::invalid_as_shown(field, &printed::bad_value(value), why)
    }

    /// The same for a value that is shown just so.
    pub(crate) fn invalid_as_shown(field: impl Into<String>, shown: &str, why: &str) -> Self {
        let colon = if why.is_empty() { "" } else { ": " };
        let message = format!("Invalid value: {shown}{colon}{why}");
        Cause { reason: "FieldValueInvalid", message, field: field.into() }
    }

    /// A fault of the server's own.
    pub(crate) fn internal(field: impl Into<String>, why: &str) -> Self {
        Cause { reason: "InternalError", message: format!("Internal error: {why}"), field: field.into() }
    }

    pub(crate) fn duplicate(field: impl Into<String>, value: &Value) -> Self {
        let message = format!("Duplicate value: {}", printed::bad_value_in_order(value));
        Cause { reason: "FieldValueDuplicate", message, field: field.into() }
    }

    /// The same where the value is not told.
    pub(crate) fn invalid_without_value(field: impl Into<String>, why: &str) -> Self {
        Cause { reason: "FieldValueInvalid", message: format!("Invalid value: {why}"), field: field.into() }
    }

    pub(crate) fn not_found(field: impl Into<String>, value: &str) -> Self {
        let message = format!("Not found: {}", printed::quoted(value));
        Cause { reason: "FieldValueNotFound", message, field: field.into() }
    }

    pub(crate) fn too_long(field: impl Into<String>, most: u64) -> Self {
        let unit = if most == 1 { "byte" } else { "bytes" };
        let message = format!("Too long: may not be more than {most} {unit}");
        Cause { reason: "FieldValueTooLong", message, field: field.into() }
    }

    pub(crate) fn too_many(field: impl Into<String>, found: u64, most: u64) -> Self {
        let unit = if most == 1 { "item" } else { "items" };
        let message = format!("Too many: {found}: must have at most {most} {unit}");
        Cause { reason: "FieldValueTooMany", message, field: field.into() }
    }

    pub(crate) fn required(field: impl Into<String>, why: &str) -> Self {
        let message =
            if why.is_empty() { "Required value".to_owned() } else { format!("Required value: {why}") };
        Cause { reason: "FieldValueRequired", message, field: field.into() }
    }

    pub(crate) fn forbidden(field: impl Into<String>, why: &str) -> Self {
        Cause { reason: "FieldValueForbidden", message: format!("Forbidden: {why}"), field: field.into() }
    }

    /// Of a word that the server has a type for, which it prints as JSON.
    pub(crate) fn unsupported_word(field: impl Into<String>, word: &str, supported: &[&str]) -> Self {
        Cause::unsupported(field, &printed::json(&word.into()), supported)
    }

    /// `value` is given as the server prints it: quoted, or a list.
    pub(crate) fn unsupported(field: impl Into<String>, value: &str, supported: &[&str]) -> Self {
        let supported = printed::quoted_each(supported, ", ");
        let message = format!("Unsupported value: {value}: supported values: {supported}");
        Cause { reason: "FieldValueNotSupported", message, field: field.into() }
    }
}

/// As many causes as a refusal tells.
pub(crate) fn told(causes: impl IntoIterator<Item = Cause>) -> Vec<Cause> {
    const AROUND: usize = 64;
    let mut left = MOST_TOLD;
    let is_told = |cause: &Cause| {
        let more = left > 0;
        left = left.saturating_sub(AROUND + cause.field.len() + cause.message.len());
        more
    };
    causes.into_iter().take_while(is_told).collect()
}

impl Cause {
    fn to_value(&self) -> Value {
        json!({ "reason": self.reason, "message": self.message, "field": self.field })
    }
}

/// What a refusal is about: `kopfexamples.zalando.org "x"`, or `KopfExample.zalando.org "x"`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    /// The plural, or the kind, as the server has it in this place.
    pub(crate) kind: &'a str,
    pub(crate) group: &'a str,
    pub(crate) name: &'a str,
}

impl About<'_> {
    fn qualified(&self) -> String {
        if self.group.is_empty() { self.kind.to_owned() } else { format!("{}.{}", self.kind, self.group) }
    }

    fn details(&self) -> Map<String, Value> {
        [("name", self.name), ("group", self.group), ("kind", self.kind)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (key.to_owned(), Value::from(value)))
            .collect()
    }
}

impl Status {
    pub(crate) fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Status {
            code,
            reason: reason.into(),
            message: message.into(),
            details: None,
            retry_after: None,
            continue_token: None,
            of_rights: false,
        }
    }

    fn about(code: u16, reason: &'static str, message: String, about: About<'_>) -> Self {
        Status { details: Some(Box::new(about.details().into())), ..Status::new(code, reason, message) }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Status::new(400, "BadRequest", message)
    }

    pub(crate) fn unauthorized() -> Self {
        Status::new(401, "Unauthorized", "Unauthorized")
    }

    pub(crate) fn forbidden(about: About<'_>, why: &str) -> Self {
        let name =
            if about.name.is_empty() { String::new() } else { format!(" {}", printed::quoted(about.name)) };
        let message = format!("{}{name} is forbidden: {why}", about.qualified());
        Status::about(403, "Forbidden", message, about)
    }

    /// Somebody may not do something that is about no object.
    pub(crate) fn forbidden_path(why: &str) -> Self {
        Status {
            details: Some(Box::new(json!({}))),
            ..Status::new(403, "Forbidden", format!("forbidden: {why}"))
        }
    }

    /// Nothing new may come into a namespace that is going.
    pub(crate) fn terminating(about: About<'_>, namespace: &str) -> Self {
        let why =
            format!("unable to create new content in namespace {namespace} because it is being terminated");
        let mut status = Status::forbidden(about, &why);
        if let Some(details) = &mut status.details {
            details["causes"] = json!([{
                "reason": "NamespaceTerminating",
                "message": format!("namespace {namespace} is being terminated"),
                "field": "metadata.namespace",
            }]);
        }
        status
    }

    pub(crate) fn not_found(about: About<'_>) -> Self {
        Status::about(
            404,
            "NotFound",
            format!("{} {} not found", about.qualified(), printed::quoted(about.name)),
            about,
        )
    }

    /// There is no such path below a group that exists.
    pub(crate) fn no_resource() -> Self {
        let message = "the server could not find the requested resource";
        Status { details: Some(Box::new(json!({}))), ..Status::new(404, "NotFound", message) }
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Status { details: Some(Box::new(json!({}))), ..Status::new(405, "MethodNotAllowed", message) }
    }

    /// A custom resource has the path, but not for this verb.
    pub(crate) fn not_supported(verb: &str, about: About<'_>) -> Self {
        let message =
            format!("{verb} is not supported on resources of kind {}", printed::quoted(about.qualified()));
        Status::about(405, "MethodNotAllowed", message, about)
    }

    pub(crate) fn not_acceptable() -> Self {
        let accepted = "only the following media types are accepted: application/json, application/yaml, \
                        application/vnd.kubernetes.protobuf";
        Status::new(406, "NotAcceptable", accepted)
    }

    /// A built-in resource's routes have none of the media types that are accepted.
    pub(crate) fn no_representation(known: &[&str]) -> Self {
        let message = format!("406: Not Acceptable\n\nAvailable representations: {}", known.join(", "));
        Status { details: Some(Box::new(json!({}))), ..Status::new(406, "NotAcceptable", message) }
    }

    pub(crate) fn is_a_list(resource: &Resource) -> Self {
        let kind = go_type(resource, &resource.list_kind);
        let message =
            format!("you requested PartialObjectMetadata, but the requested object is a list ({kind})");
        Status::new(406, "NotAcceptable", message)
    }

    pub(crate) fn is_no_list(resource: &Resource) -> Self {
        if resource.rules.custom {
            return Status::internal("content is not a list");
        }
        let kind = go_type(resource, &resource.kind);
        let message = format!(
            "you requested PartialObjectMetadataList, but the requested object is not a list ({kind})"
        );
        Status::new(406, "NotAcceptable", message)
    }

    pub(crate) fn already_exists(about: About<'_>, deleting: bool) -> Self {
        let going = if deleting { "object is being deleted: " } else { "" };
        let message = format!("{going}{} {} already exists", about.qualified(), printed::quoted(about.name));
        Status::about(409, "AlreadyExists", message, about)
    }

    pub(crate) fn conflict(about: About<'_>, why: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} {}: {why}",
            about.qualified(),
            printed::quoted(about.name)
        );
        Status::about(409, "Conflict", message, about)
    }

    /// Somebody else has written since the resourceVersion that the request stands on.
    pub(crate) fn modified(about: About<'_>) -> Self {
        let why =
            "the object has been modified; please apply your changes to the latest version and try again";
        Status::conflict(about, why)
    }

    pub(crate) fn expired(message: impl Into<String>) -> Self {
        Status::new(410, "Expired", message)
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("Request entity too large: limit is {limit}");
        Status::new(413, "RequestEntityTooLarge", message)
    }

    pub(crate) fn unsupported_media(accepted: &str) -> Self {
        let message = format!(
            "the body of the request was in an unknown format - accepted media types include: {accepted}"
        );
        Status::new(415, "UnsupportedMediaType", message)
    }

    pub(crate) fn invalid(about: About<'_>, causes: Vec<Cause>) -> Self {
        let causes = told(causes);
        let texts = causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message));
        let texts: Vec<String> = texts.collect();
        let mut told = HashSet::new();
        let said: Vec<&str> = texts.iter().map(String::as_str).filter(|text| told.insert(*text)).collect();
        let said = if let [only] = *said { only.to_owned() } else { format!("[{}]", said.join(", ")) };
        let message = format!("{} {} is invalid: {said}", about.qualified(), printed::quoted(about.name));
        let mut status = Status::about(422, "Invalid", message, about);
        let causes: Vec<Value> = causes.into_iter().map(|cause| cause.to_value()).collect();
        if let Some(Value::Object(details)) = status.details.as_deref_mut() {
            details.insert("causes".to_owned(), causes.into());
        }
        status
    }

    /// A configuration that says what others own.
    pub(crate) fn apply_conflict(message: String, causes: &[Cause]) -> Self {
        let causes: Vec<Value> = causes.iter().map(Cause::to_value).collect();
        let details = Some(Box::new(json!({ "causes": causes })));
        Status { details, ..Status::new(409, "Conflict", message) }
    }

    /// A failure for which the server has no reason.
    pub(crate) fn failure(message: impl Into<String>) -> Self {
        Status::new(500, "", message)
    }

    /// A JSON patch that does not fit the object; a failed `test` is one, and the server does not tell them apart.
    pub(crate) fn unfit_patch() -> Self {
        let message = "the server rejected our request due to an error in our request";
        Status { details: Some(Box::new(json!({}))), ..Status::new(422, "Invalid", message) }
    }

    pub(crate) fn too_many_requests(retry_after: u32) -> Self {
        let message = "Too many requests, please try again later.";
        let details = Some(Box::new(json!({ "retryAfterSeconds": retry_after })));
        Status { details, retry_after: Some(retry_after), ..Status::new(429, "TooManyRequests", message) }
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Status::new(500, "", message)
    }

    /// The server's trouble with something else than the request.
    pub(crate) fn internal_error(why: &str) -> Self {
        let details = Some(Box::new(json!({ "causes": [{ "message": why }] })));
        Status { details, ..Status::new(500, "InternalError", format!("Internal error occurred: {why}")) }
    }

    /// What this sandbox does not do, named; a real server does it.
    pub(crate) fn not_implemented(feature: &str) -> Self {
        Status::new(501, "NotImplemented", format!("the sandbox does not implement {feature}"))
    }

    pub(crate) fn unavailable() -> Self {
        Status::new(503, "ServiceUnavailable", "the server is currently unable to handle the request")
    }

    pub(crate) fn too_new(asked: u64, current: u64) -> Self {
        let message = format!("Timeout: Too large resource version: {asked}, current: {current}");
        let causes =
            json!([{ "reason": "ResourceVersionTooLarge", "message": "Too large resource version" }]);
        let details = Some(Box::new(json!({ "causes": causes, "retryAfterSeconds": 1 })));
        Status { details, retry_after: Some(1), ..Status::new(504, "Timeout", message) }
    }

    /// The `Status` object as it goes over the wire.
    pub fn to_value(&self) -> Value {
        let mut status = json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure" });
        status["message"] = self.message.as_str().into();
        if let Some(token) = &self.continue_token {
            status["metadata"]["continue"] = token.as_str().into();
        }
        if !self.reason.is_empty() {
            status["reason"] = (*self.reason).into();
        }
        if let Some(details) = &self.details {
            status["details"] = Value::clone(details);
        }
        status["code"] = self.code.into();
        status
    }
}

/// What Go calls the objects of a kind.
fn go_type(resource: &Resource, kind: &str) -> String {
    let group = resource.storage().group.split('.').next().unwrap_or_default();
    match (resource.rules.custom, group) {
        (true, _) => "*unstructured.UnstructuredList".to_owned(),
        (false, "") => format!("*core.{kind}"),
        (false, group) => format!("*{group}.{kind}"),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const X: About<'_> = About { kind: "kopfexamples", group: "zalando.org", name: "x" };

    #[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
    #[track_caller]
    fn check(status: &Status, expected: Expect) {
        expected.assert_eq(&status.to_value().to_string());
    }

    #[test]
    fn a_conflict_reads_as_clients_know_it() {
        check(
            &Status::modified(X),
            expect![[
                r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Operation cannot be fulfilled on kopfexamples.zalando.org \"x\": the object has been modified; please apply your changes to the latest version and try again","reason":"Conflict","details":{"name":"x","group":"zalando.org","kind":"kopfexamples"},"code":409}"#
            ]],
        );
    }

    #[test]
    fn the_core_group_has_no_name() {
        check(
            &Status::not_found(About { kind: "secrets", group: "", name: "x" }),
            expect![[
                r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"secrets \"x\" not found","reason":"NotFound","details":{"name":"x","kind":"secrets"},"code":404}"#
            ]],
        );
    }

    #[test]
    fn several_causes_stand_in_brackets() {
        let causes = vec![Cause::required("a", "must not be empty"), Cause::invalid("b", "q", "is bad")];
        let message = Status::invalid(X, causes).message;
        let expected = "kopfexamples.zalando.org \"x\" is invalid: [a: Required value: must not be empty, \
                        b: Invalid value: \"q\": is bad]";
        assert_eq!(message, expected);
    }
}
