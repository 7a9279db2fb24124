//! What is wrong with whom pods and containers run as, and with what they may do.

use std::collections::HashSet;

use serde_json::Value;

use super::windows;
use crate::{
    builtin::{
        checks::{Causes, Check, Rule, check},
        site::Site,
        texts,
    },
    status::Cause,
    tables,
};

use Check::{By, OneOf, Within};

pub(super) const ID: Check = Within(0, i32::MAX as i64);
const IDS: &[Rule] = &[("fsGroup", ID), ("runAsUser", ID), ("runAsGroup", ID), ("supplementalGroups[]", ID)];
const OF_PODS: &[Rule] = &[
    ("fsGroupChangePolicy", OneOf(&["Always", "OnRootMismatch"])),
    ("seccompProfile", By(seccomp)),
    ("windowsOptions", By(windows::options)),
    ("appArmorProfile", By(armor)),
    ("supplementalGroupsPolicy", OneOf(&["Merge", "Strict"])),
    ("seLinuxChangePolicy", OneOf(&["MountOption", "Recursive"])),
];
const OF_CONTAINERS: &[Rule] = &[
    ("runAsUser", ID),
    ("runAsGroup", ID),
    ("procMount", OneOf(&["Default", "Unmasked"])),
    ("seccompProfile", By(seccomp)),
    ("windowsOptions", By(windows::options)),
    ("appArmorProfile", By(armor)),
];
const PROFILES: &[&str] = &["Localhost", "RuntimeDefault", "Unconfined"];

/// What is wrong with the security of a pod.
pub(super) fn of_pods(spec: &Site<'_>) -> Causes {
    let context = spec.at("securityContext");
    let mut causes = Vec::new();
    if context.is_given() {
        causes.extend(check(&context, IDS));
        causes.extend(parameters(spec, &context));
        causes.extend(check(&context, OF_PODS));
    }
    let shared = spec.at("shareProcessNamespace");
    if shared.value == true && spec.at("hostPID").value == true {
        causes.push(shared.invalid("ShareProcessNamespace and HostPID cannot both be enabled"));
    }
    causes
}

/// The parameters of a kernel, which are not set where it is shared with the host.
fn parameters(spec: &Site<'_>, context: &Site<'_>) -> Causes {
    const FORM: &str = "must have at most 253 characters and match regex \
        ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
    let mut causes = Vec::new();
    let mut known = HashSet::new();
    for name in context.find("sysctls[].name") {
        match name.text() {
            "" => causes.push(name.required("")),
            text if !is_parameter(text) => causes.push(name.invalid(FORM)),
            text if !known.insert(text) => causes.push(name.duplicate()),
            _ => {}
        }
        let shared = match shared_by(name.text()) {
            Some(field) if spec.at(field).value == true => field,
            _ => continue,
        };
        causes.push(name.invalid(&format!("may not be specified when '{shared}' is true")));
    }
    causes
}

fn is_parameter(name: &str) -> bool {
    let edge =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let middle = |byte: u8| edge(Some(&byte)) || b"-_".contains(&byte);
    let is_part = |part: &str| {
        let bytes = part.as_bytes();
        edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(|byte| middle(*byte))
    };
    name.len() <= 253 && name.split(['.', '/']).all(is_part)
}

/// What pods share with their host by which a parameter is the host's.
fn shared_by(name: &str) -> Option<&'static str> {
    const OF_PROCESSES: [&str; 5] =
        ["kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced"];
    // Where slashes come first they stand for dots.
    let is_slashed = name.find(['.', '/']).is_some_and(|at| name.as_bytes().get(at) == Some(&b'/'));
    let swap = |letter| match letter {
        '.' => '/',
        '/' => '.',
        letter => letter,
    };
    let name: String = if is_slashed { name.chars().map(swap).collect() } else { name.to_owned() };
    let of_processes =
        OF_PROCESSES.contains(&&*name) || name.starts_with("kernel.msg") || name.starts_with("fs.mqueue.");
    match () {
        () if name.starts_with("net.") => Some("hostNetwork"),
        () if of_processes => Some("hostIPC"),
        () => None,
    }
}

/// What is wrong with the security of a container.
pub(super) fn of_container(spec: &Site<'_>, context: &Site<'_>) -> Causes {
    if !context.is_given() {
        return Vec::new();
    }
    let mut causes = check(context, OF_CONTAINERS);
    let mount = context.at("procMount");
    if mount.is("Unmasked") && spec.at("hostUsers").value != false {
        causes.push(mount.invalid("`hostUsers` must be false to use `Unmasked`"));
    }
    let told = |why: &str| {
        let said = tables::inside("core.SecurityContext", context.value);
        Cause::invalid_value(&*context.place, &said, why)
    };
    if context.at("allowPrivilegeEscalation").value == false {
        if context.at("privileged").value == true {
            let why = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
            causes.push(told(why));
        }
        if context.find("capabilities.add[]").iter().any(|added| added.is("CAP_SYS_ADMIN")) {
            let why = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
            causes.push(told(why));
        }
    }
    causes
}

fn seccomp(site: &Site<'_>) -> Causes {
    profile(site, "seccomp", "seccompProfile", |path| path.against(texts::descending(path.text())))
}

fn armor(site: &Site<'_>) -> Causes {
    profile(site, "AppArmor", "appArmorProfile", |path| {
        let text = path.text();
        let mut causes = Vec::new();
        if text != text.trim() {
            causes.push(path.invalid("must not be padded with whitespace"));
        } else if text.is_empty() {
            causes.push(path.required("must be set when AppArmor type is Localhost"));
        }
        if text.len() > 4_095 {
            causes.push(Cause::too_long(&*path.place, 4_095));
        }
        causes
    })
}

fn profile(site: &Site<'_>, called: &str, field: &str, form: fn(&Site<'_>) -> Causes) -> Causes {
    if !site.is_given() {
        return Vec::new();
    }
    let (kind, path) = (site.at("type"), site.at("localhostProfile"));
    let mut causes = Vec::new();
    if kind.len() == 0 {
        causes.push(kind.required(&format!("type is required when {field} is set")));
    }
    causes.extend(check(&kind, &[("", OneOf(PROFILES))]).into_iter().filter(|_| kind.len() > 0));
    match (kind.is("Localhost"), path.value) {
        (true, Value::Null) => {
            causes.push(path.required(&format!("must be set when {called} type is Localhost")));
        }
        (true, _) => causes.extend(form(&path)),
        (false, Value::Null) => {}
        // Of a profile for AppArmor that is of no known type nothing more is told.
        (false, _) if called == "AppArmor" && !PROFILES.contains(&kind.text()) => {}
        (false, said) => {
            let whole = (called == "seccomp").then(|| tables::inside("core.SeccompProfile", site.value));
            let why = format!("can only be set when {called} type is Localhost");
            causes.push(Cause::invalid_value(&*path.place, whole.as_ref().unwrap_or(said), &why));
        }
    }
    causes
}
