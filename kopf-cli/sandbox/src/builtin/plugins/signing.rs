//! Requests for certificates: nobody is made a master of the cluster by one.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::Write;
use crate::{builtin::rules::signing::is_of, status::Status};

/// The resource key of requests.
pub(super) const REQUESTS: &str = "certificatesigningrequests.certificates.k8s.io";
const SIGNER: &str = "kubernetes.io/kube-apiserver-client";
const MASTERS: &str = "system:masters";

/// Refuses a new request by who would be a master.
pub(super) fn judge(write: &Write<'_>, object: &Value) -> Result<(), Status> {
    let spec = &object["spec"];
    let request = STANDARD.decode(spec["request"].as_str().unwrap_or_default()).unwrap_or_default();
    if spec["signerName"] == SIGNER && is_of(&request, MASTERS) {
        return Err(write.forbidden(&format!("use of {SIGNER} signer with {MASTERS} group is not allowed")));
    }
    Ok(())
}
