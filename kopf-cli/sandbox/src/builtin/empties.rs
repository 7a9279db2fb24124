//! Lists and maps that are said to be empty, where a server tells that from their not being there: it does so until the object
//! is stored, and shows it only where it refuses a change line by line.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{derived::SPECS_OF_PODS, paths};

type Fields = Map<String, Value>;

/// Where that is so in the spec of pods.
const OF_PODS: [&str; 3] = ["/overhead", "/resources/claims", "/securityContext/supplementalGroups"];
/// And in objects of some resources.
const OWN: [(&str, &str); 9] = [
    ("daemonsets.apps", TEMPLATE_LABELS),
    ("deployments.apps", TEMPLATE_LABELS),
    ("persistentvolumes", "/spec/capacity"),
    ("persistentvolumeclaims", "/spec/resources/requests"),
    ("pods", "/status/nodeAllocatableResourceClaimStatuses"),
    ("pods", "/status/resourceClaimStatuses"),
    ("replicasets.apps", TEMPLATE_LABELS),
    ("replicationcontrollers", TEMPLATE_LABELS),
    ("statefulsets.apps", TEMPLATE_LABELS),
];
const TEMPLATE_LABELS: &str = "/spec/template/metadata/labels";

/// What is said of the claims of volumes that live as long as their pod, and may not be.
const OF_CLAIMS: [&str; 2] = ["finalizers", "ownerReferences"];
/// What is shown line by line where it may not change, by the keys of resources.
const SHOWN: [(&str, &str); 3] =
    [("pods", "/spec"), ("persistentvolumeclaims", "/spec"), ("persistentvolumes", "/spec")];
/// Who owns what, which may be anything.
const OWNERS: &str = "managedFields";

/// What of an object is said to be empty, and where.
#[derive(Debug, Default)]
pub(crate) struct Empties {
    /// Where it is more than nothing.
    told: Vec<(String, Value)>,
    /// Where it is shown.
    shown: Vec<(String, Value)>,
}

impl Empties {
    /// What is there of an object of the resource `key`, as it was sent.
    pub(crate) fn of(key: &str, fields: &Fields) -> Self {
        let own = OWN.iter().filter(|(known, _)| *known == key).map(|(_, path)| (String::new(), *path));
        let of_pods = SPECS_OF_PODS.iter().filter(|spec| paths::get(fields, spec).is_some());
        let of_pods = of_pods.flat_map(|spec| OF_PODS.iter().map(|path| ((*spec).to_owned(), *path)));
        let places = own.chain(of_pods).map(|(before, path)| before + path).chain(claims(fields));
        let said = places.filter_map(|place| Some((paths::get(fields, &place)?.clone(), place)));
        let told = said.filter(|(value, _)| is_empty(value)).map(|(value, place)| (place, value)).collect();
        let mut shown = Vec::new();
        for (_, place) in SHOWN.iter().filter(|(known, _)| *known == key) {
            if let Some(value) = paths::get(fields, place) {
                collect(value, &mut (*place).to_owned(), &mut shown);
            }
        }
        Empties { told, shown }
    }

    /// Puts what is more than nothing into the object, as it was sent.
    pub(crate) fn put_into(&self, fields: &mut Fields) {
        for (place, value) in &self.told {
            if let Some((parent, name)) = field(fields, place) {
                parent.entry(name).or_insert_with(|| value.clone());
            }
        }
    }

    /// Takes it away again.
    pub(crate) fn take_from(&self, fields: &mut Fields) {
        for (place, _) in &self.told {
            if let Some((parent, name)) = field(fields, place)
                && parent.get(name).is_some_and(is_empty)
            {
                parent.shift_remove(name);
            }
        }
    }

