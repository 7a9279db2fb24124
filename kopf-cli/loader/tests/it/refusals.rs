//! Every plugin that cannot be loaded gets one line.

use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use kopf_loader::Options;

use crate::fixtures::library;

/// Loads files, and answers what is said of them, with folders cut off.
fn refuse(paths: &[PathBuf]) -> String {
    let Err(errors) = kopf_loader::load(paths, &Options::default()) else { return "loaded".to_owned() };
    let mut text = String::new();
    for error in errors {
        let mut line = error.to_string();
        assert!(!line.contains('\n'), "{line}");
        for path in paths {
            let folder = path.parent().unwrap().display().to_string();
            line = line.replace(&format!("{folder}/"), "");
        }
        text += &line;
        text += "\n";
    }
    text
}

#[track_caller]
fn check(packages: &[&str], expected: Expect) {
    let paths: Vec<_> = packages.iter().map(|package| library(package)).collect();
    expected.assert_eq(&refuse(&paths));
}

/// Writes a file and loads it.
#[track_caller]
fn check_file(name: &str, bytes: &[u8], expected: Expect) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    expected.assert_eq(&refuse(&[path]));
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    [&bytes[..at], to, &bytes[at + to.len()..]].concat()
}

#[test]
fn what_is_no_shared_library() {
    check_file(
        "notes.txt",
        b"not a library",
        expect![[r#"
        cannot load plugin notes.txt: the file is not a shared library, expected an ELF shared library (.so); build it with crate-type = ["cdylib"] and cargo build, then pass target/debug/lib<name>.so
    "#]],
    );
    expect![[r#"
        cannot load plugin libnone.so: No such file or directory (os error 2); expected the shared library that cargo build makes, such as target/debug/lib<name>.so
    "#]].assert_eq(&refuse(&["/missing/libnone.so".into()]));
    let folder = tempfile::tempdir().unwrap();
    let text = refuse(&[folder.path().join("")]);
    assert!(text.contains(": Is a directory (os error 21); expected the shared library"), "{text}");
    let text = refuse(&[std::env::current_exe().unwrap()]);
    assert!(text.contains(": the file is an executable, expected an ELF shared library"), "{text}");
}

#[test]
fn a_plugin_that_is_cut_is_refused_and_the_process_lives() {
    let whole = std::fs::read(library("unruly")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("libcut.so");
    for part in 1..8 {
        std::fs::write(&path, &whole[..whole.len() * part / 8]).unwrap();
        let text = refuse(std::slice::from_ref(&path));
        assert!(text.contains("libcut.so: the file is a damaged or truncated ELF file, expected"), "{text}");
    }
}

#[test]
fn what_is_no_plugin_or_another_hosts() {
    check(
        &["plain"],
        expect![[r#"
        cannot load plugin libplain.so: it is a shared library but not a kopf plugin (no kopf stamp in it); add kopf-plugin-api to its Cargo.toml and write a handler
    "#]],
    );
    let good = std::fs::read(library("unruly")).unwrap();
    check_file(
        "libnew.so",
        &replaced(&good, b"needs=0.1.0", b"needs=1.0.0"),
        expect![[r#"
        cannot load plugin libnew.so: needs kopf 1.0.0, this host is 0.1.0; install that kopf, or rebuild it with kopf-plugin-api 0.1.0
    "#]],
    );
    check_file(
        "libabi.so",
        &replaced(&good, b"\nabi=1\n", b"\nabi=2\n"),
        expect![[r#"
        cannot load plugin libabi.so: it speaks revision 2 of the plugin boundary, this host speaks 1; rebuild it with a kopf-plugin-api of this host's version
    "#]],
    );
    check_file(
        "libabort.so",
        &replaced(&good, b"panic=unwind\n", b"panic=abort\n\n"),
        expect![[r#"
        cannot load plugin libabort.so: it is compiled with panic=abort, so one panicking handler would kill the operator; remove panic = "abort" from [profile.*] in its Cargo.toml and rebuild
    "#]],
    );
}

#[test]
fn what_does_not_open() {
    check(
        &["unlinked"],
        expect![[r#"
        cannot load plugin libunlinked.so: it needs the symbol some_missing_c_function, which no library here provides; link the library that defines it (cargo:rustc-link-lib in build.rs) and rebuild
    "#]],
    );
    check(
        &["rootless"],
        expect![[r#"
            cannot load plugin librootless.so: it has a kopf stamp but does not export abi_stable's root symbol; rebuild it without a version script and without linker options of its own
        "#]],
    );
}

#[test]
fn a_boundary_of_another_layout_names_the_first_difference_and_has_the_others_in_its_details() {
    check(
        &["other_layout"],
        expect![[r#"
        cannot load plugin libother_layout.so: its kopf ABI types have another layout than this host's (InvokeRequest: incompatible type size, expected 88, found 96); rebuild it with a kopf-plugin-api of this host's version
    "#]],
    );
    let errors = kopf_loader::load(&[library("other_layout")], &Options::default()).err().unwrap();
    assert!(errors[0].details().is_some_and(|details| details.lines().count() > 100));
}

#[test]
fn a_header_of_another_abi_stable_is_refused() {
    // As it stands in memory: the magic text, then both numbers.
    let mut other = std::fs::read(library("unruly")).unwrap();
    let magic = b"abi stable library for Rust     \0\0\0\0";
    let at = other.windows(magic.len()).position(|window| window == magic);
    other[at.unwrap() + 36] = 10;
    check_file(
        "libother.so",
        &other,
        expect![[r#"
            cannot load plugin libother.so: found abi_stable 0.10, expected 0.11; rebuild it with a kopf-plugin-api of this host's version
        "#]],
    );
}

#[test]
fn plugins_without_handlers() {
    check(
        &["hollow"],
        expect![[r#"
        cannot load plugin libhollow.so: it declares no handlers; write a function with an attribute such as #[kopf::on::create(…)], and where handlers are in a crate it depends on, `use thatcrate as _;`
    "#]],
    );
    check(
        &["silent"],
        expect![[r#"
        cannot load plugin libsilent.so: it declares no handlers; write a function with an attribute such as #[kopf::on::create(…)], and where handlers are in a crate it depends on, `use thatcrate as _;`
    "#]],
    );
}

#[test]
fn plugins_that_do_not_start_or_declare_nonsense() {
    check(
        &["failing"],
        expect![[r#"
        cannot load plugin libfailing.so: it failed to start: the licence has expired
    "#]],
    );
    check(
        &["crooked"],
        expect![[r#"
            cannot load plugin libcrooked.so: handler `garbage` (unruly.rs:1): kopf 0.1.0 does not know the handlers of `dream`; install a newer kopf, or rebuild it with kopf-plugin-api 0.1.0
            cannot load plugin libcrooked.so: handler `ask` (unruly.rs:1): timeout = -1 is no span of time; write seconds, 0 or more, such as 1.5
        "#]],
    );
}

#[test]
fn one_plugin_twice() {
    check(
        &["unruly", "unruly"],
        expect![[r#"
        cannot load plugin libunruly.so: it is the same file as libunruly.so; name each plugin once
    "#]],
    );
    check(
        &["unruly", "twin"],
        expect![[r#"
        cannot load plugin libtwin.so: its package is called `unruly` like that of libunruly.so; rename one of them in its Cargo.toml
    "#]],
    );
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("libother.so");
    std::os::unix::fs::symlink(library("unruly"), &link).unwrap();
    expect![[r#"
        cannot load plugin libother.so: it is the same file as libunruly.so; name each plugin once
    "#]]
    .assert_eq(&refuse(&[library("unruly"), link]));
}

#[test]
fn all_that_is_wrong_with_a_command_line_is_said_at_once() {
    let missing = Path::new("/missing/libnone.so").to_owned();
    expect![[r#"
        cannot load plugin libplain.so: it is a shared library but not a kopf plugin (no kopf stamp in it); add kopf-plugin-api to its Cargo.toml and write a handler
        cannot load plugin libnone.so: No such file or directory (os error 2); expected the shared library that cargo build makes, such as target/debug/lib<name>.so
        cannot load plugin libfailing.so: it failed to start: the licence has expired
    "#]].assert_eq(&refuse(&[library("plain"), library("orderly"), missing, library("failing")]));
}
