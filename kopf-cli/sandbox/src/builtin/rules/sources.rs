//! What is wrong with what a volume is made of, be it a pod's or one that is there by itself.

use std::{ops::RangeInclusive, sync::LazyLock};

use regex::Regex;

use crate::{
    builtin::{
        checks::{Causes, Check, LABEL, Rule, SUBDOMAIN, check},
        site::Site,
        texts,
    },
    names::name_faults,
    printed,
    resources::NameRule,
    status::Cause,
};

use Check::{By, OneOf, Required, Within};

pub(super) const HOST_PATH: &[Rule] = &[("path", Required("")), ("", By(host_path))];
pub(super) const GCE: &[Rule] = &[("pdName", Required("")), ("partition", By(partition))];
pub(super) const AWS: &[Rule] = &[("volumeID", Required("")), ("partition", By(partition))];
pub(super) const NFS: &[Rule] = &[("server", Required("")), ("path", Required("")), ("path", By(absolute))];
pub(super) const GLUSTER: &[Rule] = &[("endpoints", Required("")), ("path", Required(""))];
pub(super) const FLOCKER: &[Rule] = &[("", By(flocker))];
pub(super) const RBD: &[Rule] = &[("monitors", Required("")), ("image", Required(""))];
pub(super) const CEPH: &[Rule] = &[("monitors", Required(""))];
pub(super) const QUOBYTE: &[Rule] = &[("", By(quobyte)), ("volume", Required(""))];
pub(super) const FC: &[Rule] = &[("", By(fibre_channel))];
pub(super) const FLEX: &[Rule] = &[("driver", Required("")), ("options", By(options))];
pub(super) const AZURE_FILE: &[Rule] = &[("secretName", Required("")), ("shareName", Required(""))];
pub(super) const AZURE_DISK: &[Rule] = &[
    ("diskName", Required("")),
    ("diskURI", Required("")),
    ("cachingMode", OneOf(&["None", "ReadOnly", "ReadWrite"])),
    ("kind", OneOf(&["Dedicated", "Managed", "Shared"])),
    ("", By(azure_disk)),
];
pub(super) const VSPHERE: &[Rule] = &[("volumePath", Required(""))];
pub(super) const PHOTON: &[Rule] = &[("pdID", Required(""))];
pub(super) const PORTWORX: &[Rule] = &[("volumeID", Required(""))];
pub(super) const SCALE_IO: &[Rule] =
    &[("gateway", Required("")), ("system", Required("")), ("volumeName", Required(""))];
pub(super) const STORAGE_OS: &[Rule] = &[
    ("volumeName", Required("")),
    ("volumeName", LABEL),
    ("volumeNamespace", LABEL),
    ("secretRef.name", Required("")),
];

/// Forms of names of those that ask for disks and of those that have them.
static QUALIFIED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"iqn\.[0-9]{4}-[0-9]{2}\.[0-9A-Za-z.-]+:[^,;*&$|\t\n\f\r ]+$").ok());
static EXTENDED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("^eui.[0-9A-Za-z]{16}$").ok());
static AUTHORITY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("^naa.[0-9A-Za-z]{32}$").ok());

const FORM: &str = "must be valid format";
const PAIRS: &str = "must be a host:port pair or multiple pairs separated by commas";
/// How long the name of a volume and where it is found may be together.
pub(super) const LONGEST_PORTAL: usize = 64;
pub(super) const TOO_LONG_A_PORTAL: &str = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 \
    characters if iscsi.initiatorName is specified.";

fn host_path(site: &Site<'_>) -> Causes {
    const TYPES: &[&str] = &[
        "",
        "BlockDevice",
        "CharDevice",
        "Directory",
        "DirectoryOrCreate",
        "File",
        "FileOrCreate",
        "Socket",
    ];
    let path = site.at("path");
    if path.len() == 0 {
        return Vec::new();
    }
    let mut causes = path.against(texts::no_way_up(path.text()));
    causes.extend(check(site, &[("type", OneOf(TYPES))]));
    causes
}

