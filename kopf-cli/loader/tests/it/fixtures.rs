//! Builds the libraries that tests load: a workspace of small crates, made beside the test's own target directory.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// Package, source, and whether it speaks the boundary by itself or through the author's crate.
const PACKAGES: [(&str, &str, Kind); 12] = [
    ("orderly", "orderly.rs", Kind::Author),
    ("lending", "lending.rs", Kind::Author),
    ("whole", "whole.rs", Kind::Author),
    ("hollow", "hollow.rs", Kind::Author),
    ("unruly", "unruly.rs", Kind::Boundary),
    ("twin", "unruly.rs", Kind::Boundary),
    ("silent", "unruly.rs", Kind::Boundary),
    ("crooked", "unruly.rs", Kind::Boundary),
    ("failing", "unruly.rs", Kind::Boundary),
    ("plain", "plain.rs", Kind::Bare),
    ("rootless", "rootless.rs", Kind::Bare),
    ("unlinked", "unlinked.rs", Kind::Bare),
];

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Author,
    Boundary,
    Bare,
}

/// The library that a package is built into. The first call builds all of them.
pub(crate) fn library(package: &str) -> PathBuf {
    built().join(format!("target/debug/lib{package}.so"))
}

/// The folder of the workspace of packages, built.
fn built() -> &'static Path {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match BUILT.get_or_init(build) {
        Ok(home) => home,
        Err(output) => panic!("the fixtures cannot be built:\n{output}"),
    }
}

fn build() -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fixtures");
    write_workspace(&home);
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--offline", "--quiet", "--target-dir"])
        .arg(home.join("target"))
        .current_dir(&home)
        .output()
        .unwrap();
    match output.status.success() {
        true => Ok(home),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

fn write_workspace(home: &Path) {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = ours.ancestors().nth(2).unwrap();
    let sources = ours.join("tests/fixtures");
    let mut members = String::new();
    for (package, source, kind) in PACKAGES {
        let path = sources.join(source);
        let manifest = manifest(package, &package.replace('-', "_"), &path, kind, root);
        write(&home.join(package).join("Cargo.toml"), &manifest);
        write!(members, "{package:?}, ").unwrap();
    }
    // The boundary's own source, with a field that it does not have.
    let v1 = fs::read_to_string(root.join("kopf-plugin-api/abi/src/v1.rs")).unwrap();
    let changed = v1.replace("pub flags: u32,", "pub flags: u32,\n    pub more: u64,");
    assert_ne!(v1, changed);
    let layout = home.join("other_layout");
    write(&layout.join("v1.rs"), &changed);
    write(&layout.join("lib.rs"), &fs::read_to_string(sources.join("other_layout.rs")).unwrap());
    let manifest = manifest("kopf-plugin-abi", "other_layout", &layout.join("lib.rs"), Kind::Boundary, root);
    write(&layout.join("Cargo.toml"), &manifest.replace("kopf-plugin-abi =", "# kopf-plugin-abi ="));
    write(
        &home.join("Cargo.toml"),
        &format!(
            "[workspace]\nresolver = \"3\"\nmembers = [{members}\"other_layout\"]\n\n\
             [profile.dev]\ndebug = true\n[profile.dev.package.\"*\"]\ndebug = false\n"
        ),
    );
    // The versions that the repository has; what the fixtures do not need is left out of it when they are built.
    let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap();
    if write(&home.join("Cargo.lock.whole"), &lock) {
        write(&home.join("Cargo.lock"), &lock);
    }
}

fn manifest(package: &str, library: &str, source: &Path, kind: Kind, root: &Path) -> String {
    let mut text = format!(
        "[package]\nname = {package:?}\nversion = \"1.0.1\"\nedition = \"2024\"\n\n\
         [lib]\nname = {library:?}\npath = {source:?}\ncrate-type = [\"cdylib\"]\n\n[dependencies]\n"
    );
    let path = |name: &str, path: &str| format!("{name} = {{ path = {:?} }}\n", root.join(path));
    match kind {
        Kind::Author => {
            text += &path("kopf-plugin-api", "kopf-plugin-api");
            text += "log = \"0.4\"\ntokio = { version = \"1\", features = [\"rt\", \"time\"] }\n";
        }
        Kind::Boundary => {
            text += &path("kopf-plugin-abi", "kopf-plugin-api/abi");
            text += "abi_stable = { version = \"=0.11.3\", default-features = false }\nserde_json = \"1\"\n";
        }
        Kind::Bare => {}
    }
    text
}

/// Writes a file unless it has this text: a newer file would be built again. Answers whether it was written.
fn write(path: &Path, text: &str) -> bool {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return false;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    true
}
