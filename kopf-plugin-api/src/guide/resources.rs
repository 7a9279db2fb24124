//! How an attribute names a resource.
//!
//! | written | means |
//! |---|---|
//! | `"zalando.org", "v1", "kopfexamples"` | group, version, name |
//! | `"zalando.org/v1", "kopfexamples"` | the same |
//! | `"zalando.org", "kopfexamples"` | the group's preferred version |
//! | `"v1", "pods"` | a core resource |
//! | `"pods"`, `"po"`, `"Pod"`, `"pod"` | a plural, a short name, a kind, a singular, in any group |
//! | `"kopfexamples.zalando.org"`, `"kopfexamples.v1.zalando.org"`, `"pods.v1"` | a name with group, with version |
//! | `kind = "Pod"`, `plural = "pods"`, `singular = "pod"`, `short_name = "po"` | just that |
//! | `category = "all"` | all resources of a category |
//! | `everything` | all resources but Events |
//! | `resources = is_ours` | those of which a function says so |
//!
//! The last four lines may have strings before them, which are the group and the version then.
//!
//! ```
//! use kopf_plugin_api::{Resource, prelude::*};
//!
//! #[kopf::on::create("apps", "v1", kind = "Deployment")]
//! fn create_fn(name: Name) {
//!     info!("{name} is a deployment");
//! }
//!
//! fn has_a_status(resource: &Resource) -> bool {
//!     resource.namespaced && resource.subresources.iter().any(|name| name == "status")
//! }
//!
//! #[kopf::on::event("example.com", resources = has_a_status)]
//! fn event_fn(context: Context, name: Name) {
//!     info!("{} {name}", context.kind);
//! }
//! ```
//!
//! A name that means resources of several groups means the core's, if that is among them; else none is served, and a warning
//! names them. A resource that is not there is told of once, and served as soon as its definition comes. Without a version
//! it is the preferred one, also when that becomes another.
//!
//! # One watch
//!
//! Each resource is watched once for all handlers of all plugins. One more handler costs no request. Where the filters of
//! all of them have labels or a name in common, and none of them holds objects back, the API server is asked for these
//! objects alone: `kopf inspect` shows for which.
