//! What is wrong with the spec of pods, wherever it is, and with what becomes of a pod.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::{
    annotations, containers, devices, placement, resources, security, storage::copy, together, volumes,
    windows,
};
use crate::{
    builtin::{
        checks::{Causes, Check, LABEL, Rule, SUBDOMAIN, annotation_faults, check, label_faults},
        difference, dropped,
        site::Site,
        texts,
    },
    names::{key_faults, name_faults},
    resources::NameRule,
    status::{Cause, told},
};

use Check::{By, Labels, OneOf, Within};

const RULES: &[Rule] = &[
    ("restartPolicy", OneOf(&["Always", "OnFailure", "Never"])),
    ("dnsPolicy", OneOf(&["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"])),
    ("nodeSelector", Labels),
    ("", By(security::of_pods)),
    ("affinity", By(placement::affinity)),
    ("", By(names)),
    ("readinessGates[].conditionType", By(|site| site.against(key_faults(site.text())))),
    ("schedulingGates", By(gates)),
    ("topologySpreadConstraints", By(placement::spreading)),
    ("", By(windows::host_processes)),
    ("", By(users_of_host)),
    ("", By(called)),
    ("serviceAccountName", SUBDOMAIN),
    ("nodeName", SUBDOMAIN),
    ("activeDeadlineSeconds", Within(1, i32::MAX as i64)),
    ("hostname", LABEL),
    ("subdomain", LABEL),
    ("tolerations[]", By(placement::toleration)),
    ("hostAliases[].ip", By(|site| site.against(texts::address(site.text())))),
    ("hostAliases[].hostnames[]", By(|site| site.against(name_faults(site.text(), NameRule::Subdomain)))),
    ("priorityClassName", SUBDOMAIN),
    ("runtimeClassName", SUBDOMAIN),
    ("preemptionPolicy", OneOf(&["PreemptLowerPriority", "Never"])),
    ("overhead", By(resources::beside)),
    ("", By(windows::system)),
    ("", By(files)),
];

/// What is updated of pods, and how the server tells it.
const UPDATED: &str = "pod updates may not change fields other than `spec.containers[*].image`,\
    `spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing \
    tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// The containers of which something may change.
const CHANGING: [&str; 2] = ["containers", "initContainers"];
/// What nodes a pod is to be on.
const NEAR: &str = "nodeAffinity";

/// What is wrong with a template of pods.
pub(super) fn template(site: &Site<'_>) -> Causes {
    let mut causes = label_faults(&site.at("metadata.labels").moved(format!("{}.labels", site.place)));
    let annotations = site.at("metadata.annotations").moved(format!("{}.annotations", site.place));
    causes.extend(annotation_faults(&annotations));
    causes.extend(annotations::faults(&annotations, &site.at("spec")));
    causes.extend(spec(&site.at("spec"), &Site::root(&Value::Null, None)));
    causes.extend(annotations::contradictions(&annotations, &site.at("spec")));
    let debugging = site.at("spec.ephemeralContainers");
    if debugging.len() > 0 {
        causes.push(debugging.forbidden("ephemeral containers not allowed in pod template"));
    }
    causes
}

/// What is wrong with the spec of pods, which are looked at without their metadata in a template.
fn spec(site: &Site<'_>, metadata: &Site<'_>) -> Causes {
    let (mut causes, named) = volumes::faults(&site.at("volumes"), metadata.at("name").text());
    let annotations = &metadata.at("annotations");
    causes.extend(devices::of_pod(&site.at("resourceClaims"), annotations));
    let claims = devices::Claims::of(site);
    causes.extend(containers::faults(site, &named, &claims));
    if !site.at("os.name").is("windows") {
        let resources = site.at("resources");
        causes.extend(resources::of_pod(&resources));
        causes.extend(claims.faults(&resources.at("claims")));
        causes.extend(together::faults(site));
    }
    causes.extend(ports_of_host(site));
    causes.extend(check(site, RULES));
    causes
}

/// What is wrong with a pod.
pub(super) fn pod(root: &Site<'_>) -> Causes {
    let site = root.at("spec");
    let annotations = root.at("metadata.annotations");
    let mut causes = annotations::faults(&annotations, &site);
    causes.extend(spec(&site, &root.at("metadata")));
    for container in site.find("containers[]").into_iter().chain(site.find("initContainers[]")) {
        let image = container.at("image");
        if image.text() != image.text().trim() {
            causes.push(image.invalid("must not have leading or trailing whitespace"));
        }
    }
    match site.before {
        None => {
            causes.extend(creation(&site));
            causes.extend(annotations::contradictions(&annotations, &site));
        }
        Some(before) => {
            causes.extend(annotations::kept(&annotations));
            causes.extend(update(&site, before));
        }
    }
    causes
}

