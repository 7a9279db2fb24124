//! The API server in memory, served on the loopback, and the kubeconfig that leads to it.

use std::{
    env, fs, io,
    net::{Ipv4Addr, SocketAddr},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use kopf_sandbox::{BuildError, Sandbox, Server};

/// Why there is no sandbox.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be made.
    #[error(transparent)]
    Unbuilt(#[from] BuildError),
    /// No port of the loopback can be served.
    #[error("the sandbox cannot be served on the loopback: {0}")]
    Unserved(io::Error),
    /// There is no place for the kubeconfig.
    #[error("there is no place for the sandbox's kubeconfig: set HOME or XDG_CACHE_HOME")]
    Homeless,
    /// The kubeconfig cannot be written.
    #[error("cannot write the sandbox's kubeconfig {}: {source}", path.display())]
    Unwritten {
        /// The file.
        path: PathBuf,
        /// What was in the way.
        source: io::Error,
    },
}

/// A sandbox that is served.
pub struct Served {
    server: Server,
    kubeconfig: PathBuf,
}

/// Serves a new sandbox on a free port, and writes its kubeconfig where the last one's was.
///
/// # Errors
///
/// When no port can be had, or the kubeconfig cannot be written.
pub async fn serve() -> Result<Served, Error> {
    let kubeconfig =
        place(env::var_os("XDG_CACHE_HOME").map(PathBuf::from), env::home_dir()).ok_or(Error::Homeless)?;
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = Sandbox::builder().build()?.serve(any_port).await.map_err(Error::Unserved)?;
    replace(&kubeconfig, |draft| server.write_kubeconfig(draft))
        .map_err(|source| Error::Unwritten { path: kubeconfig.clone(), source })?;
    Ok(Served { server, kubeconfig })
}

impl Served {
    /// The file that leads to the server.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// What to tell the user.
    pub fn greeting(&self) -> String {
        let kubeconfig = in_shell(&self.kubeconfig, env::home_dir().as_deref());
        format!(
            "Sandbox API server on {}: export KUBECONFIG={kubeconfig}. Ctrl-C to stop.",
            self.server.url()
        )
    }

    /// Ends the server, and all that is in it.
    pub async fn shut_down(self) {
        self.server.shutdown().await;
    }
}

/// Where the kubeconfig is. A cache folder that is not absolute does not count, as the XDG specification has it.
fn place(cache: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    let cache = cache.filter(|cache| cache.is_absolute());
    let cache = cache.or_else(|| home.filter(|home| home.is_absolute()).map(|home| home.join(".cache")))?;
    Some(cache.join("kopf/sandbox/kubeconfig"))
}

/// A path as a shell takes it, short where it is under the home folder.
fn in_shell(path: &Path, home: Option<&Path>) -> String {
    let quoted = |path: &Path| {
        let text = path.display().to_string();
        let plain = text.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c));
        if plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
    };
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => format!("~/{}", quoted(rest)),
        None => quoted(path),
    }
}

/// Writes a file beside its place and moves it there, so that it is whole for whoever reads it meanwhile.
fn replace(path: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let draft = path.with_extension(std::process::id().to_string());
    let written = write(&draft).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[track_caller]
    fn check(cache: Option<&str>, home: Option<&str>, expected: Option<&str>) {
        let found = place(cache.map(PathBuf::from), home.map(PathBuf::from));
        assert_eq!(found.map(|path| in_shell(&path, home.map(Path::new))).as_deref(), expected);
    }

    #[test]
    fn the_kubeconfig_is_in_the_cache_folder() {
        check(None, Some("/home/me"), Some("~/.cache/kopf/sandbox/kubeconfig"));
        check(Some("/cache"), Some("/home/me"), Some("/cache/kopf/sandbox/kubeconfig"));
        check(Some("/home/me/c"), Some("/home/me"), Some("~/c/kopf/sandbox/kubeconfig"));
        check(Some("relative"), Some("/home/me"), Some("~/.cache/kopf/sandbox/kubeconfig"));
        check(Some("/my cache"), Some("/home/me"), Some("'/my cache/kopf/sandbox/kubeconfig'"));
        check(Some(""), None, None);
    }

    #[tokio::test]
    async fn the_kubeconfig_is_its_owners_alone_and_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/kubeconfig");
        let server = Sandbox::builder().build().unwrap().serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
        replace(&path, |draft| fs::write(draft, "of the last sandbox")).unwrap();
        replace(&path, |draft| server.write_kubeconfig(draft)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), server.kubeconfig());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        replace(&path, |_| Err(io::Error::other("full"))).unwrap_err();
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft stays behind");
    }
}
