//! What an author reads who has made a mistake.
//!
//! Only the lines that are ours are compared: the messages of our macros and of our `on_unimplemented`. What the
//! compiler says around them changes with the compiler.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use expect_test::{Expect, expect};
use serde_json::Value;

/// Compiles a file of `tests/ui` against the library that this test is linked with; answers our lines.
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
#[track_caller]
fn check(name: &str, expected: Expect) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui").join(name);
    let test = std::env::current_exe().unwrap();
    let dependencies = test.parent().expect("a test lies in a folder");
    let output = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args([
            "--edition=2024",
            "--crate-type=lib",
            "--emit=metadata",
            "--error-format=json",
            "--cap-lints=allow",
        ])
        .arg("--out-dir")
        .arg(env!("CARGO_TARGET_TMPDIR"))
        .arg("-L")
        .arg(format!("dependency={}", dependencies.display()))
        .arg("--extern")
        .arg(format!("kopf_plugin_api={}", library(dependencies).display()))
        .arg(source)
        .env("CARGO_PKG_NAME", "ui")
        .env("CARGO_PKG_VERSION", "1.0.0")
        .output()
        .expect("the compiler runs");
    let text = String::from_utf8(output.stderr).unwrap();
    let diagnostics = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let lines: Vec<String> = diagnostics.flat_map(|diagnostic| ours(&diagnostic)).collect();
    assert!(!output.status.success(), "it compiles");
    expected.assert_eq(&lines.join("\n"));
}

/// The library, as it was built last: this test is newer than what it is made of.
fn library(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_library = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("libkopf_plugin_api-") && name.ends_with(".rlib")
    };
    let built = |path: &PathBuf| fs::metadata(path).and_then(|data| data.modified()).unwrap();
    files.filter(is_library).max_by_key(built).expect("the library of this test lies beside it")
}

fn ours(diagnostic: &Value) -> Vec<String> {
    let line = |part: &Value| {
        format!(
            "{}: {}",
            part["level"].as_str().unwrap_or_default(),
            part["message"].as_str().unwrap_or_default()
        )
    };
    let spans = diagnostic["spans"].as_array().map_or(&[][..], Vec::as_slice);
    if diagnostic["level"] != "error" || spans.is_empty() {
        return Vec::new();
    }
    let at = spans
        .iter()
        .find(|span| span["is_primary"] == true)
        .map_or(0, |span| span["line_start"].as_u64().unwrap());
    let notes = diagnostic["children"].as_array().into_iter().flatten();
    let notes =
        notes.filter(|note| note["level"] == "note" && note["spans"] == Value::Array(Vec::new())).map(line);
    [format!("{at}: {}", line(diagnostic))].into_iter().chain(notes).collect()
}

