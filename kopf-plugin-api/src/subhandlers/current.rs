//! Which call the code of a thread is at work on, so that a sub-handler that stands inside of a handler finds it.

use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use kopf_plugin_abi::wire::Failure;

use crate::{
    __private::{Answer, Answering},
    call::Call,
    panics::catch,
};

thread_local! {
    static CURRENT: RefCell<Option<Call>> = const { RefCell::new(None) };
}

/// The call that this thread is at work on.
pub(super) fn current() -> Option<Call> {
    CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
}

/// Works on a call.
pub(crate) fn within<R>(call: &Call, work: impl FnOnce() -> R) -> R {
    struct Restore(Option<Call>);

    impl Drop for Restore {
        fn drop(&mut self) {
            let previous = self.0.take();
            drop(CURRENT.try_with(|current| current.replace(previous)));
        }
    }

    let _restore = Restore(CURRENT.with(|current| current.replace(Some(call.clone()))));
    work()
}

/// A future at work on a call, whose panics are failures.
pub(super) struct Within {
    pub(super) call: Call,
    pub(super) work: Option<Answering>,
}

impl Future for Within {
    type Output = Result<Answer, Box<Failure>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Within { call, work } = &mut *self;
        let Some(future) = work else { return Poll::Pending };
        let polled = match catch(|| within(call, || future.as_mut().poll(context))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(answer)) => Ok(answer),
            Err(panic) => Err(panic),
        };
        let over = work.take();
        let dropped = catch(|| within(call, || drop(over)));
        Poll::Ready(polled.and_then(|answer| dropped.map(|()| answer)))
    }
}
