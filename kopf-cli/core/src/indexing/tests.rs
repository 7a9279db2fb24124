//! What a sighting asks of indexes, after what came of the sightings before.

use bytes::Bytes;
use serde_json::json;

use super::*;
use crate::{
    backoff::Backoff,
    filter::{Filter, Match},
    handler::{Errors, Limits, On, tests::handler},
    outcome::{Answer, Failure, FailureKind, Policy, judge},
    resource::Resource,
};

const BACKOFF: Backoff = Backoff {
    first: std::time::Duration::from_secs(10),
    factor: 2.0,
    limit: std::time::Duration::from_secs(600),
    jitter: 0.0,
};

fn served(errors: Errors) -> Served {
    let labels = vec![("app".to_owned(), Match::Present)];
    let by_app = Handler {
        filter: Filter { labels, ..Filter::default() },
        limits: Limits { errors, ..Limits::default() },
        ..handler(On::Index, "by_app")
    };
    let resource = Resource {
        group: String::new(),
        version: "v1".to_owned(),
        plural: "pods".to_owned(),
        kind: "Pod".to_owned(),
        singular: String::new(),
        short_names: vec![],
        categories: vec![],
        namespaced: true,
        preferred: true,
        verbs: vec![],
        subresources: vec![],
    };
    Served { handlers: vec![Arc::new(by_app)], ..Served::new(resource) }
}

/// Shows an index the rows `second version label outcome`, and tells of each what is called, dropped and due.
#[track_caller]
fn check(errors: Errors, rows: &[&str]) {
    let (served, mut indexing) = (served(errors), Indexing::default());
    for row in rows {
        let (given, expected) = row.split_once(" => ").unwrap();
        let words: Vec<&str> = given.split(' ').collect();
        let now = Timestamp::from_second(words[0].parse().unwrap()).unwrap();
        let body = json!({
            "metadata": { "name": "a", "uid": "u", "resourceVersion": words[1], "labels": { words[2]: "" } }
        });
        let object = Object::parse(Bytes::from(body.to_string())).unwrap();
        let plan = indexing.plan(&object, &served, &Answers::default(), now).unwrap();
        let mut told = vec![];
        for handler in plan.dropped {
            indexing.drop(&handler);
            told.push("dropped".to_owned());
        }
        for call in plan.calls {
            told.push(format!("called after {}", call.progress.retries));
            let kind = match words[3] {
                "ok" => None,
                "error" => Some(FailureKind::Any),
                "temporary" => Some(FailureKind::Temporary(None)),
                _ => Some(FailureKind::Permanent),
            };
            let failure = |kind| Failure { kind, message: "m".to_owned(), trace: None };
            let answer = Answer {
                result: kind.map_or(Ok(None), |kind| Err(failure(kind))),
                patch: None,
                functions: None,
            };
            let policy = Policy { backoff: &BACKOFF, jitter: 1.0 };
            let verdict = judge(&call.handler, &call.progress, &answer, policy, now);
            if indexing.conclude(&call.handler, &verdict) {
                told.push("dropped".to_owned());
            }
        }
        indexing.seen(&object.header.version);
        if let Some(at) = indexing.wake_at() {
            told.push(format!("due at {}", at.as_second()));
        }
        assert_eq!(told.join(", "), expected, "{row}");
    }
}

#[test]
fn each_version_is_indexed_once() {
    check(
        Errors::Ignored,
        &["0 5 app ok => called after 0", "1 5 app ok => ", "2 4 app ok => ", "3 6 app ok => called after 0"],
    );
}

#[test]
fn what_is_held_goes_when_the_filters_do_not_want_the_object_any_more() {
    check(
        Errors::Ignored,
        &[
            "0 1 app ok => called after 0",
            "1 2 other ok => dropped",
            "2 3 other ok => ",
            "3 4 app ok => called after 0",
        ],
    );
}

#[test]
fn an_error_that_is_ignored_leaves_what_is_held() {
    check(
        Errors::Ignored,
        &[
            "0 1 app ok => called after 0",
            "1 2 app error => called after 0",
            "2 2 app ok => ",
            "3 3 other ok => dropped",
        ],
    );
}

#[test]
fn an_error_for_a_while_drops_what_is_held_until_it_succeeds() {
    check(
        Errors::Temporary,
        &[
            "0 1 app ok => called after 0",
            "1 2 app error => called after 0, dropped, due at 11",
            "5 3 app ok => due at 11",
            "11 3 app temporary => called after 1, dropped, due at 31",
            "31 3 app ok => called after 2",
            "32 4 other ok => dropped",
        ],
    );
}

#[test]
fn an_error_for_good_drops_what_is_held_and_ends_the_calls() {
    check(
        Errors::Permanent,
        &["0 1 app ok => called after 0", "1 2 app error => called after 0, dropped", "2 3 app ok => "],
    );
    check(
        Errors::Ignored,
        &["0 1 app permanent => called after 0, dropped", "1 2 other ok => ", "2 3 app ok => "],
    );
}
