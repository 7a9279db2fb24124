//! Translates between the reactor's attempts and the boundary: a request goes over, a reply comes back.

use std::time::Duration;

use abi_stable::std_types::{RArc, RResult, RVec};
use kopf_core::{
    cycle::Call,
    diff::Change,
    functions::Functions,
    handler::Handler,
    outcome::{Answer, Failure, FailureKind, elapsed},
    question::{About, Question},
    resource::Resource,
};
use kopf_plugin_abi::{
    v1::{Bytes, InvokeRequest, Reply},
    wire,
};
use kopf_reactor::{Attempt, Subject, invoke::Errand};
use serde_json::{Value, value::RawValue};

/// What crosses for an attempt that has this number, or for a question.
///
/// # Errors
///
/// When the values cannot be written as JSON.
pub(crate) fn request(
    attempt: &Attempt,
    question: Option<&Question>,
    span: u64,
) -> Result<InvokeRequest, serde_json::Error> {
    let call = &attempt.call;
    let wants = call.handler.wants;
    let old = call.old.as_ref().filter(|_| wants.old).map(serde_json::to_vec).transpose()?;
    let new = call.new.as_ref().filter(|_| wants.new).map(serde_json::value::to_raw_value).transpose()?;
    let value = match question.map(|question| &question.about) {
        Some(About::Value(Some(value))) => Some(serde_json::value::to_raw_value(value)?),
        _ => None,
    };
    Ok(InvokeRequest {
        handler: call.handler.index,
        flags: question.map_or(0, |question| question.number),
        span,
        object: bytes(&attempt.subject),
        old: old.map(|old| RArc::new(RVec::from(old))).into(),
        context: serde_json::to_vec(&context(attempt, new, value))?.into(),
    })
}

/// What crosses for a question about a resource.
///
/// # Errors
///
/// As [`request`].
pub(crate) fn choice(
    handler: &Handler,
    number: u32,
    resource: &Resource,
    span: u64,
) -> Result<InvokeRequest, serde_json::Error> {
    Ok(InvokeRequest {
        handler: handler.index,
        flags: number,
        span,
        object: RArc::new(RVec::from(serde_json::to_vec(&described(resource))?)),
        old: None.into(),
        context: serde_json::to_vec(&wire::Context::default())?.into(),
    })
}

/// A resource, as it crosses.
pub(crate) fn described(resource: &Resource) -> wire::Resource {
    wire::Resource {
        group: resource.group.clone(),
        version: resource.version.clone(),
        plural: resource.plural.clone(),
        kind: resource.kind.clone(),
        singular: resource.singular.clone(),
        short_names: resource.short_names.clone(),
        categories: resource.categories.clone(),
        namespaced: resource.namespaced,
        preferred: resource.preferred,
        verbs: resource.verbs.clone(),
        subresources: resource.subresources.clone(),
    }
}

/// What crosses for an attempt of a handler that is about no object.
///
/// # Errors
///
/// When the settings cannot be written as JSON.
pub(crate) fn errand(errand: &Errand, span: u64) -> Result<InvokeRequest, serde_json::Error> {
    let context = wire::Context {
        retry: errand.call.retry,
        started: errand.call.started.to_string(),
        runtime_ms: elapsed(errand.call.started, errand.now).as_millis().try_into().unwrap_or(u64::MAX),
        settings: Some(serde_json::value::to_raw_value(&errand.settings)?),
        ..wire::Context::default()
    };
    Ok(InvokeRequest {
        handler: errand.call.handler.index,
        flags: 0,
        span,
        object: RArc::new(RVec::from_slice(b"null")),
        old: None.into(),
        context: serde_json::to_vec(&context)?.into(),
    })
}

/// The object, made shareable once for all attempts on it.
fn bytes(subject: &Subject) -> Bytes {
    let make = || -> Bytes { RArc::new(RVec::from_slice(&subject.object.raw)) };
    let prepared = subject.prepared.get_or_init(|| Box::new(make()));
    prepared.downcast_ref::<Bytes>().map_or_else(make, RArc::clone)
}

