//! From the plugins of a command line to their handlers: finds, builds and loads them, and says what is in them.

use std::path::{Path, PathBuf};

use kopf_core::{handler::Handler, registry::Registry, selector::Selector};
use kopf_loader::{Loaded, Options, Plugin};
use kopf_reactor::Settings;

use crate::{build_plugin, commands::Failure, config::Source, signals::Signals, telemetry::Verbosity};

/// How many resources are named where a plugin is introduced.
const NAMED_RESOURCES: usize = 5;

/// What to tell somebody who gave no plugin where there is none either.
const NO_PLUGIN: &str = "no plugin: give a file such as target/debug/libminimal.so, or --build DIR, or run this in the \
                         folder of a plugin crate";

/// Plugins that are loaded, and the handlers of all of them.
pub struct Plugins {
    /// As the loader has them.
    pub loaded: Loaded,
    /// The handlers, which go together.
    pub registry: Registry,
}

/// Builds and loads plugins. With none, the crate in the working directory is meant.
///
/// # Errors
///
/// As wrong usage, when none is given and the working directory is no crate's. As a failure, with a line for each
/// plugin that cannot be built or loaded, and for each two handlers that do not go together. When a signal comes meanwhile.
pub fn load(
    sources: &[Source],
    verbosity: Verbosity,
    settings: &Settings,
    signals: &mut Signals,
) -> Result<Plugins, Failure> {
    if sources.is_empty() {
        build_plugin::check(Path::new("."), signals).map_err(|error| match error {
            build_plugin::Error::NotACrate(_) | build_plugin::Error::NotAPackage(_) => {
                Failure::usage(NO_PLUGIN)
            }
            error @ build_plugin::Error::NoCdylib(_) => Failure::usage(error),
            error => unbuilt(&error),
        })?;
    }
    let here = [Source::Crate(PathBuf::from("."))];
    let sources = if sources.is_empty() { &here } else { sources };
    let mut files = vec![];
    let mut problems = vec![];
    for source in sources {
        match source {
            Source::File(file) => files.push(file.clone()),
            Source::Crate(folder) => {
                match build_plugin::build(folder, verbosity == Verbosity::Quiet, signals) {
                    Ok(file) => files.push(file),
                    Err(error @ build_plugin::Error::Stopped { .. }) => return Err(unbuilt(&error)),
                    Err(error) => problems.push(error.to_string()),
                }
            }
        }
    }
    let options = Options {
        level: level(verbosity),
        sync_threads: settings.execution.concurrency,
        stall: settings.execution.stall,
        ..Options::default()
    };
    match open(files, options, signals)? {
        Ok(mut loaded) if problems.is_empty() => {
            let registry = Registry::new(std::mem::take(&mut loaded.handlers))
                .map_err(|errors| Failure::failed(lines(&errors)))?;
            return Ok(Plugins { loaded, registry });
        }
        Ok(_) => {}
        Err(errors) => {
            for error in errors {
                problems.push(error.to_string());
                if let Some(details) = error.details() {
                    tracing::debug!("{details}");
                }
            }
        }
    }
    Err(Failure::failed(lines(&problems)))
}

/// Opens plugins. Code of theirs runs then, which may not return: a signal ends the waiting for it.
fn open(
    files: Vec<PathBuf>,
    options: Options,
    signals: &mut Signals,
) -> Result<Result<Loaded, Vec<kopf_loader::Error>>, Failure> {
    let opened = signals
        .unless_one_comes(move || kopf_loader::load(&files, &options))
        .map_err(|error| Failure::failed(format!("cannot start the thread that opens plugins: {error}")))?;
    opened
        .map_err(|signal| Failure::Stopped(format!("stopped by {signal} while plugins were opened"), signal))
}

fn unbuilt(error: &build_plugin::Error) -> Failure {
    match error {
        build_plugin::Error::Stopped { signal, .. } => Failure::Stopped(error.to_string(), *signal),
        error => Failure::failed(error),
    }
}

/// A line that introduces a plugin: `minimal 0.1.0: 1 handler on kopfexamples.v1.zalando.org`.
pub fn introduce<'a>(plugin: &Plugin, handlers: impl Iterator<Item = &'a Handler>) -> String {
    let mut resources: Vec<String> = vec![];
    let mut count = 0;
    for handler in handlers {
        count += 1;
        let resource = resource(&handler.selector);
        if !resources.contains(&resource) {
            resources.push(resource);
        }
    }
    let more = resources.len().saturating_sub(NAMED_RESOURCES);
    resources.truncate(NAMED_RESOURCES);
    if more > 0 {
        resources.push(format!("{more} more"));
    }
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {}: {count} handler{plural} on {}", plugin.name, plugin.version, resources.join(", "))
}

/// How a selector is shown: the name first, as in the name of a resource, such as `kopfexamples.v1.zalando.org`.
pub fn resource(selector: &Selector) -> String {
    let written = selector.to_string();
    written.rsplit('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
}

/// Problems, a line for each.
pub fn lines(problems: &[impl ToString]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The level as plugins count it: 1 (error) to 5 (trace).
fn level(verbosity: Verbosity) -> u8 {
    match verbosity {
        Verbosity::Quiet => 2,
        Verbosity::Normal => 3,
        Verbosity::Verbose | Verbosity::Debug => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(selector: &[&str], expected: &str) {
        let parts: Vec<_> = selector.iter().map(|part| (*part).to_owned()).collect();
        assert_eq!(resource(&Selector::parse(&parts).unwrap()), expected);
    }

    #[test]
    fn a_resource_is_shown_with_its_name_first_however_it_is_written() {
        check(&["zalando.org", "v1", "kopfexamples"], "kopfexamples.v1.zalando.org");
        check(&["zalando.org/v1", "kopfexamples"], "kopfexamples.v1.zalando.org");
        check(&["kopfexamples.v1.zalando.org"], "kopfexamples.v1.zalando.org");
        check(&["zalando.org", "kopfexamples"], "kopfexamples.zalando.org");
        check(&["", "v1", "pods"], "pods.v1");
        check(&["v1", "pods"], "pods.v1");
        check(&["pods"], "pods");
    }

    #[track_caller]
    fn check_introduction(selectors: &[&str], expected: &str) {
        let handlers: Vec<_> =
            selectors.iter().map(|name| crate::commands::inspect::tests::handler(name)).collect();
        let plugin = Plugin {
            name: "minimal".into(),
            version: "0.1.0".into(),
            path: "libminimal.so".into(),
            rustc: "1.95.0".into(),
            handlers: handlers.len(),
        };
        assert_eq!(introduce(&plugin, handlers.iter()), expected);
    }

    #[test]
    fn a_plugin_is_introduced_by_its_handlers_and_each_resource_once() {
        check_introduction(&["pods"], "minimal 0.1.0: 1 handler on pods");
        check_introduction(&["pods", "secrets", "pods"], "minimal 0.1.0: 3 handlers on pods, secrets");
        check_introduction(
            &["a", "b", "c", "d", "e", "f", "g"],
            "minimal 0.1.0: 7 handlers on a, b, c, d, e, 2 more",
        );
    }
}
