//! An operator of the Python framework that is asked about each write: it is asked the same by the sandbox and by a real server, and
//! what it says has the same consequences.

use std::{fs, time::Instant};

use http::{Request, header};
use http_body_util::BodyExt;
use kopf_control_plane::{
    DEADLINE,
    client::{Objects, Resource, namespace},
};
use kube::{Client, client::Body, config::Kubeconfig};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use serde_json::{Value, json};

use super::{
    both,
    install::packages,
    kopf::{PACKAGE, Place},
    mask,
};

const PARCELS: Resource =
    Resource { group: "parcels.clients.kopf.test", kind: "Parcel", plural: "parcels", has_status: true };

/// Verb, name, and what is sent.
type Row = (&'static str, &'static str, Value);

fn rows() -> Vec<Row> {
    let parcel = |name: &str, labels: Value, spec: Value| {
        json!({
            "apiVersion": "parcels.clients.kopf.test/v1", "kind": "Parcel",
            "metadata": { "name": name, "labels": labels }, "spec": spec,
        })
    };
    vec![
        ("POST", "", parcel("a", json!({}), json!({ "n": 1 }))),
        ("POST", "", parcel("b", json!({}), json!({ "n": 6, "color": "blue" }))),
        ("POST", "", parcel("c", json!({ "fragile": "yes" }), json!({ "n": 1 }))),
        ("POST", "?dryRun=All", parcel("d", json!({}), json!({ "n": 7 }))),
        ("PATCH", "/a", json!({ "spec": { "n": 2, "color": "green" } })),
        ("PATCH", "/a", json!({ "spec": { "n": 9 } })),
        ("PATCH", "/a", json!({ "spec": { "kept": true } })),
        ("PATCH", "/a/status", json!({ "status": { "seen": 2 } })),
        ("DELETE", "/a", json!({})),
        ("PATCH", "/a", json!({ "spec": { "kept": null } })),
        ("DELETE", "/a", json!({})),
    ]
}

/// What a write comes to: its code, what was warned of, and what is there now or why not.
///
/// It returns when the server has seen the write: one that is behind asks once more about the next one, and nobody knows when.
async fn write(client: &Client, namespace: &str, (verb, rest, body): &Row) -> (u16, String) {
    let parcels = format!("/apis/parcels.clients.kopf.test/v1/namespaces/{namespace}/parcels");
    let path = format!("{parcels}{rest}");
    let media = if *verb == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let request = Request::builder().method(*verb).uri(path).header(header::CONTENT_TYPE, media);
    let response =
        client.send(request.body(Body::from(body.to_string().into_bytes())).unwrap()).await.unwrap();
    let warnings: Vec<String> = response
        .headers()
        .get_all(header::WARNING)
        .iter()
        .map(|warning| warning.to_str().unwrap().to_owned())
        .collect();
    let code = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let answer: Value = serde_json::from_slice(&body).unwrap();
    if let Some(version) = answer["metadata"]["resourceVersion"].as_str() {
        let seen = Request::get(format!("{parcels}?resourceVersion={version}")).body(Body::empty()).unwrap();
        assert!(client.send(seen).await.unwrap().status().is_success(), "it is seen in time");
    }
    let told = json!([answer["metadata"]["labels"], answer["spec"], answer["reason"], answer["message"]]);
    (code, format!("{verb} {rest} {code} {told} {warnings:?}"))
}

/// The keys of who is asked, in its folder.
fn write_certificates(place: &Place) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "operators of tests");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let server =
        CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    for (name, text) in
        [("authority", authority.pem()), ("server", server.pem()), ("key", key.serialize_pem())]
    {
        fs::write(place.folder.path().join(name), text).unwrap();
    }
}

async fn run(kubeconfig: Kubeconfig, packages: std::path::PathBuf) -> Vec<String> {
    let client = kopf_control_plane::connect(&kubeconfig).await;
    PARCELS.register(&client).await;
    let mut place = Place::new(&kubeconfig, packages, "admission.py", namespace(&client).await);
    write_certificates(&place);
    let managed = format!("{}.kopf.test", place.namespace);
    let operator = place.start(&[("MANAGED", &managed)]);

    // Each of the two configurations is heeded when the server has seen it: one refuses a probe, the other one fills it in.
    let give_up_at = Instant::now() + DEADLINE;
    for (n, code, told) in [(6, 422, "These are too many."), (1, 201, r#""filled":"yes""#)] {
        let probe = (
            "POST",
            "?dryRun=All",
            json!({ "apiVersion": "parcels.clients.kopf.test/v1", "kind": "Parcel", "metadata": { "name": "probe" }, "spec": { "n": n } }),
        );
        loop {
            let (found, text) = write(&client, &place.namespace, &probe).await;
            if found == code && text.contains(told) {
                break;
            }
            assert!(Instant::now() < give_up_at, "nobody is asked; {text}:\n{}", place.log());
        }
    }
    let mut came_to = Vec::new();
    for row in rows() {
        came_to.push(write(&client, &place.namespace, &row).await.1);
    }
    place.stop(operator).await;
    for kind in ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"] {
        let plural = format!("{}s", kind.to_lowercase());
        let configurations = Objects::of(&client, "admissionregistration.k8s.io/v1", kind, &plural, None);
        let left = configurations.get(&managed).await.expect("it stays");
        came_to.push(format!("{kind} {}", left.data["webhooks"]));
        configurations.delete(&managed).await;
    }
    [place.said(), mask::lines(&came_to.join("\n"), &place.namespace, "nowhere")].concat()
}

#[tokio::test]
async fn an_operator_is_asked_about_writes_alike() {
    let Some(packages) = packages(PACKAGE).await else { return };
    let Some((expected, found)) = both(|kubeconfig| run(kubeconfig, packages.clone())).await else { return };
    assert!(expected.iter().any(|line| line.contains("These are too many.")), "{expected:#?}");
    assert!(found == expected, "the sandbox differs:\n{}", mask::difference(&expected, &found));
}
