//! What a command line means: what was typed, the environment where nothing was, and defaults for the rest.

mod file;
pub mod outside;
pub mod peering;
pub mod sandbox;
pub mod settings;
pub mod value;

use std::{net::SocketAddr, path::PathBuf};

use kopf_core::{
    identity::{self, Identity},
    namespaces::{Pattern, Patterns},
    store::dialect::Dialect,
};
use kopf_reactor::Scope;

use self::settings::Chosen;
use crate::{
    args,
    telemetry::{Format, Verbosity},
};

/// Why a command line and an environment mean nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A variable's value is none of its option's.
    #[error("{variable} is `{found}`: {expected}")]
    Value {
        /// The variable.
        variable: &'static str,
        /// Its value.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// The address to listen at has a port, or is written as if it had one.
    #[error("--listen is `{place}`: give it the address alone{}, and the port by --port", if place.contains(['[', ']']) { ", without brackets" } else { "" })]
    WithPort {
        /// What was given.
        place: String,
    },
    /// Nothing has the address to listen at.
    #[error("nothing is found at {place}: give --listen an address of this machine, or a name of it")]
    Nowhere {
        /// What was given.
        place: String,
    },
    /// Two variables exclude each other.
    #[error("{first} and {second} contradict each other; unset one of them")]
    Contradiction {
        /// The one.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A sandbox is asked for by a command that needs one of another process.
    #[error(
        "KOPF_SANDBOX asks for an API server that is new and empty, where this finds nothing; unset it, or name the \
         cluster with --kubeconfig or --context"
    )]
    NewSandbox,
    /// The file of settings is not read.
    #[error(transparent)]
    File(#[from] file::Error),
    /// Settings are not set, a line for each.
    #[error("{0}")]
    Settings(String),
    /// The operator cannot be called that.
    #[error(transparent)]
    Name(#[from] identity::Error),
    /// There is no name to take: an identity that depended on the order of plugins would orphan their marks.
    #[error("{plugins} plugins run as one operator, which needs a name; give it one with --name")]
    Nameless {
        /// How many plugins there are.
        plugins: usize,
    },
}

/// Where a plugin comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file that is built.
    File(PathBuf),
    /// The folder of a crate, to be built.
    Crate(PathBuf),
}

/// Which API server to serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One of our own, in memory.
    Sandbox,
    /// One that a kubeconfig or a service account leads to.
    Cluster {
        /// The kubeconfig, unless it is where kubeconfigs are.
        kubeconfig: Option<PathBuf>,
        /// The context, unless it is the current one.
        context: Option<String>,
    },
}

/// What `kopf run` is to do.
#[derive(Debug, Clone)]
pub struct Run {
    /// The plugins, files first. None: the crate in the working directory.
    pub sources: Vec<Source>,
    /// The API server.
    pub target: Target,
    /// Files and folders of objects to create or update first, in order.
    pub manifests: Vec<PathBuf>,
    /// Who the operator is; if nothing is said, its only plugin says it.
    pub identity: Option<Identity>,
    /// Whose form its state on objects has.
    pub dialect: Dialect,
    /// How the operator works. Who posts its Events is not known before its name is.
    pub settings: Chosen,
    /// Where to serve the probes.
    pub http: Option<SocketAddr>,
    /// How to log.
    pub format: Format,
    /// How much to log.
    pub verbosity: Verbosity,
    /// The pod or machine that the operator runs on, for Kubernetes Events.
    pub host: Option<String>,
}

/// What `kopf settings` is to do.
#[derive(Debug, Clone)]
pub struct ShowSettings {
    /// Plugins whose startup handlers may change settings.
    pub sources: Vec<Source>,
    /// The settings, as far as they are said without plugins.
    pub settings: Chosen,
    /// Whether to print JSON.
    pub json: bool,
}

/// What `kopf inspect` is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspect {
    /// The plugin. None: the crate in the working directory.
    pub source: Option<Source>,
    /// Whether to print JSON.
    pub json: bool,
}

impl Run {
    /// Takes what was typed, and asks the environment for what was not. An empty variable counts as none.
    ///
    /// # Errors
    ///
    /// When a variable holds what its option does not take, when variables contradict each other, or when the
    /// operator has no name that it can have.
    pub fn new(typed: args::Run, environment: &dyn Fn(&str) -> Option<String>) -> Result<Run, Error> {
        let environment = Environment(environment);
        let builds = environment.or_paths(typed.builds, "KOPF_BUILD")?;
        let sources = sources(typed.plugins, builds);
        let identity = match environment.or(typed.name, "KOPF_NAME", text)? {
            Some(name) => Some(Identity::new(&name)?),
            None if sources.len() > 1 => return Err(Error::Nameless { plugins: sources.len() }),
            None => None,
        };
        let mut settings = Chosen::new(&typed.settings, &environment)?;
        settings.settings.scope = environment.scope(typed.namespaces, typed.all_namespaces)?;
        Ok(Run {
            target: environment.target(typed.sandbox, typed.kubeconfig, typed.context)?,
            manifests: environment.or_paths(typed.manifests, "KOPF_APPLY")?,
            verbosity: environment.verbosity(typed.quiet, typed.verbose, typed.debug)?,
            http: environment.or(typed.http, "KOPF_HTTP", value::address)?,
            format: environment
                .or(typed.log_format, "KOPF_LOG_FORMAT", value::format)?
                .unwrap_or(Format::Full),
            host: environment.get("POD_NAME").or_else(|| environment.get("HOSTNAME")),
            sources,
            identity,
            dialect: environment.or(typed.compat, "KOPF_COMPAT", value::compat)?.unwrap_or_default(),
            settings,
        })
    }
}

