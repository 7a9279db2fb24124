//! What is wrong with whom pods and containers run as, and with what they may do.

use serde_json::Value;

use crate::builtin::{
    checks::{Causes, Check, Rule, check},
    site::Site,
    texts,
};

use Check::{By, OneOf, Within};

const ID: Check = Within(0, i32::MAX as i64);
const OF_PODS: &[Rule] = &[
    ("fsGroup", ID),
    ("runAsUser", ID),
    ("runAsGroup", ID),
    ("supplementalGroups[]", ID),
    ("fsGroupChangePolicy", OneOf(&["Always", "OnRootMismatch"])),
    ("seccompProfile", By(seccomp)),
    ("appArmorProfile", By(armor)),
    ("supplementalGroupsPolicy", OneOf(&["Merge", "Strict"])),
    ("seLinuxChangePolicy", OneOf(&["MountOption", "Recursive"])),
];
const OF_CONTAINERS: &[Rule] = &[
    ("runAsUser", ID),
    ("runAsGroup", ID),
    ("procMount", OneOf(&["Default", "Unmasked"])),
    ("seccompProfile", By(seccomp)),
    ("appArmorProfile", By(armor)),
];
const PROFILES: &[&str] = &["Localhost", "RuntimeDefault", "Unconfined"];

/// What is wrong with the security of a pod.
pub(super) fn of_pods(spec: &Site<'_>) -> Causes {
    let context = spec.at("securityContext");
    let mut causes = Vec::new();
    if context.is_given() {
        let mut known = Vec::new();
        for name in context.find("sysctls[].name") {
            causes.extend(check(&name, &[("", Check::Required(""))]));
            if name.len() > 0 && known.contains(&name.text()) {
                causes.push(name.duplicate());
            }
            known.push(name.text());
        }
        causes.extend(check(&context, OF_PODS));
    }
    let shared = spec.at("shareProcessNamespace");
    if shared.value == true && spec.at("hostPID").value == true {
        causes.push(shared.invalid("ShareProcessNamespace and HostPID cannot both be enabled"));
    }
    if spec.at("hostUsers").value == false {
        for (field, told) in [("hostPID", "HostPID"), ("hostIPC", "HostIPC")] {
            if spec.at(field).value == true {
                causes.push(spec.at(told).forbidden("when `hostUsers` is false"));
            }
        }
    }
    causes
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
    if context.at("allowPrivilegeEscalation").value == false {
        if context.at("privileged").value == true {
            let why = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
            causes.push(context.invalid(why));
        }
        if context.find("capabilities.add[]").iter().any(|added| added.is("CAP_SYS_ADMIN")) {
            let why = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
            causes.push(context.invalid(why));
        }
    }
    causes
}

fn seccomp(site: &Site<'_>) -> Causes {
    profile(site, "seccomp", "seccompProfile", |path| path.against(texts::descending(path.text())))
}

fn armor(site: &Site<'_>) -> Causes {
    profile(site, "AppArmor", "appArmorProfile", |path| {
        if path.text() == path.text().trim() {
            return Vec::new();
        }
        vec![path.invalid("must not be padded with whitespace")]
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
        (false, _) => {
            causes.push(path.invalid(&format!("can only be set when {called} type is Localhost")));
        }
    }
    causes
}
