//! Daemons: functions that run for as long as an object is there.

use std::time::Duration;

use kopf_plugin_api::prelude::*;

const MINUTE: Duration = Duration::from_secs(60);

/// Goes on until it is told to stop, and then has time to put things in order. What it returns is in the status.
#[kopf::daemon("zalando.org", "v1", "kopfexamples")]
async fn accompany(latest: Latest, stopped: Stopped) -> Outcome<Value> {
    info!("Accompanying it, with the field {}", latest.spec()?["field"]);
    let mut minutes = 0;
    while !stopped.wait(MINUTE).await {
        minutes += 1;
        info!("It has the field {} by now", latest.spec()?["field"]);
    }
    if let Some(reason) = stopped.reason() {
        info!("Leaving it: {reason}");
    }
    Ok(json!({ "minutes": minutes }))
}

/// One that fails is started again, after a second. Without `async` a daemon keeps a thread, and waits with `wait_blocking`.
#[kopf::daemon("zalando.org", "v1", "kopfexamples", labels = { "somelabel" = "somevalue" }, initial_delay = "2s")]
fn connect(Retry(retry): Retry, stopped: Stopped) -> Outcome<()> {
    if retry == 0 {
        return Err(kopf::temporary("nobody is listening yet", 1));
    }
    info!("Connected, at attempt {}", retry + 1);
    while !stopped.wait_blocking(MINUTE) {}
    info!("Hanging up");
    Ok(())
}

/// It runs while its filters match: a change of the field ends it, and the old value starts it again. It does not take the
/// flag, and so it is cancelled where it waits.
#[kopf::daemon(
    "zalando.org",
    "v1",
    "kopfexamples",
    field = "spec.field",
    value = "value",
    initial_delay = "1s"
)]
async fn guard() {
    info!("Guarding the field");
    loop {
        kopf::time::sleep(MINUTE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLES: &str = "kopfexamples.zalando.org";
    const OBJECT: &str = "default/kopf-example-1";

    #[test]
    fn an_object_is_accompanied_to_its_end() {
        let mut operator = kopf_plugin_testing::start!();
        operator.apply(include_str!("../../crd.yaml"));
        // Without the label: a daemon that has a thread has a time of its own.
        operator.apply(&include_str!("../../obj.yaml").replace("somevalue", "another"));
        operator.settle();
        assert_eq!(
            operator.get(EXAMPLES, OBJECT)["metadata"]["finalizers"],
            json!(["daemons.kopf.dev/finalizer"])
        );

        operator.advance(Duration::from_secs(1));
        operator.patch(EXAMPLES, OBJECT, &json!({ "spec": { "field": "other" } }));
        operator.advance(MINUTE);
        operator.delete(EXAMPLES, OBJECT);
        operator.settle();
        assert_eq!(operator.find(EXAMPLES, OBJECT), None);
        for line in [
            "Accompanying it, with the field \"value\"",
            "It has the field \"other\" by now",
            "Guarding the field",
            "Leaving it: resource-deleted",
        ] {
            assert!(operator.log().iter().any(|told| told.contains(line)), "{line}: {:#?}", operator.log());
        }
    }
}
