//! What lines look like, to the byte.

use jiff::tz;
use serde_json::json;

use super::*;

fn style(format: Format) -> Style {
    // Two hours east of Greenwich, so that a time in the wrong zone shows.
    Style { format, details: false, colours: false, zone: TimeZone::fixed(tz::offset(2)) }
}

fn event(message: &str) -> Line<'_> {
    Line {
        at: "2026-11-22T19:14:06.742123Z".parse().unwrap(),
        level: Level::INFO,
        origin: "kopf",
        whole: false,
        bare: false,
        object: Some("default/kopf-example-1"),
        message,
        fields: &[],
    }
}

#[track_caller]
fn check(style: &Style, line: &Line<'_>, expected: &str) {
    assert_eq!(style.render(line), expected);
}

#[test]
fn a_full_line_has_local_time_level_origin_object_and_message() {
    let full = style(Format::Full);
    check(
        &full,
        &event("Handler create_fn succeeded."),
        "[2026-11-22 21:14:06.742] INFO  kopf  [default/kopf-example-1] Handler create_fn succeeded.\n",
    );
    check(
        &full,
        &Line { level: Level::ERROR, origin: "minimal", object: None, ..event("Oh.") },
        "[2026-11-22 21:14:06.742] ERROR minimal  Oh.\n",
    );
}

#[test]
fn a_plain_line_has_object_and_message() {
    let plain = style(Format::Plain);
    check(
        &plain,
        &event("Handler create_fn succeeded."),
        "[default/kopf-example-1] Handler create_fn succeeded.\n",
    );
    check(&plain, &Line { object: None, ..event("Loaded.") }, "Loaded.\n");
}

#[test]
fn a_json_line_has_everything() {
    let fields = [
        ("resource".to_owned(), json!("kopfexamples.v1.zalando.org")),
        ("attempt".to_owned(), json!(2)),
        ("message".to_owned(), json!("forged")),
    ];
    let json = style(Format::Json);
    check(
        &json,
        &Line { fields: &fields, ..event("Done: \"x\".") },
        "{\"message\":\"Done: \\\"x\\\".\",\"timestamp\":\"2026-11-22T19:14:06.742123+00:00\",\
         \"object\":{\"namespace\":\"default\",\"name\":\"kopf-example-1\",\"resource\":\"kopfexamples.v1.zalando.org\"},\
         \"severity\":\"info\",\"origin\":\"kopf\",\"attempt\":2}\n",
    );
    check(
        &json,
        &Line { object: Some("node-1"), level: Level::WARN, ..event("Hm.") },
        "{\"message\":\"Hm.\",\"timestamp\":\"2026-11-22T19:14:06.742123+00:00\",\"object\":{\"name\":\"node-1\"},\
         \"severity\":\"warn\",\"origin\":\"kopf\"}\n",
    );
}

#[test]
fn a_line_that_stands_for_itself_is_the_message_alone_except_in_json() {
    let bare = Line { bare: true, object: None, ..event("Sandbox API server on https://127.0.0.1:43117") };
    check(&style(Format::Full), &bare, "Sandbox API server on https://127.0.0.1:43117\n");
    check(&style(Format::Plain), &bare, "Sandbox API server on https://127.0.0.1:43117\n");
    check(
        &style(Format::Json),
        &bare,
        "{\"message\":\"Sandbox API server on https://127.0.0.1:43117\",\
         \"timestamp\":\"2026-11-22T19:14:06.742123+00:00\",\"severity\":\"info\",\"origin\":\"kopf\"}\n",
    );
}

#[test]
fn fields_and_backtraces_are_details() {
    let fields = [
        ("handler".to_owned(), json!("create_fn")),
        ("error".to_owned(), json!("no such file")),
        ("attempt".to_owned(), json!(2)),
    ];
    let failed = Line { object: None, fields: &fields, ..event("It panicked: oh\n  0: main\n") };
    let short = style(Format::Plain);
    let full = Style { details: true, ..style(Format::Full) };
    check(&short, &failed, "It panicked: oh\n");
    check(
        &full,
        &failed,
        "[2026-11-22 21:14:06.742] INFO  kopf  It panicked: oh\n      0: main \
         handler=create_fn error=\"no such file\" attempt=2\n",
    );
}

#[test]
fn lines_that_a_plugin_wrote_are_kept_and_cannot_pass_for_lines_of_their_own() {
    let several = Line { whole: true, object: None, ..event("one\r\ntwo\n[2026] INFO  kopf  three") };
    check(&style(Format::Plain), &several, "one\n    two\n    [2026] INFO  kopf  three\n");
}

#[test]
fn what_would_command_the_terminal_is_spelled_out() {
    let hostile = Line { object: Some("a\x1b[2J"), ..event("b\x07\tc") };
    check(&style(Format::Plain), &hostile, "[a\\u{1b}[2J] b\\u{7}\tc\n");
}

#[test]
fn levels_have_colours_on_a_terminal() {
    let colours = Style { colours: true, ..style(Format::Full) };
    check(
        &colours,
        &Line { level: Level::WARN, object: None, ..event("Hm.") },
        "\x1b[2m[2026-11-22 21:14:06.742]\x1b[0m \x1b[33mWARN \x1b[0m \x1b[2mkopf\x1b[0m  Hm.\n",
    );
}
