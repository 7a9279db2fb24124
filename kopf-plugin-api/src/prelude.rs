//! What a plugin's file begins with: `use kopf_plugin_api::prelude::*;`.

pub use crate as kopf;
pub use crate::{
    activity::{Credentials, Settings},
    args::{
        Annotations, Body, Context, Diff, Labels, Latest, Meta, Name, Namespace, New, Old, Param, Patch,
        RawEvent, Reason, Retry, Runtime, Spec, Started, Status, StopReason, Stopped, Typed, TypedSpec,
        TypedStatus, Uid,
    },
    client::Client,
    index::{Index, Scalar},
    outcome::{Outcome, Permanent, Temporary},
    state::{Memo, Results, Shared},
    subhandlers::Subhandlers,
};
pub use serde_json::{Value, json};
pub use tracing::{debug, error, info, trace, warn};
