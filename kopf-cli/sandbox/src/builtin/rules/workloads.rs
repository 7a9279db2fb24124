//! What is wrong with what makes pods of a template and keeps them.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{pods, storage};
use crate::{
    builtin::{
        checks::{Causes, Check, LABEL, Rule, check, is_empty_selector, selector_faults, selects},
        site::Site,
        texts,
    },
    printed,
    status::Cause,
    tables,
};

use Check::{AtLeast, By, Immutable, Kept, OneOf, Share};

const MISMATCH: &str = "`selector` does not match template `labels`";
const OF_DEPLOYMENTS: &[Rule] = &[
    ("minReadySeconds", AtLeast(0)),
    ("revisionHistoryLimit", AtLeast(0)),
    ("progressDeadlineSeconds", AtLeast(0)),
];
const OF_STATEFUL_SETS: &[Rule] = &[("replicas", AtLeast(0)), ("minReadySeconds", AtLeast(0))];
const KEPT: &[Rule] = &[
    ("serviceName", Immutable),
    ("podManagementPolicy", Immutable),
    ("volumeClaimTemplates", Kept("[core.PersistentVolumeClaim")),
];

pub(super) fn deployment(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let mut causes = check(&spec, &[("replicas", AtLeast(0))]);
    causes.extend(selected(&spec, "deployment", "ReplicaSet"));
    causes.extend(deployment_strategy(&spec.at("strategy")));
    causes.extend(check(&spec, OF_DEPLOYMENTS));
    let (deadline, ready) = (spec.at("progressDeadlineSeconds"), spec.at("minReadySeconds"));
    if deadline.number().is_some_and(|deadline| deadline <= ready.number().unwrap_or_default()) {
        causes.push(deadline.invalid("must be greater than minReadySeconds"));
    }
    causes.extend(check(&spec, &[("selector", Immutable)]));
    causes
}

pub(super) fn replica_set(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let mut causes = check(&spec, &[("replicas", AtLeast(0)), ("minReadySeconds", AtLeast(0))]);
    causes.extend(selected(&spec, "deployment", "ReplicaSet"));
    causes.extend(check(&spec, &[("selector", Immutable)]));
    causes
}

pub(super) fn daemon_set(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let mut causes = check(&spec, &[("selector", Immutable)]);
    let selector = spec.at("selector");
    causes.extend(selector_faults(&selector));
    let labels = spec.at("template.metadata.labels");
    let selected = selector.is_given().then(|| selects(selector.value, labels.value));
    if selected.unwrap_or(Some(false)) == Some(false) {
        causes.push(labels.invalid(MISMATCH));
    }
    if selector.is_given() && is_empty_selector(selector.value) {
        causes.push(selector.invalid("empty selector is invalid for daemonset"));
    }
    causes.extend(pods::template(&spec.at("template")));
    causes.extend(lasting(&spec, "DaemonSet"));
    causes.extend(check(&spec, &[("minReadySeconds", AtLeast(0))]));
    causes.extend(daemon_strategy(&spec.at("updateStrategy")));
    causes.extend(check(&spec, &[("revisionHistoryLimit", AtLeast(0))]));
    causes
}

pub(super) fn stateful_set(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let mut causes = Vec::new();
    let order = spec.at("podManagementPolicy");
    if !["OrderedReady", "Parallel"].contains(&order.text()) {
        causes.push(order.invalid_word("must be 'OrderedReady' or 'Parallel'"));
    }
    causes.extend(stateful_strategy(&spec.at("updateStrategy")));
    for field in ["whenDeleted", "whenScaled"] {
        let policy = spec.at("persistentVolumeClaimRetentionPolicy").at(field);
        causes.extend(check(&policy, &[("", OneOf(&["Retain", "Delete"]))]));
    }
    let claims = spec.at("volumeClaimTemplates");
    // What cannot change is looked at once.
    if spec.before.is_none() {
        causes.extend(claims.each().flat_map(|claim| storage::claim_spec(&claim.at("spec"))));
    }
    causes.extend(check(&spec, OF_STATEFUL_SETS));
    let start = spec.at("ordinals.start");
    causes.extend(check(&start, &[("", AtLeast(0))]));
    if spec.before.is_none() {
        causes.extend(check(&spec, &[("serviceName", LABEL)]));
    }
    let template = with_claims(spec.at("template").value, claims.value);
    let template = Site { value: &template, ..spec.at("template") };
    causes.extend(of_selector(&spec, "statefulset", "", |causes| causes.extend(pods::template(&template))));
    causes.extend(lasting(&spec, "StatefulSet"));
    causes.extend(check(&spec, &[("selector", Immutable)]));
    causes.extend(check(&spec, KEPT));
    causes
}

