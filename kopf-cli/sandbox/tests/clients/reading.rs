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
        kubectl get wd-$ns missing
        kubectl get nothings
        kubectl get all-$ns
        kubectl get crd widgets.$ns.kopf.test
        kubectl get crd widgets.$ns.kopf.test -o wide
        kubectl describe wd-$ns one
        # kubectl explain widgets.$ns.kopf.test
        kubectl explain widgets.$ns.kopf.test.spec
        kubectl explain widgets.$ns.kopf.test.spec.parts --recursive
        kubectl explain widgets.$ns.kopf.test.nothing
        kubectl api-resources --api-group=$ns.kopf.test
        # kubectl api-resources --api-group=apps -o wide
        kubectl api-resources --api-group=batch
        # kubectl get --raw /apis/$ns.kopf.test/v1
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
        # kubectl get configmaps settings --as nobody
        kubectl logs missing
        kubectl exec missing -- true
        kubectl cp missing:/a b
    "#,
    )
    .await;
}

#[tokio::test]
async fn rights_are_asked_for() {
    check(
        r#"
        # kubectl auth can-i create pods
        # kubectl auth can-i '*' '*'
        # kubectl auth can-i create nothings
        # kubectl auth whoami -o 'jsonpath={.status.userInfo.groups}'
        kubectl version -o 'jsonpath={.serverVersion.minor}'
    "#,
    )
    .await;
}
