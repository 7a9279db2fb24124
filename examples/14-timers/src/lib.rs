//! Timers: functions that are called for an object again and again.

use kopf_plugin_api::prelude::*;

/// Every two seconds, counted from the end of one call to the beginning of the next. One that fails for good stops, until its
/// object changes. What it counts with is the memory of its object.
#[kopf::timer("zalando.org", "v1", "kopfexamples", interval = "2s")]
async fn count_down(count: Memo<Count>) -> Outcome<Value> {
    let left = {
        let mut count = count.lock();
        count.0 = count.0.checked_sub(1).ok_or_else(|| Permanent::new("there is nothing left to count"))?;
        count.0
    };
    info!("{left} left");
    Ok(json!({ "left": left }))
}

struct Count(u32);

impl Default for Count {
    fn default() -> Count {
        Count(3)
    }
}

/// When the object has not changed for a while: here a second. There is no interval, so the next call comes after the
/// next change. How long to wait before the first one is a function of the object.
#[kopf::timer("zalando.org", "v1", "kopfexamples", idle = "1s",
    initial_delay = |spec: Spec| if spec["items"].is_array() { 1 } else { 0 })]
fn settled(spec: Spec) {
    info!("The field is {} and stays so", spec["field"]);
}

/// Each `sharp` call begins a whole number of intervals after the one before, however long that took.
#[kopf::timer("zalando.org", "v1", "kopfexamples", interval = "1h", initial_delay = "1h", sharp)]
fn report(spec: Spec, patch: Patch) {
    patch.set_annotation("example.com/reported-field", spec["field"].as_str().unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    const EXAMPLES: &str = "kopfexamples.zalando.org";
    const OBJECT: &str = "default/kopf-example-1";

    /// An hour passes in milliseconds.
    #[test]
    fn timers_are_called_when_their_time_has_come() {
        let mut operator = kopf_plugin_testing::start!();
        operator.apply(include_str!("../../crd.yaml"));
        operator.apply(include_str!("../../obj.yaml"));
        operator.settle();
        assert_eq!(operator.get(EXAMPLES, OBJECT)["status"]["count_down"]["left"], 2);

        operator.advance(Duration::from_secs(10));
        assert_eq!(operator.get(EXAMPLES, OBJECT)["status"]["count_down"]["left"], 0);
        let told = |text: &str| operator.log().iter().filter(|line| line.contains(text)).count();
        assert_eq!(told("there is nothing left to count"), 1);
        assert_eq!(told("The field is \"value\" and stays so"), 1);

        operator.advance(Duration::from_secs(3600));
        let annotations = &operator.get(EXAMPLES, OBJECT)["metadata"]["annotations"];
        assert_eq!(annotations["example.com/reported-field"], "value");
    }
}
