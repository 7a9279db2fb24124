//! Which objects a handler is for: `labels`, `annotations`, `field` with `value`, `old` and `new`, and `when`.
//!
//! All that is asked must hold. An object that no handler is for is left without a trace: no record, no finalizer, no
//! line. Once it is as a handler wants it, it is a creation.
//!
//! # What is asked of a value
//!
//! | written | holds for |
//! |---|---|
//! | `"text"`, `5`, `true`, `json!([1, 2])` | this value; labels and annotations are texts |
//! | `present` | any value, the empty text too |
//! | `absent` | no value |
//! | `is_small`, `\|value\| …` | what the function says |
//! | `not(…)`, `all(…)`, `any(…)`, `none(…)` | what they combine; `all()` and `none()` hold, `any()` does not |
//!
//! A function about a label or an annotation takes `Option<&str>`, one about a field `Option<&Value>`: what is absent is
//! `None`. A function about the object, in `when`, takes what a handler takes; for an event handler that includes the event.
//! All return `bool`, or `Outcome<bool>`. A closure is one too, if it takes nothing from around it.
//!
//! ```
//! use kopf_plugin_api::prelude::*;
//!
//! fn is_large(size: Option<&Value>) -> bool {
//!     size.and_then(Value::as_u64).is_some_and(|size| size > 100)
//! }
//!
//! fn is_ours(labels: Labels, namespace: Namespace) -> bool {
//!     labels.contains_key("team") || namespace.get() == Some("ours")
//! }
//!
//! #[kopf::on::update("example.com", "v1", "sites",
//!     labels = { "tier" = any("web", "db"), "frozen" = absent },
//!     field = "spec.size", old = not(is_large), new = is_large,
//!     when = all(is_ours, |spec: Spec| spec["paused"] != true))]
//! fn grown(name: Name) {
//!     info!("{name} is large now");
//! }
//! ```
//!
//! # Values and changes
//!
//! `value` looks at the field as it was handled last and as it is now, and holds if either is so: a handler is told of a
//! field that becomes 5, and of one that was. Without `value` the field must be there in either. `old` and `new` look at
//! one of both, and do not go with `value`. On a creation there is no state before; `old = absent` holds then.
//!
//! # Functions
//!
//! They are asked where everything else holds, in the order in which they are written, `when` last, and no more of them
//! than are needed. They must be quick and wait for nothing. One that panics, returns an error, or has not answered
//! after ten seconds says no, and a warning names its handler. Of an object of which only digests are kept (a Secret, or
//! one that is very large) the old value of a field is not known: what depends on a function about it does not hold.