fn creation(site: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let debugging = site.at("ephemeralContainers");
    if debugging.len() > 0 {
        causes.push(debugging.forbidden("cannot be set on create"));
    }
    let node = site.at("nodeName");
    if node.len() > 0 && site.at("schedulingGates").len() > 0 {
        causes.push(node.forbidden("cannot be set until all schedulingGates have been cleared"));
    }
    causes
}

/// A pod changes in few fields.
fn update(site: &Site<'_>, before: &Value) -> Causes {
    let mut causes = Vec::new();
    for list in CHANGING {
        let place = site.at(list);
        if place.len() != before[list].as_array().map_or(0, Vec::len) {
            causes.push(place.forbidden("pod updates may not add or remove containers"));
            return causes;
        }
    }
    let deadline = site.at("activeDeadlineSeconds");
    match (deadline.number(), before["activeDeadlineSeconds"].as_i64()) {
        (Some(later), _) if !(0..=i64::from(i32::MAX)).contains(&later) => {
            causes.push(deadline.invalid("must be between 0 and 2147483647, inclusive"));
            return causes;
        }
        (Some(later), Some(sooner)) if sooner < later => {
            causes.push(deadline.invalid("must be less than or equal to previous value"));
            return causes;
        }
        (None, Some(_)) => {
            causes.push(deadline.invalid("must not update from a positive integer to nil value"))
        }
        _ => {}
    }
    causes.extend(placement::only_added(&site.at("tolerations"), &before["tolerations"]));
    let known = before["schedulingGates"].as_array().map_or(&[][..], Vec::as_slice);
    for gate in site.at("schedulingGates").each().filter(|gate| !known.contains(gate.value)) {
        let name = gate.at("name");
        let why = format!("only deletion is allowed, but found new scheduling gate '{}'", name.text());
        causes.push(name.forbidden(&why));
    }
    if !known.is_empty() {
        causes.extend(placement::while_gated(site, before));
    }
    if restored(site.value.clone(), site.value, before) != *before {
        let (before, mut now) = site.as_sent(before);
        if let Value::Object(spec) = &mut now {
            dropped::drop_of_pods(spec, &before);
        }
        let now = restored(now, site.value, &before);
        let difference = difference::inside("core.PodSpec", &before, &now);
        causes.push(site.forbidden(&format!("{UPDATED}\n{difference}")));
    }
    causes
}

/// The spec of a pod, which is `wanted` or shown so, where all that may change is as it was.
fn restored(mut now: Value, wanted: &Value, before: &Value) -> Value {
    const GRACE: &str = "terminationGracePeriodSeconds";
    for list in CHANGING {
        let containers = now.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
        for (container, before) in containers.zip(before[list].as_array().into_iter().flatten()) {
            copy(before, "image", container);
        }
    }
    // A list of containers is made anew, where there are any.
    if now["initContainers"].as_array().is_some_and(Vec::is_empty) {
        now.as_object_mut().map(|spec| spec.shift_remove("initContainers"));
    }
    for field in ["activeDeadlineSeconds", "schedulingGates", "tolerations"] {
        copy(before, field, &mut now);
    }
    if before[GRACE].as_i64().is_some_and(|seconds| seconds < 0) && wanted[GRACE] == 1 {
        copy(before, GRACE, &mut now);
    }
    let is_gated = before["schedulingGates"].as_array().is_some_and(|gates| !gates.is_empty());
    if is_gated && wanted["nodeSelector"] != before["nodeSelector"] {
        copy(before, "nodeSelector", &mut now);
    }
    if is_gated && wanted["affinity"][NEAR] != before["affinity"][NEAR] {
        restore_node_affinity(before, &mut now);
    }
    now
}

/// Leaves to the node affinity of a pod what [`placement`] says of it.
fn restore_node_affinity(before: &Value, now: &mut Value) {
    let then = &before["affinity"];
    let affinity = &mut now["affinity"];
    if affinity.is_null() {
        *affinity = json!({});
    }
    copy(then, NEAR, affinity);
    if then.is_null() && affinity.as_object().is_some_and(Map::is_empty) {
        now.as_object_mut().map(|spec| spec.shift_remove("affinity"));
    }
}

