//! Credentials that the server takes, refuses, and takes again: on a server of the test's own, over a socket.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;
use crate::cluster::{Cluster, Request, kube::connect as connect_to};

/// A server that takes one token, and counts its requests.
#[derive(Clone)]
struct Server {
    address: String,
    token: Arc<Mutex<String>>,
    requests: Arc<AtomicU32>,
}

impl Server {
    async fn start(token: &str) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server =
            Server { address, token: Arc::new(Mutex::new(token.to_owned())), requests: Arc::default() };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move {
                    let (mut text, mut chunk) = (String::new(), [0; 4096]);
                    while let Ok(count @ 1..) = stream.read(&mut chunk).await {
                        text.push_str(&String::from_utf8_lossy(&chunk[..count]));
                        if text.contains("\r\n\r\n") {
                            let answer = serving.answer(&std::mem::take(&mut text));
                            stream.write_all(answer.as_bytes()).await.unwrap();
                        }
                    }
                });
            }
        });
        server
    }

    fn answer(&self, request: &str) -> String {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let wanted = format!("authorization: bearer {}\r\n", self.token.lock().unwrap());
        let status = match request.to_lowercase().contains(&wanted) {
            true => "200 OK",
            false => "401 Unauthorized",
        };
        format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n{{}}")
    }

    fn take(&self, token: &str) {
        token.clone_into(&mut self.token.lock().unwrap());
    }

    fn requests(&self) -> u32 {
        self.requests.swap(0, Ordering::Relaxed)
    }

    /// A kubeconfig for a user; the context of that name has the namespace `shop`.
    fn kubeconfig(&self, folder: &Path, user: &str) -> Access {
        let file = folder.join("config");
        let text = format!(
            r#"{{ "apiVersion": "v1", "kind": "Config", "current-context": "nowhere",
                 "clusters": [{{ "name": "here", "cluster": {{ "server": "{}" }} }}],
                 "users": [{{ "name": "us", "user": {user} }}],
                 "contexts": [{{ "name": "work", "context": {{ "cluster": "here", "user": "us", "namespace": "shop" }} }}] }}"#,
            self.address
        );
        fs::write(&file, text).unwrap();
        Access::Kubeconfig { file, context: Some("work".to_owned()) }
    }
}

/// Connections that look for other credentials as soon as theirs are refused.
fn at_once() -> Networking {
    Networking { login_interval: Duration::ZERO, ..Networking::default() }
}

/// The code that a request is answered with.
async fn code(cluster: &dyn Cluster) -> u16 {
    match cluster.send(Request::get("/version")).await {
        Ok(_) => 200,
        Err(error) => error.code().unwrap(),
    }
}

