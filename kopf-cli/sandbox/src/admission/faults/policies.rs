//! What is wrong with a policy or a binding.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Asked, condition_faults, expression_faults, one_of, rule_faults, selectors, text};
use crate::{
    admission::{
        declared::{self, OwnTypes},
        policies::VARIABLES,
        rules::texts,
    },
    cel::{Declarations, Plain, Type},
    names::{key_faults, letter_first_faults, name_faults},
    resources::NameRule,
    status::Cause,
};

/// What is told where an expression is missing.
const MISSING: &str = "expression is not specified";
/// What is told of a message that is blank.
const EMPTY: &str = "must be non-empty if specified";
/// What a note for auditors has to be.
const VALUES: &[Plain] = &[Plain::String, Plain::Null];

/// What is wrong with the policy of a name.
pub(super) fn faults(name: &str, rest: &Map<String, Value>) -> Vec<Cause> {
    let mut causes = Vec::new();
    let spec = rest.get("spec").unwrap_or(&Value::Null);
    let items = |field: &str| spec[field].as_array().into_iter().flatten().enumerate();
    let has_params = spec["paramKind"].is_object();
    let known = declared::of_requests();
    let known = if has_params { known.with("params", Type::DYN) } else { known };
    one_of(spec, "spec", "failurePolicy", &["Fail", "Ignore"], &mut causes);
    if has_params {
        parameter_faults(&spec["paramKind"], "spec.paramKind", &mut causes);
    }
    let constraints = &spec["matchConstraints"];
    if constraints.is_object() {
        matching(constraints, "spec.matchConstraints", &mut causes);
        if count(&constraints["resourceRules"]) == 0 {
            causes.push(Cause::required("spec.matchConstraints.resourceRules", ""));
        }
    } else {
        causes.push(Cause::required("spec.matchConstraints", ""));
    }
    let declarations = declared::with_rights(known.clone());
    condition_faults(&spec["matchConditions"], "spec.matchConditions", &declarations, &mut causes);
    let own = OwnTypes::default();
    let known = if items("variables").count() > 0 { known.with(VARIABLES, own.typed()) } else { known };
    let declarations = declared::with_rights(known.clone());
    for (index, variable) in items("variables") {
        let at = format!("spec.variables[{index}]");
        let name = text(variable, "name").trim();
        if name.is_empty() {
            causes.push(Cause::required(format!("{at}.name"), "name is not specified"));
        } else if !is_identifier(name) {
            causes.push(Cause::invalid(format!("{at}.name"), name, "must be a valid CEL identifier"));
        }
        let (source, at) = (text(variable, "expression"), format!("{at}.expression"));
        let asked =
            Asked { source, shown: source, at, missing: MISSING, declarations: &declarations, wanted: &[] };
        own.add(text(variable, "name"), expression_faults(asked, &mut causes));
    }
    if items("validations").count() == 0 && items("auditAnnotations").count() == 0 {
        for field in ["validations", "auditAnnotations"] {
            let why = "validations or auditAnnotations must contain at least one item";
            causes.push(Cause::required(format!("spec.{field}"), why));
        }
    }
    for (index, validation) in items("validations") {
        let at = format!("spec.validations[{index}]");
        validation_faults(validation, &at, (&declarations, &known), &mut causes);
    }
    let mut known = HashSet::new();
    for (index, annotation) in items("auditAnnotations") {
        let at = format!("spec.auditAnnotations[{index}]");
        let key = format!("{name}/{}", text(annotation, "key"));
        causes.extend(key_faults(&key).iter().map(|why| Cause::invalid(format!("{at}.key"), &key, why)));
        let (shown, at) = (text(annotation, "valueExpression"), format!("{at}.valueExpression"));
        let (source, missing) = (shown.trim(), "valueExpression is not specified");
        let asked = Asked { source, shown, at, missing, declarations: &declarations, wanted: VALUES };
        expression_faults(asked, &mut causes);
        let key = text(annotation, "key");
        if !known.insert(key) {
            causes.push(Cause::duplicate(format!("spec.auditAnnotations[{index}].key"), &key.into()));
        }
    }
    causes
}

/// `known` is what may be named where nobody can ask who may do what.
fn validation_faults(
    validation: &Value,
    at: &str,
    (declarations, known): (&Declarations<'static>, &Declarations<'static>),
    causes: &mut Vec<Cause>,
) {
    let source = text(validation, "expression");
    let (at_expression, wanted) = (format!("{at}.expression"), &[Plain::Bool]);
    let asked = Asked { source, shown: source, at: at_expression, missing: MISSING, declarations, wanted };
    expression_faults(asked, causes);
    let (source, field) = (&validation["messageExpression"], format!("{at}.messageExpression"));
    match source.as_str() {
        Some(blank) if blank.trim().is_empty() => causes.push(Cause::invalid(field, blank, EMPTY)),
        Some(source) => {
            let wanted = &[Plain::String];
            let asked = Asked { source, shown: source, at: field, missing: "", declarations: known, wanted };
            expression_faults(asked, causes);
        }
        None => {}
    }
    if let Some(message) = validation["message"].as_str() {
        if message.trim().is_empty() {
            causes.push(Cause::invalid(format!("{at}.message"), message, EMPTY));
        } else if message.trim().contains('\n') {
            causes.push(Cause::invalid(format!("{at}.message"), message, "must not contain line breaks"));
        }
    }
    one_of(validation, at, "reason", &["Forbidden", "Invalid", "RequestEntityTooLarge"], causes);
}

