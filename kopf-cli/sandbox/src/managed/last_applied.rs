//! What `kubectl apply` has left behind, for those who go on with `kubectl apply --server-side`.

use serde_json::Value;

use super::{check::check, compare::compare, fields::fields_of, set::Set, typed::Typed};

/// Whose applying is meant.
pub(super) const MANAGER: &str = "kubectl";
const ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";

fn annotation(object: &Value) -> Option<&str> {
    object["metadata"]["annotations"].get(ANNOTATION)?.as_str().filter(|text| !text.is_empty())
}

/// The fields that were applied by the client and are still as they were applied: they are nobody else's.
pub(super) fn allowed(typed: Typed<'_>, live: &Value, api_version: &str) -> Option<Set> {
    let applied = crate::json::parse(annotation(live)?.as_bytes()).ok()?;
    if applied["apiVersion"] != api_version {
        return None;
    }
    check(typed, live, false).ok()?;
    check(typed, &applied, false).ok()?;
    let changed = compare(typed, &applied, live);
    let fields = fields_of(typed, &applied).below;
    Some(fields.difference(&changed.modified).difference(&changed.added).difference(&changed.removed))
}

/// Writes down what was applied where the annotation is, so that the client's way of applying can go on with it.
pub(super) fn keep_up(object: &mut Value, configuration: &Value) {
    if annotation(object).is_none() {
        return;
    }
    let mut applied = configuration.clone();
    if let Some(Value::Object(metadata)) = applied.get_mut("metadata")
        && let Some(Value::Object(annotations)) = metadata.get_mut("annotations")
    {
        annotations.shift_remove(ANNOTATION);
        if annotations.is_empty() {
            metadata.shift_remove("annotations");
        }
    }
    applied.sort_all_objects();
    let text = format!("{applied}\n");
    if let Value::Object(annotations) = &mut object["metadata"]["annotations"] {
        annotations.insert(ANNOTATION.to_owned(), text.into());
    }
}
