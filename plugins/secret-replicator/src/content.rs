//! What of an object is copied.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
    sync::LazyLock,
};

use kopf_plugin_api::{
    Outcome,
    serde::{Deserialize, Serialize},
    serde_json::{self, Value, json},
};

use crate::{COPY, FROM, key::Key};

/// The type of Secrets that the cluster makes for service accounts, and unmakes where there is no such account.
const TOKEN: &str = "kubernetes.io/service-account-token";

/// What copies have in common with their source. It has no debug form: it may be a secret.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(crate = "kopf_plugin_api::serde", rename_all = "camelCase", default)]
#[derive(Default)]
pub(crate) struct Content {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    immutable: Option<bool>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    data: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    binary_data: BTreeMap<String, String>,
}

impl Content {
    /// The content of an object.
    pub(crate) fn of(object: &Value) -> Outcome<Content> {
        // The text of serde's error would quote the value.
        Content::deserialize(object)
            .map_err(|_| kopf_plugin_api::permanent("its data are no map of text, so it cannot be copied"))
    }

    /// A number that differs where contents do. It means something in this process alone, and tells nothing of them.
    pub(crate) fn fingerprint(&self) -> u64 {
        static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        KEYS.hash_one(self)
    }

    /// Whether it is the token of a service account.
    pub(crate) fn is_token(&self) -> bool {
        self.kind.as_deref() == Some(TOKEN)
    }

    /// Whether an object with this content can be given another one. Else it must be made anew.
    pub(crate) fn can_become(&self, other: &Content) -> bool {
        self.immutable != Some(true) && self.kind == other.kind
    }

    /// A copy for a namespace.
    pub(crate) fn copy(&self, key: &Key, from: &str, to: &str) -> Value {
        self.over(json!({ "metadata": { "name": key.name, "namespace": to } }), key, from)
    }

    /// An object with this content in place of its own. What others have put on it besides stays.
    pub(crate) fn over(&self, mut object: Value, key: &Key, from: &str) -> Value {
        object["metadata"]["labels"][COPY] = json!("true");
        object["metadata"]["annotations"][FROM] = json!(format!("{from}/{}", key.name));
        if let Value::Object(members) = &mut object {
            for member in ["type", "immutable", "data", "binaryData"] {
                members.remove(member);
            }
            // It is made of text and one truth value, so it can be written.
            if let Ok(Value::Object(content)) = serde_json::to_value(self) {
                members.extend(content);
            }
        }
        object
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Kind;

    fn content(object: &Value) -> Content {
        Content::of(object).unwrap()
    }

    #[test]
    fn equal_contents_have_equal_fingerprints_whatever_their_order() {
        let one = content(&json!({ "type": "Opaque", "data": { "a": "MQ==", "b": "Mg==" } }));
        let same = content(
            &json!({ "metadata": { "name": "n" }, "data": { "b": "Mg==", "a": "MQ==" }, "type": "Opaque" }),
        );
        assert_eq!(one.fingerprint(), same.fingerprint());
        for other in [
            json!({ "type": "Opaque", "data": { "a": "MQ==" } }),
            json!({ "type": "Opaque", "data": { "a": "MQ==", "b": "Mw==" } }),
            json!({ "type": "other", "data": { "a": "MQ==", "b": "Mg==" } }),
            json!({ "type": "Opaque", "binaryData": { "a": "MQ==", "b": "Mg==" } }),
            json!({ "type": "Opaque", "data": { "a": "MQ==", "b": "Mg==" }, "immutable": true }),
        ] {
            assert_ne!(one.fingerprint(), content(&other).fingerprint(), "{other}");
        }
    }

    #[test]
    fn a_copy_takes_the_content_and_leaves_what_others_have_put_on_it() {
        let new = content(&json!({ "data": { "a": "1" } }));
        let key = Key { kind: Kind::ConfigMap, name: "n".into() };
        let there = json!({
            "metadata": { "name": "n", "labels": { "theirs": "yes" }, "resourceVersion": "7" },
            "data": { "b": "2" }, "binaryData": { "c": "Mw==" },
        });
        assert_eq!(
            new.over(there, &key, "infra"),
            json!({
                "metadata": {
                    "name": "n", "labels": { "theirs": "yes", (COPY): "true" }, "resourceVersion": "7",
                    "annotations": { (FROM): "infra/n" },
                },
                "data": { "a": "1" },
            })
        );
    }

    #[test]
    fn what_cannot_be_read_is_not_quoted() {
        let error = Content::of(&json!({ "data": { "password": ["hunter2"] } })).err().unwrap();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
