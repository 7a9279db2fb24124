//! What is wrong with drivers of volumes: with what they say of themselves, of nodes, of room, and of what is attached.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::{
    builtin::{
        checks::{Causes, Check, Rule, changed, check, selector_faults},
        site::Site,
    },
    names::{caseless_faults, key_faults, name_faults},
    quantity::Quantity,
    resources::NameRule,
    status::{Cause, told},
    tables,
};

use super::{classes::kept, persistent, sources};

use Check::{AtLeast, By, Immutable, OneOf};

const LONGEST_ID: usize = 256;
const LONGEST_NAME: usize = 63;
const LONGEST_MESSAGE: usize = 1_024;
const MOST_METADATA: usize = 256 * 1024;
const MODES: &[&str] = &["Persistent", "Ephemeral"];
/// What is wrong with a driver.
pub(super) const DRIVER: &[Rule] = &[
    ("spec.fsGroupPolicy", OneOf(&["File", "None", "ReadWriteOnceWithFSType"])),
    ("spec.tokenRequests", By(tokens)),
    ("spec.volumeLifecycleModes", By(modes)),
    ("spec.nodeAllocatableUpdatePeriodSeconds", By(period)),
    ("spec", By(in_secrets)),
    ("spec.attachRequired", By(attaches)),
    ("spec.volumeLifecycleModes", Immutable),
];

fn tokens(list: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let mut known = HashSet::new();
    for token in list.each() {
        let (audience, lasting) = (token.at("audience"), token.at("expirationSeconds"));
        if !known.insert(audience.text()) {
            causes.push(Cause::duplicate(&*audience.place, &audience.text().into()));
            continue;
        }
        let why = match lasting.number() {
            Some(..600) => "may not specify a duration less than 10 minutes",
            Some(4_294_967_297..) => "may not specify a duration larger than 2^32 seconds",
            _ => continue,
        };
        causes.push(lasting.invalid(why));
    }
    causes
}

fn modes(list: &Site<'_>) -> Causes {
    let strange = list.each().filter(|mode| !MODES.contains(&mode.text()));
    strange.map(|mode| mode.moved(list.place.clone()).unsupported(MODES)).collect()
}

fn period(site: &Site<'_>) -> Causes {
    let wrong = site.number().is_some_and(|seconds| seconds < 10);
    wrong.then(|| site.invalid("must be greater than or equal to 10 seconds")).into_iter().collect()
}

fn in_secrets(spec: &Site<'_>) -> Causes {
    let site = spec.at("serviceAccountTokenInSecrets");
    let wrong = site.is_given() && spec.at("tokenRequests").len() == 0;
    let why = "serviceAccountTokenInSecrets is set but no tokenRequests are specified";
    wrong.then(|| site.invalid(why)).into_iter().collect()
}

/// The server calls the field otherwise than the API.
fn attaches(site: &Site<'_>) -> Causes {
    let site = site.clone().moved("spec.attachedRequired".to_owned());
    check(&site, &[("", Immutable)])
}

/// What is wrong with the drivers of a node.
pub(super) fn node(root: &Site<'_>) -> Causes {
    let list = root.at("spec.drivers");
    let mut causes = Vec::new();
    let mut known = HashSet::new();
    let items = list.before.and_then(Value::as_array).into_iter().flatten();
    let before: HashMap<&str, &Value> =
        items.filter_map(|driver| Some((driver["name"].as_str()?, driver))).collect();
    for driver in list.each() {
        let (name, id) = (driver.at("name"), driver.at("nodeID"));
        causes.extend(sources::driver(&name));
        if id.len() == 0 {
            causes.push(id.required(""));
        } else if id.len() > LONGEST_ID {
            causes.push(id.invalid(&format!("must be {LONGEST_ID} characters or less")));
        }
        causes.extend(check(&driver, &[("allocatable.count", AtLeast(0))]));
        if !known.insert(name.text()) {
            causes.push(Cause::duplicate(&*name.place, &name.text().into()));
        }
        causes.extend(topology(&driver));
        if let Some(before) = before.get(name.text()) {
            causes.extend(other_driver(&list.place, before, driver.value));
        }
    }
    causes
}

