//! The least there is to an operator: one function, called once for each new object.

use kopf_plugin_api::prelude::*;

#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
async fn create_fn(spec: Spec) -> Outcome<Value> {
    info!("And here we are! Creating: {spec}");
    Ok(json!({ "message": "hello world" }))
}

#[cfg(test)]
mod tests {
    /// No cluster, no sockets, no waiting: the API server is in the test, and so is the time.
    #[test]
    fn what_the_handler_returns_is_in_the_status() {
        let mut operator = kopf_plugin_testing::start!();
        operator.apply(include_str!("../../crd.yaml"));
        operator.apply(include_str!("../../obj.yaml"));
        operator.settle();
        let object = operator.get("kopfexamples.zalando.org", "default/kopf-example-1");
        assert_eq!(object["status"]["create_fn"]["message"], "hello world");
    }
}
