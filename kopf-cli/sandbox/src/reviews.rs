//! Reviews: questions that are asked by creating an object, and answered by its status.

mod selectors;

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::{
    access::Access,
    rbac::{self, Attributes},
    request::ResourcePath,
    status::{About, Cause, Status},
    store::Store,
    user::User,
    write::seconds,
};

/// Whom tokens are for where nobody says so.
const AUDIENCE: &str = "https://kubernetes.default.svc";
/// How many seconds a token is good for, where nobody says so, and at least.
const USUAL_SECONDS: i64 = 3_600;
const LEAST_SECONDS: i64 = 600;
const MOST_SECONDS: i64 = 1 << 32;

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

/// Whose question it is, and what there is to answer it.
pub(crate) struct Review<'a> {
    pub(crate) store: &'a Store,
    pub(crate) access: &'a Access,
    pub(crate) user: &'a User,
    pub(crate) path: &'a ResourcePath,
    pub(crate) now: Timestamp,
}

impl Review<'_> {
    /// Answers a review of this kind.
    ///
    /// # Errors
    ///
    /// What the server says of questions that cannot be answered.
    pub(crate) fn answer(&self, kind: &str, asked: &Value) -> Result<Value, Status> {
        let group = if self.path.group.is_empty() { "authentication.k8s.io" } else { &self.path.group };
        let mut spec = asked["spec"].clone();
        let mut metadata = json!({});
        let status = match kind {
            "SelfSubjectReview" => {
                metadata["creationTimestamp"] = seconds(self.now).into();
                json!({ "userInfo": self.user.to_value() })
            }
            "TokenReview" => self.token(&spec)?,
            "SelfSubjectRulesReview" => self.rules(&mut spec)?,
            "TokenRequest" => self.request(&mut spec, &mut metadata)?,
            "SelfSubjectAccessReview" => self.may(self.user, &spec)?,
            _ => {
                if kind == "LocalSubjectAccessReview" {
                    metadata["namespace"] = self.namespace().into();
                    self.check_place(&spec)?;
                }
                self.may(&reviewed(&spec)?, &spec)?
            }
        };
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

    fn may(&self, user: &User, spec: &Value) -> Result<Value, Status> {
        let (resource, path) = (&spec["resourceAttributes"], &spec["nonResourceAttributes"]);
        let what = match (resource.is_object(), path.is_object()) {
            (true, false) => {
                let causes = selectors::faults(resource);
                if !causes.is_empty() {
                    return Err(Status::invalid(NAMELESS, causes));
                }
                Attributes::of_resource(resource)
            }
            (false, true) => Attributes::of_path(path),
            (both, _) => {
                let why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
                let value = if both { shown_path(path) } else { Value::Null };
                return Err(invalid(Cause::invalid_value("spec", &value, why)));
            }
        };
        let mut status = match self.access.allows(self.store, user, &what) {
            None => json!({ "allowed": false }),
            Some(reason) if reason.is_empty() => json!({ "allowed": true }),
            Some(reason) => json!({ "allowed": true, "reason": reason }),
        };
        let ignored = selectors::ignored(resource);
        if !ignored.is_empty() {
            status["evaluationError"] = ignored.into();
        }
        Ok(status)
    }

    /// A question that is asked in a namespace is about that namespace.
    fn check_place(&self, spec: &Value) -> Result<(), Status> {
        let said = spec["resourceAttributes"]["namespace"].as_str().unwrap_or_default();
        if spec["nonResourceAttributes"].is_object() {
            let value = shown_path(&spec["nonResourceAttributes"]);
            let why = "disallowed on this kind of request";
            return Err(invalid(Cause::invalid_value("spec.nonResourceAttributes", &value, why)));
        }
        if said != self.namespace() {
            let field = "spec.resourceAttributes.namespace";
            return Err(invalid(Cause::invalid(field, said, "must match metadata.namespace")));
        }
        Ok(())
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
        let rules = match self.access.rbac {
            true => rbac::rules(self.store, self.user, &namespace),
            false => everything.to_vec(),
        };
        let (paths, resources): (Vec<_>, Vec<_>) =
            rules.into_iter().partition(|rule| rule["nonResourceURLs"].is_array());
        Ok(json!({ "resourceRules": resources, "nonResourceRules": paths, "incomplete": false }))
    }

    fn token(&self, spec: &Value) -> Result<Value, Status> {
        let token = spec["token"].as_str().unwrap_or_default();
        if token.is_empty() {
            return Err(Status::bad_request("token is required for TokenReview in authentication"));
        }
        let Some(found) = self.access.look_up(self.store, token, self.now) else {
            return Ok(json!({ "user": {}, "error": "invalid bearer token" }));
        };
        let wanted = texts(&spec["audiences"]);
        let common: Vec<_> = found
            .audiences
            .iter()
            .filter(|audience| wanted.is_empty() || wanted.contains(audience))
            .collect();
        if common.is_empty() {
            let error = format!(
                "[invalid bearer token, token audiences {} is invalid for the target audiences {}]",
                json!(found.audiences),
                json!(wanted)
            );
            return Ok(json!({ "user": {}, "error": error }));
        }
        Ok(json!({ "authenticated": true, "user": found.user.to_value(), "audiences": common }))
    }

    fn request(&self, spec: &mut Value, metadata: &mut Value) -> Result<Value, Status> {
        let (namespace, name) = (self.namespace(), self.path.name.as_deref().unwrap_or_default());
        let about = About { kind: "serviceaccounts", group: "", name };
        let account = self.store.get("serviceaccounts", namespace, name);
        let account = account.ok_or_else(|| Status::not_found(about))?;
        let audiences = match texts(&spec["audiences"]) {
            none if none.is_empty() => vec![AUDIENCE.to_owned()],
            audiences => audiences,
        };
        let span = spec["expirationSeconds"].as_i64().unwrap_or(USUAL_SECONDS);
        let wrong = match span {
            ..LEAST_SECONDS => Some("may not specify a duration less than 10 minutes"),
            MOST_SECONDS.. => Some("may not specify a duration larger than 2^32 seconds"),
            _ => None,
        };
        if let Some(why) = wrong {
            let about = About { kind: "TokenRequest", group: "authentication.k8s.io", name: "" };
            let cause = Cause::invalid_value("spec.expirationSeconds", &span.into(), why);
            return Err(Status::invalid(about, vec![cause]));
        }
        if spec["boundObjectRef"].is_object() {
            return Err(Status::not_implemented("tokens that are bound to an object"));
        }
        let expires_at = self.now.checked_add(span.seconds()).unwrap_or(Timestamp::MAX);
        let uid = &account.header.uid;
        let user = User::service_account(namespace, name, uid);
        let token = self.access.issue(user, audiences.clone(), expires_at)?;
        *metadata = json!({ "name": name, "namespace": namespace, "uid": uid, "creationTimestamp": seconds(self.now) });
        *spec = json!({ "audiences": audiences, "expirationSeconds": span, "boundObjectRef": null });
        Ok(json!({ "token": token, "expirationTimestamp": seconds(expires_at) }))
    }
}

/// The user that a review asks about.
fn reviewed(spec: &Value) -> Result<User, Status> {
    let (name, groups) = (spec["user"].as_str().unwrap_or_default(), texts(&spec["groups"]));
    if name.is_empty() && groups.is_empty() {
        let why = "at least one of user or group must be specified";
        return Err(invalid(Cause::invalid("spec.user", "", why)));
    }
    Ok(User::new(name, groups))
}

fn invalid(cause: Cause) -> Status {
    Status::invalid(NAMELESS, vec![cause])
}

/// The attributes of a path as Go prints them.
fn shown_path(path: &Value) -> Value {
    let said = |field: &str| path[field].as_str().unwrap_or_default();
    json!({ "Path": said("path"), "Verb": said("verb") })
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
