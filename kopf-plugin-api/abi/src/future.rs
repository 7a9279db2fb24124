//! Makes a future cross the boundary, and awaits one that has crossed.
//!
//! Neither `Future` nor `Waker` has a stable layout, so both cross as a pointer with functions. The side that made a
//! future polls it and frees it in its own code; the side that awaits it lends a waker for each poll.
#![allow(unsafe_code)]

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll, RawWaker, RawWakerVTable, Waker},
};

use abi_stable::std_types::{ROption, RResult, RVec};

use crate::v1::{FutureV1, Reply, WakerV1};

type Boxed = Pin<Box<dyn Future<Output = Reply> + Send>>;

// SAFETY: the only value behind `data` is a `Boxed`, which is `Send`; `FutureV1::new` takes nothing else.
unsafe impl Send for FutureV1 {}

impl FutureV1 {
    /// Wraps a future of this side. A panic inside it ends it with the reply of [`panicked`].
    pub fn new(future: impl Future<Output = Reply> + Send + 'static) -> Self {
        let boxed: Box<Boxed> = Box::new(Box::pin(future));
        FutureV1 { data: Box::into_raw(boxed).cast(), poll, release }
    }
}

/// The reply that stands for a panic which nothing nearer to it has caught.
pub fn panicked() -> Reply {
    RResult::RErr(RVec::from_slice(
        br#"{"kind":"panic","message":"the plugin panicked outside of its handler"}"#,
    ))
}

unsafe extern "C" fn poll(data: *mut (), waker: &WakerV1) -> ROption<Reply> {
    catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: `data` is the `Boxed` of `FutureV1::new`; the awaiting side polls it from one place at a time.
        let future = unsafe { &mut *data.cast::<Boxed>() };
        // SAFETY: the waker made here borrows `waker` and does not outlive this call; its clones own theirs.
        let waker = unsafe { Waker::from_raw(RawWaker::new(std::ptr::from_ref(waker).cast(), &LENT)) };
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(reply) => ROption::RSome(reply),
            Poll::Pending => ROption::RNone,
        }
    }))
    .unwrap_or_else(|payload| {
        std::mem::forget(payload);
        ROption::RSome(panicked())
    })
}

unsafe extern "C" fn release(data: *mut ()) {
    // SAFETY: `data` is the `Boxed` of `FutureV1::new`, and the awaiting side releases it once.
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(unsafe { Box::from_raw(data.cast::<Boxed>()) })));
    if let Err(payload) = dropped {
        std::mem::forget(payload);
    }
}

impl Future for FutureV1 {
    type Output = Reply;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Reply> {
        let lent = WakerV1 {
            data: std::ptr::from_ref(context.waker()).cast(),
            clone: clone_waker,
            wake_by_ref,
            release: release_waker,
        };
        // SAFETY: `data` is released in `drop` alone, so it is live here; `&mut self` makes this the only poll.
        match unsafe { (self.poll)(self.data, &lent) } {
            ROption::RSome(reply) => Poll::Ready(reply),
            ROption::RNone => Poll::Pending,
        }
    }
}

impl Drop for FutureV1 {
    fn drop(&mut self) {
        // SAFETY: called once, with the pointer that came with it.
        unsafe { (self.release)(self.data) }
    }
}

// The awaiting side's half of a waker: `data` is a `Waker`, lent for a poll or boxed by a clone.

unsafe extern "C" fn clone_waker(data: *const ()) -> *const () {
    // SAFETY: `data` is a live `Waker`, see above.
    let waker = unsafe { &*data.cast::<Waker>() };
    Box::into_raw(Box::new(waker.clone())).cast_const().cast()
}

unsafe extern "C" fn wake_by_ref(data: *const ()) {
    // SAFETY: as in `clone_waker`.
    let waker = unsafe { &*data.cast::<Waker>() };
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| waker.wake_by_ref())) {
        std::mem::forget(payload);
    }
}

unsafe extern "C" fn release_waker(data: *const ()) {
    // SAFETY: only what `clone_waker` has boxed is released, and once.
    drop(unsafe { Box::from_raw(data.cast_mut().cast::<Waker>()) });
}

