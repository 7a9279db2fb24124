//! Which built-in resources a real server serves: its discovery, in its order, as `examples/generate-tables.rs` has read it.

use std::{io::Read, sync::LazyLock};

use flate2::read::DeflateDecoder;
use serde::{Deserialize, Serialize};

/// A group of resources and its versions, the preferred one first.
#[derive(Debug, Deserialize)]
pub(crate) struct Group {
    /// Empty for the core group.
    pub(crate) name: String,
    pub(crate) versions: Vec<GroupVersion>,
}

/// The resources of one version of a group.
#[derive(Debug, Deserialize)]
pub(crate) struct GroupVersion {
    pub(crate) version: String,
    pub(crate) resources: Vec<Served>,
}

/// A resource as the aggregated document of discovery tells of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Served {
    pub(crate) resource: String,
    pub(crate) response_kind: Kind,
    pub(crate) scope: Scope,
    pub(crate) singular_resource: String,
    pub(crate) verbs: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) short_names: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) categories: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) subresources: Vec<Subresource>,
    /// Only the older documents tell it.
    #[serde(default, skip_serializing)]
    pub(crate) storage_version_hash: String,
}

/// What is below the objects of a resource.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subresource {
    pub(crate) subresource: String,
    pub(crate) response_kind: Kind,
    pub(crate) verbs: Vec<String>,
}

/// What is answered with. Of built-in resources group and version are empty where they are those of the resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kind {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kind: String,
}

/// Whether objects are in namespaces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Scope {
    #[default]
    Namespaced,
    Cluster,
}

impl Served {
    pub(crate) fn has(&self, subresource: &str) -> bool {
        self.subresources.iter().any(|below| below.subresource == subresource)
    }

    pub(crate) fn can(&self, verb: &str) -> bool {
        self.verbs.iter().any(|known| known == verb)
    }
}

/// The groups of built-in resources, the core first, then in the order of a real server's documents.
pub(crate) fn groups() -> &'static [Group] {
    static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| {
        let mut compressed = DeflateDecoder::new(&include_bytes!("served.json.deflate")[..]);
        let mut text = String::new();
        compressed.read_to_string(&mut text).expect("the table was checked in whole");
        serde_json::from_str(&text).expect("the table was written as JSON")
    });
    &GROUPS
}

/// Whether a group is built in: its unknown paths are refused with a `Status`.
pub(crate) fn is_group(name: &str) -> bool {
    groups().iter().any(|group| group.name == name)
}

/// The built-in resources of a version of a group.
pub(crate) fn resources(group: &str, version: &str) -> &'static [Served] {
    let known = groups().iter().filter(|known| known.name == group).flat_map(|known| &known.versions);
    let mut known = known.filter(|known| known.version == version);
    known.next().map(|known| known.resources.as_slice()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_told_of_as_a_real_server_does() {
        let deployments = resources("apps", "v1").iter().find(|served| served.resource == "deployments");
        let deployments = deployments.unwrap();
        assert!(deployments.has("scale") && deployments.can("deletecollection"));
        assert_eq!(deployments.short_names, ["deploy"]);
        assert_eq!(deployments.storage_version_hash, "8aSe+NMegvE=");
        assert!(!serde_json::to_string(deployments).unwrap().contains("Hash"));
        assert!(resources("apps", "v2").is_empty());
    }
}
