//! `APIService`s: which versions of which groups are served here, and that others cannot be said to be served elsewhere.

use super::{LITTLE_PATIENCE, PATIENCE, check, run, sandbox};
use std::time::Duration;

const PATH: &str = "/apis/apiregistration.k8s.io/v1/apiservices";

async fn check_registered(rows: &str) {
    check(&rows.replace("SERVICES", PATH)).await;
}

#[tokio::test]
async fn built_in_groups_are_registered_from_the_start() {
    check_registered(
        r#"
        GET        SERVICES?labelSelector=kube-aggregator.kubernetes.io/automanaged=onstart
        GET+table  SERVICES?labelSelector=kube-aggregator.kubernetes.io/automanaged=onstart
        GET        SERVICES/v1.
        GET        SERVICES/v1.apps
        GET+table  SERVICES/v2.autoscaling
        GET        SERVICES/v1.apiregistration.k8s.io
        GET        SERVICES/v1.apps/status
        GET        SERVICES?fieldSelector=metadata.name=v1.batch
        MERGE      SERVICES/v1.batch?dryRun=All {"metadata":{"labels":{"a":"b"}}}
        MERGE      SERVICES/v1.batch?dryRun=All {"spec":{"groupPriorityMinimum":0}}
        DELETE     SERVICES/v1.batch?dryRun=All
        "#,
    )
    .await;
}

#[tokio::test]
async fn registrations_have_rules() {
    check_registered(
        r#"
        POST   SERVICES {"metadata":{"name":"v1.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","version":"v1","groupPriorityMinimum":1000,"versionPriority":15}}
        GET    SERVICES/v1.$ns.kopf.test
        POST   SERVICES {"metadata":{"name":"v1.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","version":"v1","groupPriorityMinimum":1000,"versionPriority":15}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"x"}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"x"},"spec":{}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"a/b"},"spec":{"group":"A_b","version":"V1","groupPriorityMinimum":20001,"versionPriority":1001}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"v2."},"spec":{"version":"v2","groupPriorityMinimum":-1,"versionPriority":-1}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"g","generateName":"g-"},"spec":{"group":"a.b","version":"v1","groupPriorityMinimum":1,"versionPriority":1}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"v1.a.b"},"spec":{"group":"a.b","version":"v1","groupPriorityMinimum":1,"versionPriority":1,"insecureSkipTLSVerify":true}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"v1.a.b"},"spec":{"group":"a.b","version":"v1","groupPriorityMinimum":1,"versionPriority":1,"caBundle":"eHl6"}}
        POST   SERVICES?dryRun=All {"metadata":{"name":"v1.a.b"},"spec":{"group":"a.b","version":"v1","groupPriorityMinimum":1,"versionPriority":1},"status":{"conditions":[{"type":"Available","status":"False"}]}}
        PUT    SERVICES/v1.$ns.kopf.test {"metadata":{"name":"v1.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","version":"v1","groupPriorityMinimum":1000,"versionPriority":20}}
        PUT    SERVICES/v9.$ns.kopf.test {"metadata":{"name":"v9.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","version":"v9","groupPriorityMinimum":1000,"versionPriority":20}}
        MERGE  SERVICES/v1.$ns.kopf.test {"spec":{"versionPriority":20}}
        MERGE  SERVICES/v1.$ns.kopf.test {"spec":{"version":"v2"}}
        MERGE  SERVICES/v1.$ns.kopf.test?dryRun=All {"metadata":{"labels":{"x":"y"},"finalizers":["kopf.test/f"]}}
        MERGE  SERVICES/v1.$ns.kopf.test/status?dryRun=All {"metadata":{"labels":{"x":"y"},"annotations":{"x":"y"},"finalizers":["kopf.test/f"]},"spec":{"versionPriority":1},"status":{"conditions":[{"type":"Other","status":"False"}]}}
        MERGE  SERVICES/v1.$ns.kopf.test/status {"status":{"conditions":[{"type":"Other","status":"X"}]}}
        APPLY  SERVICES/v1.$ns.kopf.test?fieldManager=m&dryRun=All {"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","version":"v1","groupPriorityMinimum":1000,"versionPriority":20}}
        STRATEGIC SERVICES/v1.$ns.kopf.test {"spec":{"versionPriority":30}}
        DELETE SERVICES/v1.$ns.kopf.test
        GET    SERVICES/v1.$ns.kopf.test
        "#,
    )
    .await;
}

