//! What a pod asks for as a whole, beside what its containers ask for.

use super::{check, of_group, try_all};

/// Pods that ask for something as a whole, and have these containers and containers that go first.
async fn try_pods(rows: &[(&str, &str, &str)]) {
    let rows: Vec<String> = rows
        .iter()
        .map(|(whole, containers, first)| {
            format!(
                r#""spec":{{"resources":{whole},"containers":[{containers}],"initContainers":[{first}]}}"#
            )
        })
        .collect();
    try_all("pods", &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

const PLAIN: &str = r#"{"name":"a","image":"i"}"#;
const ASKING: &str = r#"{"name":"b","image":"i","resources":{"requests":{"cpu":"500m","memory":"1Gi"}}}"#;
const LIMITED: &str = r#"{"name":"c","image":"i","resources":{"limits":{"cpu":"1","memory":"1G"}}}"#;
const FIRST: &str = r#"{"name":"d","image":"i","resources":{"limits":{"cpu":"2","memory":"100Mi"}}}"#;
const STAYING: &str = r#"{"name":"e","image":"i","restartPolicy":"Always","resources":{"limits":{"cpu":"250m","memory":"50Mi"}}}"#;
const PAGED: &str = r#"{"name":"f","image":"i","resources":{"limits":{"cpu":"1","hugepages-2Mi":"4Mi"}}}"#;

#[tokio::test]
async fn pods_are_completed_by_what_their_containers_ask_for() {
    let all = format!("{ASKING},{LIMITED}");
    let both = format!("{FIRST},{STAYING}");
    try_pods(&[
        ("{}", PLAIN, ""),
        ("null", LIMITED, ""),
        (r#"{"requests":{},"limits":{}}"#, LIMITED, ""),
        (r#"{"requests":{"cpu":"2"}}"#, PLAIN, ""),
        (r#"{"limits":{"cpu":"2"}}"#, PLAIN, ""),
        (r#"{"limits":{"cpu":"2","memory":"4Gi"}}"#, PLAIN, ""),
        (r#"{"limits":{"cpu":"2","memory":"4Gi"},"requests":{"cpu":"2","memory":"4096Mi"}}"#, PLAIN, ""),
        (r#"{"limits":{"cpu":"4"}}"#, &all, ""),
        (r#"{"requests":{"cpu":"4"}}"#, &all, ""),
        (r#"{"requests":{"cpu":"4"}}"#, LIMITED, ""),
        (r#"{"requests":{"cpu":"0.5"}}"#, LIMITED, ""),
        (r#"{"requests":{"memory":"4Gi"}}"#, LIMITED, &both),
        (r#"{"requests":{"memory":"4Gi"}}"#, &all, &both),
        (r#"{"limits":{"memory":"4Gi"}}"#, PLAIN, FIRST),
        (r#"{"limits":{"cpu":"4"}}"#, LIMITED, STAYING),
        (r#"{"limits":{"cpu":"4"}}"#, PAGED, ""),
        (r#"{"requests":{"cpu":"4","hugepages-2Mi":"4Mi"}}"#, PAGED, ""),
        (r#"{"limits":{"cpu":"4","hugepages-2Mi":"8Mi"}}"#, PAGED, ""),
        (r#"{"limits":{"hugepages-2Mi":"8Mi"}}"#, PLAIN, ""),
        (r#"{"requests":{"cpu":"0"}}"#, PLAIN, ""),
        (
            r#"{"requests":{"cpu":"1.5","memory":"1.5Gi"},"limits":{"cpu":"1500m","memory":"1536Mi"}}"#,
            PLAIN,
            "",
        ),
        (r#"{"requests":{"cpu":"1e0"}}"#, &all, &both),
    ])
    .await;
}

#[tokio::test]
async fn pods_ask_for_no_less_than_their_containers() {
    let all = format!("{ASKING},{LIMITED}");
    let both = format!("{FIRST},{STAYING}");
    let pages = format!(
        r#"{PAGED},{{"name":"g","image":"i","resources":{{"limits":{{"memory":"1","hugepages-2Mi":"6Mi"}}}}}}"#
    );
    try_pods(&[
        (r#"{"requests":{"cpu":"1"}}"#, &all, ""),
        (r#"{"requests":{"cpu":"1","memory":"1Mi"}}"#, &all, &both),
        (r#"{"limits":{"cpu":"500m","memory":"1Mi"}}"#, &all, &both),
        (r#"{"limits":{"cpu":"1500m"}}"#, LIMITED, FIRST),
        (r#"{"limits":{"cpu":"1","hugepages-2Mi":"8Mi"}}"#, &pages, ""),
        (r#"{"requests":{"cpu":"2","hugepages-2Mi":"8Mi"},"limits":{"hugepages-2Mi":"8Mi"}}"#, &pages, ""),
        (r#"{"requests":{"cpu":"2"},"limits":{"cpu":"1"}}"#, PLAIN, ""),
        (r#"{"limits":{"cpu":"-1"}}"#, PLAIN, ""),
        (r#"{"limits":{"disk":"1"}}"#, LIMITED, ""),
        (r#"{"limits":{"ephemeral-storage":"1","example.com/gpu":"1"}}"#, PLAIN, ""),
        (r#"{"limits":{"hugepages-2Mi":"3Mi","hugepages-":"1"}}"#, PLAIN, ""),
        (r#"{"requests":{"hugepages-2Mi":"4Mi"}}"#, PLAIN, ""),
        (r#"{"claims":[{"name":"x"}],"limits":{"cpu":"1"}}"#, PLAIN, ""),
    ])
    .await;
    try_all("pods", &[r#""spec":{"os":{"name":"windows"},"resources":{"requests":{"cpu":"1"}},"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"2"}}}]}"#]).await;
}

#[tokio::test]
async fn templates_ask_for_no_less_and_are_not_completed() {
    let rows = [
        (r#"{"requests":{"cpu":"4"}}"#, LIMITED),
        (r#"{"limits":{"cpu":"500m"}}"#, LIMITED),
        (r#"{"requests":{"cpu":"1n"}}"#, ASKING),
        (r#"{"requests":{"cpu":"9000000001n"}}"#, ASKING),
        (r#"{"requests":{"cpu":"100m"},"limits":{"disk":"1"}}"#, ASKING),
    ];
    let rows: Vec<String> = rows.iter().map(|(whole, container)| format!(r#""spec":{{"selector":{{"matchLabels":{{"a":"b"}}}},"template":{{"metadata":{{"labels":{{"a":"b"}}}},"spec":{{"resources":{whole},"containers":[{container}]}}}}}}"#)).collect();
    try_all(&of_group("apps/v1", "replicasets"), &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn pods_go_on_asking_for_what_they_did() {
    check(
        r#"
        POST   pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"resources":{"requests":{"cpu":"1"}},"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"500m"}}}]}}
        MERGE  pods/a {"spec":{"resources":null},"metadata":{"labels":{"a":"b"}}}
        MERGE  pods/a {"spec":{"resources":{"requests":{"cpu":"2"}}}}
        MERGE  pods/a {"spec":{"resources":{"requests":null,"limits":null}}}
        JSON   pods/a [{"op":"replace","path":"/spec/resources","value":{}}]
        APPLY  pods/b?fieldManager=m {"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"},"spec":{"automountServiceAccountToken":false,"resources":{"limits":{"cpu":"1"}},"containers":[{"name":"c","image":"i"}]}}
        APPLY  pods/b?fieldManager=m {"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}
        POST   pods {"metadata":{"name":"c"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}
        MERGE  pods/c {"spec":{"resources":{"requests":{"cpu":"2"}}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn classes_of_pods_are_told_by_all_their_containers() {
    let row = |containers: &str| format!(r#""spec":{{"containers":[{containers}]}}"#);
    let zero = r#"{"name":"z","image":"i","resources":{"limits":{"cpu":"0","memory":"0"}}}"#;
    let full = r#"{"name":"y","image":"i","resources":{"limits":{"cpu":"1","memory":"1Gi"}}}"#;
    let rows = [
        row(zero),
        row(full),
        row(&format!("{zero},{full}")),
        row(&format!("{full},{PLAIN}")),
        row(&format!("{zero},{PLAIN}")),
    ];
    try_all("pods", &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
}
