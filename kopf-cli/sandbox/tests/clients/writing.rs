//! Commands that write: create, patch, label, annotate, edit, scale, replace, wait and delete.

use super::check;

#[tokio::test]
async fn custom_resources_are_written() {
    check(
        r#"
        kubectl create -f crd.yaml
        kubectl wait --for=condition=Established --timeout=30s crd/widgets.$ns.kopf.test
        kubectl create -f widget.yaml
        kubectl create -f widget.yaml
        kubectl create -f widget-wrong.yaml
        kubectl create --validate=false -f widget-wrong.yaml
        kubectl label wd-$ns one tier=front
        kubectl label wd-$ns one tier=back
        kubectl label wd-$ns one tier=back --overwrite
        kubectl label wd-$ns one tier-
        kubectl annotate wd-$ns one note='some words'
        kubectl annotate wd-$ns one note-
        kubectl patch wd-$ns one --type=merge -p '{"spec":{"size":5}}'
        kubectl patch wd-$ns one --type=merge -p '{"spec":{"size":500}}'
        kubectl patch wd-$ns one --type=json -p '[{"op":"replace","path":"/spec/color","value":"blue"}]'
        kubectl patch wd-$ns one --type=json -p '[{"op":"test","path":"/spec/color","value":"red"}]'
        kubectl patch wd-$ns one -p '{"spec":{"size":5}}'
        kubectl patch wd-$ns one --subresource=status --type=merge -p '{"status":{"conditions":[{"type":"Ready","status":"True"}],"size":1}}'
        kubectl wait --for=condition=Ready wd-$ns/one --timeout=10s
        kubectl wait --for='jsonpath={.spec.color}=blue' wd-$ns/one --timeout=10s
        kubectl wait --for=condition=Never wd-$ns/one --timeout=1s
        kubectl wait --for=create wd-$ns/one --timeout=5s
        kubectl scale wd-$ns one --replicas=7
        kubectl scale wd-$ns one --replicas=8 --current-replicas=3
        kubectl get wd-$ns one
        KUBE_EDITOR='sed -i s/blue/green/' kubectl edit wd-$ns one
        KUBE_EDITOR=true kubectl edit wd-$ns one
        KUBE_EDITOR='sed -i s/Ready/Steady/' kubectl edit wd-$ns one --subresource=status
        KUBE_EDITOR='sed -i s/green/purple/' kubectl edit wd-$ns one
        kubectl get wd-$ns one -o 'jsonpath={.spec.color} {.metadata.generation}'
        kubectl replace -f widget.yaml
        kubectl replace --force -f widget.yaml
        kubectl get wd-$ns one -o 'jsonpath={.spec}'
        kubectl delete wd-$ns one --dry-run=server
        kubectl delete -f widget.yaml
        kubectl delete -f widget.yaml
        kubectl delete -f widget.yaml --ignore-not-found
        kubectl create -f widget.yaml --dry-run=server
        kubectl create -f widget.yaml --dry-run=server -o name
        kubectl delete wd-$ns --all
        kubectl delete crd widgets.$ns.kopf.test --wait=true
        kubectl get wd-$ns
    "#,
    )
    .await;
}

