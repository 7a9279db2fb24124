//! Kubeconfigs and service accounts in files of a test, and what is found in them.

use std::fs;

use expect_test::{Expect, expect};
use serde_json::Value;
use tempfile::TempDir;

use super::*;

/// Files of a test, of which each is a kubeconfig or nonsense.
struct Files(TempDir);

impl Files {
    fn with(files: &[(&str, &str)]) -> Files {
        let folder = TempDir::new().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Files(folder)
    }

    /// What the files of these names say together, without the folder that they are in.
    fn read(&self, names: &str, context: Option<&str>) -> String {
        let kubeconfigs = names.split(':').map(|name| self.0.path().join(name)).collect();
        let read = Places { kubeconfigs, pod: None }.read(context);
        let text = match read {
            Ok(found) => text(&serde_json::to_value(found).unwrap()),
            Err(error) => error.to_string(),
        };
        text.replace(&format!("{}/", self.0.path().display()), "")
    }
}

/// The context, its cluster and its user.
fn text(found: &Value) -> String {
    let current = &found["current-context"];
    let named = |list: &str, name: &Value, kind: &str| {
        let all = found[list].as_array().unwrap();
        all.iter().find(|one| one["name"] == *name).map_or(Value::Null, |one| one[kind].clone())
    };
    let context = named("contexts", current, "context");
    let (cluster, user) =
        (named("clusters", &context["cluster"], "cluster"), named("users", &context["user"], "user"));
    format!("{current} {context} {cluster} {user}")
}

const FIRST: &str = r#"
current-context: ""
clusters: [{ name: c, cluster: { server: "http://first" } }]
users: [{ name: u, user: { token: first } }]
contexts: [{ name: x, context: { cluster: c, user: u } }]
"#;
const SECOND: &str = r#"
current-context: x
clusters:
- { name: c, cluster: { server: "http://second", certificate-authority: ca.crt, tls-server-name: t } }
- { name: d, cluster: { server: "https://d", certificate-authority: ca.crt } }
users:
- { name: u, user: { token: second, username: second } }
- { name: v, user: { tokenFile: token, exec: { command: ./login } } }
contexts:
- { name: x, context: { cluster: d, user: v, namespace: ns } }
- { name: y, context: { cluster: d, user: v } }
"#;

