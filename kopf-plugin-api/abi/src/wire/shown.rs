//! What of a message is shown where it is printed for debugging: what it is about, and not the bodies of objects, which
//! may be Secrets.

use std::fmt;

use super::{Ask, Context, Done, End, Failure, FieldChange, Request, Response, Transform, Watched};

macro_rules! shown {
    ($($message:ident: $($field:ident)*;)*) => {$(
        impl fmt::Debug for $message {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut shown = f.debug_struct(stringify!($message));
                $(shown.field(stringify!($field), &self.$field);)*
                shown.finish_non_exhaustive()
            }
        }
    )*};
}

shown! {
    Context: reason event retry started runtime_ms old_known resource;
    Done: transforms;
    Failure: kind message delay_ms location transforms;
    End: span id done failure;
    Ask: number before;
    FieldChange: ;
    Request: span method path content_type;
    Response: code warnings retry_after;
    Transform: span;
    Watched: watch;
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json, value::to_raw_value};

    use super::*;

    #[track_caller]
    fn check(message: &dyn fmt::Debug, told: &str) {
        let shown = format!("{message:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains(told), "{shown}");
    }

    #[test]
    fn what_is_in_objects_is_not_shown() {
        let secret = json!({ "data": { "password": "hunter2" } });
        let text = || Some(secret.to_string());
        let raw = || Some(to_raw_value(&secret).unwrap());
        let change = || vec![("change".to_owned(), vec![], Value::Null, secret.clone())];
        let done = || Done { result: Some(secret.clone()), patch: Some(secret.clone()), ..Done::default() };
        let failure =
            || Failure { message: "no".to_owned(), patch: Some(secret.clone()), ..Failure::default() };
        check(&Request { path: "/api/v1".to_owned(), body: text(), ..Request::default() }, "/api/v1");
        check(&Response { code: 201, body: secret.to_string(), ..Response::default() }, "201");
        check(&done(), "Done");
        check(&failure(), "no");
        check(&End { id: "a/b".to_owned(), done: Some(done()), failure: Some(failure()), span: 1 }, "a/b");
        check(&Transform { span: 7, object: Some(secret.clone()) }, "7");
        check(&Watched { watch: 7, event: Some(secret.clone()) }, "7");
        check(&Ask { number: 7, before: true, value: Some(secret.clone()) }, "7");
        check(&FieldChange { old: Some(secret.clone()), new: Some(secret.clone()), diff: change() }, "Field");
        let results = Some(secret.clone());
        let context = Context {
            reason: "update".to_owned(),
            new: raw(),
            value: raw(),
            settings: raw(),
            results,
            diff: change(),
            ..from_value(json!({})).unwrap()
        };
        check(&context, "update");
    }
}
