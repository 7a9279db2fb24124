//! Built-in resources: their writes follow the rules of each.

use super::check;

#[tokio::test]
async fn an_update_makes_what_is_not_there_only_where_that_is_the_rule() {
    check(
        r#"
        PUT    /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles/a {"metadata":{"name":"a"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}
        PUT    /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"metadata":{"name":"a"},"spec":{"holderIdentity":"x"}}
        PUT    /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"metadata":{"name":"a"},"spec":{"holderIdentity":"y"}}
        PUT    /apis/policy/v1/namespaces/$ns/poddisruptionbudgets/a {"metadata":{"name":"a"},"spec":{"maxUnavailable":1}}
        PUT    /api/v1/namespaces/$ns/configmaps/a {"metadata":{"name":"a"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_is_no_field_of_a_built_in_kind_goes() {
    check(
        r#"
        POST   configmaps?fieldValidation=Strict {"metadata":{"name":"a","odd":1},"bogus":1,"data":{"a":"b"},"other":{"x":1}}
        POST   configmaps {"metadata":{"name":"a","odd":1},"bogus":1,"data":{"a":"b"},"other":{"x":1}}
        MERGE  configmaps/a?fieldValidation=Strict {"bogus":1}
        MERGE  configmaps/a {"bogus":1}
        JSON   configmaps/a?fieldValidation=Strict [{"op":"add","path":"/bogus","value":1}]
        STRATEGIC configmaps/a?fieldValidation=Strict {"bogus":1}
        POST   configmaps {"metadata":{"name":"b"},"data":{"n":null,"v":"w"},"immutable":null,"binaryData":null}
        POST   podtemplates?fieldValidation=Strict {"metadata":{"name":"a"},"template":{"metadata":{"odd":1,"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i:1"},{"name":"d","image":"i:1","odd":{"x":1}}]}}}
        POST   podtemplates {"metadata":{"name":"a"},"template":{"metadata":{"odd":1,"creationTimestamp":null,"labels":{"a":"b"}},"spec":{"volumes":null,"nodeSelector":null,"containers":[{"name":"c","image":"i:1"},{"name":"d","image":"i:1","odd":{"x":1}}]}}}
        POST   services {"metadata":{"name":"s"},"spec":{"clusterIP":"None","selector":{"a":"b"},"ports":[{"port":80,"odd":true}]}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn moments_are_kept_as_exactly_as_their_types_are() {
    check(
        r#"
        POST   /apis/coordination.k8s.io/v1/namespaces/$ns/leases {"metadata":{"name":"a"},"spec":{"renewTime":"2020-01-02T03:04:05.123456+02:00","acquireTime":"2020-01-01T00:00:00.000000Z"}}
        GET    /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":"2020-01-02T03:04:05Z"}}
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":"2020-01-02T03:04:05.1234567Z"}}
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":"2020-01-02T03:04:05.123Z"}}
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":"soon"}}
        MERGE  /apis/coordination.k8s.io/v1/namespaces/$ns/leases/a {"spec":{"renewTime":""}}
        POST   events {"metadata":{"name":"a"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05.678901-02:30","lastTimestamp":"2020-02-30T03:04:05Z"}
        POST   events {"metadata":{"name":"a"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05.678901-02:30","eventTime":"2020-01-02T23:59:59.999999-02:30"}
        POST   events {"metadata":{"name":"b"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-13-02T03:04:05Z"}
        POST   events {"metadata":{"name":"b"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T24:04:05Z"}
        POST   events {"metadata":{"name":"b"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T3:04:05Z"}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05"}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02T03:04:05Z "}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":"2020-01-02 03:04:05Z"}
        POST   events {"metadata":{"name":"c"},"involvedObject":{"kind":"Pod","name":"p","namespace":"$ns"},"firstTimestamp":1}
        POST   configmaps {"metadata":{"name":"a","creationTimestamp":"now"}}
        POST   configmaps {"metadata":{"name":"a","creationTimestamp":"2020-01-02T03:04:60Z"}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn values_of_other_types_are_refused() {
    check(
        r#"
        POST   configmaps {"metadata":{"name":"a"},"data":{"a":"b"}}
        POST   configmaps {"metadata":{"name":"b"},"data":{"a":1}}
        POST   configmaps {"metadata":{"name":"b"},"data":["a"]}
        POST   configmaps {"metadata":{"name":"b"},"immutable":"yes"}
        MERGE  configmaps/a {"data":{"a":1}}
        MERGE  configmaps/a {"data":"a"}
        MERGE  configmaps/a {"immutable":"yes"}
        POST   podtemplates {"metadata":{"name":"a"},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i:1"}]}}}
        MERGE  podtemplates/a {"template":{"spec":{"terminationGracePeriodSeconds":"1"}}}
        MERGE  podtemplates/a {"template":{"spec":{"terminationGracePeriodSeconds":1.5}}}
        MERGE  podtemplates/a {"template":{"spec":{"hostNetwork":1}}}
        MERGE  podtemplates/a {"template":{"spec":{"containers":{}}}}
        MERGE  podtemplates/a {"template":{"spec":{"containers":["c"]}}}
        MERGE  podtemplates/a {"template":{"metadata":{"labels":{"a":1}}}}
        MERGE  podtemplates/a {"template":{"spec":{"containers":[{"name":"c","image":"i:1","ports":[{"containerPort":3000000000}]}]}}}
        POST   services {"metadata":{"name":"s"},"spec":{"clusterIP":"None","ports":[{"port":"80"}]}}
        POST   services {"metadata":{"name":"s"},"spec":{"clusterIP":"None","ports":[{"port":80,"targetPort":true}]}}
        POST   /apis/apps/v1/namespaces/$ns/deployments {"metadata":{"name":"d"},"spec":{"replicas":"1"}}
        POST   /apis/apps/v1/namespaces/$ns/deployments {"metadata":{"name":"d"},"spec":1}
    "#,
    )
    .await;
}
