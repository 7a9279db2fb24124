//! Tolerations that every pod has.

use serde_json::{Map, Value, json};

/// Lets a pod stay for a while on a node that is in trouble.
pub(super) fn admit(spec: &mut Map<String, Value>) {
    let Value::Array(tolerations) = spec.entry("tolerations").or_insert_with(|| json!([])) else { return };
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let tolerated = tolerations.iter().any(|known| {
            let of_key = known["key"].is_null() || known["key"] == key;
            of_key && (known["effect"].is_null() || known["effect"] == "NoExecute")
        });
        if !tolerated {
            tolerations.push(
                json!({ "key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 }),
            );
        }
    }
}
