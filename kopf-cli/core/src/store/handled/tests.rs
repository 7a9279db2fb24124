//! What is kept of essences, and what is noticed with it.

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;

fn paths(texts: &[&str]) -> Vec<FieldPath> {
    texts.iter().map(|text| FieldPath::parse(text).unwrap()).collect()
}

fn text(diff: &Diff) -> String {
    let line = |change: &Change| {
        format!("{} {} {} {}\n", change.operation, change.path.join("/"), change.old, change.new)
    };
    diff.0.iter().map(line).collect()
}

/// Tells what differs between two essences, first with the whole of the old one at hand and then with digests alone.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check(old: (Value, &[&str]), new: (Value, &[&str]), expected: Expect) {
    let whole = Handled::new(old.0.clone(), paths(old.1), false);
    let digested = Handled::digested(&old.0, &paths(old.1), "u");
    let read = |handled: &Handled| Handled::read(&handled.write("u"), "u", &Arc::default()).unwrap();
    let found = [whole, digested].map(|handled| {
        let handled = read(&handled);
        let comparison = handled.compare(&new.0, &paths(new.1), "u");
        assert_eq!(comparison.known, comparison.old.is_some());
        text(&comparison.diff)
    });
    expected.assert_eq(&found.join("-- with digests:\n"));
}

