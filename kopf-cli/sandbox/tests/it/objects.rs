//! Objects are made, changed and deleted by the rules of the API.

use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::client::*;

#[tokio::test]
async fn a_new_object_gets_what_the_server_sets_and_no_status() {
    let sandbox = sandbox();
    let mut asked = example("x");
    asked["status"] = json!({ "b": 1 });
    asked["metadata"]["generation"] = 7.into();
    let (code, made) = post(&sandbox, KEX, asked).await;
    assert_eq!(code, 201);
    let metadata = &made["metadata"];
    assert_eq!(metadata["namespace"], "default");
    assert_eq!(metadata["generation"], 1);
    assert_eq!(metadata["creationTimestamp"], "2026-01-01T00:00:00Z");
    assert_eq!(metadata["uid"].as_str().unwrap().len(), 36);
    assert_eq!(metadata["resourceVersion"], sandbox.revision().to_string());
    assert_eq!(made["status"], Value::Null);
    assert_eq!(get(&sandbox, &format!("{KEX}/x")).await, (200, made));
}

#[tokio::test]
async fn creation_is_refused_as_the_server_refuses_it() {
    let sandbox = sandbox();
    post(&sandbox, KEX, example("x")).await;
    let mut rows = Vec::new();
    for (path, body) in [
        (KEX, example("x").to_string()),
        (KEX, example("Bad_Name").to_string()),
        (KEX, json!({ "apiVersion": "zalando.org/v1", "kind": "KopfExample" }).to_string()),
        (KEX, json!({ "apiVersion": "zalando.org/v2", "kind": "KopfExample", "metadata": { "name": "q" } }).to_string()),
        (KEX, json!({ "apiVersion": "zalando.org/v1", "kind": "Foo", "metadata": { "name": "q" } }).to_string()),
        (KEX, json!({ "apiVersion": "zalando.org/v1", "kind": "KopfExample", "metadata": { "name": 5 } }).to_string()),
        (KEX, json!({ "apiVersion": "zalando.org/v1", "kind": "KopfExample", "metadata": { "name": "q", "namespace": "o" } }).to_string()),
        (KEX, json!({ "apiVersion": "zalando.org/v1", "kind": "KopfExample", "metadata": { "name": "q", "resourceVersion": "5" } }).to_string()),
        (KEX, "{}".to_owned()),
        (KEX, "{ \"a\": ".to_owned()),
        ("/apis/zalando.org/v1/namespaces/missing/kopfexamples", example("q").to_string()),
        ("/apis/zalando.org/v1/kopfexamples", example("q").to_string()),
        ("/apis/nope.org/v1/foos", "{}".to_owned()),
        ("/api/v1/configmaps", "{}".to_owned()),
        ("/api/v1/foos", "{}".to_owned()),
    ] {
        let (code, body) = ask(&sandbox, "POST", path, "application/json", body).await;
        let message = body["message"].as_str().or(body.as_str()).unwrap().trim_end();
        rows.push(format!("{code} {}", message.chars().take(150).collect::<String>()));
    }
    expect_test::expect![[r#"
        409 kopfexamples.zalando.org "x" already exists
        422 KopfExample.zalando.org "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of lower case alp
        422 KopfExample.zalando.org "" is invalid: metadata.name: Required value: name or generateName is required
        400 the API version in the data (zalando.org/v2) does not match the expected API version (zalando.org/v1)
        422 Foo.zalando.org "q" is invalid: kind: Invalid value: "Foo": must be KopfExample
        400 KopfExample in version "v1" cannot be handled as a KopfExample: json: cannot unmarshal number into Go struct field ObjectMeta.name of type string
        400 the namespace of the provided object does not match the namespace sent on the request
        500 resourceVersion should not be set on objects to be created
        400 the object provided is unrecognized (must be of type KopfExample): Object 'Kind' is missing in '{}' ({})
        400 the object provided is unrecognized (must be of type KopfExample): couldn't get version/kind; json parse error: unexpected end of JSON input ({ "a": )
        404 namespaces "missing" not found
        404 404 page not found
        404 404 page not found
        405 the server does not allow this method on the requested resource
        404 the server could not find the requested resource"#]]
    .assert_eq(&rows.join("\n"));
}

#[tokio::test]
async fn a_name_is_generated() {
    let sandbox = sandbox();
    let mut object = example("");
    object["metadata"] = json!({ "generateName": "gg-" });
    let (code, made) = post(&sandbox, KEX, object).await;
    assert_eq!(code, 201);
    let name = made["metadata"]["name"].as_str().unwrap();
    assert!(name.starts_with("gg-") && name.len() == 8, "{name}");
}

#[tokio::test]
async fn generation_counts_what_is_wanted_and_status_is_apart() {
    let sandbox = sandbox();
    post(&sandbox, KEX, example("x")).await;
    let path = format!("{KEX}/x");
    let (_, changed) = merge(&sandbox, &path, json!({ "spec": { "a": 2 }, "status": { "b": 1 } })).await;
    assert_eq!((&changed["metadata"]["generation"], &changed["status"]), (&2.into(), &Value::Null));
    let (_, labelled) = merge(&sandbox, &path, json!({ "metadata": { "labels": { "l": "1" } } })).await;
    assert_eq!(labelled["metadata"]["generation"], 2);
    let patch = json!({ "status": { "b": 2 }, "spec": { "a": 9 }, "metadata": { "finalizers": ["a/b"], "labels": null } });
    let (code, told) = merge(&sandbox, &format!("{path}/status"), patch).await;
    assert_eq!((code, &told["status"], &told["spec"]), (200, &json!({ "b": 2 }), &json!({ "a": 2 })));
    assert_eq!(told["metadata"]["generation"], 2);
    assert_eq!(told["metadata"]["labels"], json!({ "l": "1" }));
    assert_eq!(told["metadata"]["finalizers"], Value::Null);
}

#[tokio::test]
async fn without_the_subresource_status_is_a_field_like_others() {
    let sandbox = sandbox();
    let mut object = plain("p");
    object["status"] = json!({ "b": 1 });
    let (_, made) = post(&sandbox, PLAINS, object).await;
    assert_eq!(made["status"], json!({ "b": 1 }));
    let (_, changed) = merge(&sandbox, &format!("{PLAINS}/p"), json!({ "status": { "b": 2 } })).await;
    assert_eq!(changed["metadata"]["generation"], 2);
    let (code, status) = merge(&sandbox, &format!("{PLAINS}/p/status"), json!({})).await;
    assert_eq!((code, status["message"].as_str().unwrap()), (404, "plains.zalando.org \"p\" not found"));
}

#[tokio::test]
async fn versions_of_a_resource_are_the_same_objects() {
    let sandbox = sandbox();
    post(&sandbox, PLAINS, plain("p")).await;
    let (_, shown) = get(&sandbox, "/apis/zalando.org/v2/plains/p").await;
    assert_eq!(shown["apiVersion"], "zalando.org/v2");
    let mut other = plain("q");
    other["apiVersion"] = "zalando.org/v2".into();
    let (code, made) = post(&sandbox, "/apis/zalando.org/v2/plains", other).await;
    assert_eq!((code, &made["apiVersion"]), (201, &"zalando.org/v2".into()));
    let (_, list) = get(&sandbox, PLAINS).await;
    assert_eq!(list["items"][1]["apiVersion"], "zalando.org/v1");
}

#[tokio::test]
async fn a_stale_version_is_a_conflict() {
    let sandbox = sandbox();
    post(&sandbox, KEX, example("x")).await;
    let path = format!("{KEX}/x");
    let stale = json!({ "metadata": { "resourceVersion": "1" }, "spec": { "a": 2 } });
    let (code, status) = merge(&sandbox, &path, stale).await;
    let message = "Operation cannot be fulfilled on kopfexamples.zalando.org \"x\": the object has been modified; \
                   please apply your changes to the latest version and try again";
    assert_eq!((code, status["message"].as_str().unwrap()), (409, message));
    let (code, status) = put(&sandbox, &path, example("x")).await;
    let message = "kopfexamples.zalando.org \"x\" is invalid: metadata.resourceVersion: Invalid value: 0: must be \
                   specified for an update";
    assert_eq!((code, status["message"].as_str().unwrap()), (422, message));
}

#[tokio::test]
async fn another_uid_is_another_object() {
    let sandbox = sandbox();
    let (_, made) = post(&sandbox, KEX, example("x")).await;
    let path = format!("{KEX}/x");
    let mut other = made.clone();
    other["metadata"]["uid"] = "q".into();
    let (code, status) = put(&sandbox, &path, other).await;
    assert_eq!(code, 409);
    assert!(
        status["message"].as_str().unwrap().contains("Precondition failed: UID in precondition: q"),
        "{status}"
    );
    let (code, status) = merge(&sandbox, &path, json!({ "metadata": { "uid": "q" } })).await;
    let message =
        "KopfExample.zalando.org \"x\" is invalid: metadata.uid: Invalid value: \"q\": field is immutable";
    assert_eq!((code, status["message"].as_str().unwrap()), (422, message));
}

#[tokio::test]
async fn a_lease_is_made_by_putting_it_there() {
    let sandbox = sandbox();
    let path = "/apis/coordination.k8s.io/v1/namespaces/default/leases/l";
    let lease = json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "spec": { "holderIdentity": "a" },
        "metadata": { "name": "l", "resourceVersion": "5" },
    });
    assert_eq!(put(&sandbox, path, lease.clone()).await.0, 201);
    assert_eq!(put(&sandbox, path, lease).await.0, 409);
}

