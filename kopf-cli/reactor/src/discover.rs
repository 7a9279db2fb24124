//! Learns which resources a cluster serves: from aggregated discovery, or group by group from a server without it.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use kopf_core::resource::Resource;
use serde::Deserialize;

use crate::cluster::{Cluster, Error, Request};

/// Asks for aggregated discovery, and takes the plain form too.
const ACCEPT: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

/// How many groups are asked for at once, where they must be asked for one by one.
const AT_ONCE: usize = 8;

/// What a cluster serves.
#[derive(Debug, Default)]
pub struct Discovered {
    /// The resources, subresources folded in.
    pub resources: Vec<Resource>,
    /// The paths of groups that did not answer, each with the reason: those of an aggregated API that is down, say.
    /// What they serve is not known, or as it was known last.
    pub silent: BTreeMap<String, String>,
}

/// Learns what the cluster serves.
///
/// # Errors
///
/// If the core group or the list of groups cannot be had. A single group that fails is passed over and named.
pub async fn discover(cluster: &dyn Cluster) -> Result<Discovered, Error> {
    let mut discovered = Discovered::default();
    for path in ["/api", "/apis"] {
        let request = Request { accept: Some(ACCEPT.into()), ..Request::get(path) };
        let body = cluster.send(request).await?.body;
        match parse(&body)? {
            Root::Aggregated(found) => {
                discovered.resources.extend(found.resources);
                discovered.silent.extend(found.silent);
            }
            Root::Plain(versions) => {
                let mut answers = stream::iter(versions)
                    .map(|version| async move {
                        let answer = cluster.send(Request::get(version.path.as_str())).await;
                        (version, answer)
                    })
                    .buffered(AT_ONCE);
                while let Some((version, answer)) = answers.next().await {
                    match answer.and_then(|answer| version.parse(&answer.body)) {
                        Ok(resources) => discovered.resources.extend(resources),
                        Err(error) => drop(discovered.silent.insert(version.path, error.to_string())),
                    }
                }
            }
        }
    }
    Ok(discovered)
}

#[derive(Debug)]
enum Root {
    Aggregated(Discovered),
    Plain(Vec<GroupVersion>),
}

#[derive(Debug, PartialEq)]
struct GroupVersion {
    path: String,
    group: String,
    version: String,
    preferred: bool,
}

#[derive(Deserialize)]
#[serde(tag = "kind")]
enum RootDocument {
    #[serde(rename = "APIGroupDiscoveryList")]
    Aggregated { items: Vec<aggregated::Group> },
    #[serde(rename = "APIVersions")]
    Core { versions: Vec<String> },
    #[serde(rename = "APIGroupList")]
    Groups { groups: Vec<plain::Group> },
}

mod aggregated {
    //! The shapes of `apidiscovery.k8s.io/v2`.
    use serde::Deserialize;

    #[derive(Deserialize)]
    pub(super) struct Group {
        #[serde(default)]
        pub(super) metadata: Metadata,
        #[serde(default)]
        pub(super) versions: Vec<Version>,
    }

    #[derive(Deserialize, Default)]
    pub(super) struct Metadata {
        #[serde(default)]
        pub(super) name: String,
    }

    #[derive(Deserialize)]
    pub(super) struct Version {
        pub(super) version: String,
        #[serde(default)]
        pub(super) resources: Vec<Resource>,
        /// `Current`, or `Stale` where the group itself does not answer.
        #[serde(default)]
        pub(super) freshness: String,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Resource {
        pub(super) resource: String,
        #[serde(default)]
        pub(super) response_kind: Option<Kind>,
        #[serde(default)]
        pub(super) scope: String,
        #[serde(default)]
        pub(super) singular_resource: String,
        #[serde(default)]
        pub(super) verbs: Vec<String>,
        #[serde(default)]
        pub(super) short_names: Vec<String>,
        #[serde(default)]
        pub(super) categories: Vec<String>,
        #[serde(default)]
        pub(super) subresources: Vec<Subresource>,
    }

    #[derive(Deserialize)]
    pub(super) struct Kind {
        #[serde(default)]
        pub(super) kind: String,
    }

    #[derive(Deserialize)]
    pub(super) struct Subresource {
        pub(super) subresource: String,
    }
}

mod plain {
    //! The shapes of the discovery that every server has.
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Group {
        pub(super) name: String,
        #[serde(default)]
        pub(super) versions: Vec<Version>,
        #[serde(default)]
        pub(super) preferred_version: Option<Version>,
    }

