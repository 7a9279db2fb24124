//! `APIService`s of what is served here: those of built-in groups are there from the start, those of definitions come and go
//! with them.

use std::{collections::BTreeSet, mem, sync::LazyLock};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Task, Tasks};
use crate::{
    ids::Ids,
    resources::{API_SERVICES, DEFINITIONS, Resource},
    ring::{Bounds, Event},
    sandbox::shown_value,
    schema::Part,
    status::Status,
    store::Store,
    tables::served,
    write::{SERVER, Target, Writer, seconds},
};

/// Who keeps an object: the server, until somebody says otherwise (`onstart`), or come what may (`true`).
const KEPT: &str = "kube-aggregator.kubernetes.io/automanaged";
/// What custom resources come after, and how much their versions count.
const CUSTOM: (i64, i64) = (1_000, 100);

/// Which groups come first: all but the one whose objects these are.
const PRIORITIES: [(&str, i64); 21] = [
    ("", 18_000),
    ("apps", 17_800),
    ("events.k8s.io", 17_750),
    ("authentication.k8s.io", 17_700),
    ("authorization.k8s.io", 17_600),
    ("autoscaling", 17_500),
    ("batch", 17_400),
    ("certificates.k8s.io", 17_300),
    ("networking.k8s.io", 17_200),
    ("policy", 17_100),
    ("rbac.authorization.k8s.io", 17_000),
    ("storage.k8s.io", 16_800),
    ("apiextensions.k8s.io", 16_700),
    ("admissionregistration.k8s.io", 16_700),
    ("scheduling.k8s.io", 16_600),
    ("coordination.k8s.io", 16_500),
    ("node.k8s.io", 16_300),
    ("discovery.k8s.io", 16_200),
    ("resource.k8s.io", 16_200),
    ("flowcontrol.apiserver.k8s.io", 16_100),
    ("storagemigration.k8s.io", 15_800),
];
/// How much versions count, unless that is [`USUAL`].
const UNUSUAL: [(&str, &str, i64); 4] = [
    ("", "v1", 1),
    ("autoscaling", "v2", 30),
    ("resource.k8s.io", "v1", 21),
    ("flowcontrol.apiserver.k8s.io", "v1", 21),
];
const USUAL: i64 = 15;

/// Puts in those of the built-in groups that are not there, as if they had always been: it is no change.
pub(crate) fn populate(store: &mut Store, mut ids: Ids, now: Timestamp) {
    let Some(resource) = store.catalog.get(API_SERVICES).cloned() else { return };
    let (revision, now) = (store.revision().max(1), seconds(now));
    for made in built_in() {
        let name = made["metadata"]["name"].as_str().unwrap_or_default();
        if store.get(API_SERVICES, "", name).is_some() {
            continue;
        }
        let mut value = made.clone();
        value["metadata"]["uid"] = ids.uid().into();
        value["metadata"]["resourceVersion"] = revision.to_string().into();
        let moments = [
            "/metadata/creationTimestamp",
            "/metadata/managedFields/0/time",
            "/status/conditions/0/lastTransitionTime",
        ];
        for moment in moments {
            if let Some(moment) = value.pointer_mut(moment) {
                *moment = now.as_str().into();
            }
        }
        store.restore(&resource, &value, revision);
    }
}

/// Those of the built-in groups as they are made, which is done once: each sandbox begins with them.
fn built_in() -> &'static [Value] {
    static MADE: LazyLock<Vec<Value>> = LazyLock::new(|| {
        let mut store = Store::new(Ids::new(Some(0)), Bounds { events: 0, bytes: 0 }, 0);
        let Some(view) = store.catalog.get(API_SERVICES).map(Resource::stored_view) else {
            return Vec::new();
        };
        let mut writer = Writer::new(&mut store, Timestamp::UNIX_EPOCH);
        writer.manager = SERVER.to_owned();
        let mut made: Vec<Value> = Vec::new();
        for wanted in all_wanted() {
            // They differ in what is asked for alone, so the way through the writer, which is long, is gone once for each form.
            let other = made
                .iter()
                .find(|other| other["spec"]["group"].is_null() == wanted["spec"]["group"].is_null());
            made.extend(match other.cloned() {
                Some(other) => Some(asked_for(other, wanted)),
                None => writer.create(&view, "", wanted).ok().map(|written| shown_value(&written, &view)),
            });
        }
        made
    });
    &MADE
}

