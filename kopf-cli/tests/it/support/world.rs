//! All that a scenario plays in: a server with a proxy before it, a namespace, a script, and operators on them.

use super::operator::{NAME, Operator};
use super::proxy::Proxy;
use super::script::Script;
use super::server::Server;
use kopf_control_plane::client::{Objects, Resource, namespace};
use kube::Client;
use kube::api::DynamicObject;
use std::path::PathBuf;

const GROUP: &str = "it.kopf.test";

/// Three creation handlers: `first`, `second`, `third`.
pub(crate) const TRIOS: Resource = Resource { group: GROUP, kind: "Trio", plural: "trios", has_status: true };
/// `created` and `updated`.
pub(crate) const CHANGES: Resource =
    Resource { group: GROUP, kind: "Change", plural: "changes", has_status: true };
/// `acquire` at creation and `release` at deletion.
pub(crate) const HOLDS: Resource = Resource { group: GROUP, kind: "Hold", plural: "holds", has_status: true };
/// `departed` at deletion; for the one test that takes its definition away before its objects.
pub(crate) const PARTINGS: Resource =
    Resource { group: GROUP, kind: "Parting", plural: "partings", has_status: true };
/// `noted` at creation, and no status subresource.
pub(crate) const PLAINS: Resource =
    Resource { group: GROUP, kind: "Plain", plural: "plains", has_status: false };
/// `spy` at every event.
pub(crate) const SIGHTS: Resource =
    Resource { group: GROUP, kind: "Sight", plural: "sights", has_status: true };
/// `resumed` at the start of an operator.
pub(crate) const RESUMES: Resource =
    Resource { group: GROUP, kind: "Resume", plural: "resumes", has_status: true };
/// `arrived` at creation; for the one test that takes its definition away.
pub(crate) const RETURNS: Resource =
    Resource { group: GROUP, kind: "Return", plural: "returns", has_status: true };
/// `arrived` at creation; for the one test that defines it late.
pub(crate) const LATECOMERS: Resource =
    Resource { group: GROUP, kind: "Latecomer", plural: "latecomers", has_status: true };
/// `arrived` at creation, in whatever version; for the one test that defines another one.
pub(crate) const CHANGELINGS: Resource =
    Resource { group: "versions.kopf.test", kind: "Changeling", plural: "changelings", has_status: true };

/// `promised` at creation; for the one test that defines it, with a status that has no room for results.
pub(crate) const PROMISES: Resource =
    Resource { group: GROUP, kind: "Promise", plural: "promises", has_status: true };
/// The same without a status subresource.
pub(crate) const OATHS: Resource =
    Resource { group: GROUP, kind: "Oath", plural: "oaths", has_status: false };
/// At creation, handlers with ids too long for the older, and for both kinds of the Python framework's keys.
pub(crate) const LONGS: Resource = Resource { group: GROUP, kind: "Long", plural: "longs", has_status: true };
/// `hung` at creation, for which no attempt may take longer than 100 ms.
pub(crate) const HANGS: Resource = Resource { group: GROUP, kind: "Hang", plural: "hangs", has_status: true };

/// `parent` at creation, with sub-handlers three deep.
pub(crate) const FAMILIES: Resource =
    Resource { group: GROUP, kind: "Family", plural: "families", has_status: true };
/// Where the label `keep` says so, a daemon `vigil` or a timer `tick`.
pub(crate) const VIGILS: Resource =
    Resource { group: GROUP, kind: "Vigil", plural: "vigils", has_status: true };
/// `counted`, which looks into an index of them; for the one test that takes its definition away.
pub(crate) const SHELVES: Resource =
    Resource { group: GROUP, kind: "Shelf", plural: "shelves", has_status: true };
/// `chosen` and `seen`, where the label `chosen` says so.
pub(crate) const CHOICES: Resource =
    Resource { group: GROUP, kind: "Choice", plural: "choices", has_status: true };
/// `parent` at creation, with the sub-handlers `parent/one`, `parent/two` and `parent/three`.
pub(crate) const SIBLINGS: Resource =
    Resource { group: GROUP, kind: "Siblings", plural: "siblings", has_status: true };
/// `made` at creation, `renewed` at updates, and `phase` for a field of the status.
pub(crate) const PHASED: Resource =
    Resource { group: GROUP, kind: "Phased", plural: "phased", has_status: true };

/// What peers of a namespace meet in.
pub(crate) const PEERINGS: Resource =
    Resource { group: "kopf.dev", kind: "KopfPeering", plural: "kopfpeerings", has_status: false };

/// A handler for each thing that is done with the operator's client, by `spec.do`.
pub(crate) const LOANS: Resource = Resource { group: GROUP, kind: "Loan", plural: "loans", has_status: true };

/// What one scenario plays in.
pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) namespace: String,
    pub(crate) proxy: Proxy,
    pub(crate) script: Script,
    /// Leads to the proxy.
    pub(crate) kubeconfig: PathBuf,
    pub(crate) server: Server,
}

impl World {
    /// Makes a world in which `resources` are registered.
    pub(crate) async fn with(server: Server, resources: &[Resource]) -> World {
        for resource in resources {
            resource.register(&server.client).await;
        }
        let namespace = namespace(&server.client).await;
        let proxy = Proxy::before(&server).await;
        let kubeconfig = proxy.kubeconfig(&namespace);
        World {
            client: server.client.clone(),
            namespace,
            proxy,
            script: Script::start().await,
            kubeconfig,
            server,
        }
    }

    /// Starts an operator, behind the proxy.
    pub(crate) fn operator(&self) -> Operator {
        self.operator_with(NAME, &self.script, &["--events", "none"])
    }

    /// Starts an operator of this name, behind the proxy, whose handlers do what `script` says.
    pub(crate) fn operator_with(&self, name: &str, script: &Script, options: &[&str]) -> Operator {
        Operator::start(&self.kubeconfig, &self.namespace, name, script, options)
    }

    /// The objects of `resource` in the namespace of this world; not through the proxy.
    pub(crate) fn objects(&self, resource: Resource) -> Objects {
        resource.objects(&self.client, &self.namespace)
    }

    /// Waits until `name` was handled as it is: nothing is in progress, and what was handled last is what it is now.
    pub(crate) async fn until_handled(&self, resource: Resource, name: &str) -> DynamicObject {
        self.objects(resource).until(name, "handled", is_handled).await
    }
}

/// Whether the operator has recorded the present spec as handled, and no handler in progress.
pub(crate) fn is_handled(object: &DynamicObject) -> bool {
    is_handled_by(NAME, object)
}

/// Whether the operator of this name has.
pub(crate) fn is_handled_by(operator: &str, object: &DynamicObject) -> bool {
    let annotations = object.metadata.annotations.clone().unwrap_or_default();
    let ours = |key: &str| key.strip_prefix(operator)?.strip_prefix(".kopf.dev/").map(str::to_owned);
    let in_progress = annotations
        .keys()
        .filter_map(|key| ours(key))
        .any(|name| name != "last-handled-configuration" && name != "kopf-managed");
    let spec = format!("\"spec\":{}", object.data["spec"]);
    let handled = annotations.get(&format!("{operator}.kopf.dev/last-handled-configuration"));
    !in_progress && handled.is_some_and(|handled| handled.contains(&spec))
}