/// What pods of a stateful set have that their template has not: the volumes that are claimed for them, and names.
fn with_claims(template: &Value, claims: &Value) -> Value {
    let mut template = template.clone();
    let Some(Value::Object(spec)) = template.get_mut("spec") else { return template };
    for field in ["hostname", "subdomain"] {
        spec.shift_remove(field);
    }
    let claimed = claims.as_array().into_iter().flatten().map(|claim| claim["metadata"]["name"].clone());
    let claimed = claimed.map(|name| if name.is_null() { "".into() } else { name });
    let mut known = HashSet::new();
    let claimed = claimed.filter(|name| known.insert(name.clone()));
    let volume = |name: Value| json!({ "name": name, "persistentVolumeClaim": { "claimName": name } });
    let mut volumes: Vec<Value> = claimed.map(volume).collect();
    if volumes.is_empty() {
        return template;
    }
    let others = spec.get("volumes").and_then(Value::as_array).cloned().unwrap_or_default();
    volumes.extend(others.into_iter().filter(|volume| !known.contains(&volume["name"])));
    spec.insert("volumes".to_owned(), volumes.into());
    template
}

/// A selector, a template that it selects, and pods that are kept for ever.
fn selected(spec: &Site<'_>, called: &str, kind: &str) -> Causes {
    of_selector(spec, called, "invalid label selector", |causes| {
        causes.extend(pods::template(&spec.at("template")));
        causes.extend(lasting(spec, kind));
    })
}

fn of_selector(spec: &Site<'_>, called: &str, unfit: &str, template: impl FnOnce(&mut Causes)) -> Causes {
    let mut causes = Vec::new();
    let (selector, labels) = (spec.at("selector"), spec.at("template.metadata.labels"));
    if !selector.is_given() {
        causes.push(selector.required(""));
        causes.push(labels.invalid(MISMATCH));
        template(&mut causes);
        return causes;
    }
    causes.extend(selector_faults(&selector));
    if is_empty_selector(selector.value) {
        causes.push(selector.invalid(&format!("empty selector is invalid for {called}")));
    }
    match selects(selector.value, labels.value) {
        None => {
            causes.push(selector.invalid(unfit));
            return causes;
        }
        Some(false) => causes.push(labels.invalid(MISMATCH)),
        Some(true) => {}
    }
    template(&mut causes);
    causes
}

/// What is kept runs again whenever it ends.
fn lasting(spec: &Site<'_>, kind: &str) -> Causes {
    let mut causes = Vec::new();
    let policy = spec.at("template.spec.restartPolicy");
    causes.extend(check(&policy, &[("", OneOf(&["Always"]))]));
    let deadline = spec.at("template.spec.activeDeadlineSeconds");
    if deadline.is_given() {
        causes.push(deadline.forbidden(&format!("activeDeadlineSeconds in {kind} is not Supported")));
    }
    causes
}

fn deployment_strategy(site: &Site<'_>) -> Causes {
    let rolling = site.at("rollingUpdate");
    match site.at("type").text() {
        "Recreate" if rolling.is_given() => {
            vec![rolling.forbidden("may not be specified when strategy `type` is 'Recreate'")]
        }
        "Recreate" => Vec::new(),
        "RollingUpdate" => {
            let (gone, more) = (rolling.at("maxUnavailable"), rolling.at("maxSurge"));
            let mut causes = check(&rolling, &[("maxUnavailable", Share), ("maxSurge", Share)]);
            if share(&gone) == 0 && share(&more) == 0 {
                causes.push(gone.invalid_as_json("may not be 0 when `maxSurge` is 0"));
            }
            causes.extend(over(&gone));
            causes
        }
        _ => vec![unknown(site, "apps.DeploymentStrategy", &["Recreate", "RollingUpdate"])],
    }
}

