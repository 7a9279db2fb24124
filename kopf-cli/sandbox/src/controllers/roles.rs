//! Cluster roles that are made of others.

use serde_json::Value;

use super::{Task, Tasks};
use crate::{rbac::CLUSTER_ROLES, ring::Event, selectors::Labels, status::Status, write::Writer};

pub(super) fn notice(tasks: &mut Tasks, change: &Event) {
    if &*change.resource == CLUSTER_ROLES {
        tasks.add(Task::Aggregate);
    }
}

/// Gives each role that is made of others all the rules of those.
pub(super) fn aggregate(writer: &mut Writer<'_>) -> Result<(), Status> {
    let Some(resource) = writer.store.catalog.get(CLUSTER_ROLES).cloned() else { return Ok(()) };
    let roles = writer.store.list(CLUSTER_ROLES, None);
    for role in &roles {
        let mut value = role.value();
        let Some(selectors) = value["aggregationRule"]["clusterRoleSelectors"].as_array() else { continue };
        let mut rules: Vec<Value> = Vec::new();
        for selector in selectors.iter().map(Labels::of) {
            let chosen = roles.iter().filter(|other| {
                other.header.name != role.header.name && selector.match_all(&other.header.labels)
            });
            for other in chosen {
                for rule in other.value()["rules"].as_array().into_iter().flatten() {
                    if !rules.contains(rule) {
                        rules.push(rule.clone());
                    }
                }
            }
        }
        if value["rules"].as_array() != Some(&rules) {
            value["rules"] = rules.into();
            writer.commit(&resource, value, 200)?;
        }
    }
    Ok(())
}