fn partition(site: &Site<'_>) -> Causes {
    outside(site, 0..=255, "must be between 1 and 255, inclusive")
}

fn outside(site: &Site<'_>, range: RangeInclusive<i64>, why: &str) -> Causes {
    let wrong = site.number().is_some_and(|number| !range.contains(&number));
    wrong.then(|| site.invalid(why)).into_iter().collect()
}

fn absolute(site: &Site<'_>) -> Causes {
    if site.text().starts_with('/') {
        return Vec::new();
    }
    vec![Cause::invalid(&*site.place, site.text(), "must be an absolute path")]
}

/// What is wrong with a disk behind a network; `unknown` is said of names of no known kind.
pub(super) fn iscsi(site: &Site<'_>, unknown: &str) -> Causes {
    let mut causes = check(site, &[("iqn", Required(""))]);
    let name = site.at("iqn");
    if name.len() > 0 {
        causes.extend(disk_name(&name, unknown));
    }
    causes.extend(check(site, &[("lun", Within(0, 255))]));
    let authenticates = ["chapAuthDiscovery", "chapAuthSession"].map(|field| site.at(field).value == true);
    let secret = site.at("secretRef");
    if authenticates.contains(&true) && !secret.is_given() {
        causes.push(secret.required(""));
    }
    causes
}

/// What is wrong with the name of whoever asks for such a disk.
pub(super) fn initiator(site: &Site<'_>, unknown: &str) -> Causes {
    let name = site.at("initiatorName").moved(format!("{}.initiatorname", site.place));
    if name.is_given() { disk_name(&name, unknown) } else { Vec::new() }
}

fn disk_name(name: &Site<'_>, unknown: &str) -> Causes {
    let forms = [("iqn", &QUALIFIED), ("eui", &EXTENDED), ("naa", &AUTHORITY)];
    let form = forms.iter().find(|(prefix, _)| name.text().starts_with(prefix));
    let why = match form.map(|(_, form)| form.as_ref().is_none_or(|form| form.is_match(name.text()))) {
        None => unknown,
        Some(false) => FORM,
        Some(true) => return Vec::new(),
    };
    vec![name.invalid(why)]
}

fn flocker(site: &Site<'_>) -> Causes {
    let (name, id) = (site.at("datasetName"), site.at("datasetUUID"));
    let mut causes = match (name.len(), id.len()) {
        (0, 0) => vec![site.required("one of datasetName and datasetUUID is required")],
        (0, _) | (_, 0) => Vec::new(),
        _ => {
            let why = "datasetName and datasetUUID can not be specified simultaneously";
            vec![Cause::invalid(&*site.place, "resource", why)]
        }
    };
    if name.text().contains('/') {
        causes.push(name.invalid("must not contain '/'"));
    }
    causes
}

fn quobyte(site: &Site<'_>) -> Causes {
    let (registry, tenant) = (site.at("registry"), site.at("tenant"));
    if registry.len() == 0 {
        return vec![registry.required(PAIRS)];
    }
    if tenant.len() > 64 {
        return vec![tenant.required("must be a UUID and may not exceed a length of 64 characters")];
    }
    let wrong = registry.text().split(',').filter(|pair| !is_host_and_port(pair));
    wrong.map(|_| registry.invalid(PAIRS)).collect()
}

/// Whether there is a port behind a host, which is in brackets if it has colons of its own.
fn is_host_and_port(pair: &str) -> bool {
    let Some((host, port)) = pair.rsplit_once(':') else { return false };
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let fine = inside.unwrap_or(host);
    !fine.contains(['[', ']']) && !port.contains(['[', ']']) && (inside.is_some() || !host.contains(':'))
}

