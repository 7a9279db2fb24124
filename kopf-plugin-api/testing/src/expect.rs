//! What a test expects, and what it is told of what is there instead.
#![expect(clippy::panic, reason = "a test that fails does so by a panic")]

use kopf_sandbox::Entry;
use serde_json::Value;

use crate::operator::Operator;

impl Operator {
    /// An object has, at least, what `expected` has. Lists are compared whole; null stands for what must not be there.
    ///
    /// # Panics
    ///
    /// If it has not, with what it has instead; if it is not there, with what is.
    #[track_caller]
    pub fn expect(&self, resource: &str, object: &str, expected: &Value) {
        let found = self.get(resource, object);
        let mut differences = Vec::new();
        compare(&found, expected, &mut Vec::new(), &mut differences);
        if !differences.is_empty() {
            let differences = differences.join("\n  ");
            panic!("{object} of the {resource} is not as expected:\n  {differences}\nIt is {found:#}");
        }
    }

    /// An object is not there, or not any more.
    ///
    /// # Panics
    ///
    /// If it is, with all of it.
    #[track_caller]
    pub fn expect_gone(&self, resource: &str, object: &str) {
        if let Some(found) = self.find(resource, object) {
            let finalizers = &found["metadata"]["finalizers"];
            let because = match (found["metadata"]["deletionTimestamp"].is_null(), finalizers.is_null()) {
                (true, _) => "nobody has deleted it".to_owned(),
                (false, true) => "it waits for what it owns".to_owned(),
                (false, false) => format!("it is held by {finalizers}"),
            };
            panic!("{object} is among the {resource} still: {because}\nIt is {found:#}");
        }
    }

    /// A handler came to this, attempt by attempt, as [`Operator::outcomes`] says it. A text may leave out what follows a
    /// colon.
    ///
    /// # Panics
    ///
    /// If it came to something else, with what all handlers came to.
    #[track_caller]
    pub fn expect_outcomes(&self, handler: &str, expected: &[&str]) {
        let found = self.outcomes(handler);
        let fits = |(found, expected): (&String, &&str)| {
            found == expected || found.strip_prefix(*expected).is_some_and(|rest| rest.starts_with(':'))
        };
        if found.len() != expected.len() || !found.iter().zip(expected).all(fits) {
            let all = self.outcomes.all();
            panic!(
                "{handler} was to come to{}\nand came to{}\nof all that handlers came to{}",
                list(expected),
                list(&found),
                list(&all)
            );
        }
    }

    /// The requests that `wanted` is true of are these, in order, each as `PATCH /path 200`; a cut one as `PATCH /path cut`.
    ///
    /// # Panics
    ///
    /// If they are not, with those that there were.
    #[track_caller]
    pub fn expect_requests(&self, wanted: impl Fn(&Entry) -> bool, expected: &[&str]) {
        let found: Vec<_> = self.journal().find(&wanted).iter().map(line).collect();
        if found != expected {
            let mut others = self.journal().find(|entry| !wanted(entry) && !entry.is_watch());
            let others: Vec<_> =
                others.split_off(others.len().saturating_sub(OTHERS)).iter().map(line).collect();
            panic!(
                "these requests were to be made{}\nand these were{}\nbeside others, of late{}",
                list(expected),
                list(&found),
                list(&others)
            );
        }
    }
}

/// How many requests are shown that were not asked about.
const OTHERS: usize = 20;

/// A request in short.
fn line(entry: &Entry) -> String {
    let code = entry.code.map_or_else(|| "cut".to_owned(), |code| code.to_string());
    format!("{} {} {code}", entry.method, entry.path)
}

fn list<T: AsRef<str>>(lines: &[T]) -> String {
    if lines.is_empty() {
        return " nothing".to_owned();
    }
    lines.iter().map(|line| format!("\n  {}", line.as_ref())).collect()
}

/// Tells where `found` lacks what `expected` has.
fn compare<'a>(found: &Value, expected: &'a Value, path: &mut Vec<&'a str>, differences: &mut Vec<String>) {
    if let (Value::Object(found), Value::Object(expected)) = (found, expected) {
        for (name, expected) in expected {
            path.push(name);
            compare(found.get(name).unwrap_or(&Value::Null), expected, path, differences);
            path.pop();
        }
    } else if found != expected {
        let place = if path.is_empty() { "it".to_owned() } else { path.join(".") };
        let said = |value: &Value| match value {
            Value::Null => "not there".to_owned(),
            value => value.to_string(),
        };
        differences.push(format!("{place} is {}, and was to be {}", said(found), said(expected)));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
    fn check(found: Value, expected: Value, differences: &[&str]) {
        let mut found_differences = Vec::new();
        compare(&found, &expected, &mut Vec::new(), &mut found_differences);
        assert_eq!(found_differences, differences);
    }

    #[test]
    fn what_was_not_asked_for_may_be_there() {
        check(json!({ "a": 1, "b": { "c": 2, "d": 3 } }), json!({ "b": { "d": 3 } }), &[]);
        check(json!({ "a": 1 }), json!({}), &[]);
    }

    #[test]
    fn what_differs_is_told_with_its_place() {
        check(
            json!({ "a": 1, "b": { "c": [1, 2] } }),
            json!({ "a": null, "b": { "c": [1], "d": "x" } }),
            &[
                "a is 1, and was to be not there",
                "b.c is [1,2], and was to be [1]",
                "b.d is not there, and was to be \"x\"",
            ],
        );
        check(json!(1), json!({ "a": 1 }), &["it is 1, and was to be {\"a\":1}"]);
    }
}
