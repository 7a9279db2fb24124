//! What is wrong with the objects that configure admission.

mod policies;
mod selectors;

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::declared;
use crate::{
    cel::{self, Declarations, Plain, Type},
    names::{key_faults, letter_first_faults, name_faults},
    printed,
    resources::NameRule,
    status::Cause,
};

const REVIEWS: [&str; 2] = ["v1", "v1beta1"];
/// How names end that are kept for what a server reads from files of its own.
const STATIC: &str = ".static.k8s.io";

/// What is wrong with the name of a new object.
pub(crate) fn name_fault(name: &str) -> Option<Cause> {
    let why = format!(
        "names ending with {} are reserved for static manifest-based configurations and cannot be managed via the API",
        printed::quoted(STATIC)
    );
    name.ends_with(STATIC).then(|| Cause::invalid("metadata.name", name, &why))
}

/// Everything that is wrong with such an object; nothing where it is none.
pub(crate) fn faults(key: &str, name: &str, rest: &Map<String, Value>) -> Vec<Cause> {
    match key.strip_suffix(super::GROUP) {
        Some("mutatingwebhookconfigurations" | "validatingwebhookconfigurations") => {
            let mut known = HashSet::new();
            let hooks = rest.get("webhooks").and_then(Value::as_array).into_iter().flatten().enumerate();
            hooks
                .flat_map(|(index, hook)| hook_faults(hook, &format!("webhooks[{index}]"), &mut known))
                .collect()
        }
        Some("validatingadmissionpolicies") => policies::faults(name, rest),
        Some("validatingadmissionpolicybindings") => policies::binding_faults(rest),
        _ => Vec::new(),
    }
}

pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn hook_faults<'a>(hook: &'a Value, at: &str, known: &mut HashSet<&'a str>) -> Vec<Cause> {
    let mut causes = Vec::new();
    let name = text(hook, "name");
    let field = format!("{at}.name");
    let not_a_name = name_faults(name, NameRule::Subdomain);
    if name.is_empty() {
        causes.push(Cause::required(&*field, ""));
    } else if !not_a_name.is_empty() {
        causes.extend(not_a_name.iter().map(|why| Cause::invalid(&*field, name, why)));
    } else if name.matches('.').count() < 2 {
        let why = "should be a domain with at least three segments separated by dots";
        causes.push(Cause::invalid(&*field, name, why));
    }
    if !name.is_empty() && !known.insert(name) {
        causes.push(Cause::duplicate(&*field, &name.into()));
    }
    for (index, rule) in hook["rules"].as_array().into_iter().flatten().enumerate() {
        rule_faults(rule, &format!("{at}.rules[{index}]"), &mut causes);
    }
    one_of(hook, at, "failurePolicy", &["Fail", "Ignore"], &mut causes);
    one_of(hook, at, "matchPolicy", &["Equivalent", "Exact"], &mut causes);
    one_of(hook, at, "reinvocationPolicy", &["IfNeeded", "Never"], &mut causes);
    match text(hook, "sideEffects") {
        "" if hook["sideEffects"].is_null() => causes
            .push(Cause::required(format!("{at}.sideEffects"), "must specify one of None, NoneOnDryRun")),
        _ => one_of(hook, at, "sideEffects", &["None", "NoneOnDryRun"], &mut causes),
    }
    let timeout = hook["timeoutSeconds"].as_i64();
    if let Some(seconds) = timeout.filter(|seconds| !(1..=30).contains(seconds)) {
        let why = "the timeout value must be between 1 and 30 seconds";
        causes.push(Cause::invalid_value(format!("{at}.timeoutSeconds"), &seconds.into(), why));
    }
    for field in ["namespaceSelector", "objectSelector"] {
        selectors::faults(&hook[field], &format!("{at}.{field}"), &mut causes);
    }
    client_faults(&hook["clientConfig"], &format!("{at}.clientConfig"), &mut causes);
    version_faults(&hook["admissionReviewVersions"], &format!("{at}.admissionReviewVersions"), &mut causes);
    let declarations = declared::with_rights(declared::of_requests());
    condition_faults(&hook["matchConditions"], &format!("{at}.matchConditions"), &declarations, &mut causes);
    causes
}

fn one_of(value: &Value, at: &str, field: &str, words: &[&str], causes: &mut Vec<Cause>) {
    if let Some(said) = value[field].as_str().filter(|said| !words.contains(said)) {
        causes.push(Cause::unsupported_word(format!("{at}.{field}"), said, words));
    }
}

