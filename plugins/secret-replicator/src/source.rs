//! What an object says of itself: whether it is to be copied, and where to.

use kopf_plugin_api::{Call, FromCall, Outcome, permanent, prelude::Body, serde_json::Value};

use crate::{
    COPY, TO,
    config::{self, Config},
    content::Content,
    key::Key,
    patterns::Patterns,
};

/// An object that is marked to be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) key: Key,
    pub(crate) namespace: String,
    pub(crate) uid: String,
    /// Of its content.
    pub(crate) fingerprint: u64,
    pub(crate) standing: Standing,
}

/// What becomes of copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// They are in the namespaces that these match.
    Copied(Patterns),
    /// It is not known where they are to be, so those that are there stay. The text says why.
    Unclear(String),
    /// There are none, though somebody wants them. The text says why.
    Refused(String),
    /// There are none: the object has no mark, or goes.
    Unmarked,
}

impl Source {
    /// Reads an object.
    pub(crate) fn of(key: Key, object: &Value, config: &Config) -> Outcome<Source> {
        let metadata = &object["metadata"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let namespace = text(&metadata["namespace"]);
        let content = Content::of(object)?;
        let standing = match metadata["annotations"][TO].as_str() {
            None => Standing::Unmarked,
            Some(_) if !metadata["deletionTimestamp"].is_null() => Standing::Unmarked,
            Some(_) if !metadata["labels"][COPY].is_null() => {
                Standing::Refused(format!("it is a copy itself: take its annotation {TO} away"))
            }
            Some(_) if content.is_token() => {
                Standing::Refused("the token of a service account is of no use to others".to_owned())
            }
            Some(_) if !config.allows_from(&namespace) => Standing::Refused(format!(
                "objects of the namespace {namespace} may not be copied, by SECRET_REPLICATOR_SOURCES"
            )),
            Some(mark) => match Patterns::parse(mark) {
                Ok(patterns) => Standing::Copied(patterns),
                Err(problem) => Standing::Unclear(format!("annotation {TO}: {problem}")),
            },
        };
        Ok(Source {
            key,
            namespace,
            uid: text(&metadata["uid"]),
            fingerprint: content.fingerprint(),
            standing,
        })
    }

    /// Whether there is to be a copy in a namespace.
    pub(crate) fn wants(&self, namespace: &str, config: &Config) -> bool {
        let Standing::Copied(patterns) = &self.standing else { return false };
        namespace != self.namespace && patterns.match_namespace(namespace) && config.allows_to(namespace)
    }

    /// Whether a copy in a namespace may stay.
    pub(crate) fn keeps(&self, namespace: &str, config: &Config) -> bool {
        matches!(self.standing, Standing::Unclear(_)) || self.wants(namespace, config)
    }

    /// Why it is not copied as somebody wants.
    pub(crate) fn complaint(&self) -> Option<&str> {
        match &self.standing {
            Standing::Unclear(why) | Standing::Refused(why) => Some(why),
            Standing::Copied(_) | Standing::Unmarked => None,
        }
    }
}

impl FromCall for Source {
    fn from_call(call: &Call) -> Outcome<Self> {
        Source::of(Key::from_call(call)?, &*Body::from_call(call)?, config::get().map_err(permanent)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Kind;
    use kopf_plugin_api::serde_json::json;

    const MARK: &str = r#"{"secret-replicator/to": "shop"}"#;

    #[track_caller]
    fn check(object: &str, annotations: &str, expected: &str) {
        let mut object: Value = kopf_plugin_api::serde_json::from_str(object).unwrap();
        object["metadata"]["namespace"] = json!("infra");
        object["metadata"]["annotations"] = kopf_plugin_api::serde_json::from_str(annotations).unwrap();
        let environment =
            |variable: &str| (variable == "SECRET_REPLICATOR_EXEMPT").then(|| "exempt".to_owned());
        let config = Config::new(&environment).unwrap();
        let key = Key { kind: Kind::Secret, name: "n".to_owned() };
        let source = Source::of(key, &object, &config).unwrap();
        let names = ["shop", "infra", "exempt", "team-a"];
        let wanted: Vec<&str> = names.into_iter().filter(|name| source.wants(name, &config)).collect();
        let kept: Vec<&str> = names.into_iter().filter(|name| source.keeps(name, &config)).collect();
        let complaint = source.complaint().map(|text| format!(": {text}")).unwrap_or_default();
        assert_eq!(format!("wants {wanted:?} keeps {}{complaint}", kept.len()), expected);
    }

    #[test]
    fn a_mark_says_where_copies_are_to_be() {
        check("{}", MARK, r#"wants ["shop"] keeps 1"#);
        check("{}", r#"{"secret-replicator/to": "all"}"#, r#"wants ["shop", "team-a"] keeps 2"#);
        check("{}", r#"{"secret-replicator/to": ""}"#, "wants [] keeps 0");
        check("{}", "{}", "wants [] keeps 0");
        check(r#"{"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}"#, MARK, "wants [] keeps 0");
    }

    #[test]
    fn a_mark_that_cannot_be_read_takes_nothing_away() {
        check(
            "{}",
            r#"{"secret-replicator/to": "Shop"}"#,
            "wants [] keeps 4: annotation secret-replicator/to: `Shop` is no pattern of namespaces: expected names, with * \
             and ? in them if need be, and ! before those that are left out, as in `shop, team-*, !team-old`; or `all`",
        );
    }

    #[test]
    fn what_is_no_source_says_why() {
        check(
            r#"{"metadata": {"labels": {"secret-replicator/copy": "true"}}}"#,
            MARK,
            "wants [] keeps 0: it is a copy itself: take its annotation secret-replicator/to away",
        );
        check(
            r#"{"type": "kubernetes.io/service-account-token"}"#,
            MARK,
            "wants [] keeps 0: the token of a service account is of no use to others",
        );
    }
}