fn daemon_strategy(site: &Site<'_>) -> Causes {
    let rolling = site.at("rollingUpdate");
    match site.at("type").text() {
        "OnDelete" => Vec::new(),
        "RollingUpdate" => {
            let (gone, more) = (rolling.at("maxUnavailable"), rolling.at("maxSurge"));
            let mut causes = check(&rolling, &[("maxUnavailable", Share), ("maxSurge", Share)]);
            causes.extend(over(&gone).into_iter().chain(over(&more)));
            match (share(&gone) != 0, share(&more) != 0) {
                (true, true) => {
                    causes.push(more.invalid_as_json("may not be set when maxUnavailable is non-zero"))
                }
                (false, false) => causes.push(gone.required("cannot be 0 when maxSurge is 0")),
                _ => {}
            }
            causes
        }
        _ => vec![unknown(site, "apps.DaemonSetUpdateStrategy", &["RollingUpdate", "OnDelete"])],
    }
}

fn stateful_strategy(site: &Site<'_>) -> Causes {
    let rolling = site.at("rollingUpdate");
    match site.at("type").text() {
        "OnDelete" if rolling.is_given() => {
            let said = tables::inside("apps.RollingUpdateStatefulSetStrategy", rolling.value);
            let why = "only allowed for updateStrategy 'RollingUpdate'";
            vec![Cause::invalid_value(rolling.place, &said, why)]
        }
        "OnDelete" => Vec::new(),
        "RollingUpdate" => {
            let gone = rolling.at("maxUnavailable");
            let mut causes = check(&rolling, &[("partition", AtLeast(0)), ("maxUnavailable", Share)]);
            if gone.is_given() && share(&gone) == 0 {
                causes.push(gone.invalid_as_json("cannot be 0"));
            }
            causes.extend(over(&gone));
            causes
        }
        _ => {
            let said = tables::inside("apps.StatefulSetUpdateStrategy", site.value);
            vec![Cause::invalid_value(&*site.place, &said, "must be 'RollingUpdate' or 'OnDelete'")]
        }
    }
}

/// That a strategy is of none of these types; the server prints it as it has it inside.
fn unknown(site: &Site<'_>, ty: &str, known: &[&str]) -> Cause {
    Cause::unsupported(&*site.place, &printed::bad_value(&tables::inside(ty, site.value)), known)
}

/// The number that is said, be it as a text, or how many percent.
fn share(site: &Site<'_>) -> i64 {
    let said = || texts::percentage(site.text()).or_else(|| site.text().parse().ok());
    site.number().or_else(said).unwrap_or_default()
}

/// A share is no more than all.
pub(super) fn over(site: &Site<'_>) -> Option<Cause> {
    let wrong = texts::percentage(site.text()).is_some_and(|share| share > 100);
    wrong.then(|| site.invalid("must not be greater than 100%"))
}

pub(super) fn replication_controller(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let mut causes = check(&spec, &[("minReadySeconds", AtLeast(0)), ("replicas", AtLeast(0))]);
    let (selector, template) = (spec.at("selector"), spec.at("template"));
    if selector.len() == 0 {
        causes.push(selector.required(""));
    }
    if !template.is_given() {
        causes.push(template.required(""));
        return causes;
    }
    let labels = template.at("metadata.labels");
    // Labels that are none are labels here, too.
    if selector.entries().any(|(key, value)| labels.value.get(key) != Some(value.value)) {
        causes.push(labels.invalid(MISMATCH));
    }
    causes.extend(pods::template(&template));
    causes.extend(lasting(&spec, "ReplicationController"));
    causes
}

/// What is wrong with what a workload was.
pub(super) const REVISION: &[Rule] = &[("revision", AtLeast(0)), ("data", By(revised)), ("data", Immutable)];

fn revised(data: &Site<'_>) -> Causes {
    match data.value {
        _ if data.before.is_some() => Vec::new(),
        Value::Object(_) => Vec::new(),
        Value::Null => vec![data.required("data is mandatory")],
        _ => vec![data.required("data must be a valid JSON object")],
    }
}
