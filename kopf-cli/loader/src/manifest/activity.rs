//! Makes the core's handlers of declarations that are about no object.

use kopf_core::activity::{Activity, Handler};
use kopf_plugin_abi::wire;

use super::limits;

/// The activity that calls such a handler; none for one that is about objects.
pub(super) fn of(on: wire::On) -> Option<Activity> {
    match on {
        wire::On::Startup => Some(Activity::Startup),
        wire::On::Cleanup => Some(Activity::Cleanup),
        wire::On::Probe => Some(Activity::Probe),
        wire::On::Login => Some(Activity::Login),
        _ => None,
    }
}

/// The handler, or what is wrong with it.
pub(super) fn handler(
    plugin: usize,
    index: u32,
    activity: Activity,
    declared: wire::Declaration,
) -> Result<Handler, String> {
    let wire::Declaration { id, selector, asynchronous, function, file, line, options, .. } = declared;
    if id.is_empty() {
        return Err("its id is empty; leave the id out, or write one".to_owned());
    }
    if !selector.is_empty() {
        return Err(format!("a {activity} handler is about no object; take the resource away"));
    }
    let limits = limits(&options)?;
    Ok(Handler {
        plugin,
        index,
        id,
        activity,
        asynchronous,
        limits,
        function,
        place: format!("{file}:{line}"),
    })
}
