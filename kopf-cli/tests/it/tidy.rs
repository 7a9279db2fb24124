//! The house stays in order: what may depend on what, where outside crates are at home, how a file begins and ends.

mod crates;
mod files;
mod scenarios;

use files::{Source, root, sources};

#[test]
fn the_top_level_is_fixed() {
    const TOP: &[&str] = &[
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "examples",
        "kopf-cli",
        "kopf-plugin-api",
        "plugins",
        "target",
    ];
    for entry in std::fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            name.starts_with('.') || TOP.contains(&name.as_str()),
            "{name} has no place at the top level"
        );
    }
}

#[test]
fn dependencies_point_inwards() {
    complain(crates::wrong_edges());
}

#[test]
fn the_core_stays_pure() {
    complain(crates::impure());
}

#[test]
fn the_boundary_is_frozen_at_1_0() {
    let version = crates::version("kopf-plugin-abi");
    assert!(version.starts_with("1.0."), "kopf-plugin-abi is {version}: built plugins rely on 1.0");
}

/// Two of them in one process, and none is the default one: the first TLS connection panics.
#[test]
fn there_is_one_provider_of_cryptography() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    assert!(lock.contains("name = \"ring\"") && !lock.contains("name = \"aws-lc-rs\""));
}

#[test]
fn outside_crates_stay_in_their_homes() {
    complain(crates::strays());
    /// In these folders, what only files whose paths begin so may name.
    const HOMES: &[(&str, &str, &str)] = &[
        ("kopf-cli/reactor/src", "kube", "kopf-cli/reactor/src/cluster/"),
        ("kopf-cli/src", "clap", "kopf-cli/src/args"),
    ];
    for_each_line(|source, line| {
        let path = source.path.to_str().expect("our files have plain names");
        let (_, krate, home) =
            HOMES.iter().find(|(folder, krate, _)| source.path.starts_with(folder) && names(line, krate))?;
        (!path.starts_with(home)).then(|| format!("only {home} may name {krate}"))
    });
}

/// Whether a line of code names a crate: as the beginning of a path, and not as a part of one.
fn names(line: &str, krate: &str) -> bool {
    line.match_indices(krate).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + krate.len()..]);
        let begins = !before.ends_with(|last: char| last == ':' || last == '_' || last.is_alphanumeric());
        begins && (after.starts_with("::") || (before.trim_end().ends_with("use") && after.starts_with(';')))
    })
}

#[test]
fn a_file_opens_with_its_one_job() {
    complain(sources().iter().filter(|source| !source.text.starts_with("//! ")).map(|source| {
        format!("{}: begins without `//!` and a sentence that says its job", source.path.display())
    }));
}

#[test]
fn a_file_has_at_most_500_lines() {
    complain(sources().iter().filter(|source| source.text.lines().count() > 500).map(|source| {
        format!("{}: has {} lines; split it", source.path.display(), source.text.lines().count())
    }));
}

#[test]
fn a_file_is_declared_by_its_parent() {
    let declared = files::declared(&crates::targets());
    complain(
        sources()
            .iter()
            .filter(|source| !declared.contains(&source.path))
            .map(|source| format!("{}: its parent module has no `mod` line for it", source.path.display())),
    );
}

#[test]
fn no_test_is_left_out() {
    // Written in two pieces, or this file would find itself.
    let ignore = concat!("#[", "ignore");
    for_each_line(|_, line| {
        line.contains(ignore).then(|| "a test that is not run proves nothing".to_owned())
    });
}

#[test]
fn no_test_sleeps() {
    /// Where time has to pass: a server that starts tells nobody when it is ready, and a stall is a wait.
    const ALLOWED: &[&str] = &["control-plane/src/running.rs", "support/proxy/forward.rs", "tidy.rs"];
    for_each_line(|source, line| {
        let sleeps = line.contains("sleep") && ["thread::", "tokio::time"].iter().any(|of| line.contains(of));
        let allowed = !source.is_test || ALLOWED.iter().any(|file| source.path.ends_with(file));
        (sleeps && !allowed).then(|| "a test waits for what it wants to see, not for time to pass".to_owned())
    });
}

#[test]
fn nothing_names_a_folder_of_one_machine() {
    let folders = [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/Us", "ers/")];
    let mut found = Vec::new();
    for file in files::texts() {
        for (number, line) in file.text.lines().enumerate() {
            if folders.iter().any(|folder| line.contains(folder)) {
                found.push(format!(
                    "{}:{}: is true on one machine only: {line}",
                    file.path.display(),
                    number + 1
                ));
            }
        }
    }
    complain(found);
}

/// Reports what `wrong` says of each line of code; comments are not code.
#[track_caller]
fn for_each_line(wrong: impl Fn(&Source, &str) -> Option<String>) {
    let mut found = Vec::new();
    for source in sources() {
        for (number, line) in source.text.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            if let Some(why) = wrong(source, line) {
                found.push(format!("{}:{}: {why}", source.path.display(), number + 1));
            }
        }
    }
    complain(found);
}

#[track_caller]
fn complain(found: impl IntoIterator<Item = String>) {
    let found: Vec<String> = found.into_iter().collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}
