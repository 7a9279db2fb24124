//! Reviews: questions that are asked by creating an object, and answered by its status.

mod faults;
mod selectors;
mod tokens;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    access::Access,
    rbac::{self, Attributes},
    request::ResourcePath,
    status::{About, Status},
    store::Store,
    user::User,
    write::seconds,
};

type Fields = Map<String, Value>;

/// How many seconds a token is good for, where nobody says so.
const USUAL_SECONDS: i64 = 3_600;

/// What refusals of reviews about access are about.
const NAMELESS: About<'_> = About { kind: "", group: "authorization.k8s.io", name: "" };

/// The review that a path names, by its kind.
pub(crate) fn kind(path: &ResourcePath) -> Option<&'static str> {
    let below = path.subresource.as_deref();
    let named = path.name.is_some();
    let kind = match (path.group.as_str(), path.version.as_str(), path.plural.as_str(), below) {
        ("authentication.k8s.io", "v1", "selfsubjectreviews", None) if !named => "SelfSubjectReview",
        ("authentication.k8s.io", "v1", "tokenreviews", None) if !named => "TokenReview",
        ("authorization.k8s.io", "v1", "selfsubjectaccessreviews", None) if !named => {
            "SelfSubjectAccessReview"
        }
        ("authorization.k8s.io", "v1", "selfsubjectrulesreviews", None) if !named => "SelfSubjectRulesReview",
        ("authorization.k8s.io", "v1", "subjectaccessreviews", None) if !named => "SubjectAccessReview",
        ("authorization.k8s.io", "v1", "localsubjectaccessreviews", None) if !named => {
            "LocalSubjectAccessReview"
        }
        ("", "v1", "serviceaccounts", Some("token")) => "TokenRequest",
        _ => return None,
    };
    let local = matches!(kind, "LocalSubjectAccessReview" | "TokenRequest");
    (path.namespace.is_some() == local).then_some(kind)
}

/// Fills in what a question of this kind need not say.
pub(crate) fn complete(kind: &str, rest: &mut Fields) {
    if let ("TokenRequest", Value::Object(spec)) = (kind, rest.entry("spec").or_insert_with(|| json!({}))) {
        let span = spec.entry("expirationSeconds").or_insert(Value::Null);
        if span.is_null() {
            *span = USUAL_SECONDS.into();
        }
    }
}

/// Whose question it is, and what there is to answer it.
pub(crate) struct Review<'a> {
    pub(crate) store: &'a mut Store,
    pub(crate) access: &'a Access,
    pub(crate) user: &'a User,
    pub(crate) path: &'a ResourcePath,
    pub(crate) now: Timestamp,
}

impl Review<'_> {
    /// Answers a review of this kind, of which this is the metadata and the rest.
    ///
    /// # Errors
    ///
    /// What the server says of questions that cannot be answered.
    pub(crate) fn answer(
        &mut self,
        kind: &str,
        mut metadata: Fields,
        rest: &Fields,
    ) -> Result<Value, Status> {
        let group = if self.path.group.is_empty() { "authentication.k8s.io" } else { &self.path.group };
        let mut spec = rest.get("spec").cloned().unwrap_or_else(|| json!({}));
        let status = match kind {
            "SelfSubjectReview" => {
                metadata = Map::from_iter([("creationTimestamp".to_owned(), seconds(self.now).into())]);
                json!({ "userInfo": self.user.to_value() })
            }
            "TokenReview" => self.token(&spec)?,
            "SelfSubjectRulesReview" => {
                metadata.clear();
                self.rules(&mut spec)?
            }
            "TokenRequest" => self.request(&mut spec, &mut metadata)?,
            _ => {
                let causes = faults::faults(kind, &metadata, &spec);
                if !causes.is_empty() {
                    return Err(Status::invalid(NAMELESS, causes));
                }
                match kind {
                    "SelfSubjectAccessReview" => self.may(self.user, &spec),
                    _ => self.may(&reviewed(&spec), &spec),
                }
            }
        };
        metadata.sort_keys();
        let mut review = json!({ "kind": kind, "apiVersion": format!("{group}/v1"), "metadata": metadata, "spec": spec, "status": status });
        if kind == "SelfSubjectReview"
            && let Value::Object(review) = &mut review
        {
            review.shift_remove("spec");
        }
        Ok(review)
    }

    fn namespace(&self) -> &str {
        self.path.namespace.as_deref().unwrap_or_default()
    }

    fn may(&self, user: &User, spec: &Value) -> Value {
        let (resource, path) = (&spec["resourceAttributes"], &spec["nonResourceAttributes"]);
        let what =
            if resource.is_object() { Attributes::of_resource(resource) } else { Attributes::of_path(path) };
        let verdict = self.access.allows(self.store, user, &what);
        let mut status = json!({ "allowed": verdict.is_ok() });
        let (Ok(reason) | Err(reason)) = verdict;
        if !reason.is_empty() {
            status["reason"] = reason.into();
        }
        let ignored = selectors::ignored(resource);
        if !ignored.is_empty() {
            status["evaluationError"] = ignored.into();
        }
        status
    }

    fn rules(&self, spec: &mut Value) -> Result<Value, Status> {
        let namespace = spec["namespace"].as_str().unwrap_or_default().to_owned();
        if namespace.is_empty() {
            return Err(Status::bad_request("no namespace on request"));
        }
        *spec = json!({});
        let everything = [
            json!({ "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"] }),
            json!({ "verbs": ["*"], "nonResourceURLs": ["*"] }),
        ];
        let (rules, lost) = match self.access.rbac {
            true => rbac::rules(self.store, self.user, &namespace),
            false => (everything.to_vec(), None),
        };
        let (paths, resources): (Vec<_>, Vec<_>) =
            rules.into_iter().partition(|rule| rule["nonResourceURLs"].is_array());
        let mut status =
            json!({ "resourceRules": resources, "nonResourceRules": paths, "incomplete": false });
        if let Some(lost) = lost {
            status["evaluationError"] = lost.into();
        }
        Ok(status)
    }
}

/// The user that a review asks about.
fn reviewed(spec: &Value) -> User {
    User::new(spec["user"].as_str().unwrap_or_default(), texts(&spec["groups"]))
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
