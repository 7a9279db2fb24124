//! What can be set about how an operator works: one table, from which settings are read, shown and explained.

mod nearest;
mod value;

use std::{fmt, time::Duration};

use kopf_core::{backoff::Backoff, cycle::Durability, namespaces::Patterns, peering as peers};
use serde_json::Value;

use self::value::Setting;
pub use self::{
    nearest::misspelt,
    value::{Given, span},
};
use crate::peering::Mode;

/// Where the operator serves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scope {
    /// The whole cluster, or where that is not allowed the context's namespace.
    #[default]
    Default,
    /// The whole cluster.
    Cluster,
    /// The namespaces that match. Resources without a namespace are served too, also while none does.
    Namespaces(Patterns),
}

/// Which Kubernetes Events are posted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Events {
    /// Successes and failures.
    #[default]
    All,
    /// Failures.
    Warnings,
    /// None.
    None,
}

/// Makes of the table the types, their defaults, and [`KEYS`].
///
/// A line is: what the setting does, its name, its type and default, and the bounds that its type asks for.
macro_rules! settings {
    ($(
        $(#[doc = $summary:literal])+
        $group:ident: $Group:ident {
            $( $(#[doc = $about:literal])+ $key:ident: $Type:ty = $default:expr, $bounds:expr; )+
        }
    )+) => {
        /// How an operator works. The default serves production.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Settings {
            /// Where it serves. It is said by options of its own, and is no key of the table.
            pub scope: Scope,
            $( $(#[doc = $summary])+ pub $group: $Group, )+
        }

        $(
            $(#[doc = $summary])+
            #[derive(Debug, Clone, PartialEq)]
            pub struct $Group {
                $( $(#[doc = $about])+ pub $key: $Type, )+
            }

            impl Default for $Group {
                fn default() -> $Group {
                    $Group { $( $key: $default, )+ }
                }
            }
        )+

        /// Every setting, group by group.
        pub const KEYS: &[Key] = &[$($(
            Key {
                name: concat!(stringify!($group), ".", stringify!($key)),
                about: concat!($($about),+),
                read: |settings, given| {
                    settings.$group.$key = <$Type as Setting>::read(given, &$bounds)?;
                    Some(())
                },
                value: |settings| settings.$group.$key.value(),
                text: |settings| settings.$group.$key.text(),
                expected: || <$Type as Setting>::expected(&$bounds),
            },
        )+)+];
    };
}

settings! {
    /// The operator as a process.
    process: Process {
        /// How long handlers may go on after the operator was told to stop, those of the cleanup included.
        grace: Duration = secs(25), secs(0)..=DAY;
    }
    /// Kubernetes Events that are posted about objects.
    posting: Posting {
        /// Which Events are posted: all, warnings (failures alone) or none.
        events: Events = Events::All, ();
        /// Who is named as the controller that posts.
        reporting_component: String = "kopf".to_owned(), 1..=253;
        /// Who is named as the instance of that controller; empty for the operator's name and its pod's.
        reporting_instance: String = String::new(), 0..=128;
        /// How many Events may be posted at once. Past that successes are dropped first, and a warning a minute says how many.
        burst: u32 = 300, 1..=100_000;
        /// How many Events are posted in a second in the long run.
        per_second: f64 = 30.0, 0.1..=10_000.0;
    }
    /// Calls of handlers.
    execution: Execution {
        /// How many objects are handled at once, and how many handlers may block at once.
        concurrency: usize = 64, 1..=10_000;
        /// The wait after a handler's first error that names no delay; it grows from there.
        backoff: Duration = secs(1), MILLISECOND..=DAY;
        /// How many times longer the wait is after each further error.
        backoff_factor: f64 = 2.0, 1.0..=100.0;
        /// The longest wait after an error that names no delay.
        backoff_limit: Duration = secs(600), MILLISECOND..=DAY;
        /// When what handlers of one cycle brought is written: auto (at its end, or at once after a failure or after
        /// `durable_after`), each (after each handler) or cycle (at its end alone).
        durability: Durability = Durability::Auto, ();
        /// How long handlers of one cycle may take before what they brought is written at once.
        durable_after: Duration = secs(1), secs(0)..=DAY;
        /// How long an asynchronous handler may go on without yielding before it is overdue and fails `/healthz`.
        stall: Duration = secs(10), MILLISECOND..=DAY;
        /// How many writes of ours a minute an object bears that nobody else changes; more is a loop, and is slowed down.
        loop_writes: u16 = 60, 1..=u16::MAX;
    }
    /// Handlers that are about no object: startup, login, probe.
    activities: Activities {
        /// How long startup handlers may be tried that set no timeout themselves; then the operator ends.
        startup_timeout: Duration = secs(300), MILLISECOND..=DAY;
        /// How long login handlers may be tried that set no timeout themselves.
        login_timeout: Duration = secs(60), MILLISECOND..=DAY;
        /// How long probe handlers may take all together; then the probe has failed.
        probe_timeout: Duration = secs(5), MILLISECOND..=DAY;
        /// How long what probe handlers answered is served to those who ask again.
        probe_interval: Duration = secs(10), secs(0)..=DAY;
    }
    /// Daemons and timers.
    background: Background {
        /// How often a daemon that is to end is looked at, and told of, until it has.
        cancellation_polling: Duration = secs(60), secs(1)..=DAY;
        /// How long a daemon without a cancellation_timeout may hold its object after it was told to stop. Then it is
        /// cancelled and left alone, so that no deletion waits for ever.
        cancellation_limit: Duration = secs(600), secs(0)..=DAY;
        /// How long a daemon with a cancellation_timeout and no cancellation_backoff has to hear that it is to stop
        /// before it is cancelled.
        instant_exit_timeout: Duration = secs(1), secs(0)..=DAY;
        /// How many synchronous daemons run at a time: each keeps a thread. Others wait, with a warning, until one ends.
        sync_daemons: usize = 256, 1..=10_000;
        /// How many timers are called at a time. Others wait for their turn.
        timers: usize = 64, 1..=10_000;
    }
    /// Watches.
    watching: Watching {
        /// How long a watch may be silent before it is opened anew. The API server sends a bookmark each minute.
        inactivity_timeout: Duration = secs(70), secs(1)..=DAY;
        /// How long the API server is asked to let a watch live. Load balancers cut connections after five minutes.
        server_timeout: Duration = secs(290), secs(1)..=DAY;
        /// The wait after a watch's first failure; it doubles from there.
        reconnect_backoff: Duration = Duration::from_millis(500), MILLISECOND..=DAY;
        /// The longest wait after a watch's failure.
        reconnect_limit: Duration = secs(30), MILLISECOND..=DAY;
        /// How many objects a page of a list has.
        page_size: u32 = 500, 1..=100_000;
    }
    /// The search for resources.
    scanning: Scanning {
        /// How often the cluster is asked for its resources, where it cannot be watched for them.
        interval: Duration = secs(60), secs(1)..=DAY;
    }
    /// Events of watches that wait to be handled.
    queueing: Queueing {
        /// How many bytes of waiting events are kept. Past that objects are fetched when their turn comes.
        waiting_bytes: usize = 8 << 20, 0..=usize::MAX;
    }
    /// Room that operators of the same objects make for each other.
    peering: Peering {
        /// Whether there are peers: auto (where there is a peering object), mandatory (nothing is done where there is none)
        /// or standalone (there are none).
        mode: Mode = Mode::Auto, ();
        /// The name of the peering object.
        name: String = peers::NAME.to_owned(), 1..=253;
        /// Who this operator is among its peers; empty for $POD_ID, or else a name that is made up.
        id: String = String::new(), 0..=253;
        /// Whoever has more goes first. Operators of the same priority stop each other.
        priority: i64 = 0, -1_000_000_000..=1_000_000_000;
        /// How long after its last word peers take this operator to live.
        lifetime: Duration = peers::LIFETIME, secs(1)..=DAY;
    }
    /// Requests to the API server.
    networking: Networking {
        /// How long an answer may take, of a watch its first byte.
        request_timeout: Duration = secs(30), MILLISECOND..=DAY;
        /// How long a connection may take to come about.
        connect_timeout: Duration = secs(30), MILLISECOND..=DAY;
        /// How long a connection may be silent before TCP asks whether the other side is there.
        keep_alive: Duration = secs(60), secs(1)..=DAY;
        /// The least time between two looks for other credentials, after the API server has refused some (401), or its certificate is not trusted any more.
        login_interval: Duration = secs(5), secs(0)..=DAY;
    }
}

const MILLISECOND: Duration = Duration::from_millis(1);
const DAY: Duration = Duration::from_hours(24);

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// One setting: what is known of it besides its value.
pub struct Key {
    /// Its name, such as `watching.inactivity_timeout`.
    pub name: &'static str,
    about: &'static str,
    read: fn(&mut Settings, &Given<'_>) -> Option<()>,
    value: fn(&Settings) -> Value,
    text: fn(&Settings) -> String,
    expected: fn() -> String,
}

impl Key {
    /// What it does, in one sentence or two.
    pub fn about(&self) -> &'static str {
        self.about.trim()
    }

    /// What values it takes, such as `a number from 1 to 10000`.
    pub fn expected(&self) -> String {
        (self.expected)()
    }

    /// Its value. Spans of time are numbers of seconds.
    pub fn value(&self, settings: &Settings) -> Value {
        (self.value)(settings)
    }

    /// Its value for people. Spans of time have units.
    pub fn text(&self, settings: &Settings) -> String {
        (self.text)(settings)
    }

    /// The variable of the environment that sets it, such as `KOPF_WATCHING_INACTIVITY_TIMEOUT`.
    pub fn variable(&self) -> String {
        format!("KOPF_{}", self.name.replace('.', "_").to_ascii_uppercase())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Why a setting was not set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is none of this name.
    #[error("there is no setting `{key}`{}", proposal(*.meant))]
    Unknown {
        /// The name.
        key: String,
        /// The one that was probably meant.
        meant: Option<&'static str>,
    },
    /// It does not take such a value.
    #[error("{key} is {found}, expected {expected}, such as {example}")]
    Wrong {
        /// The setting, or a group of them.
        key: &'static str,
        /// The value, as JSON.
        found: String,
        /// What values it takes.
        expected: String,
        /// One that it takes, with the setting's name.
        example: String,
    },
}

fn proposal(meant: Option<&str>) -> String {
    meant.map_or("; `kopf settings` lists all".to_owned(), |meant| format!(", did you mean `{meant}`?"))
}

/// The key of this name.
///
/// # Errors
///
/// [`Error::Unknown`], with the name that was probably meant.
pub fn key(name: &str) -> Result<&'static Key, Error> {
    let unknown = || Error::Unknown { key: name.to_owned(), meant: nearest::nearest(name) };
    KEYS.iter().find(|key| key.name == name).ok_or_else(unknown)
}

/// The group of this name, and its first setting.
fn group(name: &str) -> Option<(&'static str, &'static Key)> {
    let mut groups = KEYS.iter().filter_map(|key| Some((key.name.split_once('.')?.0, key)));
    groups.find(|(group, _)| *group == name)
}

impl Settings {
    /// Sets what the key names.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] for a name that is none, [`Error::Wrong`] for a value that the setting does not take. Nothing
    /// is set then.
    pub fn set(&mut self, name: &str, given: &Given<'_>) -> Result<(), Error> {
        let example = |key: &Key| format!("{} = {}", key.name, key.value(&Settings::default()));
        if let Some((group, first)) = group(name) {
            let (found, expected) = (given.to_string(), "a group of settings".to_owned());
            return Err(Error::Wrong { key: group, found, expected, example: example(first) });
        }
        let key = key(name)?;
        (key.read)(self, given).ok_or_else(|| Error::Wrong {
            key: key.name,
            found: given.to_string(),
            expected: key.expected(),
            example: example(key),
        })
    }

    /// All of them: an object of keys with dots.
    pub fn values(&self) -> Value {
        KEYS.iter().map(|key| (key.name.to_owned(), key.value(self))).collect()
    }

    /// The waits after errors that name no delay.
    pub(crate) fn backoff(&self) -> Backoff {
        let Execution { backoff, backoff_factor, backoff_limit, .. } = self.execution;
        Backoff { first: backoff, factor: backoff_factor, limit: backoff_limit, jitter: 1.0 }
    }

    /// The waits after failures of a watch, or of the search for resources.
    pub(crate) fn reconnection(&self) -> Backoff {
        let Watching { reconnect_backoff, reconnect_limit, .. } = self.watching;
        Backoff { first: reconnect_backoff, factor: 2.0, limit: reconnect_limit, jitter: 1.0 }
    }
}

#[cfg(test)]
mod tests;