/// Keys of labels are told of as of their driver.
fn topology(driver: &Site<'_>) -> Causes {
    let mut known = HashSet::new();
    told(driver.at("topologyKeys").each().flat_map(|key| {
        let key = key.moved(driver.place.clone());
        let mut causes = Vec::new();
        if key.len() == 0 {
            causes.push(key.required(""));
        }
        if !known.insert(key.text()) {
            causes.push(key.duplicate());
        }
        causes.extend(key.against(key_faults(key.text())));
        causes
    }))
}

/// Of a driver that is there nothing changes but how much it can take.
fn other_driver(place: &str, before: &Value, now: &Value) -> Option<Cause> {
    let inside = |driver: &Value| {
        let mut driver = tables::inside("storage.CSINodeDriver", driver);
        driver["Allocatable"] = Value::Null;
        driver
    };
    let (before, now) = (inside(before), inside(now));
    (before != now).then(|| Cause::invalid_value(place, &now, "field is immutable"))
}

/// What is wrong with how much room there is.
pub(super) fn capacity(root: &Site<'_>) -> Causes {
    let (topology, class, room) = (root.at("nodeTopology"), root.at("storageClassName"), root.at("capacity"));
    let mut causes = selector_faults(&topology);
    let why = name_faults(class.text(), NameRule::Subdomain);
    causes.extend(why.iter().map(|why| Cause::invalid(&*class.place, class.text(), why)));
    if room.is_given() && Quantity::of(room.value).is_negative() {
        causes.push(room.invalid("must be greater than or equal to 0"));
    }
    if topology.is_changed() {
        causes.push(changed(&topology, "*metav1.LabelSelector"));
    }
    if class.is_changed() {
        causes.push(Cause::invalid(&*class.place, class.text(), "field is immutable"));
    }
    causes
}

/// What is wrong with what is attached.
pub(super) fn attachment(root: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let by = root.at("spec.attacher");
    // Of one that changes, which it may not, a server looks at the name as it did long ago.
    if root.before.is_some() {
        causes.extend(sources::driver(&by));
    }
    let (source, node) = (root.at("spec.source"), root.at("spec.nodeName"));
    let (name, inline) = (source.at("persistentVolumeName"), source.at("inlineVolumeSpec"));
    let which = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
    match (name.is_given(), inline.is_given()) {
        (false, false) => causes.push(source.required(which)),
        (true, true) => causes.push(source.forbidden(which)),
        (true, false) if name.len() == 0 => {
            causes.push(name.required("must specify non empty persistentVolumeName"));
        }
        (true, false) => {}
        (false, true) => causes.extend(persistent::inline(&inline)),
    }
    causes.extend(node.against(name_faults(node.text(), NameRule::Subdomain)));
    causes.extend(attached(root));
    if name.is_given() {
        causes.extend(name.against(name_faults(name.text(), NameRule::Subdomain)));
    }
    causes.extend(if root.before.is_none() { attacher(&by) } else { kept(&root.at("spec")) });
    causes
}

fn attacher(site: &Site<'_>) -> Causes {
    if site.len() == 0 {
        return vec![site.required("")];
    }
    let mut causes = site.against(caseless_faults(site.text()));
    if site.text().chars().count() > LONGEST_NAME {
        let message = format!("Too long: may not be more than {LONGEST_NAME} characters");
        causes.push(Cause { message, ..Cause::too_long(&*site.place, LONGEST_NAME as u64) });
    }
    causes
}

/// What is wrong with how an attachment went.
fn attached(root: &Site<'_>) -> Causes {
    let metadata = root.at("status.attachmentMetadata");
    let mut causes = Vec::new();
    if metadata.entries().map(|(key, value)| key.len() + value.len()).sum::<usize>() > MOST_METADATA {
        causes.push(Cause::too_long(&*metadata.place, MOST_METADATA as u64));
    }
    for error in ["status.attachError", "status.detachError"].map(|field| root.at(field)) {
        let (message, code) = (error.at("message"), error.at("errorCode"));
        if message.len() > LONGEST_MESSAGE {
            causes.push(Cause::too_long(&*message.place, LONGEST_MESSAGE as u64));
        }
        if code.number().is_some_and(|code| code < 0) {
            causes.push(code.invalid("must be between 0 and 2147483647, inclusive"));
        }
    }
    causes
}
