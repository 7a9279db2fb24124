//! Reads, checks and opens kopf plugins, and makes attempts in them.
//!
//! In the order in which a plugin goes through them:
//!
//! - `file`: whether the bytes of a file may be opened at all;
//! - `copies`: the private copy that is opened in its stead;
//! - `open`: the library, its header, the comparison of layouts;
//! - `host`: what the plugin may ask of us;
//! - `manifest`: the handlers that it declares;
//! - `invoker`: calling them, by way of `attempt`, `pool`, `running`, `spans` and `lives`; `functions` are what they leave
//!   behind.

mod attempt;
mod copies;
mod error;
mod file;
mod functions;
mod host;
mod invoker;
mod lives;
mod manifest;
mod open;
mod pool;
mod running;
mod spans;
#[cfg(test)]
mod twins;

use std::{
    collections::HashMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use abi_stable::std_types::RResult;
use kopf_core::handler::Handler;
use kopf_plugin_abi::{
    stamp,
    v1::PluginV1Ref,
    wire::{Failure, Init},
};
use kopf_reactor::{Clock, SystemClock};

use crate::{copies::Copies, manifest::Manifest};

pub use crate::{
    error::{Error, Problem},
    invoker::PluginInvoker,
};

/// How plugins are loaded and run.
#[derive(Clone)]
pub struct Options {
    /// The most verbose level that is wanted of plugins: 1 (error) to 5 (trace).
    pub level: u8,
    /// The version of this host, against which plugins say what they need.
    pub host_version: (u32, u32, u32),
    /// Where plugins that ask for it have their time from.
    pub clock: Arc<dyn Clock>,
    /// Starts no runtime for attempts: for tests whose time is not the machine's.
    pub in_place: bool,
    /// How many synchronous handlers may run at a time.
    pub sync_threads: usize,
    /// How long an asynchronous handler may go on without yielding before it is overdue.
    pub stall: Duration,
}

impl Default for Options {
    /// This version, level info, the machine's time, 64 synchronous handlers, 10 seconds.
    fn default() -> Self {
        Options {
            level: 3,
            host_version: stamp::version(env!("CARGO_PKG_VERSION")).unwrap_or_default(),
            clock: Arc::new(SystemClock),
            in_place: false,
            sync_threads: 64,
            stall: Duration::from_secs(10),
        }
    }
}

/// A plugin that was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugin {
    /// Its package.
    pub name: String,
    /// Its package's version.
    pub version: String,
    /// The file that it is from; for an adopted one, this program.
    pub path: PathBuf,
    /// The compiler that made it.
    pub rustc: String,
    /// How many handlers it has.
    pub handlers: usize,
}

/// Plugins that were loaded together.
pub struct Loaded {
    /// The plugins, in the order in which they were given.
    pub plugins: Vec<Plugin>,
    /// All their handlers, in the order of declaration.
    pub handlers: Vec<Handler>,
    /// Those about no object.
    pub activities: Vec<kopf_core::activity::Handler>,
    /// What makes attempts in them.
    pub invoker: Arc<PluginInvoker>,
}

/// Loads the plugins of a command line.
///
/// They stay in the process for ever. Private copies of their files are made, and removed with the invoker.
///
/// # Errors
///
/// Whatever is wrong with any of them, one line each, so that all of it can be mended at once.
pub fn load(paths: &[PathBuf], options: &Options) -> Result<Loaded, Vec<Error>> {
    let all = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" ");
    let stopped = |problem| vec![Error::new(&all, problem)];
    let copies = Copies::new(&Copies::places()).map_err(stopped)?;
    let mut loading = Loading::new(options).map_err(stopped)?;
    let mut seen: HashMap<PathBuf, &PathBuf> = HashMap::new();
    for path in paths {
        let opened = fs::canonicalize(path).map_err(Problem::Unreadable).and_then(|canonical| {
            match seen.get(&canonical) {
                Some(first) => Err(Problem::SameFile((*first).clone())),
                None => {
                    seen.insert(canonical.clone(), path);
                    open_copy(&canonical, &copies, options)
                }
            }
        });
        match opened {
            Ok(root) => {
                let init = Init { host: version(options), level: options.level, package: None };
                loading.start(root, &init, path.display().to_string(), path.clone());
            }
            Err(problem) => loading.errors.push(Error::new(path.display(), problem)),
        }
    }
    loading.finish(Some(copies))
}

