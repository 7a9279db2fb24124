//! Who may do what, by roles and their bindings.

use std::{borrow::Borrow, collections::HashSet, sync::Arc};

use serde_json::Value;

use crate::{
    object::Stored,
    printed::quoted,
    request::{Path, Query, unescape},
    status::{About, Status},
    store::Store,
    user::{MASTERS, User, as_service_account},
};

mod escalation;

pub(crate) use escalation::Granting;

/// The resource keys of the four kinds.
pub(crate) const CLUSTER_ROLES: &str = "clusterroles.rbac.authorization.k8s.io";
const CLUSTER_ROLE_BINDINGS: &str = "clusterrolebindings.rbac.authorization.k8s.io";
const ROLES: &str = "roles.rbac.authorization.k8s.io";
const ROLE_BINDINGS: &str = "rolebindings.rbac.authorization.k8s.io";

/// The roles and bindings that every cluster has, read off a real one; what roles are made of others have comes by itself.
const BOOTSTRAP: &str = include_str!("rbac/bootstrap.json");

/// The objects that are there from the start.
pub(crate) fn bootstrap() -> Vec<Value> {
    serde_json::from_str(BOOTSTRAP).expect("a test reads what is compiled in")
}

/// What somebody wants to do: with a resource, or with a path that is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Attributes {
    pub(crate) verb: String,
    pub(crate) group: String,
    pub(crate) resource: String,
    pub(crate) subresource: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// Set where it is not about a resource.
    pub(crate) path: Option<String>,
}

impl Attributes {
    /// What a request wants, whether there is such a thing or not.
    pub(crate) fn of(method: &http::Method, path: &str, query: &str) -> Self {
        let Path::Resource(parsed) = Path::parse(path) else {
            let verb = method.as_str().to_lowercase();
            return Attributes { verb, path: Some(unescape(path)), ..Attributes::default() };
        };
        let query = Query::parse(query);
        let mut name = parsed.name.unwrap_or_default();
        let watches = parsed.watch || query.flag("watch");
        let verb = match method.as_str() {
            "GET" | "HEAD" if parsed.watch || name.is_empty() && watches => "watch",
            "GET" | "HEAD" if name.is_empty() => "list",
            "GET" | "HEAD" => "get",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" if name.is_empty() => "deletecollection",
            "DELETE" => "delete",
            other => other,
        };
        let mut namespace = parsed.namespace.unwrap_or_default();
        if parsed.group.is_empty() && parsed.plural == "namespaces" {
            namespace.clone_from(&name);
        }
        if let (true, Some(only)) =
            (name.is_empty(), query.get("fieldSelector").strip_prefix("metadata.name="))
        {
            name = only.trim_start_matches('=').to_owned();
        }
        Attributes {
            verb: verb.to_owned(),
            group: parsed.group,
            resource: parsed.plural,
            subresource: parsed.subresource.unwrap_or_default(),
            namespace,
            name,
            path: None,
        }
    }

    /// What a review asks about a resource.
    pub(crate) fn of_resource(asked: &Value) -> Self {
        let text = |field: &str| asked[field].as_str().unwrap_or_default().to_owned();
        Attributes {
            verb: text("verb"),
            group: text("group"),
            resource: text("resource"),
            subresource: text("subresource"),
            namespace: text("namespace"),
            name: text("name"),
            path: None,
        }
    }

    /// What a review asks about a path.
    pub(crate) fn of_path(asked: &Value) -> Self {
        let text = |field: &str| asked[field].as_str().unwrap_or_default().to_owned();
        Attributes { verb: text("verb"), path: Some(text("path")), ..Attributes::default() }
    }

    /// The resource as rules name it.
    fn whole_resource(&self) -> String {
        if self.subresource.is_empty() {
            self.resource.clone()
        } else {
            format!("{}/{}", self.resource, self.subresource)
        }
    }

