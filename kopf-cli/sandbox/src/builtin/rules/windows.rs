//! What is wrong with what pods and containers ask of Windows, and with what they may ask of one system and not of another.

use std::sync::LazyLock;

use regex::Regex;

use super::containers;
use crate::{
    builtin::{
        checks::{Causes, Check, check},
        site::Site,
    },
    names::name_faults,
    resources::NameRule,
    status::Cause,
};

const WITHOUT_WINDOWS: &str = "windows options cannot be set for a linux pod";
const WITH_WINDOWS: &str = "cannot be set for a windows pod";
/// What of Linux pods, their security, and that of containers is none of Windows'.
const FLAGS: [&str; 2] = ["hostPID", "hostIPC"];
const OF_SECURITY: [&str; 11] = [
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "sysctls",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
];
const OF_CONTAINERS: [&str; 10] = [
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
];

static CONTROL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("[[:cntrl:]]").ok());
static NET_BIOS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$"#).ok());
static DOMAIN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
    Regex::new(&format!(r"^{label}(?:\.{label})*$")).ok()
});

fn is(form: &Option<Regex>, text: &str) -> bool {
    form.as_ref().is_some_and(|form| form.is_match(text))
}

/// What is wrong with the options of a pod or a container.
pub(super) fn options(site: &Site<'_>) -> Causes {
    const LONGEST: usize = 64 * 1024;
    let (name, said, user) =
        (site.at("gmsaCredentialSpecName"), site.at("gmsaCredentialSpec"), site.at("runAsUserName"));
    let mut causes = Vec::new();
    if name.is_given() {
        let faults = name_faults(name.text(), NameRule::Subdomain);
        causes.extend(faults.iter().map(|why| name.invalid_as_json(why)));
    }
    if said.is("") {
        causes.push(said.invalid_as_json("gmsaCredentialSpec cannot be an empty string"));
    } else if said.len() > LONGEST {
        causes.push(said.invalid_as_json("gmsaCredentialSpec size must be under 64 KiB"));
    }
    if user.is_given() {
        let faults = user_faults(user.text());
        causes.extend(faults.iter().map(|why| user.invalid_as_json(&format!("runAsUserName{why}"))));
    }
    causes
}

/// A user may have a domain before it.
fn user_faults(name: &str) -> Vec<&'static str> {
    let parts: Vec<&str> = name.splitn(3, '\\').collect();
    let (domain, user) = match *parts {
        _ if name.is_empty() => return vec![" cannot be an empty string"],
        _ if is(&CONTROL, name) => return vec![" cannot contain control characters"],
        [user] => (None, user),
        [domain, user] => (Some(domain), user),
        _ => return vec![" cannot contain more than one backslash"],
    };
    let mut faults = Vec::new();
    let mut say = |wrong: bool, why: &'static str| faults.extend(wrong.then_some(why));
    if let Some(domain) = domain {
        say(domain.len() >= 256, "'s Domain length must be under 256 characters");
        let fine = is(&NET_BIOS, domain) || is(&DOMAIN, domain);
        say(!fine, "'s Domain doesn't match the NetBios nor the DNS format");
    }
    say(user.is_empty(), "'s User cannot be empty");
    say(user.len() > 104, "'s User length must not be longer than 104 characters");
    let is_blank = !user.is_empty() && user.chars().all(|letter| letter == '.' || letter == ' ');
    say(is_blank, "'s User cannot contain only periods or spaces");
    let strange = user.contains(|letter| r#""/\:;|=,+*?<>@[]"#.contains(letter));
    say(strange, r#"'s User cannot contain the following characters: "/\:;|=,+*?<>@[]"#);
    faults
}

/// Either all containers of a pod run as processes of their host, or none does.
pub(super) fn host_processes(spec: &Site<'_>) -> Causes {
    let of_all = spec.at("securityContext.windowsOptions.hostProcess").value.as_bool();
    let mut causes = Vec::new();
    let (mut all, mut on_host) = (0, 0);
    for container in containers::all(spec) {
        all += 1;
        let said = container.at("securityContext.windowsOptions.hostProcess");
        let own = said.value.as_bool();
        if let (Some(of_all), Some(own)) = (of_all, own)
            && of_all != own
        {
            let why = format!("pod hostProcess value must be identical if both are specified, was {of_all}");
            causes.push(said.invalid(&why));
        }
        on_host += usize::from(own.or(of_all) == Some(true));
    }
    if on_host == 0 {
        return causes;
    }
    if on_host != all {
        let why =
            "If pod contains any hostProcess containers then all containers must be HostProcess containers";
        causes.push(Cause::invalid(&*spec.place, "", why));
    }
    let network = spec.at("hostNetwork");
    if network.value != true {
        let why = "hostNetwork must be true if pod contains any hostProcess containers";
        causes.push(Cause::invalid_value(network.place, &false.into(), why));
    }
    causes
}

/// What is wrong with the system of a pod, and with what is said for another one.
pub(super) fn system(spec: &Site<'_>) -> Causes {
    const KNOWN: &[&str] = &["linux", "windows"];
    let system = spec.at("os");
    let name = system.at("name");
    match name.text() {
        _ if !system.is_given() => Vec::new(),
        "" => vec![name.required("")],
        "linux" => linux(spec),
        "windows" => windows(spec),
        _ => check(&name.moved(system.place), &[("", Check::OneOf(KNOWN))]),
    }
}

fn linux(spec: &Site<'_>) -> Causes {
    let places = std::iter::once(spec.clone()).chain(containers::all(spec));
    let said = places.map(|place| place.at("securityContext.windowsOptions")).filter(Site::is_given);
    said.map(|options| options.forbidden(WITHOUT_WINDOWS)).collect()
}

fn windows(spec: &Site<'_>) -> Causes {
    let security = spec.at("securityContext");
    let mut said: Vec<Site<'_>> = OF_SECURITY.iter().map(|field| security.at(field)).collect();
    // No parameters are none.
    said.retain(|site| !site.value.as_array().is_some_and(Vec::is_empty) || !site.place.ends_with("sysctls"));
    said.push(spec.at("hostUsers"));
    said.extend(FLAGS.iter().map(|field| spec.at(field)).filter(|flag| flag.value == true));
    said.push(spec.at("shareProcessNamespace"));
    for container in containers::all(spec) {
        let security = container.at("securityContext");
        said.extend(OF_CONTAINERS.iter().map(|field| security.at(field)));
    }
    let mut causes: Causes =
        said.iter().filter(|site| site.is_given()).map(|site| site.forbidden(WITH_WINDOWS)).collect();
    let resources = spec.at("resources");
    causes.extend(resources.is_given().then(|| resources.forbidden("may not be set for a windows pod")));
    causes
}
