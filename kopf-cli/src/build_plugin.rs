//! Builds a plugin crate with cargo, and finds the library that came of it.

use std::{
    io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde::Deserialize;
use tokio::{process, runtime};

use crate::signals::{Signal, Signals};

/// Why there is no library.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Cargo cannot be started.
    #[error("cannot run cargo to build {}: {source}; install Rust from https://rustup.rs, or give a plugin that is built", folder.display())]
    NoCargo {
        /// The crate's folder.
        folder: PathBuf,
        /// What was in the way.
        source: io::Error,
    },
    /// Cargo may be there, and cannot be waited for.
    #[error("cannot wait for cargo to build {}: {source}", folder.display())]
    Unwaited {
        /// The crate's folder.
        folder: PathBuf,
        /// What was in the way.
        source: io::Error,
    },
    /// The folder is none of a crate.
    #[error("{} is not the folder of a crate: there is no Cargo.toml in it", .0.display())]
    NotACrate(PathBuf),
    /// The folder is a workspace's alone.
    #[error("{} is a workspace and no crate itself; give the folder of one of its crates", .0.display())]
    NotAPackage(PathBuf),
    /// Nothing in the crate becomes a plugin.
    #[error("the crate in {} builds no plugin; add `[lib] crate-type = [\"cdylib\"]` to its Cargo.toml", .0.display())]
    NoCdylib(PathBuf),
    /// Cargo said why.
    #[error("cargo cannot read the crate in {}; it says above why", .0.display())]
    Unreadable(PathBuf),
    /// Cargo said why.
    #[error("the crate in {} does not build; cargo says above why", .0.display())]
    Failed(PathBuf),
    /// Cargo was content, and told of no library.
    #[error("cargo built the crate in {} and named no library that came of it", .0.display())]
    NoLibrary(PathBuf),
    /// A signal came while cargo was at work.
    #[error("stopped by {signal} while cargo built the crate in {}", folder.display())]
    Stopped {
        /// The crate's folder.
        folder: PathBuf,
        /// Which one.
        signal: Signal,
    },
}

/// Builds the crate in a folder, and returns the library's path. What cargo and the compiler have to say goes to
/// standard error; `quiet` keeps it to their warnings and errors.
///
/// # Errors
///
/// As [`Error`] tells; each in one line.
pub fn build(folder: &Path, quiet: bool, signals: &mut Signals) -> Result<PathBuf, Error> {
    let manifest = plugin_manifest(folder, signals)?;
    let mut cargo = cargo(&manifest);
    cargo.args(["build", "--lib", "--message-format=json-render-diagnostics"]);
    if quiet {
        cargo.arg("--quiet");
    }
    let output = run(cargo, folder, signals)?;
    if !output.status.success() {
        return Err(Error::Failed(folder.to_owned()));
    }
    library(&output.stdout, &manifest).ok_or_else(|| Error::NoLibrary(folder.to_owned()))
}

/// Asks cargo whether a folder is that of a crate that builds a plugin, which it says in no time.
///
/// # Errors
///
/// As [`Error`] tells; each in one line.
pub fn check(folder: &Path, signals: &mut Signals) -> Result<(), Error> {
    plugin_manifest(folder, signals).map(drop)
}

/// The manifest of a crate that builds a plugin.
fn plugin_manifest(folder: &Path, signals: &mut Signals) -> Result<PathBuf, Error> {
    let manifest =
        folder.join("Cargo.toml").canonicalize().map_err(|_| Error::NotACrate(folder.to_owned()))?;
    let mut cargo = cargo(&manifest);
    cargo.args(["metadata", "--no-deps", "--format-version=1"]);
    let output = run(cargo, folder, signals)?;
    if !output.status.success() {
        return Err(Error::Unreadable(folder.to_owned()));
    }
    match kind(&output.stdout, &manifest) {
        Some(Kind::Plugin) => Ok(manifest),
        Some(Kind::Other) => Err(Error::NoCdylib(folder.to_owned())),
        None => Err(Error::NotAPackage(folder.to_owned())),
    }
}

/// Cargo in a crate's folder, where its configuration and toolchain files count.
fn cargo(manifest: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(manifest.parent().unwrap_or(manifest)).stdin(Stdio::null()).stderr(Stdio::inherit());
    cargo
}

/// Runs cargo, and ends it where a signal is to end us: left alone it would build on, with our standard error in its hands.
///
/// Compilers that it has begun do finish, unless the signal is a terminal's, which sends it to them as well. In a group of
/// their own they could all be ended, and could not ask a terminal for the password of a registry.
fn run(cargo: Command, folder: &Path, signals: &mut Signals) -> Result<Output, Error> {
    let unwaited = |source| Error::Unwaited { folder: folder.to_owned(), source };
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(unwaited)?;
    runtime.block_on(async {
        let mut cargo = process::Command::from(cargo);
        let cargo = cargo.stdout(Stdio::piped()).kill_on_drop(true).spawn();
        let cargo = cargo.map_err(|source| Error::NoCargo { folder: folder.to_owned(), source })?;
        tokio::select! {
            // A terminal sends it to cargo as well, whose end is then no fault of the crate.
            biased;
            signal = signals.next() => Err(Error::Stopped { folder: folder.to_owned(), signal }),
            output = cargo.wait_with_output() => output.map_err(unwaited),
        }
    })
}