#[tokio::test]
async fn a_token_that_was_replaced_in_the_kubeconfig_is_taken_without_a_restart() {
    let (server, folder) = (Server::start("first").await, TempDir::new().unwrap());
    let access = server.kubeconfig(folder.path(), r#"{ "token": "first" }"#);
    let cluster = connect_to(access, &at_once()).await.unwrap();
    assert_eq!((code(&cluster).await, cluster.default_namespace()), (200, "shop"));
    server.take("second");
    assert_eq!(code(&cluster).await, 401, "there is none yet");
    server.kubeconfig(folder.path(), r#"{ "token": "second" }"#);
    server.requests();
    assert_eq!(code(&cluster).await, 200);
    assert_eq!(server.requests(), 2, "the request is sent again, at once");
    assert_eq!(code(&cluster).await, 200);
    assert_eq!(server.requests(), 1);
}

/// A user whose credentials a program has: it prints what the file `token` in the folder says, good until then.
fn program(folder: &Path, token: &str, expires: Option<Timestamp>) -> String {
    let program = folder.join("login.sh");
    let expires = expires.map_or(String::new(), |at| format!(r#", "expirationTimestamp": "{at}""#));
    let printed = format!(
        r#"{{ "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1",
             "status": {{ "token": "'$(cat {})'"{expires} }} }}"#,
        folder.join("token").display()
    );
    fs::write(&program, format!("#!/bin/sh\necho '{printed}'\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(folder.join("token"), token).unwrap();
    format!(
        r#"{{ "exec": {{ "apiVersion": "client.authentication.k8s.io/v1", "command": "{}", "interactiveMode": "Never" }} }}"#,
        program.display()
    )
}

#[tokio::test]
async fn a_program_that_has_the_credentials_is_asked_again_when_they_are_refused() {
    let (server, folder) = (Server::start("first").await, TempDir::new().unwrap());
    let user = program(folder.path(), "first", None);
    let cluster = connect_to(server.kubeconfig(folder.path(), &user), &at_once()).await.unwrap();
    assert_eq!(code(&cluster).await, 200);
    server.take("second");
    fs::write(folder.path().join("token"), "second").unwrap();
    assert_eq!(code(&cluster).await, 200);
}

#[tokio::test]
async fn a_program_is_asked_again_before_its_credentials_expire() {
    let (server, folder) = (Server::start("first").await, TempDir::new().unwrap());
    let soon = Timestamp::now() + Duration::from_secs(30);
    let user = program(folder.path(), "first", Some(soon));
    let cluster = connect_to(server.kubeconfig(folder.path(), &user), &at_once()).await.unwrap();
    assert_eq!(code(&cluster).await, 200);
    server.take("second");
    fs::write(folder.path().join("token"), "second").unwrap();
    server.requests();
    assert_eq!((code(&cluster).await, server.requests()), (200, 1), "nobody had to refuse them");
}

#[tokio::test]
async fn a_program_that_is_not_there_or_fails_is_named() {
    let check = async |command: &str, hint: &str, expected: &str| {
        let (server, folder) = (Server::start("any").await, TempDir::new().unwrap());
        let user = format!(
            r#"{{ "exec": {{ "apiVersion": "client.authentication.k8s.io/v1", "command": "{command}",
                            "installHint": "{hint}", "interactiveMode": "Never" }} }}"#
        );
        let error = connect_to(server.kubeconfig(folder.path(), &user), &at_once()).await.err().unwrap();
        assert!(error.to_string().starts_with(expected) && error.to_string().ends_with(hint), "{error}");
    };
    let named =
        "the program `/nowhere/login`, which the kubeconfig names for the credentials, does not bring them: ";
    check("/nowhere/login", "install it with care", named).await;
    let named = "the program `false`, which the kubeconfig names for the credentials, does not bring them: \
                 it ended with exit status: 1 and does not say why; run it by hand to see";
    check("false", "", named).await;
}

#[tokio::test]
async fn what_a_program_is_given_and_prints_is_told_to_nobody() {
    let check = async |script: &str, expected: &str| {
        let (server, folder) = (Server::start("any").await, TempDir::new().unwrap());
        let user = json!({ "exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "interactiveMode": "Never",
            "args": ["-c", script], "env": [{ "name": "KEY", "value": "hidden" }],
        } });
        let access = server.kubeconfig(folder.path(), &user.to_string());
        let error = connect_to(access, &at_once()).await.err().unwrap().to_string();
        let program = "the program `sh`, which the kubeconfig names for the credentials, does not bring them";
        assert_eq!(error, format!("{program}: {expected}"));
    };
    check(
        "echo token: hidden; echo The session has expired. >&2; echo Log in again. >&2; exit 3",
        "it ended with exit status: 3: The session has expired.; Log in again.",
    )
    .await;
    check("echo 'token: hidden: ['", "what it prints is no ExecCredential; run it by hand to see").await;
}

