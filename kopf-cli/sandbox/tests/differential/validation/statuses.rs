//! Statuses, where they are written by themselves. What is taken is not compared whole: controllers write there, too.

use super::{check, check_as};
use crate::answer::Answer;

/// Sends rows that make objects, and then each status to the last of them.
async fn try_statuses(path: &str, objects: &[&str], statuses: &[&str]) {
    let objects = objects.iter().map(|object| format!("POST {path} {object}\n"));
    let name = |status: &str| status.split_once(' ').map(|(name, body)| (name.to_owned(), body.to_owned()));
    let statuses = statuses
        .iter()
        .filter_map(|status| name(status))
        .map(|(name, body)| format!("MERGE {path}/{name}/status?dryRun=All {{\"status\":{body}}}\n"));
    check_as(&objects.chain(statuses).collect::<String>(), Answer::of_refusals).await;
}

const POD: &str = r#""automountServiceAccountToken":false,"restartPolicy":"Never","containers":[{"name":"a","image":"i"},{"name":"b","image":"i","restartPolicy":"OnFailure"}],"initContainers":[{"name":"c","image":"i"}]"#;

#[tokio::test]
async fn pods_tell_of_conditions_and_addresses() {
    let pods = [
        format!(
            r#"{{"metadata":{{"name":"p"}},"spec":{{{POD},"resourceClaims":[{{"name":"x","resourceClaimTemplateName":"t"}}]}}}}"#
        ),
        format!(r#"{{"metadata":{{"name":"n"}},"spec":{{"nodeName":"none",{POD}}}}}"#),
    ];
    try_statuses(
        "pods",
        &pods.iter().map(String::as_str).collect::<Vec<_>>(),
        &[
            r#"p {"conditions":[{"type":"a b","status":"X"},{"type":"Ready","status":"True","observedGeneration":-1},{"type":"kopf.test/x","status":"True"}]}"#,
            r#"p {"conditions":[{"type":"kopf.test/x","status":"True"}],"observedGeneration":-1}"#,
            r#"p {"nominatedNodeName":"A_b"}"#,
            r#"p {"nominatedNodeName":"x"}"#,
            r#"n {"nominatedNodeName":"x"}"#,
            r#"p {"qosClass":"Guaranteed"}"#,
            r#"p {"phase":"Nonsense","reason":"a b"}"#,
            r#"p {"podIPs":[{"ip":"10.0.0.1"}]}"#,
            r#"p {"podIP":"10.0.0.1"}"#,
            r#"p {"podIP":"x"}"#,
            r#"p {"podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.2"}]}"#,
            r#"p {"podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}]}"#,
            r#"p {"podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"},{"ip":"x"}]}"#,
            r#"p {"podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"},{"ip":"fd00::1"},{"ip":"fd00::2"}]}"#,
            r#"p {"podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"},{"ip":"fd00::1"}]}"#,
            r#"p {"podIP":"010.0.0.1","podIPs":[{"ip":"010.0.0.1"}]}"#,
            r#"p {"hostIP":"10.0.0.1","hostIPs":[{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}]}"#,
            r#"p {"hostIP":"10.0.0.1","hostIPs":[{"ip":"x"}]}"#,
            r#"p {"hostIP":"10.0.0.1","hostIPs":[{"ip":"10.0.0.1"}]}"#,
            r#"p {"resourceClaimStatuses":[{"name":"x","resourceClaimName":"A_b"},{"name":"x"},{"name":"y"}]}"#,
            r#"p {"resourceClaimStatuses":[{"name":"x","resourceClaimName":"a"}]}"#,
            r#"p {"containerStatuses":[{"name":"nobody","state":{}}]}"#,
        ],
    )
    .await;
}

#[tokio::test]
async fn containers_that_have_ended_stay_so() {
    let ended = |name: &str, code: u8| {
        format!(
            r#"{{"name":"{name}","ready":false,"restartCount":0,"image":"i","imageID":"","state":{{"terminated":{{"exitCode":{code}}}}}}}"#
        )
    };
    let runs = |name: &str| {
        format!(
            r#"{{"name":"{name}","ready":true,"restartCount":1,"image":"i","imageID":"","state":{{"running":{{}}}}}}"#
        )
    };
    let mut rows = Vec::new();
    for (name, policy) in [("p", "Never"), ("q", "OnFailure"), ("r", "Always")] {
        rows.push(format!(
            r#"POST pods {{"metadata":{{"name":"{name}"}},"spec":{{"nodeName":"none",{}}}}}"#,
            POD.replacen("Never", policy, 1)
        ));
        rows.push(format!(
            r#"MERGE pods/{name}/status {{"status":{{"containerStatuses":[{},{}],"initContainerStatuses":[{}]}}}}"#,
            ended("a", 0),
            ended("b", 1),
            ended("c", 0)
        ));
        for said in [
            format!(r#""containerStatuses":[{},{}]"#, runs("a"), runs("b")),
            format!(r#""initContainerStatuses":[{}]"#, runs("c")),
            format!(r#""containerStatuses":[{}]"#, runs("x")),
        ] {
            rows.push(format!(r#"MERGE pods/{name}/status?dryRun=All {{"status":{{{said}}}}}"#));
        }
    }
    let rules = r#"[{"action":"Restart","exitCodes":{"operator":"In","values":[3,4]}},{"action":"Restart","exitCodes":{"operator":"NotIn","values":[1,2,3,4]}}]"#;
    let ruled = r#""automountServiceAccountToken":false,"restartPolicy":"Never","containers":[{"name":"a","image":"i","restartPolicy":"Never","restartPolicyRules":RULES}]"#
        .replace("RULES", rules);
    for code in [1, 2, 3, 4, 5] {
        let name = format!("s{code}");
        rows.push(format!(
            r#"POST pods {{"metadata":{{"name":"{name}"}},"spec":{{"nodeName":"none",{ruled}}}}}"#
        ));
        for (query, one) in [("", ended("a", code)), ("?dryRun=All", runs("a"))] {
            rows.push(format!(
                r#"MERGE pods/{name}/status{query} {{"status":{{"containerStatuses":[{one}]}}}}"#
            ));
        }
    }
    check_as(&rows.join("\n"), Answer::of_refusals).await;
}

#[tokio::test]
async fn workloads_count_their_pods() {
    let template =
        r#""template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}"#;
    let sets = format!(
        r#"{{"metadata":{{"name":"a"}},"spec":{{"replicas":0,"selector":{{"matchLabels":{{"a":"b"}}}},{template}}}}}"#
    );
    let daemons = sets.replace(r#""replicas":0,"#, "");
    let controllers = sets.replace(r#"{"matchLabels":{"a":"b"}}"#, r#"{"a":"b"}"#);
    let common = ["replicas", "readyReplicas", "availableReplicas", "observedGeneration"];
    let all = [
        (
            "/apis/apps/v1/namespaces/$ns/deployments",
            &sets,
            vec!["updatedReplicas", "unavailableReplicas", "terminatingReplicas", "collisionCount"],
        ),
        (
            "/apis/apps/v1/namespaces/$ns/replicasets",
            &sets,
            vec!["fullyLabeledReplicas", "terminatingReplicas"],
        ),
        (
            "/apis/apps/v1/namespaces/$ns/statefulsets",
            &sets,
            // Not `collisionCount`: a cluster's controller says 0 whenever it comes to it, and less than before is refused.
            vec!["currentReplicas", "updatedReplicas"],
        ),
        ("replicationcontrollers", &controllers, vec!["fullyLabeledReplicas"]),
    ];
    for (path, object, own) in all {
        let fields = common.iter().chain(&own);
        let each = |number: i64| {
            let said: Vec<String> = fields.clone().map(|field| format!(r#""{field}":{number}"#)).collect();
            format!("a {{{}}}", said.join(","))
        };
        let more = each(2)
            .replace(r#""replicas":2"#, r#""replicas":1"#)
            .replace(r#""availableReplicas":2"#, r#""availableReplicas":3"#);
        let ready = r#"a {"replicas":1,"readyReplicas":0,"availableReplicas":1}"#;
        try_statuses(path, &[object], &[&each(-1), &more, ready, &each(2)]).await;
    }
    let counts = [
        "currentNumberScheduled",
        "numberMisscheduled",
        "desiredNumberScheduled",
        "numberReady",
        "observedGeneration",
        "updatedNumberScheduled",
        "numberAvailable",
        "numberUnavailable",
        "collisionCount",
    ];
    let each = |number: i64| {
        let said: Vec<String> = counts.iter().map(|field| format!(r#""{field}":{number}"#)).collect();
        format!("a {{{}}}", said.join(","))
    };
    try_statuses("/apis/apps/v1/namespaces/$ns/daemonsets", &[&daemons], &[&each(-1), &each(1)]).await;
}

#[tokio::test]
async fn jobs_end_once() {
    let template = r#""template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}"#;
    let job = |name: &str, more: &str| {
        format!(r#"{{"metadata":{{"name":"{name}"}},"spec":{{"managedBy":"kopf.test/x",{more}{template}}}}}"#)
    };
    let condition = |kind: &str| format!(r#"{{"type":"{kind}","status":"True"}}"#);
    let conditions = |kinds: &[&str]| {
        let kinds: Vec<String> = kinds.iter().map(|kind| condition(kind)).collect();
        format!(r#""conditions":[{}]"#, kinds.join(","))
    };
    let jobs = [
        job("j", ""),
        job("i", r#""completions":5,"completionMode":"Indexed","backoffLimitPerIndex":1,"#),
        job(
            "s",
            r#""completions":5,"completionMode":"Indexed","successPolicy":{"rules":[{"succeededCount":1}]},"#,
        ),
    ];
    let (start, end) =
        (r#""startTime":"2020-01-01T00:00:00Z""#, r#""completionTime":"2020-01-01T00:00:01Z""#);
    let statuses = [
        r#"j {"active":-1,"succeeded":-1,"failed":-1,"ready":-1,"terminating":-1}"#.to_owned(),
        r#"j {"active":1,"ready":2}"#.to_owned(),
        r#"j {"uncountedTerminatedPods":{"succeeded":["","a"],"failed":["a"]}}"#.to_owned(),
        r#"j {"uncountedTerminatedPods":{"succeeded":["a"],"failed":["b"]}}"#.to_owned(),
        format!("j {{{}}}", conditions(&["Complete"])),
        format!("j {{{},{start},{end}}}", conditions(&["Complete"])),
        format!("j {{{},{start},{end}}}", conditions(&["Complete", "SuccessCriteriaMet"])),
        format!(
            "j {{{},{start},{end},\"active\":1,\"terminating\":1,\"uncountedTerminatedPods\":{{\"succeeded\":[\"a\"]}}}}",
            conditions(&["Complete", "SuccessCriteriaMet"])
        ),
        format!(
            "j {{{},{start},{end}}}",
            conditions(&["Complete", "SuccessCriteriaMet", "Failed", "FailureTarget"])
        ),
        format!("j {{{},{start}}}", conditions(&["Failed"])),
        format!("j {{{},{start}}}", conditions(&["Failed", "FailureTarget"])),
        format!("j {{{}}}", conditions(&["Failed", "FailureTarget"])),
        format!("j {{{start},{end}}}"),
        format!(
            "j {{{},{start},\"completionTime\":\"2019-01-01T00:00:00Z\"}}",
            conditions(&["Complete", "SuccessCriteriaMet"])
        ),
        r#"j {"completedIndexes":"1"}"#.to_owned(),
        r#"j {"failedIndexes":"1"}"#.to_owned(),
        r#"i {"completedIndexes":"x"}"#.to_owned(),
        r#"i {"completedIndexes":"1,1"}"#.to_owned(),
        r#"i {"completedIndexes":"1-2-3"}"#.to_owned(),
        r#"i {"completedIndexes":"2-1"}"#.to_owned(),
        r#"i {"completedIndexes":"0-5"}"#.to_owned(),
        r#"i {"completedIndexes":"0-2,4","failedIndexes":"2-3"}"#.to_owned(),
        r#"i {"failedIndexes":"7"}"#.to_owned(),
        r#"i {"completedIndexes":"0-2,4","failedIndexes":"3"}"#.to_owned(),
        format!("s {{{},{start},{end}}}", conditions(&["Complete"])),
        format!("s {{{},{start}}}", conditions(&["SuccessCriteriaMet", "FailureTarget"])),
    ];
    let path = "/apis/batch/v1/namespaces/$ns/jobs";
    try_statuses(
        path,
        &jobs.iter().map(String::as_str).collect::<Vec<_>>(),
        &statuses.iter().map(String::as_str).collect::<Vec<_>>(),
    )
    .await;
    let written = |said: &str| format!("MERGE {path}/j/status {{\"status\":{{{said}}}}}");
    let rows = [
        format!("POST {path} {}", jobs[0]),
        written(&format!(r#"{start},"failed":2,"succeeded":2"#)),
        written(r#""failed":1,"succeeded":1"#),
        written(r#""startTime":"2020-01-01T00:00:05Z""#),
        written(r#""startTime":null"#),
        written(&format!("{},{end}", conditions(&["Complete", "SuccessCriteriaMet"]))),
        written(r#""completionTime":"2020-01-01T00:00:09Z""#),
        written(r#""completionTime":null"#),
        written(r#""conditions":[]"#),
        written(&conditions(&["Complete"])),
        written(r#""active":1"#),
    ];
    check_as(&rows.join("\n"), Answer::of_refusals).await;
}

#[tokio::test]
async fn others_tell_of_themselves() {
    let budget = "/apis/policy/v1/namespaces/$ns/poddisruptionbudgets";
    try_statuses(
        budget,
        &[r#"{"metadata":{"name":"a"},"spec":{"selector":{}}}"#],
        &[
            r#"a {"disruptionsAllowed":-1,"currentHealthy":-1,"desiredHealthy":-1,"expectedPods":-1}"#,
            r#"a {"conditions":[{"type":"","status":"","reason":"","message":"","lastTransitionTime":null},{"type":"a b","status":"X","reason":"a b","message":"","lastTransitionTime":"2020-01-01T00:00:00Z","observedGeneration":-1},{"type":"a","status":"True","reason":"A","message":"","lastTransitionTime":"2020-01-01T00:00:00Z"},{"type":"a","status":"True","reason":"A,b:c_","message":"","lastTransitionTime":"2020-01-01T00:00:00Z"}]}"#,
            r#"a {"conditions":[{"type":"a","status":"True","reason":"A,b:c_","message":"","lastTransitionTime":"2020-01-01T00:00:00Z"}],"disruptionsAllowed":1,"currentHealthy":1,"desiredHealthy":0,"expectedPods":1}"#,
        ],
    )
    .await;
    let autoscaler = "/apis/autoscaling/v2/namespaces/$ns/horizontalpodautoscalers";
    try_statuses(
        autoscaler,
        &[r#"{"metadata":{"name":"a"},"spec":{"maxReplicas":1,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"x"},"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":1}}}]}}"#],
        &[
            r#"a {"currentReplicas":-1,"desiredReplicas":-1}"#,
            r#"a {"currentReplicas":1,"desiredReplicas":2}"#,
        ],
    )
    .await;
    let ingress = "/apis/networking.k8s.io/v1/namespaces/$ns/ingresses";
    try_statuses(
        ingress,
        &[r#"{"metadata":{"name":"a"},"spec":{"defaultBackend":{"service":{"name":"x","port":{"number":1}}}}}"#],
        &[
            r#"a {"loadBalancer":{"ingress":[{"ip":"x"},{"ip":"010.0.0.1"},{"hostname":"A_b"},{"hostname":"10.0.0.1"}]}}"#,
            r#"a {"loadBalancer":{"ingress":[{"ip":"10.0.0.1","ports":[{"port":80,"protocol":"TCP"}]},{"hostname":"a.b"},{}]}}"#,
            r#"a {"loadBalancer":{"ingress":[{"ip":"FD00::1"}]}}"#,
        ],
    )
    .await;
    try_statuses(
        "persistentvolumeclaims",
        &[r#"{"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"none","resources":{"requests":{"storage":"1Gi"}}}}"#],
        &[
            r#"a {"capacity":{"storage":"-1"}}"#,
            r#"a {"phase":"Nonsense","conditions":[{"type":"a b","status":"X"}]}"#,
            r#"a {"allocatedResourceStatuses":{"cpu":"X"}}"#,
            r#"a {"allocatedResourceStatuses":{"a b":"NodeResizePending"}}"#,
            r#"a {"allocatedResourceStatuses":{"storage":"NodeResizePending"},"allocatedResources":{"storage":"1Gi"}}"#,
            r#"a {"allocatedResources":{"storage":"-1"}}"#,
            r#"a {"allocatedResources":{"cpu":"1"}}"#,
            r#"a {"allocatedResources":{"a.b/c":"1"}}"#,
        ],
    )
    .await;
    check_as(
        r#"
        MERGE /api/v1/namespaces/$ns/status?dryRun=All {"status":{"phase":"Terminating"}}
        MERGE /api/v1/namespaces/$ns/status?dryRun=All {"status":{"phase":"X"}}
        MERGE /api/v1/namespaces/$ns/status?dryRun=All {"status":{"phase":null}}
        MERGE /api/v1/namespaces/$ns/status?dryRun=All {"status":{"conditions":[{"type":"a b","status":"X"}]}}
    "#,
        Answer::of_refusals,
    )
    .await;
}

#[tokio::test]
async fn nodes_have_taints_and_ranges() {
    let nodes = "/api/v1/nodes";
    let made = [
        r#""spec":{"taints":[{"key":"a b","value":"c d","effect":"X"},{"key":"a","effect":""},{"key":"b","value":"x","effect":"NoSchedule"},{"key":"b","value":"y","effect":"NoSchedule"},{"key":"b","effect":"NoExecute"}]}"#,
        r#""spec":{"podCIDR":"x"}"#,
        r#""spec":{"podCIDR":"10.0.0.0/24","podCIDRs":["10.0.0.0/24","10.0.1.0/24"]}"#,
        r#""spec":{"podCIDR":"10.0.0.0/24","podCIDRs":["10.0.0.0/24","fd00::/64"]}"#,
        r#""status":{"capacity":{"cpu":"-1","pods":"1500m"},"allocatable":{"memory":"-1"}}"#,
        r#""spec":{"taints":[{"key":"a","effect":"NoSchedule"}]},"status":{"capacity":{"cpu":"1","pods":"10"}}"#,
    ];
    let made = made
        .map(|fields| format!("POST {nodes}?dryRun=All {{\"metadata\":{{\"name\":\"$ns\"}},{fields}}}\n"));
    let rows = r#"
        POST  NODES {"metadata":{"name":"$ns"},"spec":{"podCIDR":"10.0.0.0/24","providerID":"x://a"}}
        MERGE NODES/$ns?dryRun=All {"spec":{"podCIDR":null,"podCIDRs":null}}
        MERGE NODES/$ns?dryRun=All {"spec":{"podCIDR":"10.0.1.0/24","podCIDRs":["10.0.1.0/24"]}}
        MERGE NODES/$ns?dryRun=All {"spec":{"providerID":"x://b"}}
        MERGE NODES/$ns?dryRun=All {"spec":{"providerID":null}}
        MERGE NODES/$ns?dryRun=All {"spec":{"taints":[{"key":"a","effect":"X"}]}}
        MERGE NODES/$ns?dryRun=All {"spec":{"unschedulable":true}}
        MERGE NODES/$ns/status?dryRun=All {"status":{"addresses":[{"type":"InternalIP","address":"x"},{"type":"InternalIP","address":"x"}]}}
        MERGE NODES/$ns/status?dryRun=All {"status":{"capacity":{"cpu":"-1"}}}
        MERGE NODES/$ns/status?dryRun=All {"status":{"capacity":{"cpu":"1"},"conditions":[{"type":"a b","status":"X"}]}}
        MERGE NODES/$ns?dryRun=All {"spec":{"podCIDR":"10.0.1.0/24"}}
        DELETE NODES/$ns
        POST  NODES {"metadata":{"name":"$ns"}}
        MERGE NODES/$ns?dryRun=All {"spec":{"podCIDR":"x"}}
        MERGE NODES/$ns?dryRun=All {"spec":{"podCIDRs":["10.0.0.0/24","10.0.1.0/24"]}}
        MERGE NODES/$ns?dryRun=All {"spec":{"podCIDRs":["10.0.0.0/24","x"]}}
        MERGE NODES/$ns?dryRun=All {"spec":{"podCIDRs":["10.0.0.0/24"],"taints":[{"key":"a","effect":"X"}]}}
        MERGE NODES/$ns?dryRun=All {"spec":{"podCIDRs":["x"],"taints":[{"key":"a","effect":"X"}]},"status":{"capacity":{"cpu":"-1"}}}
        MERGE NODES/$ns/status?dryRun=All {"spec":{"podCIDRs":["x"]},"status":{"phase":"Running"}}
        DELETE NODES/$ns
        POST  NODES {"metadata":{"name":"$ns"},"status":{"capacity":{"cpu":"1","pods":"10"},"nodeInfo":{"architecture":"a"}}}
        DELETE NODES/$ns
    "#;
    check_as(&(made.concat() + &rows.replace("NODES", nodes)), Answer::of_refusals).await;
    check(&made[5].replace("a\",\"effect", "node.kubernetes.io/not-ready\",\"effect")).await;
    let ranges = [
        r#""podCIDR":"10.0.0.0/24","podCIDRs":["10.0.1.0/24"]"#,
        r#""podCIDR":"10.0.0.0/24","podCIDRs":["10.0.1.0/24","10.0.0.0/24"]"#,
        r#""podCIDR":"10.0.0.0/24","podCIDRs":[]"#,
        r#""podCIDR":"","podCIDRs":["10.0.1.0/24"]"#,
        r#""podCIDRs":["10.0.1.0/24"]"#,
        r#""podCIDR":"""#,
    ];
    let ranges = ranges.map(|spec| {
        format!("POST {nodes}?dryRun=All {{\"metadata\":{{\"name\":\"$ns\"}},\"spec\":{{{spec}}}}}\n")
    });
    check(&ranges.concat()).await;
}

#[tokio::test]
async fn certificates_are_asked_for_by_what_is_to_be_signed() {
    let requests = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    // A request for a certificate of a key on the curve P-256.
    let rows = [
        "",
        r#","spec":{}"#,
        r#","spec":{"request":"eA==","signerName":"a","usages":["x","client auth","client auth"],"expirationSeconds":1}"#,
        r#","spec":{"request":"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCmVBPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=","signerName":"kubernetes.io/legacy-unknown","usages":[]}"#,
    ];
    let rows = rows
        .map(|fields| format!("POST {requests}?dryRun=All {{\"metadata\":{{\"name\":\"$ns\"}}{fields}}}\n"));
    let asked = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIR01HNENBUUF3RERFS01BZ0dBMVVFQXd3QmVEQlpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQQpCSnYrZEMzYk9US3kydWhob2RodVhOMWorV0ExeDdxMHJtRFB2RVU2cjNYZWJsN1d4SUhvdGcva1A4WVZXeDZWCjFRYndla0xtR0xJOWhPUmVqcmh6a2R5Z0FEQUtCZ2dxaGtqT1BRUURBZ05JQURCRkFpQk1HQzY5eG5aeERqdjIKQ2hkRk9May9lNWZoamZ0TWFRMG00RzMvZlBOMXFBSWhBSTNKSHhEUjR0a2ZLdUlBeWFKSVU3QUhvU1Z4Q05zawpIMlUwSFJoNnREQlQKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==";
    let kept = format!(
        r#"
        POST  {requests} {{"metadata":{{"name":"$ns"}},"spec":{{"request":"{asked}","signerName":"kopf.test/x","usages":["client auth"]}}}}
        MERGE {requests}/$ns?dryRun=All {{"status":{{"conditions":[{{"type":"Approved","status":"True"}}]}}}}
        MERGE {requests}/$ns/status?dryRun=All {{"status":{{"conditions":[{{"type":"Approved","status":"True"}}]}}}}
        MERGE {requests}/$ns/status?dryRun=All {{"status":{{"conditions":[{{"type":"Failed","status":"False"}},{{"type":"","status":""}},{{"type":"x","status":"X"}}]}}}}
        MERGE {requests}/$ns/status?dryRun=All {{"status":{{"conditions":[{{"type":"Failed","status":"True"}}]}}}}
        DELETE {requests}/$ns
    "#
    );
    check_as(&(rows.concat() + &kept), Answer::of_refusals).await;
}
