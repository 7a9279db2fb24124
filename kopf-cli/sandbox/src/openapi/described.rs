//! What documents tell of: the paths of what is built in, and of what is defined.

use serde_json::Value;

use super::{
    documents, group_version, name_of, name_of_custom,
    operations::{self, Resource},
};
use crate::{
    crd,
    resources::returns_deleted,
    tables::{
        self,
        served::{self, Kind, Scope, Served, Subresource},
    },
};

const VERBS: [&str; 8] = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
const VERBS_BELOW: [&str; 3] = ["get", "update", "patch"];

/// What is built in, by the names of documents of OpenAPI 3: each group version, and what there is beside them.
pub(super) fn built_in_names() -> Vec<String> {
    let mut names: Vec<String> = documents::NAMES.map(str::to_owned).into();
    for group in served::groups() {
        if !group.name.is_empty() {
            names.push(format!("apis/{}", group.name));
        }
        names.extend(group.versions.iter().map(|version| name_of((&group.name, &version.version))));
    }
    names
}

/// The paths of what is built in under a name.
pub(super) fn built_in(name: &str) -> Vec<(String, Value)> {
    let mut paths = Vec::from([documents::path(name)]);
    let Some((group, version)) = group_version(name) else { return paths };
    for served in served::resources(group, version) {
        let Some(object) = tables::type_of(group, version, &served.response_kind.kind) else { continue };
        paths.extend(operations::paths(&Resource {
            own: (group, version),
            served,
            custom: false,
            object,
            list: &format!("{object}List"),
            returns_deleted: returns_deleted(group, version, served),
        }));
    }
    paths
}

/// The versions of a definition that are told of, with their names.
pub(super) fn versions(definition: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let versions = definition["spec"]["versions"].as_array();
    let versions = versions.filter(|_| crd::is_established(definition)).into_iter().flatten();
    let served = versions.filter(|version| version["served"] == true);
    served.filter_map(|version| Some((version["name"].as_str()?, version)))
}

/// The paths of custom resources in a version.
pub(super) fn custom(definition: &Value, version: &Value) -> Vec<(String, Value)> {
    let spec = &definition["spec"];
    let text = |value: &'_ Value| value.as_str().unwrap_or_default().to_owned();
    let own = (&*text(&spec["group"]), &*text(&version["name"]));
    operations::paths(&Resource {
        own,
        served: &served_by(spec, version, own),
        custom: true,
        object: &name_of_custom(own, &text(&spec["names"]["kind"])),
        list: &name_of_custom(own, &text(&spec["names"]["listKind"])),
        returns_deleted: false,
    })
}

/// What can be done with custom resources; as far as their definition goes, for it is told of even as they are going.
fn served_by(spec: &Value, version: &Value, own: (&str, &str)) -> Served {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = |(group, version): (&str, &str), kind: &str| Kind {
        group: group.to_owned(),
        version: version.to_owned(),
        kind: kind.to_owned(),
    };
    let response_kind = kind(own, &text(&spec["names"]["kind"]));
    let below = [("status", response_kind.clone()), ("scale", kind(("autoscaling", "v1"), "Scale"))];
    let below = below.into_iter().filter(|(name, _)| version["subresources"][name].is_object());
    let below = below.map(|(name, response_kind)| Subresource {
        subresource: name.to_owned(),
        response_kind,
        verbs: VERBS_BELOW.map(str::to_owned).into(),
    });
    Served {
        resource: text(&spec["names"]["plural"]),
        scope: if spec["scope"] == "Namespaced" { Scope::Namespaced } else { Scope::Cluster },
        verbs: VERBS.map(str::to_owned).into(),
        subresources: below.collect(),
        response_kind,
        ..Served::default()
    }
}