    /// The refusal of somebody who may not; `reason` is what is known of it, if anything.
    pub(crate) fn forbidden(&self, user: &User, reason: &str) -> Status {
        let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        let (user, verb) = (quoted(&user.name), &self.verb);
        if let Some(path) = &self.path {
            let why = without_tags(&format!("User {user} cannot {verb} path {}", quoted(path))) + &reason;
            return Status { of_rights: true, ..Status::forbidden_path(&why) };
        }
        let place = match self.namespace.as_str() {
            "" => "at the cluster scope".to_owned(),
            namespace => format!("in the namespace {}", quoted(namespace)),
        };
        let (resource, group) = (quoted(self.whole_resource()), quoted(&self.group));
        let why = format!("User {user} cannot {verb} resource {resource} in API group {group} {place}");
        let why = without_tags(&why) + &reason;
        let about = About { kind: &self.resource, group: &self.group, name: &self.name };
        Status { of_rights: true, ..Status::forbidden(about, &why) }
    }
}

/// A text that nobody can take for HTML.
fn without_tags(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A binding: whom it gives the rules of a role, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    /// Empty where it is for all namespaces.
    home: String,
    /// How reasons name it and its role.
    called: String,
    subjects: Vec<Value>,
    rules: Result<Vec<Value>, Lost>,
}

/// A role that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Lost {
    resource: &'static str,
    name: String,
}

impl Lost {
    /// How errors tell of it, where they take it for one of a resource.
    fn told_as(&self, resource: &str) -> String {
        format!("{resource}.rbac.authorization.k8s.io {} not found", quoted(&self.name))
    }

    fn told(&self) -> String {
        self.told_as(self.resource)
    }
}

impl Binding {
    /// Reads a binding; `None` for one that binds nothing.
    fn read(store: &Store, binding: &Stored) -> Option<Self> {
        let (name, home) = (&binding.header.name, &binding.header.namespace);
        let binding = binding.value();
        let subjects = binding["subjects"].as_array()?.clone();
        let (kind, role) = (binding["roleRef"]["kind"].as_str()?, binding["roleRef"]["name"].as_str()?);
        let (found, resource) = match kind {
            "ClusterRole" => (store.get(CLUSTER_ROLES, "", role), "clusterrole"),
            _ => (store.get(ROLES, home, role), "role"),
        };
        let place = if home.is_empty() {
            format!("ClusterRoleBinding {}", quoted(name))
        } else {
            format!("RoleBinding {}", quoted(format!("{name}/{home}")))
        };
        let rules = found
            .map(|role| role.value()["rules"].as_array().cloned().unwrap_or_default())
            .ok_or_else(|| Lost { resource, name: role.to_owned() });
        Some(Binding {
            home: home.clone(),
            called: format!("{place} of {kind} {}", quoted(role)),
            subjects,
            rules,
        })
    }

    /// How reasons name the subject that a user is; `None` where it is for others.
    fn subject(&self, user: &User) -> Option<String> {
        self.subjects.iter().find_map(|subject| applies(subject, user, &self.home))
    }
}

/// Whether something may be done, and why; also why not, where something is known of it.
pub(crate) type Verdict = Result<String, String>;

/// What bindings that count say of what a user wants to do.
fn judge(bindings: impl Iterator<Item = impl Borrow<Binding>>, user: &User, what: &Attributes) -> Verdict {
    let mut lost = Vec::new();
    for binding in bindings {
        let binding = binding.borrow();
        let Some(subject) = binding.subject(user) else { continue };
        match &binding.rules {
            Ok(rules) if rules.iter().any(|rule| covers(rule, what)) => {
                return Ok(format!("RBAC: allowed by {} to {subject}", binding.called));
            }
            Ok(_) => {}
            Err(role) => lost.push(role.told()),
        }
    }
    Err(together(lost).map_or_else(String::new, |lost| format!("rbac: RBAC: {lost}")))
}

