//! Why a plugin is refused, in one line each.

use std::{env::consts::ARCH, fmt, io, path::PathBuf};

use kopf_plugin_abi::stamp::{self, Malformed};

/// One reason why a plugin cannot be loaded. Its text is one line; [`Error::details`] may have more.
#[derive(Debug)]
pub struct Error {
    plugin: String,
    problem: Problem,
}

/// What is wrong with a plugin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The file cannot be read.
    #[error("{0}; expected the shared library that cargo build makes, such as target/debug/lib<name>.so")]
    Unreadable(io::Error),
    /// The file is something else, or damaged.
    #[error(
        "the file is {0}, expected an ELF shared library (.so); build it with crate-type = [\"cdylib\"] and cargo build, then pass target/debug/lib<name>.so"
    )]
    NotALibrary(&'static str),
    /// The library is for another kind of machine.
    #[error(
        "it is built for {0}, this kopf runs on {ARCH}; build it with cargo build --target {ARCH}-unknown-linux-gnu"
    )]
    OtherMachine(String),
    /// Nothing in the library says that it is a plugin.
    #[error(
        "it is a shared library but not a kopf plugin (no kopf stamp in it); add kopf-plugin-api to its Cargo.toml and write a handler"
    )]
    NoStamp,
    /// The stamp cannot be read.
    #[error("{0}; rebuild it with a kopf-plugin-api that this host knows")]
    BadStamp(#[from] Malformed),
    /// The plugin wants a newer host.
    #[error("needs kopf {needed}, this host is {ours}; install that kopf, or rebuild it with kopf-plugin-api {ours}", needed = version(*.needs), ours = version(*.host))]
    OldHost {
        /// The least version that the plugin needs.
        needs: (u32, u32, u32),
        /// The host's version.
        host: (u32, u32, u32),
    },
    /// The boundary is another one.
    #[error("it speaks revision {0} of the plugin boundary, this host speaks {ours}; rebuild it with a kopf-plugin-api of this host's version", ours = stamp::ABI)]
    OtherRevision(u32),
    /// The types of the boundary are of another release line.
    #[error("found abi_stable {0}, expected {ours}; rebuild it with a kopf-plugin-api of this host's version", ours = stamp::ABI_STABLE)]
    OtherAbiStable(String),
    /// A panic would end the process.
    #[error(
        "it is compiled with panic=abort, so one panicking handler would kill the operator; remove panic = \"abort\" from [profile.*] in its Cargo.toml and rebuild"
    )]
    Aborts,
    /// Its thread-local storage may find no room.
    #[error(
        "it uses static TLS, of which a process has little (a custom #[global_allocator]?); enable jemalloc's disable_initial_exec_tls or mimalloc's local_dynamic_tls feature, or remove the allocator, and rebuild"
    )]
    StaticTls,
    /// A file was given twice.
    #[error("it is the same file as {0}; name each plugin once")]
    SameFile(PathBuf),
    /// Two plugins have one name.
    #[error("its package is called `{name}` like that of {other}; rename one of them in its Cargo.toml")]
    SameName {
        /// The name.
        name: String,
        /// The plugin that has it already.
        other: String,
    },
    /// No private copy could be made.
    #[error(
        "it cannot be copied into {directory}: {source}; set XDG_RUNTIME_DIR or TMPDIR to a directory that can be written to"
    )]
    NoCopy {
        /// The last directory that was tried.
        directory: PathBuf,
        /// What was in the way.
        source: io::Error,
    },
    /// The library wants a symbol that nobody has.
    #[error(
        "it needs the symbol {0}, which no library here provides; link the library that defines it (cargo:rustc-link-lib in build.rs) and rebuild"
    )]
    MissingSymbol(String),
    /// The system refused to open the library.
    #[error("the system cannot open it: {0}; rebuild it on a system like this one")]
    Unopened(String),
    /// There is a stamp and no root.
    #[error(
        "it has a kopf stamp but does not export abi_stable's root symbol; rebuild it without a version script and without linker options of its own"
    )]
    NoRoot,
    /// What it exports is not what its stamp says.
    #[error(
        "its kopf ABI types have another layout than this host's ({summary}); rebuild it with a kopf-plugin-api of this host's version"
    )]
    OtherLayout {
        /// The first difference.
        summary: String,
        /// All of them.
        full: String,
    },
    /// Its start failed.
    #[error("it failed to start: {0}")]
    NotStarted(String),
    /// What it says of itself cannot be read.
    #[error("its manifest cannot be read ({0}); rebuild it with a kopf-plugin-api of this host's version")]
    BadManifest(String),
    /// It has nothing to call.
    #[error(
        "it declares no handlers; write a function with an attribute such as #[kopf::on::create(…)], and where handlers are in a crate it depends on, `use thatcrate as _;`"
    )]
    NoHandlers,
    /// A handler cannot be served as it is declared.
    #[error("handler `{id}` ({place}): {problem}")]
    BadHandler {
        /// The handler's id.
        id: String,
        /// The place of its attribute.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// Handlers would have nothing to run on.
    #[error("no threads for its handlers could be started: {0}; raise the limits of processes and files")]
    NoThreads(io::Error),
}

impl Error {
    pub(crate) fn new(plugin: impl fmt::Display, problem: Problem) -> Self {
        Error { plugin: plugin.to_string(), problem }
    }

    /// What is wrong.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// More about it, over many lines, for those who ask: the whole comparison of layouts.
    pub fn details(&self) -> Option<&str> {
        match &self.problem {
            Problem::OtherLayout { full, .. } => Some(full),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("cannot load plugin {}: {}", self.plugin, self.problem);
        // A path or a foreign text may hold line breaks.
        f.write_str(&text.split(['\n', '\r']).map(str::trim).collect::<Vec<_>>().join(" "))
    }
}

impl std::error::Error for Error {}

fn version((major, minor, patch): (u32, u32, u32)) -> String {
    format!("{major}.{minor}.{patch}")
}
