//! What is said of resources that handlers name and that cannot be served as they are: once, and again when that is over.

use std::collections::BTreeMap;

use kopf_core::{
    outcome::Level,
    registry::{Assignment, Error},
    resource::Resource,
};

use crate::rights::right;

/// What was said already.
#[derive(Default)]
pub(super) struct Told {
    unresolved: Vec<String>,
    ambiguous: Vec<(String, Vec<String>)>,
    refused: Vec<Error>,
    unwatchable: Vec<String>,
    unpatchable: BTreeMap<String, Vec<String>>,
    silent: Vec<String>,
    denied: Vec<String>,
}

/// Lines to be logged.
type Lines = Vec<(Level, String)>;

impl Told {
    /// What is to be said of the selectors as they are assigned now; `silent` are groups that do not answer, and why.
    pub(super) fn news(&mut self, now: &Assignment, silent: &BTreeMap<String, String>) -> Lines {
        let mut lines = Lines::new();
        self.selectors(now, &mut lines);
        let unwatchable = fresh(&now.unwatchable, &self.unwatchable);
        if !unwatchable.is_empty() {
            let names = joined(unwatchable, ", ");
            lines.push((Level::Warn, format!("Left out, for they cannot be listed and watched: {names}.")));
        }
        for (resource, handlers) in &now.unpatchable {
            if self.unpatchable.get(resource) != Some(handlers) {
                let line = format!(
                    "{resource} cannot be patched, and so these handlers are left out for it, which keep state on objects: {}.",
                    handlers.join(", ")
                );
                lines.push((Level::Warn, line));
            }
        }
        for refused in fresh(&now.refused, &self.refused) {
            lines.push((Level::Error, format!("A handler is left out: {refused}")));
        }
        for (group, error) in silent.iter().filter(|(group, _)| !self.silent.contains(group)) {
            let line =
                format!("An API group does not answer, and is asked again each minute: {group}: {error}");
            lines.push((Level::Warn, line));
        }
        *self = Told {
            unresolved: now.unresolved.clone(),
            ambiguous: now.ambiguous.clone(),
            refused: now.refused.clone(),
            unwatchable: now.unwatchable.clone(),
            unpatchable: now.unpatchable.clone(),
            silent: silent.keys().cloned().collect(),
            denied: std::mem::take(&mut self.denied),
        };
        lines
    }

    /// Selectors that no resource answers to, or several.
    fn selectors(&self, now: &Assignment, lines: &mut Lines) {
        let absent = fresh(&now.unresolved, &self.unresolved);
        if !absent.is_empty() {
            let selectors = joined(absent, ", ");
            let line = format!(
                "Not in the cluster, and served as soon as they are: {selectors}. Create their CRDs."
            );
            lines.push((Level::Warn, line));
        }
        for (selector, names) in fresh(&now.ambiguous, &self.ambiguous) {
            let names = names.join(" or ");
            let line =
                format!("{selector} may mean {names}, so none is served: name the group and the version.");
            lines.push((Level::Warn, line));
        }
        let is_served = |selector: &&String| {
            let is_ambiguous = now.ambiguous.iter().any(|(ambiguous, _)| ambiguous == *selector);
            !is_ambiguous && !now.unresolved.contains(selector)
        };
        let found: Vec<_> = self.unresolved.iter().filter(is_served).collect();
        if !found.is_empty() {
            lines.push((Level::Info, format!("In the cluster by now, and served: {}.", joined(found, ", "))));
        }
        let clear: Vec<_> = self.ambiguous.iter().map(|(selector, _)| selector).filter(is_served).collect();
        if !clear.is_empty() {
            lines
                .push((Level::Info, format!("Not ambiguous any more, and served: {}.", joined(clear, ", "))));
        }
    }

