//! What a body says it is, which is asked before anything else is read of it, and how refusals tell of one that is something
//! else.

use serde_json::Value;

use crate::{form::pick, meta, printed, protobuf, status::Status, tables};

/// What reads the version and kind of a text tells of its faults behind this.
pub(crate) const UNREAD: &str = "couldn't get version/kind; json parse error: ";
/// What Go reads version and kind into.
const TYPE: &str =
    r#"struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#;
/// The group of definitions, whose server knows no other kinds than its own.
const DEFINITIONS: &str = "apiextensions.k8s.io";
/// Events are one kind in two groups.
const EVENTS: &str = "events.k8s.io";

/// How many bytes of a body a refusal shows.
const SHOWN: usize = 30;

/// Reads what a body says it is.
///
/// # Errors
///
/// Why that cannot be read, in the words of Go.
pub(crate) fn check(value: &Value) -> Result<(), String> {
    let fields = match value {
        Value::Object(fields) => fields,
        Value::Null => return Ok(()),
        other => {
            let found = meta::kind_of(other);
            return Err(format!("{UNREAD}json: cannot unmarshal {found} into Go value of type {TYPE}"));
        }
    };
    let said = fields.iter().filter(|(name, _)| ["apiVersion", "kind"].contains(&name.as_str()));
    for (name, value) in said {
        if !value.is_string() && !value.is_null() {
            let found = meta::kind_of(value);
            return Err(format!(
                "{UNREAD}json: cannot unmarshal {found} into Go struct field .{name} of type string"
            ));
        }
    }
    let version = value["apiVersion"].as_str().unwrap_or_default();
    if version.matches('/').count() > 1 {
        return Err(format!("unexpected GroupVersion string: {version}"));
    }
    Ok(())
}

/// The refusal of a body that is not recognizably an object of the kind.
pub(crate) fn unrecognized(kind: &str, said: &str, body: &[u8]) -> Status {
    let shown = match body {
        [b'{', ..] if body.len() > SHOWN => format!("{} ...", String::from_utf8_lossy(&body[..SHOWN])),
        [b'{', ..] => String::from_utf8_lossy(body).into_owned(),
        _ => protobuf::start_of(body),
    };
    Status::bad_request(format!(
        "the object provided is unrecognized (must be of type {kind}): {said} ({shown})"
    ))
}

/// Why an object cannot be one of a built-in kind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It is of that kind, in another version.
    Version(String),
    /// It is of another kind, or of none that there is.
    Kind(String),
}

/// Whether an object, by the version and the kind that it says, is not of the expected group, version and kind. What it does
/// not say is as expected.
pub(crate) fn unfit(value: &Value, (group, version, kind): (&str, &str, &str)) -> Option<Unfit> {
    let expected = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    let said = |name: &str| value[name].as_str().filter(|said| !said.is_empty());
    let found = said("apiVersion").unwrap_or(&expected);
    let found_kind = said("kind").unwrap_or(kind);
    if (found, found_kind) == (&expected, kind) {
        return None;
    }
    let (found_group, found_version) = found.split_once('/').unwrap_or(("", found));
    let is_of_events = |group: &str| kind == "Event" && ["", EVENTS].contains(&group);
    let alike =
        found_kind == kind && (found_group == group || is_of_events(group) && is_of_events(found_group));
    let known = tables::type_of(found_group, found_version, found_kind)
        .filter(|_| group != DEFINITIONS || found_group == group);
    // Of the versions that are not served any more some can still be read.
    let was_known = alike && ["alpha", "beta"].iter().any(|stage| found_version.contains(stage));
    Some(match known {
        _ if alike && (known.is_some() || was_known) => Unfit::Version(format!(
            "the API version in the data ({found}) does not match the expected API version ({expected})"
        )),
        None => Unfit::Kind(unregistered(found_kind, found)),
        Some(known) => {
            let mut parts = known.rsplit('.');
            let (name, package) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let into = inside(group);
            Unfit::Kind(format!("converting ({package}.{name}) to ({into}.{kind}): unknown conversion"))
        }
    })
}

/// Whether an object of no version, which is read as what the server has inside, says that it is of this kind.
///
/// # Errors
///
/// Why it is not.
pub(crate) fn unfit_inside(value: &Value, group: &str, kind: &str) -> Result<(), String> {
    let found = pick(value, "kind");
    if found.is_empty() || found == kind {
        return Ok(());
    }
    Err(format!(
        "no kind {} is registered for the internal version of group {} in scheme \"pkg/runtime/scheme.go:111\"",
        printed::quoted(found),
        printed::quoted(group)
    ))
}

/// What is said of a kind that there is not.
pub(crate) fn unregistered(kind: &str, version: &str) -> String {
    format!(
        "no kind {} is registered for version {} in scheme \"pkg/runtime/scheme.go:111\"",
        printed::quoted(kind),
        printed::quoted(version)
    )
}

/// What the server calls a group inside.
fn inside(group: &str) -> &str {
    match group {
        "" | EVENTS => "core",
        group => group.split('.').next().unwrap_or(group),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
    #[track_caller]
    fn refused(value: Value, expected: Expect) {
        let said = match (check(&value), unfit(&value, ("apps", "v1", "Deployment"))) {
            (Err(said), _) | (Ok(()), Some(Unfit::Version(said) | Unfit::Kind(said))) => said,
            (Ok(()), None) => String::new(),
        };
        expected.assert_eq(&said);
    }

    #[test]
    fn what_is_said_of_version_and_kind_is_read_first() {
        refused(json!(null), expect![""]);
        refused(
            json!([]),
            expect![[
                r#"couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#
            ]],
        );
        refused(
            json!({ "kind": 5 }),
            expect![
                "couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string"
            ],
        );
        refused(json!({ "apiVersion": "a/b/c" }), expect!["unexpected GroupVersion string: a/b/c"]);
    }

    #[test]
    fn what_is_of_another_kind_is_told_of_by_its_type() {
        refused(json!({}), expect![""]);
        refused(json!({ "kind": "Deployment", "apiVersion": "apps/v1" }), expect![""]);
        refused(
            json!({ "kind": "Pod", "apiVersion": "v1" }),
            expect!["converting (v1.Pod) to (apps.Deployment): unknown conversion"],
        );
        refused(
            json!({ "kind": "Row" }),
            expect![[
                r#"no kind "Row" is registered for version "apps/v1" in scheme "pkg/runtime/scheme.go:111""#
            ]],
        );
        refused(
            json!({ "apiVersion": "apps/v1beta1" }),
            expect![
                "the API version in the data (apps/v1beta1) does not match the expected API version (apps/v1)"
            ],
        );
    }

    #[test]
    fn a_body_that_is_not_recognized_is_shown_by_its_beginning() {
        let shown = |body: &[u8]| unrecognized("Row", "it", body).message;
        assert!(shown(b"").ends_with("it (<empty>)"));
        assert!(shown(b"{}").ends_with("it ({})"));
        assert!(shown(b"[]").ends_with("it (5b5d)"));
        assert!(
            shown(br#"{"kind":"Row","apiVersion":"differential.kopf.test/v1"}"#)
                .ends_with(r#"it ({"kind":"Row","apiVersion":"di ...)"#)
        );
    }
}
