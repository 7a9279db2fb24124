//! Opens a library and takes the plugin's table of functions from it.
//!
//! A library is never closed: threads, thread-local destructors and replies of it may live as long as the process.
#![allow(unsafe_code)]

use std::{error::Error as _, mem::ManuallyDrop, path::Path};

use abi_stable::library::{AbiHeader, AbiHeaderRef, LibraryError, ROOT_MODULE_LOADER_NAME_WITH_NUL};
use kopf_plugin_abi::v1::PluginV1Ref;
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

use crate::error::Problem;

/// Opens a library whose stamp was found good. `path` must have a directory, or it would be searched for elsewhere.
pub(crate) fn open(path: &Path) -> Result<PluginV1Ref, Problem> {
    // SAFETY: this runs the library's constructors. It says by its stamp that it is a kopf plugin for this machine, whose
    // only constructors are those that register handlers; beyond that, loading code is trusting it.
    let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }
        .map(ManuallyDrop::new)
        .map_err(|error| refused(path, &error))?;
    // SAFETY: by this name abi_stable exports a header that begins with a magic text and a version, in all its releases;
    // `upgrade` looks at both before it reads on.
    let header = unsafe { library.get::<AbiHeaderRef>(ROOT_MODULE_LOADER_NAME_WITH_NUL.as_bytes()) }
        .map(|header| *header)
        .map_err(|_| Problem::NoRoot)?;
    let root = header.upgrade().and_then(|library| library.init_root_module::<PluginV1Ref>());
    root.map_err(|error| match &error {
        LibraryError::InvalidAbiHeader(AbiHeader { abi_major, abi_minor, .. }) => {
            Problem::OtherAbiStable(format!("{abi_major}.{abi_minor}"))
        }
        LibraryError::AbiInstability(full) => {
            let full = full.to_string();
            Problem::OtherLayout { summary: difference(&full), full }
        }
        other => Problem::Unopened(other.to_string()),
    })
}

/// Why the system did not open the library. Its text is in the source of libloading's error, after the path of a copy
/// that nobody knows.
fn refused(path: &Path, error: &libloading::Error) -> Problem {
    let text = error.source().unwrap_or(error).to_string();
    let text = text.trim_start_matches(&format!("{}: ", path.display()));
    match text.strip_prefix("undefined symbol: ") {
        Some(symbol) => Problem::MissingSymbol(symbol.to_owned()),
        None => Problem::Unopened(text.to_owned()),
    }
}

/// The first difference in abi_stable's comparison of layouts, which is hundreds of lines long.
fn difference(full: &str) -> String {
    let lines: Vec<&str> = full.lines().map(str::trim).collect();
    let Some(at) = lines.iter().position(|line| line.starts_with("Error:")) else {
        return "no single difference is named".to_owned();
    };
    let kind = lines[at].trim_start_matches("Error:");
    let value = |title: &str| {
        let rest = lines[at..].iter().skip_while(|line| **line != title).skip(1);
        rest.take_while(|line| !line.is_empty() && !line.ends_with(':'))
            .copied()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let place = lines[..at].iter().rposition(|line| *line == "Layout of expected type:");
    let name = place.and_then(|from| lines[from..at].iter().find_map(|line| line.strip_prefix("type:")));
    let name = name.map_or("a type", str::trim);
    format!("{name}: {kind}, expected {}, found {}", value("Expected:"), value("Found:"))
}
