//! What is wrong with jobs, and with what makes jobs at times.

use serde_json::{Map, Value};

use super::{pods, schedule, statuses, zones};
use crate::{
    builtin::{
        checks::{Causes, Check, Rule, changed, check, selector_faults, selects},
        site::Site,
    },
    names::{key_faults, name_faults},
    printed,
    resources::NameRule,
    status::Cause,
    tables,
};

use Check::{AtLeast, Immutable, Kept, OneOf};

const INDEXED: &str = "requires indexed completion mode";
const ENDING: &[&str] = &["OnFailure", "Never"];
const NUMBERS: &[Rule] = &[
    ("parallelism", AtLeast(0)),
    ("completions", AtLeast(0)),
    ("activeDeadlineSeconds", AtLeast(0)),
    ("backoffLimit", AtLeast(0)),
    ("ttlSecondsAfterFinished", AtLeast(0)),
    ("backoffLimitPerIndex", AtLeast(0)),
    ("maxFailedIndexes", AtLeast(0)),
];
const MODE: &[Rule] = &[("completionMode", OneOf(&["NonIndexed", "Indexed"]))];
const KEPT: &[Rule] = &[
    ("completionMode", Immutable),
    ("podFailurePolicy", Kept("*batch.PodFailurePolicy")),
    ("backoffLimitPerIndex", Immutable),
    ("managedBy", Immutable),
    ("successPolicy", Kept("*batch.SuccessPolicy")),
];
const OF_CRON: &[Rule] =
    &[("successfulJobsHistoryLimit", AtLeast(0)), ("failedJobsHistoryLimit", AtLeast(0))];
const ACTIONS: &[&str] = &["Count", "FailIndex", "FailJob", "Ignore"];
const OPERATORS: &[&str] = &["In", "NotIn"];
const STATUSES: &[&str] = &["False", "True", "Unknown"];

pub(super) fn job(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    let mut causes = if root.before.is_none() { generated(root) } else { Vec::new() };
    causes.extend(job_spec(&spec));
    let (selector, labels) = (spec.at("selector"), spec.at("template.metadata.labels"));
    if selector.is_given() {
        causes.extend(selector_faults(&selector));
        if selects(selector.value, labels.value) == Some(false) {
            causes.push(labels.invalid("`selector` does not match template `labels`"));
        }
    } else {
        causes.push(selector.required(""));
        causes.push(labels.invalid("`selector` does not match template `labels`"));
    }
    let Some(before) = root.before else { return causes };
    let completions = spec.at("completions");
    let indexed = spec.at("completionMode").is("Indexed");
    if !indexed {
        causes.extend(check(&completions, &[("", Immutable)]));
    } else if completions.is_changed()
        && completions.is_given()
        && completions.value != spec.at("parallelism").value
    {
        causes.push(completions.invalid("can only be modified in tandem with spec.parallelism"));
    }
    causes.extend(check(&spec, &[("selector", Immutable)]));
    causes.extend(kept_template(&spec.at("template"), before));
    causes.extend(check(&spec, KEPT));
    causes
}

/// What is wrong with a new job that pods are to be known by in ways of its own.
fn generated(root: &Site<'_>) -> Causes {
    let spec = root.at("spec");
    if spec.at("manualSelector").value == true || !spec.at("selector").is_given() {
        return Vec::new();
    }
    let (uid, name) = (root.at("metadata.uid").text(), root.at("metadata.name").text());
    let wanted = [
        ("controller-uid", uid),
        ("job-name", name),
        ("batch.kubernetes.io/controller-uid", uid),
        ("batch.kubernetes.io/job-name", name),
    ];
    let labels = spec.at("template.metadata.labels");
    let wrong = wanted.iter().filter(|(key, wanted)| labels.value[key] != *wanted);
    let mut causes: Causes = wrong
        .map(|(key, wanted)| {
            let place = format!("{}[{key}]", labels.place);
            labels.clone().moved(place).invalid(&format!("must be '{wanted}'"))
        })
        .collect();
    let all: Map<String, Value> =
        wanted.into_iter().map(|(key, wanted)| (key.to_owned(), wanted.into())).collect();
    let selector = spec.at("selector");
    if selects(selector.value, &all.into()) == Some(false) {
        causes.push(selector.invalid("`selector` not auto-generated"));
    }
    causes
}

