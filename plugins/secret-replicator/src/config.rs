//! Reads from the environment what may be copied where.

use std::{fmt, sync::LazyLock};

use crate::patterns::{self, Patterns};

/// Whose objects may be copied.
const SOURCES: &str = "SECRET_REPLICATOR_SOURCES";
/// Where nothing is ever copied to.
const EXEMPT: &str = "SECRET_REPLICATOR_EXEMPT";

/// Where nothing is copied to unless the environment says otherwise: the cluster's own.
const SYSTEM: &str = "kube-system, kube-public, kube-node-lease";

/// What may be copied where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    sources: Patterns,
    exempt: Patterns,
}

/// A variable has a value that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Error {
    variable: &'static str,
    problem: patterns::Error,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Error { variable, problem } = self;
        write!(f, "{variable}: {problem}; set it and start the operator anew")
    }
}

impl std::error::Error for Error {}

/// The configuration of this process: its environment stays as it is.
pub(crate) fn get() -> Result<&'static Config, Error> {
    static CONFIG: LazyLock<Result<Config, Error>> =
        LazyLock::new(|| Config::new(&|variable| std::env::var(variable).ok()));
    CONFIG.as_ref().map_err(Clone::clone)
}

impl Config {
    /// Asks the environment. An empty variable counts as none.
    pub(crate) fn new(environment: &dyn Fn(&str) -> Option<String>) -> Result<Config, Error> {
        let ask = |variable: &'static str, default: &str| {
            let found = environment(variable).filter(|found| !found.trim().is_empty());
            let text = found.as_deref().unwrap_or(default);
            Patterns::parse(text).map_err(|problem| Error { variable, problem })
        };
        Ok(Config { sources: ask(SOURCES, "all")?, exempt: ask(EXEMPT, SYSTEM)? })
    }

    /// Whether objects of this namespace may be copied.
    pub(crate) fn allows_from(&self, namespace: &str) -> bool {
        self.sources.match_namespace(namespace)
    }

    /// Whether anything may be copied into this namespace.
    pub(crate) fn allows_to(&self, namespace: &str) -> bool {
        !self.exempt.match_namespace(namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(environment: &[(&str, &str)], expected: &str) {
        let find = |asked: &str| environment.iter().find(|(variable, _)| *variable == asked);
        let found = match Config::new(&|asked| find(asked).map(|(_, value)| (*value).to_owned())) {
            Ok(config) => {
                let which = |allows: fn(&Config, &str) -> bool| {
                    let names = ["infra", "shop", "kube-system"].into_iter();
                    names.filter(|name| allows(&config, name)).collect::<Vec<_>>().join(" ")
                };
                format!("from {} to {}", which(Config::allows_from), which(Config::allows_to))
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn everything_may_be_copied_but_to_the_system() {
        check(&[], "from infra shop kube-system to infra shop");
        check(&[(SOURCES, " "), (EXEMPT, "")], "from infra shop kube-system to infra shop");
    }

    #[test]
    fn the_environment_says_otherwise() {
        check(&[(SOURCES, "infra")], "from infra to infra shop");
        check(&[(EXEMPT, "kube-*, infra")], "from infra shop kube-system to shop");
        check(&[(EXEMPT, "none")], "from infra shop kube-system to infra shop kube-system");
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        check(
            &[(SOURCES, "Infra")],
            "SECRET_REPLICATOR_SOURCES: `Infra` is no pattern of namespaces: expected names, with * and ? in them if need \
             be, and ! before those that are left out, as in `shop, team-*, !team-old`; or `all`; set it and start the \
             operator anew",
        );
    }
}
