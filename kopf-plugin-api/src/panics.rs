//! Turns a panic into a failure with its message, place and backtrace.

use std::{
    any::Any,
    backtrace::Backtrace,
    cell::RefCell,
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind},
    sync::Once,
};

use kopf_plugin_abi::wire::{Failure, FailureKind};

use crate::scope;

thread_local! {
    /// What the hook has seen of this thread's last panic.
    static LAST: RefCell<Option<Box<Failure>>> = const { RefCell::new(None) };
}

/// Sets the hook: a panic in a plugin's scope is kept for [`catch`] and logged at once, for it may be the last thing
/// that happens. Any other goes the way it went before.
pub(crate) fn install_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| match scope::current() {
            Some(scope) => seen(&scope, info),
            None => previous(info),
        }));
    });
}

fn seen(scope: &scope::Scope, info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or(NO_TEXT).to_owned();
    let location = info.location().map(ToString::to_string);
    let thread = std::thread::current();
    let place = location.as_deref().unwrap_or("an unknown place");
    let line = format!("thread '{}' panicked at {place}: {message}", thread.name().unwrap_or("unnamed"));
    scope.plugin.telemetry.output.say(1, scope.span, &line);
    let backtrace = Some(Backtrace::force_capture().to_string());
    let failure = Failure { kind: FailureKind::Panic, message, location, backtrace, ..Failure::default() };
    // In a thread that is ending there is nobody to ask for it.
    drop(LAST.try_with(|last| last.replace(Some(Box::new(failure)))));
}

const NO_TEXT: &str = "a panic whose payload is no text";

/// Does something; a panic of it is a failure.
pub(crate) fn catch<R>(work: impl FnOnce() -> R) -> Result<R, Box<Failure>> {
    LAST.set(None);
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        // Before the payload is dropped, which may panic and be seen by the hook. A panic that was resumed was not.
        let failure = LAST.take().unwrap_or_else(|| {
            let message = text(&*payload).to_owned();
            Box::new(Failure { kind: FailureKind::Panic, message, ..Failure::default() })
        });
        if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            std::mem::forget(second);
        }
        failure
    })
}

fn text(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or(NO_TEXT)
}