    /// What was, which does not differ from what is by being nothing.
    pub(crate) fn in_old<'a>(&self, old: &'a Value) -> Cow<'a, Value> {
        let mut old = Cow::Borrowed(old);
        if !self.told.is_empty()
            && let Value::Object(fields) = old.to_mut()
        {
            self.put_into(fields);
        }
        old
    }

    /// What stands at a place of the object, with all that is said to be empty.
    pub(super) fn shown(&self, place: &str, value: &Value) -> Value {
        let mut value = value.clone();
        for (path, empty) in &self.shown {
            if let Some((parent, name)) = below(place, path)
                && let Some(Value::Object(fields)) = value.pointer_mut(parent)
                && fields.get(name).is_none_or(Value::is_null)
            {
                fields.insert(name.to_owned(), empty.clone());
            }
        }
        value
    }

    /// What stood at a place of [the object that was](Self::in_old), before anything was put into it.
    pub(super) fn stored(&self, place: &str, value: &Value) -> Value {
        let mut value = value.clone();
        for (path, _) in &self.told {
            if let Some((parent, name)) = below(place, path)
                && let Some(Value::Object(fields)) = value.pointer_mut(parent)
                && fields.get(name).is_some_and(is_empty)
            {
                fields.shift_remove(name);
            }
        }
        value
    }
}

/// Where pods, or templates of them, say something of claims.
fn claims(fields: &Fields) -> impl Iterator<Item = String> {
    SPECS_OF_PODS.iter().flat_map(|spec| {
        let volumes = paths::get(fields, spec).and_then(|spec| spec["volumes"].as_array());
        let volumes = volumes.into_iter().flatten().enumerate();
        let volumes = volumes.filter(|(_, volume)| volume["ephemeral"].is_object());
        volumes.flat_map(move |(index, _)| {
            let place = format!("{spec}/volumes/{index}/ephemeral/volumeClaimTemplate/metadata");
            OF_CLAIMS.map(|field| format!("{place}/{field}"))
        })
    })
}

/// Everything below a place that is empty.
fn collect(value: &Value, place: &mut String, found: &mut Vec<(String, Value)>) {
    let length = place.len();
    match value {
        value if is_empty(value) => found.push((place.clone(), value.clone())),
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| *name != OWNERS) {
                place.extend(["/", name]);
                collect(value, place, found);
                place.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                place.extend(["/", &*index.to_string()]);
                collect(value, place, found);
                place.truncate(length);
            }
        }
        _ => {}
    }
}

/// Where a path leads from a place on: to what a field is one of, and the field's name.
fn below<'p>(place: &str, path: &'p str) -> Option<(&'p str, &'p str)> {
    path.strip_prefix(place).filter(|rest| rest.starts_with('/'))?.rsplit_once('/')
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// A field that may be there, and what it is one of.
fn field<'a, 'p>(fields: &'a mut Fields, place: &'p str) -> Option<(&'a mut Fields, &'p str)> {
    let (parent, name) = place.rsplit_once('/')?;
    Some((paths::get_mut(fields, parent)?.as_object_mut()?, name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_empty_is_put_in_and_taken_away() {
        let spec = json!({ "overhead": {}, "resources": { "claims": [] }, "tolerations": [] });
        let Value::Object(sent) = json!({ "spec": spec }) else { unreachable!("it is an object") };
        let empties = Empties::of("pods", &sent);
        let Value::Object(mut kept) = json!({ "spec": { "resources": {} } }) else {
            unreachable!("it is an object")
        };
        empties.put_into(&mut kept);
        assert_eq!(kept["spec"], json!({ "resources": { "claims": [] }, "overhead": {} }));
        kept["spec"]["overhead"] = json!({ "cpu": "1" });
        empties.take_from(&mut kept);
        assert_eq!(kept["spec"], json!({ "resources": {}, "overhead": { "cpu": "1" } }));
    }

    #[test]
    fn what_is_empty_is_shown_wherever_it_is() {
        let spec = json!({ "overhead": {}, "containers": [{ "args": [], "env": [{ "name": "A" }] }, { "name": "c" }] });
        let Value::Object(sent) = json!({ "spec": spec }) else { unreachable!("it is an object") };
        let empties = Empties::of("pods", &sent);
        let kept = json!({ "containers": [{ "env": [{ "name": "A" }] }, { "name": "c" }] });
        assert_eq!(empties.shown("/spec", &kept), sent["spec"]);
        let old = json!({ "spec": kept });
        let compared = empties.in_old(&old);
        assert_eq!(compared["spec"]["overhead"], json!({}));
        assert_eq!(empties.stored("/spec", &compared["spec"]), kept);
    }
}
