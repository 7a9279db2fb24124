//! Lines of plugins reach the host.

use expect_test::expect;
use kopf_loader::Options;

use crate::stage::{call, lines, load, load_with};

#[test]
fn lines_of_tracing_and_of_log_tell_their_object_level_and_target() {
    let loaded = load_with(&["orderly"], &Options { level: 4, ..Options::default() });
    call(&loaded, "telling", "told").result.unwrap();
    let told = lines().with(&["object=ns/told"]);
    expect![[r#"
        INFO kopf_plugin message=telling of told object=ns/told origin="orderly" place=orderly.rs:20 fields={"replicas":3}
        WARN kopf_plugin message=telling by log object=ns/told origin="orderly" place=orderly.rs:21
        DEBUG kopf_plugin message=telling in a task object=ns/told origin="orderly" place=orderly.rs:23
    "#]].assert_eq(&short(&told));
    let nobody = lines().with(&["telling of nobody, not even told"]);
    expect![[r#"
        ERROR kopf_plugin message=telling of nobody, not even told origin="orderly" place=orderly.rs:24
    "#]]
    .assert_eq(&short(&nobody));
}

#[test]
fn lines_below_the_level_stay_in_the_plugin() {
    let loaded = load(&["orderly"]);
    call(&loaded, "telling", "silence").result.unwrap();
    assert!(lines().with(&["object=ns/silence", "telling in a task"]).is_empty());
    loaded.invoker.set_level(4);
    call(&loaded, "telling", "talk").result.unwrap();
    assert_eq!(lines().with(&["object=ns/talk", "telling in a task"]).len(), 1);
}

/// Lines with the last part of a place's path alone.
fn short(lines: &[String]) -> String {
    let shorten = |word: &str| match word.strip_prefix("place=") {
        Some(path) => format!("place={}", path.rsplit('/').next().unwrap_or_default()),
        None => word.to_owned(),
    };
    let line = |line: &String| line.split(' ').map(shorten).collect::<Vec<_>>().join(" ") + "\n";
    lines.iter().map(line).collect()
}