/// Where the network is that of the host, so are the ports. In a template they may not be told yet.
fn ports_of_host(spec: &Site<'_>) -> Causes {
    let is_shared = spec.at("hostNetwork").value == true;
    let ports = spec.find("containers[].ports[]").into_iter().filter(|_| is_shared);
    let other = |port: &Site<'_>| {
        let (said, inside) =
            (port.at("hostPort").number().unwrap_or_default(), port.at("containerPort").number());
        (said != 0 && said != inside.unwrap_or_default()).then_some(said)
    };
    let why = "must match `containerPort` when `hostNetwork` is true";
    let told = |port: Site<'_>| {
        other(&port).map(|said| Cause::invalid_value(port.at("hostPort").place, &said.into(), why))
    };
    ports.filter_map(told).collect()
}

/// What is not to be had without the users of the host.
fn users_of_host(spec: &Site<'_>) -> Causes {
    const WHY: &str = "when `hostUsers` is false";
    if spec.at("hostUsers").value != false {
        return Vec::new();
    }
    let flags = [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")];
    let flags = flags.iter().filter(|(field, _)| spec.at(field).value == true);
    let mut causes: Causes = flags.map(|(_, told)| spec.at(told).forbidden(WHY)).collect();
    let devices = containers::all(spec).map(|container| container.at("volumeDevices"));
    causes.extend(devices.filter(|devices| devices.len() > 0).map(|devices| devices.forbidden(WHY)));
    causes
}

/// What a pod calls itself.
fn called(spec: &Site<'_>) -> Causes {
    let name = spec.at("hostnameOverride");
    if !name.is_given() {
        return Vec::new();
    }
    let mut causes = Vec::new();
    for field in ["setHostnameAsFQDN", "hostNetwork"] {
        if spec.at(field).value == true {
            causes.push(name.forbidden(&format!("may not be specified when {field} is true")));
        }
    }
    if name.len() > 64 {
        causes.push(Cause::too_long(&*name.place, 64));
    }
    causes.extend(name.against(name_faults(name.text(), NameRule::Subdomain)));
    causes
}

/// Variables are taken from files in folders that are empty at first.
fn files(spec: &Site<'_>) -> Causes {
    let volumes = spec.at("volumes");
    let volumes: HashMap<&str, &Value> =
        volumes.each().map(|volume| (volume.at("name").text(), volume.value)).collect();
    let mut causes = Vec::new();
    for file in containers::all(spec).flat_map(|container| container.find("env[].valueFrom.fileKeyRef")) {
        let name = file.at("volumeName");
        match volumes.get(name.text()) {
            _ if !file.is_given() => {}
            None => causes.push(name.not_found()),
            Some(volume) if volume["emptyDir"].is_null() => {
                causes.push(name.invalid("referenced volume must be of type emptyDir"));
            }
            Some(_) => {}
        }
    }
    causes
}

/// Where the names of servers are looked up.
fn names(spec: &Site<'_>) -> Causes {
    const ALL: &str = "must provide `dnsConfig` when `dnsPolicy` is None";
    const ONE: &str = "must provide at least one DNS nameserver when `dnsPolicy` is None";
    let config = spec.at("dnsConfig");
    let servers = config.at("nameservers");
    if spec.at("dnsPolicy").is("None") && !config.is_given() {
        return vec![config.required(ALL)];
    }
    if spec.at("dnsPolicy").is("None") && servers.len() == 0 {
        return vec![servers.required(ONE)];
    }
    let mut causes = Vec::new();
    if servers.len() > 3 {
        causes.push(servers.invalid("must not have more than 3 nameservers"));
    }
    causes.extend(servers.each().flat_map(|server| server.against(texts::address(server.text()))));
    let searches = config.at("searches");
    if searches.len() > 32 {
        causes.push(searches.invalid("must not have more than 32 search paths"));
    }
    let characters = searches.each().map(|search| search.len() + 1).sum::<usize>();
    if characters > 2_049 {
        let why = "must not have more than 2048 characters (including spaces) in the search list";
        causes.push(searches.invalid(why));
    }
    let searched = searches.each().filter(|search| !search.is(".")).flat_map(|search| {
        let name = search.text().strip_suffix('.').unwrap_or(search.text());
        let why = texts::underscored(name).into_iter();
        why.map(move |why| Cause::invalid(&*search.place, name, &why))
    });
    let nameless = config.at("options").each().filter(|option| option.at("name").len() == 0);
    let nameless = nameless.map(|option| option.required("must not be empty"));
    told(causes.into_iter().chain(searched).chain(nameless))
}

fn gates(site: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let mut known = HashSet::new();
    for gate in site.each() {
        let name = gate.at("name").moved(gate.place);
        causes.extend(name.against(key_faults(name.text())));
        if !known.insert(name.text()) {
            causes.push(name.duplicate());
        }
    }
    causes
}
