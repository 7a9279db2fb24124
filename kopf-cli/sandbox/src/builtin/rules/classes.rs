//! What is wrong with classes of volumes, of how they are altered, and of runtimes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Value, json};

use crate::{
    builtin::{
        checks::{Causes, Check, LABEL, Rule, check},
        site::Site,
    },
    names::key_faults,
    printed,
    status::Cause,
    tables,
};

use super::{placement, resources};

use Check::{By, Labels, OneOf, Required};

/// How many parameters a class may have, and how many bytes all of them.
const MOST_PARAMETERS: usize = 512;
const MOST_BYTES: usize = 256 * 1024;
/// So many repetitions are told of at most; a server tells all of them, though nobody reads them.
const MOST_TOLD: usize = 10_000;

/// What is wrong with a class of volumes.
pub(super) const STORAGE: &[Rule] = &[
    ("provisioner", Required("")),
    ("provisioner", By(provisioner)),
    ("parameters", By(parameters)),
    ("reclaimPolicy", By(reclaimed)),
    ("volumeBindingMode", OneOf(&["Immediate", "WaitForFirstConsumer"])),
    ("allowedTopologies", By(topologies)),
    ("provisioner", By(kept)),
    ("parameters", By(kept)),
    ("reclaimPolicy", By(kept)),
    ("volumeBindingMode", By(kept)),
];
/// What is wrong with a class by which volumes are altered.
pub(super) const ATTRIBUTES: &[Rule] = &[
    ("driverName", By(|site| stays(site, "updates to driverName are forbidden."))),
    ("parameters", By(|site| stays(site, "updates to parameters are forbidden."))),
    ("driverName", Required("")),
    ("driverName", By(provisioner)),
    ("parameters", Required("must contain at least one key/value pair")),
    ("parameters", By(parameters)),
];

/// How what is let go of is dealt with; an empty text says nothing.
fn reclaimed(policy: &Site<'_>) -> Causes {
    match policy.text() {
        "" => Vec::new(),
        _ => check(policy, &[("", OneOf(&["Delete", "Retain"]))]),
    }
}

/// The server does not tell what it should have become.
pub(super) fn kept(site: &Site<'_>) -> Causes {
    let cause = || Cause::invalid_value(&*site.place, &Value::Null, "field is immutable");
    site.is_changed().then(cause).into_iter().collect()
}

fn stays(site: &Site<'_>, why: &str) -> Causes {
    let before = site.before.cloned().unwrap_or_default();
    let nothing = [Value::Null, json!({}), json!("")];
    let is_changed = site.is_changed() && !(nothing.contains(&before) && nothing.contains(site.value));
    is_changed.then(|| site.forbidden(why)).into_iter().collect()
}

/// A name is told in small letters.
fn provisioner(site: &Site<'_>) -> Causes {
    let name = site.text().to_lowercase();
    let why = if name.is_empty() { Vec::new() } else { key_faults(&name) };
    why.iter().map(|why| Cause::invalid(&*site.place, &name, why)).collect()
}

fn parameters(site: &Site<'_>) -> Causes {
    if site.len() > MOST_PARAMETERS {
        return vec![Cause::too_long(&*site.place, MOST_PARAMETERS as u64)];
    }
    let mut causes = Vec::new();
    if site.value.get("").is_some() {
        causes.push(Cause::invalid(&*site.place, "", "field can not be empty."));
    }
    if site.entries().map(|(key, value)| key.len() + value.len()).sum::<usize>() > MOST_BYTES {
        causes.push(Cause::too_long(&*site.place, MOST_BYTES as u64));
    }
    causes
}

/// Where volumes may be: what is told of each term, and that no two are alike.
fn topologies(list: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let mut alike: HashMap<BTreeMap<&str, BTreeSet<&str>>, usize> = HashMap::new();
    // The server begins with as many empty terms as there are, and so finds each empty one among them.
    alike.insert(BTreeMap::new(), list.len());
    let mut told = 0;
    for term in list.each() {
        let expressions = term.at("matchLabelExpressions");
        let mut labels = BTreeMap::new();
        for said in expressions.each() {
            let (key, values) = (said.at("key"), said.at("values"));
            let mut known = BTreeSet::new();
            if values.len() == 0 {
                causes.push(values.required(""));
            }
            causes.extend(
                values.each().filter(|value| !known.insert(value.text())).map(|value| value.duplicate()),
            );
            causes.extend(key.against(key_faults(key.text())));
            if labels.insert(key.text(), known).is_some() {
                causes.push(Cause::duplicate(key.place, &key.value.as_str().unwrap_or_default().into()));
            }
        }
        let before = alike.entry(labels).or_default();
        let repeated = (*before).min(MOST_TOLD - told);
        causes.extend((0..repeated).map(|_| Cause::duplicate(&*expressions.place, &"".into())));
        told += repeated;
        *before += 1;
    }
    causes
}

/// What is wrong with a class of runtimes.
pub(super) fn runtime(root: &Site<'_>) -> Causes {
    let handler = root.at("handler");
    let mut causes = kept(&handler);
    causes.extend(check(&handler, &[("", Required("")), ("", LABEL)]));
    let overhead = root.at("overhead");
    if overhead.is_given() {
        causes.extend(resources::beside(&overhead.at("podFixed").moved(overhead.place)));
    }
    causes.extend(check(root, &[("scheduling.nodeSelector", Labels)]));
    let mut known = HashSet::new();
    for toleration in root.at("scheduling.tolerations").each() {
        causes.extend(placement::toleration(&toleration));
        let said = ["key", "operator", "value", "effect"].map(|field| toleration.at(field).text());
        if !known.insert(said) {
            let told = tables::inside("core.Toleration", toleration.value);
            let message = format!("Duplicate value: {}", printed::bad_value(&told));
            causes.push(Cause { message, ..toleration.duplicate() });
        }
    }
    causes
}