/// Takes plugins that are linked into this program, each with how it is started.
///
/// # Errors
///
/// As [`load`], but for what is wrong with files.
pub fn adopt(roots: Vec<(PluginV1Ref, Init)>, options: &Options) -> Result<Loaded, Vec<Error>> {
    let program = std::env::current_exe().unwrap_or_default();
    let mut loading =
        Loading::new(options).map_err(|problem| vec![Error::new(program.display(), problem)])?;
    for (root, init) in roots {
        let called = init.package.clone().unwrap_or_else(|| program.display().to_string());
        loading.start(root, &init, called, program.clone());
    }
    loading.finish(None)
}

/// Checks a file, and opens a copy of exactly the bytes that were checked.
fn open_copy(path: &Path, copies: &Copies, options: &Options) -> Result<PluginV1Ref, Problem> {
    let bytes = fs::read(path).map_err(Problem::Unreadable)?;
    let stamp = file::check(&bytes, options.host_version)?;
    tracing::debug!(path = %path.display(), rustc = stamp.rustc, target = stamp.target, "The plugin's stamp is good.");
    let name = path.file_stem().and_then(OsStr::to_str).unwrap_or("plugin");
    open::open(&copies.write(name, &bytes)?)
}

fn version(options: &Options) -> String {
    let (major, minor, patch) = options.host_version;
    format!("{major}.{minor}.{patch}")
}

/// Plugins of which some have been started.
struct Loading {
    invoker: PluginInvoker,
    plugins: Vec<Plugin>,
    /// How each plugin was given, for messages.
    called: Vec<String>,
    handlers: Vec<Handler>,
    activities: Vec<kopf_core::activity::Handler>,
    errors: Vec<Error>,
}

impl Loading {
    fn new(options: &Options) -> Result<Loading, Problem> {
        let invoker = PluginInvoker::new(options).map_err(Problem::NoThreads)?;
        Ok(Loading {
            invoker,
            plugins: vec![],
            called: vec![],
            handlers: vec![],
            activities: vec![],
            errors: vec![],
        })
    }

    /// Starts a plugin, and takes its handlers if all of them can be served.
    fn start(&mut self, root: PluginV1Ref, init: &Init, called: String, path: PathBuf) {
        let started = self.ask(root, init).and_then(|manifest| {
            match self.plugins.iter().position(|plugin| plugin.name == manifest.name) {
                Some(other) => {
                    Err(Problem::SameName { name: manifest.name, other: self.called[other].clone() })
                }
                None => Ok(manifest),
            }
        });
        let manifest = match started {
            Ok(manifest) => manifest,
            Err(problem) => return self.errors.push(Error::new(called, problem)),
        };
        let Manifest { name, version, rustc, .. } = manifest.clone();
        match manifest.handlers(self.plugins.len()) {
            Ok((handlers, activities)) => {
                let count = handlers.len() + activities.len();
                self.plugins.push(Plugin { name, version, path, rustc, handlers: count });
                self.handlers.extend(handlers);
                self.activities.extend(activities);
                self.called.push(called);
                self.invoker.add(root);
            }
            Err(problems) => {
                self.errors.extend(problems.into_iter().map(|problem| Error::new(&called, problem)));
            }
        }
    }

    fn ask(&self, root: PluginV1Ref, init: &Init) -> Result<Manifest, Problem> {
        let config = serde_json::to_vec(init).map_err(|error| Problem::NotStarted(error.to_string()))?;
        match self.invoker.host().lend(|| root.init()(host::table(), config.into())) {
            RResult::ROk(json) => Manifest::read(&json),
            RResult::RErr(json) => Err(Problem::NotStarted(match serde_json::from_slice::<Failure>(&json) {
                Ok(failure) => failure.message,
                Err(_) => "it does not say why".to_owned(),
            })),
        }
    }

    fn finish(mut self, copies: Option<Copies>) -> Result<Loaded, Vec<Error>> {
        self.invoker.keep(copies);
        match self.errors.is_empty() {
            true => Ok(Loaded {
                plugins: self.plugins,
                handlers: self.handlers,
                activities: self.activities,
                invoker: Arc::new(self.invoker),
            }),
            false => Err(self.errors),
        }
    }
}
