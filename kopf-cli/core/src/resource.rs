//! Describes a resource that the cluster serves, and where its objects are found.

use std::fmt::Write;

/// One resource in one version, as discovery tells it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Resource {
    /// The API group; empty for the core group.
    pub group: String,
    /// The version, such as `v1beta1`.
    pub version: String,
    /// The name in paths, such as `pods`.
    pub plural: String,
    /// The type's name in objects, such as `Pod`.
    pub kind: String,
    /// The name for one object, such as `pod`. Where discovery has none it is the kind in lower case.
    pub singular: String,
    /// Abbreviations, such as `po`.
    pub short_names: Vec<String>,
    /// Sets of resources that this one belongs to, such as `all`.
    pub categories: Vec<String>,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Whether this version is the preferred one of its group.
    pub preferred: bool,
    /// What can be done with it, such as `list` and `watch`.
    pub verbs: Vec<String>,
    /// Its subresources, such as `status`.
    pub subresources: Vec<String>,
}

impl Resource {
    /// What holds what must not be copied into an annotation, as every cluster serves it.
    pub fn secrets() -> Resource {
        Resource {
            group: String::new(),
            version: "v1".to_owned(),
            plural: "secrets".to_owned(),
            kind: "Secret".to_owned(),
            singular: "secret".to_owned(),
            short_names: vec![],
            categories: vec![],
            namespaced: true,
            preferred: true,
            verbs: vec![],
            subresources: vec![],
        }
    }

    /// The resource in log lines: `kopfexamples.v1.zalando.org`, or `pods.v1` in the core group.
    pub fn name(&self) -> String {
        if self.group.is_empty() {
            format!("{}.{}", self.plural, self.version)
        } else {
            format!("{}.{}.{}", self.plural, self.version, self.group)
        }
    }

    /// What objects have as `apiVersion`: `zalando.org/v1`, or `v1` in the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Whether the status is written through a path of its own.
    pub fn has_status(&self) -> bool {
        self.subresources.iter().any(|subresource| subresource == "status")
    }

    /// Whether the cluster offers `verb` on it.
    pub fn can(&self, verb: &str) -> bool {
        self.verbs.iter().any(|known| known == verb)
    }

    /// Whether it may be possible: where discovery lists no verbs at all, it does not say.
    pub fn may(&self, verb: &str) -> bool {
        self.verbs.is_empty() || self.can(verb)
    }

    /// Whether its objects may be patched.
    ///
    /// Of a definition that is being deleted discovery tells no verb that writes, and the server takes patches all the same:
    /// without them no finalizer would go, and so neither the objects nor the definition. Whoever lists so much, and nothing
    /// that writes, is taken to be such a one.
    pub fn may_be_patched(&self) -> bool {
        const WHILE_GOING: [&str; 5] = ["delete", "deletecollection", "get", "list", "watch"];
        let is_going =
            self.verbs.len() == WHILE_GOING.len() && WHILE_GOING.into_iter().all(|verb| self.can(verb));
        is_going || self.may("patch")
    }

    /// Whether its objects are Kubernetes Events, of which there are two kinds.
    pub fn is_event(&self) -> bool {
        self.plural == "events" && matches!(self.group.as_str(), "" | "events.k8s.io")
    }

    /// The path of its objects in `namespace`, or of those in the whole cluster.
    pub fn list_path(&self, namespace: Option<&str>) -> String {
        let mut path = String::from(if self.group.is_empty() { "/api" } else { "/apis" });
        if !self.group.is_empty() {
            push_segment(&mut path, &self.group);
        }
        push_segment(&mut path, &self.version);
        if let Some(namespace) = namespace {
            push_segment(&mut path, "namespaces");
            push_segment(&mut path, namespace);
        }
        push_segment(&mut path, &self.plural);
        path
    }

    /// The path of the object called `name`; `namespace` is `None` where the resource is cluster-scoped.
    pub fn object_path(&self, namespace: Option<&str>, name: &str) -> String {
        let mut path = self.list_path(namespace);
        push_segment(&mut path, name);
        path
    }
}

/// Appends a slash and `segment`, in which everything but unreserved characters is percent-encoded: whatever a name
/// holds, it stays one segment of the path.
fn push_segment(path: &mut String, segment: &str) {
    path.push('/');
    // `.` and `..` would be resolved by whoever normalises the path.
    let dots = matches!(segment, "." | "..");
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') || (byte == b'.' && !dots) {
            path.push(char::from(byte));
        } else {
            // Writing into a String does not fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(group: &str, plural: &str) -> Resource {
        Resource {
            group: group.to_owned(),
            version: "v1".to_owned(),
            plural: plural.to_owned(),
            kind: "Kind".to_owned(),
            singular: "kind".to_owned(),
            short_names: Vec::new(),
            categories: Vec::new(),
            namespaced: true,
            preferred: true,
            verbs: vec!["list".to_owned()],
            subresources: vec!["status".to_owned()],
        }
    }

    #[track_caller]
    fn check(group: &str, namespace: Option<&str>, name: &str, expected: &str) {
        let resource = resource(group, "things");
        let text = format!(
            "{} {} {}",
            resource.name(),
            resource.api_version(),
            resource.object_path(namespace, name)
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn the_core_group_has_a_root_of_its_own() {
        check("", Some("ns"), "a", "things.v1 v1 /api/v1/namespaces/ns/things/a");
        check("", None, "a", "things.v1 v1 /api/v1/things/a");
        check("x.org", Some("ns"), "a", "things.v1.x.org x.org/v1 /apis/x.org/v1/namespaces/ns/things/a");
        check("x.org", None, "a", "things.v1.x.org x.org/v1 /apis/x.org/v1/things/a");
    }

    #[test]
    fn a_name_never_leaves_its_segment() {
        check("", None, "../b?c#d e%", "things.v1 v1 /api/v1/things/..%2Fb%3Fc%23d%20e%25");
        check("", None, "..", "things.v1 v1 /api/v1/things/%2E%2E");
        check("", None, "system:node.é", "things.v1 v1 /api/v1/things/system%3Anode.%C3%A9");
    }

    #[test]
    fn it_can_what_discovery_lists() {
        let resource = resource("", "things");
        assert!(resource.can("list") && !resource.can("watch") && resource.has_status());
    }
}
