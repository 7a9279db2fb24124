//! An operator with the tests that it needs: of what it returns, of time, of trouble and of its end.

use kopf_plugin_api::prelude::*;

/// Gives the object an address, once what it waits for is there.
#[kopf::on::create("zalando.org", "v1", "kopfexamples", retries = 3)]
fn provide(spec: Spec, Retry(retry): Retry) -> Outcome<Value> {
    let Some(field) = spec["field"].as_str() else {
        return Err(Permanent::new("spec.field is missing").into());
    };
    if field == "slow" && retry == 0 {
        return Err(Temporary::new("not there yet").after(3600).into());
    }
    info!("Providing {field}.example.com");
    Ok(json!({ "address": format!("{field}.example.com") }))
}

/// Takes the address back before the object goes.
#[kopf::on::delete("zalando.org", "v1", "kopfexamples")]
fn release(status: Status) {
    info!("Releasing {}", status["provide"]["address"]);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kopf_plugin_testing::{Effect, Entry, Fault, Operator, Sandbox, plugin};

    use super::*;

    const EXAMPLES: &str = "kopfexamples.zalando.org";
    const OBJECT: &str = "default/kopf-example-1";

    /// The operator on a sandbox that has the definition, and the object with this field.
    fn operator(field: &str) -> Operator {
        let object = include_str!("../../obj.yaml").replace("field: value", field);
        Sandbox::builder().crd(include_str!("../../crd.yaml")).objects(&object).start().run(plugin!())
    }

    #[test]
    fn an_object_is_given_an_address() {
        let operator = operator("field: web");
        let status = json!({ "status": { "provide": { "address": "web.example.com" } } });
        operator.expect(EXAMPLES, OBJECT, &status);
        operator.expect_outcomes("provide", &["default/kopf-example-1 succeeded"]);
    }

    #[test]
    fn an_object_without_a_field_is_given_up_at_once() {
        let mut operator = operator("other: web");
        operator.advance(Duration::from_secs(86_400));
        operator
            .expect_outcomes("provide", &["default/kopf-example-1 failed for good: spec.field is missing"]);
    }

    #[test]
    fn what_is_not_there_yet_is_asked_for_an_hour_later() {
        let mut operator = operator("field: slow");
        operator.advance(Duration::from_secs(3599));
        operator.expect(EXAMPLES, OBJECT, &json!({ "status": null }));
        operator.advance(Duration::from_secs(1));
        operator.expect(
            EXAMPLES,
            OBJECT,
            &json!({ "status": { "provide": { "address": "slow.example.com" } } }),
        );
    }

    #[test]
    fn a_conflict_repeats_the_write_and_not_the_handler() {
        let operator = {
            let mut operator = operator("field: slow");
            let patches = |entry: &Entry| entry.method == "PATCH";
            operator.sandbox().faults().add(Fault::new(Effect::Conflict).when(patches));
            operator.advance(Duration::from_secs(3600));
            operator
        };
        operator.expect_outcomes(
            "provide",
            &["default/kopf-example-1 failed for 3600 s", "default/kopf-example-1 succeeded"],
        );
        let path = "/apis/zalando.org/v1/namespaces/default/kopfexamples/kopf-example-1";
        let statuses = |entry: &Entry| entry.path.ends_with("/status");
        let (conflict, done) = (format!("PATCH {path}/status 409"), format!("PATCH {path}/status 200"));
        operator.expect_requests(statuses, &[&conflict, &done]);
    }

    #[test]
    fn an_object_goes_when_its_address_is_released_also_after_a_crash() {
        let mut operator = operator("field: web");
        operator.kill();
        operator.delete(EXAMPLES, OBJECT);
        assert!(operator.find(EXAMPLES, OBJECT).is_some(), "it waits for the operator");
        operator.resume();
        operator.expect_gone(EXAMPLES, OBJECT);
        assert!(operator.log().iter().any(|line| line.ends_with("Releasing \"web.example.com\"")));
    }

    #[test]
    fn a_storm_of_faults_delays_and_loses_nothing() {
        let mut operator = operator("field: slow");
        operator.sandbox().faults().storm(0.2);
        operator.advance(Duration::from_secs(7200));
        operator.sandbox().restart();
        operator.sandbox().faults().clear();
        operator.advance(Duration::from_secs(600));
        operator.expect(
            EXAMPLES,
            OBJECT,
            &json!({ "status": { "provide": { "address": "slow.example.com" } } }),
        );
    }
}