#[tokio::test]
async fn versions_of_definitions_are_registered_while_they_are_served() {
    let definition = |plural: &str, kind: &str, versions: &str| {
        format!(
            r#"POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions {{"metadata":{{"name":"{plural}.$ns.kopf.test"}},"spec":{{"group":"$ns.kopf.test","scope":"Namespaced","names":{{"plural":"{plural}","kind":"{kind}"}},"versions":[{versions}]}}}}"#
        )
    };
    let version = |name: &str, served: bool, stored: bool| {
        format!(
            r#"{{"name":"{name}","served":{served},"storage":{stored},"schema":{{"openAPIV3Schema":{{"type":"object"}}}}}}"#
        )
    };
    let both = format!("{},{}", version("v1", true, true), version("v2", true, false));
    let rows = [
        definition("rows", "Row", &version("v1", true, true)),
        "UNTIL SERVICES/v1.$ns.kopf.test Available".to_owned(),
        "GET+table SERVICES/v1.$ns.kopf.test".to_owned(),
        definition("lines", "Line", &both),
        "UNTIL SERVICES/v2.$ns.kopf.test Available".to_owned(),
        r#"MERGE SERVICES/v2.$ns.kopf.test {"metadata":{"annotations":{"a":"b"}}}"#.to_owned(),
        "DELETE SERVICES/v2.$ns.kopf.test".to_owned(),
        "UNTIL SERVICES/v2.$ns.kopf.test Available".to_owned(),
        format!(
            r#"MERGE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/lines.$ns.kopf.test {{"spec":{{"versions":[{},{}]}}}}"#,
            version("v1", true, true),
            version("v2", false, false)
        ),
        "UNTIL SERVICES/v2.$ns.kopf.test 404".to_owned(),
        "DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/rows.$ns.kopf.test".to_owned(),
        "UNTIL /apis/apiextensions.k8s.io/v1/customresourcedefinitions/rows.$ns.kopf.test 404".to_owned(),
        "GET SERVICES/v1.$ns.kopf.test".to_owned(),
        "DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/lines.$ns.kopf.test".to_owned(),
        "UNTIL SERVICES/v1.$ns.kopf.test 404".to_owned(),
    ];
    check_registered(&rows.join("\n")).await;
}

/// A registration, and what it makes of a group and a version: how much both count.
fn registration(group: &str, version: &str, of_group: u32, of_version: u32) -> String {
    format!(
        r#"POST SERVICES {{"metadata":{{"name":"{version}.{group}"}},"spec":{{"group":"{group}","version":"{version}","groupPriorityMinimum":{of_group},"versionPriority":{of_version}}}}}"#
    )
}

