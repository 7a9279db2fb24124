//! Declared objects: applied by the client, by the server, and with what is no longer declared pruned.

use super::check;

#[tokio::test]
async fn the_client_applies() {
    check(
        r#"
        kubectl apply -f crd.yaml
        kubectl wait --for=condition=Established --timeout=30s crd/widgets.$ns.kopf.test
        kubectl apply -f widget.yaml --dry-run=server
        kubectl apply -f widget.yaml
        kubectl apply -f widget.yaml
        kubectl diff -f widget.yaml
        kubectl diff -f widget-changed.yaml
        kubectl apply -f widget-changed.yaml --dry-run=client
        kubectl apply -f widget-changed.yaml --dry-run=server
        kubectl apply -f widget-changed.yaml
        kubectl apply -f widget-wrong.yaml
        kubectl get wd-$ns one -o yaml
        kubectl apply view-last-applied wd-$ns one
        kubectl apply set-last-applied -f widget.yaml
        kubectl apply -f configmap.yaml
        kubectl diff -f configmap-changed.yaml
        kubectl apply -f configmap-changed.yaml
        kubectl get cm settings -o 'jsonpath={.data}'
        kubectl delete -f crd.yaml
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_is_not_defined_yet_is_told_of() {
    check(
        r#"
        kubectl apply -f widget.yaml
        kubectl create --validate=ignore -f widget.yaml
        kubectl apply -f widget-defined.yaml
        kubectl wait --for=condition=Established --timeout=30s crd/widgets.$ns.kopf.test
        kubectl apply -f widget-defined.yaml
        kubectl apply -f widget-wrong.yaml
        kubectl delete -f crd.yaml
    "#,
    )
    .await;
}

// One fault to a file: of several, a server in Go tells those that come before an unknown field in the order of its map.
#[tokio::test]
async fn the_server_applies() {
    check(
        r#"
        kubectl apply --server-side -f crd.yaml
        kubectl wait --for=condition=Established --timeout=30s crd/widgets.$ns.kopf.test
        kubectl apply --server-side -f widget.yaml --dry-run=server
        kubectl apply --server-side -f widget.yaml
        kubectl apply --server-side -f widget.yaml
        kubectl diff --server-side -f widget-changed.yaml
        kubectl patch wd-$ns one --type=merge --field-manager=other -p '{"spec":{"size":9}}'
        kubectl apply --server-side -f widget-changed.yaml
        kubectl apply --server-side --force-conflicts -f widget-changed.yaml
        kubectl apply --server-side --field-manager=third -f widget.yaml
        kubectl get wd-$ns one -o yaml --show-managed-fields
        kubectl apply --server-side -f widget-unknown.yaml
        kubectl apply --server-side -f widget-mistyped.yaml
        kubectl apply --server-side -f deployment.yaml --dry-run=server -o yaml --show-managed-fields
        kubectl apply --server-side -f configmap.yaml
        kubectl apply --server-side --field-manager=other -f configmap-changed.yaml
        kubectl get cm settings -o yaml --show-managed-fields
        kubectl delete -f crd.yaml
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_the_client_has_applied_the_server_goes_on_with() {
    check(
        r#"
        kubectl apply -f configmap.yaml
        kubectl apply --server-side -f configmap-changed.yaml
        kubectl get cm settings -o yaml --show-managed-fields
        kubectl apply --server-side -f configmap.yaml
        kubectl apply -f configmap-changed.yaml
        kubectl get cm settings -o yaml --show-managed-fields
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_is_no_longer_declared_is_pruned() {
    check(
        r#"
        kubectl apply -f configmap.yaml -l app=demo
        kubectl create configmap other --from-literal=a=1
        kubectl apply -f configmap-changed.yaml --prune -l app=demo --prune-allowlist=core/v1/ConfigMap
        kubectl get cm -l app=demo
        KUBECTL_APPLYSET=true kubectl apply -f configmap.yaml --prune --applyset=mine
        KUBECTL_APPLYSET=true kubectl apply -f widgetless.yaml --prune --applyset=mine
        kubectl get secret mine -o yaml --show-managed-fields
        kubectl get cm -o name
        KUBE_EDITOR='sed -i s/1/2/' kubectl apply edit-last-applied cm set
    "#,
    )
    .await;
}
