//! The API server in memory, served on the loopback, and the kubeconfig that leads to it.

pub mod keeper;

use std::{
    env, fs, io,
    net::SocketAddr,
    os::unix::fs::DirBuilderExt,
    path::{self, Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kopf_sandbox::{BuildError, Builder, Sandbox, Server};
use tokio::{net::TcpStream, time};

use self::keeper::Keeper;
use crate::config;

/// How long definitions and namespaces stay that are deleted: for longer than kubectl takes to delete what else a file
/// has.
const LINGER: Duration = Duration::from_millis(200);

/// How long another sandbox may take to be found there.
const GLANCE: Duration = Duration::from_millis(100);

/// Why there is no sandbox.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be made.
    #[error(transparent)]
    Unbuilt(#[from] BuildError),
    /// The objects that were kept are not whole.
    #[error("the state in {} cannot be used: {source}; it is left as it is: mend it, or take it away", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: BuildError,
    },
    /// The objects cannot be kept.
    #[error(transparent)]
    Unkept(#[from] keeper::Error),
    /// The address cannot be had.
    #[error("the sandbox cannot be served at {}: {source}{}", shown(*address), remedy(source.kind()))]
    Unserved {
        /// Which.
        address: SocketAddr,
        /// What was in the way.
        source: io::Error,
    },
    /// The kubeconfig is there, and leads elsewhere.
    #[error("{} is no kubeconfig of a sandbox, and is left as it is: name another file, or take it away", path.display())]
    Taken {
        /// The file.
        path: PathBuf,
    },
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
    sandbox: Sandbox,
    server: Server,
    kubeconfig: PathBuf,
    /// Where the kubeconfig has led before, if somebody is there.
    displaced: Option<SocketAddr>,
    keeper: Option<Arc<Mutex<Keeper>>>,
}

/// Serves a new sandbox on a free port, and writes its kubeconfig where the last one's was.
///
/// # Errors
///
/// When no port can be had, or the kubeconfig cannot be written.
pub async fn serve() -> Result<Served, Error> {
    start(config::sandbox::Sandbox::default()).await
}

/// Serves a sandbox as it was asked for: with the objects that are kept, if there are any.
///
/// # Errors
///
/// When the objects are not whole, the address cannot be had, or a file cannot be written.
pub async fn start(config: config::sandbox::Sandbox) -> Result<Served, Error> {
    let cache = || place(env::var_os("XDG_CACHE_HOME").map(PathBuf::from), env::home_dir());
    let kubeconfig = match &config.kubeconfig {
        Some(asked) => free(asked)?,
        None => cache().ok_or(Error::Homeless)?,
    };
    let mut builder = Sandbox::builder().rbac(config.rbac).simulate(config.simulate);
    builder = builder.service_accounts(true).linger(LINGER);
    let mut keeper = None;
    if let Some(path) = config.state {
        let (found, text) = Keeper::open(path)?;
        builder = text.into_iter().fold(builder, Builder::state);
        keeper = Some(found);
    }
    let sandbox = builder.build().map_err(|error| match &keeper {
        Some(keeper) => Error::Broken { path: keeper.path().to_owned(), source: error },
        None => Error::Unbuilt(error),
    })?;
    // A file that cannot be written is told of now, rather than when there is something to lose.
    if let Some(keeper) = &mut keeper {
        keeper.keep(&sandbox, false)?;
    }
    let displaced = displaced(&kubeconfig).await;
    let address = config.address;
    let server = sandbox.serve_openly(address, &config.names).await;
    let server = server.map_err(|source| Error::Unserved { address, source })?;
    replace(&kubeconfig, |draft| server.write_kubeconfig(draft))
        .map_err(|source| Error::Unwritten { path: kubeconfig.clone(), source })?;
    let keeper = keeper.map(|keeper| Arc::new(Mutex::new(keeper)));
    // It is named to users, whose shells may be in other folders.
    let kubeconfig = path::absolute(&kubeconfig).unwrap_or(kubeconfig);
    Ok(Served { sandbox, server, kubeconfig, displaced, keeper })
}

impl Served {
    /// The file that leads to the server.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// What to tell the user of an operator on it.
    pub fn greeting(&self) -> String {
        let kubeconfig = in_shell(&self.kubeconfig, env::home_dir().as_deref());
        format!(
            "Sandbox API server on {}: export KUBECONFIG={kubeconfig}. Ctrl-C to stop.",
            self.server.url()
        )
    }

    /// What to tell whoever wants to use it, in several lines.
    pub fn instructions(&self) -> String {
        let kubeconfig = in_shell(&self.kubeconfig, env::home_dir().as_deref());
        format!(
            "Sandbox API server on {}. To use it:\n\n  export KUBECONFIG={kubeconfig}\n  kubectl get namespaces\n\n\
             Ctrl-C to stop.",
            self.server.url()
        )
    }

    /// What to tell whoever has another sandbox, to which the kubeconfig leads no longer.
    pub fn warning(&self) -> Option<String> {
        let kubeconfig = in_shell(&self.kubeconfig, env::home_dir().as_deref());
        self.displaced.map(|address| {
            format!(
                "{kubeconfig} has led to the sandbox at https://{address}, where somebody listens still, and leads here now; \
                 with `kopf sandbox --kubeconfig FILE` it has one of its own"
            )
        })
    }

    /// Writes the objects into their file, if they have one and have changed.
    ///
    /// # Errors
    ///
    /// When they cannot be written.
    pub async fn keep(&self) -> Result<(), keeper::Error> {
        keep(self.keeper.clone(), self.sandbox.clone(), false).await
    }

    /// Ends the server, keeps what is in it if it has a file, and tells which.
    ///
    /// # Errors
    ///
    /// When the objects cannot be kept.
    pub async fn shut_down(self) -> Result<Option<PathBuf>, keeper::Error> {
        self.server.shutdown().await;
        keep(self.keeper.clone(), self.sandbox, true).await?;
        Ok(self.keeper.map(|keeper| lock(&keeper).path().to_owned()))
    }
}

/// Writes on a thread where waiting for a disk holds nobody up.
async fn keep(
    keeper: Option<Arc<Mutex<Keeper>>>,
    sandbox: Sandbox,
    ended: bool,
) -> Result<(), keeper::Error> {
    let Some(keeper) = keeper else { return Ok(()) };
    let kept = tokio::task::spawn_blocking(move || lock(&keeper).keep(&sandbox, ended));
    kept.await.expect("keeping does not panic")
}

fn lock(keeper: &Mutex<Keeper>) -> MutexGuard<'_, Keeper> {
    keeper.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An address as it was asked for: any port is none.
fn shown(address: SocketAddr) -> String {
    if address.port() == 0 { address.ip().to_string() } else { address.to_string() }
}

/// How to get an address that can be had.
fn remedy(why: io::ErrorKind) -> &'static str {
    match why {
        io::ErrorKind::AddrInUse => "; give --port another one, or leave it out for one that is free",
        io::ErrorKind::AddrNotAvailable => "; give --listen an address of this machine",
        io::ErrorKind::PermissionDenied => "; give --port one above 1023",
        _ => "",
    }
}

/// The file, if it is not there, or of a sandbox: somebody's way to a cluster is not written over.
fn free(kubeconfig: &Path) -> Result<PathBuf, Error> {
    match fs::read_to_string(kubeconfig) {
        Ok(text) if !text.trim().is_empty() && !Server::wrote(&text) => {
            Err(Error::Taken { path: kubeconfig.to_owned() })
        }
        _ => Ok(kubeconfig.to_owned()),
    }
}

/// Where a kubeconfig leads that a sandbox has written, if somebody is there.
async fn displaced(kubeconfig: &Path) -> Option<SocketAddr> {
    let text = fs::read_to_string(kubeconfig).ok().filter(|text| Server::wrote(text))?;
    let address = text.lines().find_map(|line| line.trim().strip_prefix("server: https://"))?.parse().ok()?;
    let found = time::timeout(GLANCE, TcpStream::connect::<SocketAddr>(address)).await;
    found.is_ok_and(|found| found.is_ok()).then_some(address)
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
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let draft = path.with_added_extension(std::process::id().to_string());
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

    #[test]
    fn a_way_to_somewhere_else_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kubeconfig");
        assert_eq!(free(&path).unwrap(), path);
        fs::write(&path, "apiVersion: v1\nkind: Config\n").unwrap();
        let error = free(&path).unwrap_err().to_string();
        assert!(error.contains("is no kubeconfig of a sandbox, and is left as it is"), "{error}");
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
