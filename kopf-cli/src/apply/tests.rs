//! What is sent to a server for which files, on a clock that skips.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use futures::future::{BoxFuture, FutureExt, ready};
use kopf_reactor::cluster::{Answer, Lines, Status};

use super::*;

/// A server that keeps objects by path, merges nothing, and establishes definitions at the third question.
#[derive(Default)]
struct Fake {
    state: Mutex<State>,
    /// Definitions are never established.
    stubborn: bool,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Value>,
    asked: usize,
    log: Vec<String>,
}

fn refused(code: u16) -> cluster::Error {
    cluster::Error::Refused(Status { code, message: "no".to_owned(), ..Status::default() })
}

impl Fake {
    fn answer(&self, request: &Request) -> Result<Value, cluster::Error> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let body: Value =
            request.body.as_ref().map(|(_, body)| serde_json::from_slice(body).unwrap()).unwrap_or_default();
        let resource = |name: &str, kind: &str, namespaced: bool| json!({ "name": name, "kind": kind, "namespaced": namespaced });
        match (request.method.as_str(), request.path.as_str()) {
            (_, "/api/v1") => Ok(json!({ "resources": [
                resource("pods/status", "Pod", true),
                resource("pods", "Pod", true),
                resource("namespaces", "Namespace", false),
                "odd",
            ] })),
            (_, "/apis/apiextensions.k8s.io/v1") => Ok(json!({ "resources": [
                resource("customresourcedefinitions", "CustomResourceDefinition", false),
            ] })),
            (_, "/apis/zalando.org/v1") => {
                // A definition is established before its resource is served.
                state.asked += 1;
                if state.asked < 6 {
                    Err(refused(404))
                } else {
                    Ok(json!({ "resources": [resource("kopfexamples", "KopfExample", true)] }))
                }
            }
            ("GET", path) => {
                let mut object = state.objects.get(path).cloned().ok_or_else(|| refused(404))?;
                if path.contains("customresourcedefinitions") {
                    state.asked += 1;
                    let status = if state.asked < 3 || self.stubborn { "False" } else { "True" };
                    object["status"] = json!({ "conditions": [{ "type": "Established", "status": status, "message": "installing" }] });
                }
                Ok(object)
            }
            (method, path) => {
                state.log.push(format!("{method} {path}"));
                if body["spec"]["refuse"] == true {
                    return Err(refused(422));
                }
                let name = if method == "POST" {
                    format!("/{}", body["metadata"]["name"].as_str().unwrap())
                } else {
                    String::new()
                };
                state.objects.insert(format!("{path}{name}"), body.clone());
                Ok(body)
            }
        }
    }
}

impl Cluster for Fake {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, cluster::Error>> {
        let answer = self.answer(&request);
        let is_written = request.body.is_some();
        ready(answer.map(|body| {
            let is_unknown = is_written && body["spec"]["typo"].is_string();
            let warnings =
                is_unknown.then(|| r#"unknown field "spec.typo""#.to_owned()).into_iter().collect();
            Response { body: body.to_string().into(), warnings }
        }))
        .boxed()
    }

    fn ask(&self, _: Request) -> BoxFuture<'_, Result<Answer, cluster::Error>> {
        ready(Err(refused(501))).boxed()
    }

    fn watch(&self, _: Request) -> BoxFuture<'_, Result<Lines, cluster::Error>> {
        ready(Err(refused(501))).boxed()
    }

    fn default_namespace(&self) -> &str {
        "context"
    }
}

/// A clock on which waiting takes no time.
#[derive(Default)]
struct Skipping(Mutex<Timestamp>);

impl Clock for Skipping {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'static, ()> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = moment;
        ready(()).boxed()
    }
}

const CRD: &str = "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, \
                   metadata: {name: kopfexamples.zalando.org}, spec: {group: zalando.org}}";

/// What is written to a server when these objects are applied one after another.
#[track_caller]
fn check(fake: Fake, documents: &[&str], expected: &[&str]) {
    let mut manifests = vec![];
    manifest::parse(Path::new("a.yaml"), &documents.join("\n---\n"), &mut manifests).unwrap();
    let applied = apply(&fake, &Skipping::default(), &manifests).now_or_never().expect("nothing here waits");
    let mut found = fake.state.into_inner().unwrap().log;
    found.extend(applied.unwrap_or_else(|error| vec![format!("error: {error}")]));
    assert_eq!(found, expected);
}

#[test]
fn what_is_not_there_is_created_and_what_differs_is_patched() {
    let pod = |label: &str| {
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: p, namespace: ns, labels: {{a: {label}}}}}}}")
    };
    check(
        Fake::default(),
        &[&pod("x"), &pod("x"), &pod("z")],
        &["POST /api/v1/namespaces/ns/pods", "PATCH /api/v1/namespaces/ns/pods/p"],
    );
}

#[test]
fn an_object_without_a_namespace_goes_to_the_contexts() {
    check(
        Fake::default(),
        &[
            "{apiVersion: v1, kind: Pod, metadata: {name: p}}",
            "{apiVersion: v1, kind: Namespace, metadata: {name: ns, namespace: x}}",
        ],
        &["POST /api/v1/namespaces/context/pods", "POST /api/v1/namespaces"],
    );
}

#[test]
fn a_definition_is_waited_for_until_its_resource_is_served() {
    check(
        Fake::default(),
        &[CRD, "{apiVersion: zalando.org/v1, kind: KopfExample, metadata: {name: e}}"],
        &[
            "POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            "POST /apis/zalando.org/v1/namespaces/context/kopfexamples",
        ],
    );
}

#[test]
fn what_the_server_warns_of_is_told() {
    let pod = |typo: &str| {
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: p, namespace: ns}}, spec: {{typo: {typo}}}}}")
    };
    check(
        Fake::default(),
        &[&pod("x"), &pod("x"), &pod("z")],
        &[
            "POST /api/v1/namespaces/ns/pods",
            "PATCH /api/v1/namespaces/ns/pods/p",
            r#"a.yaml, document 1: Pod p: unknown field "spec.typo""#,
            r#"a.yaml, document 3: Pod p: unknown field "spec.typo""#,
        ],
    );
}

#[test]
fn what_goes_wrong_is_told_with_file_document_and_object() {
    check(
        Fake { stubborn: true, ..Fake::default() },
        &[CRD],
        &[
            "POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            "error: a.yaml, document 1: CustomResourceDefinition kopfexamples.zalando.org: \
             it is not established after 60 seconds: installing",
        ],
    );
    check(
        Fake::default(),
        &["{apiVersion: v1, kind: Namespace, metadata: {name: ns}, spec: {refuse: true}}"],
        &["POST /api/v1/namespaces", "error: a.yaml, document 1: Namespace ns: no (422)"],
    );
    check(
        Fake::default(),
        &["{apiVersion: zalando.org/v1, kind: KopfExample, metadata: {name: e}}"],
        &[
            "error: a.yaml, document 1: KopfExample e: the API server has no kind KopfExample in zalando.org/v1; \
           apply its CustomResourceDefinition first",
        ],
    );
}
