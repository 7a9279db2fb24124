//! Commands that read: get in all its forms, describe, explain, events, discovery, and questions about rights.

use super::check;

#[tokio::test]
async fn objects_are_shown_in_every_form() {
    check(
        r#"
        kubectl apply -f crd.yaml
        kubectl wait --for=condition=Established --timeout=30s crd/widgets.$ns.kopf.test
        kubectl apply -f widget.yaml
        kubectl get widgets.$ns.kopf.test
        kubectl get wd-$ns one -o wide
        kubectl get wd-$ns -A --field-selector metadata.namespace=$ns
        kubectl get wd-$ns -l app=demo --show-labels
        kubectl get wd-$ns -l app=other
        kubectl get wd-$ns --field-selector metadata.name=one
        kubectl get wd-$ns --field-selector spec.color=red
        kubectl get wd-$ns --sort-by .spec.size
        kubectl get wd-$ns --no-headers
        kubectl get wd-$ns -L app
        kubectl get wd-$ns one -o yaml
        kubectl get wd-$ns -o json
        kubectl get wd-$ns -o name
        kubectl get wd-$ns -o 'jsonpath={.items[*].spec.color}'
        kubectl get wd-$ns -o 'custom-columns=N:.metadata.name,C:.spec.color'
        kubectl get wd-$ns -o 'go-template={{range .items}}{{.spec.size}}{{end}}'
        kubectl get wd-$ns one --subresource=scale
        kubectl get wd-$ns one --subresource=status
        kubectl get wd-$ns --chunk-size=1
        kubectl get wd-$ns,cm -o name
        kubectl get wd-$ns one --show-kind
        kubectl get wd-$ns missing --ignore-not-found
        kubectl get wd-$ns missing
        kubectl get nothings
        kubectl get all-$ns
        kubectl get crd widgets.$ns.kopf.test
        kubectl get crd widgets.$ns.kopf.test -o wide
        kubectl describe wd-$ns one
        only ^\s+\S+\s+< kubectl explain widgets.$ns.kopf.test
        kubectl explain widgets.$ns.kopf.test.spec
        kubectl explain widgets.$ns.kopf.test.spec.parts --recursive
        kubectl explain widgets.$ns.kopf.test.nothing
        kubectl api-resources --api-group=$ns.kopf.test
        kubectl api-resources --api-group=apps -o wide
        kubectl api-resources --api-group=batch
        kubectl get --raw /apis/$ns.kopf.test
        kubectl get --raw /apis/$ns.kopf.test/v1
        kubectl delete crd widgets.$ns.kopf.test
    "#,
    )
    .await;
}

#[tokio::test]
async fn watches_are_followed() {
    check(
        r#"
        kubectl create -f configmap.yaml
        follow kubectl get configmaps -l app=demo -w --output-watch-events
        kubectl label configmap settings more=1
        kubectl patch configmap settings --type=merge -p '{"data":{"more":"1"}}'
        kubectl delete configmap settings
        until DELETED
        kubectl create -f configmap.yaml
        follow kubectl get configmap settings -w -o 'jsonpath={.data.color}{"\n"}'
        kubectl patch configmap settings --type=merge -p '{"data":{"color":"blue"}}'
        until blue
        follow kubectl get configmap settings -w -o name
        kubectl delete configmap settings
        until settings
        kubectl create -f configmap.yaml
        follow kubectl get configmap settings -w
        kubectl patch configmap settings --type=merge -p '{"data":{"color":"red","a":"b","c":"d"}}'
        until 4
        follow kubectl get configmap settings -w -o yaml
        kubectl patch configmap settings --type=merge -p '{"data":{"color":"violet"}}'
        until violet
        kubectl create -f event.yaml
        follow kubectl events -w
        kubectl annotate event settings.1 a=b
        until Noted
        kubectl delete configmap settings
        kubectl wait --for=delete configmap/settings --timeout=5s
        kubectl wait --for=delete configmap -l app=demo --timeout=5s
    "#,
    )
    .await;
}

