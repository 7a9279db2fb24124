//! A pod, or a template of pods, as checks look at it, and how they tell of what they find.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::form::at;

/// What checks look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pod<'a> {
    pub(super) annotations: &'a Value,
    pub(super) spec: &'a Value,
}

/// What a check has against a pod: why in short, and by what in particular.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) reason: String,
    pub(super) detail: String,
}

/// Names in the order in which they are told where they are told but once.
pub(super) type Names<'a> = BTreeSet<&'a str>;

impl Finding {
    /// A finding about those who do what is not allowed, if anybody does.
    pub(super) fn about(setters: &str, reason: &str, what: &str) -> Option<Self> {
        let found = || Finding { reason: reason.to_owned(), detail: format!("{setters} {what}") };
        (!setters.is_empty()).then(found)
    }
}

impl<'a> Pod<'a> {
    /// A pod, or a template, as an object.
    pub(super) fn of(object: &'a Value) -> Self {
        Pod { annotations: &object["metadata"]["annotations"], spec: &object["spec"] }
    }

    /// The containers, those that run first before the others.
    pub(super) fn containers(self) -> impl Iterator<Item = &'a Value> {
        let lists = ["initContainers", "containers", "ephemeralContainers"];
        lists.into_iter().flat_map(move |list| self.list(list))
    }

    /// The elements of a list in the spec.
    pub(super) fn list(self, path: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        at(self.spec, path).as_array().into_iter().flatten()
    }

    /// The names of the containers of which something is true.
    pub(super) fn those(self, mut is_meant: impl FnMut(&'a Value) -> bool) -> Vec<&'a str> {
        let meant = self.containers().filter(|container| is_meant(container));
        meant.map(|container| text(&container["name"])).collect()
    }

    /// Whether it is the pod as a whole that a field of a security context is bad of, and which containers.
    pub(super) fn bad(self, field: &str, mut is_bad: impl FnMut(&'a Value) -> bool) -> (bool, Vec<&'a str>) {
        let path = format!("securityContext.{field}");
        let of_pod = is_bad(at(self.spec, &path));
        (of_pod, self.those(|container| is_bad(at(container, &path))))
    }

    pub(super) fn is_of_windows(self) -> bool {
        at(self.spec, "os.name") == "windows"
    }

    /// Whether its users are others than those of its node.
    pub(super) fn has_own_users(self) -> bool {
        self.spec["hostUsers"] == false
    }
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// `pod and containers "a", "b"`, as far as they are meant.
pub(super) fn setters((pod, containers): &(bool, Vec<&str>)) -> String {
    let named = Some(named(containers)).filter(|named| !named.is_empty());
    let pod = pod.then(|| "pod".to_owned());
    pod.into_iter().chain(named).collect::<Vec<_>>().join(" and ")
}

/// `containers "a", "b"`, or nothing where there are none.
pub(super) fn named(containers: &[&str]) -> String {
    match containers {
        [] => String::new(),
        names => format!("{} {}", plural("container", names.len()), quoted(names)),
    }
}

/// Texts in quotes; what is in them is told as it is.
pub(super) fn quoted<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let quoted = items.into_iter().map(|item| format!("\"{}\"", item.as_ref()));
    quoted.collect::<Vec<_>>().join(", ")
}

/// One of a thing, or several.
pub(super) fn plural(one: &str, count: usize) -> String {
    if count == 1 { one.to_owned() } else { format!("{one}s") }
}
