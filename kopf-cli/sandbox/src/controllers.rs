//! What the controllers of a cluster do after a write: at once, one thing after another, until nothing is left to do.
//!
//! In a cluster they are processes of their own, and act moments later. Here they act before the writer lets go of the
//! store, but for what is to [linger](lingering), by writes that are revisions and events like all others; so the same
//! requests lead to the same objects in the same order. What there is to do waits in a queue: no chain of owners is too long
//! for a stack.

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    net::SocketAddr,
};

use tracing::debug;

use crate::{
    resources::NAMESPACES,
    ring::Event,
    status::Status,
    store::{Place, Store},
    tokens::SigningKey,
    write::Writer,
};

mod definitions;
mod garbage;
mod lingering;
mod namespaces;
mod own_service;
mod parting;
mod policies;
mod registration;
mod roles;
mod simulation;
mod tokens;

pub(crate) use lingering::{Lingering, end_in_time};
pub(crate) use registration::populate as register_built_in;
use simulation::Triggers;
pub(crate) use simulation::node;

/// Who owns what the controllers write, other than those that are part of the server.
const CONTROLLERS: &str = "kube-controller-manager";

/// What controllers do besides what they always do.
#[derive(Debug, Default, Clone)]
pub(crate) struct Duties {
    /// Whether each namespace has what it has in a cluster: a service account, and the authority of the server; and secrets
    /// that ask for one the token of their account.
    pub(crate) service_accounts: bool,
    /// What tokens of service accounts are signed with.
    pub(crate) key: SigningKey,
    /// How the server is reached, once there are sockets.
    pub(crate) reached: Option<Reached>,
    /// Whether workloads are said to run.
    pub(crate) simulates: bool,
    /// What they do not do at once.
    pub(crate) lingering: Lingering,
    /// What slices and `Endpoints` were made from.
    triggers: Triggers,
}

/// How a server is reached.
#[derive(Debug, Clone)]
pub(crate) struct Reached {
    /// The authority of its certificate, as PEM.
    pub(crate) root_ca: String,
    pub(crate) address: SocketAddr,
}

/// One thing to do. Each looks at what there is when its turn comes, so that it may be asked for once too often.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Task {
    /// Remove an object if those it belongs to are gone, or let it go if those it waits for are.
    Collect(Place),
    /// Let those go that belong to an object, then the object.
    Orphan(Place),
    /// Empty a namespace, and let it go.
    Empty(String),
    /// Put into a namespace what each has.
    Populate(String),
    /// Accept a definition.
    Accept(String),
    /// Remove the objects of a definition, and let it go.
    Dissolve(String),
    /// Let a pod go that is going, if nobody runs it.
    Part(Place),
    /// Bring a workload a step further.
    Run(Place),
    /// Say of a policy that it is in force.
    Observe(String),
    /// See to it that the versions of a group are registered.
    Register(String),
    /// Give cluster roles the rules of those that they are made of.
    Aggregate,
    /// Give a secret the token of its account, or remove it where there is no such account.
    Equip(Place),
    /// Have an account name no secrets of its token any more that are gone.
    Unlist(Place),
}

/// What is left to do, each thing once.
#[derive(Debug, Default)]
struct Tasks {
    queue: VecDeque<Task>,
    waiting: HashSet<Task>,
    /// The secrets that accounts are not to name any more.
    unlisted: HashMap<Place, BTreeSet<String>>,
}

impl Tasks {
    fn add(&mut self, task: Task) {
        if self.waiting.insert(task.clone()) {
            self.queue.push_back(task);
        }
    }

    fn next(&mut self) -> Option<Task> {
        let task = self.queue.pop_front()?;
        self.waiting.remove(&task);
        Some(task)
    }

    /// Sees what follows from a change.
    fn notice(&mut self, store: &Store, change: &Event) {
        garbage::notice(self, store, change);
        namespaces::notice(self, store, change);
        own_service::notice(self, store, change);
        definitions::notice(self, store, change);
        roles::notice(self, change);
        policies::notice(self, change);
        registration::notice(self, change);
        parting::notice(self, store, change);
        simulation::notice(self, store, change);
        tokens::notice(self, store, change);
    }
}

impl Writer<'_> {
    /// Tells controllers how the server is reached, and has each namespace be told.
    pub(crate) fn publish(&mut self, reached: Reached) {
        self.store.duties.reached = Some(reached);
        if self.store.duties.service_accounts {
            let mut tasks = Tasks::default();
            for namespace in self.store.list(NAMESPACES, None) {
                tasks.add(Task::Populate(namespace.header.name.clone()));
            }
            tokens::begin(&mut tasks, self.store);
            self.work_off(tasks);
        }
    }

    /// Takes up what a state has in it, which may come from where nobody simulated.
    pub(crate) fn take_up(&mut self) {
        let mut tasks = Tasks::default();
        simulation::begin(&mut tasks, self.store);
        self.work_off(tasks);
    }

    /// Does all that controllers do about the changes that were made.
    pub(crate) fn settle(&mut self) {
        if self.dry_run {
            return;
        }
        // Nobody else has a say about what follows.
        self.admission = None;
        self.author = None;
        let told = std::mem::take(&mut self.strictness);
        self.work_off(Tasks::default());
        // What controllers are warned of nobody else is told.
        self.strictness = told;
    }

    fn work_off(&mut self, mut tasks: Tasks) {
        loop {
            for change in self.store.take_unseen() {
                tasks.notice(self.store, &change);
            }
            let Some(task) = tasks.next() else { break };
            if self.store.duties.lingering.holds(&task, self.now) {
                continue;
            }
            if let Err(status) = self.carry_out(&task, &mut tasks) {
                debug!(?task, %status, "A controller cannot do its work.");
            }
        }
    }

    fn carry_out(&mut self, task: &Task, tasks: &mut Tasks) -> Result<(), Status> {
        match task {
            Task::Collect(place) => garbage::collect(self, place, tasks),
            Task::Orphan(place) => garbage::orphan(self, place),
            Task::Empty(namespace) => namespaces::empty(self, namespace),
            Task::Populate(namespace) => namespaces::populate(self, namespace),
            Task::Accept(name) => definitions::accept(self, name, tasks),
            Task::Dissolve(name) => definitions::dissolve(self, name),
            Task::Part(place) => parting::part(self, place),
            Task::Run(place) => simulation::run(self, place),
            Task::Observe(name) => policies::observe(self, name),
            Task::Register(group) => registration::register(self, group),
            Task::Aggregate => roles::aggregate(self),
            Task::Equip(place) => tokens::equip(self, place),
            Task::Unlist(account) => tokens::unlist(self, account, tasks),
        }
    }
}

/// Whether a change is the one by which an object came to be on its way out.
fn begins_to_go(change: &Event) -> bool {
    let was = change.previous.as_ref().is_some_and(|previous| previous.header.deleting);
    !change.removal && !was && change.object.header.deleting
}

/// Whether a change has made an object.
fn is_new(change: &Event) -> bool {
    change.previous.is_none() && !change.removal
}
