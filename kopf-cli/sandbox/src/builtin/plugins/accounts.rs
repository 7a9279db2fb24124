//! Service accounts: a pod is somebody's, who is there, and is given what it proves that by.
//!
//! Where no service accounts are kept a pod is said to be of the one that each namespace has, and nothing else.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::Write;
use crate::{names::name_faults, printed, resources::NameRule, status::Status};

type Fields = Map<String, Value>;

/// The resource key of service accounts.
const ACCOUNTS: &str = "serviceaccounts";
const DEFAULT: &str = "default";
/// What marks the image of a pod that a node has of its own.
const MIRROR: &str = "kubernetes.io/config.mirror";
/// What has an account give its pods no secrets but those that it names.
const ENFORCED: &str = "kubernetes.io/enforce-mountable-secrets";
/// What the volume is called that tokens are in; five letters follow.
pub(crate) const VOLUME: &str = "kube-api-access-";
/// Where containers find it.
const MOUNTED_AT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// For how many seconds a token is good that is not asked for more.
const GOOD_FOR: i64 = 3_607;

/// Makes a new pod somebody's. `volume` is the name of the volume that its tokens are in; none where no accounts are kept.
pub(super) fn admit(
    write: &Write<'_>,
    metadata: &Fields,
    spec: &mut Fields,
    volume: Option<&str>,
) -> Result<(), Status> {
    if volume.is_some() && is_mirror(metadata.get("annotations")) {
        return judge_mirror(write, &spec.clone().into());
    }
    for name in ["serviceAccountName", "serviceAccount"] {
        let said = spec.entry(name).or_insert_with(|| DEFAULT.into());
        if said == "" {
            *said = DEFAULT.into();
        }
    }
    let Some(volume) = volume else { return Ok(()) };
    let account = account(write, spec["serviceAccountName"].as_str().unwrap_or_default())?;
    let mounts = |said: Option<&Value>| said.and_then(Value::as_bool);
    let field = "automountServiceAccountToken";
    if mounts(spec.get(field)).or(mounts(account.get(field))).unwrap_or(true) {
        mount(spec, volume);
    }
    let named =
        |secrets: Option<&Value>| secrets.and_then(Value::as_array).is_some_and(|all| !all.is_empty());
    if named(account.get("imagePullSecrets")) && !named(spec.get("imagePullSecrets")) {
        spec.insert("imagePullSecrets".to_owned(), account["imagePullSecrets"].clone());
    }
    judge_secrets(write, &account, spec)
}

fn is_mirror(annotations: Option<&Value>) -> bool {
    annotations.is_some_and(|annotations| annotations.get(MIRROR).is_some())
}

/// Refuses a new pod that is nobody's, or that may not have what it names.
pub(super) fn judge(write: &Write<'_>, pod: &Value) -> Result<(), Status> {
    if is_mirror(Some(&pod["metadata"]["annotations"])) {
        return judge_mirror(write, &pod["spec"]);
    }
    let name = pod["spec"]["serviceAccountName"].as_str().unwrap_or_default();
    if name.is_empty() {
        let (home, name) = (write.namespace, write.name);
        return Err(write.forbidden(&format!("no service account specified for pod {home}/{name}")));
    }
    let account = account(write, name)?;
    pod["spec"].as_object().map_or(Ok(()), |spec| judge_secrets(write, &account, spec))
}

fn account(write: &Write<'_>, name: &str) -> Result<Value, Status> {
    let account = write.store.get(ACCOUNTS, write.namespace, name).map(|account| account.value());
    account.ok_or_else(|| {
        let wrong = name_faults(name, NameRule::PathSegment).join(" ");
        let why = match wrong.as_str() {
            "" => format!("serviceaccount {} not found", printed::quoted(name)),
            wrong => format!("invalid resource name {}: [{wrong}]", printed::quoted(name)),
        };
        write.forbidden(&format!("error looking up service account {}/{name}: {why}", write.namespace))
    })
}

/// Gives a pod a volume with its token, and each container that has nothing in its place a mount of it.
fn mount(spec: &mut Fields, name: &str) {
    let volumes = spec.get("volumes").and_then(Value::as_array).into_iter().flatten();
    let known = volumes.filter_map(|volume| volume["name"].as_str()).find(|name| name.starts_with(VOLUME));
    let known = known.map(str::to_owned);
    let name = known.as_deref().unwrap_or(name);
    let mount = json!({ "name": name, "readOnly": true, "mountPath": MOUNTED_AT });
    let mut is_needed = false;
    for list in ["initContainers", "containers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            let Value::Object(container) = container else { continue };
            let mounts = container.entry("volumeMounts").or_insert_with(|| json!([]));
            let Value::Array(mounts) = mounts else { continue };
            if !mounts.iter().any(|mount| mount["mountPath"] == MOUNTED_AT) {
                mounts.push(mount.clone());
                is_needed = true;
            }
        }
    }
    if known.is_none()
        && is_needed
        && let Value::Array(volumes) = spec.entry("volumes").or_insert_with(|| json!([]))
    {
        volumes.push(json!({ "name": name, "projected": { "sources": [
            { "serviceAccountToken": { "expirationSeconds": GOOD_FOR, "path": "token" } },
            { "configMap": { "name": "kube-root-ca.crt", "items": [{ "key": "ca.crt", "path": "ca.crt" }] } },
            { "downwardAPI": { "items": [{
                "path": "namespace", "fieldRef": { "apiVersion": "v1", "fieldPath": "metadata.namespace" },
            }] } },
        ], "defaultMode": 420 } }));
    }
}