#[tokio::test]
async fn a_json_patch_tests_and_changes() {
    let sandbox = sandbox();
    let (_, made) = post(&sandbox, KEX, example("x")).await;
    let path = format!("{KEX}/x");
    let patch = |version: &str| {
        json!([
            { "op": "test", "path": "/metadata/resourceVersion", "value": version },
            { "op": "add", "path": "/metadata/finalizers", "value": ["a/b"] },
        ])
        .to_string()
    };
    let (code, _) = ask(&sandbox, "PATCH", &path, JSON, patch("1")).await;
    assert_eq!(code, 422);
    let version = made["metadata"]["resourceVersion"].as_str().unwrap();
    let (code, held) = ask(&sandbox, "PATCH", &path, JSON, patch(version)).await;
    assert_eq!((code, &held["metadata"]["finalizers"]), (200, &json!(["a/b"])));
    assert_eq!(ask(&sandbox, "PATCH", &path, JSON, "garbage").await.0, 400);
}

#[tokio::test]
async fn finalizers_hold_an_object_until_the_last_is_gone() {
    let sandbox = sandbox();
    let mut object = example("x");
    object["metadata"]["finalizers"] = json!(["a/b"]);
    post(&sandbox, KEX, object).await;
    let path = format!("{KEX}/x");
    let (code, going) = delete(&sandbox, &path).await;
    assert_eq!(code, 200);
    assert_eq!(going["metadata"]["deletionTimestamp"], "2026-01-01T00:00:00Z");
    assert_eq!(going["metadata"]["deletionGracePeriodSeconds"], 0);
    assert_eq!(going["metadata"]["generation"], 2);
    assert_eq!(delete(&sandbox, &path).await, (200, going.clone()), "a second DELETE changes nothing");
    let (code, status) =
        merge(&sandbox, &path, json!({ "metadata": { "finalizers": ["a/b", "c/d"] } })).await;
    assert_eq!(code, 422);
    assert!(
        status["message"].as_str().unwrap().ends_with("found new finalizers []string{\"c/d\"}"),
        "{status}"
    );
    let (code, last) = merge(&sandbox, &path, json!({ "metadata": { "finalizers": [] } })).await;
    assert_eq!((code, &last["metadata"]["resourceVersion"]), (200, &going["metadata"]["resourceVersion"]));
    assert_eq!(get(&sandbox, &path).await.0, 404);
}

