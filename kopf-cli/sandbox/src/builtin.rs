//! Built-in kinds: what they are completed by, from a table of defaults ([`ENTRIES`]) and from other fields ([`derived`]), what
//! the server alone decides ([`made`]), what is wrong with them ([`rules`]), and what is odd about them ([`warnings()`]).

mod amounts;
mod checks;
mod declared;
mod derived;
mod difference;
mod dropped;
mod empties;
mod images;
mod kept;
mod made;
mod paths;
mod plugins;
mod pods;
mod rules;
mod services;
mod site;
mod texts;
mod warnings;
mod whole;
mod x509;

use std::{
    collections::HashMap,
    sync::{LazyLock, OnceLock},
};

use serde_json::{Map, Value, json};

use crate::{protobuf, resources::Version, schema::Schema, yaml};

pub(crate) use derived::label;
pub(crate) use empties::Empties;
pub(crate) use kept::{ask, is_signed, keep};
pub(crate) use made::{DAEMON_SETS, hide_templates, prepare, say_templates, unreadable};
pub(crate) use plugins::{Write, accounts::VOLUME, admit, judge, priority};
pub(crate) use rules::{approval_faults, faults, finalizer_faults, status_faults};
pub(crate) use services::{OF_SERVICE, SERVER_ADDRESS, SERVICES, Taken, allot};
pub(crate) use warnings::warnings;

type Fields = Map<String, Value>;

/// An entry of the table, a kind's or a word's; read when it is first asked for, since a process meets few of them.
struct Entry {
    text: &'static str,
    schema: OnceLock<Schema>,
}

impl Entry {
    fn read(&self) -> Value {
        let entry = yaml::read(self.text).expect("a test reads it");
        entry.as_object().and_then(|entry| entry.values().next()).cloned().unwrap_or_default()
    }
}

static ENTRIES: LazyLock<HashMap<&'static str, Entry>> = LazyLock::new(|| {
    let mut entries = HashMap::new();
    let mut rest = include_str!("builtin/defaults.yaml");
    while !rest.is_empty() {
        // What belongs to an entry is indented.
        let mut ends = rest.match_indices('\n').map(|(at, _)| at + 1);
        let end = ends.find(|end| !rest[*end..].starts_with(' ')).unwrap_or(rest.len());
        let (text, after) = rest.split_at(end);
        if let Some((name, _)) = text.split_once(':').filter(|_| !text.starts_with('#')) {
            entries.insert(name, Entry { text, schema: OnceLock::new() });
        }
        rest = after;
    }
    entries
});

fn schema(key: &str) -> Option<&'static Schema> {
    let entry = ENTRIES.get(key).filter(|_| !is_word(key))?;
    let read = || Schema::custom(&json!({ "type": "object", "properties": expand(&entry.read()) }));
    Some(entry.schema.get_or_init(read))
}

/// Whether a name stands for something else.
fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Puts what words stand for in their place.
fn expand(value: &Value) -> Value {
    match value {
        Value::String(word) if is_word(word) => match ENTRIES.get(&**word) {
            Some(meant) => expand(&meant.read()),
            None => value.clone(),
        },
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| match name.as_str() {
                // A default is a value, whatever it looks like.
                "default" => (name.clone(), value.clone()),
                _ => (name.clone(), expand(value)),
            });
            fields.collect::<Fields>().into()
        }
        other => other.clone(),
    }
}

/// Completes an object of the resource `key` as it is read; the answer is what it has that is empty.
pub(crate) fn complete(key: &str, version: &Version, kind: &str, fields: &mut Fields) -> Empties {
    say_what_is_wanted(&version.api_version(), kind, fields);
    protobuf::forget_zeros(fields, &version.api_version(), kind);
    if let Some(schema) = schema(key) {
        schema.fill_in(fields);
    }
    derived::complete(key, fields);
    let empties = Empties::of(key, fields);
    protobuf::complete(fields, &version.api_version(), kind, protobuf::Empties::Stay);
    empties
}

/// Where nothing at all is said of what is wanted, it is there nevertheless, of kinds that have it by value.
fn say_what_is_wanted(api_version: &str, kind: &str, fields: &mut Fields) {
    const WANTED: &str = "spec";
    if fields.get(WANTED).is_none_or(Value::is_null)
        && let Some(spec) = protobuf::zero(api_version, kind).shift_remove(WANTED)
    {
        fields.insert(WANTED.to_owned(), spec);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Catalog;

    fn version(group: &str) -> Version {
        let view = Catalog::built_in()
            .resources()
            .find(|known| known.storage().group == group)
            .unwrap()
            .stored_view();
        view.version().clone()
    }

    #[test]
    fn each_entry_of_the_table_is_of_a_resource_or_a_word_that_is_used() {
        let catalog = Catalog::built_in();
        let known: Vec<&str> = catalog.resources().map(|known| &*known.key).collect();
        let text = include_str!("builtin/defaults.yaml");
        for (name, entry) in &*ENTRIES {
            assert!(entry.read().is_object(), "{name}");
            match is_word(name) {
                true => assert!(text.matches(name).count() > 1, "{name}"),
                false => assert!(known.contains(name) && schema(name).is_some(), "{name}"),
            }
        }
        assert!(ENTRIES.len() > 30, "{}", ENTRIES.len());
    }

    #[test]
    fn a_deployment_is_completed_down_to_its_containers() {
        let deployment = json!({ "spec": { "template": { "spec": { "containers": [
            { "name": "a", "image": "a:1" }, { "name": "b", "image": "r.io:5000/b" },
        ] } } } });
        let Value::Object(mut fields) = deployment else { unreachable!("it is an object") };
        complete("deployments.apps", &version("apps"), "Deployment", &mut fields);
        let spec = &fields["spec"];
        assert_eq!(spec["replicas"], 1);
        assert_eq!(spec["strategy"]["rollingUpdate"]["maxSurge"], "25%");
        let containers = &spec["template"]["spec"]["containers"];
        assert_eq!(containers[0]["imagePullPolicy"], "IfNotPresent");
        assert_eq!(containers[1]["imagePullPolicy"], "Always");
        assert_eq!(containers[0]["terminationMessagePolicy"], "File");
        let once = fields.clone();
        complete("deployments.apps", &version("apps"), "Deployment", &mut fields);
        assert_eq!(fields, once, "what is complete stays as it is");
    }

    #[test]
    fn texts_of_a_secret_become_its_data() {
        let Value::Object(mut fields) = json!({ "data": { "b": "eA==" }, "stringData": { "a": "v" } }) else {
            unreachable!("it is an object")
        };
        complete("secrets", &version(""), "Secret", &mut fields);
        assert_eq!(Value::from(fields), json!({ "data": { "a": "dg==", "b": "eA==" }, "type": "Opaque" }));
    }
}