#[test]
fn a_record_is_compact() {
    let handled = Handled::new(json!({ "spec": { "a": 1 } }), Vec::new(), false);
    assert_eq!(handled.write("u"), r#"{"uid":"u","essence":{"spec":{"a":1}}}"#);
    let handled = Handled::new(json!({}), paths(&["status.b", "status.a", "status.a"]), true);
    assert_eq!(handled.write(""), r#"{"essence":{},"fields":["status.a","status.b"],"pending":true}"#);
    assert_eq!(Handled::read(&handled.write(""), "u", &Arc::default()), Some(handled));
}

#[test]
fn a_digest_stands_for_each_member_and_each_watched_field() {
    let essence = json!({ "spec": { "a": 1 }, "a.b": 1, "metadata": { "labels": {}, "name": "x" }, "status": { "x": 1, "y": 1 } });
    let State::Digests(digests) =
        Handled::digested(&essence, &paths(&["status.x", "status.z", "spec.a"]), "u").state
    else {
        panic!("these are no digests");
    };
    assert_eq!(
        digests.keys().collect::<Vec<_>>(),
        [r"a\.b", "metadata.labels", "spec", "spec.a", "status.x"]
    );
    assert_eq!(digests["spec"], digest("u", &essence["spec"]));
}

#[test]
fn both_notice_what_differs() {
    check(
        (json!({ "spec": { "a": 1, "b": 1 }, "data": {}, "metadata": { "labels": { "l": "1" } } }), &[]),
        (
            json!({ "spec": { "a": 2, "b": 1.0 }, "rules": [], "metadata": { "annotations": { "n": "1" } } }),
            &[],
        ),
        expect![[r#"
            add rules null []
            remove data {} null
            add metadata/annotations null {"n":"1"}
            remove metadata/labels {"l":"1"} null
            change spec/a 1 2
            -- with digests:
            remove data null null
            add metadata/annotations null {"n":"1"}
            remove metadata/labels null null
            add rules null []
            change spec null {"a":2,"b":1.0}
        "#]],
    );
    check(
        (json!({ "spec": 1 }), &[]),
        (json!({ "spec": 1, "data": null }), &[]),
        expect![[r#"
        -- with digests:
    "#]],
    );
}

#[test]
fn fields_outside_of_the_essence_are_compared_where_they_were_and_are_watched() {
    check(
        (json!({ "status": { "x": 1 } }), &["status.x"]),
        (json!({ "status": { "x": 2, "new": 1 } }), &["status.new", "status.x"]),
        expect![[r#"
            change status/x 1 2
            -- with digests:
            change status/x null 2
        "#]],
    );
    check(
        (json!({ "status": { "x": 1 } }), &["status.x"]),
        (json!({}), &["status.x"]),
        expect![[r#"
            remove status {"x":1} null
            -- with digests:
            remove status/x null null
        "#]],
    );
}

#[test]
fn a_deploy_that_watches_other_fields_changes_no_object() {
    let quiet = || {
        expect![[r#"
        -- with digests:
    "#]]
    };
    let before = || json!({ "spec": 1 });
    let after = || json!({ "spec": 1, "status": { "x": 1 }, "kind": "Thing", "metadata": { "name": "n" } });
    let watched: &[&str] = &["status.x", "kind", "metadata"];
    check((before(), &[]), (after(), watched), quiet());
    check((after(), watched), (before(), &[]), quiet());
    check((before(), &[]), (before(), &["spec.x"]), quiet());
    check(
        (json!({ "status": { "x": 1 } }), &["status.x"]),
        (json!({ "status": { "x": 1, "y": 1 } }), &["status"]),
        quiet(),
    );
}

/// Tells what the field `spec.a` sees with digests alone.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check_field(old: Value, watched: &[&str], new: Value, field: &str, expected: Expect) {
    let handled = Handled::digested(&old, &paths(watched), "u");
    let comparison = handled.compare(&new, &paths(&["spec.a", "spec.a.b", "spec"]), "u");
    expected.assert_eq(&text(&comparison.narrow(&paths(&[field])[0])));
}

#[test]
fn with_digests_a_field_sees_its_own_changes_alone() {
    let old = || json!({ "spec": { "a": 1, "b": 1 } });
    check_field(old(), &["spec.a"], json!({ "spec": { "a": 1, "b": 2 } }), "spec.a", expect![""]);
    check_field(
        old(),
        &["spec.a"],
        json!({ "spec": { "a": 2, "b": 1 } }),
        "spec.a",
        expect![[r#"
        change  null 2
    "#]],
    );
    check_field(
        old(),
        &["spec.a"],
        json!({ "spec": { "b": 1 } }),
        "spec.a",
        expect![[r#"
        remove  null null
    "#]],
    );
    check_field(
        json!({ "spec": {} }),
        &["spec.a"],
        json!({ "spec": { "a": 1 } }),
        "spec.a",
        expect![[r#"
        add  null 1
    "#]],
    );
    check_field(old(), &[], json!({ "spec": { "a": 2 } }), "spec.a", expect![""]);
    check_field(
        old(),
        &["spec.a"],
        json!({ "spec": { "a": 2 } }),
        "spec",
        expect![[r#"
        change  null {"a":2}
    "#]],
    );
}

#[test]
fn with_the_whole_a_field_sees_old_and_new() {
    let handled = Handled::new(json!({ "spec": { "a": 1 } }), Vec::new(), false);
    let now = json!({ "spec": { "a": 2 } });
    let narrowed = handled.compare(&now, &[], "u").narrow(&paths(&["spec.a"])[0]);
    assert_eq!(text(&narrowed), "change  1 2\n");
}

/// Text that does not get shorter by much when it is compressed.
fn noise(length: usize) -> String {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'!' + u8::try_from((state >> 33) % 90).unwrap())
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn what_is_long_is_compressed_and_what_does_not_fit_is_digested() {
    let of = |text: String| Handled::new(json!({ "spec": text }), paths(&["status.x"]), true);
    let kind = |handled: &Handled, max: usize| {
        let (handled, text) = fit(handled, "u", max);
        assert!(text.len() <= max);
        assert_eq!(Handled::read(&text, "u", &Arc::default()).as_ref(), Some(&*handled));
        assert!(handled.pending && handled.fields == paths(&["status.x"]));
        ["essence", "zlib", "digests"].into_iter().find(|member| text.contains(&format!("\"{member}\"")))
    };
    let max = crate::store::STATE_LIMIT;
    assert_eq!(kind(&of("a".repeat(32_000)), max), Some("essence"));
    assert_eq!(kind(&of("a".repeat(1_000_000)), max), Some("zlib"));
    assert_eq!(kind(&of(noise(50_000)), max), Some("zlib"));
    assert_eq!(kind(&of(noise(100_000)), max), Some("digests"));
    assert_eq!(kind(&of("a".repeat(300)), 200), Some("digests"));
}

#[test]
fn garbage_and_what_is_of_another_object_is_no_record() {
    let of_another = Handled::new(json!({}), Vec::new(), false).write("v");
    let bomb = format!(r#"{{"zlib":"{}"}}"#, pack(&" ".repeat(5_000_000)));
    let cut = bomb.replace("\"}", "=\"}");
    for garbage in [
        "",
        "null",
        "{}",
        "yes",
        &of_another,
        &bomb,
        &cut,
        r#"{"zlib":"?"}"#,
        r#"{"zlib":"AAAA"}"#,
        r#"{"essence":{},"digests":{}}"#,
        r#"{"digests":{"spec":"?"}}"#,
        r#"{"essence":{},"fields":["a..b"]}"#,
    ] {
        assert_eq!(
            Handled::read(garbage, "u", &Arc::default()),
            None,
            "{}",
            garbage.chars().take(80).collect::<String>()
        );
    }
}

#[test]
fn an_object_as_deep_as_can_be_decoded_has_a_record_that_can_be() {
    let nested = format!("{}{}", "[".repeat(126), "]".repeat(126));
    let body: Value = serde_json::from_str(&format!(r#"{{"spec":{nested}}}"#)).unwrap();
    let text = Handled::new(body.clone(), Vec::new(), false).write("u");
    assert_eq!(
        Handled::read(&text, "u", &Arc::default()).map(|handled| handled.state),
        Some(State::Whole(Arc::new(body)))
    );
}

/// Tells what differs after a change of our own was absorbed, with the whole essence and with digests.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check_absorb(old: Value, before: Value, after: Value, expected: Expect) {
    let watched = paths(&["status.x"]);
    let records = [Handled::new(old.clone(), watched.clone(), true), Handled::digested(&old, &watched, "u")];
    let found = records.map(|handled| {
        let (pending, absorbed) = (handled.pending, handled.absorb(&before, &after, "u"));
        assert_eq!((absorbed.pending, &absorbed.fields), (pending, &watched));
        text(&absorbed.compare(&after, &watched, "u").diff)
    });
    expected.assert_eq(&found.join("-- with digests:\n"));
}

#[test]
fn a_change_of_our_own_is_no_difference_and_one_of_others_stays_one() {
    let first = || json!({ "spec": { "x": 1 } });
    check_absorb(
        first(),
        first(),
        json!({ "spec": { "x": 2 }, "status": { "x": 1 } }),
        expect![[r#"
        -- with digests:
    "#]],
    );
    check_absorb(
        first(),
        json!({ "spec": { "x": 1 }, "data": 1 }),
        json!({ "spec": { "x": 2 }, "data": 1 }),
        expect![[r#"
            add data null 1
            -- with digests:
            add data null 1
        "#]],
    );
    check_absorb(
        first(),
        json!({ "spec": { "x": 1, "y": 1 } }),
        json!({ "spec": { "x": 2, "y": 1 } }),
        expect![[r#"
            add spec/y null 1
            -- with digests:
            change spec null {"x":2,"y":1}
        "#]],
    );
    check_absorb(
        json!({ "spec": 1, "data": 1 }),
        json!({ "spec": 1, "data": 1 }),
        json!({ "spec": 1 }),
        expect![[r#"
            -- with digests:
        "#]],
    );
}

#[test]
fn a_field_was_there_if_it_had_a_value() {
    let essence = json!({ "spec": { "x": 1, "null": null } });
    let fields = paths(&["spec.x", "spec.null", "spec.gone"]);
    for handled in
        [Handled::new(essence.clone(), fields.clone(), false), Handled::digested(&essence, &fields, "u")]
    {
        assert_eq!(
            fields.iter().map(|field| handled.at(field) != Was::Absent).collect::<Vec<_>>(),
            [true, false, false]
        );
    }
}
