//! Makes the core's handlers of what a plugin declares, and refuses what cannot be served.

mod activity;
mod filter;

use std::time::Duration;

use kopf_core::{
    background::{Cancellation, Delay, Schedule},
    backoff::{Backoff, Waits},
    cycle::Sub,
    field::FieldPath,
    handler::{Errors, Handler, Lifecycle, Limits, On, Wants},
    question::Of,
    selector::{By, Selector},
};
use kopf_plugin_abi::wire;
use serde::Deserialize;
use serde_json::Value;

use crate::error::Problem;

/// Handlers about objects, and those about none.
pub(crate) type Handlers = (Vec<Handler>, Vec<kopf_core::activity::Handler>);

/// A manifest whose handlers are not looked at yet, so that one that cannot be read is named by its id.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Manifest {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) version: String,
    #[serde(default)]
    pub(crate) rustc: String,
    #[serde(default)]
    handlers: Vec<Value>,
}

impl Manifest {
    /// Reads what a plugin answered to its start.
    pub(crate) fn read(json: &[u8]) -> Result<Manifest, Problem> {
        let manifest: Manifest =
            serde_json::from_slice(json).map_err(|error| Problem::BadManifest(error.to_string()))?;
        match () {
            () if manifest.handlers.is_empty() => Err(Problem::NoHandlers),
            () if manifest.name.is_empty() => Err(Problem::BadManifest("it has no name".to_owned())),
            () => Ok(manifest),
        }
    }

    /// The handlers of the plugin that is loaded as the `plugin`th, those that are about no object apart; or what is
    /// wrong with each that cannot be served.
    pub(crate) fn handlers(self, plugin: usize) -> Result<Handlers, Vec<Problem>> {
        let mut handlers = Vec::with_capacity(self.handlers.len());
        let mut activities = Vec::new();
        let mut problems = Vec::new();
        for (index, declared) in (0..).zip(self.handlers) {
            let text = |key: &str| declared[key].as_str().unwrap_or_default().to_owned();
            let (id, place) = (text("id"), format!("{}:{}", text("file"), declared["line"]));
            let read = known(&declared).and_then(|()| {
                serde_json::from_value(declared).map_err(|error| {
                    format!("{error}; rebuild it with a kopf-plugin-api of this host's version")
                })
            });
            let made = read.and_then(|declaration: wire::Declaration| match activity::of(declaration.on) {
                Some(of) => {
                    activity::handler(plugin, index, of, declaration).map(|made| activities.push(made))
                }
                None => handler(plugin, index, declaration).map(|made| handlers.push(made)),
            });
            match made {
                Ok(()) => {}
                Err(problem) => problems.push(Problem::BadHandler { id, place, problem }),
            }
        }
        if problems.is_empty() { Ok((handlers, activities)) } else { Err(problems) }
    }
}

/// Looks whether this host knows what calls a handler: families are added, and plugins may be newer than their host.
fn known(declared: &Value) -> Result<(), String> {
    match declared["on"].as_str() {
        Some(on) if serde_json::from_value::<wire::On>(on.into()).is_err() => Err(newer(on)),
        _ => Ok(()),
    }
}

fn newer(on: &str) -> String {
    const HOST: &str = env!("CARGO_PKG_VERSION");
    format!(
        "kopf {HOST} does not know the handlers of `{on}`; install a newer kopf, or rebuild it with kopf-plugin-api {HOST}"
    )
}

fn handler(plugin: usize, index: u32, declared: wire::Declaration) -> Result<Handler, String> {
    let wire::Declaration {
        id, selector, asynchronous, function, package, file, line, wants, options, ..
    } = declared;
    let on = match declared.on {
        wire::On::Event => On::Event,
        wire::On::Create => On::Create,
        wire::On::Update => On::Update,
        wire::On::Delete => On::Delete,
        wire::On::Resume => On::Resume,
        wire::On::Field => On::Field,
        wire::On::Index => On::Index,
        wire::On::Daemon => On::Daemon,
        wire::On::Timer => On::Timer,
        other => return Err(newer(&format!("{other:?}").to_lowercase())),
    };
    let field = field(options.field.as_deref())?;
    if id.is_empty() {
        return Err("its id is empty; leave the id out, or write one".to_owned());
    }
    if on == On::Field && field.is_none() {
        return Err("it is called on a change of a field and names none; add field = \"spec.…\"".to_owned());
    }
    let mut limits = limits(&options)?;
    if on == On::Index && options.errors.is_none() {
        // An index that is a little behind is better than one that lacks an object.
        limits.errors = Errors::Ignored;
    }
    Ok(Handler {
        plugin,
        index,
        id: match &field {
            // An index is called after its function, by which handlers name it.
            Some(field) if on != On::Index => format!("{id}/{field}"),
            _ => id,
        },
        on,
        selector: Selector::new(&selector, by(declared.select_by)?).map_err(|error| error.to_string())?,
        filter: filter::filter(on, &options)?,
        field,
        asynchronous,
        limits,
        optional: options.optional,
        deleted: options.deleted,
        lifecycle: lifecycle(options.lifecycle)?,
        group: options.group.clone(),
        schedule: schedule(&options, wants.stopped)?,
        wants: Wants {
            old: wants.old,
            new: wants.new,
            diff: wants.diff,
            memo: wants.memo,
            results: wants.results,
        },
        param: options.param.map(Box::new),
        function,
        package,
        place: format!("{file}:{line}"),
    })
}

