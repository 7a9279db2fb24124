//! What `APIService`s say is served: which groups and versions `/apis` and `/apis/GROUP` name, and in which order.
//!
//! What is really there the paths below them tell, and the aggregated document, which does not ask here.

use std::{
    cmp::Reverse,
    collections::{HashMap, hash_map::Entry},
};

use crate::{crd::precedence, resources::API_SERVICES, store::Store};

/// A group, and its versions, the preferred one first.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) versions: Vec<String>,
}

struct Service {
    name: String,
    group: String,
    version: String,
    of_group: i64,
    of_version: i64,
}

/// All groups but the core: each is where the first of its objects is by priority and by name.
pub(super) fn groups(store: &Store) -> Vec<Group> {
    let mut services = read(store, |group| !group.is_empty());
    services.sort_by(|one, other| {
        (Reverse(one.of_group), &one.name).cmp(&(Reverse(other.of_group), &other.name))
    });
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Vec<Service>> = Vec::new();
    for service in services {
        match places.entry(service.group.clone()) {
            Entry::Occupied(place) => groups[*place.get()].push(service),
            Entry::Vacant(place) => {
                place.insert(groups.len());
                groups.push(vec![service]);
            }
        }
    }
    groups.into_iter().filter_map(in_order).collect()
}

/// One group, if anything is said of it.
pub(super) fn group(store: &Store, name: &str) -> Option<Group> {
    in_order(read(store, |group| group == name))
}

fn in_order(mut services: Vec<Service>) -> Option<Group> {
    services.sort_by_key(|service| Reverse((service.of_version, precedence(&service.version))));
    let name = services.first()?.group.clone();
    Some(Group { name, versions: services.into_iter().map(|service| service.version).collect() })
}

fn read(store: &Store, is_wanted: impl Fn(&str) -> bool) -> Vec<Service> {
    let services = store.list(API_SERVICES, None).into_iter();
    // Each is called by its version and its group.
    let wanted = services.filter(|service| {
        let (_, group) = service.header.name.split_once('.').unwrap_or_default();
        is_wanted(group)
    });
    let read = wanted.map(|service| {
        let value = service.value();
        let text = |field: &str| value["spec"][field].as_str().unwrap_or_default().to_owned();
        let number = |field: &str| value["spec"][field].as_i64().unwrap_or_default();
        Service {
            name: service.header.name.clone(),
            group: text("group"),
            version: text("version"),
            of_group: number("groupPriorityMinimum"),
            of_version: number("versionPriority"),
        }
    });
    read.collect()
}