/// What has gone wrong, each once.
fn together(mut faults: Vec<String>) -> Option<String> {
    let mut seen = HashSet::new();
    faults.retain(|fault| seen.insert(fault.clone()));
    match faults.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        faults => Some(format!("[{}]", faults.join(", "))),
    }
}

/// Those that count in a namespace, or in none.
fn bindings<'a>(store: &'a Store, namespace: &str) -> impl Iterator<Item = Binding> + use<'a> {
    let everywhere = store.list(CLUSTER_ROLE_BINDINGS, None);
    let here = if namespace.is_empty() { Vec::new() } else { store.list(ROLE_BINDINGS, Some(namespace)) };
    everywhere.into_iter().chain(here).filter_map(|binding| Binding::read(store, &binding))
}

/// Whether a user may do something.
pub(crate) fn allows(store: &Store, user: &User, what: &Attributes) -> Verdict {
    if user.is_in(MASTERS) {
        return Ok(String::new());
    }
    judge(bindings(store, &what.namespace), user, what)
}

/// Whether a user may do something with requests to a signer: to it alone, or to all of its domain.
pub(crate) fn may_sign(store: &Store, user: &User, verb: &str, signer: &str) -> bool {
    let domain = signer.split('/').next().unwrap_or_default();
    [signer, &format!("{domain}/*")].iter().any(|name| {
        let what = Attributes {
            verb: verb.to_owned(),
            group: "certificates.k8s.io".to_owned(),
            resource: "signers".to_owned(),
            name: (*name).to_owned(),
            ..Attributes::default()
        };
        allows(store, user, &what).is_ok()
    })
}

/// All rules that a user has in a namespace, and what is wrong with their bindings.
pub(crate) fn rules(store: &Store, user: &User, namespace: &str) -> (Vec<Value>, Option<String>) {
    let (rules, lost) = resolve(store, user, namespace);
    (rules, together(lost.iter().map(Lost::told).collect()))
}

fn resolve(store: &Store, user: &User, namespace: &str) -> (Vec<Value>, Vec<Lost>) {
    let mut rules: Vec<Value> = Vec::new();
    let mut seen = HashSet::new();
    let mut lost = Vec::new();
    for binding in bindings(store, namespace).filter(|binding| binding.subject(user).is_some()) {
        match binding.rules {
            Ok(given) => {
                rules.extend(given.into_iter().filter(|rule| seen.insert(rule.to_string())));
            }
            Err(role) => lost.push(role),
        }
    }
    (rules, lost)
}

/// All rights of everybody at one moment, for questions that are asked when the store is out of reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rights {
    /// Everybody may do everything.
    All,
    Bound(Arc<[Binding]>),
}

impl Rights {
    pub(crate) fn of(store: &Store) -> Self {
        let all = [CLUSTER_ROLE_BINDINGS, ROLE_BINDINGS].into_iter().flat_map(|key| store.list(key, None));
        Rights::Bound(all.filter_map(|binding| Binding::read(store, &binding)).collect())
    }

    /// Those that hold in all namespaces, and for what is in none.
    pub(crate) fn everywhere(store: &Store) -> Self {
        Rights::Bound(bindings(store, "").collect())
    }

    /// As [`allows`].
    pub(crate) fn allow(&self, user: &User, what: &Attributes) -> Verdict {
        match self {
            Rights::Bound(bindings) if !user.is_in(MASTERS) => {
                let here = bindings
                    .iter()
                    .filter(|binding| binding.home.is_empty() || binding.home == what.namespace);
                judge(here, user, what)
            }
            Rights::All | Rights::Bound(_) => Ok(String::new()),
        }
    }
}

