//! The checks of the level that keeps pods from what is known to give them power over their node.

use serde_json::Value;

use super::{
    levels::Version,
    pod::{Finding, Names, Pod, named, plural, quoted, setters, text},
};
use crate::{
    builtin::warnings::{APP_ARMOR, SECCOMP, SECCOMP_POD},
    form::at,
    printed,
};

/// The capabilities that containers have anyhow.
const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];
/// The parameters of the kernel that are a pod's own, by the version since which they may be set.
const SYSCTLS: [(i64, &[&str]); 5] = [
    (
        0,
        &[
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.tcp_syncookies",
            "net.ipv4.ping_group_range",
            "net.ipv4.ip_unprivileged_port_start",
        ],
    ),
    (27, &["net.ipv4.ip_local_reserved_ports"]),
    (
        29,
        &[
            "net.ipv4.tcp_keepalive_time",
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes",
        ],
    ),
    (32, &["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"]),
    (37, &["net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"]),
];
/// The types of `SELinux` that are for containers, likewise.
const SE_LINUX: [(i64, &str); 5] = [
    (0, ""),
    (0, "container_t"),
    (0, "container_init_t"),
    (0, "container_kvm_t"),
    (31, "container_engine_t"),
];
/// Where containers can name hosts to be asked.
const HOSTS: [&str; 10] = [
    "livenessProbe.httpGet",
    "livenessProbe.tcpSocket",
    "readinessProbe.httpGet",
    "readinessProbe.tcpSocket",
    "startupProbe.httpGet",
    "startupProbe.tcpSocket",
    "lifecycle.postStart.httpGet",
    "lifecycle.postStart.tcpSocket",
    "lifecycle.preStop.httpGet",
    "lifecycle.preStop.tcpSocket",
];

pub(super) fn app_armor(pod: Pod<'_>, _: Version) -> Option<Finding> {
    let mut types = Names::new();
    let found = pod.bad("appArmorProfile", |profile| is_other_profile(profile, &mut types));
    let annotations = pod.annotations.as_object().into_iter().flatten();
    let forbidden = annotations.filter(|(key, value)| {
        let profile = text(value);
        let is_allowed =
            profile.is_empty() || profile == "runtime/default" || profile.starts_with("localhost/");
        key.starts_with(APP_ARMOR) && !is_allowed
    });
    let mut forbidden: Vec<String> = forbidden.map(|(key, value)| annotation(key, value)).collect();
    forbidden.sort_unstable();
    let mut by = setters(&found);
    if !forbidden.is_empty() {
        let and = if by.is_empty() { "" } else { " and " };
        by = format!("{by}{and}{}", plural("annotation", forbidden.len()));
    }
    let values: Vec<&str> = types.into_iter().chain(forbidden.iter().map(String::as_str)).collect();
    let what = format!("must not set AppArmor profile type to {}", quoted(&values));
    Finding::about(&by, &plural("forbidden AppArmor profile", values.len()), &what)
}

/// Whether a profile is neither that of the runtime nor one of the node.
pub(super) fn is_other_profile<'a>(profile: &'a Value, types: &mut Names<'a>) -> bool {
    let kind = text(&profile["type"]);
    let is_other = !profile.is_null() && kind != "RuntimeDefault" && kind != "Localhost";
    if is_other {
        types.insert(kind);
    }
    is_other
}

fn annotation(key: &str, value: &Value) -> String {
    format!("{key}={}", printed::quoted(text(value)))
}

pub(super) fn capabilities(pod: Pod<'_>, _: Version) -> Option<Finding> {
    let (containers, others) = adding(pod, &CAPABILITIES);
    let what = format!("must not include {} in securityContext.capabilities.add", quoted(&others));
    Finding::about(&named(&containers), "non-default capabilities", &what)
}

/// The containers that add capabilities to those that are allowed, and which.
pub(super) fn adding<'a>(pod: Pod<'a>, allowed: &[&str]) -> (Vec<&'a str>, Names<'a>) {
    let mut others = Names::new();
    let containers = pod.those(|container| {
        let added = at(container, "securityContext.capabilities.add").as_array().into_iter().flatten();
        let mut other = added.map(text).filter(|name| !allowed.contains(name)).peekable();
        let is_bad = other.peek().is_some();
        others.extend(other);
        is_bad
    });
    (containers, others)
}

pub(super) fn host_namespaces(pod: Pod<'_>, _: Version) -> Option<Finding> {
    let shared = ["hostNetwork", "hostPID", "hostIPC"].into_iter().filter(|field| pod.spec[*field] == true);
    let shared: Vec<String> = shared.map(|field| format!("{field}=true")).collect();
    let found = || Finding { reason: "host namespaces".to_owned(), detail: shared.join(", ") };
    (!shared.is_empty()).then(found)
}

pub(super) fn host_paths(pod: Pod<'_>, _: Version) -> Option<Finding> {
    let volumes = pod.list("volumes").filter(|volume| !volume["hostPath"].is_null());
    let names: Vec<&str> = volumes.map(|volume| text(&volume["name"])).collect();
    let volumes = plural("volume", names.len());
    let found =
        || Finding { reason: "hostPath volumes".to_owned(), detail: format!("{volumes} {}", quoted(&names)) };
    (!names.is_empty()).then(found)
}