/// The limits of a handler or a sub-handler, of which none may keep it from being called.
fn limits(options: &wire::Options) -> Result<Limits, String> {
    if options.retries == Some(0) {
        return Err(
            "retries = 0 would never call it; retries counts all attempts, so write 1 or more".to_owned()
        );
    }
    let limits = Limits {
        retries: options.retries,
        timeout: options.timeout.map(|span| seconds("timeout", span)).transpose()?,
        attempt_timeout: options.attempt_timeout.map(|span| seconds("attempt_timeout", span)).transpose()?,
        backoff: options.backoff.map(waits).transpose()?,
        errors: match options.errors {
            Some(wire::Errors::Ignored) => Errors::Ignored,
            Some(wire::Errors::Permanent) => Errors::Permanent,
            Some(wire::Errors::Temporary) => Errors::Temporary,
            None => Errors::default(),
        },
    };
    for (name, limit) in [("timeout", limits.timeout), ("attempt_timeout", limits.attempt_timeout)] {
        if limit == Some(Duration::ZERO) {
            return Err(format!("{name} = 0 leaves it no time; write more than 0 seconds"));
        }
    }
    Ok(limits)
}

/// A sub-handler, as its plugin describes it while its handler is at work.
pub(crate) fn sub(options: &wire::Options, answers: &[wire::Answered]) -> Result<Sub, String> {
    let said = |answered: &wire::Answered| {
        let of = if answered.before { Of::Before } else { Of::Now };
        (answered.number, of, answered.answer)
    };
    Ok(Sub {
        // Whether there is a change to be asked about is known of its handler.
        limits: limits(options)?,
        filter: filter::filter(On::Update, options)?,
        field: field(options.field.as_deref())?,
        answers: answers.iter().map(said).collect(),
    })
}

fn field(path: Option<&str>) -> Result<Option<FieldPath>, String> {
    path.map(FieldPath::parse).transpose().map_err(|error| error.to_string())
}

fn schedule(options: &wire::Options, hears: bool) -> Result<Schedule, String> {
    let span = |name, value: Option<f64>| value.map(|value| seconds(name, value)).transpose();
    let interval = span("interval", options.interval)?;
    if interval == Some(Duration::ZERO) {
        return Err("interval = 0 would call it without a pause; write more than 0 seconds".to_owned());
    }
    Ok(Schedule {
        initial_delay: match options.initial_delay {
            None => Delay::None,
            Some(wire::Delay::Fixed(delay)) => Delay::Fixed(seconds("initial_delay", delay)?),
            Some(wire::Delay::Asked { asked }) => Delay::Asked(asked),
        },
        interval,
        sharp: options.sharp,
        idle: span("idle", options.idle)?,
        cancellation: Cancellation {
            backoff: span("cancellation_backoff", options.cancellation_backoff)?,
            timeout: span("cancellation_timeout", options.cancellation_timeout)?,
            polling: span("cancellation_polling", options.cancellation_polling)?,
            hears,
        },
    })
}

fn seconds(name: &str, value: f64) -> Result<Duration, String> {
    Duration::try_from_secs_f64(value)
        .map_err(|_| format!("{name} = {value} is no span of time; write seconds, 0 or more, such as 1.5"))
}

/// How long a handler waits between its attempts.
fn waits(backoff: wire::Backoff) -> Result<Waits, String> {
    match backoff {
        wire::Backoff::Fixed(span) => Ok(Waits::Same(seconds("backoff", span)?)),
        wire::Backoff::Exponential { first, factor, cap, jitter } => {
            let backoff =
                Backoff { first: seconds("backoff", first)?, factor, limit: seconds("cap", cap)?, jitter };
            match () {
                () if !(factor.is_finite() && factor >= 1.0) => {
                    Err(format!("factor = {factor} does not let the backoff grow; write 1 or more"))
                }
                () if !(0.0..=1.0).contains(&jitter) => {
                    Err(format!("jitter = {jitter} is no share; write 0 to 1"))
                }
                () if backoff.limit < backoff.first => {
                    Err(format!("cap = {cap} is less than the first wait of {first} seconds; write more"))
                }
                () => Ok(Waits::Growing(backoff)),
            }
        }
    }
}

/// What a selector names its resource by.
fn by(select_by: wire::SelectBy) -> Result<By, String> {
    Ok(match select_by {
        wire::SelectBy::Name => By::Name,
        wire::SelectBy::Kind => By::Kind,
        wire::SelectBy::Plural => By::Plural,
        wire::SelectBy::Singular => By::Singular,
        wire::SelectBy::ShortName => By::ShortName,
        wire::SelectBy::Category => By::Category,
        wire::SelectBy::Everything => By::Everything,
        wire::SelectBy::Asked(0) => {
            return Err("its selector asks question 0, and questions are numbered from 1".to_owned());
        }
        wire::SelectBy::Asked(number) => By::Asked(number),
        other => {
            return Err(format!(
                "this host does not know what its selector names ({other:?}); use a newer kopf"
            ));
        }
    })
}

fn lifecycle(lifecycle: Option<wire::Lifecycle>) -> Result<Lifecycle, String> {
    Ok(match lifecycle {
        None | Some(wire::Lifecycle::All) => Lifecycle::All,
        Some(wire::Lifecycle::Asap) => Lifecycle::Asap,
        Some(wire::Lifecycle::OneByOne) => Lifecycle::OneByOne,
        Some(wire::Lifecycle::Randomized) => Lifecycle::Randomized,
        Some(wire::Lifecycle::Shuffled) => Lifecycle::Shuffled,
        Some(other) => {
            return Err(format!("this host does not know the lifecycle {other:?}; use a newer kopf"));
        }
    })
}

#[cfg(test)]
mod tests;
