//! What is wrong with the status of a job: what contradicts itself, and what it cannot become any more.
//!
//! Most is looked at where it changes, so that a status may stay as wrong as it is.

use std::collections::HashSet;

use serde_json::Value;

use super::indexes;
use crate::{
    builtin::{
        checks::{Causes, Check::AtLeast, check},
        site::Site,
    },
    status::Cause,
};

/// What conditions say of a job.
#[derive(Clone, Copy, PartialEq, Default)]
struct Ends {
    complete: bool,
    failed: bool,
    /// It is going to fail.
    failing: bool,
    /// It has met what was wanted of it.
    met: bool,
    suspended: Option<bool>,
}

impl Ends {
    fn of(status: &Value) -> Self {
        let conditions = status["conditions"].as_array().map_or(&[][..], Vec::as_slice);
        let said = |kind: &str, wanted: &str| {
            conditions.iter().any(|condition| condition["type"] == kind && condition["status"] == wanted)
        };
        let suspended = match (said("Suspended", "True"), said("Suspended", "False")) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        };
        Ends {
            complete: said("Complete", "True"),
            failed: said("Failed", "True"),
            failing: said("FailureTarget", "True"),
            met: said("SuccessCriteriaMet", "True"),
            suspended,
        }
    }

    fn finished(self) -> bool {
        self.complete || self.failed
    }
}

pub(super) fn status(root: &Site<'_>) -> Causes {
    let (spec, status) = (root.at("spec"), root.at("status"));
    let (now, then) = (Ends::of(status.value), Ends::of(status.before.unwrap_or(&Value::Null)));
    let counts = ["active", "succeeded", "failed", "ready", "terminating"];
    let mut causes: Causes =
        counts.iter().flat_map(|count| check(&status.at(count), &[("", AtLeast(0))])).collect();
    causes.extend(uncounted(&status.at("uncountedTerminatedPods")));
    let conditions = status.at("conditions").place;
    let told = |why: Vec<&str>| {
        why.into_iter().map(|why| Cause::invalid_without_value(&*conditions, why)).collect::<Vec<_>>()
    };
    causes.extend(told(both_ends(now, then)));
    causes.extend(end(now, then, &status));
    causes.extend(told(unfounded_ends(now, then, &status)));
    causes.extend(over(now, then, &status, &spec));
    causes.extend(ended(&status, &spec));
    causes.extend(pods(now, then, &status));
    causes.extend(told(successes(now, &spec)));
    causes.extend(told(losses(now, then)));
    causes.extend(kept(then, now, &status, &spec));
    causes.extend(lessened(&status, &spec));
    causes
}

/// Pods are counted once.
fn uncounted(site: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let mut known = HashSet::new();
    for pod in ["succeeded", "failed"].iter().flat_map(|list| site.at(list).each()) {
        if pod.len() == 0 {
            causes.push(pod.invalid("must not be empty"));
        } else if !known.insert(pod.text()) {
            causes.push(pod.duplicate());
        }
    }
    causes
}

fn both_ends(now: Ends, then: Ends) -> Vec<&'static str> {
    let completes = now.complete != then.complete;
    let mut faults = Vec::new();
    let mut say = |wrong: bool, why: &'static str| faults.extend(wrong.then_some(why));
    say(
        (completes || now.failed != then.failed) && now.complete && now.failed,
        "cannot set Complete=True and Failed=true conditions",
    );
    say(
        (completes || now.failing != then.failing) && now.complete && now.failing,
        "cannot set Complete=True and FailureTarget=true conditions",
    );
    faults
}

