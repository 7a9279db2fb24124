//! What strategic merge patches say besides what they merge: orders, deletions, replacements, and what may stay.

use super::{answer::Answer, check, check_as};

/// Of what has a template, nobody but the tests writes to these.
const TEMPLATE: &str = r#"POST podtemplates?fieldManager=one {"metadata":{"name":"w"},"template":{"metadata":{"labels":{"a":"b"}},"spec":POD}}"#;

const POD: &str = r#"{"containers":[{"name":"c","image":"i","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"ports":[{"containerPort":80},{"containerPort":81}]},{"name":"d","image":"i"}],"volumes":[{"name":"v","emptyDir":{}},{"name":"w","configMap":{"name":"x"}}],"tolerations":[{"key":"k","operator":"Exists"}],"nodeSelector":{"a":"b"},"securityContext":{"runAsUser":7,"fsGroup":7}}"#;

const CONFIG_MAP: &str = r#"POST configmaps?fieldManager=one {"metadata":{"name":"m","finalizers":["kopf.test/a","kopf.test/b","kopf.test/c"],"labels":{"x":"1","y":"2"},"ownerReferences":[]},"data":{"a":"1","b":"2"}}"#;

/// An object, and rows that patch it without leaving anything behind.
fn rows(object: &str, path: &str, patches: impl Iterator<Item = String>) -> String {
    let patches = patches.map(|patch| format!("STRATEGIC {path}?dryRun=All&fieldManager=two {patch}\n"));
    format!("{object}\n{}", patches.collect::<String>())
}

fn lines(patches: &str) -> impl Iterator<Item = &str> {
    patches.lines().map(str::trim).filter(|line| !line.is_empty())
}