#[test]
fn a_wrong_option_is_said_with_the_right_one() {
    check(
        "options.rs",
        expect![[r#"
            3: error: unknown option `retrys`, did you mean `retries`?
            3: error: `timeout` is a span of time such as "90s", found "soon"
            3: error: `optional` is an option of `on::delete`, not of `on::create`
            6: error: `backoff` is an option of `on::create`, `on::update`, `on::delete`, `on::resume`, `on::field`, `subhandler`, `index`, `daemon`, `timer`, `on::startup`, `on::cleanup`, `on::probe`, `on::login`, not of `on::event`
            9: error: `on::field` needs the path of a field: add `field = "spec.…"`
            12: error: `labels` is written as `labels = { "key" = "value", "key" = present, "key" = absent }`
            12: error: `errors` is ignored, temporary or permanent, found `permanant`, did you mean `permanent`?
            12: error: a resource is named by one to three strings: `#[kopf::on::delete("group", "version", "plural")]`"#]],
    );
}

#[test]
fn a_daemon_that_would_never_end_is_said_with_what_to_write() {
    check(
        "daemon.rs",
        expect![[r#"
            5: error: the daemon `endless` would never end, and hold its object for as long: take the flag, as in `fn endless(stopped: Stopped)`, and write `while !stopped.wait_blocking(Duration::from_secs(60)) { … }` instead of the loop
            10: error: `interval` is an option of `timer`, not of `daemon`
            12: error: the daemon `spinning` would never end, and hold its object for as long: take the flag, as in `async fn spinning(stopped: Stopped)`, and write `while !stopped.wait(Duration::from_secs(60)).await { … }` instead of the loop
            17: error: `sharp` is about an interval: add `interval = "10s"`
            22: error: `fn(kopf_plugin_api::args::Spec) -> std::string::String {says_no_span}` is not a function that `initial_delay` can ask
            note: it takes at most four arguments of a handler, such as `Spec` or `Labels`, by value, and returns `Duration` or a number of seconds; the arguments of a closure need their types"#]],
    );
}

#[test]
fn a_wrong_signature_is_said_with_what_to_write() {
    check(
        "signature.rs",
        expect![[r#"
            4: error: a handler takes its arguments by value: write `spec: Spec` without the `&`
            7: error: a handler has no generic parameters: write the types themselves
            10: error: a handler's arguments are told by their types, and `str` is none of them: write `namespace: Namespace`, say
            10: error: a handler's arguments are told by their types, and `str` is none of them: write `name: Name`, say
            12: error: `#[kopf::on::create]` stands on a function"#]],
    );
}

#[test]
fn a_type_that_is_no_argument_is_said_with_those_that_are() {
    check(
        "argument.rs",
        expect![[r#"
        4: error: `std::string::String` is not an argument of a kopf handler
        note: a handler takes Body, Spec, Status, Meta, Labels, Annotations, Name, Namespace, Uid, Old, New, Diff, Reason, RawEvent, Retry, Started, Runtime, Patch, Client, Param, Context, Memo, Shared, Results, Index, Subhandlers, and in a daemon or a timer Stopped, Latest
        note: for a type of your own write `Typed<T>`, `TypedSpec<T>` or `TypedStatus<T>` with `T: DeserializeOwned`
        7: error: `kopf_plugin_api::prelude::Value` is not an argument of a kopf handler
        note: a handler takes Body, Spec, Status, Meta, Labels, Annotations, Name, Namespace, Uid, Old, New, Diff, Reason, RawEvent, Retry, Started, Runtime, Patch, Client, Param, Context, Memo, Shared, Results, Index, Subhandlers, and in a daemon or a timer Stopped, Latest
        note: for a type of your own write `Typed<T>`, `TypedSpec<T>` or `TypedStatus<T>` with `T: DeserializeOwned`"#]],
    );
}

#[test]
fn a_type_that_is_no_outcome_is_said_with_those_that_are() {
    check(
        "outcome.rs",
        expect![[r#"
        4: error: `std::string::String` is not what a kopf handler returns
        note: write `Outcome<()>`, `Outcome<Value>` or `Outcome<T>` with `T: Serialize`; or return nothing
        9: error: `kopf_plugin_api::prelude::Value` is not what a kopf handler returns
        note: write `Outcome<()>`, `Outcome<Value>` or `Outcome<T>` with `T: Serialize`; or return nothing"#]],
    );
}

#[test]
fn a_wrong_filter_is_said_with_what_to_write() {
    check(
        "filters.rs",
        expect![[r#"
            3: error: `value` looks at the field before and after a change, `old` at one of both: write `value`, or `old` and `new`
            6: error: `value` is about a field: add `field = "spec.…"`
            9: error: unknown option `wehn`, did you mean `when`?
            26: error: `old` is about a field: add `field = "spec.…"`
            26: error: `new` is about a field: add `field = "spec.…"`
            12: error: `for<'a> fn(&'a kopf_plugin_api::args::Spec) -> bool {by_reference}` is not a function that `when` can ask
            note: it takes at most eight arguments of a handler, such as `Spec` or `Labels`, by value, and returns `bool`; the arguments of a closure need their types
            19: error: `fn(kopf_plugin_api::args::Spec) -> std::string::String {never_says}` is not a function that `when` can ask
            note: it takes at most eight arguments of a handler, such as `Spec` or `Labels`, by value, and returns `bool`; the arguments of a closure need their types"#]],
    );
}

#[test]
fn a_sub_handler_outside_of_a_handler_is_said_where_it_belongs() {
    check(
        "subhandler.rs",
        expect![[r#"
            3: error: a sub-handler stands inside of a handler: move this function into the body of one, such as `#[kopf::on::create("pods")] fn create_fn() { … }`
            7: error: a sub-handler stands inside of a handler: move this function into the body of one, such as `#[kopf::on::create("pods")] fn create_fn() { … }`
            13: error: `on::event` has no sub-handlers: those of changes have, such as `on::create`
            17: error: the id of a sub-handler has no `/` in it, as that stands between ids: found "a/b"
            22: error: this is not what a sub-handler does
            note: write a closure that returns an `Outcome`, as in `move |spec: Spec| Ok(())`: each argument is one that a handler takes, with its type, and what the closure captures is `Send + 'static`
            23: error: this is not what an asynchronous sub-handler does
            note: write a closure that returns a future of an `Outcome`, as in `move |spec: Spec| async move { Ok(()) }`: each argument is one that a handler takes, with its type, and what it captures is `Send + 'static`
            30: error: `std::string::String` is not an argument of a kopf handler
            note: a handler takes Body, Spec, Status, Meta, Labels, Annotations, Name, Namespace, Uid, Old, New, Diff, Reason, RawEvent, Retry, Started, Runtime, Patch, Client, Param, Context, Memo, Shared, Results, Index, Subhandlers, and in a daemon or a timer Stopped, Latest
            note: for a type of your own write `Typed<T>`, `TypedSpec<T>` or `TypedStatus<T>` with `T: DeserializeOwned`"#]],
    );
}

#[test]
fn a_handler_about_no_object_is_told_what_it_may_take_and_return() {
    check(
        "activity.rs",
        expect![[r#"
        3: error: `field` is an option of `on::event`, `on::create`, `on::update`, `on::delete`, `on::resume`, `on::field`, `subhandler`, `index`, `daemon`, `timer`, not of `on::startup`
        3: error: `on::startup` is about no object, so it names no resource: take this away
        7: error: `kopf_plugin_api::args::Spec` is not an argument of a handler that is about no object
        note: a startup, cleanup, probe or login handler takes Settings, Param, Retry, Started, Runtime, Shared, Index, Client
        10: error: `Result<kopf_plugin_api::prelude::Value, kopf_plugin_api::Error>` is not what a login handler returns
        note: write `Outcome<Credentials>`, or `Outcome<Option<Credentials>>` if there may be none
        15: error: `kopf_plugin_api::activity::Settings` is not an argument of a kopf handler
        note: a handler takes Body, Spec, Status, Meta, Labels, Annotations, Name, Namespace, Uid, Old, New, Diff, Reason, RawEvent, Retry, Started, Runtime, Patch, Client, Param, Context, Memo, Shared, Results, Index, Subhandlers, and in a daemon or a timer Stopped, Latest
        note: for a type of your own write `Typed<T>`, `TypedSpec<T>` or `TypedStatus<T>` with `T: DeserializeOwned`"#]],
    );
}

#[test]
fn a_wrong_index_is_said_where_it_is() {
    check(
        "index.rs",
        expect![[r#"
        9: error: cannot find type `by_nod` in this scope
        9: error: cannot find type `by_nod` in this scope"#]],
    );
    check(
        "index_types.rs",
        expect![[r#"
        9: error: an index function returns what is held of the object: `(key, value)`, a `Vec` or a map of such pairs, or `Scalar(value)`; in an `Option` if there may be none
        12: error: `std::string::String` is not what an index function returns
        note: return a pair `(key, value)`, a `Vec` or a map of pairs, or `Scalar(value)`; in an `Option` if there may be none, in an `Outcome` if it may fail
        18: error: mismatched types
        note: expected reference `&u64`
           found reference `&'static str`"#]],
    );
}
