//! The boundary between kopf and its plugins: the only crate that both sides know.
//!
//! - [`stamp`]: what is written into a plugin's file, to be read before it is opened.
//! - [`v1`]: the shapes that cross. Frozen.
//! - [`future`]: a future that crosses, made of those shapes.
//! - [`wire`]: the JSON inside the bytes. It may grow, with defaults.
//!
//! The version of this crate stays 1.0.z for ever: the layout check compares it, and a plugin outlives many hosts.

pub mod future;
pub mod stamp;
pub mod v1;
pub mod wire;
