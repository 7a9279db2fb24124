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
        kubectl logs -f lonely
        without ^(Priority|Service.Account|Volumes|Tolerations|\s) kubectl describe pod lonely
        kubectl label pod lonely app=lonely
        kubectl expose pod lonely --port=80 --cluster-ip=None
        kubectl get services
        kubectl port-forward pod/lonely 1:1
        kubectl delete pod lonely --force --grace-period=0
        kubectl get pods
    "#,
    )
    .await;
}

#[tokio::test]
async fn deployments_are_applied_changed_and_scaled() {
    check(
        r#"
        kubectl apply -f deployment.yaml --dry-run=server
        kubectl create -f deployment.yaml -o name
        kubectl set image deployment/web main=example.org/web:3
        kubectl set env deployment/web D=4
        kubectl patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"main","env":[{"name":"A","value":"9"}]}]}}}}'
        kubectl get deployment web -o 'jsonpath={.spec.template.spec.containers}'
        kubectl scale deployment web --replicas=0
        kubectl scale deployment web --replicas=3 --current-replicas=7
        kubectl get deployment web -o 'jsonpath={.spec.replicas}'
        kubectl apply -f deployment-changed.yaml
        kubectl get deployment web -o 'jsonpath={.spec.template.spec.containers}'
        kubectl rollout restart deployment/web
        kubectl rollout pause deployment/web
        kubectl rollout resume deployment/web
        kubectl set resources deployment/web --requests=cpu=100m
        kubectl set serviceaccount deployment/web default
        without REPLICAS|^web kubectl get deployment web --subresource=scale
        kubectl get deployment web --subresource=status -o name
        kubectl autoscale deployment web --min=1 --max=3
        kubectl get hpa -o name
        kubectl apply view-last-applied deployment web
        KUBE_EDITOR='sed -i s/web:1/web:9/' kubectl edit deployment web
        kubectl delete deployment web --cascade=orphan
        kubectl create deployment made --image=example.org/made --replicas=2 --port=80
        kubectl get deployment made -o 'jsonpath={.spec}'
        kubectl rollout undo deployment/made
        kubectl create cronjob daily --image=example.org/image --schedule='0 3 * * *'
        kubectl get cronjobs
        kubectl create job once --image=example.org/image
        kubectl create job again --from=cronjob/daily
        kubectl get jobs -o name
        kubectl get all -l app=nothing
    "#,
    )
    .await;
}
