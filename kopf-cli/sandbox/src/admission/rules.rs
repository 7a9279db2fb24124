//! Which requests a webhook or a policy is for, by its rules.

use std::sync::Arc;

use serde_json::Value;

use super::{Operation, Subject};
use crate::resources::View;

/// One rule: operations on resources.
#[derive(Debug)]
pub(crate) struct Rule {
    operations: Vec<String>,
    groups: Vec<String>,
    versions: Vec<String>,
    resources: Vec<String>,
    names: Vec<String>,
    scope: Option<String>,
}

pub(crate) fn texts(value: &Value) -> Vec<String> {
    let texts = value.as_array().into_iter().flatten();
    texts.map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
}

impl Rule {
    pub(crate) fn all(rules: &Value) -> Vec<Self> {
        let rules = rules.as_array().into_iter().flatten();
        let rules = rules.map(|rule| Rule {
            operations: texts(&rule["operations"]),
            groups: texts(&rule["apiGroups"]),
            versions: texts(&rule["apiVersions"]),
            resources: texts(&rule["resources"]),
            names: texts(&rule["resourceNames"]),
            scope: rule["scope"].as_str().map(str::to_owned),
        });
        rules.collect()
    }

    fn fits(&self, subject: &Subject, view: &View, operation: Option<Operation>, name: &str) -> bool {
        let has = |words: &[String], said: &str| words.iter().any(|word| word == "*" || word == said);
        let version = view.version();
        let inside = subject.view.resource.namespaced;
        let scope = match self.scope.as_deref() {
            Some("Namespaced") => inside,
            Some("Cluster") => !inside,
            _ => true,
        };
        let resource = self.resources.iter().any(|resource| {
            let (plural, below) = resource.split_once('/').unwrap_or((resource, ""));
            (plural == "*" || plural == view.resource.plural)
                && (below == "*" || below == subject.subresource)
        });
        scope
            && resource
            && operation.is_none_or(|operation| has(&self.operations, operation.name()))
            && has(&self.groups, &version.group)
            && has(&self.versions, &version.name)
            && (self.names.is_empty() || operation.is_none() || self.names.iter().any(|known| known == name))
    }
}

/// What rules are about: exactly what they name, or the same in whatever version.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) rules: Vec<Rule>,
    pub(crate) exact: bool,
}

impl Rules {
    /// The version in which the request fits; `None` where it does in none. Without an operation: whether any would fit.
    pub(crate) fn view(&self, subject: &Subject, operation: Option<Operation>, name: &str) -> Option<View> {
        let fits = |view: &View| self.rules.iter().any(|rule| rule.fits(subject, view, operation, name));
        if fits(&subject.view) {
            return Some(subject.view.clone());
        }
        if self.exact || subject.subresource == "scale" {
            return None;
        }
        let resource = Arc::clone(&subject.view.resource);
        resource.views().find(|view| view.index() != subject.view.index() && fits(view))
    }
}
