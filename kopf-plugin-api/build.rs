//! Tells the crate which compiler makes it, and for what: both go into the stamp and the manifest.

use std::{env, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version =
        Command::new(rustc).arg("--version").output().ok().and_then(|out| String::from_utf8(out.stdout).ok());
    let version = version.as_deref().map_or("unknown", str::trim);
    let target = env::var("TARGET").unwrap_or_else(|_| "unknown".into());
    println!("cargo::rustc-env=KOPF_RUSTC={version}");
    println!("cargo::rustc-env=KOPF_TARGET={target}");
}
