//! What a change of slices and `Endpoints` came from, and when: of the moments that were not known before, the first.
//!
//! Services tell the moment of their creation, and pods the one since which they are ready, or are not. Moments of built-in
//! objects are texts of one form, which are in order as they are.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::store::Place;

const ANNOTATION: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// The moments that are known, by service.
#[derive(Debug, Default, Clone)]
pub(crate) struct Triggers(HashMap<Place, Known>);

#[derive(Debug, Default, Clone)]
struct Known {
    created: String,
    /// By the names of pods.
    changed: HashMap<String, String>,
}

impl Triggers {
    /// What has led to what is told now of a service and its pods; from now on it is known.
    pub(super) fn note<'a>(
        &mut self,
        place: &Place,
        service: &Value,
        pods: impl Iterator<Item = &'a Value>,
    ) -> Option<String> {
        let created = text(&service["metadata"]["creationTimestamp"]).to_owned();
        let changed = pods.filter_map(|pod| Some((text(&pod["metadata"]["name"]).to_owned(), changed(pod)?)));
        let now = Known { created, changed: changed.collect() };
        let Some(before) = self.0.insert(place.clone(), now.clone()) else { return Some(now.created) };
        let is_new = |(name, moment): &(&String, &String)| {
            before.changed.get(*name).is_none_or(|known| known < *moment)
        };
        let pods = now.changed.iter().filter(is_new).map(|(_, moment)| moment);
        pods.chain(Some(&now.created).filter(|created| **created > before.created)).min().cloned()
    }

    /// Forgets a service.
    pub(super) fn forget(&mut self, place: &Place) {
        self.0.remove(place);
    }
}

/// Since when a pod is ready, or is not.
fn changed(pod: &Value) -> Option<String> {
    let mut conditions = pod["status"]["conditions"].as_array().into_iter().flatten();
    let ready = conditions.find(|condition| condition["type"] == "Ready")?;
    ready["lastTransitionTime"].as_str().map(str::to_owned)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Lets what has changed tell what its change came from; from nothing that is known, where that is so.
pub(super) fn mark(changed: &mut Value, trigger: Option<&str>) {
    let metadata = &mut changed["metadata"];
    let is_marked = metadata["annotations"].get(ANNOTATION).is_some();
    match trigger {
        Some(moment) if metadata["annotations"].is_object() => {
            metadata["annotations"][ANNOTATION] = moment.into()
        }
        Some(moment) => metadata["annotations"] = json!({ ANNOTATION: moment }),
        None if is_marked => {
            if let Some(annotations) = metadata["annotations"].as_object_mut() {
                annotations.shift_remove(ANNOTATION);
            }
            if metadata["annotations"] == json!({})
                && let Some(metadata) = metadata.as_object_mut()
            {
                metadata.shift_remove("annotations");
            }
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told after each of these states: when the service was made, and since when its pods are as they are.
    #[track_caller]
    fn check(states: &[(&str, &[(&str, &str)])], expected: &[Option<&str>]) {
        let place = Place { resource: "services".into(), namespace: "n".into(), name: "s".into() };
        let mut triggers = Triggers::default();
        let told = states.iter().map(|(created, pods)| {
            let service = json!({ "metadata": { "creationTimestamp": created } });
            let pods = pods.iter().map(|(name, moment)| {
                let ready = json!({ "type": "Ready", "lastTransitionTime": moment });
                json!({ "metadata": { "name": name }, "status": { "conditions": [ready] } })
            });
            let pods: Vec<Value> = pods.collect();
            triggers.note(&place, &service, pods.iter())
        });
        let told: Vec<Option<String>> = told.collect();
        assert_eq!(told.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn of_the_moments_that_are_new_the_first_is_told() {
        check(&[("1", &[("a", "0"), ("b", "3")])], &[Some("1")]);
        let both: &[(&str, &str)] = &[("a", "2"), ("b", "3")];
        check(&[("1", &[]), ("1", both), ("1", both)], &[Some("1"), Some("2"), None]);
        check(&[("1", both), ("1", &[("a", "4"), ("b", "3")])], &[Some("1"), Some("4")]);
        check(&[("1", both), ("1", &[("a", "2")]), ("1", both)], &[Some("1"), None, Some("3")]);
        check(&[("1", both), ("5", both)], &[Some("1"), Some("5")]);
    }
}
