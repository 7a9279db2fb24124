//! What a setting takes, and what is said of what it does not take.

use serde_json::json;

use super::*;

/// What a setting is after it was given something.
#[track_caller]
fn check(name: &str, given: Given<'_>, expected: &str) {
    let mut settings = Settings::default();
    let found = match settings.set(name, &given) {
        Ok(()) => key(name).unwrap().text(&settings),
        Err(error) => {
            assert_eq!(settings, Settings::default(), "nothing is set");
            error.to_string()
        }
    };
    assert_eq!(found, expected, "of {name} = {given}");
}

#[test]
fn a_span_is_a_number_of_seconds_or_text_with_units() {
    let name = "watching.inactivity_timeout";
    check(name, Given::Typed(&json!(30)), "30s");
    check(name, Given::Typed(&json!(1.5)), "1s500ms");
    check(name, Given::Typed(&json!("1m 30s")), "1m30s");
    check(name, Given::Text("30"), "30s");
    check(name, Given::Text(" 2h "), "2h");
}

#[test]
fn a_value_of_a_wrong_type_is_told_with_what_is_expected() {
    let expected = |found: &str| {
        format!(
            "watching.inactivity_timeout is {found}, expected 1s to 1d: a number of seconds, or text such as \
             \"1m30s\", such as watching.inactivity_timeout = 70"
        )
    };
    let name = "watching.inactivity_timeout";
    for wrong in [json!(true), json!("70"), json!([1]), json!({}), json!(0), json!(-1), json!(100_000)] {
        check(name, Given::Typed(&wrong), &expected(&wrong.to_string()));
    }
    for wrong in ["", "never", "1y", "NaN", "inf", "-5", "5 m m", "s", "1e99"] {
        check(name, Given::Text(wrong), &expected(&format!("`{wrong}`")));
    }
    let long = json!(vec![1; 100]);
    check(name, Given::Typed(&long), &expected(&format!("{}…", &long.to_string()[..60])));
    check(
        "execution.concurrency",
        Given::Typed(&json!("64")),
        "execution.concurrency is \"64\", expected a whole number from 1 to 10000, such as execution.concurrency = 64",
    );
    check(
        "posting.reporting_component",
        Given::Typed(&json!("")),
        "posting.reporting_component is \"\", expected text of 1 to 253 characters, such as \
         posting.reporting_component = \"kopf\"",
    );
    check(
        "posting.events",
        Given::Typed(&json!("some")),
        "posting.events is \"some\", expected all or warnings or none, such as posting.events = \"all\"",
    );
    check(
        "posting.per_second",
        Given::Text("none"),
        "posting.per_second is `none`, expected a number from 0.1 to 10000, such as posting.per_second = 30.0",
    );
}

#[test]
fn a_value_is_taken_within_its_bounds() {
    check("execution.concurrency", Given::Text("10000"), "10000");
    check("posting.events", Given::Typed(&json!("Warnings")), "warnings");
    check("posting.per_second", Given::Typed(&json!(0.5)), "0.5");
    check("posting.per_second", Given::Typed(&json!(5)), "5.0");
    check("execution.durability", Given::Text("each"), "each");
    check("execution.loop_writes", Given::Text("65535"), "65535");
}

#[test]
fn an_unknown_name_is_answered_with_the_one_that_was_meant() {
    let check_name = |name: &str, expected: &str| check(name, Given::Text("1"), expected);
    let meant = |name: &str, meant: &str| format!("there is no setting `{name}`, did you mean `{meant}`?");
    for (name, right) in [
        ("watching.inactivty_timeout", "watching.inactivity_timeout"),
        ("inactivity_timeout", "watching.inactivity_timeout"),
        ("networking.inactivity_timeout", "watching.inactivity_timeout"),
        ("networking.request-timeout", "networking.request_timeout"),
        ("posting.event", "posting.events"),
        ("Process.Grace", "process.grace"),
    ] {
        check_name(name, &meant(name, right));
    }
    for name in ["", ".", "colour", "watchings", &"x".repeat(10_000)] {
        check_name(name, &format!("there is no setting `{name}`; `kopf settings` lists all"));
    }
}

#[test]
fn a_group_takes_no_value_itself() {
    check(
        "watching",
        Given::Typed(&json!(3)),
        "watching is 3, expected a group of settings, such as watching.inactivity_timeout = 70",
    );
    check(
        "posting",
        Given::Text(""),
        "posting is ``, expected a group of settings, such as posting.events = \"all\"",
    );
}

#[test]
fn each_key_explains_itself_and_reads_what_it_shows() {
    for key in KEYS {
        assert!(key.about().ends_with('.') && !key.about().contains('\n'), "{key:?}: {}", key.about());
        let mut settings = Settings::default();
        let value = key.value(&settings);
        settings.set(key.name, &Given::Typed(&value)).unwrap();
        let text = key.text(&settings);
        settings.set(key.name, &Given::Text(&text)).unwrap();
        assert_eq!(settings, Settings::default(), "of {key:?}");
    }
}