impl ShowSettings {
    /// Takes what was typed, and asks the environment.
    ///
    /// # Errors
    ///
    /// As [`Run::new`].
    pub fn new(
        typed: args::ShowSettings,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<ShowSettings, Error> {
        let settings = Chosen::new(&typed.settings, &Environment(environment))?;
        Ok(ShowSettings { sources: sources(typed.plugins, typed.builds), settings, json: typed.json })
    }
}

impl Inspect {
    /// Takes what was typed.
    pub fn new(typed: args::Inspect) -> Inspect {
        let source = typed.plugin.map(Source::File).or(typed.build.map(Source::Crate));
        Inspect { source, json: typed.json }
    }
}

/// Files first, then crates.
fn sources(plugins: Vec<PathBuf>, builds: Vec<PathBuf>) -> Vec<Source> {
    plugins.into_iter().map(Source::File).chain(builds.into_iter().map(Source::Crate)).collect()
}

/// The environment, asked for one option at a time.
struct Environment<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Environment<'_> {
    fn get(&self, variable: &str) -> Option<String> {
        (self.0)(variable).filter(|text| !text.trim().is_empty())
    }

    /// What was typed, else what the variable says.
    fn or<T>(
        &self,
        typed: Option<T>,
        variable: &'static str,
        read: fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Error> {
        match (typed, self.get(variable)) {
            (None, Some(found)) => match read(found.trim()) {
                Ok(value) => Ok(Some(value)),
                Err(expected) => Err(Error::Value { variable, found, expected }),
            },
            (typed, _) => Ok(typed),
        }
    }

    fn or_list<T>(
        &self,
        typed: Vec<T>,
        variable: &'static str,
        read: fn(&str) -> Result<T, String>,
    ) -> Result<Vec<T>, Error> {
        match self.get(variable) {
            Some(found) if typed.is_empty() => value::words(&found)
                .map(read)
                .collect::<Result<_, _>>()
                .map_err(|expected| Error::Value { variable, found, expected }),
            _ => Ok(typed),
        }
    }

    fn or_paths(&self, typed: Vec<PathBuf>, variable: &'static str) -> Result<Vec<PathBuf>, Error> {
        self.or_list(typed, variable, |text| Ok(text.into()))
    }

    fn switch(&self, variable: &'static str) -> Result<bool, Error> {
        Ok(self.or(None, variable, value::switch)?.unwrap_or(false))
    }

    // Options that exclude each other are asked for together: one that is typed silences the variables of all.

    fn scope(&self, namespaces: Vec<Pattern>, all: bool) -> Result<Scope, Error> {
        let (namespaces, all) = if all || !namespaces.is_empty() {
            (namespaces, all)
        } else {
            (self.patterns("KOPF_NAMESPACE")?, self.switch("KOPF_ALL_NAMESPACES")?)
        };
        match (namespaces.is_empty(), all) {
            (true, true) => Ok(Scope::Cluster),
            (true, false) => Ok(Scope::Default),
            (false, false) => Ok(Scope::Namespaces(Patterns::new(namespaces))),
            (false, true) => contradiction("KOPF_NAMESPACE", "KOPF_ALL_NAMESPACES"),
        }
    }

    fn patterns(&self, variable: &'static str) -> Result<Vec<Pattern>, Error> {
        let Some(found) = self.get(variable) else { return Ok(vec![]) };
        let patterns: Result<_, _> = value::patterns(&found).into_iter().map(value::namespace).collect();
        patterns.map_err(|expected| Error::Value { variable, found, expected })
    }

    fn target(
        &self,
        sandbox: bool,
        kubeconfig: Option<PathBuf>,
        context: Option<String>,
    ) -> Result<Target, Error> {
        let is_typed = sandbox || kubeconfig.is_some() || context.is_some();
        let sandbox = sandbox || (!is_typed && self.switch("KOPF_SANDBOX")?);
        if sandbox && is_typed {
            return Ok(Target::Sandbox);
        }
        let kubeconfig = self.or(kubeconfig, "KOPF_KUBECONFIG", |text| Ok(text.into()))?;
        let context = self.or(context, "KOPF_CONTEXT", text)?;
        match (sandbox, &kubeconfig, &context) {
            (false, ..) => Ok(Target::Cluster { kubeconfig, context }),
            (true, Some(_), _) => contradiction("KOPF_SANDBOX", "KOPF_KUBECONFIG"),
            (true, _, Some(_)) => contradiction("KOPF_SANDBOX", "KOPF_CONTEXT"),
            (true, None, None) => Ok(Target::Sandbox),
        }
    }

    fn verbosity(&self, quiet: bool, verbose: bool, debug: bool) -> Result<Verbosity, Error> {
        let (quiet, verbose, debug) = if quiet || verbose || debug {
            (quiet, verbose, debug)
        } else {
            (self.switch("KOPF_QUIET")?, self.switch("KOPF_VERBOSE")?, self.switch("KOPF_DEBUG")?)
        };
        match (quiet, verbose, debug) {
            (false, false, false) => Ok(Verbosity::Normal),
            (false, true, false) => Ok(Verbosity::Verbose),
            (false, _, true) => Ok(Verbosity::Debug),
            (true, false, false) => Ok(Verbosity::Quiet),
            (true, true, _) => contradiction("KOPF_QUIET", "KOPF_VERBOSE"),
            (true, false, true) => contradiction("KOPF_QUIET", "KOPF_DEBUG"),
        }
    }
}

fn contradiction<T>(first: &'static str, second: &'static str) -> Result<T, Error> {
    Err(Error::Contradiction { first, second })
}

fn text(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests;