    #[derive(Deserialize)]
    pub(super) struct Version {
        pub(super) version: String,
    }

    #[derive(Deserialize)]
    pub(super) struct List {
        #[serde(default)]
        pub(super) resources: Vec<Resource>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Resource {
        pub(super) name: String,
        #[serde(default)]
        pub(super) singular_name: String,
        #[serde(default)]
        pub(super) namespaced: bool,
        #[serde(default)]
        pub(super) kind: String,
        #[serde(default)]
        pub(super) verbs: Vec<String>,
        #[serde(default)]
        pub(super) short_names: Vec<String>,
        #[serde(default)]
        pub(super) categories: Vec<String>,
    }
}

fn parse(body: &[u8]) -> Result<Root, Error> {
    let document: RootDocument = serde_json::from_slice(body).map_err(malformed)?;
    Ok(match document {
        RootDocument::Aggregated { items } => {
            let mut found = Discovered::default();
            items.into_iter().for_each(|group| found.add(group));
            Root::Aggregated(found)
        }
        RootDocument::Core { versions } => {
            let version = |(position, version): (usize, String)| GroupVersion {
                path: format!("/api/{version}"),
                group: String::new(),
                version,
                preferred: position == 0,
            };
            Root::Plain(versions.into_iter().enumerate().map(version).collect())
        }
        RootDocument::Groups { groups } => Root::Plain(groups.into_iter().flat_map(of_plain_group).collect()),
    })
}

impl Discovered {
    fn add(&mut self, group: aggregated::Group) {
        let name = group.metadata.name;
        for (position, version) in group.versions.into_iter().enumerate() {
            if version.freshness == "Stale" {
                let path = format!("/apis/{name}/{}", version.version);
                self.silent.insert(path, "what the API server knows of it is stale".to_owned());
            }
            for found in version.resources {
                let kind = found.response_kind.map(|kind| kind.kind).unwrap_or_default();
                self.resources.push(Resource {
                    group: name.clone(),
                    version: version.version.clone(),
                    singular: singular(found.singular_resource, &kind),
                    plural: found.resource,
                    kind,
                    short_names: found.short_names,
                    categories: found.categories,
                    namespaced: found.scope == "Namespaced",
                    // The versions stand in the order of preference.
                    preferred: position == 0,
                    verbs: found.verbs,
                    subresources: found.subresources.into_iter().map(|found| found.subresource).collect(),
                });
            }
        }
    }
}

fn of_plain_group(group: plain::Group) -> Vec<GroupVersion> {
    let preferred = group.preferred_version.map(|version| version.version);
    let version = |found: plain::Version| GroupVersion {
        path: format!("/apis/{}/{}", group.name, found.version),
        group: group.name.clone(),
        preferred: preferred.as_ref().is_none_or(|preferred| *preferred == found.version),
        version: found.version,
    };
    group.versions.into_iter().map(version).collect()
}

impl GroupVersion {
    fn parse(&self, body: &[u8]) -> Result<Vec<Resource>, Error> {
        let list: plain::List = serde_json::from_slice(body).map_err(malformed)?;
        let mut subresources: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for found in &list.resources {
            if let Some((plural, subresource)) = found.name.split_once('/') {
                subresources.entry(plural.to_owned()).or_default().push(subresource.to_owned());
            }
        }
        let whole = list.resources.into_iter().filter(|found| !found.name.contains('/'));
        let resource = |found: plain::Resource| Resource {
            group: self.group.clone(),
            version: self.version.clone(),
            singular: singular(found.singular_name, &found.kind),
            subresources: subresources.remove(&found.name).unwrap_or_default(),
            plural: found.name,
            kind: found.kind,
            short_names: found.short_names,
            categories: found.categories,
            namespaced: found.namespaced,
            preferred: self.preferred,
            verbs: found.verbs,
        };
        Ok(whole.map(resource).collect())
    }
}

/// Built-in resources have no singular name in the plain form; it is the kind in lower case.
fn singular(given: String, kind: &str) -> String {
    if given.is_empty() { kind.to_lowercase() } else { given }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn malformed(error: serde_json::Error) -> Error {
    Error::Malformed(format!("discovery: {error}"))
}

#[cfg(test)]
mod tests;