pub(super) fn host_ports(pod: Pod<'_>, _: Version) -> Option<Finding> {
    let ports_of = |container: &Value| -> Vec<String> {
        let ports = container["ports"].as_array().into_iter().flatten();
        let numbers = ports.filter_map(|port| port["hostPort"].as_i64()).filter(|number| *number != 0);
        numbers.map(|number| number.to_string()).collect()
    };
    let containers = pod.those(|container| !ports_of(container).is_empty());
    let mut ports: Vec<String> = pod.containers().flat_map(ports_of).collect();
    ports.sort_unstable();
    ports.dedup();
    let what = format!("{} {} {}", uses(&containers), plural("hostPort", ports.len()), ports.join(", "));
    Finding::about(&named(&containers), "hostPort", &what)
}

/// What one, or several, do.
pub(super) fn uses(who: &[&str]) -> &'static str {
    if who.len() == 1 { "uses" } else { "use" }
}

pub(super) fn hosts_of_probes(pod: Pod<'_>, _: Version) -> Option<Finding> {
    let mut hosts = Names::new();
    let containers: Names<'_> = pod
        .those(|container| {
            let said = HOSTS.iter().map(|path| text(&at(container, path)["host"]));
            let mut said = said.filter(|host| !host.is_empty()).peekable();
            let is_bad = said.peek().is_some();
            hosts.extend(said);
            is_bad
        })
        .into_iter()
        .collect();
    let containers: Vec<&str> = containers.into_iter().collect();
    let hosts_of = plural("probe or lifecycle host", hosts.len());
    let what = format!("{} {hosts_of} {}", uses(&containers), quoted(&hosts));
    Finding::about(&named(&containers), "probe or lifecycle host", &what)
}

pub(super) fn privileged(pod: Pod<'_>, _: Version) -> Option<Finding> {
    let containers = pod.those(|container| at(container, "securityContext.privileged") == true);
    Finding::about(&named(&containers), "privileged", "must not set securityContext.privileged=true")
}

pub(super) fn proc_mount(pod: Pod<'_>, version: Version) -> Option<Finding> {
    let spared = version >= Version::Minor(35) && pod.has_own_users();
    (!spared).then(|| unmasked(pod)).flatten()
}

/// What is found where containers see more of `/proc`.
pub(super) fn unmasked(pod: Pod<'_>) -> Option<Finding> {
    let mut kinds = Names::new();
    let containers = pod.those(|container| {
        let kind = at(container, "securityContext.procMount").as_str().filter(|kind| *kind != "Default");
        kinds.extend(kind);
        kind.is_some()
    });
    let what = format!("must not set securityContext.procMount to {}", quoted(&kinds));
    Finding::about(&named(&containers), "procMount", &what)
}

pub(super) fn se_linux(pod: Pod<'_>, version: Version) -> Option<Finding> {
    let is_allowed =
        |kind: &str| SE_LINUX.iter().any(|(since, name)| *name == kind && version >= Version::Minor(*since));
    let (mut types, mut user, mut role) = (Names::new(), false, false);
    let found = pod.bad("seLinuxOptions", |options| {
        let (kind, own_user, own_role) =
            (text(&options["type"]), !text(&options["user"]).is_empty(), !text(&options["role"]).is_empty());
        user |= own_user;
        role |= own_role;
        let other = !is_allowed(kind);
        types.extend(Some(kind).filter(|_| other));
        other || own_user || own_role
    });
    let types =
        Some(format!("{} {}", plural("type", types.len()), quoted(&types))).filter(|_| !types.is_empty());
    let user = user.then(|| "user may not be set".to_owned());
    let role = role.then(|| "role may not be set".to_owned());
    let why: Vec<String> = types.into_iter().chain(user).chain(role).collect();
    let what = format!("set forbidden securityContext.seLinuxOptions: {}", why.join("; "));
    Finding::about(&setters(&found), "seLinuxOptions", &what)
}

pub(super) fn seccomp_annotations(pod: Pod<'_>, _: Version) -> Option<Finding> {
    let of_containers = pod.containers().map(|container| format!("{SECCOMP}{}", text(&container["name"])));
    let said = of_containers.chain([SECCOMP_POD.to_owned()]).filter_map(|key| {
        let value = pod.annotations.get(&key)?;
        let profile = text(value);
        let is_allowed = ["runtime/default", "docker/default"].contains(&profile);
        (!is_allowed && !profile.starts_with("localhost/")).then(|| annotation(&key, value))
    });
    let mut said: Vec<String> = said.collect();
    said.sort_unstable();
    said.dedup();
    let detail = format!("forbidden {} {}", plural("annotation", said.len()), said.join(", "));
    (!said.is_empty()).then(|| Finding { reason: "seccompProfile".to_owned(), detail })
}

pub(super) fn seccomp(pod: Pod<'_>, _: Version) -> Option<Finding> {
    let mut types = Names::new();
    let found = pod.bad("seccompProfile", |profile| is_other_profile(profile, &mut types));
    let what = format!("must not set securityContext.seccompProfile.type to {}", quoted(&types));
    Finding::about(&setters(&found), "seccompProfile", &what)
}

pub(super) fn sysctls(pod: Pod<'_>, version: Version) -> Option<Finding> {
    let is_allowed = |name: &str| {
        SYSCTLS.iter().any(|(since, names)| version >= Version::Minor(*since) && names.contains(&name))
    };
    let names = pod.list("securityContext.sysctls").map(|sysctl| text(&sysctl["name"]));
    let names: Vec<&str> = names.filter(|name| !is_allowed(name)).collect();
    let found = || Finding { reason: "forbidden sysctls".to_owned(), detail: names.join(", ") };
    (!names.is_empty()).then(found)
}

pub(super) fn host_process(pod: Pod<'_>, _: Version) -> Option<Finding> {
    let found = pod.bad("windowsOptions", |options| options["hostProcess"] == true);
    let what = "must not set securityContext.windowsOptions.hostProcess=true";
    Finding::about(&setters(&found), "hostProcess", what)
}
