//! What an operator leaves on an object, and how it is taken off again.

use serde_json::{Map, Value, json};

use crate::identity::Identity;

/// The marks of one operator on one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// The keys of its annotations.
    pub annotations: Vec<String>,
    /// Whether its finalizer holds the object.
    pub finalizer: bool,
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
        (finalizer || !annotations.is_empty()).then_some(Marks { annotations, finalizer })
    }

    /// The merge patch that takes them off the object as it is, and nothing of anybody else's.
    pub fn patch(&self, body: &Value, identity: &Identity) -> Value {
        // Finalizers are replaced as a whole: somebody who adds one meanwhile must not lose it.
        let mut metadata = Map::new();
        metadata.insert(
            "resourceVersion".to_owned(),
            body.pointer("/metadata/resourceVersion").cloned().unwrap_or_default(),
        );
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
}

/// `2 annotations and the finalizer`.
impl std::fmt::Display for Marks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = self.annotations.len();
        let plural = if count == 1 { "" } else { "s" };
        match (count, self.finalizer) {
            (0, _) => f.write_str("the finalizer"),
            (_, true) => write!(f, "{count} annotation{plural} and the finalizer"),
            (_, false) => write!(f, "{count} annotation{plural}"),
        }
    }
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
}
