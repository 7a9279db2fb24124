//! Bad input gets a clear error and loses nothing, and the objects beside it are served.

mod hanging;
mod nesting;
mod results;
mod schema;
mod size;
mod state;

use crate::support::operator::NAME;
use crate::support::world::{CHANGES, World};
use kube::api::DynamicObject;
use serde_json::json;

/// Creates an object beside the bad ones and waits until it is handled; a second one has to have a name of its own.
async fn serves_another(world: &World, name: &str) {
    world.objects(CHANGES).create(name, json!({ "spec": { "n": 0 } })).await;
    world.until_handled(CHANGES, name).await;
}

/// What the operator keeps on the object in this annotation.
fn kept<'a>(object: &'a DynamicObject, name: &str) -> Option<&'a str> {
    let annotations = object.metadata.annotations.as_ref()?;
    annotations.get(&format!("{NAME}.kopf.dev/{name}")).map(String::as_str)
}

/// What was handled last, as a whole or as digests.
fn handled(object: &DynamicObject) -> Option<&str> {
    kept(object, "last-handled-configuration")
}

/// The attempts on the object of this name: each handler, and how many attempts it had before.
fn attempts_on(world: &World, name: &str) -> Vec<(String, u32)> {
    let attempts = world.script.attempts().into_iter();
    attempts.filter(|attempt| attempt.name == name).map(|attempt| (attempt.handler, attempt.retry)).collect()
}

/// One row of [`attempts_on`].
fn attempt(handler: &str, retry: u32) -> (String, u32) {
    (handler.to_owned(), retry)
}
