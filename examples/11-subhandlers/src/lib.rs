//! Sub-handlers: parts of a handler, each with retries and a record of its own.

use kopf_plugin_api::prelude::*;

/// A sub-handler for each item. One that has succeeded is not called again, whatever happens to the others: the second
/// item fails at first, and is the only one to be tried again.
#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
fn create_fn(spec: Spec, subs: Subhandlers) {
    for item in spec["items"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let item = item.to_owned();
        subs.add(item.clone(), move |Retry(retry): Retry| match (item.as_str(), retry) {
            ("item2", 0) => Err(kopf::temporary("item2 is not ready yet", 1)),
            _ => {
                info!("{item} is done, at attempt {}", retry + 1);
                Ok(())
            }
        });
    }

    #[kopf::subhandler]
    fn summary(spec: Spec) -> Outcome<usize> {
        Ok(spec["items"].as_array().map_or(0, Vec::len))
    }
}
