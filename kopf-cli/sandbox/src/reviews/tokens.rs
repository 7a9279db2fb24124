//! Questions about tokens: whose one is, and one of a service account, please.

use jiff::ToSpan;
use serde_json::{Map, Value, json};

use super::{Fields, Review, USUAL_SECONDS, texts};
use crate::{
    access::{self, presented},
    ids::Ids,
    json as deep, names,
    object::Stored,
    printed,
    resources::NameRule,
    status::{About, Cause, Status},
    tokens::{Bearer, Claims, ISSUER, Known, Reference},
    user::User,
    write::seconds,
};

/// How many seconds a token may be good for.
const LEAST_SECONDS: i64 = 600;
const MOST_SECONDS: i64 = 1 << 32;
/// Who asks for so many seconds, in the name of a pod, is thought not to know that tokens end, and is given a year.
const UNSUSPECTING_SECONDS: i64 = 3_607;
const YEAR: i64 = 365 * 24 * 3_600;

/// What refusals of requests are about.
const REQUEST: About<'_> = About { kind: "TokenRequest", group: "authentication.k8s.io", name: "" };
const WEBHOOKS: [&str; 2] = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"];
const GROUPS: &str = "admissionReviewAPIGroups";

impl Review<'_> {
    /// Whose a token is, as if it came with a request.
    pub(super) fn token(&mut self, spec: &Value) -> Result<Value, Status> {
        let token = spec["token"].as_str().unwrap_or_default();
        if token.is_empty() {
            return Err(Status::bad_request("token is required for TokenReview in authentication"));
        }
        let mut wanted = texts(&spec["audiences"]);
        let known = match presented(&format!("Bearer {token}")) {
            Some(token) => self.access.authenticate(self.store, token, &wanted, self.now),
            None => {
                if wanted.is_empty() {
                    wanted.push(ISSUER.to_owned());
                }
                Ok(Known { audiences: wanted, ..Known::from(access::anonymous()) })
            }
        };
        Ok(match known {
            Ok(Known { user, audiences, .. }) => {
                json!({ "authenticated": true, "user": user.to_value(), "audiences": audiences })
            }
            Err(None) => json!({ "user": {}, "error": "invalid bearer token" }),
            Err(Some(why)) => json!({ "user": {}, "error": format!("[invalid bearer token, {why}]") }),
        })
    }

    /// A token for the account that the path names.
    pub(super) fn request(&self, spec: &mut Value, metadata: &mut Fields) -> Result<Value, Status> {
        let (namespace, name) = (self.namespace(), self.path.name.as_deref().unwrap_or_default());
        let request = About { name, ..REQUEST };
        let said = |field: &str| metadata.get(field).and_then(Value::as_str).filter(|said| !said.is_empty());
        if let Some(other) = said("name").filter(|said| *said != name) {
            let why = "must match the service account name if specified";
            return Err(Status::invalid(request, vec![Cause::invalid("metadata.name", other, why)]));
        }
        let account = self.found("serviceaccounts", namespace, name)?;
        let uid = &account.header.uid;
        if let Some(other) = said("uid").filter(|said| said != uid) {
            let why = format!(
                "the UID in the token request ({other}) does not match the UID of the service account ({uid})"
            );
            return Err(Status::conflict(request, &why));
        }
        let mut audiences = texts(&spec["audiences"]);
        if audiences.is_empty() {
            audiences.push(ISSUER.to_owned());
        }
        let span = spec["expirationSeconds"].as_i64().unwrap_or(USUAL_SECONDS);
        let causes = faults(spec, span, &audiences);
        if !causes.is_empty() {
            return Err(Status::invalid(REQUEST, causes));
        }
        let mut bearer = Bearer {
            namespace: namespace.to_owned(),
            node: None,
            pod: None,
            secret: None,
            account: Reference::to(account),
            warn_after: None,
        };
        self.bind(&mut bearer, &spec["boundObjectRef"])?;
        let now = self.now.as_second();
        let is_unsuspecting = bearer.pod.is_some()
            && span == UNSUSPECTING_SECONDS
            && audiences.iter().all(|audience| audience == ISSUER);
        bearer.warn_after = is_unsuspecting.then_some(now + span);
        let claims = Claims {
            audiences,
            expires_at: now + if is_unsuspecting { YEAR } else { span },
            issued_at: now,
            issuer: ISSUER.to_owned(),
            id: Ids::new(None).uid(),
            bearer,
            not_before: now,
            subject: User::service_account(namespace, name, uid).name.to_string(),
        };
        let token = self.access.signer()?.sign(&claims);
        let token = token.ok_or_else(|| Status::internal("there is no randomness for a token"))?;
        let created = seconds(self.now);
        let own = [("name", name), ("namespace", namespace), ("uid", uid), ("creationTimestamp", &created)];
        metadata.extend(own.map(|(field, value)| (field.to_owned(), value.into())));
        *spec = json!({
            "audiences": claims.audiences,
            "expirationSeconds": span,
            "boundObjectRef": shown(&spec["boundObjectRef"]),
        });
        let expires_at = self.now.checked_add(span.seconds()).unwrap_or(jiff::Timestamp::MAX);
        Ok(json!({ "token": token, "expirationTimestamp": seconds(expires_at) }))
    }

    /// Binds a token to an object, which has to be there.
    fn bind(&self, bearer: &mut Bearer, reference: &Value) -> Result<(), Status> {
        if !reference.is_object() {
            return Ok(());
        }
        let said = |field: &str| reference[field].as_str().unwrap_or_default();
        let (kind, name) = (said("kind"), said("name"));
        let (group, version) = group_and_version(said("apiVersion"));
        let namespace = self.namespace();
        let bound = match (group, kind) {
            ("", "Pod") => {
                let pod = self.found("pods", namespace, name)?;
                let [account, node] = deep::with_stack(pod.header.depth, || {
                    let spec = &pod.value()["spec"];
                    ["serviceAccountName", "nodeName"]
                        .map(|field| spec[field].as_str().unwrap_or_default().to_owned())
                });
                if account != bearer.account.name {
                    return Err(Status::bad_request(format!(
                        "cannot bind token for serviceaccount {} to pod running with different \
                         serviceaccount name.",
                        printed::quoted(&bearer.account.name)
                    )));
                }
                let known = self.store.get("nodes", "", &node).map(|node| Reference::to(node));
                let node = (!node.is_empty()).then_some(Reference { name: node, uid: String::new() });
                bearer.node = known.or(node);
                bearer.pod.insert(Reference::to(pod))
            }
            ("", "Node") => bearer.node.insert(Reference::to(self.found("nodes", "", name)?)),
            ("", "Secret") => bearer.secret.insert(Reference::to(self.found("secrets", namespace, name)?)),
            _ => {
                let off = if is_webhook(reference) {
                    " (feature gate APIServerWebhookAuthenticationToken is disabled)"
                } else {
                    ""
                };
                return Err(Status::bad_request(format!(
                    "cannot bind token to object of type {group}/{version}, Kind={kind}{off}"
                )));
            }
        };
        let other = said("uid");
        if other.is_empty() || other == bound.uid {
            return Ok(());
        }
        let why = format!(
            "the UID in the bound object reference ({other}) does not match the UID in record. The object might have \
             been deleted and then recreated"
        );
        Err(Status::conflict(About { kind, group, name }, &why))
    }

    /// An object that has to be there.
    fn found(&self, resource: &str, namespace: &str, name: &str) -> Result<&Stored, Status> {
        let wrong = names::name_faults(name, NameRule::PathSegment);
        if name.is_empty() {
            return Err(Status::bad_request("Name parameter required."));
        }
        if !wrong.is_empty() {
            let wrong = wrong.join(";");
            return Err(Status::bad_request(format!(
                "Name parameter invalid: {}: {wrong}",
                printed::quoted(name)
            )));
        }
        let about = About { kind: resource, group: "", name };
        self.store
            .get(resource, namespace, name)
            .map(|object| &**object)
            .ok_or_else(|| Status::not_found(about))
    }
}