/// What `kubectl config view --raw` of these files tells, but for the paths, which it writes as they are written.
#[test]
fn kubeconfigs_are_merged_as_kubectl_merges_them() {
    let files = Files::with(&[
        ("a", FIRST),
        ("sub/b", SECOND),
        ("empty", ""),
        ("users", "users: [{ name: v, user: { token: other } }]"),
    ]);
    let check = |names: &str, context: Option<&str>, expected: Expect| {
        expected.assert_eq(&files.read(names, context));
    };
    check(
        "absent:a:empty:sub/b",
        None,
        expect![[r#""x" {"cluster":"c","user":"u"} {"server":"http://first"} {"token":"first"}"#]],
    );
    check(
        "sub/b:a",
        None,
        expect![[
            r#""x" {"cluster":"d","user":"v","namespace":"ns"} {"server":"https://d","certificate-authority":"sub/ca.crt"} {"tokenFile":"sub/token","exec":{"command":"sub/./login","provideClusterInfo":false}}"#
        ]],
    );
    check(
        "users:a:sub/b",
        Some("y"),
        expect![[
            r#""y" {"cluster":"d","user":"v"} {"server":"https://d","certificate-authority":"sub/ca.crt"} {"token":"other"}"#
        ]],
    );
}

#[test]
fn what_cannot_be_used_is_named() {
    let files = Files::with(&[
        ("a", FIRST),
        ("list", "[]"),
        ("odd", "kind: Pod\n"),
        ("kind", "kind: Config\n"),
        ("folder/inside", ""),
        (
            "secret",
            "users:\n- name: u\n  user:\n    token: hidden\n    client-key-data: [\n    password: hidden\n",
        ),
    ]);
    let check = |names: &str, context: Option<&str>, expected: Expect| {
        expected.assert_eq(&files.read(names, context));
    };
    check("a", None, expect!["no cluster: set KUBECONFIG, or add --sandbox"]);
    check("absent", None, expect!["no cluster: set KUBECONFIG, or add --sandbox"]);
    check(
        "a:absent",
        Some("z"),
        expect![
            "the kubeconfig cannot be used: it has no context `z`: choose one with --context; there are: x"
        ],
    );
    check(
        "absent",
        Some("z"),
        expect![
            "the kubeconfig cannot be used: it has no context `z`: choose one with --context; there are: none"
        ],
    );
    check(
        "list:a",
        None,
        expect!["the kubeconfig cannot be used: list: expected mapping start at line 1, column 1"],
    );
    check(
        "secret",
        None,
        expect!["the kubeconfig cannot be used: secret: expected string scalar at line 5, column 22"],
    );
    check("folder:a", None, expect!["the kubeconfig cannot be used: folder: Is a directory (os error 21)"]);
    check(
        "kind:odd",
        None,
        expect![
            "the kubeconfig cannot be used: odd does not go with those before it: kubeconfigs with mismatching kind cannot be merged"
        ],
    );
}

#[test]
fn a_file_that_was_asked_for_must_be_there() {
    let error = read(Path::new("/nowhere/config"), None).unwrap_err();
    expect!["the kubeconfig cannot be used: /nowhere/config: No such file or directory (os error 2)"]
        .assert_eq(&error.to_string());
}

#[test]
fn an_environment_names_files_or_has_one_at_home_and_perhaps_a_pod() {
    let check = |variables: &[(&str, &str)], kubeconfigs: &[&str], pod: Option<(&str, &str)>| {
        let environment = |name: &str| {
            variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
        };
        let expected = Places {
            kubeconfigs: kubeconfigs.iter().map(PathBuf::from).collect(),
            pod: pod.map(|(host, port)| Pod {
                host: host.into(),
                port: port.into(),
                account: ACCOUNT.into(),
            }),
        };
        assert_eq!(Places::of(&environment), expected);
    };
    check(&[], &[], None);
    check(&[("HOME", "/h")], &["/h/.kube/config"], None);
    check(&[("HOME", "/h"), ("KUBECONFIG", "/a::b")], &["/a", "b"], None);
    check(&[("HOME", "/h"), ("KUBECONFIG", ":")], &["/h/.kube/config"], None);
    check(&[("KUBERNETES_SERVICE_HOST", "10.0.0.1")], &[], None);
    let in_a_pod = [("KUBERNETES_SERVICE_HOST", "10.0.0.1"), ("KUBERNETES_SERVICE_PORT", "443")];
    check(&in_a_pod, &[], Some(("10.0.0.1", "443")));
}

#[test]
fn a_pod_has_what_its_service_account_has() {
    let files = Files::with(&[
        ("full/token", "t"),
        ("full/ca.crt", ""),
        ("full/namespace", "shop\n"),
        ("half/token", "t"),
    ]);
    let check = |host: &str, account: &str, kubeconfigs: &[&str], expected: Expect| {
        let account = files.0.path().join(account);
        let pod = Some(Pod { host: host.to_owned(), port: "6443".to_owned(), account });
        let kubeconfigs = kubeconfigs.iter().map(|name| files.0.path().join(name)).collect();
        let read = Places { kubeconfigs, pod }.read(None);
        let found =
            read.map_or_else(|error| error.to_string(), |found| text(&serde_json::to_value(found).unwrap()));
        expected.assert_eq(&found.replace(&files.0.path().display().to_string(), ""));
    };
    check(
        "10.0.0.1",
        "full",
        &["absent"],
        expect![[
            r#""pod" {"cluster":"pod","user":"pod","namespace":"shop"} {"server":"https://10.0.0.1:6443","certificate-authority":"/full/ca.crt"} {"tokenFile":"/full/token"}"#
        ]],
    );
    check(
        "fd00::1",
        "full",
        &[],
        expect![[
            r#""pod" {"cluster":"pod","user":"pod","namespace":"shop"} {"server":"https://[fd00::1]:6443","certificate-authority":"/full/ca.crt"} {"tokenFile":"/full/token"}"#
        ]],
    );
    check(
        "10.0.0.1",
        "half",
        &[],
        expect![
            "the pod's service account cannot be used: /half/ca.crt: No such file or directory (os error 2); is its automountServiceAccountToken false?"
        ],
    );
    check(
        "10.0.0.1",
        "absent",
        &[],
        expect![
            "the pod's service account cannot be used: /absent/token: No such file or directory (os error 2); is its automountServiceAccountToken false?"
        ],
    );
}