fn context(attempt: &Attempt, new: Option<Box<RawValue>>, value: Option<Box<RawValue>>) -> wire::Context {
    let call = &attempt.call;
    let resource = &attempt.served.resource;
    wire::Context {
        reason: call.reason.map(|reason| reason.to_string()).unwrap_or_default(),
        event: attempt.event.map(str::to_owned),
        retry: call.progress.retries,
        started: call.progress.started.to_string(),
        runtime_ms: elapsed(call.progress.started, attempt.now).as_millis().try_into().unwrap_or(u64::MAX),
        old_known: call.old_known,
        new,
        diff: if call.handler.wants.diff { diff(call) } else { vec![] },
        resource: wire::ResourceName {
            group: resource.group.clone(),
            version: resource.version.clone(),
            plural: resource.plural.clone(),
            kind: resource.kind.clone(),
            namespaced: resource.namespaced,
        },
        value,
        results: attempt.results.clone(),
        settings: None,
    }
}

fn diff(call: &Call) -> Vec<(String, Vec<String>, Value, Value)> {
    let diff = |change: &Change| {
        (change.operation.to_string(), change.path.clone(), change.old.clone(), change.new.clone())
    };
    call.diff.0.iter().map(diff).collect()
}

/// What has changed, for a sub-handler with a field of its own.
pub(crate) fn change(call: &Call) -> wire::FieldChange {
    wire::FieldChange {
        old: call.old.as_deref().cloned(),
        new: call.new.as_deref().cloned(),
        diff: diff(call),
    }
}

/// What an attempt brought. `functions` are those that the plugin keeps, if it says so.
pub(crate) fn answer(reply: &Reply, functions: impl FnOnce() -> Functions) -> Answer {
    match reply {
        RResult::ROk(json) => match serde_json::from_slice::<wire::Done>(json) {
            Ok(wire::Done { result, patch, transforms, settings }) => Answer {
                result: Ok(result),
                patch: patch.or(settings),
                functions: transforms.then(functions),
            },
            Err(error) => garbage(&error),
        },
        RResult::RErr(json) => match serde_json::from_slice::<wire::Failure>(json) {
            Ok(failed) => Answer { functions: failed.transforms.then(functions), ..failure(failed) },
            Err(error) => garbage(&error),
        },
    }
}

/// An attempt that could not be made.
pub(crate) fn failed(kind: FailureKind, message: String) -> Answer {
    Answer { result: Err(Failure { kind, message, trace: None }), patch: None, functions: None }
}

fn garbage(error: &serde_json::Error) -> Answer {
    failed(
        FailureKind::Permanent,
        format!(
            "the plugin's reply cannot be read ({error}); rebuild it with a kopf-plugin-api of this host's version"
        ),
    )
}

/// What a sub-handler has brought.
pub(crate) fn success(done: wire::Done) -> Answer {
    Answer { result: Ok(done.result), patch: done.patch, functions: None }
}