/// What is wrong with a request for a token.
fn faults(spec: &Value, span: i64, audiences: &[String]) -> Vec<Cause> {
    let field = "spec.attestations";
    let attestations = &spec["attestations"];
    let empty = Map::new();
    let attested = attestations.as_object().unwrap_or(&empty);
    let is_webhook = is_webhook(&spec["boundObjectRef"]);
    if !is_webhook && !attested.is_empty() {
        let why = "attestations may only be specified with a webhook bound object reference";
        return vec![Cause::invalid_value(field, attestations, why)];
    }
    let mut causes = Vec::new();
    let why = match span {
        ..LEAST_SECONDS => Some("may not specify a duration less than 10 minutes"),
        LEAST_SECONDS..=MOST_SECONDS => None,
        _ => Some("may not specify a duration larger than 2^32 seconds"),
    };
    causes.extend(why.map(|why| Cause::invalid_value("spec.expirationSeconds", &span.into(), why)));
    if !is_webhook {
        return causes;
    }
    if audiences.len() != 1 {
        let why = "must be length 1 when bound to a webhook config";
        causes.push(Cause::invalid_value("spec.audiences", &json!(audiences), why));
    }
    match attested.iter().next().filter(|_| attested.len() == 1) {
        None => {
            let why = "webhook bound requests require exactly one admissionReviewAPIGroups attestation";
            causes.push(Cause::invalid_value(field, attestations, why));
        }
        Some((key, groups)) => causes.extend(attestation_faults(key, groups)),
    }
    causes
}

/// What is wrong with the groups whose reviews a webhook is to be asked about.
fn attestation_faults(key: &str, groups: &Value) -> Vec<Cause> {
    let field = format!("spec.attestations[{key}]");
    if key != GROUPS {
        return vec![Cause::unsupported(field, &printed::quoted(key), &[GROUPS])];
    }
    let named = texts(groups);
    let [group] = named.as_slice() else {
        return vec![Cause::invalid_value(field, groups, "must specify a single value")];
    };
    let field = format!("{field}[0]");
    match &**group {
        "" => vec![Cause::invalid(field, "", "may not be an empty string")],
        "*" => Vec::new(),
        group => {
            let told = names::name_faults(group, NameRule::Subdomain).into_iter();
            let told = told.map(|why| format!("must specify a valid API Group: {why}"));
            told.map(|why| Cause::invalid(&*field, group, &why)).collect()
        }
    }
}

/// Whether a token is to be bound to what tells of webhooks.
fn is_webhook(reference: &Value) -> bool {
    reference["apiVersion"] == "admissionregistration.k8s.io/v1"
        && WEBHOOKS.iter().any(|kind| reference["kind"] == *kind)
}

/// The group and the version in an `apiVersion`; one that cannot be read has neither.
fn group_and_version(text: &str) -> (&str, &str) {
    match text.split_once('/') {
        None => ("", text),
        Some((_, version)) if version.contains('/') => ("", ""),
        Some(both) => both,
    }
}

/// A reference without what it does not say.
fn shown(reference: &Value) -> Value {
    let Value::Object(fields) = reference else { return Value::Null };
    fields.iter().filter(|(_, value)| *value != "").map(|(key, value)| (key.clone(), value.clone())).collect()
}
