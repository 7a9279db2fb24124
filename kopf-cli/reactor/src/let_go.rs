//! Has plugins let go of what they remember of objects that are no more, or that are served no more.

use kopf_core::registry::Served;

use crate::{Forget, io::Io};

/// Has the plugins that serve a resource let go of one of its objects.
pub(crate) async fn let_go(io: &Io, served: &Served, uid: &str) {
    for plugin in served.remembering() {
        io.invoker.forget(Forget { plugin, uid: uid.into(), handler: None }).await;
    }
}
