//! Writes calls and patches as short lines.

use std::sync::Arc;

use jiff::Timestamp;
use kopf_core::{
    cycle::Call,
    identity::Identity,
    store::{
        dialect::Dialect,
        handled::{Handled, State},
        progress::Progress,
    },
};
use serde_json::Value;

/// What texts in annotations are read with.
pub(crate) struct Render<'a> {
    pub(crate) identity: &'a Identity,
    pub(crate) now: Timestamp,
    pub(crate) uid: &'a str,
}

impl Render<'_> {
    /// What changed, as a handler is told.
    pub(crate) fn call(call: &Call) -> String {
        let changes = call.diff.0.iter().map(|change| {
            let path = if change.path.is_empty() { ".".to_owned() } else { change.path.join(".") };
            let [old, new] = [&change.old, &change.new].map(|value| short(value.to_string()));
            format!("{path}: {old} -> {new}")
        });
        let known = if call.old_known { "" } else { " (old unknown)" };
        format!("[{}]{known}", changes.collect::<Vec<_>>().join(", "))
    }

    /// A patch, with our annotations in words and without the version.
    pub(crate) fn patch(&self, patch: &Value) -> String {
        let mut patch = patch.clone();
        let mut words = vec![];
        if let Some(metadata) = patch["metadata"].as_object_mut() {
            metadata.remove("resourceVersion");
            if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
                let ours = format!("{}/", self.identity.prefix());
                let keys: Vec<String> = annotations.keys().cloned().collect();
                for key in keys {
                    if let Some(name) = key.strip_prefix(&ours) {
                        let value = annotations.remove(&key).unwrap_or_default();
                        words.push(self.annotation(name, value.as_str()));
                    }
                }
                if annotations.is_empty() {
                    metadata.remove("annotations");
                }
            }
            if metadata.is_empty() {
                patch.as_object_mut().unwrap().remove("metadata");
            }
        }
        if patch.as_object().is_some_and(|members| !members.is_empty()) {
            words.insert(0, short(patch.to_string()));
        }
        words.join(" ")
    }

    fn annotation(&self, name: &str, text: Option<&str>) -> String {
        let Some(text) = text else { return format!("-{name}") };
        if name == "kopf-managed" {
            return "+mark".to_owned();
        }
        if name.starts_with("last-handled-") && self.identity.dialect() == Dialect::Python {
            return format!("{name}={}", short(text.trim().to_owned()));
        }
        if let Some(handled) = Handled::read(text, self.uid, &Arc::default()) {
            let pending = if handled.pending { " pending" } else { "" };
            return match handled.state {
                State::Whole(essence) => format!("handled={}{pending}", short(essence.to_string())),
                State::Digests(digests) => {
                    let places: Vec<String> = digests.into_keys().collect();
                    format!("handled=digests({}){pending}", places.join(","))
                }
            };
        }
        let record = Progress::read(text, self.uid).expect("what is written can be read");
        let outcome = match (record.success, record.failure, record.delayed) {
            (true, ..) => "ok".to_owned(),
            (_, true, _) => "failed".to_owned(),
            (.., Some(at)) => format!("in {} s", at.duration_since(self.now).as_secs()),
            _ => "open".to_owned(),
        };
        let waits = if record.waits > 0 { format!(", {} waits", record.waits) } else { String::new() };
        format!("{name}=({} {outcome}{waits})", record.retries)
    }
}

fn short(text: String) -> String {
    if text.len() <= 120 { text } else { format!("{} bytes", text.len()) }
}
