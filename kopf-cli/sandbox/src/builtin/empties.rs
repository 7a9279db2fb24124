//! Lists and maps that are said to be empty, where a server tells that from their not being there: it does so until the object
//! is stored, and never shows it.

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

/// What of an object is said to be empty, and where.
#[derive(Debug, Default)]
pub(crate) struct Empties(Vec<(String, Value)>);

impl Empties {
    /// What is there of an object of the resource `key`, as it was sent.
    pub(crate) fn of(key: &str, fields: &Fields) -> Self {
        let own = OWN.iter().filter(|(known, _)| *known == key).map(|(_, path)| (String::new(), *path));
        let of_pods = SPECS_OF_PODS.iter().filter(|spec| paths::get(fields, spec).is_some());
        let of_pods = of_pods.flat_map(|spec| OF_PODS.iter().map(|path| ((*spec).to_owned(), *path)));
        let places = own.chain(of_pods).map(|(before, path)| before + path);
        let said = places.filter_map(|place| Some((paths::get(fields, &place)?.clone(), place)));
        Empties(said.filter(|(value, _)| is_empty(value)).map(|(value, place)| (place, value)).collect())
    }

    /// Puts it into the object, as it was sent.
    pub(crate) fn put_into(&self, fields: &mut Fields) {
        for (place, value) in &self.0 {
            if let Some((parent, name)) = field(fields, place) {
                parent.entry(name).or_insert_with(|| value.clone());
            }
        }
    }

    /// Takes it away again.
    pub(crate) fn take_from(&self, fields: &mut Fields) {
        for (place, _) in &self.0 {
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
        if !self.0.is_empty()
            && let Value::Object(fields) = old.to_mut()
        {
            self.put_into(fields);
        }
        old
    }
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
}
