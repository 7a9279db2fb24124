//! What is warned of in one container, and where profiles are annotated that have fields by now.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Site, Warnings, not_whole};
use crate::printed::quoted;

/// The annotation that names the profile of all containers of a pod.
pub(crate) const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
/// What an annotation begins with that names the profile of a container.
pub(crate) const SECCOMP: &str = "container.seccomp.security.alpha.kubernetes.io/";
const SECCOMP_SAID: &str = r#"non-functional in v1.27+; use the "seccompProfile" field instead"#;
/// What an annotation begins with that names the profile of a container.
pub(crate) const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
const APP_ARMOR_SAID: &str = r#"deprecated since v1.30; use the "appArmorProfile" field instead"#;

/// All containers of a pod, in the order in which they are looked at.
pub(crate) fn all<'a>(spec: &Site<'a>) -> Vec<Site<'a>> {
    ["initContainers", "containers", "ephemeralContainers"]
        .into_iter()
        .flat_map(|list| spec.at(list).each().collect::<Vec<_>>())
        .collect()
}

/// A profile of a whole pod that is annotated.
pub(super) fn annotated(pod: &Site<'_>) -> Option<String> {
    let said = pod.at("spec.securityContext.seccompProfile").is_given();
    let annotations = pod.at("metadata.annotations");
    let found = annotations.value.get(SECCOMP_POD).filter(|_| !said);
    found.map(|_| format!("{}[{SECCOMP_POD}]: {SECCOMP_SAID}", annotations.place))
}

/// What is warned of in a container of a pod, or of a template.
pub(super) fn container(container: &Site<'_>, pod: &Site<'_>, is_template: bool) -> Warnings {
    let annotations = pod.at("metadata.annotations");
    let named = |prefix: &str| format!("{prefix}{}", container.at("name").text());
    let without = |profile: &str| !container.at("securityContext").at(profile).is_given();
    let mut warnings = Vec::new();
    let key = named(SECCOMP);
    if without("seccompProfile") && annotations.value.get(&key).is_some() {
        warnings.push(format!("{}[{key}]: {SECCOMP_SAID}", annotations.place));
    }
    let key = named(APP_ARMOR);
    if let Some(said) = annotations.value.get(&key).filter(|_| is_template && without("appArmorProfile")) {
        let of_pod = pod.at("spec.securityContext.appArmorProfile");
        if !of_pod.is_given() || profile(said).as_ref() != Some(of_pod.value) {
            warnings.push(app_armor(&annotations.place, &key));
        }
    }
    for resource in ["memory", "ephemeral-storage"] {
        let bounds = ["resources.limits", "resources.requests"].map(|bound| container.at(bound));
        warnings.extend(bounds.iter().filter_map(|bound| not_whole(bound, resource)));
    }
    warnings.extend(hidden(&container.at("env")));
    warnings
}

/// What is said of a profile that is annotated.
pub(crate) fn app_armor(place: &str, key: &str) -> String {
    format!("{place}[{key}]: {APP_ARMOR_SAID}")
}

/// The profile that an annotation means, if it means one.
pub(crate) fn profile(said: &Value) -> Option<Value> {
    match said.as_str()? {
        "unconfined" => Some(json!({ "type": "Unconfined" })),
        "runtime/default" => Some(json!({ "type": "RuntimeDefault" })),
        said => {
            let path = said.strip_prefix("localhost/").filter(|path| !path.is_empty())?;
            Some(json!({ "localhostProfile": path, "type": "Localhost" }))
        }
    }
}

/// Variables that are said again, and not made of what they were.
fn hidden(variables: &Site<'_>) -> Warnings {
    let mut known = BTreeSet::new();
    let mut warnings = Vec::new();
    for variable in variables.each() {
        let name = variable.at("name").text();
        let (reference, value) = (format!("$({name})"), variable.at("value").text());
        let goes_on =
            !variable.at("valueFrom").is_given() && value != reference && value.contains(&reference);
        if !known.insert(name) && !goes_on {
            let name = quoted(name);
            warnings.push(format!(
                "{}: hides previous definition of {name}, which may be dropped when using apply",
                variable.place
            ));
        }
    }
    warnings
}