#[tokio::test]
async fn what_is_registered_is_named_in_the_order_of_its_priorities() {
    let definition = r#"POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"lines.$ns.kopf.test"},"spec":{"group":"$ns.kopf.test","scope":"Namespaced","names":{"plural":"lines","kind":"Line"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}"#;
    let (here, nowhere) = ("$ns.kopf.test", "nowhere.$ns.kopf.test");
    let rows = [
        definition.to_owned(),
        "UNTIL SERVICES/v1.$ns.kopf.test Available".to_owned(),
        registration(here, "v9", 1_000, 100),
        "GET   SERVICES/v9.$ns.kopf.test".to_owned(),
        "UNTIL /apis/$ns.kopf.test v9".to_owned(),
        registration(here, "v3beta1", 1_000, 200),
        "UNTIL /apis/$ns.kopf.test v3beta1".to_owned(),
        r#"MERGE SERVICES/v9.$ns.kopf.test {"spec":{"versionPriority":7}}"#.to_owned(),
        "UNTIL /apis/$ns.kopf.test \"v1\"},{\"groupVersion\":\"$ns.kopf.test/v9\"".to_owned(),
        "GET   /apis/$ns.kopf.test/v9".to_owned(),
        "GET   /apis/$ns.kopf.test/v9/lines".to_owned(),
        // What keeps it puts it right again.
        r#"MERGE SERVICES/v1.$ns.kopf.test {"spec":{"versionPriority":999,"groupPriorityMinimum":9}}"#
            .to_owned(),
        "UNTIL SERVICES/v1.$ns.kopf.test \"groupPriorityMinimum\":1000 \"versionPriority\":100".to_owned(),
        // Without its label it stays as it is.
        r#"MERGE SERVICES/v1.$ns.kopf.test {"metadata":{"labels":null},"spec":{"versionPriority":999}}"#
            .to_owned(),
        "UNTIL /apis/$ns.kopf.test \"preferredVersion\":{\"groupVersion\":\"$ns.kopf.test/v1\"".to_owned(),
        "GET   SERVICES/v1.$ns.kopf.test".to_owned(),
        registration(nowhere, "v1", 1_000, 15),
        "UNTIL /apis/nowhere.$ns.kopf.test 200".to_owned(),
        "GET   /apis/nowhere.$ns.kopf.test/v1".to_owned(),
        "GET   /apis/nowhere.$ns.kopf.test/v1/lines".to_owned(),
        "DELETE SERVICES/v1.nowhere.$ns.kopf.test".to_owned(),
        "UNTIL /apis/nowhere.$ns.kopf.test 404".to_owned(),
        "GET   /apis/nowhere.$ns.kopf.test".to_owned(),
        "DELETE SERVICES/v9.$ns.kopf.test".to_owned(),
        "DELETE SERVICES/v3beta1.$ns.kopf.test".to_owned(),
        "DELETE SERVICES/v1.$ns.kopf.test".to_owned(),
        "UNTIL SERVICES/v1.$ns.kopf.test automanaged".to_owned(),
        "DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/lines.$ns.kopf.test".to_owned(),
    ];
    check_registered(&rows.join("\n")).await;
}

/// The groups that `/apis` names, of those that are built in and of this test's own, and its own paths that `/` names; without
/// the name of its namespace.
async fn named(client: &kube::Client, patience: Duration) -> Vec<String> {
    let groups =
        [("a", "v2", 1_500), ("b", "v1", 1_500), ("c", "v1", 20_000), ("c", "v2", 3), ("d", "v1", 17_800)];
    let made = groups.iter().map(|(group, version, priority)| {
        registration(&format!("{group}.$ns.kopf.test"), version, *priority, 1)
    });
    let named =
        groups.iter().map(|(group, version, _)| format!("UNTIL /apis/{group}.$ns.kopf.test {version}"));
    let listed = groups.iter().map(|(group, version, _)| format!("/apis/{group}.$ns.kopf.test/{version}"));
    let listed = format!("UNTIL / {}", listed.collect::<Vec<_>>().join(" "));
    let gone =
        groups.iter().map(|(group, version, _)| format!("DELETE SERVICES/{version}.{group}.$ns.kopf.test"));
    let rows = ["GET /apis".to_owned(), listed, "GET /api/v1/namespaces/$ns".to_owned()];
    let rows: Vec<String> = made.chain(named).chain(rows).chain(gone).collect();
    let answers = run(client, &rows.join("\n").replace("SERVICES", PATH), patience).await;
    let [apis, root, home] = &answers[2 * groups.len()..][..3] else { panic!("each row has an answer") };
    let own = format!(".{}.kopf.test", home.metadata("name").unwrap());
    let names = apis.object()["groups"].as_array().unwrap().iter();
    let names = names.map(|group| format!("{}: {}", group["name"], group["preferredVersion"]["version"]));
    let names = names.filter(|name| name.contains(&own) || !name.contains("kopf"));
    let paths = root.object()["paths"].as_array().unwrap().iter().map(ToString::to_string);
    let paths = paths.filter(|path| path.contains(&own));
    names.chain(paths).map(|name| name.replace(&own, "")).collect()
}

#[tokio::test]
async fn groups_are_named_in_the_order_of_their_priorities() {
    let Some(real) = kopf_control_plane::get().await else { return };
    let expected = named(&kopf_control_plane::connect(&real.kubeconfig).await, PATIENCE).await;
    assert!(expected.len() > 20 && expected[1] == "\"c\": \"v2\"", "{expected:?}");
    let (sandbox, _serving) = sandbox().await;
    assert_eq!(named(&sandbox, LITTLE_PATIENCE).await, expected);
}
