//! Which options there are, and where each is valid.

use On::{
    Cleanup, Create, Daemon, Delete, Event, Field, Index, Login, Probe, Resume, Startup, Subhandler, Timer,
    Update,
};

/// What calls a handler: one for each attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    Event,
    Create,
    Update,
    Delete,
    Resume,
    Field,
    /// A function inside of one of them.
    Subhandler,
    Index,
    Daemon,
    Timer,
    Startup,
    Cleanup,
    Probe,
    Login,
}

impl On {
    /// The attribute's path below `kopf::`, for messages.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Event => "on::event",
            Create => "on::create",
            Update => "on::update",
            Delete => "on::delete",
            Resume => "on::resume",
            Field => "on::field",
            Startup => "on::startup",
            Cleanup => "on::cleanup",
            Probe => "on::probe",
            Login => "on::login",
            Subhandler => "subhandler",
            Index => "index",
            Daemon => "daemon",
            Timer => "timer",
        }
    }

    /// The variant of the boundary's `On`.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Event => "Event",
            Create => "Create",
            Update => "Update",
            Delete => "Delete",
            Resume => "Resume",
            // It is no handler by itself; within one, all that changes concerns it.
            Field | Subhandler => "Field",
            Index => "Index",
            Startup => "Startup",
            Cleanup => "Cleanup",
            Probe => "Probe",
            Login => "Login",
            Daemon => "Daemon",
            Timer => "Timer",
        }
    }

    /// Whether it is for changes, which are recorded: such a handler may have sub-handlers.
    pub(crate) fn is_changing(self) -> bool {
        matches!(self, Create | Update | Delete | Resume | Field | Subhandler)
    }

    /// Whether it is about no object.
    pub(crate) fn is_activity(self) -> bool {
        ACTIVITIES.contains(&self)
    }
}

/// What an option's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Id,
    Count,
    /// A span of time that may be zero.
    Wait,
    /// A span of time that may not.
    Limit,
    Errors,
    Path,
    /// How long to wait between attempts.
    Backoff,
    Lifecycle,
    Text,
    /// What is asked of labels or annotations, by key.
    Matches,
    /// What is asked of a field.
    Match,
    /// What functions are asked about the object.
    Condition,
    /// What the resource is named by, instead of by the last string.
    Named,
    /// A function that chooses resources.
    Chosen,
    Flag,
    /// A span of time that may be zero, or a function that answers one.
    Delay,
    Expression,
}

/// One option.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// How it is written, for messages.
    pub(crate) example: &'static str,
    /// The attributes that take it.
    pub(crate) on: &'static [On],
}

const ALL: &[On] = &[Event, Create, Update, Delete, Resume, Field, Index, Daemon, Timer];
const EVERY: &[On] = &[Event, Create, Update, Delete, Resume, Field, Subhandler, Index, Daemon, Timer];
const CHANGED: &[On] = &[Update, Field, Subhandler];
const CAUSED: &[On] = &[Create, Update, Delete, Resume, Field];
const ACTIVITIES: &[On] = &[Startup, Cleanup, Probe, Login];
const ANY: &[On] = &[
    Event, Create, Update, Delete, Resume, Field, Subhandler, Index, Daemon, Timer, Startup, Cleanup, Probe,
    Login,
];
const RETRIED: &[On] = &[
    Create, Update, Delete, Resume, Field, Subhandler, Index, Daemon, Timer, Startup, Cleanup, Probe, Login,
];
const BACKGROUND: &[On] = &[Daemon, Timer];