/// What is asked for of the versions of built-in groups.
fn all_wanted() -> impl Iterator<Item = Value> {
    PRIORITIES.into_iter().flat_map(|(group, priority)| {
        let known = served::groups().iter().filter(move |known| known.name == group);
        known.flat_map(|known| &known.versions).map(move |known| {
            let unusual = UNUSUAL.iter().find(|unusual| (unusual.0, unusual.1) == (group, &*known.version));
            let priorities = (priority, unusual.map_or(USUAL, |unusual| unusual.2));
            wanted(group, &known.version, priorities, "onstart")
        })
    })
}

/// An object that was made, with what is asked for instead.
fn asked_for(mut made: Value, mut wanted: Value) -> Value {
    made["metadata"]["name"] = wanted["metadata"]["name"].take();
    made["spec"] = wanted["spec"].take();
    made
}

pub(super) fn notice(tasks: &mut Tasks, change: &Event) {
    if matches!(&*change.resource, DEFINITIONS | API_SERVICES)
        && let Some((_, group)) = change.object.header.name.split_once('.')
        && !served::is_group(group)
    {
        tasks.add(Task::Register(group.to_owned()));
    }
}

/// Sees to it that each version of a group that definitions define has an object, and no other.
pub(super) fn register(writer: &mut Writer<'_>, group: &str) -> Result<(), Status> {
    let Some(resource) = writer.store.catalog.get(API_SERVICES).cloned() else { return Ok(()) };
    let view = resource.stored_view();
    let versions: BTreeSet<String> = {
        let defined = writer.store.catalog.resources().filter(|resource| resource.rules.custom);
        let versions = defined.flat_map(|resource| &resource.versions);
        versions
            .filter(|known| known.served && known.group == group)
            .map(|known| known.name.clone())
            .collect()
    };
    for current in writer.store.list(API_SERVICES, None) {
        let version = current.header.name.strip_suffix(group).and_then(|version| version.strip_suffix('.'));
        let Some(version) = version.filter(|version| !version.contains('.')) else { continue };
        let value = current.value();
        if value["metadata"]["labels"][KEPT] == "true" && !versions.contains(version) {
            writer.expel(&resource.stored_view(), &current, None, None)?;
        }
    }
    let manager = mem::replace(&mut writer.manager, SERVER.to_owned());
    let outcome = versions.iter().try_for_each(|version| {
        let wanted = wanted(group, version, CUSTOM, "true");
        let name = name(group, version);
        match writer.store.get(API_SERVICES, "", &name).map(|current| current.value()) {
            None => writer.create(&view, "", wanted).map(drop),
            Some(mut value)
                if value["metadata"]["labels"][KEPT] == "true" && value["spec"] != wanted["spec"] =>
            {
                value["spec"] = wanted["spec"].clone();
                let target = Target { view: &view, namespace: "", name: &name };
                writer.replace(target, Part::Whole, value).map(drop)
            }
            Some(_) => Ok(()),
        }
    });
    writer.manager = manager;
    outcome
}

fn name(group: &str, version: &str) -> String {
    format!("{version}.{group}")
}

fn wanted(group: &str, version: &str, (of_group, of_version): (i64, i64), kept: &str) -> Value {
    let mut spec =
        json!({ "version": version, "groupPriorityMinimum": of_group, "versionPriority": of_version });
    if !group.is_empty() {
        spec["group"] = group.into();
    }
    json!({ "metadata": { "name": name(group, version), "labels": { KEPT: kept } }, "spec": spec })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_of_a_built_in_group_is_registered_but_that_of_registrations() {
        let groups = served::groups().iter().filter(|group| group.name != "apiregistration.k8s.io");
        let names = groups
            .flat_map(|group| group.versions.iter().map(move |version| name(&group.name, &version.version)));
        let mut expected: Vec<String> = names.collect();
        let mut found: Vec<String> =
            built_in().iter().map(|made| made["metadata"]["name"].as_str().unwrap().to_owned()).collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn all_are_as_if_each_had_been_written() {
        let mut store = Store::new(Ids::new(Some(0)), Bounds { events: 0, bytes: 0 }, 0);
        let view = store.catalog.get(API_SERVICES).unwrap().stored_view();
        let anonymous = |mut value: Value| {
            value["metadata"]["uid"] = Value::Null;
            value["metadata"]["resourceVersion"] = Value::Null;
            value
        };
        for (made, wanted) in built_in().iter().zip(all_wanted()) {
            let mut writer = Writer::new(&mut store, Timestamp::UNIX_EPOCH);
            writer.manager = SERVER.to_owned();
            let written = writer.create(&view, "", wanted).unwrap();
            assert_eq!(anonymous(made.clone()), anonymous(shown_value(&written, &view)));
        }
    }
}