/// Why an attempt has failed.
pub(crate) fn failure(failed: wire::Failure) -> Answer {
    let kind = match failed.kind {
        wire::FailureKind::Temporary => FailureKind::Temporary(failed.delay_ms.map(Duration::from_millis)),
        wire::FailureKind::Unfinished => {
            FailureKind::Unfinished(Duration::from_millis(failed.delay_ms.unwrap_or_default()))
        }
        wire::FailureKind::Error | wire::FailureKind::Panic => FailureKind::Any,
        wire::FailureKind::Permanent | wire::FailureKind::Arguments | wire::FailureKind::Unsupported => {
            FailureKind::Permanent
        }
    };
    let trace: Vec<String> = failed.location.into_iter().chain(failed.backtrace).collect();
    let trace = (!trace.is_empty()).then(|| trace.join("\n"));
    let result = Err(Failure { kind, message: failed.message, trace });
    Answer { result, patch: failed.patch, functions: None }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::needless_pass_by_value, reason = "expectations are written in place")]

    use std::sync::Arc;

    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(reply: Reply, expected: Expect) {
        expected.assert_eq(&format!("{:?}", answer(&reply, || Functions::new(Arc::new(())))));
    }

    fn ok(json: &str) -> Reply {
        RResult::ROk(json.as_bytes().to_vec().into())
    }

    fn err(json: &str) -> Reply {
        RResult::RErr(json.as_bytes().to_vec().into())
    }

    #[test]
    fn a_success_may_have_a_result_and_a_patch() {
        check(ok("{}"), expect!["Answer { result: Ok(None), patch: None, functions: None }"]);
        check(ok(r#"{"result":null}"#), expect!["Answer { result: Ok(None), patch: None, functions: None }"]);
        check(
            ok(r#"{"result":{"a":1},"patch":{"spec":{}},"later":0}"#),
            expect![[
                r#"Answer { result: Ok(Some(Object {"a": Number(1)})), patch: Some(Object {"spec": Object {}}), functions: None }"#
            ]],
        );
    }

    #[test]
    fn each_kind_of_failure_has_its_policy() {
        check(
            err(r#"{"message":"m"}"#),
            expect![[
                r#"Answer { result: Err(Failure { kind: Any, message: "m", trace: None }), patch: None, functions: None }"#
            ]],
        );
        check(
            err(r#"{"kind":"temporary","message":"m","delay_ms":1500}"#),
            expect![[
                r#"Answer { result: Err(Failure { kind: Temporary(Some(1.5s)), message: "m", trace: None }), patch: None, functions: None }"#
            ]],
        );
        check(
            err(r#"{"kind":"temporary","message":"m"}"#),
            expect![[
                r#"Answer { result: Err(Failure { kind: Temporary(None), message: "m", trace: None }), patch: None, functions: None }"#
            ]],
        );
        check(
            err(r#"{"kind":"permanent","message":"m","patch":{"a":1}}"#),
            expect![[
                r#"Answer { result: Err(Failure { kind: Permanent, message: "m", trace: None }), patch: Some(Object {"a": Number(1)}), functions: None }"#
            ]],
        );
        check(
            err(r#"{"kind":"arguments","message":"m"}"#),
            expect![[
                r#"Answer { result: Err(Failure { kind: Permanent, message: "m", trace: None }), patch: None, functions: None }"#
            ]],
        );
        check(
            err(r#"{"kind":"panic","message":"m","location":"a.rs:1:2","backtrace":"0: x"}"#),
            expect![[
                r#"Answer { result: Err(Failure { kind: Any, message: "m", trace: Some("a.rs:1:2\n0: x") }), patch: None, functions: None }"#
            ]],
        );
    }

    #[test]
    fn a_handler_that_waits_for_its_sub_handlers_says_how_long() {
        check(
            err(r#"{"kind":"unfinished","message":"m","delay_ms":10}"#),
            expect![[
                r#"Answer { result: Err(Failure { kind: Unfinished(10ms), message: "m", trace: None }), patch: None, functions: None }"#
            ]],
        );
    }

    #[test]
    fn a_reply_without_sense_is_a_failure_for_good() {
        check(
            ok("3"),
            expect![[
                r#"Answer { result: Err(Failure { kind: Permanent, message: "the plugin's reply cannot be read (invalid type: integer `3`, expected struct Done at line 1 column 1); rebuild it with a kopf-plugin-api of this host's version", trace: None }), patch: None, functions: None }"#
            ]],
        );
        check(
            ok("\u{1}"),
            expect![[
                r#"Answer { result: Err(Failure { kind: Permanent, message: "the plugin's reply cannot be read (expected value at line 1 column 1); rebuild it with a kopf-plugin-api of this host's version", trace: None }), patch: None, functions: None }"#
            ]],
        );
        check(
            err(r#"{"kind":"sulking"}"#),
            expect![[
                r#"Answer { result: Err(Failure { kind: Permanent, message: "the plugin's reply cannot be read (unknown variant `sulking`, expected one of `error`, `temporary`, `permanent`, `panic`, `arguments`, `unsupported`, `unfinished` at line 1 column 17); rebuild it with a kopf-plugin-api of this host's version", trace: None }), patch: None, functions: None }"#
            ]],
        );
    }
}
