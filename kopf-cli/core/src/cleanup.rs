//! What an operator leaves on an object, and how it is taken off again.

use serde_json::{Map, Value, json};

use crate::{identity::Identity, store::dialect::Dialect};

/// Where the Python framework kept records before its version 1.44, and what it woke itself by.
const IN_STATUS: [&str; 2] = ["progress", "dummy"];

/// The marks of one operator on one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// The keys of its annotations.
    pub annotations: Vec<String>,
    /// Whether its finalizer holds the object.
    pub finalizer: bool,
    /// Whether there are records of it in `status.kopf`, as there are of older versions of the Python framework.
    pub status: bool,
}

impl Marks {
    /// The marks on an object; `None` if there are none.
    pub fn on(body: &Value, identity: &Identity) -> Option<Marks> {
        let annotations = body.pointer("/metadata/annotations").and_then(Value::as_object);
        let is_ours =
            |key: &&String| key.strip_prefix(identity.prefix()).is_some_and(|rest| rest.starts_with('/'));
        let annotations: Vec<String> =
            annotations.into_iter().flat_map(Map::keys).filter(is_ours).cloned().collect();
        let finalizer = finalizers(body).any(|finalizer| finalizer == identity.finalizer());
        let status = identity.dialect() == Dialect::Python && in_status(body).next().is_some();
        (finalizer || status || !annotations.is_empty()).then_some(Marks { annotations, finalizer, status })
    }

    /// The merge patch that takes those in the metadata off the object as it is, and nothing of anybody else's.
    pub fn patch(&self, body: &Value, identity: &Identity) -> Value {
        // Finalizers are replaced as a whole: somebody who adds one meanwhile must not lose it.
        let mut metadata = version(body);
        if !self.annotations.is_empty() {
            let nulls = self.annotations.iter().map(|key| (key.clone(), Value::Null));
            metadata.insert("annotations".to_owned(), nulls.collect());
        }
        if self.finalizer {
            let others: Vec<_> = finalizers(body).filter(|it| *it != identity.finalizer()).collect();
            metadata.insert("finalizers".to_owned(), json!(others));
        }
        json!({ "metadata": metadata })
    }

    /// The merge patch that takes those in the status off, if there are any.
    pub fn status_patch(&self, body: &Value) -> Option<Value> {
        let all = body.pointer("/status/kopf").and_then(Value::as_object).filter(|_| self.status)?;
        let found: Map<String, Value> = in_status(body).map(|key| (key.to_owned(), Value::Null)).collect();
        let kopf = if found.len() == all.len() { Value::Null } else { found.into() };
        Some(json!({ "metadata": version(body), "status": { "kopf": kopf } }))
    }
}

/// `2 annotations, the records in the status and the finalizer`.
impl std::fmt::Display for Marks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = self.annotations.len();
        let annotations = format!("{count} annotation{}", if count == 1 { "" } else { "s" });
        let all = [
            (count > 0, annotations.as_str()),
            (self.status, "the records in the status"),
            (self.finalizer, "the finalizer"),
        ];
        let found: Vec<&str> =
            all.into_iter().filter(|(is_there, _)| *is_there).map(|(_, name)| name).collect();
        match found.split_last() {
            Some((last, rest)) if !rest.is_empty() => write!(f, "{} and {last}", rest.join(", ")),
            _ => f.write_str(&found.concat()),
        }
    }
}

/// What a patch begins with: which version it is for.
fn version(body: &Value) -> Map<String, Value> {
    let version = body.pointer("/metadata/resourceVersion").cloned().unwrap_or_default();
    Map::from_iter([("resourceVersion".to_owned(), version)])
}

/// The members of `status.kopf` that are the Python framework's.
fn in_status(body: &Value) -> impl Iterator<Item = &'static str> {
    let kopf = body.pointer("/status/kopf").and_then(Value::as_object);
    IN_STATUS.into_iter().filter(move |key| kopf.is_some_and(|kopf| kopf.contains_key(*key)))
}

fn finalizers(body: &Value) -> impl Iterator<Item = &str> {
    let all = body.pointer("/metadata/finalizers").and_then(Value::as_array);
    all.into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
    fn check(metadata: Value, expected: Option<(&str, Value)>) {
        let identity = Identity::new("web").unwrap();
        let body = json!({ "metadata": metadata });
        let marks = Marks::on(&body, &identity);
        let found = marks.map(|marks| (marks.to_string(), marks.patch(&body, &identity)));
        let expected = expected.map(|(marks, patch)| (marks.to_owned(), json!({ "metadata": patch })));
        assert_eq!(found, expected);
    }

    #[test]
    fn our_marks_go_and_those_of_others_stay() {
        check(
            json!({
                "resourceVersion": "7",
                "annotations": { "web.kopf.dev/fn": "{}", "web.kopf.dev/kopf-managed": "yes", "web.kopf.devil/x": "1",
                    "other.kopf.dev/fn": "{}", "web.kopf.dev": "x" },
                "finalizers": ["a/b", "web.kopf.dev/finalizer", "c/d"],
            }),
            Some((
                "2 annotations and the finalizer",
                json!({
                    "resourceVersion": "7",
                    "annotations": { "web.kopf.dev/fn": null, "web.kopf.dev/kopf-managed": null },
                    "finalizers": ["a/b", "c/d"],
                }),
            )),
        );
        check(
            json!({ "resourceVersion": "7", "finalizers": ["web.kopf.dev/finalizer"] }),
            Some(("the finalizer", json!({ "resourceVersion": "7", "finalizers": [] }))),
        );
        check(
            json!({ "resourceVersion": "7", "annotations": { "web.kopf.dev/fn": "{}" }, "finalizers": ["a/b"] }),
            Some((
                "1 annotation",
                json!({ "resourceVersion": "7", "annotations": { "web.kopf.dev/fn": null } }),
            )),
        );
    }

    #[test]
    fn an_object_without_marks_is_left_alone() {
        check(json!({}), None);
        check(json!({ "annotations": null, "finalizers": ["a/b"] }), None);
        check(json!({ "annotations": { "other.kopf.dev/fn": "{}" }, "finalizers": [7] }), None);
    }

    #[test]
    fn records_that_the_python_framework_once_kept_in_the_status_go_too() {
        let python = Identity::new("web").unwrap().speaking(Dialect::Python);
        let check = |identity: &Identity, status: Value, expected: Option<(&str, Value)>| {
            let body = json!({ "metadata": { "resourceVersion": "7" }, "status": status });
            let found = Marks::on(&body, identity)
                .map(|marks| (marks.to_string(), marks.status_patch(&body).unwrap()["status"].clone()));
            assert_eq!(found, expected.map(|(marks, patch)| (marks.to_owned(), patch)));
        };
        let told = "the records in the status";
        let record = json!({ "fn": { "retries": 3 } });
        check(&python, json!({ "kopf": { "progress": record } }), Some((told, json!({ "kopf": null }))));
        check(
            &python,
            json!({ "kopf": { "progress": record, "dummy": "2020-01-01T00:00:00", "theirs": 1 }, "phase": "x" }),
            Some((told, json!({ "kopf": { "progress": null, "dummy": null } }))),
        );
        check(&python, json!({ "kopf": { "theirs": 1 } }), None);
        check(&python, json!({ "kopf": "text" }), None);
        check(&Identity::new("web").unwrap(), json!({ "kopf": { "progress": record } }), None);

        let marks =
            Marks { annotations: vec!["a".to_owned(), "b".to_owned()], finalizer: true, status: true };
        assert_eq!(marks.to_string(), "2 annotations, the records in the status and the finalizer");
    }
}
