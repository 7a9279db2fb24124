//! The files of the checkout, and which of them are modules of something.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Files that are compiled one by one: authors' mistakes as authors make them, plugins that misbehave, fuzz targets.
const COMPILED_ALONE: &[&str] =
    &["kopf-plugin-api/tests/ui", "kopf-cli/loader/tests/fixtures", "kopf-cli/sandbox/fuzz"];

/// What is read as text besides Rust.
const TEXTS: &[&str] = &["rs", "toml", "md", "yaml", "yml", "json", "stderr", "sh"];

/// A file, by its path from the top.
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) is_test: bool,
}

/// The top of this checkout.
///
/// Asked when the test runs: in a target folder that two checkouts share, cargo may reuse a binary of the other one.
pub(super) fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it for tests");
        Path::new(&here).parent().expect("kopf-cli is in a folder").to_owned()
    });
    &ROOT
}

/// All Rust files that are part of something.
pub(super) fn sources() -> &'static [Source] {
    static READ: LazyLock<Vec<Source>> = LazyLock::new(|| {
        let is_rust = |path: &Path| path.extension().is_some_and(|extension| extension == "rs");
        let is_ours = |path: &Path| !COMPILED_ALONE.iter().any(|folder| path.starts_with(folder));
        let sources: Vec<_> = read(&|path| is_rust(path) && is_ours(path));
        assert!(!sources.is_empty(), "{} holds no Rust", root().display());
        sources
    });
    &READ
}

/// All files that people read, this project's own scripts included.
pub(super) fn texts() -> Vec<Source> {
    read(&|path| {
        let extension = path.extension().map(|extension| extension.to_string_lossy());
        path.starts_with(".ci") || extension.is_some_and(|extension| TEXTS.contains(&&*extension))
    })
}

fn read(wanted: &dyn Fn(&Path) -> bool) -> Vec<Source> {
    let mut found = Vec::new();
    walk(root(), &mut |path| {
        let path = path.strip_prefix(root()).expect("the walk began there").to_owned();
        if wanted(&path) {
            let text = std::fs::read_to_string(root().join(&path)).unwrap_or_default();
            let is_test = path.ends_with("tests.rs") || path.iter().any(|part| part == "tests");
            found.push(Source { path, text, is_test });
        }
    });
    found
}

fn walk(folder: &Path, found: &mut dyn FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().expect("it is in a folder");
        if path.is_dir() {
            if name != "target" && name != ".git" {
                walk(&path, found);
            }
        } else {
            found(&path);
        }
    }
}

/// The files that `mod` lines lead to, beginning with the root files of crates.
pub(super) fn declared(roots: &[&Path]) -> BTreeSet<PathBuf> {
    let mut declared = BTreeSet::new();
    for path in roots {
        let path = path.strip_prefix(root()).expect("our crates are here");
        let folder = path.parent().expect("a file is in a folder");
        follow(path, folder, &mut declared);
    }
    declared
}

fn follow(file: &Path, folder: &Path, declared: &mut BTreeSet<PathBuf>) {
    let Some(source) = sources().iter().find(|source| source.path == file) else { return };
    if !declared.insert(file.to_owned()) {
        return;
    }
    for line in source.text.lines() {
        let words: Vec<&str> = line.trim().trim_end_matches(';').split(' ').collect();
        if let ["mod", name] | [_, "mod", name] = words[..]
            && line.ends_with(';')
        {
            follow(&folder.join(format!("{name}.rs")), &folder.join(name), declared);
        }
    }
}
