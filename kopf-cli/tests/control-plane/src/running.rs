//! The programs of a control plane: how they are started, and how one reaches them.

use crate::DEADLINE;
use crate::certificates::{self, Certificates};
use crate::leash;
use http::Request;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::json;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep};

/// The pause between two looks at a server that is starting: it has nobody to tell that it is ready.
const POLL: Duration = Duration::from_millis(50);

const HOW: &str = "set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver (setup-envtest makes one), or \
                   USE_EXISTING_CLUSTER=true and KUBECONFIG to a cluster that tests may write to";

/// A running control plane. Its programs end with it, and with the test process.
pub struct ControlPlane {
    /// How to reach it: the contexts `admin`, which is the current one, and `nobody`.
    pub kubeconfig: Kubeconfig,
    /// Whether kube-controller-manager runs, without which namespaces never finish deleting.
    pub has_controllers: bool,
    _programs: Vec<Child>,
}

/// The control plane of this run; `None`, with a line that says why, where the environment names none.
///
/// Under `CI=true` a missing control plane is a failure.
pub async fn get() -> Option<&'static ControlPlane> {
    static SHARED: OnceCell<Result<Option<ControlPlane>, String>> = OnceCell::const_new();
    match SHARED.get_or_init(|| start(&[])).await {
        Ok(Some(running)) => Some(running),
        Ok(None) => {
            skip(&format!("no control plane: {HOW}"));
            None
        }
        Err(why) => panic!("{why}"),
    }
}

/// A control plane for one test alone, which would be in the way of others: the existing cluster, where there is one.
pub async fn own() -> Option<ControlPlane> {
    own_with(&[]).await
}

/// The same, whose kube-apiserver has these flags, too; an existing cluster is as it is, and will not do.
pub async fn own_with(flags: &[&str]) -> Option<ControlPlane> {
    if is_set(EXISTING) && !flags.is_empty() {
        skip(&format!("the existing cluster may not have been started with {flags:?}"));
        return None;
    }
    let running = start(flags).await.unwrap_or_else(|why| panic!("{why}"));
    if running.is_none() {
        skip(&format!("no control plane: {HOW}"));
    }
    running
}

/// Says that the running test was skipped and why; fails it where skipping is not allowed.
pub fn skip(why: &str) {
    assert!(!is_set("CI"), "a skipped test is a failure under CI=true: {why}");
    eprintln!("skipped, {why}");
}

const EXISTING: &str = "USE_EXISTING_CLUSTER";

fn is_set(variable: &str) -> bool {
    std::env::var(variable).is_ok_and(|value| value == "true")
}

async fn start(flags: &[&str]) -> Result<Option<ControlPlane>, String> {
    if is_set(EXISTING) {
        let kubeconfig = Kubeconfig::read().expect("USE_EXISTING_CLUSTER=true needs a readable KUBECONFIG");
        return Ok(Some(ControlPlane { kubeconfig, has_controllers: true, _programs: Vec::new() }));
    }
    let Some(assets) = std::env::var_os("KUBEBUILDER_ASSETS").map(PathBuf::from) else { return Ok(None) };
    let folder = tempfile::Builder::new().prefix("kopf-tests-").tempdir().unwrap().keep();
    let files = Files::write(&folder, &certificates::make().unwrap());

    let (etcd, peer) =
        (format!("http://127.0.0.1:{}", free_port()), format!("http://127.0.0.1:{}", free_port()));
    let server = format!("https://127.0.0.1:{}", free_port());
    let kubeconfig = kubeconfig(&server, &files);
    std::fs::write(folder.join("kubeconfig"), serde_json::to_vec(&kubeconfig).unwrap()).unwrap();
    let has_controllers = assets.join("kube-controller-manager").exists();

    let mut server_flags = server_flags(&files, &etcd, &server, has_controllers);
    server_flags.extend(flags.iter().map(|flag| (*flag).to_owned()));
    let run = |name: &str, args: Vec<String>| {
        leash::start(&assets.join(name), &args, &folder.join(format!("{name}.log")), &folder)
    };
    let mut programs =
        vec![run("etcd", etcd_flags(&folder, &etcd, &peer)), run("kube-apiserver", server_flags)];
    let client = connect(&kubeconfig).await;
    answers(&client, "/readyz", &folder).await?;
    answers(&client, "/api/v1/namespaces/default", &folder).await?;
    if has_controllers {
        programs.push(run("kube-controller-manager", controller_flags(&folder, &files)));
        answers(&client, "/api/v1/namespaces/default/serviceaccounts/default", &folder).await?;
    }
    Ok(Some(ControlPlane { kubeconfig, has_controllers, _programs: programs }))
}

