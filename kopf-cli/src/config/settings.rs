//! The settings of an operator: from a file, the environment and the command line, each going before those before it.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use kopf_reactor::{
    Settings,
    settings::{self, Given, KEYS},
};

use super::{Environment, Error, file, peering};
use crate::args;

/// Settings that have a variable of their own besides `KOPF_<GROUP>_<NAME>`, and mean by it what it holds.
const VARIABLES: [(&str, &str); 3] = [
    ("posting.events", "KOPF_EVENTS"),
    ("execution.concurrency", "KOPF_CONCURRENCY"),
    ("process.grace", "KOPF_GRACE"),
];

/// What an option or a variable says of a setting that it stands for.
#[derive(Debug)]
pub(super) struct Short {
    /// The setting.
    pub(super) key: &'static str,
    /// The option, or the variable.
    pub(super) name: &'static str,
    /// The value.
    pub(super) text: String,
}

/// Where a setting comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origin {
    /// Nobody has set it.
    #[default]
    Default,
    /// A line of a file.
    File(PathBuf, usize),
    /// A variable of the environment.
    Variable(String),
    /// An option of the command line, such as `--set`.
    Option(&'static str),
    /// A startup handler.
    Startup,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(path, line) => write!(f, "{}:{line}", path.display()),
            Origin::Variable(name) => f.write_str(name),
            Origin::Option(name) => f.write_str(name),
            Origin::Startup => f.write_str("startup handler"),
        }
    }
}

/// Settings, and where they come from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chosen {
    /// The settings.
    pub settings: Settings,
    origins: BTreeMap<&'static str, Origin>,
}

impl Chosen {
    /// Takes what a file, the environment and the command line say.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or a switch is none; or with a line for each value that sets nothing.
    pub(super) fn new(typed: &args::Settings, environment: &Environment<'_>) -> Result<Chosen, Error> {
        let mut chosen = Chosen::default();
        let mut problems = vec![];
        let file = environment.or(typed.config.clone(), "KOPF_CONFIG", |text| Ok(text.into()))?;
        if let Some((path, entries)) = file::read(file.as_deref())? {
            for entry in entries {
                let origin = Origin::File(path.clone(), entry.line);
                if let Origin::File(_, line) = chosen.origin(&entry.key) {
                    problems.push(format!(
                        "{origin}: {} is set in line {line} already; take one of the two away",
                        entry.key
                    ));
                }
                problems.extend(chosen.set(&entry.key, Given::Typed(&entry.value), origin));
            }
        }
        let short = variables(typed, environment)?;
        for key in KEYS {
            let own = short.iter().filter(|short| short.key == key.name);
            let own = own.map(|short| (short.text.trim().to_owned(), short.name.to_owned()));
            let general =
                environment.get(&key.variable()).map(|text| (text.trim().to_owned(), key.variable()));
            let given: Vec<_> = own.chain(general).collect();
            for pair in given.windows(2) {
                if let [(first, name), (second, other)] = pair
                    && first != second
                {
                    problems.push(format!("{name} and {other} contradict each other; unset one of them"));
                }
            }
            for (text, name) in given {
                problems.extend(chosen.set(key.name, Given::Text(&text), Origin::Variable(name)));
            }
        }
        for (key, text) in &typed.set {
            problems.extend(chosen.set(key, Given::Text(text), Origin::Option("--set")));
        }
        for Short { key, name, text } in options(typed) {
            if typed.set.iter().rfind(|(set, _)| set == key).is_some_and(|(_, other)| *other != text) {
                problems.push(format!("{name} and --set {key} contradict each other; take one of them away"));
            }
            problems.extend(chosen.set(key, Given::Text(&text), Origin::Option(name)));
        }
        if problems.is_empty() { Ok(chosen) } else { Err(Error::Settings(problems.join("\n"))) }
    }

    /// Sets one; answers what is wrong with it.
    fn set(&mut self, name: &str, given: Given<'_>, origin: Origin) -> Option<String> {
        match self.settings.set(name, &given).and_then(|()| settings::key(name)) {
            Ok(key) => {
                self.origins.insert(key.name, origin);
                None
            }
            Err(error) => Some(format!("{origin}: {error}")),
        }
    }

    /// Takes what startup handlers have made of the settings.
    pub fn started(&mut self, settings: Settings) {
        for key in KEYS {
            if key.value(&settings) != key.value(&self.settings) {
                self.origins.insert(key.name, Origin::Startup);
            }
        }
        self.settings = settings;
    }

    /// Where a setting comes from.
    pub fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or_default()
    }
}

/// What the options say that stand for settings.
fn options(typed: &args::Settings) -> Vec<Short> {
    let args::Settings { events, concurrency, grace, peering, .. } = typed;
    let own = [
        ("posting.events", "--events", events),
        ("execution.concurrency", "--concurrency", concurrency),
        ("process.grace", "--grace", grace),
    ];
    let own = own.into_iter().filter_map(|(key, name, text)| Some(Short { key, name, text: text.clone()? }));
    own.chain(peering::options(peering)).collect()
}

/// What the variables say that stand for settings.
fn variables(typed: &args::Settings, environment: &Environment<'_>) -> Result<Vec<Short>, Error> {
    let own = VARIABLES.iter();
    let own = own.filter_map(|&(key, name)| Some(Short { key, name, text: environment.get(name)? }));
    Ok(own.chain(peering::variables(&typed.peering, environment)?).collect())
}

/// Names what is wrong with variables that look as if they were to set something, and set nothing.
///
/// Most variables that begin with `KOPF_` may mean something to others: a cluster makes some for a Service of the name
/// `kopf`. Only those that begin with a group of settings, or all but
/// have the name of one, are ours.
///
/// # Errors
///
/// A line for each variable that is a mistake.
pub fn check_variables(names: impl Iterator<Item = String>) -> Result<(), Error> {
    let of_a_service = |rest: &str| rest.contains("_SERVICE_") || rest.contains("_PORT");
    let mistake = |name: String| {
        let rest = name.strip_prefix("KOPF_")?;
        let (group, last) = rest.split_once('_')?;
        let (group, last) = (group.to_ascii_lowercase(), last.to_ascii_lowercase());
        let is_group = KEYS.iter().any(|key| key.name.split('.').next() == Some(group.as_str()));
        let is_known = KEYS.iter().any(|key| key.variable() == name);
        if is_known || of_a_service(rest) || !(is_group || settings::misspelt(&name).is_some()) {
            return None;
        }
        let error = settings::key(&format!("{group}.{last}")).err()?;
        let meant = match &error {
            settings::Error::Unknown { meant: Some(meant), .. } => settings::key(meant).ok(),
            _ => None,
        };
        let meant = meant.map(|key| format!(" Its variable is {}", key.variable())).unwrap_or_default();
        Some(format!("{name}: {error}{meant}"))
    };
    let problems: Vec<String> = names.filter_map(mistake).collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Settings(problems.join("\n"))) }
}

#[cfg(test)]
mod tests;
