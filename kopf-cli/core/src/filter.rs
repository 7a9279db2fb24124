//! Sorts out objects by their labels and annotations.

use serde_json::Value;

/// What is asked of one label or annotation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Match {
    /// It has this value.
    Is(String),
    /// It is there, with any value, the empty one too.
    Present,
    /// It is not there.
    Absent,
}

/// What is asked of an object's labels and annotations. All of it must hold; nothing asked holds for every object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// What is asked of labels, by key.
    pub labels: Vec<(String, Match)>,
    /// What is asked of annotations, by key.
    pub annotations: Vec<(String, Match)>,
}

impl Filter {
    /// Whether all that is asked holds for the object.
    pub fn matches(&self, body: &Value) -> bool {
        let metadata = body.get("metadata").unwrap_or(&Value::Null);
        let holds = |member: &str, asked: &[(String, Match)]| {
            let values = metadata.get(member).unwrap_or(&Value::Null);
            asked.iter().all(|(key, asked)| asked.holds(values.get(key).and_then(Value::as_str)))
        };
        holds("labels", &self.labels) && holds("annotations", &self.annotations)
    }
}

impl Match {
    /// Whether it holds for a value, or for none.
    fn holds(&self, value: Option<&str>) -> bool {
        match self {
            Match::Is(expected) => value == Some(expected),
            Match::Present => value.is_some(),
            Match::Absent => value.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(asked: &[(&str, Match)], expected: bool) {
        let asked: Vec<_> = asked.iter().map(|(key, asked)| ((*key).to_owned(), asked.clone())).collect();
        let values = json!({ "app": "web", "empty": "", "null": null });
        let by_labels = Filter { labels: asked.clone(), ..Filter::default() };
        assert_eq!(by_labels.matches(&json!({ "metadata": { "labels": values } })), expected);
        let by_annotations = Filter { annotations: asked, ..Filter::default() };
        assert_eq!(by_annotations.matches(&json!({ "metadata": { "annotations": values } })), expected);
    }

    #[test]
    fn all_that_is_asked_must_hold() {
        let is = |value: &str| Match::Is(value.to_owned());
        check(&[], true);
        check(&[("app", is("web"))], true);
        check(&[("app", is("db"))], false);
        check(&[("app", is("web")), ("other", Match::Present)], false);
        check(&[("app", is("web")), ("other", Match::Absent)], true);
    }

    #[test]
    fn an_empty_value_is_one_and_null_is_none() {
        check(&[("empty", Match::Present)], true);
        check(&[("empty", Match::Absent)], false);
        check(&[("null", Match::Present)], false);
        check(&[("null", Match::Absent)], true);
    }

    #[test]
    fn an_object_without_labels_has_none() {
        let absent = Filter { labels: vec![("app".to_owned(), Match::Absent)], ..Filter::default() };
        assert!(absent.matches(&json!({})) && absent.matches(&json!({ "metadata": { "labels": 3 } })));
    }
}
