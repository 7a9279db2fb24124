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
        # kubectl apply -f widget-wrong.yaml
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
