//! Workloads: applied, changed by strategic merge patches, scaled and rolled out, though nobody runs them.

use super::check;

#[tokio::test]
async fn pods_wait_for_somebody_to_run_them() {
    check(
        r#"
        kubectl run lonely --image=example.org/image
        kubectl get pods
        kubectl get pods -o wide
        kubectl logs lonely
        kubectl logs lonely -c other
        kubectl delete pod lonely --force --grace-period=0
        kubectl get pods
    "#,
    )
    .await;
}
