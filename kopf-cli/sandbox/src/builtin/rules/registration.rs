//! What is wrong with an `APIService`, which is of a group and version that this server serves itself.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::{
    builtin::{
        checks::{Causes, Check::OneOf, Rule, SUBDOMAIN, check},
        site::Site,
    },
    names::{letter_first_faults, name_faults},
    printed::quoted,
    resources::NameRule,
    status::Cause,
};

/// What is wrong with its status.
pub(super) const STATUS: &[Rule] = &[("status.conditions[].status", OneOf(&["True", "False", "Unknown"]))];

pub(super) fn api_service(root: &Site<'_>) -> Causes {
    let (spec, name) = (root.at("spec"), root.at("metadata.name"));
    let (group, version) = (spec.at("group"), spec.at("version"));
    let mut causes = Causes::new();
    let wanted = format!("{}.{}", version.text(), group.text());
    let prefix = root.at("metadata.generateName");
    for name in [Some(prefix).filter(|prefix| prefix.len() > 0), Some(name)].into_iter().flatten() {
        if name.text() != wanted && name_faults(name.text(), NameRule::PathSegment).is_empty() {
            causes
                .push(name.invalid(&format!("must be `spec.version+\".\"+spec.group`: {}", quoted(&wanted))));
        }
    }
    if group.len() == 0 && !version.is("v1") {
        causes.push(group.required("only v1 may have an empty group and it better be legacy kube"));
    }
    causes.extend(check(&group, &[("", SUBDOMAIN)]));
    causes.extend(version.against(letter_first_faults(version.text())));
    for (field, most) in [("groupPriorityMinimum", 20_000), ("versionPriority", 1_000)] {
        let number = spec.at(field);
        if !(1..=most).contains(&number.number().unwrap_or_default()) {
            let why = format!("must be positive and less than {most}");
            causes.push(Cause::invalid_value(
                &*number.place,
                &number.number().unwrap_or_default().into(),
                &why,
            ));
        }
    }
    let authority = spec.at("caBundle");
    if authority.len() > 0 {
        let bytes = STANDARD.decode(authority.text()).unwrap_or_default().len();
        let why = "local APIServices may not have a caBundle";
        causes.push(Cause::invalid(authority.place, &format!("{bytes} bytes"), why));
    }
    let trusting = spec.at("insecureSkipTLSVerify");
    if *trusting.value == Value::Bool(true) {
        causes.push(trusting.invalid("local APIServices may not have insecureSkipTLSVerify"));
    }
    causes
}
