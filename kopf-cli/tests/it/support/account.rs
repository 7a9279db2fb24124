//! An account that may do what a test says and nothing else, and the ways by which an operator comes to be it.

use super::server::Server;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::Request;
use kopf_control_plane::DEADLINE;
use kopf_control_plane::client::Objects;
use kube::Client;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const RBAC: &str = "rbac.authorization.k8s.io";

/// A service account of a server.
pub(crate) struct Account {
    pub(crate) namespace: String,
    pub(crate) token: String,
    client: Client,
    /// The API server.
    pub(crate) url: String,
    authority: String,
    folder: TempDir,
}

impl Account {
    /// Makes the account `operator` of a namespace, without any rights but those of everybody.
    pub(crate) async fn of(server: &Server, namespace: &str) -> Account {
        let client = server.client.clone();
        let accounts = Objects::of(&client, "v1", "ServiceAccount", "serviceaccounts", Some(namespace));
        accounts.create("operator", json!({})).await;
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/operator/token");
        let asked = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {} });
        let answer = post(&client, &path, &asked).await;
        let kubeconfig = serde_json::to_value(&server.kubeconfig).unwrap();
        let cluster = &kubeconfig["clusters"][0]["cluster"];
        let authority = match cluster["certificate-authority"].as_str() {
            Some(file) => fs::read_to_string(file).unwrap(),
            None => {
                let data = cluster["certificate-authority-data"].as_str().unwrap();
                String::from_utf8(STANDARD.decode(data).unwrap()).unwrap()
            }
        };
        Account {
            namespace: namespace.to_owned(),
            token: answer["status"]["token"].as_str().unwrap().to_owned(),
            url: cluster["server"].as_str().unwrap().to_owned(),
            client,
            authority,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Grants rights in the whole cluster, or in one namespace; returns when they are known.
    pub(crate) async fn may(&self, place: Option<&str>, rules: &Value) {
        let (role, roles, binding, bindings) = match place {
            None => ("ClusterRole", "clusterroles", "ClusterRoleBinding", "clusterrolebindings"),
            Some(_) => ("Role", "roles", "RoleBinding", "rolebindings"),
        };
        // Each grant has a role of its own.
        let name = format!("{}-{}", self.namespace, rules.as_array().map_or(0, Vec::len));
        let of = |kind, plural| Objects::of(&self.client, &format!("{RBAC}/v1"), kind, plural, place);
        of(role, roles).create(&name, json!({ "rules": rules })).await;
        let subject = json!({ "kind": "ServiceAccount", "name": "operator", "namespace": self.namespace });
        let granted =
            json!({ "roleRef": { "apiGroup": RBAC, "kind": role, "name": name }, "subjects": [subject] });
        of(binding, bindings).create(&name, granted).await;
        let last = rules.as_array().and_then(|rules| rules.last()).expect("there is a rule");
        let asked = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
            "spec": {
                "user": format!("system:serviceaccount:{}:operator", self.namespace),
                "resourceAttributes": {
                    "namespace": place, "verb": last["verbs"][0], "group": last["apiGroups"][0],
                    "resource": last["resources"][0],
                },
            },
        });
        // A right is known a moment after it was given, and nobody tells when.
        let known = async {
            let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
            while post(&self.client, path, &asked).await["status"]["allowed"] != true {}
        };
        tokio::time::timeout(DEADLINE, known).await.expect("it was waited for in vain");
    }

    /// A kubeconfig that is the account's.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "own",
            "clusters": [{ "name": "own", "cluster": {
                "server": self.url, "certificate-authority-data": STANDARD.encode(&self.authority),
            } }],
            "users": [{ "name": "own", "user": { "token": self.token } }],
            "contexts": [{ "name": "own", "context": {
                "cluster": "own", "user": "own", "namespace": self.namespace,
            } }],
        });
        self.file("kubeconfig", &kubeconfig.to_string())
    }

    /// A folder such as kubelets make in the account's pods.
    pub(crate) fn folder(&self) -> &Path {
        for (name, text) in
            [("token", &self.token), ("ca.crt", &self.authority), ("namespace", &self.namespace)]
        {
            self.file(name, text);
        }
        self.folder.path()
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

async fn post(client: &Client, path: &str, body: &Value) -> Value {
    let request = Request::post(path).header(http::header::CONTENT_TYPE, "application/json");
    client.request(request.body(body.to_string().into_bytes()).unwrap()).await.unwrap()
}
