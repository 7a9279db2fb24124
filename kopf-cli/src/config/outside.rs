//! Where commands work that run no operator, and how they ask the API server.

use std::path::PathBuf;

use kopf_core::namespaces::Patterns;
use kopf_reactor::Settings;

use super::{Environment, Error, Target, settings::Chosen};
use crate::args;

/// Which settings a command reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// Those of requests.
    Requests,
    /// Those of requests, and which peering object is meant.
    Peering,
}

impl Reads {
    fn reads(self, key: &str) -> bool {
        key.starts_with("networking.") || (self == Reads::Peering && key == "peering.name")
    }

    fn names(self) -> &'static str {
        match self {
            Reads::Requests => "networking.* alone",
            Reads::Peering => "networking.* and peering.name alone",
        }
    }
}

/// Where a command is to work that runs no operator.
#[derive(Debug)]
pub struct Place {
    /// The kubeconfig, unless it is where kubeconfigs are.
    pub kubeconfig: Option<PathBuf>,
    /// The context, unless it is the current one.
    pub context: Option<String>,
    /// The namespaces. None: the whole cluster.
    pub namespaces: Option<Patterns>,
    /// The settings, of which the command reads some.
    pub settings: Settings,
}

impl Place {
    /// Takes what was typed, a peering object's name too, and asks the environment and the file of settings for what was
    /// not.
    ///
    /// # Errors
    ///
    /// As [`super::Run::new`]; and when a setting is typed that the command does not read, or when the environment asks
    /// for a sandbox.
    pub fn new(
        typed: args::outside::Place,
        peering: Option<String>,
        reads: Reads,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Place, Error> {
        let environment = Environment(environment);
        let Target::Cluster { kubeconfig, context } =
            environment.target(false, typed.kubeconfig, typed.context)?
        else {
            return Err(Error::NewSandbox);
        };
        let settings = args::Settings {
            config: typed.config,
            set: typed.set,
            peering: args::Peering { peering, ..args::Peering::default() },
            ..args::Settings::default()
        };
        let chosen = Chosen::new(&settings, &environment)?;
        // The file and the environment are for other commands too; what is typed is meant for this one.
        let idle = settings.set.iter().filter(|(key, _)| !reads.reads(key));
        let idle: Vec<_> = idle
            .map(|(key, _)| format!("--set {key} has no effect here, where {} are read", reads.names()))
            .collect();
        if !idle.is_empty() {
            return Err(Error::Settings(idle.join("\n")));
        }
        let namespaces = (!typed.namespaces.is_empty()).then(|| Patterns::new(typed.namespaces));
        Ok(Place { kubeconfig, context, namespaces, settings: chosen.settings })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    /// What a file, an environment (`NAME=value`), `--set` and `--peering` make of the settings that are read.
    #[track_caller]
    fn check(
        reads: Reads,
        toml: &str,
        variables: &[&str],
        set: &[&str],
        peering: Option<&str>,
        expected: &str,
    ) {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("kopf.toml");
        fs::write(&file, toml).unwrap();
        let pair = |word: &&str| word.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
        let typed = args::outside::Place {
            config: Some(file.clone()),
            set: set.iter().filter_map(pair).collect(),
            ..args::outside::Place::default()
        };
        let get = |name: &str| {
            variables.iter().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
        };
        let found = match Place::new(typed, peering.map(str::to_owned), reads, &get) {
            Ok(Place { settings, .. }) => {
                format!("{:?}, {}", settings.networking.request_timeout, settings.peering.name)
            }
            Err(error) => error.to_string().replace(&file.display().to_string(), "kopf.toml"),
        };
        assert_eq!(found, expected, "of {toml:?}, {variables:?} and {set:?}");
    }

    #[test]
    fn requests_and_the_peering_object_are_as_for_an_operator() {
        let toml = "networking.request_timeout = 3\npeering.name = \"ours\"\nwatching.page_size = 1";
        check(Reads::Peering, "", &[], &[], None, "30s, default");
        check(Reads::Peering, toml, &["KOPF_POSTING_BURST=9"], &[], None, "3s, ours");
        check(
            Reads::Peering,
            toml,
            &["KOPF_NETWORKING_REQUEST_TIMEOUT=2", "KOPF_PEERING=x"],
            &[],
            None,
            "2s, x",
        );
        let set = ["networking.request_timeout=1", "peering.name=y"];
        check(Reads::Peering, toml, &["KOPF_PEERING=x"], &set, None, "1s, y");
        check(Reads::Peering, toml, &["KOPF_PEERING=x"], &[], Some("z"), "3s, z");
        check(Reads::Requests, toml, &[], &["networking.request_timeout=1"], None, "1s, ours");
    }

    #[test]
    fn what_is_typed_and_is_not_read_is_refused() {
        check(
            Reads::Peering,
            "",
            &[],
            &["peering.priority=1", "networking.keep_alive=9", "posting.burst=1"],
            None,
            "--set peering.priority has no effect here, where networking.* and peering.name alone are read\n\
             --set posting.burst has no effect here, where networking.* and peering.name alone are read",
        );
        check(
            Reads::Requests,
            "",
            &[],
            &["peering.name=x"],
            None,
            "--set peering.name has no effect here, where networking.* alone are read",
        );
        check(
            Reads::Peering,
            "",
            &[],
            &["peering.name=x"],
            Some("y"),
            "--peering and --set peering.name contradict each other; take one of them away",
        );
    }

    #[test]
    fn what_is_wrong_is_told_as_to_an_operator() {
        check(
            Reads::Requests,
            "networking.request_timeout = 0",
            &[],
            &["networking.requests=1"],
            None,
            "kopf.toml:1: networking.request_timeout is 0, expected 1ms to 1d: a number of seconds, or text such as \
             \"1m30s\", such as networking.request_timeout = 30\n\
             --set: there is no setting `networking.requests`, did you mean `networking.request_timeout`?",
        );
    }

    #[test]
    fn a_sandbox_of_its_own_is_refused() {
        check(
            Reads::Requests,
            "",
            &["KOPF_SANDBOX=1"],
            &[],
            None,
            "KOPF_SANDBOX asks for an API server that is new and empty, where this finds nothing; unset it, or name the \
             cluster with --kubeconfig or --context",
        );
        check(Reads::Requests, "", &["KOPF_SANDBOX=0"], &[], None, "30s, default");
    }
}
