//! What `kopf inspect` prints.

use expect_test::{Expect, expect};
use kopf_core::{
    backoff::{Backoff, Waits},
    filter::{Filter, Match},
    handler::{Lifecycle, Limits, On, Wants},
    selector::Selector,
};

use super::*;

/// A creation handler of a resource.
pub(crate) fn handler(resource: &str) -> Handler {
    Handler {
        plugin: 0,
        index: 0,
        id: "create_fn".into(),
        on: On::Create,
        selector: Selector::parse(&[resource.to_owned()]).unwrap(),
        filter: Filter::default(),
        field: None,
        asynchronous: true,
        limits: Limits::default(),
        optional: false,
        deleted: false,
        lifecycle: Lifecycle::All,
        group: None,
        schedule: kopf_core::background::Schedule::default(),
        wants: Wants::default(),
        param: None,
        function: "minimal::create_fn".into(),
        package: "minimal".into(),
        place: "src/lib.rs:5".into(),
    }
}

fn handlers() -> Vec<Handler> {
    let first = handler("kopfexamples.v1.zalando.org");
    let field = Handler {
        id: "field_fn/spec.field".into(),
        on: On::Field,
        field: Some("spec.field".parse().unwrap()),
        limits: Limits {
            retries: Some(3),
            timeout: Some(Duration::from_secs(60)),
            errors: Errors::Permanent,
            ..Limits::default()
        },
        filter: Filter {
            labels: vec![("app".into(), Match::is("web")), ("old".into(), Match::Absent)],
            ..Filter::default()
        },
        asynchronous: false,
        function: "minimal::field_fn".into(),
        place: "src/lib.rs:12".into(),
        ..first.clone()
    };
    let delete = Handler { id: "bye".into(), on: On::Delete, optional: true, ..handler("pods") };
    let picky = Handler {
        id: "picky/spec.size".into(),
        on: On::Resume,
        field: Some("spec.size".parse().unwrap()),
        filter: Filter {
            labels: vec![("tier".into(), Match::None(vec![Match::is("a"), Match::Asked(1)]))],
            value: Some(Match::is(5)),
            when: Some(Match::Not(Box::new(Match::Asked(2)))),
            ..Filter::default()
        },
        limits: Limits { backoff: Some(Waits::Growing(Backoff::default())), ..Limits::default() },
        deleted: true,
        lifecycle: Lifecycle::OneByOne,
        group: Some("slow".into()),
        ..handler("pods")
    };
    let labels = vec![("app".into(), Match::Present)];
    let selected = Handler { filter: Filter { labels, ..Filter::default() }, ..handler("configmaps") };
    vec![first, delete, field, picky, selected]
}

#[track_caller]
fn check(show: fn(&Plugin, &[&Handler]) -> String, expected: &Expect) {
    let plugin = Plugin {
        name: "minimal".into(),
        version: "0.1.0".into(),
        path: "target/debug/libminimal.so".into(),
        rustc: "1.95.0".into(),
        handlers: 3,
    };
    expected.assert_eq(&show(&plugin, &handlers().iter().collect::<Vec<_>>()));
}

#[test]
fn the_table_groups_handlers_by_resource() {
    check(
        table,
        &expect![[r#"
            minimal 0.1.0 (target/debug/libminimal.so)

            kopfexamples.v1.zalando.org
              create  create_fn            src/lib.rs:5
              field   field_fn/spec.field  src/lib.rs:12  field=spec.field  retries=3  timeout=60s  errors=permanent  labels=app=web,!old

            pods
              delete  bye                  src/lib.rs:5  optional
              resume  picky/spec.size      src/lib.rs:5  field=spec.size  backoff=exponential(1s,factor=2,cap=600s,jitter=1)  labels=tier=none("a",fn#1)  value=5  when=not(fn#2)  lifecycle=one-by-one  group=slow  deleted

            configmaps  (only labels app)
              create  create_fn            src/lib.rs:5  labels=app
        "#]],
    );
}

#[test]
fn json_has_stable_keys() {
    check(
        json,
        &expect![[r#"
            {
              "name": "minimal",
              "version": "0.1.0",
              "path": "target/debug/libminimal.so",
              "rustc": "1.95.0",
              "handlers": [
                {
                  "id": "create_fn",
                  "on": "create",
                  "selector": "kopfexamples.v1.zalando.org",
                  "asynchronous": true,
                  "function": "minimal::create_fn",
                  "place": "src/lib.rs:5",
                  "options": {}
                },
                {
                  "id": "bye",
                  "on": "delete",
                  "selector": "pods",
                  "asynchronous": true,
                  "function": "minimal::create_fn",
                  "place": "src/lib.rs:5",
                  "options": {
                    "optional": true
                  }
                },
                {
                  "id": "field_fn/spec.field",
                  "on": "field",
                  "selector": "kopfexamples.v1.zalando.org",
                  "asynchronous": false,
                  "function": "minimal::field_fn",
                  "place": "src/lib.rs:12",
                  "options": {
                    "field": "spec.field",
                    "retries": 3,
                    "timeout": 60.0,
                    "errors": "permanent",
                    "labels": {
                      "app": {
                        "is": "web"
                      },
                      "old": "absent"
                    }
                  }
                },
                {
                  "id": "picky/spec.size",
                  "on": "resume",
                  "selector": "pods",
                  "asynchronous": true,
                  "function": "minimal::create_fn",
                  "place": "src/lib.rs:5",
                  "options": {
                    "field": "spec.size",
                    "backoff": {
                      "first": 1.0,
                      "factor": 2.0,
                      "cap": 600.0,
                      "jitter": 1.0
                    },
                    "labels": {
                      "tier": {
                        "none": [
                          {
                            "is": "a"
                          },
                          {
                            "asked": 1
                          }
                        ]
                      }
                    },
                    "value": {
                      "is": 5
                    },
                    "when": {
                      "not": {
                        "asked": 2
                      }
                    },
                    "lifecycle": "one-by-one",
                    "group": "slow",
                    "deleted": true
                  }
                },
                {
                  "id": "create_fn",
                  "on": "create",
                  "selector": "configmaps",
                  "asynchronous": true,
                  "function": "minimal::create_fn",
                  "place": "src/lib.rs:5",
                  "options": {
                    "labels": {
                      "app": "present"
                    }
                  }
                }
              ],
              "server_side": {
                "configmaps": {
                  "labels": "app"
                }
              }
            }
        "#]],
    );
}
