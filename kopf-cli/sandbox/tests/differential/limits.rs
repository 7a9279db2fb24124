//! Limits of a namespace (`LimitRange`): what containers are given by them, and what is refused because of them.

use super::check;

#[tokio::test]
async fn limits_are_of_kinds_and_in_order() {
    check(
        r#"
        POST   limitranges {"metadata":{"name":"a"},"spec":{"limits":[{"type":"Container","min":{"cpu":"0.1"},"max":{"cpu":1,"memory":"100Mi"},"maxLimitRequestRatio":{"cpu":"4.00001"}}]}}
        GET    limitranges/a
        GET+table limitranges/a
        POST   limitranges {"metadata":{"name":"b"},"spec":{"limits":[{"type":"Pod","min":{"cpu":"1"}},{"type":"PersistentVolumeClaim","max":{"storage":"1.5Gi"}},{"type":"x.com/other","default":{"pods":"1"}}]}}
        POST   limitranges {"metadata":{"name":"c"}}
        POST   limitranges {"metadata":{"name":"d"},"spec":{"limits":[]}}
        POST   limitranges {"metadata":{"name":"e"},"spec":{"limits":null}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"min":{"cpu":"1"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Pot","min":{"cpu":"1"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Pod"},{"type":"Pod"}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"PersistentVolumeClaim","default":{"storage":"1"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Pod","default":{"cpu":"1"},"defaultRequest":{}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Pod","defaultRequest":{"apples":"1"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Pod","max":{"apples":"1"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"PersistentVolumeClaim","max":{"apples":"1","storage":"1"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Container","max":{"storage":"1"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Container","min":{"cpu":"2"},"max":{"cpu":"1000m"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Pod","min":{"cpu":"2"},"max":{"cpu":"1000m"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Container","defaultRequest":{"cpu":"2"},"max":{"cpu":"3"},"default":{"cpu":"1"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Container","default":{"cpu":"2"},"max":{"cpu":"1"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Container","default":{"cpu":"0.5"},"min":{"cpu":"1"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Container","maxLimitRequestRatio":{"cpu":"0.9999"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Pod","maxLimitRequestRatio":{"cpu":"3.001"},"min":{"cpu":"1"},"max":{"cpu":"3"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Pod","maxLimitRequestRatio":{"cpu":"3"},"min":{"cpu":"0"},"max":{"cpu":"3"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Container","maxLimitRequestRatio":{"memory":"2"},"min":{"memory":"9P"},"max":{"memory":"10P"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Container","default":{"x.com/y":"3"},"defaultRequest":{"x.com/y":"2"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":[{"type":"Container","min":{"cpu":"one"}}]}}
        POST   limitranges?dryRun=All {"metadata":{"name":"x"},"spec":{"limits":{}}}
        MERGE  limitranges/b {"spec":{"limits":[{"type":"Container","min":{"cpu":"2"},"max":{"cpu":"1"}}]}}
        MERGE  limitranges/b {"spec":{"limits":[{"type":"Container","min":{"cpu":"2"},"max":{"cpu":"4"}}]}}
        STRATEGIC limitranges/b {"spec":{"limits":[{"type":"Container","min":{"cpu":"1"}}]}}
        PUT    limitranges/new {"metadata":{"name":"new"},"spec":{"limits":[{"type":"Pod"}]}}
        APPLY  limitranges/b?fieldManager=m&force=true {"apiVersion":"v1","kind":"LimitRange","metadata":{"name":"b"},"spec":{"limits":[{"type":"Pod","max":{"cpu":"7"}}]}}
        GET    limitranges
        DELETE limitranges/a
        DELETE limitranges?dryRun=All
    "#,
    )
    .await;
}

#[tokio::test]
async fn containers_are_given_what_they_say_nothing_of() {
    check(
        r#"
        POST   limitranges {"metadata":{"name":"a"},"spec":{"limits":[{"type":"Container","default":{"cpu":"1","memory":"1Gi"},"defaultRequest":{"cpu":"500m"}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"},{"name":"d","image":"i","resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"name":"e","image":"i","resources":{"limits":{"cpu":"2"}}},{"name":"f","image":"i"}]}}
        POST   pods {"metadata":{"name":"b","annotations":{"kubernetes.io/limit-ranger":"x"}},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"1","memory":"1"}}}]}}
        POST   pods {"metadata":{"name":"c","annotations":{"a":"b"}},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i","resources":{"requests":{},"limits":{"memory":"2Gi"}}}]}}
        POST   pods {"metadata":{"name":"d"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"2"}}}]}}
        MERGE  pods/a {"metadata":{"labels":{"a":"b"}}}
        APPLY  pods/e?fieldManager=m {"apiVersion":"v1","kind":"Pod","metadata":{"name":"e"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}
        POST   /apis/apps/v1/namespaces/$ns/replicasets?dryRun=All {"metadata":{"name":"a"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
    "#,
    )
    .await;
}

#[tokio::test]
async fn pods_and_claims_are_held_to_the_limits_of_their_namespace() {
    check(
        r#"
        POST   limitranges {"metadata":{"name":"a"},"spec":{"limits":[{"type":"Container","min":{"cpu":"100m"},"max":{"cpu":"2"},"default":{},"maxLimitRequestRatio":{"cpu":"4"}},{"type":"Pod","min":{"memory":"10Mi"},"max":{"memory":"1Gi"},"maxLimitRequestRatio":{"memory":"2.5"}},{"type":"PersistentVolumeClaim","min":{"storage":"1Gi"},"max":{"storage":"10Gi"}}]}}
        POST   pods?dryRun=All {"metadata":{"name":"x"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"50m","memory":"100Mi"}}}]}}
        POST   pods?dryRun=All {"metadata":{"name":"x"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"3","memory":"100Mi"}}}]}}
        POST   pods?dryRun=All {"metadata":{"name":"x"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"2","memory":"100Mi"},"requests":{"cpu":"400m"}}}]}}
        POST   pods?dryRun=All {"metadata":{"name":"x"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"2","memory":"100Mi"},"requests":{"cpu":"0"}}}]}}
        POST   pods?dryRun=All {"metadata":{"name":"x"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}
        POST   pods?dryRun=All {"metadata":{"name":"x"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i","resources":{"requests":{"memory":"100Mi"}}}]}}
        POST   pods?dryRun=All {"metadata":{"name":"x"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i","resources":{"limits":{"memory":"600Mi"}}},{"name":"d","image":"i","resources":{"limits":{"memory":"600Mi"}}}]}}
        POST   pods?dryRun=All {"metadata":{"name":"x"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i","resources":{"limits":{"memory":"600Mi"},"requests":{"memory":"100Mi"}}}]}}
        POST   pods?dryRun=All {"metadata":{"name":"x"},"spec":{"automountServiceAccountToken":false,"resources":{"limits":{"memory":"2Gi"}},"containers":[{"name":"c","image":"i","resources":{"limits":{"memory":"600Mi"}}}]}}
        POST   pods {"metadata":{"name":"a"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i","resources":{"limits":{"memory":"600Mi"}}}],"initContainers":[{"name":"d","image":"i","resources":{"limits":{"memory":"1Gi"}}}]}}
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"500Mi"}}}}
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"11Gi"}}}}
        POST   persistentvolumeclaims {"metadata":{"name":"a"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"10Gi"},"limits":{"storage":"20Gi"}}}}
        MERGE  persistentvolumeclaims/a {"metadata":{"labels":{"a":"b"}}}
    "#,
    )
    .await;
}
