//! Cluster roles that are made of others.

use serde_json::Value;

use super::{Task, Tasks};
use crate::{rbac::CLUSTER_ROLES, ring::Event, status::Status, write::Writer};

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
        for other in roles.iter().filter(|other| other.header.name != role.header.name) {
            let labels = &other.header.labels;
            let chosen =
                selectors.iter().filter_map(|selector| selector["matchLabels"].as_object()).any(|wanted| {
                    wanted.iter().all(|(key, value)| labels.get(key).is_some_and(|label| *value == **label))
                });
            let theirs = other.value();
            for rule in theirs["rules"].as_array().into_iter().flatten().filter(|_| chosen) {
                if !rules.contains(rule) {
                    rules.push(rule.clone());
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
