//! What can be typed, and how it is told what cannot.

use super::*;

/// The first line of what is said to somebody who types this, or the parsed words.
#[track_caller]
fn check(line: &str, expected: &str) {
    let words = line.split_whitespace().map(OsString::from);
    let found = match CommandLine::try_parse_from(words) {
        Ok(line) => format!("{:?}", line.command),
        Err(error) => {
            assert_eq!(error.exit_code(), 2);
            error.to_string().lines().next().unwrap_or_default().to_owned()
        }
    };
    assert_eq!(found, expected, "of `{line}`");
}

#[test]
fn options_that_exclude_each_other_are_refused() {
    check(
        "kopf run a.so -n x -A",
        "error: the argument '--namespace <NS>' cannot be used with '--all-namespaces'",
    );
    check("kopf run a.so -q -v", "error: the argument '--quiet' cannot be used with '--verbose'");
    check("kopf run a.so --debug -q", "error: the argument '--debug' cannot be used with '--quiet'");
    check(
        "kopf run a.so --sandbox --kubeconfig k",
        "error: the argument '--sandbox' cannot be used with '--kubeconfig <FILE>'",
    );
    check(
        "kopf inspect a.so --build .",
        "error: the argument '[PLUGIN]' cannot be used with '--build <DIR>'",
    );
}

#[test]
fn a_value_that_is_none_is_refused_with_what_is_expected() {
    check(
        "kopf run --log-format xml",
        "error: invalid value 'xml' for '--log-format <FORMAT>': expected full, plain or json",
    );
    check(
        "kopf run -n a,b",
        "error: invalid value 'a,b' for '--namespace <NS>': `b` adds nothing to `a`, for parts after the first only sort out what \
         the first one matches; say -n once more for another namespace",
    );
    check(
        "kopf run --concurrency 0",
        "error: invalid value '0' for '--concurrency <N>': expected a whole number from 1 to 10000",
    );
    check(
        "kopf run --grace -1",
        "error: invalid value '-1' for '--grace <S>': expected 0s to 1d: a number of seconds, or text such as \"1m30s\"",
    );
    check("kopf fly", "error: unrecognized subcommand 'fly'");
}

#[test]
fn lists_keep_their_order() {
    check(
        "kopf inspect --json --build examples/01-minimal",
        "Inspect(Inspect { plugin: None, build: Some(\"examples/01-minimal\"), json: true })",
    );
    let Ok(Command::Run(run)) =
        parse("kopf run b.so -n y a.so -n x --apply 2 --apply 1".split(' ').map(OsString::from))
    else {
        panic!("that is right usage")
    };
    assert_eq!(
        format!("{:?} {:?} {:?}", run.plugins, run.namespaces, run.manifests),
        r#"["b.so", "a.so"] ["y", "x"] ["2", "1"]"#
    );
}

#[test]
fn the_help_names_the_variable_of_each_option() {
    let help = CommandLine::try_parse_from(["kopf", "run", "--help"]).unwrap_err();
    assert_eq!(help.exit_code(), 0);
    let help = help.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    for option in [
        "NAMESPACE",
        "ALL_NAMESPACES",
        "SANDBOX",
        "BUILD",
        "APPLY",
        "NAME",
        "KUBECONFIG",
        "CONTEXT",
        "VERBOSE",
        "DEBUG",
        "QUIET",
        "LOG_FORMAT",
        "EVENTS",
        "CONCURRENCY",
        "GRACE",
        "HTTP",
        "PEERING",
        "STANDALONE",
        "PRIORITY",
        "DEV",
        "CONFIG",
    ] {
        assert!(help.contains(&format!("[env: KOPF_{option}]")), "of {option}");
    }
}

#[test]
fn the_command_line_is_consistent() {
    use clap::CommandFactory;
    CommandLine::command().debug_assert();
}