fn client_faults(client: &Value, at: &str, causes: &mut Vec<Cause>) {
    let (url, service) = (client["url"].as_str(), &client["service"]);
    match (url, service.is_object()) {
        (Some(url), false) => url_faults(url, &format!("{at}.url"), causes),
        (None, true) => {
            let at = format!("{at}.service");
            // The server takes one for the other where it tells of them.
            for (field, told) in [("namespace", "name"), ("name", "namespace")] {
                if text(service, field).is_empty() {
                    causes.push(Cause::required(format!("{at}.{told}"), ""));
                }
            }
            let port = service["port"].as_i64().filter(|port| !(1..=65_535).contains(port));
            if let Some(port) = port {
                let why = "port is not valid: must be between 1 and 65535, inclusive";
                causes.push(Cause::invalid_value(format!("{at}.port"), &port.into(), why));
            }
            path_faults(text(service, "path"), &format!("{at}.path"), causes);
        }
        _ => causes.push(Cause::required(at, "exactly one of url or service is required")),
    }
}

fn path_faults(path: &str, at: &str, causes: &mut Vec<Cause>) {
    if path.is_empty() || path == "/" {
        return;
    }
    if !path.starts_with('/') {
        causes.push(Cause::invalid(at, path, "must start with a '/'"));
    }
    let rest = path.strip_suffix('/').unwrap_or(path);
    // The first byte is taken to be the slash; where it is half a letter, what is left is no name either.
    let rest = rest.get(1..).unwrap_or(rest);
    for (index, step) in rest.split('/').enumerate() {
        if step.is_empty() {
            causes.push(Cause::invalid(at, path, &format!("segment[{index}] may not be empty")));
        }
        for why in name_faults(step, NameRule::Subdomain).into_iter().filter(|_| !step.is_empty()) {
            causes.push(Cause::invalid(at, path, &format!("segment[{index}]: {why}")));
        }
    }
}

fn url_faults(url: &str, at: &str, causes: &mut Vec<Cause>) {
    const FORM: &str = "; desired format: https://host[/path]";
    if url.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        let why = format!("parse {}: net/url: invalid control character in URL", printed::quoted(url));
        return causes.push(Cause::required(at, &format!("url must be a valid URL: {why}{FORM}")));
    }
    let (url, fragment) = url.split_once('#').map_or((url, None), |(url, fragment)| (url, Some(fragment)));
    let (url, query) = url.split_once('?').map_or((url, None), |(url, query)| (url, Some(query)));
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split('/').next().unwrap_or_default();
    let (user, host) =
        authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    let mut invalid = |value: &str, why: String| causes.push(Cause::invalid(at, value, &why));
    if scheme != "https" {
        invalid(scheme, format!("'https' is the only allowed URL scheme{FORM}"));
    }
    if host.is_empty() || scheme.is_empty() {
        invalid("", format!("host must be specified{FORM}"));
    }
    let parts = [(user, "user information is"), (fragment, "fragments are"), (query, "query parameters are")];
    for (part, what) in parts {
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            invalid(part, format!("{what} not permitted in the URL"));
        }
    }
}

fn version_faults(versions: &Value, at: &str, causes: &mut Vec<Cause>) {
    let said = super::rules::texts(versions);
    if said.is_empty() {
        return causes.push(Cause::required(at, "must specify one of v1, v1beta1"));
    }
    let mut known = HashSet::new();
    for (index, version) in said.iter().enumerate() {
        let field = format!("{at}[{index}]");
        if !known.insert(version) {
            causes.push(Cause::invalid(&*field, version, "duplicate version"));
            continue;
        }
        causes.extend(letter_first_faults(version).iter().map(|why| Cause::invalid(&*field, version, why)));
    }
    if !said.iter().any(|version| REVIEWS.contains(&version.as_str())) {
        causes.push(Cause::invalid_value(at, versions, "must include at least one of v1, v1beta1"));
    }
}

pub(super) fn rule_faults(rule: &Value, at: &str, causes: &mut Vec<Cause>) {
    const OPERATIONS: [&str; 5] = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
    let lists = [("operations", "operations"), ("apiGroups", "API groups"), ("apiVersions", "API versions")];
    for (field, what) in lists {
        let (words, field_at) = (super::rules::texts(&rule[field]), format!("{at}.{field}"));
        if words.is_empty() {
            causes.push(Cause::required(&*field_at, ""));
        }
        if words.len() > 1 && words.iter().any(|word| word == "*") {
            let why = format!("if '*' is present, must not specify other {what}");
            causes.push(Cause::invalid_value(&*field_at, &rule[field], &why));
        }
        for (index, word) in words.iter().enumerate() {
            let place = format!("{field_at}[{index}]");
            if field == "operations" && !OPERATIONS.contains(&word.as_str()) {
                causes.push(Cause::unsupported_word(place, word, &OPERATIONS));
            } else if field == "apiVersions" && word.is_empty() {
                causes.push(Cause::required(place, ""));
            }
        }
    }
    resource_faults(&rule["resources"], &format!("{at}.resources"), causes);
    one_of(rule, at, "scope", &["*", "Cluster", "Namespaced"], causes);
}

