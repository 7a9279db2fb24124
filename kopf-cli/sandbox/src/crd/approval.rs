//! Groups of the Kubernetes community: their definitions say who has approved of them.

use http::Uri;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::conditions::{self, Condition};
use crate::printed;
use crate::status::Cause;

const ANNOTATION: &str = "api-approved.kubernetes.io";
const CONFORMANT: &str = "KubernetesAPIApprovalPolicyConformant";
const WHERE_TO_READ: &str = "see https://github.com/kubernetes/enhancements/pull/1111";

/// What an annotation says of a definition's approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Approval {
    Missing,
    Bypassed,
    Approved,
    Invalid,
}

impl Approval {
    fn of(annotation: &str) -> Self {
        let is_url = |uri: &Uri| uri.scheme().is_some() && uri.authority().is_some();
        match annotation {
            "" => Approval::Missing,
            text if text.starts_with("unapproved") => Approval::Bypassed,
            text if text.parse().as_ref().is_ok_and(is_url) => Approval::Approved,
            _ => Approval::Invalid,
        }
    }

    fn why(self, annotation: &str) -> String {
        match self {
            Approval::Missing => {
                format!("protected groups must have approval annotation {ANNOTATION:?}, {WHERE_TO_READ}")
            }
            Approval::Bypassed => format!("not approved: {}", printed::quoted(annotation)),
            Approval::Approved => format!("approved in {annotation}"),
            Approval::Invalid => format!(
                "protected groups must have approval annotation {ANNOTATION:?} with either a URL or a reason starting \
                 with \"unapproved\", {WHERE_TO_READ}"
            ),
        }
    }
}

fn is_protected(group: &str) -> bool {
    ["k8s.io", "kubernetes.io"].iter().any(|domain| {
        group.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

fn annotation(metadata: &Value) -> &str {
    metadata["annotations"][ANNOTATION].as_str().unwrap_or_default()
}

/// Whether a definition lacks an approval that it needs; what it lacked before it may go on to lack.
pub(super) fn fault(group: &str, metadata: &Map<String, Value>, old: Option<&Value>) -> Option<Cause> {
    let said = metadata.get("annotations").and_then(|annotations| annotations[ANNOTATION].as_str());
    let said = said.unwrap_or_default();
    let approval = Approval::of(said);
    let before = old.map(|old| Approval::of(annotation(&old["metadata"])));
    if !is_protected(group) || before == Some(approval) {
        return None;
    }
    let field = format!("metadata.annotations[{ANNOTATION}]");
    match approval {
        Approval::Approved | Approval::Bypassed => None,
        Approval::Missing => Some(Cause::required(field, &approval.why(said))),
        Approval::Invalid => Some(Cause::invalid(field, said, &approval.why(said))),
    }
}

/// Writes into a definition whether it is approved, if its group asks for that.
pub(crate) fn judge(definition: &mut Value, now: Timestamp) {
    if !is_protected(super::said(&definition["spec"], "group")) {
        return;
    }
    let said = annotation(&definition["metadata"]);
    let approval = Approval::of(said);
    let reason = match approval {
        Approval::Missing => "MissingAnnotation",
        Approval::Bypassed => "UnapprovedAnnotation",
        Approval::Approved => "ApprovedAnnotation",
        Approval::Invalid => "InvalidAnnotation",
    };
    let message = approval.why(said);
    let holds = approval == Approval::Approved;
    conditions::set(definition, &Condition { kind: CONFORMANT, holds, reason, message: &message }, now);
}