/// What is wrong with a job by its name: its pods are named by it.
pub(super) fn name(object: &Value) -> Causes {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let spec = &object["spec"];
    let completions = spec["completions"].as_i64().unwrap_or_default();
    let pod = format!("{name}-{}", completions.saturating_sub(1));
    if spec["completionMode"] != "Indexed"
        || completions <= 0
        || name_faults(&pod, NameRule::Label).is_empty()
    {
        return Vec::new();
    }
    let why = format!("will not able to create pod with invalid DNS label: {pod}");
    vec![Cause::invalid("metadata.name", name, &why)]
}

/// The template of a job changes as long as it waits, and there in what it asks for alone.
fn kept_template(template: &Site<'_>, before: &Value) -> Causes {
    let (spec, status) = (&before["spec"], &before["status"]);
    let is_suspended = |condition: &Value| condition["type"] == "Suspended" && condition["status"] == "True";
    let rests = status["conditions"].as_array().is_some_and(|conditions| conditions.iter().any(is_suspended));
    let waits = spec["suspend"] == true
        && (status["startTime"].is_null() || rests)
        && status["active"].as_i64().unwrap_or_default() == 0;
    if !waits {
        return check(template, &[("", Kept("core.PodTemplateSpec"))]);
    }
    let kept = |template: &Value| {
        let mut spec = template["spec"].clone();
        if let Value::Object(fields) = &mut spec {
            for field in ["nodeSelector", "tolerations", "schedulingGates"] {
                fields.shift_remove(field);
            }
            if let Some(Value::Object(affinity)) = fields.get_mut("affinity") {
                affinity.shift_remove("nodeAffinity");
            }
            if fields.get("affinity").and_then(Value::as_object).is_some_and(Map::is_empty) {
                fields.shift_remove("affinity");
            }
        }
        for list in ["containers", "initContainers"] {
            for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                container["resources"] = Value::Null;
            }
        }
        spec
    };
    if kept(template.value) == kept(&spec["template"]) {
        return Vec::new();
    }
    vec![changed(&template.at("spec"), "core.PodSpec")]
}