#[tokio::test]
async fn built_in_kinds_are_described() {
    check(
        r#"
        kubectl create -f configmap.yaml
        kubectl get cm settings
        kubectl get cm settings -o yaml
        kubectl describe cm settings
        kubectl get ns $ns
        kubectl get ns $ns -o wide --show-labels
        kubectl describe ns missing
        kubectl get secrets
        kubectl get roles,rolebindings
        kubectl get leases
        kubectl get nodes
        kubectl get events
        kubectl events
        kubectl top pods
        kubectl explain configmap.missing
        only ^\s+\S+\s+< kubectl explain configmap
        only ^\s+\S+\s+< kubectl explain pod.spec
        only ^\s+\S+\s+< kubectl explain deployment.spec.strategy
        kubectl get cm --chunk-size=1 -o name
        kubectl describe ns $ns
        kubectl create -f event.yaml
        kubectl events
        kubectl events --for cm/settings
        kubectl events --types=Warning
        kubectl get events -o wide
        kubectl get events --field-selector involvedObject.name=settings,reason=Noted
        kubectl describe cm settings
        kubectl create namespace $ns-b
        kubectl get ns $ns-b
        kubectl delete ns $ns-b --timeout=50s
        kubectl get ns $ns-b
        kubectl get configmaps settings --as nobody
        kubectl logs missing
        kubectl exec missing -- true
        kubectl cp missing:/a b
    "#,
    )
    .await;
}

#[tokio::test]
async fn kinds_are_described_by_the_older_document() {
    check(
        r#"
        only ^\s+\S+\s+<[^e] kubectl explain --output=plaintext-openapiv2 pod.spec --recursive
        only ^\s+\S+\s+<[^e] kubectl explain --output=plaintext-openapiv2 deployments.spec.strategy
        only ^\s+\S+\s+<[^e] kubectl explain --output=plaintext-openapiv2 cronjobs --recursive
        kubectl explain --output=plaintext-openapiv2 configmap.missing
    "#,
    )
    .await;
}

#[tokio::test]
async fn rights_are_asked_for() {
    check(
        r#"
        kubectl auth can-i create pods
        kubectl auth can-i '*' '*'
        kubectl auth can-i create nothings
        kubectl auth whoami -o 'jsonpath={.status.userInfo.groups}'
        kubectl version -o 'jsonpath={.serverVersion.minor}'
        kubectl version
        kubectl auth can-i list pods --subresource=log
        kubectl auth can-i get /version
        kubectl auth can-i delete pods --as nobody
        kubectl auth can-i --list
        kubectl auth can-i --list --as nobody
        without ^UID kubectl auth whoami
        kubectl auth whoami --as nobody
        kubectl auth reconcile -f roles.yaml --dry-run=client
        kubectl auth reconcile -f roles.yaml
        kubectl auth reconcile -f roles.yaml
        kubectl auth can-i get pods --as somebody
        kubectl get configmaps --as nobody
        kubectl get configmaps --as somebody
        kubectl create token default
        kubectl create token missing
        kubectl config current-context
        kubectl --kuberc kuberc.yaml names
    "#,
    )
    .await;
}

#[tokio::test]
async fn servers_tell_what_they_have() {
    check(
        r#"
        without kopf.test kubectl api-versions
        without kopf.test kubectl api-resources
        without kopf.test kubectl api-resources -o wide
        without kopf.test kubectl api-resources --namespaced=true --verbs=list,watch -o name
        without kopf.test kubectl api-resources --categories=all
        kubectl cluster-info
        kubectl get --raw /healthz
        kubectl get --raw /readyz
        kubectl get --raw /livez
        kubectl get --raw /nothing
        kubectl get --raw /api/v1/namespaces/$ns/nothings
        kubectl get --raw '/api/v1/namespaces/$ns/secrets?watch=true&timeoutSeconds=1'
    "#,
    )
    .await;
}
