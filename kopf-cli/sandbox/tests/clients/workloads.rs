//! Workloads: applied, changed by strategic merge patches, scaled and rolled out, though nobody runs them.

use super::{Workloads, check, check_where};

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
        kubectl exec lonely -- true
        kubectl exec lonely -c other -- true
        kubectl exec -i lonely -- sh
        KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false kubectl exec lonely -- true
        kubectl attach lonely
        kubectl cp lonely:/a b
        kubectl cp event.yaml lonely:/b
        kubectl create cronjob daily --image=example.org/image --schedule='0 3 * * *'
        kubectl apply -f pod.yaml
        kubectl apply -f pod.yaml
        kubectl get pods declared -o yaml
        kubectl get pod declared -o json
        kubectl get all
        kubectl get all -o name
        kubectl get all -o wide
        kubectl cluster-info dump --namespaces $ns
        kubectl cluster-info dump --namespaces $ns --output-directory=dumped
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

#[tokio::test]
async fn deployments_have_a_history() {
    check_where(
        Workloads::AreSaidToRun,
        r#"
        kubectl create deployment web --image=example.org/web:1
        kubectl wait --for='jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}=1' deployment/web --timeout=30s
        kubectl rollout history deployment/web
        kubectl set image deployment/web web=example.org/web:2
        kubectl wait --for='jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}=2' deployment/web --timeout=30s
        kubectl rollout history deployment
        kubectl rollout history deployment/web --revision=1
        kubectl rollout history deployment/web --revision=2
        kubectl rollout history deployment/web --revision=7
        kubectl rollout undo deployment/web --dry-run=server
        kubectl rollout undo deployment/web --to-revision=1
        kubectl wait --for='jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}=3' deployment/web --timeout=30s
        kubectl rollout history deployment/web
        kubectl rollout history deployment/web --revision=1
        kubectl get deployment web -o 'jsonpath={.spec.template.spec.containers[0].image}'
        kubectl rollout history deployment/missing
        kubectl create cronjob daily --image=example.org/image --schedule='0 3 * * *'
        kubectl rollout history cronjob/daily
    "#,
    )
    .await;
}

#[tokio::test]
async fn a_rollout_of_no_pods_has_ended() {
    check_where(
        Workloads::AreSaidToRun,
        r#"
        kubectl create -f deployment-idle.yaml
        kubectl wait --for='jsonpath={.status.conditions[?(@.type=="Available")].status}=True' deployment/idle --timeout=30s
        kubectl rollout status deployment/idle --timeout=30s
        kubectl rollout status deployment/missing --timeout=5s
        kubectl get deployment idle
        kubectl get deployments -o wide
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_is_held_says_so_and_makes_no_pods() {
    check_where(
        Workloads::AreSaidToRun,
        r#"
        kubectl create -f deployment-held.yaml
        kubectl wait --for='jsonpath={.status.conditions[?(@.type=="Available")].status}=False' deployment/held --timeout=30s
        kubectl get deployment held -o yaml
        kubectl get deployment held
        kubectl scale deployment held --replicas=3
        kubectl set image deployment/held main=example.org/web:2
        kubectl wait --for='jsonpath={.status.observedGeneration}=3' deployment/held --timeout=30s
        kubectl get deployment held -o 'jsonpath={.status}'
        kubectl rollout status deployment/held --watch=false
        kubectl rollout history deployment/held
        kubectl create -f job-held.yaml
        kubectl wait --for=condition=Suspended job/held --timeout=30s
        kubectl get job held -o yaml
        kubectl get jobs
        kubectl get replicasets,pods
    "#,
    )
    .await;
}

#[tokio::test]
async fn deployments_that_are_held_have_none() {
    check(
        r#"
        kubectl create -f deployment-held.yaml
        kubectl get deployment held
        kubectl get deployments -o wide
        kubectl rollout history deployment/held
        kubectl rollout history deployment
        kubectl rollout history deployment/held --revision=1
        kubectl rollout undo deployment/held
    "#,
    )
    .await;
}