fn job_spec(spec: &Site<'_>) -> Causes {
    let mut causes = check(spec, NUMBERS);
    let failed = spec.at("maxFailedIndexes");
    let (each, completions) = (spec.at("backoffLimitPerIndex"), spec.at("completions"));
    if failed.is_given() && !each.is_given() {
        causes.push(each.required("when maxFailedIndexes is specified"));
    }
    let manager = spec.at("managedBy");
    if manager.is_given() {
        causes.extend(manager_faults(&manager));
    }
    causes.extend(check(spec, MODE));
    match spec.at("completionMode").text() {
        "Indexed" => {
            if !completions.is_given() {
                causes.push(completions.required("when completion mode is Indexed"));
            }
            let parallel = spec.at("parallelism");
            if parallel.number().is_some_and(|number| number > 100_000) {
                let why = "must be less than or equal to 100000 when completion mode is Indexed";
                causes.push(parallel.invalid(why));
            }
            if let (Some(failed_at), Some(all)) = (failed.number(), completions.number())
                && failed_at > all
            {
                causes.push(failed.invalid("must be less than or equal to completions"));
            }
            causes.extend(many_faults(&failed, &parallel, &completions, each.is_given()));
        }
        "" if spec.at("completionMode").is_given() => {}
        "" | "NonIndexed" => {
            let indexed = [&each, &failed].into_iter().filter(|site| site.is_given());
            causes.extend(indexed.map(|site| site.invalid(INDEXED)));
        }
        _ => {}
    }
    let failures = spec.at("podFailurePolicy");
    if failures.is_given() {
        causes.extend(failure_faults(spec, &failures.at("rules")));
    }
    causes.extend(success_faults(spec));
    let replaced = spec.at("podReplacementPolicy");
    let known: &[&str] = if failures.is_given() { &["Failed"] } else { &["Failed", "TerminatingOrFailed"] };
    if replaced.is_given() && !known.contains(&replaced.text()) {
        causes.push(replaced.unsupported(known));
    }
    causes.extend(pods::template(&spec.at("template")));
    let policy = spec.at("template.spec.restartPolicy");
    match policy.text() {
        "" | "Always" => causes.push(policy.required(r#"valid values: "OnFailure", "Never""#)),
        text if !ENDING.contains(&text) => {
            causes.push(policy.unsupported(ENDING));
        }
        "OnFailure" if failures.is_given() => {
            causes
                .push(policy.invalid_word(r#"only "Never" is supported when podFailurePolicy is specified"#));
        }
        _ => {}
    }
    causes
}

/// What is wrong with a job of many indexes.
fn many_faults(failed: &Site<'_>, parallel: &Site<'_>, all: &Site<'_>, each: bool) -> Causes {
    const MANY: i64 = 100_000;
    const FEW: i64 = 10_000;
    let is_over = |site: &Site<'_>, most| site.number().is_some_and(|number| number > most);
    let mut causes = Vec::new();
    if is_over(failed, MANY) {
        causes.push(failed.invalid(&format!("must be less than or equal to {MANY}")));
    }
    if !each || !is_over(all, MANY) {
        return causes;
    }
    if !failed.is_given() {
        causes.push(failed.required(&format!("must be specified when completions is above {MANY}")));
    }
    for site in [parallel, failed].into_iter().filter(|site| is_over(site, FEW)) {
        let when = format!("when completions are above {MANY} and used with backoff limit per index");
        causes.push(site.invalid(&format!("must be less than or equal to {FEW} {when}")));
    }
    causes
}

fn manager_faults(site: &Site<'_>) -> Causes {
    const FORM: &str = "must be a domain-prefixed path (such as \"acme.io/foo\")";
    if site.len() == 0 {
        return vec![site.required("")];
    }
    let mut causes = Vec::new();
    match site.text().split_once('/') {
        Some((domain, path)) if !domain.is_empty() && !path.is_empty() => {
            let why = name_faults(domain, NameRule::Subdomain);
            causes.extend(why.iter().map(|why| Cause::invalid(&*site.place, domain, why)));
        }
        _ => causes.push(site.invalid(FORM)),
    }
    if site.len() > 63 {
        causes.push(Cause::too_long(&*site.place, 63));
    }
    causes
}

/// What the failure of a pod means.
fn failure_faults(spec: &Site<'_>, rules: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    for rule in rules.each() {
        let (action, exits, conditions) =
            (rule.at("action"), rule.at("onExitCodes"), rule.at("onPodConditions"));
        match action.text() {
            "" => causes.push(action.required(&one_of(ACTIONS))),
            "FailIndex" if !spec.at("backoffLimitPerIndex").is_given() => {
                causes.push(action.invalid("requires the backoffLimitPerIndex to be set"));
            }
            text if !ACTIONS.contains(&text) => causes.push(action.unsupported(ACTIONS)),
            _ => {}
        }
        if exits.is_given() {
            causes.extend(exit_faults(spec, &exits));
        }
        for pattern in conditions.each() {
            let (kind, status) = (pattern.at("type"), pattern.at("status"));
            causes.extend(kind.against(key_faults(kind.text())));
            if status.len() == 0 {
                causes.push(status.required(&one_of(STATUSES)));
            } else {
                causes.extend(check(&status, &[("", OneOf(STATUSES))]));
            }
        }
        let why = match (exits.is_given(), conditions.len() > 0) {
            (true, true) => "specifying both OnExitCodes and OnPodConditions is not supported",
            (false, false) => "specifying one of OnExitCodes and OnPodConditions is required",
            _ => continue,
        };
        causes.push(Cause::invalid_without_value(rule.place, why));
    }
    causes
}

fn one_of(known: &[&str]) -> String {
    format!("valid values: {}", printed::quoted_list(known))
}

fn exit_faults(spec: &Site<'_>, exits: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let operator = exits.at("operator");
    if operator.len() == 0 {
        causes.push(operator.required(&one_of(OPERATORS)));
    } else {
        causes.extend(check(&operator, &[("", OneOf(OPERATORS))]));
    }
    let container = exits.at("containerName");
    let lists = ["template.spec.containers[].name", "template.spec.initContainers[].name"];
    let is_named = lists.iter().flat_map(|list| spec.find(list)).any(|name| name.value == container.value);
    if container.is_given() && !is_named {
        let why = "must be one of the container or initContainer names in the pod template";
        causes.push(container.invalid(why));
    }
    let values = exits.at("values");
    if values.len() == 0 {
        causes.push(values.invalid("at least one value is required"));
    }
    let numbers: Vec<i64> = values.each().filter_map(|value| value.number()).collect();
    for (at, value) in values.each().enumerate() {
        if operator.is("In") && value.number() == Some(0) {
            causes.push(value.invalid("must not be 0 for the In operator"));
        }
        if numbers.get(..at).is_some_and(|known| value.number().is_some_and(|number| known.contains(&number)))
        {
            causes.push(value.duplicate());
        }
    }
    if !numbers.is_sorted() {
        causes.push(values.invalid("must be ordered"));
    }
    causes
}

fn success_faults(spec: &Site<'_>) -> Causes {
    let policy = spec.at("successPolicy");
    if !policy.is_given() {
        return Vec::new();
    }
    if !spec.at("completionMode").is("Indexed") {
        let said = tables::inside("*batch.SuccessPolicy", policy.value);
        return vec![Cause::invalid_value(policy.place, &said, INDEXED)];
    }
    let rules = policy.at("rules");
    let mut causes = Vec::new();
    if rules.len() == 0 {
        causes
            .push(rules.required("at least one rules must be specified when the successPolicy is specified"));
    }
    if rules.len() > 20 {
        causes.push(Cause::too_many(&*rules.place, rules.len() as u64, 20));
    }
    let all = spec.at("completions").number().unwrap_or_default();
    for rule in rules.each() {
        let (count, indexes) = (rule.at("succeededCount"), rule.at("succeededIndexes"));
        if !count.is_given() && !indexes.is_given() {
            let why = "at least one of succeededCount or succeededIndexes must be specified";
            causes.push(rule.required(why));
        }
        let mut total = 0;
        if indexes.is_given() {
            if indexes.len() > 65_536 {
                causes.push(Cause::too_long(&*indexes.place, 65_536));
            }
            match statuses::count_of_indexes(indexes.text(), all) {
                Ok(count) => total = count,
                Err(why) => causes.push(indexes.invalid(&format!("error parsing succeededIndexes: {why}"))),
            }
        }
        causes.extend(check(&count, &[("", AtLeast(0))]));
        if let (Some(number), Some(all)) = (count.number(), spec.at("completions").number())
            && number > all
        {
            let why = format!("must be less than or equal to {all} (the number of specified completions)");
            causes.push(count.invalid(&why));
        }
        if indexes.is_given() && count.number().is_some_and(|number| number > total) {
            let why = format!(
                "must be less than or equal to {total} (the number of indexes in the specified succeededIndexes field)"
            );
            causes.push(count.invalid(&why));
        }
    }
    causes
}

pub(super) fn cron_job(root: &Site<'_>) -> Causes {
    const NO_ZONE: &str = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
    let spec = root.at("spec");
    let (when, zone) = (spec.at("schedule"), spec.at("timeZone"));
    let mut causes = Vec::new();
    if when.len() == 0 {
        causes.push(when.required(""));
    } else {
        causes.extend(schedule::fault(when.text()).map(|why| when.invalid(&why)));
        let had_one = when.before.and_then(Value::as_str).is_some_and(|before| before.contains("TZ"));
        if when.text().contains("TZ") && (!had_one || zone.is_given()) {
            let both = "cannot use both timeZone field and TZ or CRON_TZ in schedule";
            causes.push(when.invalid(if had_one { both } else { NO_ZONE }));
        }
    }
    causes.extend(check(&spec, &[("startingDeadlineSeconds", AtLeast(0))]));
    if zone.before.is_none() || zone.is_changed() {
        causes.extend(zones::faults(&zone));
    }
    causes.extend(check(&spec, &[("concurrencyPolicy", OneOf(&["Allow", "Forbid", "Replace"]))]));
    let template = spec.at("jobTemplate.spec");
    causes.extend(job_spec(&template));
    let selector = template.at("selector");
    if selector.is_given() {
        causes.push(selector.invalid("`selector` will be auto-generated"));
    }
    let manual = template.at("manualSelector");
    if manual.value == true {
        causes.push(manual.unsupported(&["nil", "false"]));
    }
    causes.extend(check(&spec, OF_CRON));
    causes
}

/// What is wrong with a cron job by its name: its jobs are named by it.
pub(super) fn cron_name(object: &Value) -> Causes {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let wrong = name.len() > 52;
    wrong
        .then(|| Cause::invalid("metadata.name", name, "must be no more than 52 characters"))
        .into_iter()
        .collect()
}
