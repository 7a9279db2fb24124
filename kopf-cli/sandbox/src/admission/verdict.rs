//! What a webhook's answer, or the want of one, means for the request.

use serde_json::{Map, Value};

use crate::{
    json as deep,
    patch::{self, Stop},
    printed,
    status::Status,
};

/// How deep the details of a refusal may be.
const DETAILS_DEPTH: usize = 32;

/// Why a webhook does not let a request pass.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It could not be called, or what it answered is no answer.
    Failed(String),
    /// It says no.
    Denied(Status),
}

/// What a webhook says where it says no.
pub(crate) fn denied(name: &str, result: &Value) -> Status {
    let text = |field: &str| result[field].as_str().unwrap_or_default();
    let (said, reason) = (text("message"), text("reason"));
    let by = format!("admission webhook {} denied the request", printed::quoted(name));
    let message = match (said, reason) {
        ("", "") => format!("{by} without explanation"),
        ("", reason) => format!("{by}: {reason}"),
        (said, _) => format!("{by}: {said}"),
    };
    let code = result["code"].as_u64().and_then(|code| u16::try_from(code).ok());
    let code = code.filter(|code| (400..1_000).contains(code)).unwrap_or(400);
    let mut status = Status::new(code, "", message);
    status.reason = reason.to_owned().into();
    let details = &result["details"];
    if details.is_object() && deep::depth_of_value(details) <= DETAILS_DEPTH {
        status.details = Some(Box::new(details.clone()));
    }
    status
}

/// What a request is answered that needs a webhook which cannot be asked.
pub(crate) fn failed(name: &str, why: &str) -> Status {
    Status::internal_error(&format!("failed calling webhook {}: {why}", printed::quoted(name)))
}

/// The operations of a patch.
///
/// # Errors
///
/// Why it is none.
pub(crate) fn operations(patch: &[u8]) -> Result<Vec<Value>, String> {
    match deep::parse(patch)? {
        Value::Array(operations) => Ok(operations),
        Value::Null => Ok(Vec::new()),
        other => {
            let found = crate::meta::kind_of(&other);
            Err(format!("json: cannot unmarshal {found} into Go value of type jsonpatch.Patch"))
        }
    }
}

/// Applies operations to an object, as the server does for webhooks: what does not fit is the server's trouble.
///
/// # Errors
///
/// The first operation that does not fit, and why.
pub(crate) fn apply(object: &mut Value, operations: &[Value]) -> Result<(), Status> {
    patch::apply_all(object, operations).map_err(|stop| match stop {
        Stop::Unfit(operation) => Status::internal_error(&unfit(operation)),
        Stop::TooMuch => patch::too_much(),
    })
}

fn unfit(operation: &Value) -> String {
    let nothing = Map::new();
    let fields = operation.as_object().unwrap_or(&nothing);
    let text = |field: &str| fields.get(field).and_then(Value::as_str).unwrap_or_default();
    let path = text("path");
    let key = path.rsplit('/').next().unwrap_or_default();
    match text("op") {
        "remove" => format!(
            "error in remove for path: '{path}': Unable to remove nonexistent key: {key}: missing value"
        ),
        "replace" => format!("replace operation does not apply: doc is missing key: {path}: missing value"),
        "add" => format!(
            "add operation does not apply: doc is missing path: {}: missing value",
            printed::quoted(path)
        ),
        "test" => format!("testing value {path} failed: test failed"),
        "move" | "copy" => {
            let from = text("from");
            format!("error in {} for path: '{path}': {from}: missing value", text("op"))
        }
        other => format!("Unexpected kind: {other}"),
    }
}
