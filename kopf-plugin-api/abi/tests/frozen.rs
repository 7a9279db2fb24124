//! The shapes that cross are what they were when they were closed: a plugin may be older than its host, or newer.
//!
//! Where one of these tests fails, the change does not belong into `v1`.

use std::mem::{align_of, offset_of, size_of};

use abi_stable::{
    StableAbi,
    std_types::{RArc, ROption, RResult, RStr, RVec},
    type_layout::{TLFunction, TypeLayout},
};
use expect_test::{Expect, expect};
use kopf_plugin_abi::v1::{FutureV1, HostV1, HostV1Ref, InvokeRequest, PluginV1, WakerV1, op};

type Json = RVec<u8>;
type Answer = RResult<Json, Json>;

macro_rules! offsets {
    ($type:ident: $($field:ident),*) => {{
        let mut text = format!("{} {} {}\n", stringify!($type), size_of::<$type>(), align_of::<$type>());
        $(text += &format!("    {} {}\n", offset_of!($type, $field), stringify!($field));)*
        text
    }};
}

#[test]
fn sizes_and_offsets() {
    let request = offsets!(InvokeRequest: handler, flags, span, object, old, context);
    let plugin = offsets!(PluginV1: init, call, call_sync, set_level, control);
    let host = offsets!(HostV1: log, request, control);
    expect![[r#"
        InvokeRequest 88 8
            0 handler
            4 flags
            8 span
            16 object
            32 old
            56 context
        PluginV1 40 8
            0 init
            8 call
            16 call_sync
            24 set_level
            32 control
        HostV1 24 8
            0 log
            8 request
            16 control
    "#]]
    .assert_eq(&(request + &plugin + &host));
}

#[test]
fn what_abi_stable_compares_of_the_future_and_its_waker() {
    check(
        WakerV1::LAYOUT,
        &expect![[r#"
        WakerV1 32 8
            data: *const ()
            clone: AFunctionPointer unsafe fn(,: *const () )->*const () 
            wake_by_ref: AFunctionPointer unsafe fn(,: *const () )->()
            release: AFunctionPointer unsafe fn(,: *const () )->()
    "#]],
    );
    check(
        FutureV1::LAYOUT,
        &expect![[r#"
        FutureV1 24 8
            data: *mut ()
            poll: AFunctionPointer unsafe fn(,,: *mut () , param_1: &'a  WakerV1 )->ROption
            release: AFunctionPointer unsafe fn(,: *mut () )->()
    "#]],
    );
    check(
        InvokeRequest::LAYOUT,
        &expect![[r#"
        InvokeRequest 88 8
            handler: u32
            flags: u32
            span: u64
            object: RArc
            old: ROption
            context: RVec
    "#]],
    );
}

#[track_caller]
fn check(layout: &TypeLayout, expected: &Expect) {
    let mut text = format!("{} {} {}\n", layout.name(), layout.size(), layout.alignment());
    for field in layout.get_fields().into_iter().flat_map(|fields| fields.iter()) {
        let functions: String = field.function_range().iter().map(|function| signature(&function)).collect();
        text += &format!("    {}: {}{functions}\n", field.name(), field.full_type().to_string().trim());
    }
    expected.assert_eq(&text);
}

/// A function pointer's types as abi_stable prints them, less the lifetimes on the lines below.
fn signature(function: &TLFunction) -> String {
    format!(" {}", function.to_string().lines().next().unwrap_or_default())
}

#[test]
fn the_types_of_all_that_is_public() {
    // It is enough that these compile: they name every field, and each with its type.
    type Request = (u32, u32, u64, RArc<Json>, ROption<RArc<Json>>, Json);
    let _request = |InvokeRequest { handler, flags, span, object, old, context }| -> Request {
        (handler, flags, span, object, old, context)
    };
    type Plugin = (
        extern "C" fn(HostV1Ref, Json) -> Answer,
        extern "C" fn(InvokeRequest) -> FutureV1,
        extern "C" fn(InvokeRequest) -> Answer,
        extern "C" fn(u8),
        extern "C" fn(u32, Json) -> FutureV1,
    );
    let _plugin = |PluginV1 { init, call, call_sync, set_level, control }| -> Plugin {
        (init, call, call_sync, set_level, control)
    };
    type Host = (
        extern "C" fn(u8, RStr<'_>, RStr<'_>, u32, u64, RStr<'_>),
        extern "C" fn(u32, Json) -> FutureV1,
        extern "C" fn(u32, Json) -> Answer,
    );
    let _host = |HostV1 { log, request, control }| -> Host { (log, request, control) };
}

#[test]
fn the_operation_codes_and_the_version() {
    assert_eq!([op::RETIRE, op::KUBERNETES, op::NOW, op::SLEEP, op::FORGET], [1, 2, 3, 4, 5]);
    assert_eq!([op::STOPPING, op::LATEST, op::BEGIN, op::END, op::POST], [6, 7, 8, 9, 10]);
    assert_eq!([op::TRANSFORM, op::WATCH, op::ADMIT], [11, 12, 13]);
    assert!(env!("CARGO_PKG_VERSION").starts_with("1.0."), "the version is part of every type's layout");
}
