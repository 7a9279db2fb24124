//! What containers of a pod were given, by the word of its status.

use super::check;

const POD: &str = r#"{"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"resourceClaims":[{"name":"x","resourceClaimName":"y"}],"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"1","example.com/gpu":"2"},"claims":[{"name":"x"},{"name":"z","request":"r"}]}}],"initContainers":[{"name":"d","image":"i","resources":{"claims":[{"name":"x","request":"r"}]}}]}}"#;

async fn try_statuses(pod: &str, rows: &[&str]) {
    let rows: String =
        rows.iter().map(|row| format!("MERGE pods/a/status?dryRun=All {{\"status\":{row}}}\n")).collect();
    check(&format!("POST pods {pod}\n{rows}")).await;
}

fn container(fields: &str) -> String {
    format!(r#"{{"name":"c","image":"i","imageID":"","ready":true,"restartCount":0,{fields}}}"#)
}

#[tokio::test]
async fn containers_were_given_the_devices_that_they_ask_for() {
    let pod = POD.replace(r#",{"name":"z","request":"r"}"#, "");
    let one = |list: &str, fields: &str| format!(r#"{{"{list}":[{}]}}"#, container(fields));
    let rows = [
        one(
            "containerStatuses",
            r#""allocatedResourcesStatus":[{"name":"example.com/gpu","resources":[{"resourceID":"a","health":"Healthy"},{"resourceID":"b","health":"Unknown","message":"m"}]}]"#,
        ),
        one(
            "containerStatuses",
            r#""allocatedResourcesStatus":[{"name":"cpu"},{"name":"memory"},{"name":""},{"name":"claim:x"},{"name":"claim:x/r"},{"name":"claim:y"}]"#,
        ),
        one(
            "containerStatuses",
            r#""allocatedResourcesStatus":[{"name":"cpu","resources":[{"resourceID":"a","health":"X","message":""},{"resourceID":"a"},{"resourceID":""},{"resourceID":""}]}]"#,
        ),
        one(
            "containerStatuses",
            &format!(
                r#""allocatedResourcesStatus":[{{"name":"cpu","resources":[{{"resourceID":"a","health":"Healthy","message":"{}"}}]}}]"#,
                "m".repeat(1025)
            ),
        ),
        one("containerStatuses", r#""allocatedResourcesStatus":[]"#),
        one("initContainerStatuses", r#""allocatedResourcesStatus":[{"name":"claim:x"}]"#),
        one("initContainerStatuses", r#""allocatedResourcesStatus":[{"name":"claim:x"}]"#)
            .replace(r#""name":"c""#, r#""name":"d""#),
        one("initContainerStatuses", r#""allocatedResourcesStatus":[{"name":"claim:x/r"}]"#)
            .replace(r#""name":"c""#, r#""name":"d""#),
        one("ephemeralContainerStatuses", r#""allocatedResourcesStatus":[{"name":"cpu"}]"#),
        one("ephemeralContainerStatuses", r#""allocatedResourcesStatus":[]"#),
        one("containerStatuses", r#""allocatedResources":{"cpu":"1"},"resources":{"requests":{"cpu":"-1"}}"#),
    ];
    try_statuses(&pod, &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn a_claim_was_made_for_what_containers_ask_for() {
    let pod = POD.replace(r#",{"name":"z","request":"r"}"#, "");
    let one = |mappings: &str, name: &str| {
        format!(
            r#"{{"extendedResourceClaimStatus":{{"requestMappings":[{mappings}],"resourceClaimName":"{name}"}}}}"#
        )
    };
    let fine = r#"{"containerName":"c","resourceName":"example.com/gpu","requestName":"r"}"#;
    let rows = [
        one(fine, "y"),
        one("", ""),
        one(fine, "A_b"),
        one(&format!("{fine},{fine}"), "y"),
        one(r#"{"containerName":"x","resourceName":"example.com/gpu","requestName":"A_b"}"#, "y"),
        one(r#"{"containerName":"d","resourceName":"example.com/gpu","requestName":""}"#, "y"),
        format!(
            r#"{{"extendedResourceClaimStatus":{{"requestMappings":[{fine}],"resourceClaimName":"y"}},"containerStatuses":[{}]}}"#,
            container(
                r#""allocatedResourcesStatus":[{"name":"claim:y/r","resources":[{"resourceID":"a","health":"Healthy"}]},{"name":"claim:y/q"},{"name":"claim:y"}]"#
            )
        ),
    ];
    try_statuses(&pod, &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn containers_run_as_users_that_there_are() {
    let one = |fields: &str| format!(r#"{{"containerStatuses":[{}]}}"#, container(fields));
    let rows = [
        one(r#""user":{"linux":{"uid":4294967295,"gid":1,"supplementalGroups":[1,2]}}"#),
        one(r#""user":{"linux":{"uid":4294967296,"gid":-1,"supplementalGroups":[1,-2,2147483648]}}"#),
        one(r#""user":{"linux":{"uid":-1,"gid":2147483648}}"#),
        one(r#""user":{}"#),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let plain = r#"{"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}"#;
    try_statuses(plain, &rows).await;
    try_statuses(&plain.replace(r#""containers""#, r#""os":{"name":"windows"},"containers""#), &rows).await;
}