#[tokio::test]
async fn built_in_objects_are_written() {
    check(
        r#"
        kubectl create configmap made --from-literal=a=1
        kubectl create secret generic hidden --from-literal=k=v
        kubectl create serviceaccount robot
        kubectl create role reader --verb=get,list --resource=pods
        kubectl create rolebinding readers --role=reader --serviceaccount=$ns:robot
        # kubectl create quota most --hard=pods=3
        kubectl get cm made -o yaml
        kubectl get secret hidden -o yaml
        kubectl get role reader -o yaml
        kubectl get rolebinding readers -o wide
        kubectl describe role reader
        kubectl describe secret hidden
        kubectl create -f configmap.yaml
        kubectl label cm settings tier=front
        kubectl patch cm settings -p '{"data":{"more":"1","size":null}}'
        KUBE_EDITOR='sed -i s/red/blue/' kubectl edit cm settings
        kubectl get cm settings -o 'jsonpath={.data}'
        kubectl delete cm settings --cascade=orphan
        kubectl delete cm made --cascade=foreground
        kubectl delete secret hidden --now
        kubectl delete cm -l app=demo
        kubectl delete sa robot --wait=false
        kubectl create clusterrole $ns-reader --verb=get --resource=pods
        kubectl create clusterrolebinding $ns-readers --clusterrole=$ns-reader --serviceaccount=$ns:default
        kubectl describe clusterrolebinding $ns-readers
        kubectl set subject clusterrolebinding $ns-readers --user=somebody
        kubectl get clusterrolebindings $ns-readers -o wide
        kubectl delete clusterrolebinding,clusterrole $ns-readers $ns-reader --ignore-not-found
        kubectl create ingress web --rule=example.org/*=web:80
        kubectl get ingress
        kubectl describe ingress web
        kubectl create poddisruptionbudget most --selector=app=web --min-available=1
        kubectl get pdb
        kubectl create priorityclass $ns-high --value=1000
        kubectl get priorityclass $ns-high
        kubectl delete priorityclass $ns-high
        kubectl create service clusterip headless --clusterip=None --tcp=80
        kubectl get service headless
        without ^Endpoints: kubectl describe service headless
        kubectl create lease one
        kubectl create secret docker-registry hub --docker-username=u --docker-password=p --docker-server=example.org
        kubectl get secrets
        kubectl patch secret hub --type=merge -p '{"data":{"x":1}}'
        kubectl create -f event.yaml
        kubectl patch event settings.1 --type=merge -p '{"lastTimestamp":"soon"}'
        kubectl patch event settings.1 --type=merge -p '{"lastTimestamp":"2026-13-01T00:00:00Z"}'
        kubectl patch event settings.1 --type=merge -p '{"lastTimestamp":"2026-02-30T00:00:00Z"}'
        kubectl patch event settings.1 --type=merge -p '{"lastTimestamp":"2026-01-01T00:00:00"}'
        kubectl patch event settings.1 --type=merge -p '{"lastTimestamp":"2026-01-01T00:00:00Z "}'
        kubectl patch event settings.1 --type=merge -p '{"eventTime":"2026-01-01T00:00:00Z"}'
    "#,
    )
    .await;
}

#[tokio::test]
async fn what_would_be_made_is_shown() {
    check(
        r#"
        kubectl create -f deployment.yaml --dry-run=server
        kubectl create -f deployment.yaml --dry-run=server -o yaml
        kubectl create deployment made --image=example.org/made --dry-run=server -o yaml
        kubectl run lonely --image=example.org/image --dry-run=server -o yaml
        kubectl create -f configmap.yaml --dry-run=server -o json
        kubectl create -f crd.yaml --dry-run=server -o name
        kubectl create -f widget-defined.yaml --dry-run=server
        kubectl create namespace $ns-b --dry-run=server -o yaml
        kubectl create serviceaccount robot --dry-run=server -o yaml
        kubectl create secret generic hidden --from-literal=k=v --dry-run=server -o yaml
        kubectl create job once --image=example.org/image --dry-run=server -o yaml
        kubectl create cronjob daily --image=example.org/image --schedule='0 3 * * *' --dry-run=server -o yaml
        kubectl create ingress web --rule=example.org/*=web:80 --dry-run=server -o yaml
        kubectl create service clusterip headless --clusterip=None --tcp=80 --dry-run=server -o yaml
        kubectl create service nodeport open --tcp=80 --dry-run=server
        kubectl create role reader --verb=get,list --resource=pods --dry-run=server -o yaml
        kubectl create rolebinding readers --role=reader --serviceaccount=$ns:robot --dry-run=server -o yaml
        kubectl create priorityclass $ns-high --value=1000 --dry-run=server -o yaml
        kubectl create poddisruptionbudget most --selector=app=web --min-available=1 --dry-run=server -o yaml
        kubectl create -f event.yaml --dry-run=server -o yaml
        kubectl create configmap a --from-literal=b=c --dry-run=server
        kubectl create configmap A --from-literal=b=c --dry-run=server
        kubectl get all,cm,sa,role,rolebinding,secret,pdb,ingress -l app=web
        kubectl get namespace $ns-b
    "#,
    )
    .await;
}
