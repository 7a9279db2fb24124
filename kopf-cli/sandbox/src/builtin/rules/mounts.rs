//! What is wrong with where a container mounts the volumes of its pod.

use std::collections::HashSet;

use serde_json::Value;

use super::volumes::Volumes;
use crate::{
    builtin::{
        checks::{Causes, Check, check},
        site::Site,
        texts,
    },
    status::Cause,
};

const PROPAGATIONS: &[&str] = &["Bidirectional", "HostToContainer", "None"];
const READ_ONLY: &[&str] = &["Disabled", "Enabled", "IfPossible"];

pub(super) fn faults(container: &Site<'_>, volumes: &Volumes<'_>) -> Causes {
    let (mounts, devices) = (container.at("volumeMounts"), container.at("volumeDevices"));
    let mut causes = Vec::new();
    let (names_of_devices, paths_of_devices) = (said(&devices, "name"), said(&devices, "devicePath"));
    let mut known = HashSet::new();
    for mount in mounts.each() {
        let (name, path) = (mount.at("name"), mount.at("mountPath"));
        causes.extend(check(&mount, &[("name", Check::Required(""))]));
        if !volumes.contains_key(name.text()) {
            causes.push(name.not_found());
        }
        causes.extend(check(&mount, &[("mountPath", Check::Required(""))]));
        if !known.insert(path.text()) {
            causes.push(Cause::invalid(&*path.place, path.text(), "must be unique"));
        }
        if names_of_devices.contains(name.text()) {
            causes.push(name.invalid("must not already exist in volumeDevices"));
        }
        if paths_of_devices.contains(path.text()) {
            causes.push(path.invalid("must not already exist as a path in volumeDevices"));
        }
        // The server names the list and not the mount.
        let below = |field: &str| mount.at(field).moved(format!("{}.{field}", mounts.place));
        let (sub, expression) = (below("subPath"), below("subPathExpr"));
        causes.extend(sub.against(texts::descending(sub.text())));
        if expression.len() > 0 && sub.len() > 0 {
            let why = "subPathExpr and subPath are mutually exclusive";
            causes.push(mount.at("subPathExpr").invalid(why));
        }
        causes.extend(expression.against(texts::descending(expression.text())));
        causes.extend(propagation(container, &below("mountPropagation")));
        causes.extend(read_only(&mount, &below("recursiveReadOnly")));
    }
    causes.extend(device_faults(&mounts, &devices, volumes));
    causes
}

/// What the items of a list say in a field.
fn said<'a>(list: &Site<'a>, field: &str) -> HashSet<&'a str> {
    list.value.as_array().into_iter().flatten().filter_map(|item| item[field].as_str()).collect()
}

fn propagation(container: &Site<'_>, site: &Site<'_>) -> Causes {
    let mut causes = check(site, &[("", Check::OneOf(PROPAGATIONS))]);
    let privileged = container.at("securityContext.privileged").value == true;
    if site.is("Bidirectional") && !privileged {
        causes.push(
            site.forbidden("Bidirectional mount propagation is available only to privileged containers"),
        );
    }
    causes
}

fn read_only(mount: &Site<'_>, site: &Site<'_>) -> Causes {
    let mut causes = check(site, &[("", Check::OneOf(READ_ONLY))]);
    if !["Enabled", "IfPossible"].contains(&site.text()) {
        return causes;
    }
    if mount.at("readOnly").value != true {
        causes.push(site.forbidden("may only be specified when readOnly is true"));
    }
    let propagation = mount.at("mountPropagation");
    if propagation.is_given() && !propagation.is("None") {
        let why = "may only be specified when mountPropagation is None or not specified";
        causes.push(site.forbidden(why));
    }
    causes
}

fn device_faults(mounts: &Site<'_>, devices: &Site<'_>, volumes: &Volumes<'_>) -> Causes {
    let mut causes = Vec::new();
    let (mut names, mut paths) = (HashSet::new(), HashSet::new());
    let (names_of_mounts, paths_of_mounts) = (said(mounts, "name"), said(mounts, "mountPath"));
    for device in devices.each() {
        let (name, path) = (device.at("name"), device.at("devicePath"));
        causes.extend(check(&device, &[("name", Check::Required(""))]));
        if !names.insert(name.text()) {
            causes.push(name.invalid("must be unique"));
        }
        let volume = volumes.get(name.text());
        let is_claim =
            |volume: &Value| !volume["persistentVolumeClaim"].is_null() || !volume["ephemeral"].is_null();
        match volume {
            Some(volume) if !is_claim(volume) => {
                let why =
                    "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                causes.push(name.invalid(why));
            }
            Some(_) => {}
            None => causes.push(name.not_found()),
        }
        causes.extend(check(&device, &[("devicePath", Check::Required(""))]));
        if !paths.insert(path.text()) {
            causes.push(path.invalid("must be unique"));
        }
        if !texts::no_way_up(path.text()).is_empty() {
            causes.push(path.invalid("can not contain backsteps ('..')"));
        }
        if paths_of_mounts.contains(path.text()) {
            causes.push(path.invalid("must not already exist as a path in volumeMounts"));
        }
        if names_of_mounts.contains(name.text()) {
            causes.push(name.invalid("must not already exist in volumeMounts"));
        }
    }
    causes
}
