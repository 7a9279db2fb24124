//! Cluster roles that are made of others.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Task, Tasks};
use crate::{
    object::{LabelSet, Stored},
    rbac::CLUSTER_ROLES,
    ring::Event,
    schema::Part,
    selectors::Labels,
    status::Status,
    write::{Target, Writer},
};

/// In whose name roles are given rules.
const MANAGER: &str = "clusterrole-aggregation-controller";

pub(super) fn notice(tasks: &mut Tasks, change: &Event) {
    if &*change.resource == CLUSTER_ROLES {
        tasks.add(Task::Aggregate);
    }
}

/// A cluster role, and what it is made of.
struct Role {
    name: String,
    labels: LabelSet,
    /// Absent where it is made of no others.
    selectors: Option<Vec<Labels>>,
    rules: Vec<Value>,
}

impl Role {
    fn read(name: &str, labels: &LabelSet, role: &Value) -> Self {
        let selectors = role["aggregationRule"]["clusterRoleSelectors"].as_array();
        let selectors = selectors.map(|selectors| selectors.iter().map(Labels::of).collect());
        // What is made of others has nothing of its own.
        let rules = role["rules"].as_array().filter(|_| selectors.is_none());
        Role {
            name: name.to_owned(),
            labels: labels.clone(),
            selectors,
            rules: rules.cloned().unwrap_or_default(),
        }
    }

    /// All rules of those that it is made of, in their order; `None` where it is made of no others.
    fn made_of(&self, roles: &[Role]) -> Option<Vec<Value>> {
        let mut rules: Vec<Value> = Vec::new();
        for selector in self.selectors.as_ref()? {
            let chosen =
                roles.iter().filter(|other| other.name != self.name && selector.match_all(&other.labels));
            for rule in chosen.flat_map(|other| &other.rules) {
                if !rules.contains(rule) {
                    rules.push(rule.clone());
                }
            }
        }
        Some(rules)
    }
}

/// The roles that are made of others and those that are parts of them, in their order. The rest, which on a cluster is most, is not
/// even read.
fn concerned(stored: &[Arc<Stored>]) -> (Vec<Role>, Vec<&Arc<Stored>>) {
    let read = |role: &Stored| Role::read(&role.header.name, &role.header.labels, &role.value());
    let made = stored.iter().map(|role| role.has("\"aggregationRule\"").then(|| read(role)));
    let made: Vec<Option<Role>> = made.collect();
    let selectors: Vec<Labels> =
        made.iter().flatten().flat_map(|role| role.selectors.clone().unwrap_or_default()).collect();
    let is_part = |role: &Stored| selectors.iter().any(|selector| selector.match_all(&role.header.labels));
    let all = made.into_iter().zip(stored);
    all.filter_map(|(made, role)| Some((made.or_else(|| is_part(role).then(|| read(role)))?, role))).unzip()
}

/// Gives each role that is made of others all the rules of those.
///
/// What comes of it depends on the rules of the other roles alone, and not on what roles were made of before: those that are
/// made of each other would pass on their rules in a circle for ever.
pub(super) fn aggregate(writer: &mut Writer<'_>) -> Result<(), Status> {
    let Some(resource) = writer.store.catalog.get(CLUSTER_ROLES).cloned() else { return Ok(()) };
    let stored = writer.store.list(CLUSTER_ROLES, None);
    let (mut roles, stored) = concerned(&stored);
    // Each round goes one role further: after so many there is none left, unless it goes round and round.
    for _ in 0..roles.len() {
        let mut is_new = false;
        for place in 0..roles.len() {
            if let Some(rules) = roles[place].made_of(&roles)
                && rules != roles[place].rules
            {
                roles[place].rules = rules;
                is_new = true;
            }
        }
        if !is_new {
            break;
        }
    }
    let manager = std::mem::replace(&mut writer.manager, MANAGER.to_owned());
    let mut roles = roles.into_iter().zip(stored).filter(|(role, _)| role.selectors.is_some());
    let outcome = roles.try_for_each(|(role, stored)| {
        if stored.value()["rules"].as_array().map_or(&[][..], Vec::as_slice) == role.rules {
            return Ok(());
        }
        let view = resource.stored_view();
        let mut wanted = json!({
            "apiVersion": view.api_version(), "kind": resource.kind, "metadata": { "name": role.name },
        });
        if !role.rules.is_empty() {
            wanted["rules"] = role.rules.into();
        }
        let target = Target { view: &view, namespace: "", name: &role.name };
        writer.apply(target, Part::Whole, wanted, true).map(drop)
    });
    writer.manager = manager;
    outcome
}
