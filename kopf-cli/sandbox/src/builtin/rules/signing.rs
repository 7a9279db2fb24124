//! What is wrong with requests for certificates.

mod asked;
mod signed;

use std::collections::HashSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

pub(in crate::builtin) use asked::is_of;

use super::sources::signer;
use crate::{
    builtin::{checks::Causes, site::Site},
    status::Cause,
};

const USAGES: &[&str] = &[
    "any",
    "cert sign",
    "client auth",
    "code signing",
    "content commitment",
    "crl sign",
    "data encipherment",
    "decipher only",
    "digital signature",
    "email protection",
    "encipher only",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "key agreement",
    "key encipherment",
    "microsoft sgc",
    "netscape sgc",
    "ocsp signing",
    "s/mime",
    "server auth",
    "signing",
    "timestamping",
];
/// Conditions that are final, so that they are true.
const FINAL: [&str; 3] = ["Approved", "Denied", "Failed"];

pub(super) fn request(root: &Site<'_>) -> Causes {
    let mut causes = common(root);
    if root.before.is_some() {
        causes.extend(lost(root));
        causes.extend(decided(root));
        causes.extend(kept(&root.at("status.certificate")));
    }
    causes
}

/// What is wrong with what a signer writes.
pub(super) fn status(root: &Site<'_>) -> Causes {
    let mut causes = common(root);
    causes.extend(lost(root));
    causes.extend(decided(root));
    let certificate = root.at("status.certificate");
    if certificate.is_changed() && certificate.before.is_some_and(|before| !before.is_null()) {
        causes.push(certificate.forbidden("updates may not modify existing certificate content"));
    }
    causes
}

/// What is wrong with what is granted or denied.
pub(super) fn approval(root: &Site<'_>) -> Causes {
    let mut causes = common(root);
    causes.extend(lost(root));
    causes.extend(kept(&root.at("status.certificate")));
    causes
}

fn kept(certificate: &Site<'_>) -> Option<Cause> {
    certificate.is_changed().then(|| certificate.forbidden("updates may not set certificate content"))
}

fn common(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let mut causes = Vec::new();
    let asked = spec.at("request");
    // The server shows the bytes as they stand in the request.
    causes.extend(asked::fault(&bytes(asked.value)).map(|why| asked.invalid(&why)));
    causes.extend(usages(&spec.at("usages")));
    let name = spec.at("signerName");
    if name.is("kubernetes.io/legacy-unknown") && name.before.is_none_or(|before| before != name.value) {
        causes.push(name.invalid("the legacy signerName is not allowed via this API version"));
    } else {
        causes.extend(signer(&name));
    }
    let lasting = spec.at("expirationSeconds");
    if lasting.number().is_some_and(|seconds| seconds < 600) {
        causes.push(lasting.invalid("may not specify a duration less than 600 seconds (10 minutes)"));
    }
    causes.extend(conditions(&root.at("status.conditions")));
    causes.extend(certificate(&root.at("status.certificate")));
    causes
}

/// What stands in base64.
fn bytes(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap_or_default()).unwrap_or_default()
}

/// What was no certificate before may stay none, and is not shown.
fn certificate(site: &Site<'_>) -> Option<Cause> {
    let fault = |value: &Value| {
        Some(bytes(value)).filter(|text| !text.is_empty()).and_then(|text| signed::fault(&text))
    };
    if site.before.is_some_and(|before| fault(before).is_some()) {
        return None;
    }
    let why = fault(site.value).filter(|_| site.before.is_none() || site.is_changed());
    why.map(|why| Cause::invalid(&*site.place, "<certificate data>", &why))
}

/// Usages that were there before may be of any kind.
fn usages(list: &Site<'_>) -> Causes {
    let before: Vec<&str> =
        list.before.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let were_strange = before.iter().any(|usage| !USAGES.contains(usage));
    let were_twice = before.iter().collect::<HashSet<_>>().len() < before.len();
    let mut causes = Vec::new();
    if list.len() == 0 {
        causes.push(list.required(""));
    }
    let mut known = HashSet::new();
    for usage in list.each() {
        if !were_strange && !USAGES.contains(&usage.text()) {
            causes.push(usage.unsupported(USAGES));
        }
        if !known.insert(usage.text()) && !were_twice {
            causes.push(usage.duplicate());
        }
    }
    causes
}

fn count(conditions: Option<&Value>, kind: &str) -> usize {
    let conditions = conditions.and_then(Value::as_array).into_iter().flatten();
    conditions.filter(|condition| condition["type"] == kind).count()
}

fn conditions(list: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let mut known = HashSet::new();
    let (mut were_twice, mut were_empty) = (false, false);
    let mut known_before = HashSet::new();
    for condition in list.before.and_then(Value::as_array).into_iter().flatten() {
        let kind = condition["type"].as_str().unwrap_or_default();
        were_twice |= !known_before.insert(kind);
        were_empty |= kind.is_empty();
    }
    let were_both = ["Approved", "Denied"].iter().all(|kind| count(list.before, kind) > 0);
    for condition in list.each() {
        let (kind, status) = (condition.at("type"), condition.at("status"));
        if kind.len() == 0 && !were_empty {
            causes.push(kind.required(""));
        }
        let allowed: &[&str] =
            if FINAL.contains(&kind.text()) { &["True"] } else { &["False", "True", "Unknown"] };
        if status.len() == 0 {
            causes.push(status.required(""));
        } else if !allowed.contains(&status.text()) {
            causes.push(status.unsupported(allowed));
        }
        if !known.insert(kind.text()) && !were_twice {
            causes.push(kind.duplicate());
        }
    }
    if ["Approved", "Denied"].iter().all(|kind| known.contains(kind)) && !were_both {
        let [approved, denied] =
            ["Approved", "Denied"].map(|kind| format!("conditions[{{\"type\": {kind:?}}}]"));
        let why = format!("must specify at most one of: `{approved}`, `{denied}`");
        causes.push(Cause::invalid(&*list.place, &format!("{{{approved}, {denied}}}"), &why));
    }
    causes
}

/// What was decided stays.
fn lost(root: &Site<'_>) -> Causes {
    let list = root.at("status.conditions");
    let lost = FINAL.iter().filter(|kind| count(Some(list.value), kind) < count(list.before, kind));
    lost.map(|kind| list.forbidden(&format!("updates may not remove a condition of type {kind:?}"))).collect()
}

/// Who may not approve does not.
fn decided(root: &Site<'_>) -> Causes {
    let list = root.at("status.conditions");
    let new = FINAL[..2].iter().filter(|kind| count(Some(list.value), kind) > count(list.before, kind));
    new.map(|kind| list.forbidden(&format!("updates may not add a condition of type {kind:?}"))).collect()
}
