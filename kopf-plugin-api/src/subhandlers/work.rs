//! What a sub-handler does: a function, or a closure that takes its arguments by their types.

use std::future::Future;

use serde::Serialize;

use crate::{
    __private::{Answer, Answering, answer, wants},
    Call, FromCall, Outcome, Wants,
};

/// What a sub-handler does, once.
pub(crate) enum Work {
    /// It may block.
    Sync(Box<dyn FnOnce(&Call) -> Answer + Send>),
    /// It must not.
    Async(Box<dyn FnOnce(Call) -> Answering + Send>),
}

/// A closure of up to eight arguments that a handler may have, which returns an [`Outcome`].
#[diagnostic::on_unimplemented(
    message = "this is not what a sub-handler does",
    label = "not a sub-handler",
    note = "write a closure that returns an `Outcome`, as in `move |spec: Spec| Ok(())`: each argument is one that a \
            handler takes, with its type, and what the closure captures is `Send + 'static`"
)]
pub trait SubFn<Args>: Send + 'static {
    #[doc(hidden)]
    const WANTS: Wants;

    #[doc(hidden)]
    fn call(self, call: &Call) -> Answer;
}

/// A closure of up to eight arguments that a handler may have, which returns a future of an [`Outcome`].
#[diagnostic::on_unimplemented(
    message = "this is not what an asynchronous sub-handler does",
    label = "not a sub-handler",
    note = "write a closure that returns a future of an `Outcome`, as in `move |spec: Spec| async move {{ Ok(()) }}`: \
            each argument is one that a handler takes, with its type, and what it captures is `Send + 'static`"
)]
pub trait AsyncSubFn<Args>: Send + 'static {
    #[doc(hidden)]
    const WANTS: Wants;

    #[doc(hidden)]
    fn call(self, call: Call) -> Answering;
}

macro_rules! closures {
    ($($($argument:ident)*;)*) => {$(
        impl<F, T, $($argument),*> SubFn<($($argument,)*)> for F
        where
            F: FnOnce($($argument),*) -> Outcome<T> + Send + 'static,
            T: Serialize,
            $($argument: FromCall,)*
        {
            const WANTS: Wants = wants(&[$($argument::WANTS),*]);

            #[allow(unused_variables, reason = "a closure may have no arguments")]
            fn call(self, call: &Call) -> Answer {
                answer(self($($argument::from_call(call)?),*))
            }
        }

        impl<F, R, T, $($argument),*> AsyncSubFn<($($argument,)*)> for F
        where
            F: FnOnce($($argument),*) -> R + Send + 'static,
            R: Future<Output = Outcome<T>> + Send,
            T: Serialize,
            $($argument: FromCall,)*
        {
            const WANTS: Wants = wants(&[$($argument::WANTS),*]);

            #[allow(unused_variables, reason = "a closure may have no arguments")]
            fn call(self, call: Call) -> Answering {
                Box::pin(async move {
                    let work = self($($argument::from_call(&call)?),*);
                    answer(work.await)
                })
            }
        }
    )*};
}

closures! {
    ;
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E G;
    A B C D E G H;
}
