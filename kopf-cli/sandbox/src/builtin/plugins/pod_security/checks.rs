//! Which checks a level of a version makes, in the order in which they are told.

use super::{
    baseline as base,
    levels::{Level, Standard, Version},
    pod::{Finding, Pod},
    restricted as strict,
};

/// What can be found in a pod.
type Find = fn(Pod<'_>, Version) -> Option<Finding>;

/// One check, in the versions that make it, 1.N.
struct Check {
    level: Level,
    since: i64,
    /// The first version that does not make it any more.
    before: Option<i64>,
    /// From which version on it is not made at the strictest level, whose own checks say more.
    replaced: Option<i64>,
    find: Find,
}

const fn check(level: Level, since: i64, find: Find) -> Check {
    Check { level, since, before: None, replaced: None, find }
}

/// All checks: in the order of their names, those of the lower level first.
const CHECKS: &[Check] = &[
    check(Level::Baseline, 0, base::app_armor),
    Check { replaced: Some(22), ..check(Level::Baseline, 0, base::capabilities) },
    check(Level::Baseline, 0, base::host_namespaces),
    Check { replaced: Some(0), ..check(Level::Baseline, 0, base::host_paths) },
    check(Level::Baseline, 0, base::host_ports),
    check(Level::Baseline, 34, base::hosts_of_probes),
    check(Level::Baseline, 0, base::privileged),
    Check { replaced: Some(35), ..check(Level::Baseline, 0, base::proc_mount) },
    check(Level::Baseline, 0, base::se_linux),
    Check { before: Some(19), ..check(Level::Baseline, 0, base::seccomp_annotations) },
    Check { replaced: Some(19), ..check(Level::Baseline, 19, base::seccomp) },
    check(Level::Baseline, 0, base::sysctls),
    check(Level::Baseline, 0, base::host_process),
    check(Level::Restricted, 8, strict::escalation),
    check(Level::Restricted, 22, strict::capabilities),
    check(Level::Restricted, 35, strict::proc_mount),
    check(Level::Restricted, 0, strict::volumes),
    check(Level::Restricted, 0, strict::non_root),
    check(Level::Restricted, 23, strict::user),
    check(Level::Restricted, 19, strict::seccomp),
];

/// What pods do that a standard does not allow.
pub(super) fn find(standard: Standard, pod: Pod<'_>) -> Vec<Finding> {
    let Standard { level, version } = standard;
    let reached = |from: Option<i64>| from.is_some_and(|from| version >= Version::Minor(from));
    let is_made = |check: &&Check| {
        let is_of_version = reached(Some(check.since)) && !reached(check.before);
        is_of_version && level >= check.level && !(level > check.level && reached(check.replaced))
    };
    CHECKS.iter().filter(is_made).filter_map(|check| (check.find)(pod, version)).collect()
}
