//! The selectors in reviews of access: whether they are any. Roles know of no selectors, so they decide nothing.

use serde_json::Value;

use crate::{
    names::{key_faults, label_value_faults},
    selectors::is_of_labels,
    status::Cause,
};

/// What is wrong with the selectors of a request that a review asks about.
pub(super) fn faults(resource: &Value) -> Vec<Cause> {
    let selectors = ["fieldSelector", "labelSelector"];
    selectors.into_iter().flat_map(|field| selector_faults(field, &resource[field])).collect()
}

fn selector_faults(field: &str, selector: &Value) -> Vec<Cause> {
    if !selector.is_object() {
        return Vec::new();
    }
    let place = format!("spec.resourceAttributes.{field}");
    let (raw, requirements) = (text(selector, "rawSelector"), list(selector, "requirements"));
    match (raw.is_empty(), requirements.is_empty()) {
        (false, false) => {
            let why = "may not specified at the same time as requirements";
            vec![Cause::invalid(format!("{place}.rawSelector"), raw, why)]
        }
        (true, true) => {
            let why = format!("when {place} is specified, requirements or rawSelector is required");
            vec![Cause::required(format!("{place}.requirements"), &why)]
        }
        (false, true) => Vec::new(),
        (true, false) => {
            let each = requirements.iter().enumerate();
            let at = |index: usize| format!("{place}.requirements[{index}]");
            let labels = field == "labelSelector";
            each.flat_map(|(index, requirement)| requirement_faults(requirement, &at(index), labels))
                .collect()
        }
    }
}

fn requirement_faults(requirement: &Value, place: &str, labels: bool) -> Vec<Cause> {
    let mut causes = Vec::new();
    let (key, values) = (text(requirement, "key"), list(requirement, "values"));
    if !labels && key.is_empty() {
        causes.push(Cause::required(format!("{place}.key"), "must be specified"));
    }
    match (text(requirement, "operator"), values.is_empty()) {
        ("In" | "NotIn", true) => {
            let why = "must be specified when `operator` is 'In' or 'NotIn'";
            causes.push(Cause::required(format!("{place}.values"), why));
        }
        ("Exists" | "DoesNotExist", false) => {
            let why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
            causes.push(Cause::forbidden(format!("{place}.values"), why));
        }
        _ => {}
    }
    if labels {
        let of_key = key_faults(key).into_iter().map(|why| Cause::invalid(format!("{place}.key"), key, &why));
        causes.extend(of_key);
        for (index, value) in values.iter().enumerate() {
            let value = value.as_str().unwrap_or_default();
            let of_value = label_value_faults(value).into_iter();
            causes
                .extend(of_value.map(|why| Cause::invalid(format!("{place}.values[{index}]"), value, &why)));
        }
    }
    causes
}

/// What of the selectors is passed over, since nobody could read it.
pub(super) fn ignored(resource: &Value) -> String {
    let readable = |field: &str| {
        let (labels, selector) = (field == "labelSelector", &resource[field]);
        let raw = text(selector, "rawSelector");
        let requirements = list(selector, "requirements");
        let read = requirements.iter().filter(|requirement| is_read(requirement, labels)).count();
        let raw_is_read = if labels { is_of_labels(raw) } else { is_of_fields(raw) };
        match (raw_is_read && read == requirements.len(), read) {
            (true, _) => None,
            (false, 0) => Some(format!("spec.resourceAttributes.{field} ignored due to parse error")),
            (false, _) => {
                Some(format!("spec.resourceAttributes.{field} partially ignored due to parse error"))
            }
        }
    };
    ["fieldSelector", "labelSelector"].into_iter().filter_map(readable).collect::<Vec<_>>().join("; ")
}

/// Whether a server reads a requirement. Of fields it knows of none but that one value is there, or is not.
fn is_read(requirement: &Value, labels: bool) -> bool {
    match text(requirement, "operator") {
        "In" | "NotIn" => labels || list(requirement, "values").len() == 1,
        "Exists" | "DoesNotExist" => labels,
        _ => false,
    }
}

fn is_of_fields(selector: &str) -> bool {
    selector.split(',').all(|term| term.is_empty() || term.contains('='))
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}