#[tokio::test]
async fn deletion_may_demand_a_uid_and_answers_with_a_status() {
    let sandbox = sandbox();
    let (_, made) = post(&sandbox, KEX, example("x")).await;
    let path = format!("{KEX}/x");
    let body = json!({ "preconditions": { "uid": "u1" } }).to_string();
    let (code, status) = ask(&sandbox, "DELETE", &path, "application/json", body).await;
    assert_eq!(code, 409, "{status}");
    let body =
        json!({ "preconditions": { "uid": made["metadata"]["uid"] }, "propagationPolicy": "Background" });
    let (code, status) = ask(&sandbox, "DELETE", &path, "application/json", body.to_string()).await;
    assert_eq!((code, &status["status"], &status["details"]["name"]), (200, &"Success".into(), &"x".into()));
    assert_eq!(delete(&sandbox, &path).await.0, 404);
}

#[tokio::test]
async fn lists_come_in_pieces_of_one_moment() {
    let sandbox = sandbox();
    for name in ["a", "b", "c"] {
        post(&sandbox, KEX, example(name)).await;
    }
    let names = |list: &Value| {
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["metadata"]["name"].clone())
            .collect::<Vec<_>>()
    };
    let (_, first) = get(&sandbox, &format!("{KEX}?limit=2")).await;
    assert_eq!(names(&first), ["a", "b"]);
    assert_eq!(first["metadata"]["remainingItemCount"], 1);
    post(&sandbox, KEX, example("d")).await;
    let next = format!("{KEX}?limit=2&continue={}", first["metadata"]["continue"].as_str().unwrap());
    let (_, second) = get(&sandbox, &next).await;
    assert_eq!(names(&second), ["c"], "what came later is not of this list");
    assert_eq!(second["metadata"]["resourceVersion"], first["metadata"]["resourceVersion"]);
    sandbox.compact();
    let (code, status) = get(&sandbox, &next).await;
    assert_eq!((code, &status["reason"]), (410, &"Expired".into()));
    let rest = status["metadata"]["continue"].as_str().unwrap();
    assert_eq!(names(&get(&sandbox, &format!("{KEX}?continue={rest}")).await.1), ["c", "d"]);
    assert_eq!(get(&sandbox, &format!("{KEX}?resourceVersion=999999")).await.0, 504);
}