fn unfounded_ends(now: Ends, then: Ends, status: &Site<'_>) -> Vec<&'static str> {
    let completes = now.complete != then.complete;
    let fails = now.failed != then.failed;
    let failed_indexes = status.at("failedIndexes").is_changed();
    let mut faults = Vec::new();
    let mut say = |wrong: bool, why: &'static str| faults.extend(wrong.then_some(why));
    say(
        (fails || failed_indexes) && now.failed && !now.failing,
        "cannot set Failed=True condition without the FailureTarget=true condition",
    );
    say(
        (completes || now.met != then.met) && now.complete && !now.met,
        "cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
    );
    faults
}

fn successes(now: Ends, spec: &Site<'_>) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let mut say = |wrong: bool, why: &'static str| faults.extend(wrong.then_some(why));
    say(now.met && now.failed, "cannot set SuccessCriteriaMet=True and Failed=true conditions");
    say(now.met && now.failing, "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
    say(
        spec.at("successPolicy").is_given() && !now.met && now.complete,
        "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True",
    );
    faults
}

fn losses(now: Ends, then: Ends) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let mut say = |wrong: bool, why: &'static str| faults.extend(wrong.then_some(why));
    say(then.failed && !now.failed, "cannot disable the terminal Failed=True condition");
    say(then.complete && !now.complete, "cannot disable the terminal Complete=True condition");
    say(then.failing && !now.failing, "cannot disable the terminal FailureTarget=True condition");
    say(then.met && !now.met, "cannot disable the SuccessCriteriaMet=True condition");
    say(
        then.complete && !then.met && now.met,
        "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions",
    );
    faults
}

/// When a job was complete.
fn end(now: Ends, then: Ends, status: &Site<'_>) -> Causes {
    let (start, end) = (status.at("startTime"), status.at("completionTime"));
    let mut causes = Vec::new();
    if now.complete != then.complete || end.is_changed() {
        if end.is_given() && !now.complete {
            causes.push(end.invalid("cannot set completionTime when there is no Complete=True condition"));
        } else if !end.is_given() && now.complete {
            causes.push(end.required("completionTime is required for Complete jobs"));
        }
    }
    let is_before = start.is_given() && end.is_given() && end.text() < start.text();
    if is_before && (start.is_changed() || end.is_changed()) {
        causes.push(end.invalid("must be equal to or after `startTime`"));
    }
    causes
}

fn count(site: &Site<'_>) -> i64 {
    site.number().unwrap_or_default()
}

/// What of a finished job is over, and that it began.
fn over(now: Ends, then: Ends, status: &Site<'_>, spec: &Site<'_>) -> Causes {
    let finishes = now.finished() != then.finished();
    let (active, start) = (status.at("active"), status.at("startTime"));
    let mut causes = Vec::new();
    if (finishes || active.is_changed()) && count(&active) > 0 && now.finished() {
        causes.push(active.invalid("active>0 is invalid for finished job"));
    }
    let is_idle = spec.at("suspend").value == true && spec.at("completions").number() == Some(0);
    if (finishes || start.is_changed()) && !is_idle && !start.is_given() && now.finished() {
        causes.push(start.required("startTime is required for finished job"));
    }
    let uncounted = status.at("uncountedTerminatedPods");
    let some = uncounted.at("succeeded").len() + uncounted.at("failed").len() > 0;
    if (finishes || uncounted.is_changed()) && now.finished() && some {
        let list = |field: &str| uncounted.at(field).value.clone();
        let said = serde_json::json!({ "Succeeded": list("succeeded"), "Failed": list("failed") });
        causes.push(Cause::invalid_value(&*uncounted.place, &said, "must be empty for finished job"));
    }
    causes
}

/// Which pods a job has.
fn pods(now: Ends, then: Ends, status: &Site<'_>) -> Causes {
    let finishes = now.finished() != then.finished();
    let (active, ready, going) = (status.at("active"), status.at("ready"), status.at("terminating"));
    let mut causes = Vec::new();
    if (finishes || going.is_changed()) && count(&going) > 0 && now.finished() {
        causes.push(going.invalid("terminating>0 is invalid for finished job"));
    }
    if (ready.is_changed() || active.is_changed()) && ready.is_given() && count(&ready) > count(&active) {
        causes.push(ready.invalid("cannot set more ready pods than active"));
    }
    causes
}

/// When a job was complete and when it began stays as it is.
fn kept(then: Ends, now: Ends, status: &Site<'_>, spec: &Site<'_>) -> Causes {
    let (start, end) = (status.at("startTime"), status.at("completionTime"));
    let had = |site: &Site<'_>| site.before.is_some_and(|before| !before.is_null());
    let mut causes = Vec::new();
    if end.is_given() && had(&end) && end.is_changed() {
        causes.push(end.invalid("field is immutable"));
    }
    let resumes = then.suspended == Some(true) && now.suspended == Some(false);
    if had(&start) && start.is_changed() && !resumes && spec.at("suspend").value != true {
        causes.push(start.invalid("field is immutable for unsuspended job once set"));
    }
    causes
}

/// Which of the pods of a job have ended that have indexes.
fn ended(status: &Site<'_>, spec: &Site<'_>) -> Causes {
    let (complete, failed) = (status.at("completedIndexes"), status.at("failedIndexes"));
    let all = spec.at("completions").number();
    let each = spec.at("backoffLimitPerIndex");
    let mut causes = Vec::new();
    let looked_at = (complete.is_changed(), failed.is_changed() && failed.is_given());
    if let Some(why) = all.filter(|_| looked_at.0).and_then(|all| indexes::fault(complete.text(), all)) {
        causes.push(complete.invalid(&format!("error parsing completedIndexes: {why}")));
    }
    let all_failed = all.filter(|_| looked_at.1 && each.is_given());
    if let Some(why) = all_failed.and_then(|all| indexes::fault(failed.text(), all)) {
        causes.push(failed.invalid(&format!("error parsing failedIndexes: {why}")));
    }
    if looked_at.0 && complete.len() > 0 && !spec.at("completionMode").is("Indexed") {
        causes
            .push(complete.invalid("cannot set non-empty completedIndexes when non-indexed completion mode"));
    }
    if looked_at.1 && !each.is_given() {
        causes.push(failed.invalid("cannot set non-null failedIndexes when backoffLimitPerIndex is null"));
    }
    let changed = complete.is_changed() || failed.is_changed();
    let common = all.and_then(|all| indexes::common(complete.text(), failed.text(), all)).filter(|_| changed);
    if let Some(index) = common {
        causes.push(failed.invalid(&format!("failedIndexes and completedIndexes overlap at index: {index}")));
    }
    causes
}

/// What has been counted stays so, unless a job becomes smaller.
fn lessened(status: &Site<'_>, spec: &Site<'_>) -> Causes {
    let less = |field: &str| {
        let site = status.at(field);
        let (now, then) = (site.number().unwrap_or_default(), site.before.and_then(Value::as_i64));
        (now < then.unwrap_or_default()).then(|| {
            Cause::invalid_value(&*site.place, &now.into(), &format!("cannot decrease the {field} counter"))
        })
    };
    let shrinks = spec.at("completionMode").is("Indexed")
        && spec.at("completions").value == spec.at("parallelism").value;
    less("failed").into_iter().chain(less("succeeded").filter(|_| !shrinks)).collect()
}