    /// What is to be said of lists of the whole cluster that are refused, by their paths, and of the namespace that is served
    /// instead.
    pub(super) fn narrowed(
        &mut self,
        denied: &BTreeMap<String, Resource>,
        namespace: &str,
    ) -> Option<(Level, String)> {
        let fresh: Vec<_> = denied.iter().filter(|(path, _)| !self.denied.contains(path)).collect();
        self.denied = denied.keys().cloned().collect();
        if fresh.is_empty() {
            return None;
        }
        let names: Vec<String> = fresh.iter().map(|(_, resource)| resource.name()).collect();
        let rights: Vec<String> =
            fresh.iter().map(|(_, resource)| right(&["list", "watch"], resource)).collect();
        let line = format!(
            "Not allowed to list {} in the whole cluster: serving the namespace {namespace} alone, until that is allowed; allow \
             {} cluster-wide, or name the namespaces with -n",
            names.join(", "),
            rights.join(", ")
        );
        Some((Level::Warn, line))
    }
}

/// What is there now and was not before.
fn fresh<'a, T: PartialEq>(now: &'a [T], before: &[T]) -> Vec<&'a T> {
    now.iter().filter(|item| !before.contains(item)).collect()
}

fn joined(texts: Vec<&String>, by: &str) -> String {
    texts.into_iter().map(String::as_str).collect::<Vec<_>>().join(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Selectors that no resource answers to, and those that two do.
    fn assigned(unresolved: &[&str], ambiguous: &[&str]) -> Assignment {
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        let two = |selector: &&str| ((*selector).to_owned(), texts(&["a", "b"]));
        Assignment {
            unresolved: texts(unresolved),
            ambiguous: ambiguous.iter().map(two).collect(),
            ..Assignment::default()
        }
    }

    /// What is said first and then.
    #[track_caller]
    fn check(before: &Assignment, now: &Assignment, expected: &[&str]) {
        let mut told = Told::default();
        told.news(before, &BTreeMap::new());
        let lines = told.news(now, &BTreeMap::new());
        assert_eq!(lines.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>(), expected);
        assert_eq!(told.news(now, &BTreeMap::new()), [], "it is said once");
    }

    #[test]
    fn what_is_not_there_is_told_once_and_when_it_is() {
        let absent = "Not in the cluster, and served as soon as they are: kex. Create their CRDs.";
        check(&assigned(&[], &[]), &assigned(&["kex"], &[]), &[absent]);
        check(&assigned(&["pods"], &[]), &assigned(&["kex", "pods"], &[]), &[absent]);
        let found = "In the cluster by now, and served: kex.";
        check(&assigned(&["kex", "pods"], &[]), &assigned(&["pods"], &[]), &[found]);
    }

    #[test]
    fn what_means_several_is_told_once_and_when_it_does_not() {
        let ambiguous = "kex may mean a or b, so none is served: name the group and the version.";
        check(&assigned(&[], &[]), &assigned(&[], &["kex"]), &[ambiguous]);
        check(&assigned(&["kex"], &["pods"]), &assigned(&[], &["kex", "pods"]), &[ambiguous]);
        let clear = "Not ambiguous any more, and served: kex.";
        check(&assigned(&[], &["kex", "pods"]), &assigned(&[], &["pods"]), &[clear]);
        let absent = "Not in the cluster, and served as soon as they are: kex. Create their CRDs.";
        check(&assigned(&[], &["kex"]), &assigned(&["kex"], &[]), &[absent]);
    }

    #[test]
    fn a_group_that_is_silent_is_told_once() {
        let silent = BTreeMap::from([("/apis/a/v1".to_owned(), "down".to_owned())]);
        let mut told = Told::default();
        assert_eq!(told.news(&Assignment::default(), &silent).len(), 1);
        assert_eq!(told.news(&Assignment::default(), &silent), []);
        assert_eq!(told.news(&Assignment::default(), &BTreeMap::new()), []);
        assert_eq!(told.news(&Assignment::default(), &silent).len(), 1, "it is silent again");
    }
}