async fn check_pod(patches: &str) {
    let patches = lines(patches).map(|patch| format!(r#"{{"template":{{"spec":{patch}}}}}"#));
    check(&rows(&TEMPLATE.replace("POD", POD), "podtemplates/w", patches)).await;
}

async fn check_config_map(patches: &str) {
    check(&rows(CONFIG_MAP, "configmaps/m", lines(patches).map(str::to_owned))).await;
}

#[tokio::test]
async fn elements_are_merged_deleted_and_replaced_by_their_keys() {
    check_pod(
        r#"
        {"containers":[{"$patch":"replace"},{"name":"z","image":"i"}]}
        {"containers":[{"name":"z","image":"i"},{"$patch":"replace"}]}
        {"containers":[{"$patch":"replace"}]}
        {"containers":[{"name":"c","$patch":"replace","image":"q"}]}
        {"containers":[{"name":"c","$patch":"merge","image":"q"}]}
        {"containers":[{"name":"c","$patch":"bogus"}]}
        {"containers":[{"name":"c","$patch":"delete"}]}
        {"containers":[{"$patch":"delete"}]}
        {"containers":[{"name":"nope","$patch":"delete"}]}
        {"containers":[{"name":"c","$patch":"delete"},{"name":"c","image":"again"}]}
        {"containers":[{"name":"c","image":"x"},{"name":"c","image":"y"}]}
        {"containers":[{"image":"x"}]}
        {"containers":[1]}
        {"containers":[null]}
        {"containers":{"name":"c"}}
        {"containers":null}
        {"containers":"x"}
        {"containers":[{"name":1,"image":"x"}]}
        {"containers":[{"name":"c","env":[{"name":"B","value":null,"valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]}]}
        {"containers":[{"name":"c","ports":[{"containerPort":"80","name":"http"}]}]}
        {"containers":[{"name":"c","ports":[{"containerPort":80.0,"name":"http"}]}]}
        {"containers":[{"name":"n","image":"i","$setElementOrder/env":[{"name":"A"}],"env":[{"name":"A","value":"1"}]}]}
        {"containers":[{"name":"n","image":"i","command":null,"env":[{"name":"A","$patch":"delete"},{"name":"B","value":null}]}]}
        {"containers":[{"name":null,"image":"x"}]}
        {"containers":[{"name":1.5,"$patch":"bogus","image":"x"}]}
        {"containers":[{"$patch":"replace"},{"name":"z","image":"i"},{"name":"z","image":"j"}]}
        {"containers":[{"$patch":"replace"},{"image":"i"}]}
        {"containers":[{"name":"c","$patch":true}]}
        {"containers":[{"name":"c","$patch":null}]}
        {"containers":[{"name":"c","$patch":{"a":[1,"b",1.0,null]}}]}
        {"containers":[[1]]}
        {"containers":[]}
        {"containers":[{"$patch":"delete","name":null}]}
        {"$deleteFromPrimitiveList/containers":[{"name":"c","image":"deleted"}]}
        {"$deleteFromPrimitiveList/containers":["c"]}
    "#,
    )
    .await;
}

#[tokio::test]
async fn elements_come_in_the_order_that_is_said() {
    check_pod(
        r#"
        {"$setElementOrder/containers":[{"name":"d"},{"name":"c"}]}
        {"$setElementOrder/containers":[{"name":"d"},{"name":"c"},{"name":"e"}],"containers":[{"name":"e","image":"i"}]}
        {"$setElementOrder/containers":[{"name":"e"},{"name":"c"}],"containers":[{"name":"c","image":"j"},{"name":"e","image":"k"}]}
        {"$setElementOrder/containers":[{"name":"c"},{"name":"d"}],"containers":[{"name":"d","image":"j"},{"name":"c","image":"k"}]}
        {"$setElementOrder/containers":[{"name":"c"}],"containers":[{"name":"d","image":"j"}]}
        {"$setElementOrder/containers":"x"}
        {"$setElementOrder/containers":[1]}
        {"$setElementOrder/containers":[{"image":"i"}]}
        {"$setElementOrder/nothing":[]}
        {"$setElementOrder/containers":null}
        {"containers":[{"name":"c","env":[{"name":"A","$patch":"delete"}],"$setElementOrder/env":[{"name":"B"}]}]}
        {"containers":[{"name":"c","$setElementOrder/ports":[{"containerPort":81},{"containerPort":80}]}]}
        {"containers":[{"name":"c","$setElementOrder/ports":[{"containerPort":81},{"containerPort":80}],"ports":[{"containerPort":80,"name":"http"}]}]}
        {"$setElementOrder/volumes":[{"name":"n"}],"volumes":[{"name":"v","$patch":"delete"},{"name":"n","emptyDir":{}}]}
        {"$setElementOrder/volumes":[{"name":"n"}],"volumes":[{"name":"n","emptyDir":{}}]}
        {"$setElementOrder/volumes":[{"name":"n"},{"name":"m"}],"volumes":[{"name":"w","$patch":"delete"},{"name":"v","$patch":"delete"},{"name":"n","emptyDir":{}},{"name":"m","emptyDir":{}}]}
        {"$setElementOrder/volumes":[],"volumes":[{"name":"n","emptyDir":{}},{"name":"m","emptyDir":{}}]}
        {"$setElementOrder/volumes":[],"volumes":[{"$patch":"replace"},{"name":"n","emptyDir":{}},{"name":"v","emptyDir":{}},{"name":"m","emptyDir":{}}]}
        {"$setElementOrder/volumes":[{"name":"m"},{"name":"n"}],"volumes":[{"name":"n","$patch":"replace"},{"name":"m","emptyDir":{}},{"name":"n","emptyDir":{}}]}
        {"$setElementOrder/volumes":[{"name":"m"}],"volumes":[{"name":"m","emptyDir":{}},{"$patch":"replace"}]}
        {"$setElementOrder/volumes":[{"name":"m"},{"name":"n"}],"volumes":[{"name":"m","emptyDir":{}},{"$patch":"replace"}]}
        {"$setElementOrder/volumes":[{"name":"m"}],"volumes":[{"name":"m","emptyDir":{}},{"name":"n","$patch":"bogus"},{"name":"v","$patch":"delete"}]}
        {"$setElementOrder/volumes":[{"name":"m"},{"name":"n"}],"volumes":[{"name":"m","emptyDir":{}},{"name":"n","$patch":"replace"},{"name":"n","emptyDir":{}}]}
        {"$setElementOrder/volumes":[{"name":"x"}],"volumes":[{"$patch":"replace"}]}
        {"$setElementOrder/imagePullSecrets":[],"imagePullSecrets":[{"name":"a"},{"name":"b"},{"name":"c"}]}
        {"$setElementOrder/imagePullSecrets":[{"name":"b"}],"imagePullSecrets":[]}
        {"$setElementOrder/imagePullSecrets":[{"name":"b"}],"imagePullSecrets":[{"name":"b","$patch":"delete"}]}
        {"$setElementOrder/imagePullSecrets":[{"name":"b"},1],"imagePullSecrets":[{"name":"b"}]}
        {"$setElementOrder/imagePullSecrets":[{"name":"b"}],"imagePullSecrets":[{"name":"b"},1]}
        {"$setElementOrder/imagePullSecrets":[{"name":"b"}],"imagePullSecrets":[[1]]}
        {"$setElementOrder/containers":[{"name":"c"},{"name":"d"},1]}
        {"$setElementOrder/containers":[{"name":"c"},1]}
        {"$setElementOrder/containers":[1],"containers":[{"name":"c"}]}
        {"$setElementOrder/containers":[{"name":"c"}],"containers":[{"image":"c"}]}
        {"$setElementOrder/containers":[{"name":"c"}],"containers":["c"]}
        {"$setElementOrder/containers":[{"name":"c"}],"containers":null}
        {"$setElementOrder/containers":[{"name":"c"}],"containers":[{"name":"c","image":1}]}
        {"$setElementOrder/containers":[{"name":"c"}],"hostname":1,"containers":[{"name":"c","image":"i"}]}
        {"$setElementOrder/Containers":[{"name":"d"}]}
        {"$setElementOrderX/containers":[{"name":"d"}]}
        {"$setElementOrder":[]}
        {"$setElementOrder":1}
        {"nodeSelector":{"$setElementOrder/any":[]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn only_what_is_retained_stays() {
    check_pod(
        r#"
        {"volumes":[{"name":"v","$retainKeys":["name","configMap"],"configMap":{"name":"y"}}]}
        {"volumes":[{"name":"v","$retainKeys":["name"],"configMap":{"name":"y"}}]}
        {"volumes":[{"name":"v","$retainKeys":[],"emptyDir":null}]}
        {"volumes":[{"name":"v","$retainKeys":"x"}]}
        {"volumes":[{"name":"v","$retainKeys":[1]}]}
        {"volumes":[{"name":"v","configMap":{"name":"y"}}]}
        {"volumes":[{"name":"v","emptyDir":{"medium":"Memory"}},{"name":"w","$patch":"delete"}]}
        {"volumes":null}
        {"volumes":[{"name":"n","$retainKeys":["name","emptyDir"],"emptyDir":{}}]}
        {"volumes":[{"name":"v","emptyDir":{"$patch":"delete"}}]}
        {"volumes":[{"name":"v","emptyDir":{"$patch":"replace","medium":1}}]}
        {"volumes":[{"name":"v","emptyDir":{"medium":null,"sizeLimit":[]}}]}
        {"hostAliases":[{"ip":"1.2.3.4","hostnames":["a"],"x":{"$patch":"delete"}}]}
        {"imagePullSecrets":[{"name":"a","$patch":"delete"},{"name":"b"}]}
        {"securityContext":{"$retainKeys":["runAsUser"],"runAsUser":1}}
        {"securityContext":{"$patch":"replace","runAsUser":1}}
        {"securityContext":{"$patch":"delete"}}
        {"securityContext":{"$patch":"bogus"}}
        {"securityContext":{"$patch":"delete","runAsUser":"x"}}
        {"hostname":{"$patch":"delete"}}
        {"hostname":{"x":{"$patch":"delete"},"y":null,"z":[{"$patch":"delete"},1]}}
        {"nodeSelector":{"$deleteFromPrimitiveList/a":"z"}}
        {"nodeSelector":{"$patch":"replace","c":"d"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn lists_that_are_one_value_are_taken_as_they_are() {
    check_pod(
        r#"
        {"tolerations":[{"key":"z"}]}
        {"tolerations":[{"$patch":"replace"},{"key":"z"}]}
        {"tolerations":[{"$patch":"delete"}]}
        {"tolerations":[{"key":"k","$patch":"delete"}]}
        {"tolerations":[{"key":"k","operator":"Exists","effect":null}]}
        {"tolerations":[{"key":"k","operator":"Exists"},null]}
        {"tolerations":[]}
        {"tolerations":[1]}
        {"$deleteFromPrimitiveList/tolerations":[{"key":"k"}]}
        {"$deleteFromPrimitiveList/tolerations":["k"]}
        {"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"a","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"x":"y","$patch":"replace"}}}]}
    "#,
    )
    .await;
}

#[tokio::test]
async fn words_are_a_set_and_maps_are_no_types() {
    check_config_map(
        r#"
        {"metadata":{"$deleteFromPrimitiveList/finalizers":["kopf.test/b"]}}
        {"metadata":{"$deleteFromPrimitiveList/finalizers":["kopf.test/b"],"$setElementOrder/finalizers":["kopf.test/c","kopf.test/a"]}}
        {"metadata":{"$deleteFromPrimitiveList/finalizers":["kopf.test/b","kopf.test/z"],"finalizers":["kopf.test/d"]}}
        {"metadata":{"$setElementOrder/finalizers":["kopf.test/c","kopf.test/b","kopf.test/a"]}}
        {"metadata":{"$setElementOrder/finalizers":["kopf.test/c","kopf.test/d"],"finalizers":["kopf.test/d"]}}
        {"metadata":{"$setElementOrder/finalizers":["kopf.test/c"],"finalizers":["kopf.test/d"]}}
        {"metadata":{"$deleteFromPrimitiveList/finalizers":"x"}}
        {"metadata":{"$deleteFromPrimitiveList/finalizers":[1]}}
        {"metadata":{"$deleteFromPrimitiveList/finalizers":[]}}
        {"metadata":{"$deleteFromPrimitiveList/finalizers":null}}
        {"metadata":{"finalizers":["kopf.test/a","kopf.test/a"]}}
        {"metadata":{"finalizers":[{"$patch":"replace"}]}}
        {"metadata":{"finalizers":[{"$patch":"replace"},"kopf.test/q"]}}
        {"metadata":{"finalizers":null}}
        {"metadata":{"finalizers":[null]}}
        {"metadata":{"ownerReferences":[{"uid":"u","$patch":"delete"}]}}
        {"metadata":{"ownerReferences":[{"uid":"u","name":"n","kind":"ConfigMap","apiVersion":"v1"}]}}
        {"data":{"$patch":"replace","z":"1"}}
        {"data":{"$patch":"delete"}}
        {"data":{"$patch":"merge","z":"1"}}
        {"data":{"a":null,"$retainKeys":["b"]}}
        {"data":{"$setElementOrder/a":[]}}
        {"data":{"$deleteFromPrimitiveList/a":["1"]}}
        {"data":null}
        {"metadata":{"$deleteFromPrimitiveList/finalizers":["kopf.test/a",null]}}
        {"metadata":{"$deleteFromPrimitiveListX/finalizers":["kopf.test/a"]}}
        {"metadata":{"$deleteFromPrimitiveList":[]}}
        {"metadata":{"$deleteFromPrimitiveList/":[]}}
        {"metadata":{"$setElementOrder/finalizers":[1,null,"kopf.test/c"]}}
        {"metadata":{"$setElementOrder/ownerReferences":[{"uid":"u"}]}}
        {"metadata":{"$setElementOrder/labels":[]}}
        {"metadata":{"$setElementOrder/nothing":[]}}
        {"metadata":{"finalizers":[["kopf.test/a"]]}}
        {"metadata":{"finalizers":["kopf.test/c","kopf.test/z","kopf.test/a"]}}
        {"metadata":{"labels":{"$retainKeys":["a","x"],"a":"b"}}}
        {"metadata":{"labels":{"$retainKeys":["x"],"a":"b"}}}
        {"metadata":{"annotations":{"$retainKeys":["a"],"a":"b"}}}
        {"data":{"$setElementOrder/none":[]}}
        {"data":{"$deleteFromPrimitiveList/a":"z"}}
        {"data":{"$deleteFromPrimitiveList/a":null}}
        {"data":{"$deleteFromPrimitiveList/none":"z"}}
        {"data":{"a":{"$patch":"delete"}}}
        {"data":{"a":["x"]}}
        {"data":{"$patch":"bogus","a-b":1.0,"a":100000000000000000000000,"c":[1e-09,true]}}
    "#,
    )
    .await;
}

/// What controllers write to is compared where it is refused, and else by what it warns of.
async fn check_written(object: &str, path: &str, patches: &str) {
    check_as(&rows(object, path, lines(patches).map(str::to_owned)), Answer::of_refusals).await;
}

#[tokio::test]
async fn objects_are_merged_replaced_and_emptied() {
    const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/$ns/deployments";
    let object = r#"{"metadata":{"name":"d"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"ports":[{"containerPort":80},{"containerPort":81}]},{"name":"d","image":"i"}],"volumes":[{"name":"v","emptyDir":{}},{"name":"w","configMap":{"name":"x"}}],"tolerations":[{"key":"k","operator":"Exists"}]}}}}"#;
    check_written(
        &format!("POST {DEPLOYMENTS} {object}"),
        &format!("{DEPLOYMENTS}/d"),
        r#"
        {"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}
        {"spec":{"strategy":{"$patch":"replace","type":"Recreate"}}}
        {"spec":{"strategy":{"$patch":"delete"}}}
        {"spec":{"strategy":{"$patch":"bogus"}}}
        {"spec":{"strategy":{"$patch":1}}}
        {"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate","rollingUpdate":{"maxSurge":2}}}}
        {"spec":{"$patch":"replace"}}
        {"$patch":"delete"}
        {"$patch":"replace","metadata":{"name":"d"}}
        {"spec":{"selector":{"$patch":"replace","matchLabels":{"a":"b"}}}}
        {"metadata":{"labels":{"$patch":"replace","q":"r"}}}
        {"metadata":{"labels":{"$retainKeys":["a"],"a":"b"}}}
        {"$unknown":1}
        {"spec":{"$unknown":1}}
        {"spec":{"$deleteFromPrimitiveList/nope":["x"]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn selectors_of_budgets_are_replaced_and_data_of_revisions_has_no_fields() {
    const BUDGETS: &str = "/apis/policy/v1/namespaces/$ns/poddisruptionbudgets";
    let object = r#"{"metadata":{"name":"b"},"spec":{"minAvailable":1,"selector":{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"k","operator":"Exists"}]}}}"#;
    let patches = r#"
        {"spec":{"selector":{"matchLabels":{"c":"d"}}}}
        {"spec":{"selector":{"matchLabels":null}}}
        {"spec":{"selector":{"matchLabels":{"c":"d"},"$patch":"delete"}}}
        {"spec":{"selector":{"$retainKeys":["matchLabels"],"matchLabels":{"c":"d"}}}}
        {"spec":{"selector":{"matchExpressions":[{"key":"k","operator":"Bogus"}]}}}
        {"spec":{"selector":null,"minAvailable":"50%"}}
        {"spec":{"$patch":"replace","maxUnavailable":1}}
        {"spec":{"$retainKeys":["minAvailable"],"minAvailable":2}}
    "#;
    let patches = lines(patches).map(str::to_owned);
    let budgets = rows(&format!("POST {BUDGETS} {object}"), &format!("{BUDGETS}/b"), patches);
    check_as(&budgets, Answer::without_status).await;
    const REVISIONS: &str = "/apis/apps/v1/namespaces/$ns/controllerrevisions";
    let patches = r#"
        {"data":{"a":{"c":1}}}
        {"data":{"l":[2]}}
        {"data":{"$setElementOrder/l":[1]}}
        {"data":{"$patch":"replace","a":{"b":1},"l":[1]}}
        {"data":{"a":{"b":1},"l":[1]},"revision":3}
        {"revision":2}
    "#;
    let object = r#"{"metadata":{"name":"r"},"revision":1,"data":{"a":{"b":1},"l":[1]}}"#;
    let patches = lines(patches).map(str::to_owned);
    check(&rows(&format!("POST {REVISIONS} {object}"), &format!("{REVISIONS}/r"), patches)).await;
}
