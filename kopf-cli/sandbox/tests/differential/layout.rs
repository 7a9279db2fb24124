//! How answers are laid out: on one line for programs, member by member for people.

use http::{Request, header};
use http_body_util::BodyExt;
use kube::Client;

use super::{answer::Answer, check_as, sandbox};

/// The path that is asked for, by which client, and the answer that it accepts.
type Asked = (&'static str, &'static str, &'static str);

/// The code of an answer, its first two bytes and its last one; of what is refused all of it.
async fn layout(client: &Client, (path, agent, accept): Asked) -> (u16, String, String) {
    let request = Request::get(path).header(header::USER_AGENT, agent).header(header::ACCEPT, accept);
    let response = client.send(request.body(Vec::new().into()).unwrap()).await.unwrap();
    let code = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if code != 200 {
        return (code, text(&body), String::new());
    }
    (code, text(&body[..body.len().min(2)]), text(&body[body.len().saturating_sub(1)..]))
}

#[tokio::test]
async fn answers_are_laid_out_for_people() {
    const JSON: &str = "application/json";
    const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";
    let rows: &[Asked] = &[
        ("/api/v1/namespaces/default", "curl/8.5.0", "*/*"),
        ("/api/v1/namespaces/default", "kubectl", JSON),
        ("/api/v1/namespaces/default", "Wget/1.21", TABLE),
        ("/api/v1/namespaces/default", "kubectl", "application/json;pretty=1"),
        ("/api/v1/namespaces/default", "kubectl", "application/json;pretty=true"),
        ("/api/v1/namespaces/default?pretty=true", "kubectl", JSON),
        ("/api/v1/namespaces/default?pretty=0", "curl/8.5.0", JSON),
        ("/api/v1/namespaces/default?pretty=maybe", "curl/8.5.0", JSON),
        ("/api/v1/namespaces/default?pretty=", "Mozilla/5.0 (X11; Linux)", JSON),
        ("/api/v1/namespaces?limit=1", "curl/8.5.0", JSON),
        ("/api/v1/namespaces?limit=1", "kubectl", TABLE),
        ("/api/v1/namespaces/nobody", "curl/8.5.0", JSON),
        ("/api/v1/namespaces/nobody", "kubectl", JSON),
        ("/api/v1/nothing", "curl/8.5.0", JSON),
        ("/nothing", "curl/8.5.0", JSON),
        ("/", "kubectl", JSON),
        ("/version", "kubectl", JSON),
        ("/healthz", "curl/8.5.0", JSON),
        ("/apis", "curl/8.5.0", JSON),
        ("/apis", "kubectl", JSON),
        ("/apis", "curl/8.5.0", AGGREGATED),
        ("/apis", "kubectl", AGGREGATED),
        ("/apis/apps", "kubectl", JSON),
        ("/apis/apps/v1", "curl/8.5.0", JSON),
        ("/openapi/v2", "curl/8.5.0", JSON),
        ("/openapi/v3", "curl/8.5.0", JSON),
        ("/openapi/v3/version", "curl/8.5.0", JSON),
    ];
    let Some(real) = kopf_control_plane::get().await else { return };
    let real = kopf_control_plane::connect(&real.kubeconfig).await;
    let (sandbox, _serving) = sandbox().await;
    let mut differences = Vec::new();
    for row in rows {
        let [expected, found] = [layout(&real, *row).await, layout(&sandbox, *row).await];
        if found != expected {
            differences.push(format!("{row:?}:\n  {expected:?}\n  {found:?}"));
        }
    }
    assert!(differences.is_empty(), "the sandbox differs:\n{}", differences.join("\n"));
}

#[tokio::test]
async fn members_of_custom_resources_are_in_order() {
    let rows = r#"
        POST  rows?fieldManager=m {"metadata":{"name":"a","labels":{"z":"1","b":"2"},"annotations":{"c":"d"},"finalizers":["kopf.test/f"]},"kind":"Row","spec":{"n":1,"z":{"y":1,"x":[{"d":1,"c":2}]},"a":12000000000000000000,"b":1.5e-7,"c":1e20},"apiVersion":"differential.kopf.test/v1"}
        GET   rows/a
        GET   rows
        MERGE rows/a?fieldManager=n {"spec":{"m":1,"b":2},"metadata":{"labels":{"a":"b"}}}
        MERGE rows/a/status {"status":{"z":1,"a":2}}
        APPLY rows/a?fieldManager=o {"spec":{"o":1},"apiVersion":"differential.kopf.test/v1","kind":"Row","metadata":{"name":"a"}}
        GET   rows/a
        MERGE rows/a {"metadata":{"finalizers":null}}
    "#;
    check_as(rows, Answer::in_order).await;
}
