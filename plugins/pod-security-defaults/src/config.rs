//! Reads from the environment what the plugin is to do.

use std::{collections::BTreeMap, fmt};

/// The modes of Pod Security admission, each with its variable and its default level.
const MODES: [(&str, &str, &str); 3] = [
    ("enforce", "POD_SECURITY_ENFORCE", "baseline"),
    ("audit", "POD_SECURITY_AUDIT", "restricted"),
    ("warn", "POD_SECURITY_WARN", "restricted"),
];

const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];

/// Stands for no level: the mode is left alone.
const NONE: &str = "none";

/// What is exempt unless the environment says otherwise: the cluster's own.
const SYSTEM: &str = "kube-system,kube-public,kube-node-lease";

/// What the plugin is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    /// By mode; those that are left alone are absent.
    levels: Vec<(&'static str, &'static str)>,
    version: String,
    exempt_namespaces: Vec<String>,
    exempt_label: String,
}

/// A variable has a value that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Error {
    variable: &'static str,
    found: String,
    expected: &'static str,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Error { variable, found, expected } = self;
        write!(f, "{variable} is `{found}`: expected {expected}; set it and start the operator anew")
    }
}

impl Config {
    /// Asks the environment. An empty variable counts as none.
    pub(crate) fn new(environment: &dyn Fn(&str) -> Option<String>) -> Result<Config, Error> {
        let ask = |variable: &str, default: &str| {
            let found = environment(variable).map(|found| found.trim().to_owned());
            found.filter(|found| !found.is_empty()).unwrap_or_else(|| default.to_owned())
        };
        let mut levels = Vec::new();
        for (mode, variable, default) in MODES {
            let found = ask(variable, default);
            match LEVELS.iter().find(|level| **level == found) {
                Some(level) => levels.push((mode, *level)),
                None if found == NONE => {}
                None => {
                    let expected = "privileged, baseline, restricted or none";
                    return Err(Error { variable, found, expected });
                }
            }
        }
        let version = ask("POD_SECURITY_VERSION", "latest");
        if !is_version(&version) {
            let expected = "`latest` or a version of Kubernetes such as v1.34";
            return Err(Error { variable: "POD_SECURITY_VERSION", found: version, expected });
        }
        let exempt_namespaces = ask("POD_SECURITY_EXEMPT_NAMESPACES", SYSTEM)
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        let exempt_label = ask("POD_SECURITY_EXEMPT_LABEL", "pod-security-defaults/exempt");
        Ok(Config { levels, version, exempt_namespaces, exempt_label })
    }

    /// The modes that have a level, and it.
    pub(crate) fn levels(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.levels.iter().copied()
    }

    /// The version of the levels' meaning.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Whether a namespace is left alone: because of its name, or because it has the label, with any value but `false`.
    pub(crate) fn exempts(&self, name: &str, labels: &BTreeMap<String, String>) -> bool {
        let labelled = labels.get(&self.exempt_label).is_some_and(|value| value != "false");
        labelled || self.exempt_namespaces.iter().any(|exempt| exempt == name)
    }
}

/// As Pod Security admission takes it: `latest`, or `v`, a number, a dot and a number.
fn is_version(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let version = text.strip_prefix('v').and_then(|rest| rest.split_once('.'));
    text == "latest" || version.is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The configuration of an environment.
    pub(crate) fn config(environment: &[(&str, &str)]) -> Result<Config, Error> {
        let find = |asked: &str| environment.iter().find(|(variable, _)| *variable == asked);
        Config::new(&|asked| find(asked).map(|(_, value)| (*value).to_owned()))
    }

    #[track_caller]
    fn check(environment: &[(&str, &str)], expected: &str) {
        let found = match config(environment) {
            Ok(config) => {
                let levels: Vec<String> =
                    config.levels().map(|(mode, level)| format!("{mode}={level}")).collect();
                let exempt = config.exempt_namespaces.join(",");
                format!("{} {} {exempt} {}", levels.join(","), config.version, config.exempt_label)
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn there_is_a_default_for_everything() {
        let expected = "enforce=baseline,audit=restricted,warn=restricted latest \
                        kube-system,kube-public,kube-node-lease pod-security-defaults/exempt";
        check(&[], expected);
        check(&[("POD_SECURITY_ENFORCE", " "), ("POD_SECURITY_VERSION", "")], expected);
    }

    #[test]
    fn the_environment_says_otherwise() {
        check(
            &[
                ("POD_SECURITY_ENFORCE", "restricted"),
                ("POD_SECURITY_AUDIT", "none"),
                ("POD_SECURITY_WARN", "privileged"),
                ("POD_SECURITY_VERSION", "v1.34"),
                ("POD_SECURITY_EXEMPT_NAMESPACES", "kube-system, gpu  storage,"),
                ("POD_SECURITY_EXEMPT_LABEL", "example.com/free"),
            ],
            "enforce=restricted,warn=privileged v1.34 kube-system,gpu,storage example.com/free",
        );
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        check(
            &[("POD_SECURITY_WARN", "Baseline")],
            "POD_SECURITY_WARN is `Baseline`: expected privileged, baseline, restricted or none; set it and start the \
             operator anew",
        );
        for version in ["1.34", "v1", "v1.x", "v.1", "v1.34.2", "newest"] {
            check(
                &[("POD_SECURITY_VERSION", version)],
                &format!(
                    "POD_SECURITY_VERSION is `{version}`: expected `latest` or a version of Kubernetes such as v1.34; \
                     set it and start the operator anew"
                ),
            );
        }
    }

    #[track_caller]
    fn check_exempt(name: &str, labels: &[(&str, &str)], expected: bool) {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        assert_eq!(config(&[]).unwrap().exempts(name, &labels), expected);
    }

    #[test]
    fn a_namespace_is_exempt_by_name_or_by_label() {
        check_exempt("kube-system", &[], true);
        check_exempt("kube-system-2", &[], false);
        check_exempt("shop", &[], false);
        check_exempt("shop", &[("pod-security-defaults/exempt", "true")], true);
        check_exempt("shop", &[("pod-security-defaults/exempt", "")], true);
        check_exempt("shop", &[("pod-security-defaults/exempt", "false")], false);
        check_exempt("shop", &[("exempt", "true")], false);
    }
}