/// Every option, in the order in which messages list them.
pub(crate) const OPTIONS: &[Known] = &[
    Known { name: "id", kind: Kind::Id, example: r#"id = "name""#, on: ANY },
    Known { name: "retries", kind: Kind::Count, example: "retries = 3", on: RETRIED },
    Known { name: "timeout", kind: Kind::Limit, example: r#"timeout = "10m""#, on: RETRIED },
    Known { name: "attempt_timeout", kind: Kind::Limit, example: r#"attempt_timeout = "30s""#, on: ANY },
    Known { name: "backoff", kind: Kind::Backoff, example: r#"backoff = "10s""#, on: RETRIED },
    Known { name: "errors", kind: Kind::Errors, example: "errors = permanent", on: RETRIED },
    Known { name: "field", kind: Kind::Path, example: r#"field = "spec.size""#, on: EVERY },
    Known { name: "labels", kind: Kind::Matches, example: r#"labels = { "app" = "web" }"#, on: EVERY },
    Known {
        name: "annotations",
        kind: Kind::Matches,
        example: r#"annotations = { "team" = present }"#,
        on: EVERY,
    },
    Known { name: "value", kind: Kind::Match, example: "value = 5", on: EVERY },
    Known { name: "old", kind: Kind::Match, example: "old = absent", on: CHANGED },
    Known { name: "new", kind: Kind::Match, example: "new = present", on: CHANGED },
    Known { name: "when", kind: Kind::Condition, example: "when = is_wanted", on: EVERY },
    Known { name: "lifecycle", kind: Kind::Lifecycle, example: r#"lifecycle = "one-by-one""#, on: CAUSED },
    Known { name: "group", kind: Kind::Text, example: r#"group = "slow""#, on: CAUSED },
    Known { name: "kind", kind: Kind::Named, example: r#"kind = "Pod""#, on: ALL },
    Known { name: "plural", kind: Kind::Named, example: r#"plural = "pods""#, on: ALL },
    Known { name: "singular", kind: Kind::Named, example: r#"singular = "pod""#, on: ALL },
    Known { name: "short_name", kind: Kind::Named, example: r#"short_name = "po""#, on: ALL },
    Known { name: "category", kind: Kind::Named, example: r#"category = "all""#, on: ALL },
    Known { name: "everything", kind: Kind::Flag, example: "everything", on: ALL },
    Known { name: "resources", kind: Kind::Chosen, example: "resources = is_ours", on: ALL },
    Known { name: "optional", kind: Kind::Flag, example: "optional = true", on: &[Delete] },
    Known { name: "deleted", kind: Kind::Flag, example: "deleted = true", on: &[Resume] },
    Known { name: "interval", kind: Kind::Limit, example: r#"interval = "10s""#, on: &[Timer] },
    Known { name: "sharp", kind: Kind::Flag, example: "sharp = true", on: &[Timer] },
    Known { name: "idle", kind: Kind::Wait, example: r#"idle = "1m""#, on: &[Timer] },
    Known { name: "initial_delay", kind: Kind::Delay, example: r#"initial_delay = "5s""#, on: BACKGROUND },
    Known {
        name: "cancellation_backoff",
        kind: Kind::Wait,
        example: r#"cancellation_backoff = "5s""#,
        on: BACKGROUND,
    },
    Known {
        name: "cancellation_timeout",
        kind: Kind::Wait,
        example: r#"cancellation_timeout = "30s""#,
        on: BACKGROUND,
    },
    Known {
        name: "cancellation_polling",
        kind: Kind::Limit,
        example: r#"cancellation_polling = "10s""#,
        on: BACKGROUND,
    },
    Known { name: "param", kind: Kind::Expression, example: r#"param = json!({ "size": 3 })"#, on: ANY },
];

impl Known {
    /// The attributes that take it, for messages.
    pub(crate) fn places(&self) -> String {
        let names: Vec<String> = self.on.iter().map(|on| format!("`{}`", on.path())).collect();
        names.join(", ")
    }
}

/// The option of this name.
pub(crate) fn find(name: &str) -> Option<&'static Known> {
    OPTIONS.iter().find(|known| known.name == name)
}

/// The names of the options that an attribute takes.
pub(crate) fn names(on: On) -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().filter(move |known| known.on.contains(&on)).map(|known| known.name)
}
