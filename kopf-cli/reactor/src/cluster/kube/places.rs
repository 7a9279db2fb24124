//! Finds a cluster where kubectl does: in kubeconfigs, merged as kubectl merges them, else by a pod's service account.

use std::{
    io::{self, ErrorKind::NotFound},
    net::Ipv6Addr,
    path::{Path, PathBuf},
};

use kube::config::{Kubeconfig, KubeconfigError};
use serde_json::json;

use super::{access::ConnectError, causes::chain};

/// Where kubelets put what a pod's service account is.
const ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Where to look for a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The kubeconfigs: of two that say the same, the first counts. One that is not there says nothing.
    pub kubeconfigs: Vec<PathBuf>,
    /// What a pod has, which is asked where no kubeconfig has a current context.
    pub pod: Option<Pod>,
}

/// What a pod has to talk to its cluster with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    /// The API server's host.
    pub host: String,
    /// Its port.
    pub port: String,
    /// The folder with the files `token`, `ca.crt` and `namespace`.
    pub account: PathBuf,
}

impl Places {
    /// Those that an environment names: `KUBECONFIG`, or else the file in `HOME`; and those of a pod.
    pub fn of(environment: &dyn Fn(&str) -> Option<String>) -> Places {
        let get = |variable| environment(variable).filter(|text| !text.is_empty());
        let named = get("KUBECONFIG").map(|paths| {
            std::env::split_paths(&paths).filter(|path| !path.as_os_str().is_empty()).collect::<Vec<_>>()
        });
        let at_home = || get("HOME").map(|home| Path::new(&home).join(".kube/config")).into_iter().collect();
        let pod = get("KUBERNETES_SERVICE_HOST").zip(get("KUBERNETES_SERVICE_PORT"));
        Places {
            kubeconfigs: named.filter(|paths| !paths.is_empty()).unwrap_or_else(at_home),
            pod: pod.map(|(host, port)| Pod { host, port, account: ACCOUNT.into() }),
        }
    }

    /// What they say, as one kubeconfig with a current context. Files are read anew each time.
    pub(super) fn read(&self, context: Option<&str>) -> Result<Kubeconfig, ConnectError> {
        let found = merged(&self.kubeconfigs)?;
        match (&found.current_context, context, &self.pod) {
            (None, None, Some(pod)) => pod.read(),
            (None, None, None) => Err(ConnectError::None),
            _ => chosen(found, context),
        }
    }
}

/// A kubeconfig that must be there.
pub(super) fn read(file: &Path, context: Option<&str>) -> Result<Kubeconfig, ConnectError> {
    chosen(read_file(file)?, context)
}

fn read_file(file: &Path) -> Result<Kubeconfig, ConnectError> {
    let mut read = Kubeconfig::read_from(file).map_err(|error| match error {
        KubeconfigError::ReadConfig(error, _) => unreadable(file, &error),
        // By itself it would show the lines around, and keys and tokens with them.
        KubeconfigError::Parse(error) => {
            ConnectError::Kubeconfig(format!("{}: {}", file.display(), error.without_snippet()))
        }
        error => ConnectError::Kubeconfig(format!("{}: {}", file.display(), chain(&error))),
    })?;
    // So kubectl writes one that is not set.
    read.current_context = read.current_context.filter(|context| !context.is_empty());
    Ok(read)
}

fn unreadable(file: &Path, error: &io::Error) -> ConnectError {
    ConnectError::Kubeconfig(format!("{}: {error}", file.display()))
}

/// Kubeconfigs as one: what the first says of a cluster, a user or a context is all that is said of it.
fn merged(files: &[PathBuf]) -> Result<Kubeconfig, ConnectError> {
    let mut merged = Kubeconfig::default();
    for file in files {
        match file.try_exists() {
            Ok(false) => continue,
            Err(error) if error.kind() != NotFound => return Err(unreadable(file, &error)),
            _ => {}
        }
        merged = merged.merge(read_file(file)?).map_err(|error| {
            ConnectError::Kubeconfig(format!("{} does not go with those before it: {error}", file.display()))
        })?;
    }
    Ok(merged)
}

/// A kubeconfig whose current context is the chosen one, which must be in it.
fn chosen(mut found: Kubeconfig, context: Option<&str>) -> Result<Kubeconfig, ConnectError> {
    if let Some(context) = context {
        found.current_context = Some(context.to_owned());
    }
    let names: Vec<&str> = found.contexts.iter().map(|context| context.name.as_str()).collect();
    match &found.current_context {
        Some(current) if names.contains(&current.as_str()) => Ok(found),
        current => {
            let wanted = current
                .as_ref()
                .map_or("no current context".to_owned(), |current| format!("no context `{current}`"));
            let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            Err(ConnectError::Kubeconfig(format!(
                "it has {wanted}: choose one with --context; there are: {there}"
            )))
        }
    }
}

impl Pod {
    /// The kubeconfig that says the same.
    fn read(&self) -> Result<Kubeconfig, ConnectError> {
        let file = |name: &str| {
            let path = self.account.join(name);
            match std::fs::read_to_string(&path) {
                Ok(text) => Ok((path, text)),
                Err(error) => Err(ConnectError::Pod { file: path, problem: error.to_string() }),
            }
        };
        let ((token, _), (authority, _)) = (file("token")?, file("ca.crt")?);
        let (_, namespace) = file("namespace").unwrap_or_default();
        let host = match self.host.parse::<Ipv6Addr>() {
            Ok(address) => format!("[{address}]"),
            Err(_) => self.host.clone(),
        };
        let kubeconfig = json!({
            "current-context": "pod",
            "clusters": [{ "name": "pod", "cluster": {
                "server": format!("https://{host}:{}", self.port), "certificate-authority": authority,
            } }],
            "users": [{ "name": "pod", "user": { "tokenFile": token } }],
            "contexts": [{ "name": "pod", "context": {
                "cluster": "pod", "user": "pod", "namespace": namespace.trim(),
            } }],
        });
        serde_json::from_value(kubeconfig)
            .map_err(|error| ConnectError::Pod { file: self.account.clone(), problem: error.to_string() })
    }
}

#[cfg(test)]
mod tests;