/// What `cargo metadata` prints, as far as it matters.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    manifest_path: PathBuf,
    targets: Vec<CargoTarget>,
}

/// What `cargo build` prints, line by line, as far as it matters.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    manifest_path: PathBuf,
    target: Option<CargoTarget>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct CargoTarget {
    crate_types: Vec<String>,
}

impl CargoTarget {
    fn is_cdylib(&self) -> bool {
        self.crate_types.iter().any(|kind| kind == "cdylib")
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Plugin,
    Other,
}

/// What the package with this manifest is, if there is one.
fn kind(metadata: &[u8], manifest: &Path) -> Option<Kind> {
    let metadata: Metadata = serde_json::from_slice(metadata).ok()?;
    let package = metadata.packages.into_iter().find(|package| package.manifest_path == manifest)?;
    Some(if package.targets.iter().any(CargoTarget::is_cdylib) { Kind::Plugin } else { Kind::Other })
}

/// The library among the artifacts: the one of this manifest's package, for a dependency may be a cdylib too.
fn library(messages: &[u8], manifest: &Path) -> Option<PathBuf> {
    let messages =
        messages.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Message>(line).ok());
    messages
        .filter(|message| message.reason == "compiler-artifact" && message.manifest_path == manifest)
        .filter(|message| message.target.as_ref().is_some_and(CargoTarget::is_cdylib))
        .flat_map(|message| message.filenames)
        .find(|file| file.extension().is_some_and(|extension| extension == std::env::consts::DLL_EXTENSION))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[track_caller]
    fn check(messages: &[&str], expected: Option<&str>) {
        assert_eq!(
            library(messages.join("\n").as_bytes(), Path::new("/p/Cargo.toml")).as_deref(),
            expected.map(Path::new)
        );
    }

    const OURS: &str = r#"{"reason":"compiler-artifact","manifest_path":"/p/Cargo.toml","target":{"crate_types":["cdylib","rlib"],"name":"p"},"filenames":["/t/libp.rlib","/t/libp.so"]}"#;

    #[test]
    fn the_library_is_the_cdylib_of_the_package_itself() {
        check(&[OURS], Some("/t/libp.so"));
        let dependency = OURS.replace("/p/", "/d/").replace("libp", "libd");
        check(&[&dependency, r#"{"reason":"build-finished","success":true}"#], None);
        check(&[&dependency, "not JSON", OURS], Some("/t/libp.so"));
        check(&[&OURS.replace(r#""cdylib","#, "")], None);
        check(&[&OURS.replace("compiler-artifact", "something-new")], None);
    }

    #[track_caller]
    fn check_kind(types: &str, expected: Option<&Kind>) {
        let metadata = format!(
            r#"{{"packages":[{{"manifest_path":"/p/Cargo.toml","targets":[{{"crate_types":["bin"]}},{{"crate_types":{types}}}]}}]}}"#
        );
        assert_eq!(kind(metadata.as_bytes(), Path::new("/p/Cargo.toml")).as_ref(), expected);
        assert_eq!(kind(metadata.as_bytes(), Path::new("/other/Cargo.toml")), None);
    }

    #[test]
    fn a_plugin_crate_is_one_with_a_cdylib() {
        check_kind(r#"["cdylib"]"#, Some(&Kind::Plugin));
        check_kind(r#"["lib"]"#, Some(&Kind::Other));
        check_kind("", None);
    }

    /// What building a crate comes to: its `Cargo.toml` is this, if there is one, with an empty library.
    #[track_caller]
    fn check_build(manifest: Option<&str>, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        if let Some(manifest) = manifest {
            fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
            fs::create_dir(folder.path().join("src")).unwrap();
            fs::write(folder.path().join("src/lib.rs"), "").unwrap();
        }
        let found = match build(folder.path(), true, &mut Signals::none()) {
            Ok(library) => library.file_name().unwrap().to_string_lossy().into_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found.replace(&folder.path().display().to_string(), "DIR"), expected);
    }

    #[test]
    fn a_folder_that_is_no_plugin_crate_is_told_what_it_lacks() {
        check_build(None, "DIR is not the folder of a crate: there is no Cargo.toml in it");
        check_build(
            Some("[workspace]\nmembers = []"),
            "DIR is a workspace and no crate itself; give the folder of one of its crates",
        );
        check_build(
            Some("[package]\nname = \"p\"\nedition = \"2024\"\n[workspace]"),
            "the crate in DIR builds no plugin; add `[lib] crate-type = [\"cdylib\"]` to its Cargo.toml",
        );
        check_build(Some("[package"), "cargo cannot read the crate in DIR; it says above why");
    }
}
