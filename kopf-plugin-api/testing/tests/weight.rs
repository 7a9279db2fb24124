//! What a handler weighs: the heap of the whole process is counted with few and with many. One test, for nothing else may
//! be at work meanwhile.
#![expect(unsafe_code, reason = "an allocator that counts")]

mod kit;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

use kopf_core::handler::Handler;
use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{Operator, Sandbox, plugin};

/// Counts the bytes that are in use.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is done by the system's allocator, as its contract wants it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: passed on as it came.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: passed on as it came.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[kopf::on::update("zalando.org", "v1", "kopfexamples", field = "spec.size", labels = { "tier" = "web" })]
fn changed() {}

/// An operator with so many handlers like the first one.
fn with_handlers(count: usize) -> Operator {
    Sandbox::builder().crd(kit::DEFINITION).start().run_declared(plugin!(), move |declared| {
        let first =
            declared.iter().find(|handler| handler.id.starts_with("changed")).expect("it is declared");
        let more = |number| Handler { id: format!("changed_{number}"), ..first.clone() };
        let more: Vec<_> = (1..count).map(more).collect();
        declared.extend(more);
    })
}

/// The bytes that are in use more while an operator with so many handlers runs: at most, in several runs, for a buffer of the
/// first answers may or may not have been given back, and threads of the run before may still let go of what was theirs.
fn in_use(handlers: usize) -> usize {
    let runs = [(); 7].map(|()| {
        let before = IN_USE.load(Ordering::Relaxed);
        let operator = with_handlers(handlers);
        let more = IN_USE.load(Ordering::Relaxed).saturating_sub(before);
        drop(operator);
        more
    });
    runs.into_iter().max().unwrap_or_default()
}

#[test]
fn one_more_handler_of_a_resource_weighs_at_most_a_kibibyte() {
    const MORE: usize = 200;
    // What is made once in a process is made by the first.
    drop(with_handlers(1));
    let each = in_use(1 + MORE).saturating_sub(in_use(1)) / MORE;
    assert!((100..=1024).contains(&each), "a handler weighs {each} bytes");
}
