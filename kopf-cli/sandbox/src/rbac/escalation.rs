//! Nobody gives rights that they lack: roles and bindings are looked at for what they would give.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    Attributes, CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, Lost, ROLE_BINDINGS, ROLES, allows, has_path, resolve,
    together,
};
use crate::{
    incoming::Halves,
    printed::{quoted, quoted_list},
    status::{About, Status},
    store::Store,
    user::{MASTERS, User},
};

const GROUP: &str = "rbac.authorization.k8s.io";

/// A role or a binding that somebody wants to write.
pub(crate) struct Granting<'a> {
    pub(crate) user: &'a User,
    /// The resource key, and the plural.
    pub(crate) key: &'a str,
    pub(crate) plural: &'a str,
    pub(crate) namespace: &'a str,
    /// The name in the path; empty on creation.
    pub(crate) asked: &'a str,
    pub(crate) object: Halves<'a>,
    /// What it was before.
    pub(crate) old: Option<Halves<'a>>,
}

impl Granting<'_> {
    /// Refuses what would give more than the user has, unless the user may do just that.
    ///
    /// # Errors
    ///
    /// 403 that names the missing rights; 404 where the role of a binding is missing.
    pub(crate) fn check(&self, store: &Store) -> Result<(), Status> {
        let binding = match self.key {
            ROLES | CLUSTER_ROLES => false,
            ROLE_BINDINGS | CLUSTER_ROLE_BINDINGS => true,
            _ => return Ok(()),
        };
        if self.user.is_in(MASTERS) || self.is_held_alone() {
            return Ok(());
        }
        if binding { self.check_binding(store) } else { self.check_role(store) }
    }

    fn check_role(&self, store: &Store) -> Result<(), Status> {
        if self.may(store, "escalate", self.plural, self.asked) {
            return Ok(());
        }
        self.confirm(store, list(self.object.1.get("rules")))?;
        let old = self.old.map(|(_, rest)| rest);
        if [Some(self.object.1), old].into_iter().flatten().any(is_aggregated) {
            let everything = [
                json!({ "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"] }),
                json!({ "verbs": ["*"], "nonResourceURLs": ["*"] }),
            ];
            let why = "must have cluster-admin privileges to use the aggregationRule";
            self.confirm(store, &everything).map_err(|_| Status::forbidden(self.about(), why))?;
        }
        Ok(())
    }

    fn check_binding(&self, store: &Store) -> Result<(), Status> {
        let reference = self.object.1.get("roleRef").unwrap_or(&Value::Null);
        let said = |field: &str| reference[field].as_str().unwrap_or_default();
        let (role_plural, key, home) = match said("kind") {
            "ClusterRole" => ("clusterroles", CLUSTER_ROLES, ""),
            "Role" => ("roles", ROLES, self.namespace),
            other => {
                return Err(Status::internal(format!("unsupported role reference kind: {}", quoted(other))));
            }
        };
        let name = said("name");
        if self.may(store, "bind", role_plural, name) {
            return Ok(());
        }
        let role = store.get(key, home, name);
        // A server says of the binding that it lacks, and means the role.
        let role = role.ok_or_else(|| Status::not_found(About { name, ..self.about() }))?;
        self.confirm(store, list(Some(&role.value()["rules"])))
    }

    fn may(&self, store: &Store, verb: &str, plural: &str, name: &str) -> bool {
        let what = Attributes {
            verb: verb.to_owned(),
            group: GROUP.to_owned(),
            resource: plural.to_owned(),
            namespace: self.namespace.to_owned(),
            name: name.to_owned(),
            ..Attributes::default()
        };
        allows(store, self.user, &what).is_ok()
    }

    /// Whether nothing is changed but by whom the object is held: what the garbage collector does.
    fn is_held_alone(&self) -> bool {
        let what_counts = |(metadata, rest): Halves<'_>| {
            let mut metadata = metadata.clone();
            for field in ["ownerReferences", "finalizers", "managedFields"] {
                metadata.remove(field);
            }
            (metadata, rest.clone())
        };
        self.old.is_some_and(|old| what_counts(self.object) == what_counts(old))
    }

    fn about(&self) -> About<'_> {
        let name = self.object.0.get("name").and_then(Value::as_str).unwrap_or_default();
        About { kind: self.plural, group: GROUP, name }
    }

    /// Refuses rules of which the user lacks any part.
    fn confirm(&self, store: &Store, wanted: &[Value]) -> Result<(), Status> {
        let (has, lost) = resolve(store, self.user, self.namespace);
        let missing = wanted.iter().flat_map(parts).filter(|part| !has.iter().any(|rule| part.is_in(rule)));
        let missing = described(missing);
        if missing.is_empty() {
            return Ok(());
        }
        let why = format!(
            "user {} (groups={}) is attempting to grant RBAC permissions not currently held:\n{}{}",
            quoted(&self.user.name),
            quoted_list(&*self.user.groups),
            missing.into_iter().collect::<Vec<_>>().join("\n"),
            self.lost_too(&lost)
        );
        Err(Status::forbidden(self.about(), &why))
    }

    /// Which roles could not be asked; a server takes them for objects of the resource that is written.
    fn lost_too(&self, lost: &[Lost]) -> String {
        let lost = lost.iter().map(|role| role.told_as(self.plural)).collect();
        together(lost).map_or_else(String::new, |lost| format!("; resolution errors: [{lost}]"))
    }
}

