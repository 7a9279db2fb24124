//! Peering: operators of the same objects that make room for each other. Nothing of it is to be written.

use kopf_plugin_api::prelude::*;

#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
#[kopf::on::update("zalando.org", "v1", "kopfexamples")]
fn handle(spec: Spec, reason: Reason) {
    info!("The field is {} ({reason})", spec["field"]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use kopf_plugin_testing::Settings;

    const EXAMPLES: &str = "kopfexamples.zalando.org";
    const OBJECT: &str = "default/kopf-example-1";

    #[test]
    fn whoever_has_less_priority_waits_and_then_handles_what_it_has_missed() {
        let mut operator = kopf_plugin_testing::start!();
        operator.apply(include_str!("../../peering.yaml"));
        operator.apply(include_str!("../../crd.yaml"));
        operator.apply(include_str!("../../obj.yaml"));
        operator.settle();

        let mut first = Settings::default();
        first.peering.priority = 1;
        operator.start_beside("other", first);
        operator.patch(EXAMPLES, OBJECT, &json!({ "spec": { "field": "another" } }));
        operator.settle();
        let handled = |operator: &kopf_plugin_testing::Operator, by: &str| {
            let annotation = format!("{by}.kopf.dev/last-handled-configuration");
            let object = operator.get(EXAMPLES, OBJECT);
            object["metadata"]["annotations"][&annotation].to_string().contains("another")
        };
        assert!(handled(&operator, "other") && !handled(&operator, "peering"));

        operator.stop_beside("other");
        operator.settle();
        assert!(handled(&operator, "peering"));
    }
}
