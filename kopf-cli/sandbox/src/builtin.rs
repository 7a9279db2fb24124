//! Built-in kinds: what they are completed by, from a table of defaults ([`SCHEMAS`]) and from other fields ([`derived`]), what
//! the server alone decides ([`made`]), and what is wrong with them ([`rules`]).

mod checks;
mod derived;
mod made;
mod pods;
mod rules;
mod site;
mod texts;

use std::{
    collections::HashMap,
    sync::{LazyLock, OnceLock},
};

use serde_json::{Map, Value, json};

use crate::{protobuf, resources::Version, schema::Schema};

pub(crate) use derived::label;
pub(crate) use made::{keep_address, prepare};
pub(crate) use rules::faults;

type Fields = Map<String, Value>;

/// What the table says, words and kinds.
static SAID: LazyLock<Value> =
    LazyLock::new(|| serde_saphyr::from_str(include_str!("builtin/defaults.yaml")).expect("a test reads it"));

/// What is said of each kind; read when it is first asked for, since a test meets few of them.
static SCHEMAS: LazyLock<HashMap<&'static str, OnceLock<Schema>>> = LazyLock::new(|| {
    let kinds = SAID.as_object().into_iter().flatten().filter(|(name, _)| !is_word(name));
    kinds.map(|(key, _)| (key.as_str(), OnceLock::new())).collect()
});

fn schema(key: &str) -> Option<&'static Schema> {
    let read = || {
        let properties = expand(&SAID[key], &SAID);
        Schema::custom(&json!({ "type": "object", "properties": properties }))
    };
    Some(SCHEMAS.get(key)?.get_or_init(read))
}

/// Whether a name stands for something else.
fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Puts what words stand for in their place.
fn expand(value: &Value, words: &Value) -> Value {
    match value {
        Value::String(word) if is_word(word) => match words.get(word) {
            Some(meant) => expand(meant, words),
            None => value.clone(),
        },
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| match name.as_str() {
                // A default is a value, whatever it looks like.
                "default" => (name.clone(), value.clone()),
                _ => (name.clone(), expand(value, words)),
            });
            fields.collect::<Fields>().into()
        }
        other => other.clone(),
    }
}

/// Completes an object of the resource `key` as it is read.
pub(crate) fn complete(key: &str, version: &Version, kind: &str, fields: &mut Fields) {
    if let Some(schema) = schema(key) {
        schema.fill_in(fields);
    }
    derived::complete(key, fields);
    protobuf::complete(fields, &version.api_version(), kind);
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