fn resource_faults(resources: &Value, at: &str, causes: &mut Vec<Cause>) {
    let words = super::rules::texts(resources);
    if words.is_empty() {
        causes.push(Cause::required(at, ""));
    }
    let whole = |word: &String| !word.contains('/');
    let mut wild = HashSet::new();
    for (index, word) in words.iter().enumerate() {
        let place = format!("{at}[{index}]");
        let Some((resource, below)) = word.split_once('/') else {
            if word.is_empty() {
                causes.push(Cause::required(place, ""));
            }
            continue;
        };
        if below == "*" {
            wild.insert(resource);
        }
        let covers = [(resource, below != "*"), ("*", resource != "*" && below != "*")];
        let by = covers.into_iter().find(|(by, other)| *other && wild.contains(by) && below != "*");
        if let Some((by, _)) = by.filter(|(by, _)| *by == resource) {
            causes.push(Cause::invalid(
                place,
                word,
                &format!("if '{by}/*' is present, must not specify {word}"),
            ));
        }
    }
    if words.len() > 1 && wild.contains("*") {
        causes.push(Cause::invalid_value(
            at,
            resources,
            "if '*/*' is present, must not specify other resources",
        ));
    }
    if words.iter().any(|word| word == "*") && words.iter().filter(|word| whole(word)).count() > 1 {
        let why = "if '*' is present, must not specify other resources without subresources";
        causes.push(Cause::invalid_value(at, resources, why));
    }
}

/// What is wrong with the conditions at `at`, whose expressions may name what is declared.
pub(super) fn condition_faults(
    conditions: &Value,
    at: &str,
    declarations: &Declarations<'static>,
    causes: &mut Vec<Cause>,
) {
    let mut known = HashSet::new();
    for (index, condition) in conditions.as_array().into_iter().flatten().enumerate() {
        let at = format!("{at}[{index}]");
        let source = text(condition, "expression").trim();
        let (at_expression, wanted) = (format!("{at}.expression"), &[Plain::Bool]);
        let asked = Asked { source, shown: source, at: at_expression, missing: "", declarations, wanted };
        expression_faults(asked, causes);
        let (name, field) = (text(condition, "name"), format!("{at}.name"));
        if name.is_empty() {
            causes.push(Cause::required(&*field, ""));
        } else {
            causes.extend(key_faults(name).iter().map(|why| Cause::invalid(&*field, name, why)));
            if !known.insert(name) {
                causes.push(Cause::duplicate(&*field, &name.into()));
            }
        }
    }
}

/// An expression, and what it has to be.
pub(super) struct Asked<'e> {
    /// As it is checked.
    pub(super) source: &'e str,
    /// As it is told of.
    pub(super) shown: &'e str,
    pub(super) at: String,
    /// What is told where it is missing.
    pub(super) missing: &'e str,
    /// What it may name.
    pub(super) declarations: &'e Declarations<'static>,
    /// The types that it may come to; any, where there are none.
    pub(super) wanted: &'e [Plain],
}

/// What is wrong with an expression, and else the type of what it comes to.
pub(super) fn expression_faults(asked: Asked<'_>, causes: &mut Vec<Cause>) -> Option<Type<'static>> {
    let Asked { source, shown, at, missing, declarations, wanted } = asked;
    if source.trim().is_empty() {
        causes.push(Cause::required(at, missing));
        return None;
    }
    let checked = cel::with_room(|| {
        let program = cel::compile(source)?;
        cel::check(&program, declarations)
    });
    let why = match checked {
        Err(why) => why,
        Ok(checked) if !wanted.is_empty() && !wanted.iter().any(|one| checked.of.is(*one)) => {
            let names: Vec<String> = wanted.iter().map(|one| Type::Plain(*one).full()).collect();
            let wanted = match names.as_slice() {
                [name] => name.clone(),
                names => format!("one of [{}]", names.join(" ")),
            };
            format!("must evaluate to {wanted} but got {}", checked.of.full())
        }
        Ok(checked) => match checked.unready {
            Some(why) => why,
            None => return Some(checked.of),
        },
    };
    causes.push(Cause::invalid(at, shown, &why));
    None
}
