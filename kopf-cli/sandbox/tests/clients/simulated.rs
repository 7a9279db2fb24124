//! Commands that wait for workloads end where workloads are said to run; a real server without nodes would let them wait.

use kube::config::Kubeconfig;

use super::{install::Tool, run};

const ROWS: &str = r#"
    kubectl wait node/sandbox --for=condition=Ready --timeout=50s
    kubectl create -f deployment.yaml
    kubectl rollout status deployment/web --timeout=50s
    kubectl wait deployment/web --for=condition=Available --timeout=50s
    kubectl wait pods --all --for=condition=Ready --timeout=50s
    kubectl set image deployment/web main=example.org/web:3
    kubectl rollout status deployment/web --timeout=50s
    kubectl scale deployment web --replicas=1
    kubectl rollout status deployment/web --timeout=50s
    kubectl create job once --image=example.org/image
    kubectl wait job/once --for=condition=Complete --timeout=50s
    kubectl run alone --image=example.org/image
    kubectl wait pod/alone --for=condition=Ready --timeout=50s
"#;

#[tokio::test]
async fn commands_that_wait_for_workloads_end() {
    for kubectl in Tool::kubectls().await {
        let sandbox = kopf_sandbox::Sandbox::builder().simulate(true).build().unwrap();
        let serving = sandbox.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
        let kubeconfig = Kubeconfig::from_yaml(serving.kubeconfig()).unwrap();
        for (row, outcome) in
            ROWS.lines().filter(|row| !row.trim().is_empty()).zip(run(&kubeconfig, &kubectl, ROWS).await)
        {
            assert_eq!(outcome.code, Some(0), "{}: {row}: {outcome:?}", kubectl.name);
        }
        serving.shutdown().await;
    }
}
