//! Names a right that is missing as a role grants it.

use kopf_core::resource::Resource;

/// The right to do this with a resource: `list` and `watch` of pods in the core API group.
pub(crate) fn right(verbs: &[&str], resource: &Resource) -> String {
    of(verbs, &resource.plural, &resource.group)
}

/// The right to write to objects, and to look at them where that fails.
pub(crate) fn to_write(resource: &Resource) -> String {
    let plural = &resource.plural;
    let what = if resource.has_status() { format!("{plural} and {plural}/status") } else { plural.clone() };
    of(&["get", "patch"], &what, &resource.group)
}

/// The right to write to the objects of a resource, as it is complained about.
pub(crate) fn trouble(resource: &str) -> String {
    format!("right to write {resource}")
}

fn of(verbs: &[&str], what: &str, group: &str) -> String {
    let verbs: Vec<String> = verbs.iter().map(|verb| format!("`{verb}`")).collect();
    let group = if group.is_empty() { "core API group".to_owned() } else { format!("API group {group}") };
    let verbs = match verbs.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => verbs.concat(),
    };
    format!("{verbs} of {what} in the {group}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_is_named_as_a_role_grants_it() {
        let mut resource = Resource::secrets();
        assert_eq!(
            right(&["list", "watch"], &resource),
            "`list` and `watch` of secrets in the core API group"
        );
        assert_eq!(to_write(&resource), "`get` and `patch` of secrets in the core API group");
        resource.group = "example.com".to_owned();
        resource.subresources = vec!["status".to_owned()];
        assert_eq!(
            to_write(&resource),
            "`get` and `patch` of secrets and secrets/status in the API group example.com"
        );
    }
}
