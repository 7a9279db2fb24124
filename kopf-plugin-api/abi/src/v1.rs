//! The shapes that cross between a plugin and its host, revision 1: two tables of functions and what they pass.
//!
//! Closed. The layout check refuses an older plugin on a host whose table has grown, even at its end, so nothing is
//! ever added here: what must evolve is JSON inside the bytes ([`crate::wire`]) or an operation code ([`op`]).
#![allow(unsafe_code, missing_docs, non_local_definitions, non_camel_case_types)]

use abi_stable::{
    StableAbi,
    library::RootModule,
    package_version_strings,
    sabi_types::VersionStrings,
    std_types::{RArc, ROption, RResult, RStr, RVec},
};

/// JSON text that is shared without being copied.
pub type Bytes = RArc<RVec<u8>>;

/// JSON text: of what was asked for, or of a [`crate::wire::Failure`].
pub type Reply = RResult<RVec<u8>, RVec<u8>>;

/// One attempt of one handler.
#[repr(C)]
#[derive(StableAbi, Clone)]
pub struct InvokeRequest {
    /// The handler's place in the manifest.
    pub handler: u32,
    /// What is called: zero is the handler itself, another number is the question of that number which the handler's
    /// options ask (see [`crate::wire::Question`]). Questions are put to `call_sync` alone.
    pub flags: u32,
    /// The host's number for this attempt; it comes back with each log line.
    pub span: u64,
    /// The object, whole, as the server sent it.
    pub object: Bytes,
    /// What the handler last saw: the essence, or the field's value. Absent on a creation.
    pub old: ROption<Bytes>,
    /// A [`crate::wire::Context`].
    pub context: RVec<u8>,
}

/// A task to be woken: a `Waker` of one side, as the other side sees it.
#[repr(C)]
#[derive(StableAbi)]
pub struct WakerV1 {
    pub(crate) data: *const (),
    pub(crate) clone: unsafe extern "C" fn(*const ()) -> *const (),
    pub(crate) wake_by_ref: unsafe extern "C" fn(*const ()),
    pub(crate) release: unsafe extern "C" fn(*const ()),
}

/// A future of one side, as the other side polls it. Made and awaited by [`crate::future`].
#[repr(C)]
#[derive(StableAbi)]
pub struct FutureV1 {
    pub(crate) data: *mut (),
    pub(crate) poll: unsafe extern "C" fn(*mut (), &WakerV1) -> ROption<Reply>,
    pub(crate) release: unsafe extern "C" fn(*mut ()),
}

/// What a plugin gives to its host.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = PluginV1Ref, prefix_fields = PluginV1Prefix)))]
#[sabi(missing_field(panic))]
pub struct PluginV1 {
    /// Called once, before all else. Takes a [`crate::wire::Init`], answers a [`crate::wire::Manifest`].
    pub init: extern "C" fn(host: HostV1Ref, config: RVec<u8>) -> Reply,
    /// Runs an asynchronous handler. Answers a [`crate::wire::Done`].
    pub call: extern "C" fn(InvokeRequest) -> FutureV1,
    /// Runs a synchronous handler, on a thread that may block. Answers a [`crate::wire::Done`].
    pub call_sync: extern "C" fn(InvokeRequest) -> Reply,
    /// The most verbose level that the host wants: 1 (error) to 5 (trace).
    pub set_level: extern "C" fn(u8),
    /// Any other request: an operation of [`op`]. An unknown one is answered with a failure of kind `unsupported`.
    #[sabi(last_prefix_field)]
    pub control: extern "C" fn(operation: u32, body: RVec<u8>) -> FutureV1,
}

/// What a host gives to its plugins.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = HostV1Ref, prefix_fields = HostV1Prefix)))]
#[sabi(missing_field(panic))]
pub struct HostV1 {
    /// Takes a log line. Levels as in [`PluginV1::set_level`]; `fields` is a JSON object with the `message` in it.
    pub log:
        extern "C" fn(level: u8, target: RStr<'_>, file: RStr<'_>, line: u32, span: u64, fields: RStr<'_>),
    /// A request that takes time: an operation of [`op`].
    pub request: extern "C" fn(operation: u32, body: RVec<u8>) -> FutureV1,
    /// A request that takes none: an operation of [`op`].
    #[sabi(last_prefix_field)]
    pub control: extern "C" fn(operation: u32, body: RVec<u8>) -> Reply,
}

impl RootModule for PluginV1Ref {
    abi_stable::declare_root_module_statics! {PluginV1Ref}
    const BASE_NAME: &'static str = "kopf_plugin";
    const NAME: &'static str = "kopf_plugin";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}

/// Operation codes. A code is never given a second meaning. Bodies and answers are of [`crate::wire`].
pub mod op {
    /// Plugin: let go of the runtime, no call comes any more. Body and answer: `{}`.
    pub const RETIRE: u32 = 1;
    /// Host: send a request to the Kubernetes API server.
    pub const KUBERNETES: u32 = 2;
    /// Host: the host's time, in milliseconds since 1970: body `{}`, answer `{"unix_ms": n}`.
    pub const NOW: u32 = 3;
    /// Host: wait on the host's clock. Body `{"ms": n}`, with `"limit": true` where something else is waited for, and no
    /// longer than this, and with the `"span"` of the call that waits; answer `{}`.
    pub const SLEEP: u32 = 4;
    /// Plugin: an object is gone, and what is kept of it may go. Body: a `Forget`; answer: `{}`.
    pub const FORGET: u32 = 5;
    /// Host: whether a daemon or a timer is to stop. Body: a `Call`; answer: a `Stopping`. As a request, waits until it is.
    pub const STOPPING: u32 = 6;
    /// Host: the object of a call as it is by now. Body: a `Call`; answer: the object.
    pub const LATEST: u32 = 7;
    /// Host, by `control`: whether it is a sub-handler's turn, or what must be answered first. Body: a `Begin`;
    /// answer: a `Turn`.
    pub const BEGIN: u32 = 8;
    /// Host, by `control`: what came of a sub-handler. Body: an `End`; answer: the `Turn` that follows.
    pub const END: u32 = 9;
    /// Host: post a Kubernetes Event. Body: a `Post`; answer: `{}`.
    pub const POST: u32 = 10;
    /// Plugin: change an object as the functions say that a handler has put into its patch. Body: a `Transform`; answer:
    /// the object, changed. Without an object they are let go of.
    pub const TRANSFORM: u32 = 11;
    /// Host: wait for the next event of a watch. Body: a `Watch`; answer: a `Watched`.
    pub const WATCH: u32 = 12;
    /// Plugin: review an admission. Reserved: a plugin without handlers for that refuses it as `unsupported`, and so does
    /// a host, as it does whatever is asked of plugins.
    pub const ADMIT: u32 = 13;
}