/// Refuses the image of a pod that a node has of its own where it names what is the cluster's.
fn judge_mirror(write: &Write<'_>, spec: &Value) -> Result<(), Status> {
    let has_token = |volume: &Value| {
        let sources = volume["projected"]["sources"].as_array().into_iter().flatten();
        sources.into_iter().any(|source| !source["serviceAccountToken"].is_null())
    };
    let volumes = spec["volumes"].as_array().map_or(&[][..], Vec::as_slice);
    let why = match () {
        () if !spec["serviceAccountName"].as_str().unwrap_or_default().is_empty() => {
            "a mirror pod may not reference service accounts"
        }
        () if has_secrets(spec) => "a mirror pod may not reference secrets",
        () if volumes.iter().any(has_token) => {
            "a mirror pod may not use ServiceAccountToken volume projections"
        }
        () => return Ok(()),
    };
    Err(write.forbidden(why))
}

/// Whether a pod names secrets anywhere.
fn has_secrets(value: &Value) -> bool {
    let is_named = |secret: &Value| {
        let names = ["name", "secretName"].map(|field| secret[field].as_str().unwrap_or_default());
        names.iter().any(|name| !name.is_empty())
    };
    match value {
        Value::Array(values) => values.iter().any(has_secrets),
        Value::Object(fields) => fields.iter().any(|(name, value)| match name.as_str() {
            "secret" | "secretRef" | "secretKeyRef" | "nodePublishSecretRef" => is_named(value),
            "azureFile" => !value["secretName"].as_str().unwrap_or_default().is_empty(),
            "imagePullSecrets" => value.as_array().is_some_and(|secrets| secrets.iter().any(is_named)),
            _ => has_secrets(value),
        }),
        _ => false,
    }
}

/// Refuses a pod that names secrets which its account does not, where the account wants that.
fn judge_secrets(write: &Write<'_>, account: &Value, spec: &Fields) -> Result<(), Status> {
    let said = account["metadata"]["annotations"][ENFORCED].as_str().unwrap_or_default();
    if !["1", "t", "T", "true", "TRUE", "True"].contains(&said) {
        return Ok(());
    }
    let name = account["metadata"]["name"].as_str().unwrap_or_default();
    let named = |list: &str| -> HashSet<&str> {
        account[list].as_array().into_iter().flatten().filter_map(|known| known["name"].as_str()).collect()
    };
    let (mountable, pulling) = (named("secrets"), named("imagePullSecrets"));
    let known = |known: &HashSet<&str>, secret: &Value| known.contains(secret.as_str().unwrap_or_default());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let unknown = |what: String, secret: &Value, of: &str| {
        let why = format!(
            "{what}=\"{}\" is not allowed because service account {name} does not reference that {of}",
            text(secret)
        );
        Err(write.forbidden(&why))
    };
    let list = |field: &str| spec.get(field).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for volume in list("volumes").iter().filter(|volume| volume["secret"].is_object()) {
        let secret = &volume["secret"]["secretName"];
        if !known(&mountable, secret) {
            return unknown("volume with secret.secretName".to_owned(), secret, "secret");
        }
    }
    for (kind, field) in [("init container", "initContainers"), ("container", "containers")] {
        for container in list(field) {
            let who = format!("{kind} {}", text(&container["name"]));
            for variable in container["env"].as_array().into_iter().flatten() {
                let secret = &variable["valueFrom"]["secretKeyRef"];
                if secret.is_object() && !known(&mountable, &secret["name"]) {
                    let what = format!("{who} with envVar {}", text(&variable["name"]));
                    return unknown(
                        format!("{what} referencing secret.secretName"),
                        &secret["name"],
                        "secret",
                    );
                }
            }
            for source in container["envFrom"].as_array().into_iter().flatten() {
                let secret = &source["secretRef"];
                if secret.is_object() && !known(&mountable, &secret["name"]) {
                    let what = format!("{who} with envFrom referencing secret.secretName");
                    return unknown(what, &secret["name"], "secret");
                }
            }
        }
    }
    for (index, secret) in list("imagePullSecrets").iter().enumerate() {
        if !known(&pulling, &secret["name"]) {
            return unknown(format!("imagePullSecrets[{index}].name"), &secret["name"], "imagePullSecret");
        }
    }
    Ok(())
}
