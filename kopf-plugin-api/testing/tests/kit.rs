//! What the tests of this crate share: an operator that knows the definition of the examples, and objects of it.
#![allow(dead_code, reason = "each test takes of it what it needs")]

use kopf_plugin_testing::{Operator, plugin};
use serde_json::{Value, json};

/// The resource that the examples define.
pub(crate) const EXAMPLES: &str = "kopfexamples.zalando.org";

/// Its definition.
pub(crate) const DEFINITION: &str = include_str!("../../../examples/crd.yaml");

/// The handlers of the test, on a sandbox that has the definition.
pub(crate) fn operator() -> Operator {
    let mut operator = Operator::run(plugin!());
    operator.apply(DEFINITION);
    operator.settle();
    operator
}

/// An example of this name, with these labels, and with this to be wanted of it.
pub(crate) fn example(name: &str, labels: &Value, spec: &Value) -> Value {
    json!({
        "apiVersion": "zalando.org/v1", "kind": "KopfExample",
        "metadata": { "name": name, "namespace": "default", "labels": labels }, "spec": spec,
    })
}

/// Where an object of this name is.
pub(crate) fn place(name: &str) -> String {
    format!("default/{name}")
}
