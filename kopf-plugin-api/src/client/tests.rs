//! What requests look like, and what refusals become.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Change, Delete, Error, Logs, Selection,
    resource::{Query, Target},
    transport::decode,
};

#[track_caller]
fn check_path(target: &Target, namespace: Option<&str>, name: &str, expected: &str) {
    let path = target.object_path(namespace, name, "").map_err(|error| error.to_string());
    assert_eq!(path.unwrap_or_else(|error| error), expected);
}

struct Site;

impl super::Resource for Site {
    const API_VERSION: &'static str = "example.com/v1";
    const KIND: &'static str = "Site";
    const PLURAL: &'static str = "sites";
}

#[test]
fn an_object_has_one_path_whatever_its_name_holds() {
    let (pods, deployments) = (Target::of_plural("v1", "pods"), Target::of_plural("apps/v1", "deployments"));
    check_path(&pods, Some("default"), "web", "/api/v1/namespaces/default/pods/web");
    check_path(&pods, None, "web", "/api/v1/pods/web");
    check_path(&deployments, Some("a b"), "web", "/apis/apps/v1/namespaces/a%20b/deployments/web");
    check_path(&pods, None, "../secrets/x", "/api/v1/pods/..%2Fsecrets%2Fx");
    check_path(&pods, None, "x?y=z", "/api/v1/pods/x%3Fy%3Dz");
    check_path(&Target::of_type::<Site>(), Some("n"), "s", "/apis/example.com/v1/namespaces/n/sites/s");
}

#[test]
fn what_makes_no_sense_is_not_sent_and_says_how_to_mend_it() {
    check_path(&Target::of_plural("v1", "pods"), None, "", "an object has a name: this one of pods has none");
    check_path(
        &Target::of_type::<Site>(),
        None,
        "s",
        "sites live in namespaces: say in which one s is, with `.namespace(…)`",
    );
    check_path(
        &Target::of_plural("v1", ""),
        None,
        "s",
        "a resource has a plural, such as `pods`: this one has none",
    );
}

#[test]
fn options_are_queries_and_bodies() {
    let mut query = Query::default();
    Selection::labels("a=b,c").and_fields("metadata.name=x").add_to(&mut query);
    assert_eq!(query.finish(), "?labelSelector=a%3Db%2Cc&fieldSelector=metadata.name%3Dx");
    let mut path = String::new();
    Logs::tail(3).container("c").previous().add_to(&mut path);
    assert_eq!(path, "?container=c&tailLines=3&previous=true");
    let options = Delete::foreground().grace_seconds(0).only_uid("u").only_version("7");
    assert_eq!(
        options.body(),
        json!({
            "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Foreground", "gracePeriodSeconds": 0,
            "preconditions": { "uid": "u", "resourceVersion": "7" },
        })
    );
    assert_eq!(Change::Strategic(json!({})).parts().0, "application/strategic-merge-patch+json");
}

/// What a refusal becomes as a handler's error: its kind, its delay, its text.
#[track_caller]
fn check_refusal(code: u16, after: Option<u64>, body: &Value, expected: &str) {
    let error = Error::refused("GET /x", code, after, &body.to_string());
    let variant = format!("{error:?}").split('(').next().unwrap_or_default().to_owned();
    let failure = crate::Error::from(error).into_failure();
    let delay = failure.delay_ms.map(|ms| format!(" after {ms}")).unwrap_or_default();
    assert_eq!(format!("{variant} {:?}{delay}: {}", failure.kind, failure.message), expected);
}

fn status(reason: &str, message: &str) -> Value {
    json!({ "kind": "Status", "reason": reason, "message": message })
}

#[test]
fn a_refusal_becomes_an_error_that_says_whether_to_try_again() {
    check_refusal(404, None, &status("NotFound", "no pod"), "NotFound Error: no pod (404 NotFound)");
    check_refusal(409, None, &status("Conflict", "changed"), "Conflict Temporary: changed (409 Conflict)");
    check_refusal(
        409,
        None,
        &status("AlreadyExists", "there"),
        "AlreadyExists Error: there (409 AlreadyExists)",
    );
    check_refusal(403, None, &status("Forbidden", "no"), "Forbidden Error: no (403 Forbidden)");
    check_refusal(422, None, &status("Invalid", "bad"), "Invalid Error: bad (422 Invalid)");
    check_refusal(410, None, &status("Expired", "old"), "Gone Temporary: old (410 Expired)");
    check_refusal(
        429,
        Some(7),
        &status("TooManyRequests", "busy"),
        "TooManyRequests Temporary after 7000: busy (429 TooManyRequests)",
    );
    check_refusal(503, Some(2), &status("", "down"), "Refused Temporary after 2000: down (503)");
    check_refusal(401, None, &status("Unauthorized", "who"), "Refused Temporary: who (401 Unauthorized)");
    check_refusal(400, None, &status("BadRequest", "odd"), "Refused Error: odd (400 BadRequest)");
}

#[test]
fn what_is_no_status_is_shown_cut_with_what_was_asked_for() {
    let refused = |code, body: &str| Error::refused("GET /apis/x/v1", code, None, body).to_string();
    let text = refused(502, &format!("bad gateway{}", "!".repeat(1000)));
    assert!(text.starts_with("GET /apis/x/v1: bad gateway!!!") && text.len() < 290, "{text}");
    assert_eq!(refused(404, "404 page not found\n"), "GET /apis/x/v1: 404 page not found (404)");
    assert_eq!(refused(500, ""), "GET /apis/x/v1: the API server does not say why it is refused (500)");
}

#[test]
fn causes_and_delays_are_read_from_the_status() {
    let body = json!({
        "reason": "Invalid", "message": "bad", "details": {
            "causes": [{ "reason": "FieldValueRequired", "message": "Required value", "field": "spec.size" }],
            "retryAfterSeconds": 3,
        },
    });
    let error = Error::refused("GET /x", 422, None, &body.to_string());
    let status = error.status().unwrap();
    assert_eq!(status.causes[0].field, "spec.size");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
}

#[test]
fn an_error_keeps_its_kind_among_the_causes_of_another() {
    #[derive(Debug)]
    struct Own(Error);

    impl std::fmt::Display for Own {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("cannot grow")
        }
    }

    impl std::error::Error for Own {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    let failure = crate::Error::from(Own(Error::Unreachable("no way".to_owned()))).into_failure();
    assert_eq!(failure.kind, kopf_plugin_abi::wire::FailureKind::Temporary);
    assert_eq!(failure.message, "cannot grow: no way");
}

#[test]
fn values_of_secrets_stay_out_of_messages() {
    let read = |is_secret| {
        let answer = r#"{"data":{"password":"hunter2"}}"#;
        let read: Result<std::collections::BTreeMap<String, std::collections::BTreeMap<String, u8>>, _> =
            decode(answer, "GET /api/v1/namespaces/n/secrets/s", is_secret);
        read.unwrap_err().to_string()
    };
    assert!(read(false).contains("hunter2"), "{}", read(false));
    let text = read(true);
    assert!(text.contains("`data.password`") && !text.contains("hunter2"), "{text}");
}

#[test]
fn outside_of_a_handler_there_is_no_client() {
    let error = super::client().blocking().resource("v1", "pods").get("x").unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no operator here: its client is there in handlers and their tasks"
    );
}