#[tokio::test]
async fn a_token_in_a_file_that_was_replaced_is_taken_and_a_line_break_is_no_part_of_it() {
    let (server, folder) = (Server::start("first").await, TempDir::new().unwrap());
    let token = folder.path().join("token");
    fs::write(&token, "first\n").unwrap();
    let access = server.kubeconfig(folder.path(), r#"{ "tokenFile": "token", "token": "older" }"#);
    let cluster = connect_to(access, &at_once()).await.unwrap();
    assert_eq!(code(&cluster).await, 200);
    server.take("second");
    fs::write(&token, "second\n").unwrap();
    assert_eq!(code(&cluster).await, 200);

    for (text, problem) in [(" \n", "the file is empty"), ("a\nb", "it holds what no token has in it")] {
        fs::write(&token, text).unwrap();
        let access = server.kubeconfig(folder.path(), r#"{ "tokenFile": "token" }"#);
        let error = connect_to(access, &at_once()).await.err().unwrap().to_string();
        assert!(
            error.starts_with(&format!("the token in {} cannot be used: {problem}", token.display())),
            "{error}"
        );
    }
}

#[tokio::test]
async fn looks_for_other_credentials_are_bounded_in_their_rate() {
    let (server, folder) = (Server::start("right").await, TempDir::new().unwrap());
    let access = server.kubeconfig(folder.path(), r#"{ "token": "wrong" }"#);
    let networking = Networking { login_interval: Duration::from_secs(3600), ..Networking::default() };
    let cluster = connect_to(access, &networking).await.unwrap();
    assert_eq!((code(&cluster).await, server.requests()), (401, 2));
    assert_eq!((code(&cluster).await, server.requests()), (401, 1));
}

#[tokio::test]
async fn trouble_is_over_with_the_first_answer_also_where_it_was_not_the_one_who_logged_in_that_got_it() {
    let (server, folder) = (Server::start("right").await, TempDir::new().unwrap());
    let access = server.kubeconfig(folder.path(), r#"{ "token": "right" }"#);
    let cluster = connect_to(access, &at_once()).await.unwrap();
    let sessions = &cluster.sessions;
    let renewing = sessions.renewing.as_ref().unwrap();
    renewing.lock().await.complain("and nobody knows why");
    sessions.current.write().unwrap().expires_at = Some(Timestamp::UNIX_EPOCH);
    assert_eq!(code(&cluster).await, 200);
    assert_eq!((sessions.newest().number, sessions.taken.load(Ordering::Relaxed)), (1, 1));
    assert!(!renewing.lock().await.failing, "the next trouble is told of");

    let older = Session { number: 0, ..sessions.newest() };
    sessions.answered(&older, None).await;
    assert_eq!(sessions.taken.load(Ordering::Relaxed), 1, "what comes late of an older one changes nothing");
}

/// What login handlers bring, one login after another, and how often they were asked.
fn login(logins: Vec<Vec<Credentials>>) -> (Access, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let asked = count.clone();
    let login = move || {
        let turn = asked.fetch_add(1, Ordering::Relaxed) as usize;
        let brought = logins.get(turn).cloned().ok_or_else(|| "the handlers are tired".to_owned());
        Box::pin(std::future::ready(brought)) as futures::future::BoxFuture<'static, _>
    };
    (Access::Login(Box::new(login)), count)
}

fn credentials(server: &Server, token: &str) -> Credentials {
    Credentials { server: server.address.clone(), token: Some(token.to_owned()), ..Credentials::default() }
}

#[tokio::test]
async fn trap_20_credentials_of_login_handlers_are_tried_in_order_and_then_asked_for_again() {
    let server = Server::start("second").await;
    let (first, second, third) =
        (credentials(&server, "first"), credentials(&server, "second"), credentials(&server, "third"));
    let (access, asked) = login(vec![vec![first, second], vec![third]]);
    let cluster = connect_to(access, &at_once()).await.unwrap();
    assert_eq!((code(&cluster).await, asked.load(Ordering::Relaxed)), (200, 1));
    server.take("third");
    assert_eq!((code(&cluster).await, asked.load(Ordering::Relaxed)), (200, 2));
    server.take("fourth");
    assert_eq!((code(&cluster).await, asked.load(Ordering::Relaxed)), (401, 3));
}

#[tokio::test]
async fn credentials_that_have_expired_are_not_waited_for_to_be_refused() {
    let server = Server::start("new").await;
    let soon = Timestamp::now() + Duration::from_millis(50);
    let old = Credentials { expires: Some(soon), ..credentials(&server, "old") };
    let (access, asked) = login(vec![vec![old], vec![credentials(&server, "new")]]);
    let cluster = connect_to(access, &at_once()).await.unwrap();
    while Timestamp::now() < soon {
        tokio::task::yield_now().await;
    }
    assert_eq!((code(&cluster).await, asked.load(Ordering::Relaxed)), (200, 2));
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn credentials_that_make_no_sense_are_told_of() {
    let check = async |credentials: Credentials, expected: &str| {
        let (access, _) = login(vec![vec![credentials]]);
        let error = connect_to(access, &at_once()).await.err().unwrap().to_string();
        assert!(error.starts_with(expected), "{error}");
    };
    check(Credentials::default(), "the credentials for  cannot be used: ").await;
    let server = "https://127.0.0.1:1".to_owned();
    let no_pem = Credentials { server, ca: Some("nonsense".to_owned()), ..Credentials::default() };
    check(no_pem, "the credentials for https://127.0.0.1:1 cannot be used: ca is no PEM").await;
    let error = connect_to(login(vec![]).0, &at_once()).await.err().unwrap();
    assert_eq!(error.to_string(), "cannot log in: the handlers are tired");
}