#[tokio::test]
async fn selectors_choose() {
    let sandbox = sandbox();
    for name in ["a", "b"] {
        let mut object = example(name);
        object["metadata"]["labels"] = json!({ "n": name });
        post(&sandbox, KEX, object).await;
    }
    let count = async |query: &str| {
        let (code, list) = get(&sandbox, &format!("{KEX}?{query}")).await;
        (code, list["items"].as_array().map_or(0, Vec::len))
    };
    assert_eq!(count("labelSelector=n%3Da").await, (200, 1));
    assert_eq!(count("labelSelector=n+in+(a,b)").await, (200, 2));
    assert_eq!(count("fieldSelector=metadata.name%3Db").await, (200, 1));
    assert_eq!(count("fieldSelector=spec.a%3D1").await, (400, 0));
}

#[tokio::test]
async fn a_definition_is_served_at_once_and_takes_its_objects_along() {
    let sandbox = sandbox();
    let mut held = example("held");
    held["metadata"]["finalizers"] = json!(["a/b"]);
    post(&sandbox, KEX, held).await;
    post(&sandbox, KEX, example("free")).await;
    let (_, discovered) = get(&sandbox, "/apis/zalando.org/v1").await;
    assert_eq!(discovered["resources"][0]["shortNames"], json!(["kex"]));
    assert_eq!(discovered["resources"][1]["name"], "kopfexamples/status");
    let definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/kopfexamples.zalando.org";
    let (code, going) = delete(&sandbox, definition).await;
    assert_eq!(code, 200);
    assert!(going["metadata"]["deletionTimestamp"].is_string(), "{going}");
    assert_eq!(get(&sandbox, &format!("{KEX}/free")).await.0, 404);
    assert_eq!(post(&sandbox, KEX, example("new")).await.0, 403);
    let again = json!({ "metadata": { "generation": 9 }, "spec": { "preserveUnknownFields": false } });
    assert_eq!(merge(&sandbox, definition, again).await.0, 200, "who is going can still be written");
    merge(&sandbox, &format!("{KEX}/held"), json!({ "metadata": { "finalizers": null } })).await;
    assert_eq!(get(&sandbox, definition).await.0, 404);
    assert_eq!(get(&sandbox, KEX).await, (404, "404 page not found\n".into()));
}

#[tokio::test]
async fn a_namespace_goes_with_its_objects() {
    let sandbox = sandbox();
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "ns" } });
    let (_, made) = post(&sandbox, "/api/v1/namespaces", namespace).await;
    assert_eq!(made["metadata"]["labels"], json!({ "kubernetes.io/metadata.name": "ns" }));
    let inside = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "cm" } });
    post(&sandbox, "/api/v1/namespaces/ns/configmaps", inside).await;
    let (code, going) = delete(&sandbox, "/api/v1/namespaces/ns").await;
    assert_eq!((code, &going["status"]["phase"]), (200, &"Terminating".into()));
    assert_eq!(get(&sandbox, "/api/v1/namespaces/ns").await.0, 404);
    assert_eq!(delete(&sandbox, "/api/v1/namespaces/default").await.0, 403);
}

