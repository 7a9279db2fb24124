//! What a plugin is: a library of functions with an attribute, that `kopf` loads.
//!
//! ```toml
//! [package]
//! name = "shop"
//! version = "0.1.0"
//! edition = "2024"
//!
//! [lib]
//! crate-type = ["cdylib"]
//!
//! [dependencies]
//! kopf-plugin-api = { path = "../kopf/kopf-plugin-api" }       # where your clone is
//! ```
//!
//! | typed | does |
//! |---|---|
//! | `cargo build` | makes `target/debug/libshop.so` |
//! | `kopf inspect target/debug/libshop.so` | lists what is in it, without a cluster |
//! | `kopf run target/debug/libshop.so` | runs it on the cluster of the kubeconfig |
//! | `kopf run --sandbox` | in the plugin's folder: builds it, and runs it on an API server in memory |
//!
//! A plugin carries in its file which host it needs. A file that does not fit is refused with a line that says how to mend
//! it, before anything of it is run. The compiler need not be the host's; a plugin must unwind, so no `panic = "abort"`.
//!
//! # Ids
//!
//! A handler is called after its function, without the modules around it, or by `id`. With `field` the path is added
//! (`resize/spec.size`), a sub-handler is `parent/id`. Ids are the keys of `status` and of records, so a function that is
//! renamed begins anew where it was under way. Two functions of one id on one resource are refused.
//!
//! One function may have several attributes; they share its id. `param` tells them apart:
//!
//! ```
//! use kopf_plugin_api::prelude::*;
//!
//! #[kopf::on::create("v1", "configmaps", labels = { "team" = present }, param = "is new")]
//! #[kopf::on::resume("v1", "configmaps", labels = { "team" = present }, param = "was there")]
//! fn greet(name: Name, param: Param) {
//!     info!("{name} {}", param.as_str().unwrap_or_default());
//! }
//! ```
//!
//! # Names
//!
//! What an operator notes on objects bears its name: `--name`, or the package of its only plugin. With several plugins
//! `kopf run` asks for it. Whoever changes it has another operator, which handles every object as new.
//!
//! # Handlers in libraries
//!
//! Handlers may stand in a library crate that several plugins use. A plugin names that crate (`use common as _;`), for what
//! is not named is not linked, and says of itself that it is the plugin, for its handlers have several packages then:
//!
//! ```
//! kopf_plugin_api::plugin!();
//! ```
//!
//! # Arguments of one's own
//!
//! What several handlers take apart in the same way can be an argument: see [`FromCall`](crate::FromCall).
