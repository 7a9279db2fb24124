//! The policy of a namespace: which level is enforced and which is warned of, and of which version, by its labels.

use std::fmt;

use crate::{object::LabelSet, status::Cause};

/// How much pods may, what is strictest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Privileged,
    Baseline,
    Restricted,
}

/// The release whose checks are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Version {
    /// That of Kubernetes 1.N.
    Minor(i64),
    Latest,
}

/// What pods are held to: `restricted:v1.30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standard {
    pub(super) level: Level,
    pub(super) version: Version,
}

/// What the pods of a namespace are held to. What is audited nobody sees here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) enforce: Standard,
    pub(super) warn: Standard,
}

const LEVELS: [(&str, Level); 3] =
    [("privileged", Level::Privileged), ("baseline", Level::Baseline), ("restricted", Level::Restricted)];
const PREFIX: &str = "pod-security.kubernetes.io/";

impl Policy {
    /// What the labels of a namespace say, and what is wrong with them. Where a level to enforce is none it is the strictest.
    pub(super) fn read(labels: &LabelSet) -> (Self, Vec<Cause>) {
        let mut causes = Vec::new();
        let mut read = |mode: &str, otherwise: Level| {
            let level = find(labels, mode, Level::parse, &mut causes);
            Said {
                level: level.map(|level| level.unwrap_or(otherwise)),
                is_a_level: level.flatten().is_some(),
                version: find(labels, &format!("{mode}-version"), Version::parse, &mut causes)
                    .map(|version| version.unwrap_or(Version::Latest)),
            }
        };
        let enforce = read("enforce", Level::Restricted);
        read("audit", Level::Privileged);
        let mut warn = read("warn", Level::Privileged);
        // Whoever enforces more than is warned of is warned of that.
        if warn.level.is_none() && enforce.is_a_level && enforce.level > Some(Level::Privileged) {
            warn.level = enforce.level;
            warn.version = warn.version.or(enforce.version);
        }
        (Policy { enforce: enforce.standard(), warn: warn.standard() }, causes)
    }
}

/// What labels say of one mode.
struct Said {
    level: Option<Level>,
    /// Whether that is what the label says, and not what stands for nonsense.
    is_a_level: bool,
    version: Option<Version>,
}

impl Said {
    fn standard(&self) -> Standard {
        Standard {
            level: self.level.unwrap_or(Level::Privileged),
            version: self.version.unwrap_or(Version::Latest),
        }
    }
}

/// What a label says, if it is there, and if that is anything.
fn find<T>(
    labels: &LabelSet,
    name: &str,
    parse: impl Fn(&str) -> Option<T>,
    causes: &mut Vec<Cause>,
) -> Option<Option<T>> {
    let key = format!("{PREFIX}{name}");
    let text = labels.get(&key)?;
    let parsed = parse(text);
    if parsed.is_none() {
        let why = match name.ends_with("-version") {
            true => r#"must be "latest" or "v1.x""#,
            false => "must be one of privileged, baseline, restricted",
        };
        causes.push(Cause::invalid(format!("metadata.labels[{key}]"), text, why));
    }
    Some(parsed)
}

impl Level {
    fn parse(text: &str) -> Option<Self> {
        LEVELS.iter().find(|(name, _)| *name == text).map(|(_, level)| *level)
    }
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        if text == "latest" {
            return Some(Version::Latest);
        }
        let digits = text.strip_prefix("v1.")?;
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_short = digits == "0" || !digits.starts_with('0');
        digits.parse().ok().filter(|_| is_number && is_short).map(Version::Minor)
    }
}

impl fmt::Display for Standard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = LEVELS.iter().find(|(_, level)| *level == self.level).map_or("", |(name, _)| name);
        match self.version {
            Version::Minor(minor) => write!(formatter, "{level}:v1.{minor}"),
            Version::Latest => write!(formatter, "{level}:latest"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(labels: &[(&str, &str)], enforce: &str, warn: &str, wrong: usize) {
        let labels: Vec<_> =
            labels.iter().map(|(name, value)| (format!("{PREFIX}{name}"), (*value).to_owned())).collect();
        let labels = labels.iter().map(|(name, value)| (&**name, &**value)).collect();
        let (policy, causes) = Policy::read(&labels);
        let said = (policy.enforce.to_string(), policy.warn.to_string(), causes.len());
        assert_eq!(said, (enforce.to_owned(), warn.to_owned(), wrong));
    }

    #[test]
    fn what_is_enforced_is_warned_of_where_nothing_else_is_said() {
        check(&[], "privileged:latest", "privileged:latest", 0);
        check(&[("enforce", "baseline")], "baseline:latest", "baseline:latest", 0);
        check(
            &[("enforce", "baseline"), ("enforce-version", "v1.20")],
            "baseline:v1.20",
            "baseline:v1.20",
            0,
        );
        check(
            &[("enforce", "restricted"), ("warn", "privileged")],
            "restricted:latest",
            "privileged:latest",
            0,
        );
        check(
            &[("enforce", "restricted"), ("enforce-version", "v1.9"), ("warn-version", "v1.8")],
            "restricted:v1.9",
            "restricted:v1.8",
            0,
        );
    }

    #[test]
    fn what_is_no_level_enforces_the_strictest_and_is_not_warned_of() {
        check(&[("enforce", "x")], "restricted:latest", "privileged:latest", 1);
        check(&[("warn", "x"), ("warn-version", "v1.01")], "privileged:latest", "privileged:latest", 2);
        check(&[("enforce-version", "v1.99999999999999999999")], "privileged:latest", "privileged:latest", 1);
        check(&[("audit", ""), ("audit-version", "1.2")], "privileged:latest", "privileged:latest", 2);
    }
}