#[tokio::test]
async fn what_is_not_done_is_refused_by_name() {
    let sandbox = sandbox();
    post(&sandbox, KEX, example("x")).await;
    let config_map = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "cm" } });
    post(&sandbox, CONFIG_MAPS, config_map).await;
    let addresses = json!([{ "type": "InternalIP", "address": "127.0.0.1" }]);
    let node = json!({ "metadata": { "name": "n" }, "status": { "addresses": addresses } });
    post(&sandbox, "/api/v1/nodes", node).await;
    let spec = json!({ "nodeName": "n", "containers": [{ "name": "c", "image": "i" }] });
    let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "x" }, "spec": spec });
    post(&sandbox, "/api/v1/namespaces/default/pods", pod).await;
    let mut rows = Vec::new();
    for (method, path, media) in [
        ("PATCH", format!("{KEX}/x"), "application/strategic-merge-patch+json"),
        ("POST", CONFIG_MAPS.to_owned(), "application/cbor"),
        ("POST", CONFIG_MAPS.to_owned(), "text/plain"),
        ("GET", "/api/v1/namespaces/default/pods/x/exec".to_owned(), ""),
        ("GET", "/api/v1/componentstatuses".to_owned(), ""),
        ("POST", "/api/v1/namespaces/default/resourcequotas".to_owned(), ""),
    ] {
        let (code, status) = ask(&sandbox, method, &path, media, "{}").await;
        let message: String = status["message"].as_str().unwrap().chars().take(80).collect();
        rows.push(format!("{code} {message}"));
    }
    expect_test::expect![[r#"
        415 the body of the request was in an unknown format - accepted media types include:
        501 the sandbox does not implement request bodies in application/cbor
        415 the body of the request was in an unknown format - accepted media types include:
        501 the sandbox does not implement the subresource pods/exec
        501 the sandbox does not implement the resource componentstatuses
        501 the sandbox does not implement objects of the resource resourcequotas"#]]
    .assert_eq(&rows.join("\n"));
}

#[tokio::test]
async fn a_dry_run_writes_nothing() {
    let sandbox = sandbox();
    post(&sandbox, KEX, example("x")).await;
    let before = sandbox.revision();
    let (code, would) = merge(&sandbox, &format!("{KEX}/x?dryRun=All"), json!({ "spec": { "a": 2 } })).await;
    assert_eq!((code, &would["spec"]["a"], &would["metadata"]["generation"]), (200, &2.into(), &2.into()));
    assert_eq!(post(&sandbox, &format!("{KEX}?dryRun=All"), example("y")).await.0, 201);
    assert_eq!(delete(&sandbox, &format!("{KEX}/x?dryRun=All")).await.0, 200);
    assert_eq!(sandbox.revision(), before);
}

#[tokio::test]
async fn bodies_have_limits() {
    let sandbox = sandbox();
    post(&sandbox, KEX, example("x")).await;
    let annotated = |size: usize| json!({ "metadata": { "annotations": { "x": "y".repeat(size) } } });
    assert_eq!(merge(&sandbox, &format!("{KEX}/x"), annotated(262_143)).await.0, 200);
    let (code, status) = merge(&sandbox, &format!("{KEX}/x"), annotated(262_144)).await;
    let message = "KopfExample.zalando.org \"x\" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes";
    assert_eq!((code, status["message"].as_str().unwrap()), (422, message));
    let large = |size: usize| {
        let mut object = example("large");
        object["spec"]["a"] = "y".repeat(size).into();
        object
    };
    assert_eq!(post(&sandbox, KEX, large(4_000_000)).await.0, 413);
    assert_eq!(post(&sandbox, KEX, large(1_600_000)).await.1["message"], "etcdserver: request is too large");
    assert_eq!(post(&sandbox, KEX, large(1_500_000)).await.0, 201);
}

#[tokio::test]
async fn yaml_and_event_views_are_understood() {
    let sandbox = sandbox();
    let yaml = "{apiVersion: zalando.org/v1, kind: KopfExample, metadata: {name: yam}}";
    assert_eq!(ask(&sandbox, "POST", KEX, "application/yaml", yaml).await.0, 201);
    let event = json!({
        "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": { "name": "e" },
        "regarding": { "kind": "X", "name": "a" }, "note": "n", "reason": "r", "type": "Normal", "action": "a",
        "eventTime": "2026-01-02T03:04:05.000006Z", "reportingController": "kopf", "reportingInstance": "it",
    });
    assert_eq!(post(&sandbox, "/apis/events.k8s.io/v1/namespaces/default/events", event).await.0, 201);
    let (_, list) = get(&sandbox, "/api/v1/events?fieldSelector=involvedObject.name%3Da").await;
    assert_eq!(list["items"][0]["message"], "n");
    let own = "/apis/events.k8s.io/v1/events?fieldSelector=regarding.name%3Da";
    assert_eq!(get(&sandbox, own).await.1["items"][0]["note"], "n");
}

#[tokio::test]
async fn discovery_is_there_in_both_forms() {
    let sandbox = sandbox();
    assert_eq!(get(&sandbox, "/version").await.1["major"], "1");
    assert_eq!(get(&sandbox, "/api").await.1["versions"], json!(["v1"]));
    let (_, groups) = get(&sandbox, "/apis").await;
    assert!(groups["groups"].to_string().contains("zalando.org/v2"), "{groups}");
    let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    let mut asked = request("GET", "/apis", "", "");
    asked.headers_mut().insert("accept", accept.parse().unwrap());
    let response = send(&sandbox, asked).await.unwrap();
    assert!(response.headers()["content-type"].to_str().unwrap().contains("as=APIGroupDiscoveryList"));
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let document: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(document["kind"], "APIGroupDiscoveryList");
}

#[tokio::test]
async fn objects_can_be_put_there_without_a_request() {
    let sandbox = sandbox();
    let mut object = example("x");
    object["status"] = json!({ "b": 1 });
    let applied = sandbox.apply(object.clone()).unwrap();
    assert_eq!(applied["status"], json!({ "b": 1 }));
    object["spec"]["a"] = 2.into();
    sandbox.apply(object).unwrap();
    let stored = sandbox.get("kopfexamples.zalando.org", "default", "x").unwrap();
    assert_eq!((&stored["spec"]["a"], &stored["metadata"]["generation"]), (&2.into(), &2.into()));
    assert_eq!(sandbox.list("kopfexamples.zalando.org"), [stored]);
    sandbox.delete("kopfexamples.zalando.org", "default", "x").unwrap();
    assert_eq!(sandbox.get("kopfexamples.zalando.org", "default", "x"), None);
    assert_eq!(sandbox.journal().entries(), []);
}

#[tokio::test]
async fn fields_as_a_server_has_them_inside_are_refused_by_name() {
    let (sandbox, maps) = (sandbox(), "/api/v1/namespaces/default/configmaps");
    post(&sandbox, maps, json!({ "metadata": { "name": "a" }, "data": { "k": "v" } })).await;
    let mut rows = Vec::new();
    for patch in [
        json!({ "apiVersion": null, "name": "a" }),
        json!({ "apiVersion": null, "Data": { "k": "w" } }),
        json!({ "apiVersion": null, "data": { "k": "w" }, "bogus": 1, "Bogus": 1 }),
    ] {
        let kind = "application/merge-patch+json";
        let (code, body) = ask(&sandbox, "PATCH", &format!("{maps}/a"), kind, patch.to_string()).await;
        rows.push(format!("{code} {}", body["message"].as_str().unwrap()));
    }
    expect_test::expect![[r#"
        501 the sandbox does not implement patches that take the apiVersion of an object away and name fields as a server has them inside
        501 the sandbox does not implement patches that take the apiVersion of an object away and name fields as a server has them inside
        400 the name of the object (a based on URL) was undeterminable: name must be provided"#]]
    .assert_eq(&rows.join("\n"));
}

#[tokio::test]
async fn patches_on_which_a_server_breaks_off_are_refused_by_name() {
    let (sandbox, templates) = (sandbox(), "/api/v1/namespaces/default/podtemplates");
    let spec = json!({ "containers": [{ "name": "c", "image": "i" }], "tolerations": [{ "key": "k", "operator": "Exists" }] });
    let object = json!({ "metadata": { "name": "w" }, "template": { "metadata": { "labels": { "a": "b" } }, "spec": spec } });
    post(&sandbox, templates, object).await;
    for spec in [
        json!({ "$setElementOrder/tolerations": [] }),
        json!({ "$setElementOrder/tolerations": [{ "key": "k" }], "tolerations": [{ "key": "k" }] }),
        json!({ "$setElementOrder/hostname": [] }),
        json!({ "$setElementOrder/volumes": [], "volumes": [null] }),
        json!({ "containers": [{ "name": {} }] }),
        json!({ "securityContext": { "$retainKeys": [{}] } }),
    ] {
        let patch = json!({ "template": { "spec": spec } }).to_string();
        let kind = "application/strategic-merge-patch+json";
        let (code, body) = ask(&sandbox, "PATCH", &format!("{templates}/w"), kind, patch).await;
        assert_eq!(code, 501, "{spec}: {body}");
    }
}