/// A client of the current context.
pub async fn connect(kubeconfig: &Kubeconfig) -> Client {
    let options = KubeConfigOptions::default();
    let mut config = Config::from_custom_kubeconfig(kubeconfig.clone(), &options).await.unwrap();
    // A test wants to see the answers that a server gives, not the third one.
    config.default_retry = false;
    Client::try_from(config).unwrap()
}

/// Waits until the server answers `path` well; the error has the ends of the logs.
async fn answers(client: &Client, path: &str, folder: &Path) -> Result<(), String> {
    let give_up_at = Instant::now() + DEADLINE;
    loop {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let found = match client.send(request).await {
            Ok(response) if response.status().is_success() => return Ok(()),
            Ok(response) => response.status().to_string(),
            Err(error) => error.to_string(),
        };
        if Instant::now() > give_up_at {
            return Err(format!("the control plane does not answer {path} ({found}){}", logs(folder)));
        }
        sleep(POLL).await;
    }
}

fn logs(folder: &Path) -> String {
    let mut text = String::new();
    for name in ["etcd", "kube-apiserver", "kube-controller-manager"] {
        let log = std::fs::read_to_string(folder.join(format!("{name}.log"))).unwrap_or_default();
        let last = log.lines().rev().take(5).collect::<Vec<_>>();
        text.extend(last.into_iter().rev().map(|line| format!("\n{name}: {line}")));
    }
    text
}

/// Where the keys of a control plane lie, and the tokens it accepts.
struct Files {
    authority: PathBuf,
    server: PathBuf,
    server_key: PathBuf,
    account_key: PathBuf,
    account_public_key: PathBuf,
    tokens: PathBuf,
}

const ADMIN_TOKEN: &str = "admin-of-the-tests";
const NOBODY_TOKEN: &str = "nobody-of-the-tests";

impl Files {
    fn write(folder: &Path, made: &Certificates) -> Files {
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let tokens = format!("{ADMIN_TOKEN},admin,admin,system:masters\n{NOBODY_TOKEN},nobody,nobody\n");
        Files {
            authority: write("authority.crt", &made.authority),
            server: write("server.crt", &made.server),
            server_key: write("server.key", &made.server_key),
            account_key: write("accounts.key", &made.account_key),
            account_public_key: write("accounts.pub", &made.account_public_key),
            tokens: write("tokens.csv", &tokens),
        }
    }
}

fn kubeconfig(server: &str, files: &Files) -> Kubeconfig {
    let context = |user| json!({ "name": user, "context": { "cluster": "tests", "user": user, "namespace": "default" } });
    let user = |user, token| json!({ "name": user, "user": { "token": token } });
    serde_json::from_value(json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "admin",
        "clusters": [{ "name": "tests", "cluster": { "server": server, "certificate-authority": files.authority } }],
        "users": [user("admin", ADMIN_TOKEN), user("nobody", NOBODY_TOKEN)],
        "contexts": [context("admin"), context("nobody")],
    }))
    .expect("this is a kubeconfig")
}

fn etcd_flags(folder: &Path, client: &str, peer: &str) -> Vec<String> {
    vec![
        format!("--data-dir={}", folder.join("etcd").display()),
        "--unsafe-no-fsync".to_owned(),
        "--log-level=warn".to_owned(),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=default={peer}"),
    ]
}

fn server_flags(files: &Files, etcd: &str, server: &str, has_controllers: bool) -> Vec<String> {
    let port = server.rsplit(':').next().expect("the URL ends in a port");
    let mut flags = vec![
        format!("--etcd-servers={etcd}"),
        "--bind-address=127.0.0.1".to_owned(),
        "--advertise-address=127.0.0.1".to_owned(),
        "--endpoint-reconciler-type=none".to_owned(),
        format!("--secure-port={port}"),
        format!("--tls-cert-file={}", files.server.display()),
        format!("--tls-private-key-file={}", files.server_key.display()),
        format!("--token-auth-file={}", files.tokens.display()),
        "--authorization-mode=RBAC".to_owned(),
        "--service-cluster-ip-range=10.96.0.0/12".to_owned(),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        format!("--service-account-key-file={}", files.account_public_key.display()),
        format!("--service-account-signing-key-file={}", files.account_key.display()),
        // As on all clusters: who may run what is said by pod security.
        "--allow-privileged".to_owned(),
    ];
    if !has_controllers {
        // Nobody would make the accounts that this plugin demands of pods.
        flags.push("--disable-admission-plugins=ServiceAccount".to_owned());
    }
    flags
}

fn controller_flags(folder: &Path, files: &Files) -> Vec<String> {
    vec![
        format!("--kubeconfig={}", folder.join("kubeconfig").display()),
        "--leader-elect=false".to_owned(),
        format!("--service-account-private-key-file={}", files.account_key.display()),
        format!("--root-ca-file={}", files.authority.display()),
        "--bind-address=127.0.0.1".to_owned(),
        "--secure-port=0".to_owned(),
        "--use-service-account-credentials=false".to_owned(),
    ]
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
