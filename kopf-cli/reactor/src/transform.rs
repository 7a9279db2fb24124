//! Runs the functions that handlers put into their patches, on the object as it is now, and says what they change.

use kopf_core::{functions::Wanted, object::Object, patch};
use serde_json::Value;
use tracing::error;

use crate::{io::Io, queue::Place};

/// The merge patch of all that is wanted of an object. Functions run anew for each version of it, so they must bear that.
///
/// One that fails is told of and left out, and so is what it has changed: it would fail again.
pub(crate) async fn patch(io: &Io, place: &Place, object: &Object, wanted: &mut Wanted) -> Option<Value> {
    let mut body = wanted.begin(&object.body);
    for functions in std::mem::take(&mut wanted.functions) {
        match io.invoker.transform(&functions, body.clone()).await {
            Ok(changed) => {
                body = changed;
                wanted.functions.push(functions);
            }
            Err(failure) => {
                error!(object = %place, "What a function in a patch wants is not changed, for it fails: {}", failure.message);
            }
        }
    }
    wanted.made_for = Some(object.header.version.clone());
    patch::between(&object.body, &body)
}
