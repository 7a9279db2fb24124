//! Says which Pod Security labels a namespace lacks.

use std::collections::BTreeMap;

use crate::config::Config;

/// What all Pod Security labels begin with.
const PREFIX: &str = "pod-security.kubernetes.io";

/// The labels to be added, in order, without what they all begin with. What is there is never changed: who set it may
/// have had a reason.
pub(crate) fn missing(config: &Config, labels: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let wanted = config.levels().flat_map(|(mode, level)| {
        let level = (mode.to_owned(), level.to_owned());
        let version = (format!("{mode}-version"), config.version().to_owned());
        [level, version]
    });
    wanted.filter(|(name, _)| !labels.contains_key(&key(name))).collect()
}

/// The label's key as Kubernetes knows it: `pod-security.kubernetes.io/enforce`.
pub(crate) fn key(name: &str) -> String {
    format!("{PREFIX}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(environment: &[(&str, &str)], labels: &[&str], expected: &[&str]) {
        let config = crate::config::tests::config(environment).unwrap();
        let label = |text: &&str| {
            let (name, value) = text.split_once('=').unwrap();
            (key(name), value.to_owned())
        };
        let found = missing(&config, &labels.iter().map(label).collect());
        let found: Vec<String> = found.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_namespace_without_labels_gets_all_of_them() {
        check(
            &[],
            &[],
            &[
                "enforce=baseline",
                "enforce-version=latest",
                "audit=restricted",
                "audit-version=latest",
                "warn=restricted",
                "warn-version=latest",
            ],
        );
    }

    #[test]
    fn what_is_there_stays_and_what_is_not_is_added() {
        check(
            &[],
            &["enforce=privileged", "enforce-version=v1.30", "warn=baseline", "warn-version=latest"],
            &["audit=restricted", "audit-version=latest"],
        );
        check(
            &[
                ("POD_SECURITY_AUDIT", "none"),
                ("POD_SECURITY_WARN", "none"),
                ("POD_SECURITY_VERSION", "v1.34"),
            ],
            &["enforce=restricted"],
            &["enforce-version=v1.34"],
        );
    }

    #[test]
    fn a_namespace_with_all_labels_lacks_none() {
        let all =
            ["enforce=a", "enforce-version=b", "audit=c", "audit-version=d", "warn=e", "warn-version=f"];
        check(&[], &all, &[]);
    }

    #[test]
    fn a_mode_that_is_none_is_left_alone() {
        let environment =
            [("POD_SECURITY_ENFORCE", "none"), ("POD_SECURITY_AUDIT", "none"), ("POD_SECURITY_WARN", "none")];
        check(&environment, &[], &[]);
        check(&environment[..2], &[], &["warn=restricted", "warn-version=latest"]);
    }
}
