//! Cells of pods: what becomes of their containers, in a word.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    ages, at,
    cells::{condition, conditions},
    items, pick,
};
use crate::times;

/// What the containers of a pod come to.
struct Summary {
    ready: usize,
    reason: String,
    restarts: i64,
    last_restart: Option<Timestamp>,
}

/// Restarts, counted, and the moment of the last one.
#[derive(Default)]
struct Restarts {
    count: i64,
    last: Option<Timestamp>,
}

impl Restarts {
    fn add(&mut self, container: &Value) {
        self.count += container["restartCount"].as_i64().unwrap_or_default();
        self.last = self.last.max(times::shown(pick(container, "lastState.terminated.finishedAt")));
    }
}

fn summarize(pod: &Value) -> Summary {
    let said = pick(pod, "status.reason");
    let mut reason = if said.is_empty() { pick(pod, "status.phase") } else { said }.to_owned();
    let gated =
        |condition: &Value| condition["type"] == "PodScheduled" && condition["reason"] == "SchedulingGated";
    if items(pod, "status.conditions").iter().any(gated) {
        "SchedulingGated".clone_into(&mut reason);
    }
    let (mut ready, mut all, mut sidecars) = (0, Restarts::default(), Restarts::default());
    let held_by = initialize(pod, &mut ready, &mut all, &mut sidecars);
    let initializing = held_by.is_some();
    if let Some(held_by) = held_by {
        reason = held_by;
    }
    if !initializing || condition(pod, "Initialized") == Some("True") {
        all = sidecars;
        run(pod, &mut reason, &mut ready, &mut all);
    }
    let going = at(pod, "metadata.deletionTimestamp").is_string();
    let over = matches!(pick(pod, "status.phase"), "Succeeded" | "Failed");
    if going && said == "NodeLost" {
        "Unknown".clone_into(&mut reason);
    } else if going && !over {
        "Terminating".clone_into(&mut reason);
    }
    Summary { ready, reason, restarts: all.count, last_restart: all.last }
}

fn is_sidecar(pod: &Value, name: &str) -> bool {
    let containers = items(pod, "spec.initContainers");
    containers.iter().any(|container| container["name"] == name && container["restartPolicy"] == "Always")
}

/// Looks at the containers that go first; the word for the one that holds the pod up, if one does.
fn initialize(pod: &Value, ready: &mut usize, all: &mut Restarts, sidecars: &mut Restarts) -> Option<String> {
    let total = items(pod, "spec.initContainers").len();
    for (index, container) in items(pod, "status.initContainerStatuses").iter().enumerate() {
        let sidecar = is_sidecar(pod, pick(container, "name"));
        all.add(container);
        if sidecar {
            sidecars.add(container);
        }
        let (terminated, waiting) =
            (at(container, "state.terminated"), pick(container, "state.waiting.reason"));
        if terminated.is_object() && exit_code(terminated) == 0 {
            continue;
        }
        if sidecar && container["started"] == true {
            *ready += usize::from(container["ready"] == true);
            continue;
        }
        return Some(match waiting {
            _ if terminated.is_object() => format!("Init:{}", end_of(terminated)),
            "" | "PodInitializing" => format!("Init:{index}/{total}"),
            waiting => format!("Init:{waiting}"),
        });
    }
    None
}

fn run(pod: &Value, reason: &mut String, ready: &mut usize, restarts: &mut Restarts) {
    let (mut running, mut failure) = (false, None);
    for container in items(pod, "status.containerStatuses").iter().rev() {
        restarts.add(container);
        let (terminated, waiting) =
            (at(container, "state.terminated"), pick(container, "state.waiting.reason"));
        if !waiting.is_empty() {
            waiting.clone_into(reason);
        } else if terminated.is_object() {
            *reason = end_of(terminated);
            if exit_code(terminated) != 0 {
                failure = Some(reason.clone());
            }
        } else if container["ready"] == true && at(container, "state.running").is_object() {
            running = true;
            *ready += 1;
        }
    }
    if reason == "Completed" {
        if running && conditions(pod, "Ready").any(|status| status == "True") {
            "Running".clone_into(reason);
        } else if let Some(failure) = failure {
            *reason = failure;
        } else if running {
            "NotReady".clone_into(reason);
        }
    }
}

fn exit_code(terminated: &Value) -> i64 {
    terminated["exitCode"].as_i64().unwrap_or_default()
}

fn end_of(terminated: &Value) -> String {
    match (pick(terminated, "reason"), terminated["signal"].as_i64().unwrap_or_default()) {
        ("", 0) => format!("ExitCode:{}", exit_code(terminated)),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.to_owned(),
    }
}

pub(super) fn ready(pod: &Value, _: Timestamp) -> Value {
    let sidecars =
        items(pod, "spec.initContainers").iter().filter(|init| init["restartPolicy"] == "Always").count();
    let total = items(pod, "spec.containers").len() + sidecars;
    format!("{}/{total}", summarize(pod).ready).into()
}

pub(super) fn status(pod: &Value, _: Timestamp) -> Value {
    summarize(pod).reason.into()
}

pub(super) fn restarts(pod: &Value, now: Timestamp) -> Value {
    let summary = summarize(pod);
    match summary.last_restart.filter(|_| summary.restarts != 0) {
        Some(last) => format!("{} ({} ago)", summary.restarts, ages::between(last, now)),
        None => summary.restarts.to_string(),
    }
    .into()
}

pub(super) fn address(pod: &Value, _: Timestamp) -> Value {
    let first = items(pod, "status.podIPs").first().map_or("", |address| pick(address, "ip"));
    if first.is_empty() { "<none>" } else { first }.into()
}

pub(super) fn gates(pod: &Value, _: Timestamp) -> Value {
    let gates = items(pod, "spec.readinessGates");
    let open =
        gates.iter().filter(|gate| condition(pod, pick(gate, "conditionType")) == Some("True")).count();
    if gates.is_empty() { "<none>".into() } else { format!("{open}/{}", gates.len()).into() }
}

/// What is marked in the rows of pods that have ended.
pub(super) fn end(pod: &Value) -> Option<(&'static str, &'static str)> {
    match pick(pod, "status.phase") {
        "Succeeded" => Some(("Succeeded", "The pod has completed successfully.")),
        "Failed" => Some(("Failed", "The pod failed.")),
        _ => None,
    }
}