fn fibre_channel(site: &Site<'_>) -> Causes {
    let (targets, ids, lun) = (site.at("targetWWNs"), site.at("wwids"), site.at("lun"));
    let mut causes = Vec::new();
    match (targets.len(), ids.len()) {
        (0, 0) => causes.push(targets.required("must specify either targetWWNs or wwids, but not both")),
        (0, _) | (_, 0) => {}
        _ => causes.push(targets.invalid("targetWWNs and wwids can not be specified simultaneously")),
    }
    if targets.len() > 0 {
        if !lun.is_given() {
            causes.push(lun.required("lun is required if targetWWNs is specified"));
        }
        causes.extend(check(&lun, &[("", Within(0, 255))]));
    }
    causes
}

fn options(site: &Site<'_>) -> Causes {
    let is_reserved = |key: &str| {
        let home = format!(".{}", key.split('/').next().unwrap_or_default().to_lowercase());
        home.ends_with(".kubernetes.io") || home.ends_with(".k8s.io")
    };
    let reserved = site.entries().filter(|(key, _)| is_reserved(key));
    let why = "kubernetes.io and k8s.io namespaces are reserved";
    reserved.map(|(key, option)| Cause::invalid(option.place, key, why)).collect()
}

fn azure_disk(site: &Site<'_>) -> Causes {
    const MANAGED: &str =
        "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
    const BLOB: &str = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";
    let (kind, address) = (site.at("kind"), site.at("diskURI"));
    let (prefix, known) = if kind.is("Managed") { ("/subscriptions/", MANAGED) } else { ("https://", BLOB) };
    let wrong = kind.is_given() && !address.text().starts_with(prefix);
    wrong.then(|| address.unsupported_text(&[known])).into_iter().collect()
}

/// What is wrong with the name of a driver.
pub(super) fn driver(site: &Site<'_>) -> Causes {
    if site.len() == 0 {
        return vec![site.required("")];
    }
    let mut causes = Vec::new();
    if site.len() > 63 {
        causes.push(Cause::too_long(&*site.place, 63));
    }
    causes.extend(site.against(name_faults(&site.text().to_lowercase(), NameRule::Subdomain)));
    causes
}

/// What is wrong with where a secret is.
pub(super) const SECRET: &[Rule] =
    &[("name", Required("")), ("name", SUBDOMAIN), ("namespace", Required("")), ("namespace", LABEL)];

/// What is wrong with the name of whoever signs certificates.
pub(super) fn signer(site: &Site<'_>) -> Causes {
    const PATH: &str = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    const DOTS: &str = "should be a domain with at least two segments separated by dots";
    if site.len() == 0 {
        return vec![site.required("")];
    }
    let Some((domain, path)) = site.text().split_once('/').filter(|(_, path)| !path.contains('/')) else {
        return vec![site.invalid(PATH)];
    };
    let mut causes = Vec::new();
    if domain.len() > 253 {
        causes.push(Cause::too_long(&*site.place, 253));
    }
    let first_wrong = |text: &str, rule: NameRule| {
        let faults = text.split('.').map(|part| (part, name_faults(part, rule)));
        let (part, faults) = faults.into_iter().find(|(_, faults)| !faults.is_empty()).unwrap_or_default();
        let told = |why: &String| format!("validating label {}: {why}", printed::quoted(part));
        let told: Vec<_> = faults.iter().map(|why| Cause::invalid(&*site.place, text, &told(why))).collect();
        told
    };
    causes.extend(first_wrong(domain, NameRule::Label));
    if !domain.contains('.') {
        causes.push(Cause::invalid(&*site.place, domain, DOTS));
    }
    causes.extend(first_wrong(path, NameRule::Subdomain));
    if site.len() > 571 {
        causes.push(Cause::too_long(&*site.place, 571));
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_behind_a_host() {
        for pair in ["a:1", "a:", ":1", "[::1]:2"] {
            assert!(is_host_and_port(pair), "{pair}");
        }
        for pair in ["a", "::1:3", "[::1]", "[::1", "[::1]2:3", "a]:1", "a:[1"] {
            assert!(!is_host_and_port(pair), "{pair}");
        }
    }
}