/// How a reason names a subject that a user is; `None` where it is somebody else.
fn applies(subject: &Value, user: &User, home: &str) -> Option<String> {
    let text = |field: &str| subject[field].as_str().unwrap_or_default();
    let name = text("name");
    match text("kind") {
        "User" => (*user.name == *name).then(|| format!("User {}", quoted(name))),
        "Group" => user.is_in(name).then(|| format!("Group {}", quoted(name))),
        "ServiceAccount" => {
            let namespace = match text("namespace") {
                "" => home,
                namespace => namespace,
            };
            let is = as_service_account(&user.name) == Some((namespace, name));
            is.then(|| format!("ServiceAccount {}", quoted(format!("{name}/{namespace}"))))
        }
        _ => None,
    }
}

/// Whether a rule allows something.
fn covers(rule: &Value, what: &Attributes) -> bool {
    let list = |field: &str| rule[field].as_array().into_iter().flatten().filter_map(Value::as_str);
    let has = |field: &str, wanted: &str| list(field).any(|said| said == "*" || said == wanted);
    if !has("verbs", &what.verb) {
        return false;
    }
    if let Some(path) = &what.path {
        return has_path(rule, path);
    }
    let any = format!("*/{}", what.subresource);
    let whole = what.whole_resource();
    let resource = list("resources")
        .any(|said| said == "*" || said == whole || !what.subresource.is_empty() && said == any);
    let mut names = list("resourceNames").peekable();
    has("apiGroups", &what.group)
        && resource
        && (names.peek().is_none() || names.any(|name| name == what.name))
}

/// Whether a rule is about a path, which is not that of a resource.
fn has_path(rule: &Value, path: &str) -> bool {
    let said = rule["nonResourceURLs"].as_array().into_iter().flatten().filter_map(Value::as_str);
    said.into_iter().any(|said| match said.strip_suffix('*') {
        Some(beginning) => path.starts_with(beginning),
        None => said == path,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
    #[track_caller]
    fn check(rule: Value, method: &str, uri: &str, expected: bool) {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let what = Attributes::of(&method.parse().unwrap(), path, query);
        assert_eq!(covers(&rule, &what), expected, "{rule} {what:?}");
    }

    #[test]
    fn a_rule_covers_what_it_names() {
        let rule =
            |resource: &str| json!({ "verbs": ["list", "get"], "apiGroups": [""], "resources": [resource] });
        check(rule("pods"), "GET", "/api/v1/namespaces/n/pods", true);
        check(rule("pods"), "GET", "/api/v1/pods?watch=1", false);
        check(rule("pods"), "GET", "/api/v1/namespaces/n/pods/p/log", false);
        check(rule("pods/log"), "GET", "/api/v1/namespaces/n/pods/p/log", true);
        check(rule("*/log"), "GET", "/api/v1/namespaces/n/pods/p/log", true);
        check(rule("*/log"), "GET", "/api/v1/namespaces/n/pods/p", false);
        check(rule("*"), "GET", "/apis/apps/v1/deployments", false);
        check(rule("*"), "POST", "/api/v1/namespaces/n/pods", false);
    }

    #[test]
    fn a_rule_may_be_for_some_names() {
        let rule = json!({ "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "resourceNames": ["a"] });
        check(rule.clone(), "PUT", "/api/v1/namespaces/n/pods/a", true);
        check(rule.clone(), "PUT", "/api/v1/namespaces/n/pods/b", false);
        check(rule.clone(), "GET", "/api/v1/namespaces/n/pods", false);
        check(rule, "GET", "/api/v1/namespaces/n/pods?watch=1&fieldSelector=metadata.name%3Da", true);
    }

    #[test]
    fn a_rule_may_be_for_paths() {
        let rule = json!({ "verbs": ["get"], "nonResourceURLs": ["/apis/*", "/healthz"] });
        check(rule.clone(), "GET", "/apis/apps/v1", true);
        check(rule.clone(), "GET", "/healthz", true);
        check(rule.clone(), "GET", "/healthz/etcd", false);
        check(rule, "GET", "/apis/apps/v1/deployments", false);
    }

    #[test]
    fn what_is_there_from_the_start_reads() {
        assert!(bootstrap().iter().any(|object| object["metadata"]["name"] == "cluster-admin"));
    }
}