fn matching(resources: &Value, at: &str, causes: &mut Vec<Cause>) {
    one_of(resources, at, "matchPolicy", &["Equivalent", "Exact"], causes);
    for field in ["namespaceSelector", "objectSelector"] {
        selectors::faults(&resources[field], &format!("{at}.{field}"), causes);
    }
    for field in ["resourceRules", "excludeResourceRules"] {
        for (index, rule) in resources[field].as_array().into_iter().flatten().enumerate() {
            let at = format!("{at}.{field}[{index}]");
            let mut known = HashSet::new();
            for (index, name) in texts(&rule["resourceNames"]).into_iter().enumerate() {
                let at = format!("{at}.resourceNames[{index}]");
                let wrong = name_faults(&name, NameRule::PathSegment);
                causes.extend(wrong.iter().map(|why| Cause::invalid(&*at, &name, why)));
                if !known.insert(name.clone()) {
                    causes.push(Cause::duplicate(&*at, &name.into()));
                }
            }
            rule_faults(rule, &at, causes);
        }
    }
}

/// What is wrong with the kind of a policy's parameters.
fn parameter_faults(kind: &Value, at: &str, causes: &mut Vec<Cause>) {
    let (said, named) = (text(kind, "apiVersion"), text(kind, "kind"));
    let at_version = format!("{at}.apiVersion");
    if said.is_empty() {
        causes.push(Cause::required(&*at_version, ""));
    } else if said.matches('/').count() > 1 {
        let why = format!("unexpected GroupVersion string: {said}");
        causes.push(Cause::invalid(&*at_version, said, &why));
    } else {
        let (group, version) = said.split_once('/').unwrap_or(("", said));
        let why = name_faults(group, NameRule::Subdomain).join(",");
        if !group.is_empty() && !why.is_empty() {
            causes.push(Cause::invalid(&*at_version, group, &why));
        }
        let why = letter_first_faults(version).join(",");
        if version.is_empty() {
            causes.push(Cause::invalid(&*at_version, said, "version must be specified"));
        } else if !why.is_empty() {
            causes.push(Cause::invalid(&*at_version, version, &why));
        }
    }
    let why = letter_first_faults(&named.to_lowercase()).join(",");
    if named.is_empty() {
        causes.push(Cause::required(format!("{at}.kind"), ""));
    } else if !why.is_empty() {
        let why = format!("may have mixed case, but should otherwise match: {why}");
        causes.push(Cause::invalid(format!("{at}.kind"), named, &why));
    }
}

fn count(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

fn is_identifier(name: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    !name.starts_with(|first: char| first.is_ascii_digit()) && name.chars().all(fits)
}

pub(super) fn binding_faults(rest: &Map<String, Value>) -> Vec<Cause> {
    let mut causes = Vec::new();
    let spec = rest.get("spec").unwrap_or(&Value::Null);
    let policy = text(spec, "policyName");
    if policy.is_empty() {
        causes.push(Cause::required("spec.policyName", ""));
    } else {
        let why = name_faults(policy, NameRule::Subdomain);
        causes.extend(why.iter().map(|why| Cause::invalid("spec.policyName", policy, why)));
    }
    let reference = &spec["paramRef"];
    if reference.is_object() {
        let at = "spec.paramRef";
        let named = text(reference, "name");
        let wrong = name_faults(named, NameRule::PathSegment);
        causes.extend(wrong.iter().map(|why| Cause::invalid(format!("{at}.name"), named, why)));
        let (name, selector) = (!text(reference, "name").is_empty(), !reference["selector"].is_null());
        match (name, selector) {
            (true, true) => {
                for field in ["name", "selector"] {
                    let why = "name and selector are mutually exclusive";
                    causes.push(Cause::forbidden(format!("{at}.{field}"), why));
                }
            }
            (false, false) => causes.push(Cause::required(at, "one of name or selector must be specified")),
            _ => selectors::faults(&reference["selector"], &format!("{at}.selector"), &mut causes),
        }
        match text(reference, "parameterNotFoundAction") {
            "" => causes.push(Cause::required(format!("{at}.parameterNotFoundAction"), "")),
            _ => one_of(reference, at, "parameterNotFoundAction", &["Deny", "Allow"], &mut causes),
        }
    }
    if spec["matchResources"].is_object() {
        matching(&spec["matchResources"], "spec.matchResources", &mut causes);
    }
    let (actions, field) = (texts(&spec["validationActions"]), "spec.validationActions");
    if actions.is_empty() {
        causes.push(Cause::required(field, ""));
    }
    let has = |wanted: &str| actions.iter().any(|action| action == wanted);
    let mut known = HashSet::new();
    for (index, action) in actions.iter().enumerate() {
        let words = ["Audit", "Deny", "Warn"];
        if !words.contains(&action.as_str()) {
            causes.push(Cause::unsupported_word(format!("{field}[{index}]"), action, &words));
        } else if !known.insert(action) {
            causes.push(Cause::duplicate(format!("{field}[{index}]"), &action.as_str().into()));
        }
    }
    if has("Deny") && has("Warn") {
        let why = "must not contain both Deny and Warn (repeating the same validation failure information in the API \
                   response and headers serves no purpose)";
        causes.push(Cause::invalid_value(field, &spec["validationActions"], why));
    }
    causes
}
