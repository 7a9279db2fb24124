//! A tap on the boundary: it notes each operation that goes from one side to the other, and passes it on.
#![allow(unsafe_code, reason = "a library is opened")]

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Mutex, OnceLock},
};

use abi_stable::{
    library::{AbiHeaderRef, ROOT_MODULE_LOADER_NAME_WITH_NUL},
    prefix_type::PrefixTypeTrait,
    std_types::{RStr, RVec},
};
use kopf_plugin_abi::v1::{FutureV1, HostV1, HostV1Ref, InvokeRequest, PluginV1, PluginV1Ref, Reply};

static PLUGIN: OnceLock<PluginV1Ref> = OnceLock::new();
static HOST: OnceLock<HostV1Ref> = OnceLock::new();
static NOTED: Mutex<BTreeSet<(u32, &str)>> = Mutex::new(BTreeSet::new());

/// Opens the plugin that is tapped: there is one in a process.
pub(crate) fn open(path: &Path) -> PluginV1Ref {
    // SAFETY: it is a library of the fixtures, and is never closed.
    let root = unsafe {
        let library = Box::leak(Box::new(libloading::Library::new(path).unwrap()));
        let header = *library.get::<AbiHeaderRef>(ROOT_MODULE_LOADER_NAME_WITH_NUL.as_bytes()).unwrap();
        header.upgrade().unwrap().init_root_module::<PluginV1Ref>().unwrap()
    };
    assert!(PLUGIN.set(root).is_ok(), "one plugin is tapped");
    PluginV1 { init, call, call_sync, set_level, control }.leak_into_prefix()
}

/// Each operation so far, with whom it was asked of, and how.
pub(crate) fn noted() -> Vec<(u32, &'static str)> {
    NOTED.lock().unwrap().iter().copied().collect()
}

fn plugin() -> &'static PluginV1Ref {
    PLUGIN.get().unwrap()
}

fn host() -> &'static HostV1Ref {
    HOST.get().unwrap()
}

fn note(operation: u32, of: &'static str) {
    NOTED.lock().unwrap().insert((operation, of));
}

extern "C" fn init(given: HostV1Ref, config: RVec<u8>) -> Reply {
    assert!(HOST.set(given).is_ok(), "it is started once");
    plugin().init()(HostV1 { log, request, control: host_control }.leak_into_prefix(), config)
}

extern "C" fn call(request: InvokeRequest) -> FutureV1 {
    plugin().call()(request)
}

extern "C" fn call_sync(request: InvokeRequest) -> Reply {
    plugin().call_sync()(request)
}

extern "C" fn set_level(level: u8) {
    plugin().set_level()(level);
}

extern "C" fn control(operation: u32, body: RVec<u8>) -> FutureV1 {
    note(operation, "plugin");
    plugin().control()(operation, body)
}

extern "C" fn log(level: u8, target: RStr<'_>, file: RStr<'_>, line: u32, span: u64, fields: RStr<'_>) {
    host().log()(level, target, file, line, span, fields);
}

extern "C" fn request(operation: u32, body: RVec<u8>) -> FutureV1 {
    note(operation, "host, which may take its time");
    host().request()(operation, body)
}

extern "C" fn host_control(operation: u32, body: RVec<u8>) -> Reply {
    note(operation, "host");
    host().control()(operation, body)
}