// The polled side's half: a `Waker` whose data is a `WakerV1`, lent during a poll, owned after a clone.

static LENT: RawWakerVTable = RawWakerVTable::new(clone_lent, wake_lent, wake_lent, |_| {});
static OWNED: RawWakerVTable = RawWakerVTable::new(clone_lent, wake_owned, wake_lent, release_owned);

unsafe fn clone_lent(data: *const ()) -> RawWaker {
    // SAFETY: `data` is a live `WakerV1`, in both tables.
    let waker = unsafe { &*data.cast::<WakerV1>() };
    let owned = Box::new(WakerV1 {
        // SAFETY: the pointer goes to the function that came with it.
        data: unsafe { (waker.clone)(waker.data) },
        clone: waker.clone,
        wake_by_ref: waker.wake_by_ref,
        release: waker.release,
    });
    RawWaker::new(Box::into_raw(owned).cast_const().cast(), &OWNED)
}

unsafe fn wake_lent(data: *const ()) {
    // SAFETY: `data` is a live `WakerV1`, in both tables.
    let waker = unsafe { &*data.cast::<WakerV1>() };
    // SAFETY: the pointer goes to the function that came with it.
    unsafe { (waker.wake_by_ref)(waker.data) }
}

unsafe fn wake_owned(data: *const ()) {
    // SAFETY: an owned waker is woken or released once.
    unsafe {
        wake_lent(data);
        release_owned(data);
    }
}

unsafe fn release_owned(data: *const ()) {
    // SAFETY: `data` was boxed by `clone_lent`, and is released once.
    let waker = unsafe { Box::from_raw(data.cast_mut().cast::<WakerV1>()) };
    // SAFETY: the pointer goes to the function that came with it.
    unsafe { (waker.release)(waker.data) }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        task::Wake,
    };

    use super::*;

    struct Counter(AtomicUsize);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Polls until ready, at most `limit` times; answers the reply and how often the task was woken.
    fn run(future: FutureV1, limit: usize) -> (Option<Reply>, usize) {
        let counter = Arc::new(Counter(AtomicUsize::new(0)));
        let waker = Waker::from(counter.clone());
        let mut future = Box::pin(future);
        let reply = (0..limit).find_map(|_| match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(reply) => Some(reply),
            Poll::Pending => None,
        });
        drop(future);
        drop(waker);
        assert_eq!(Arc::strong_count(&counter), 1, "every clone of the waker was released");
        (reply, counter.0.load(Ordering::SeqCst))
    }

    fn ok() -> Reply {
        RResult::ROk(RVec::from_slice(b"{}"))
    }

    #[test]
    fn a_ready_future_answers_at_the_first_poll() {
        assert_eq!(run(FutureV1::new(async { ok() }), 1), (Some(ok()), 0));
    }

    #[test]
    #[expect(clippy::waker_clone_wake, reason = "the clone is what is tested")]
    fn a_waker_that_crossed_wakes_the_task_by_reference_by_value_and_from_another_thread() {
        let mut polls = 0;
        let future = std::future::poll_fn(move |context| {
            polls += 1;
            match polls {
                1 => context.waker().wake_by_ref(),
                2 => context.waker().clone().wake(),
                3 => {
                    let waker = context.waker().clone();
                    std::thread::spawn(move || waker.wake()).join().unwrap();
                }
                _ => return Poll::Ready(ok()),
            }
            Poll::Pending
        });
        assert_eq!(run(FutureV1::new(future), 4), (Some(ok()), 3));
    }

    #[test]
    fn a_panic_is_a_reply() {
        let (reply, _) = run(FutureV1::new(async { panic!("not caught nearer") }), 1);
        assert_eq!(reply, Some(panicked()));
    }

    #[test]
    fn a_future_that_is_let_go_drops_what_it_holds() {
        let held = Arc::new(());
        let inside = held.clone();
        let future = FutureV1::new(async move {
            let _inside = inside;
            std::future::pending().await
        });
        assert_eq!(run(future, 2), (None, 0));
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
