//! The API server that a scenario runs on, real or sandbox, behind one interface.

use kube::Client;
use kube::config::Kubeconfig;

/// Makes two tests of each scenario, an `async fn(Server)`: one on the real server and one on the sandbox.
macro_rules! on_both_servers {
    ($($scenario:ident),+ $(,)?) => {
        crate::support::server::on_the_real_server!($($scenario),+);
        mod on_the_sandbox {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $scenario() {
                super::$scenario(crate::support::server::Server::sandbox().await).await;
            })+
        }
    };
}

/// Makes a test of each scenario for what the sandbox does not do yet.
macro_rules! on_the_real_server {
    ($($scenario:ident),+ $(,)?) => {
        mod on_the_real_server {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $scenario() {
                if let Some(server) = crate::support::server::Server::real().await {
                    super::$scenario(server).await;
                }
            })+
        }
    };
}

pub(crate) use {on_both_servers, on_the_real_server};

/// A server that answers, and how to reach it as its administrator.
pub(crate) struct Server {
    pub(crate) client: Client,
    /// Leads here, and its current context to the administrator.
    pub(crate) kubeconfig: Kubeconfig,
    sandbox: Option<kopf_sandbox::Server>,
}

impl Server {
    /// The control plane that all tests share, or `None` where there is none.
    pub(crate) async fn real() -> Option<Server> {
        let kubeconfig = kopf_control_plane::get().await?.kubeconfig.clone();
        let client = kopf_control_plane::connect(&kubeconfig).await;
        Some(Server { client, kubeconfig, sandbox: None })
    }

    /// Whether namespaces go with what is in them, which a real server alone does not see to.
    pub(crate) async fn has_controllers(&self) -> bool {
        self.sandbox.is_some()
            || kopf_control_plane::get().await.is_some_and(|running| running.has_controllers)
    }

    /// A sandbox of this test's own, over HTTPS, where roles say who may do what.
    pub(crate) async fn sandbox() -> Server {
        // No cluster is at its first version when its users come.
        let sandbox = kopf_sandbox::Sandbox::builder().first_revision(1_000).rbac(true).build();
        let sandbox = sandbox.expect("an empty sandbox can be made");
        let serving = sandbox.serve(([127, 0, 0, 1], 0).into()).await.expect("loopback has a free port");
        let kubeconfig = Kubeconfig::from_yaml(serving.kubeconfig()).expect("the sandbox writes kubeconfigs");
        let client = kopf_control_plane::connect(&kubeconfig).await;
        Server { client, kubeconfig, sandbox: Some(serving) }
    }
}
