//! What whoever asks for a version is warned of that nobody should ask for any more.

use serde_json::Value;

use super::{precedence, said};

/// The warning of a version of a definition, where it is deprecated: what it says itself, or which one to use instead.
pub(super) fn warning(spec: &Value, version: &Value) -> Option<String> {
    if version["deprecated"] != true {
        return None;
    }
    if let Some(warning) = version["deprecationWarning"].as_str() {
        return Some(warning.to_owned());
    }
    let (group, kind, name) = (said(spec, "group"), said(&spec["names"], "kind"), said(version, "name"));
    let all = spec["versions"].as_array().into_iter().flatten();
    let good = all.filter(|other| other["served"] == true && other["deprecated"] != true);
    let better = good.map(|other| said(other, "name")).filter(|other| precedence(name) < precedence(other));
    let instead = better.max_by_key(|other| precedence(other));
    let instead = instead.map(|other| format!("; use {group}/{other} {kind}")).unwrap_or_default();
    Some(format!("{group}/{name} {kind} is deprecated{instead}"))
}
