//! Jobs, and what makes jobs at times.

use super::{check, of_group, try_all};

const TEMPLATE: &str =
    r#""template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}"#;

#[tokio::test]
async fn jobs_end() {
    let jobs = |fields: &str| format!(r#""spec":{{{TEMPLATE}{fields}}}"#);
    let mut rows: Vec<String> = vec![
        r#""spec":{}"#.to_owned(),
        r#""spec":{"template":{"spec":{"containers":[{"name":"c","image":"c"}]}}}"#.to_owned(),
        r#""spec":{"template":{"spec":{"restartPolicy":"Nonsense","containers":[{"name":"c","image":"c"}]}}}"#.to_owned(),
        r#""spec":{"template":{"spec":{"restartPolicy":"OnFailure","containers":[{"name":"c","image":"c"}]}},"podFailurePolicy":{"rules":[]}}"#.to_owned(),
    ];
    let fields = [
        r#","parallelism":-1,"completions":-1,"backoffLimit":-1,"activeDeadlineSeconds":-1,"ttlSecondsAfterFinished":-1"#,
        r#","completionMode":"Nonsense""#,
        r#","completionMode":"Indexed""#,
        r#","completionMode":"Indexed","completions":3,"parallelism":200000,"maxFailedIndexes":4,"backoffLimitPerIndex":1"#,
        r#","completionMode":"Indexed","completions":3,"maxFailedIndexes":1"#,
        r#","backoffLimitPerIndex":1,"maxFailedIndexes":1"#,
        r#","managedBy":"x""#,
        r#","managedBy":"a.b/c""#,
        r#","manualSelector":true"#,
        r#","manualSelector":true,"selector":{"matchLabels":{"a":"b"}}"#,
        r#","podReplacementPolicy":"X""#,
        r#","podFailurePolicy":{"rules":[{"action":"X"},{"onExitCodes":{}},{"action":"FailIndex","onPodConditions":[{"type":"a b","status":"X"}]}]}"#,
        r#","podFailurePolicy":{"rules":[{"action":"FailJob","onExitCodes":{"containerName":"x","operator":"In","values":[2,0,2]},"onPodConditions":[{"type":"A"}]}]}"#,
        r#","podFailurePolicy":{"rules":[{"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget"}]},{"action":"FailJob","onExitCodes":{"operator":"NotIn","values":[0,42]}}]}"#,
        r#","podReplacementPolicy":"TerminatingOrFailed","podFailurePolicy":{"rules":[]}"#,
        r#","completionMode":"Indexed","completions":3,"successPolicy":{"rules":[{},{"succeededCount":4}]}"#,
        r#","completionMode":"Indexed","completions":3,"parallelism":0,"suspend":true,"successPolicy":{"rules":[{"succeededIndexes":"0-1","succeededCount":1}]}"#,
        r#","completions":0,"backoffLimit":0,"ttlSecondsAfterFinished":0"#,
    ];
    rows.extend(fields.iter().map(|fields| jobs(fields)));
    try_all(&of_group("batch/v1", "jobs"), &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn cron_jobs_have_a_schedule() {
    let cron = |fields: &str| format!(r#""spec":{{"jobTemplate":{{"spec":{{{TEMPLATE}}}}}{fields}}}"#);
    let schedule = |schedule: &&str| cron(&format!(r#","schedule":"{schedule}""#));
    let mut rows: Vec<String> = [
        "* * * * *",
        "*/5 0-23/2 1,15 JAN-dec sun",
        "@daily",
        "@every 1h30m",
        "",
        "* * *",
        "60 * * * *",
        "* * 0 * *",
        "5-1 * * * *",
        "*/0 * * * *",
        "1-2-3 * * * *",
        "1/2/3 * * * *",
        "x * * * *",
        "-1 * * * *",
        "* * * * 7",
        "99999999999999999999 * * * *",
        "@never",
        "@every x",
        "@every 5",
        "@every 5x",
        "@every 1.2.3s",
        "@every 1h1",
        "@every 99999999999999h",
        "@every 9223372036855s",
        "TZ=UTC * * * * *",
        "CRON_TZ=Europe/Berlin 0 0 * * *",
    ]
    .iter()
    .map(schedule)
    .collect();
    let fields = [
        r#","schedule":"* * * * *","timeZone":"""#,
        r#","schedule":"* * * * *","timeZone":"Local""#,
        r#","schedule":"* * * * *","timeZone":"a/../b""#,
        r#","schedule":"* * * * *","timeZone":"Europe/Berlin""#,
        r#","schedule":"* * * * *","startingDeadlineSeconds":-1,"successfulJobsHistoryLimit":-1,"failedJobsHistoryLimit":-1,"concurrencyPolicy":"X""#,
        r#","schedule":"* * * * *","startingDeadlineSeconds":0,"successfulJobsHistoryLimit":0,"failedJobsHistoryLimit":0,"concurrencyPolicy":"Forbid","suspend":true"#,
    ];
    rows.extend(fields.iter().map(|fields| cron(fields)));
    rows.push(
        r#""spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"c"}]}}}}}"#
            .to_owned(),
    );
    rows.push(r#""spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"selector":{"matchLabels":{"a":"b"}},"manualSelector":true,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"c"}]}}}}}"#.to_owned());
    try_all(&of_group("batch/v1", "cronjobs"), &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn jobs_keep_what_they_run() {
    check(&format!(
        r#"
        POST   /apis/batch/v1/namespaces/$ns/jobs {{"metadata":{{"name":"j"}},"spec":{{"managedBy":"kopf.test/nobody",{TEMPLATE}}}}}
        MERGE  /apis/batch/v1/namespaces/$ns/jobs/j {{"spec":{{"completions":2}}}}
        MERGE  /apis/batch/v1/namespaces/$ns/jobs/j {{"spec":{{"completionMode":"Indexed","completions":1}}}}
        MERGE  /apis/batch/v1/namespaces/$ns/jobs/j {{"spec":{{"selector":{{"matchLabels":{{"a":"b"}}}}}}}}
        MERGE  /apis/batch/v1/namespaces/$ns/jobs/j {{"spec":{{"managedBy":null}}}}
        MERGE  /apis/batch/v1/namespaces/$ns/jobs/j {{"spec":{{"template":{{"spec":{{"priorityClassName":"x"}}}}}}}}
        MERGE  /apis/batch/v1/namespaces/$ns/jobs/j {{"spec":{{"template":{{"spec":{{"nodeSelector":{{"a":"b"}}}}}}}}}}
        MERGE  /apis/batch/v1/namespaces/$ns/jobs/j {{"spec":{{"parallelism":3,"backoffLimit":7,"activeDeadlineSeconds":9,"ttlSecondsAfterFinished":1,"suspend":true}}}}
        MERGE  /apis/batch/v1/namespaces/$ns/jobs/j {{"spec":{{"template":{{"spec":{{"nodeSelector":{{"a":"b"}}}}}}}}}}
        STRATEGIC /apis/batch/v1/namespaces/$ns/jobs/j {{"spec":{{"template":{{"spec":{{"containers":[{{"name":"c","resources":{{"limits":{{"cpu":"1"}}}}}}]}}}}}}}}
        STRATEGIC /apis/batch/v1/namespaces/$ns/jobs/j {{"spec":{{"template":{{"spec":{{"containers":[{{"name":"c","image":"other"}}]}}}}}}}}
        POST   /apis/batch/v1/namespaces/$ns/cronjobs {{"metadata":{{"name":"c"}},"spec":{{"suspend":true,"schedule":"* * * * *","jobTemplate":{{"spec":{{{TEMPLATE}}}}}}}}}
        MERGE  /apis/batch/v1/namespaces/$ns/cronjobs/c {{"spec":{{"schedule":"@hourly","timeZone":"Etc/UTC"}}}}
        MERGE  /apis/batch/v1/namespaces/$ns/cronjobs/c {{"spec":{{"schedule":"@sometimes"}}}}
        POST   /apis/batch/v1/namespaces/$ns/cronjobs?dryRun=All {{"metadata":{{"name":"a-name-that-is-much-too-long-for-the-jobs-that-come-of-it"}},"spec":{{"schedule":"* * * * *","jobTemplate":{{"spec":{{{TEMPLATE}}}}}}}}}
        POST   /apis/batch/v1/namespaces/$ns/jobs?dryRun=All {{"metadata":{{"name":"a.b"}},"spec":{{"completionMode":"Indexed","completions":2,{TEMPLATE}}}}}
    "#
    ))
    .await;
}

#[tokio::test]
async fn cron_jobs_have_zones_that_there_are() {
    let job = r#""schedule":"@daily","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"i"}]}}}}"#;
    let zones = [
        "UTC",
        "utc",
        "Europe/Berlin",
        "Europe/berlin",
        "Europe/Nowhere",
        "US/Pacific",
        "Etc/GMT+1",
        "EST5EDT",
    ];
    let wrong = [
        "",
        "Local",
        "local",
        "Local/x",
        "A b",
        "/UTC",
        "UTC/",
        "a//b",
        "../UTC",
        "a..b",
        "-a",
        "abcdefghijklmno",
        "Zürich",
        "a&b",
    ];
    let rows = zones.iter().chain(&wrong).map(|zone| format!(r#""spec":{{"timeZone":"{zone}",{job}}}"#));
    let rows: Vec<String> = rows.collect();
    try_all(&of_group("batch/v1", "cronjobs"), &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let path = "/apis/batch/v1/namespaces/$ns/cronjobs";
    check(&format!(
        r#"
        POST  {path} {{"metadata":{{"name":"a"}},"spec":{{"suspend":true,{job}}}}}
        MERGE {path}/a {{"spec":{{"timeZone":"Nowhere"}}}}
        MERGE {path}/a {{"spec":{{"timeZone":"Asia/Kathmandu"}}}}
        MERGE {path}/a {{"spec":{{"schedule":"TZ=UTC @daily"}}}}
        MERGE {path}/a {{"spec":{{"timeZone":null}}}}
        MERGE {path}/a {{"spec":{{"schedule":"CRON_TZ=Nowhere 0 * * * *"}}}}
    "#
    ))
    .await;
}