fn list(rules: Option<&Value>) -> &[Value] {
    rules.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn is_aggregated(rest: &Map<String, Value>) -> bool {
    let rule = rest.get("aggregationRule").and_then(|rule| rule["clusterRoleSelectors"].as_array());
    rule.is_some_and(|selectors| !selectors.is_empty())
}

/// The least that a rule can give: one verb for one thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Part<'a> {
    what: What<'a>,
    verb: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What<'a> {
    Resource { group: &'a str, resource: &'a str, name: Option<&'a str> },
    Path(&'a str),
}

/// What a rule gives, piece by piece.
fn parts(rule: &Value) -> Vec<Part<'_>> {
    let each = |field: &str| texts(rule, field).collect::<Vec<_>>();
    let names = match each("resourceNames") {
        none if none.is_empty() => vec![None],
        names => names.into_iter().map(Some).collect(),
    };
    let mut all = Vec::new();
    for group in each("apiGroups") {
        for resource in each("resources") {
            all.extend(names.iter().map(|&name| What::Resource { group, resource, name }));
        }
    }
    all.extend(each("nonResourceURLs").into_iter().map(What::Path));
    let verbs = each("verbs");
    all.into_iter().flat_map(|what| verbs.iter().map(move |verb| Part { what, verb })).collect()
}

impl Part<'_> {
    /// Whether a rule gives it.
    fn is_in(&self, rule: &Value) -> bool {
        let has = |field: &str, wanted: &str| texts(rule, field).any(|said| said == "*" || said == wanted);
        if !has("verbs", self.verb) {
            return false;
        }
        match self.what {
            What::Path(path) => has_path(rule, path),
            What::Resource { group, resource, name } => {
                let below = resource.split_once('/').map(|(_, below)| format!("*/{below}"));
                let named = texts(rule, "resourceNames").collect::<Vec<_>>();
                has("apiGroups", group)
                    && (has("resources", resource) || below.is_some_and(|any| has("resources", &any)))
                    && (named.is_empty() || name.is_some_and(|name| named.contains(&name)))
            }
        }
    }
}

/// What is missing, in the server's words: one line for each thing, with all verbs that are missing for it.
fn described<'a>(missing: impl Iterator<Item = Part<'a>>) -> BTreeSet<String> {
    let mut verbs_of: BTreeMap<What<'_>, Vec<&str>> = BTreeMap::new();
    let mut lines = BTreeSet::new();
    for Part { what, verb } in missing {
        match what {
            What::Path(path) => {
                lines.insert(format!(
                    "{{NonResourceURLs:{}, Verbs:{}}}",
                    quoted_list([path]),
                    quoted_list([verb])
                ));
            }
            What::Resource { .. } => verbs_of.entry(what).or_default().push(verb),
        }
    }
    for (what, verbs) in verbs_of {
        let What::Resource { group, resource, name } = what else { continue };
        let named = name.map_or_else(String::new, |name| format!(", ResourceNames:{}", quoted_list([name])));
        lines.insert(format!(
            "{{APIGroups:{}, Resources:{}{named}, Verbs:{}}}",
            quoted_list([group]),
            quoted_list([resource]),
            quoted_list(verbs)
        ));
    }
    lines
}

fn texts<'a>(rule: &'a Value, field: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    rule.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
