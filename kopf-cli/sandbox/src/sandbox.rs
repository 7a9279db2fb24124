//! A sandbox and how it is made.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    access::Access,
    api::Api,
    builtin,
    clock::{Clock, SystemClock},
    controllers::{node, register_built_in},
    faults::Faults,
    ids::Ids,
    journal::Journal,
    json as deep, rbac,
    resources::{DEFINITIONS, NAMESPACES, Resource, View},
    ring::Bounds,
    schema::Part,
    service::Service,
    state::{self, StateError},
    status::Status,
    store::Store,
    write::{Target, Writer, Written},
    yaml::yaml_documents,
};

/// In whose name is what every cluster has.
const SERVER: &str = "kube-apiserver";
/// The namespaces that every cluster has.
const NAMESPACES_AT_START: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// What a sandbox was to be made of is not an object that it takes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A text is neither YAML nor JSON.
    #[error("the text is not YAML: {0}")]
    Yaml(String),
    /// The text is not the state of a sandbox.
    #[error(transparent)]
    State(StateError),
    /// The API refuses an object.
    #[error("the object {name:?} is refused")]
    Refused {
        /// The name of the object.
        name: String,
        /// The refusal.
        #[source]
        status: Box<Status>,
    },
}

/// Makes a [`Sandbox`].
pub struct Builder {
    clock: Arc<dyn Clock>,
    seed: Option<u64>,
    first_revision: u64,
    bounds: Bounds,
    state: Option<Vec<u8>>,
    objects: Vec<Value>,
    rbac: bool,
    service_accounts: bool,
    simulate: bool,
    linger: SignedDuration,
}

impl Builder {
    /// Tells the time by this clock; by default the system's.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Builder { clock, ..self }
    }

    /// Makes uids, generated names and the dice of faults repeatable.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Builder { seed: Some(seed), ..self }
    }

    /// Counts resourceVersions from here on; by default from 1.
    #[must_use]
    pub fn first_revision(self, revision: u64) -> Self {
        Builder { first_revision: revision, ..self }
    }

    /// Keeps at most so many changes, of at most so many bytes together, for watches and old lists.
    ///
    /// By default 10,000 changes and 64 MiB. Whoever is further behind gets a 410.
    #[must_use]
    pub fn history(self, events: usize, bytes: usize) -> Self {
        Builder { bounds: Bounds { events, bytes }, ..self }
    }

    /// Goes on where another sandbox has left off, from the text of its [`Snapshot`](crate::Snapshot). What is added
    /// besides goes over what is there.
    #[must_use]
    pub fn state(self, text: Vec<u8>) -> Self {
        Builder { state: Some(text), ..self }
    }

    /// Lets roles and their bindings say who may do what, among them those that every cluster has (`cluster-admin`, `admin`,
    /// `edit`, `view`, and what everybody may). Otherwise everybody who is known may do everything.
    ///
    /// Nobody gives away rights that they do not have, as in a cluster.
    #[must_use]
    pub fn rbac(self, rbac: bool) -> Self {
        Builder { rbac, ..self }
    }

    /// Gives each namespace the service account `default` and, once it is [served](Sandbox::serve), the config map
    /// `kube-root-ca.crt`, as the controllers of a cluster do, and secrets of the type `kubernetes.io/service-account-token` a
    /// token; and pods are those of service accounts that there are. By default a sandbox holds nothing but what it was given,
    /// so that a test can count, and pods may name any account: so it is in envtest. The command always keeps them.
    #[must_use]
    pub fn service_accounts(self, service_accounts: bool) -> Self {
        Builder { service_accounts, ..self }
    }

    /// Lets workloads come to what they want at once: pods say that they run, jobs that they are complete, deployments,
    /// replica sets, stateful sets and daemon sets make their pods and are available. Nothing is started, no rollout takes
    /// steps, a workload has at most 200 pods, and there is one node, `sandbox`.
    #[must_use]
    pub fn simulate(self, simulate: bool) -> Self {
        Builder { simulate, ..self }
    }

    /// Lets definitions and namespaces that are deleted stay for so long, on the sandbox's clock, before they are emptied and
    /// go, once it is [served](Sandbox::serve). In a cluster they take a moment, too: so `kubectl delete -f` finds the objects
    /// of a definition that it has deleted before them. By default all goes at once.
    #[must_use]
    pub fn linger(self, span: Duration) -> Self {
        Builder { linger: span.try_into().unwrap_or(SignedDuration::MAX), ..self }
    }

    /// Adds a custom resource definition: YAML or JSON text.
    ///
    /// # Errors
    ///
    /// The text is neither.
    pub fn crd(mut self, definition: &str) -> Result<Self, BuildError> {
        for definition in documents(definition)? {
            self.objects.push(definition);
        }
        Ok(self)
    }

    /// Adds objects that are there from the start, in this order; definitions have to come before their objects.
    #[must_use]
    pub fn objects(mut self, objects: impl IntoIterator<Item = Value>) -> Self {
        self.objects.extend(objects);
        self
    }

    /// Makes the sandbox.
    ///
    /// # Errors
    ///
    /// The state is none, or the API refuses one of the objects.
    pub fn build(self) -> Result<Sandbox, BuildError> {
        let mut store = Store::new(Ids::new(self.seed), self.bounds, self.first_revision.saturating_sub(1));
        store.duties.service_accounts = self.service_accounts;
        store.duties.simulates = self.simulate;
        store.duties.lingering.span = self.linger;
        let mut access = Access::new(self.rbac);
        if let Some(state) = &self.state {
            if let Some(signer) =
                state::restore(&mut store, state, self.clock.now()).map_err(BuildError::State)?
            {
                access = access.with_signer(signer);
            }
            // The same seed must not give the same identities again.
            store.ids = Ids::new(self.seed.map(|seed| seed.wrapping_add(store.revision())));
        }
        store.duties.key = access.key.clone();
        let ids = Ids::new(self.seed.map(|seed| !seed));
        deep::with_stack(SHALLOW, || register_built_in(&mut store, ids, self.clock.now()));
        let api = Api {
            store: Arc::new(Mutex::new(store)),
            clock: self.clock,
            journal: Journal::default(),
            faults: Faults::new(self.seed),
            access,
            logs: Arc::default(),
            open_api: Arc::default(),
        };
        let sandbox = Sandbox { api };
        let namespaces = NAMESPACES_AT_START
            .map(|name| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } }));
        let namespaces = namespaces.into_iter().filter(|_| self.state.is_none());
        let mut roles = if self.rbac { rbac::bootstrap() } else { Vec::new() };
        roles.retain(|role| !sandbox.has(role));
        let node = self.simulate.then(|| node(sandbox.api.clock.now())).filter(|node| !sandbox.has(node));
        let classes = builtin::priority::classes().filter(|class| !sandbox.has(class));
        let own = namespaces.chain(classes).chain(roles).map(|object| (object, SERVER));
        let others = node.into_iter().chain(self.objects).map(|object| (object, ""));
        for (object, manager) in own.chain(others) {
            let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            let put = sandbox.put(object, manager);
            put.map_err(|status| BuildError::Refused { name, status: Box::new(status) })?;
        }
        if self.simulate && self.state.is_some() {
            let mut store = sandbox.api.store();
            deep::with_stack(store.deepest() + 1, || {
                Writer::new(&mut store, sandbox.api.clock.now()).take_up();
            });
        }
        Ok(sandbox)
    }
}

fn documents(text: &str) -> Result<Vec<Value>, BuildError> {
    yaml_documents(text)
        .filter(|document| *document != Ok(Value::Null))
        .map(|document| document.map_err(BuildError::Yaml))
        .collect()
}

/// A Kubernetes API server in memory. Clones are the same server.
///
/// ```
/// let sandbox = kopf_sandbox::Sandbox::builder().seed(1).build()?;
/// let default = sandbox.get("namespaces", "", "default").expect("every cluster has it");
/// assert_eq!(default["status"]["phase"], "Active");
/// # Ok::<(), kopf_sandbox::BuildError>(())
/// ```
#[derive(Clone)]
pub struct Sandbox {
    pub(crate) api: Api,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sandbox").finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Begins a sandbox.
    pub fn builder() -> Builder {
        Builder {
            clock: Arc::new(SystemClock),
            seed: None,
            first_revision: 1,
            bounds: Bounds { events: 10_000, bytes: 64 * 1024 * 1024 },
            state: None,
            objects: Vec::new(),
            rbac: false,
            service_accounts: false,
            simulate: false,
            linger: SignedDuration::ZERO,
        }
    }

    /// The server as a service, without sockets.
    pub fn service(&self) -> Service {
        Service { api: self.api.clone() }
    }

    /// The requests that were made.
    pub fn journal(&self) -> &Journal {
        &self.api.journal
    }

    /// The faults to come.
    pub fn faults(&self) -> &Faults {
        &self.api.faults
    }

    /// The resourceVersion of the latest change.
    pub fn revision(&self) -> u64 {
        self.api.store().revision()
    }

    /// Forgets all history: whoever has not seen the present gets a 410.
    pub fn compact(&self) {
        self.api.store().ring.compact();
    }

    /// An object in the version that is stored.
    ///
    /// `resource` is the plural with its group (`kopfexamples.zalando.org`, `configmaps`); `namespace` is empty for
    /// cluster-scoped objects. Not for objects deeper than 64 levels, which only requests can see.
    pub fn get(&self, resource: &str, namespace: &str, name: &str) -> Option<Value> {
        let store = self.api.store();
        let (view, object) =
            (store.catalog.get(resource)?.stored_view(), store.get(resource, namespace, name).cloned()?);
        drop(store);
        (object.header.depth <= SHALLOW).then(|| object.read(&view))
    }

    /// All objects of a resource over all namespaces, but for those deeper than 64 levels.
    pub fn list(&self, resource: &str) -> Vec<Value> {
        let store = self.api.store();
        let Some(view) = store.catalog.get(resource).map(Resource::stored_view) else { return Vec::new() };
        let objects = store.list(resource, None);
        drop(store);
        let shallow = objects.iter().filter(|object| object.header.depth <= SHALLOW);
        shallow.map(|object| object.read(&view)).collect()
    }

    /// Whether an object without a namespace is there.
    fn has(&self, object: &Value) -> bool {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let store = self.api.store();
        let view = store.catalog.view_of_kind(&text(&object["apiVersion"]), &text(&object["kind"]));
        view.is_some_and(|view| {
            store.get(&view.resource.key, "", &text(&object["metadata"]["name"])).is_some()
        })
    }

    /// Creates an object, or replaces it as it is, its status included; no request is made and no fault strikes.
    ///
    /// A namespaced object without a namespace goes to `default`.
    ///
    /// # Errors
    ///
    /// The refusal that a request would get.
    pub fn apply(&self, object: Value) -> Result<Value, Status> {
        self.put(object, "")
    }

    /// The same in somebody's name.
    fn put(&self, object: Value, manager: &str) -> Result<Value, Status> {
        if deep::depth_of_value(&object) > SHALLOW {
            return Err(Status::bad_request(format!("deeper than {SHALLOW} levels")));
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (api_version, kind) = (text(&object["apiVersion"]), text(&object["kind"]));
        let name = text(&object["metadata"]["name"]);
        let mut store = self.api.store();
        let view = store.catalog.view_of_kind(&api_version, &kind).ok_or_else(|| {
            Status::bad_request(format!("there is no resource of the kind {kind} in {api_version}"))
        })?;
        let namespace = match text(&object["metadata"]["namespace"]) {
            _ if !view.resource.namespaced => String::new(),
            said if said.is_empty() => "default".to_owned(),
            said => said,
        };
        deep::with_stack(store.deepest() + SHALLOW, || {
            let current =
                store.get(&view.resource.key, &namespace, &name).map(|object| object.header.revision);
            let mut writer =
                Writer { manager: manager.to_owned(), ..Writer::new(&mut store, self.api.clock.now()) };
            let status =
                object.get("status").filter(|_| view.version().status && !writes_status(&view)).cloned();
            let mut value = object;
            let written = match current {
                None => writer.create(&view, &namespace, value)?,
                Some(revision) => {
                    value["metadata"]["resourceVersion"] = revision.to_string().into();
                    writer.replace(
                        Target { view: &view, namespace: &namespace, name: &name },
                        Part::Whole,
                        value,
                    )?
                }
            };
            let mut value = shown_value(&written, &view);
            if let Some(status) = status {
                let name = value["metadata"]["name"].as_str().unwrap_or_default().to_owned();
                value["status"] = status;
                let target = Target { view: &view, namespace: &namespace, name: &name };
                value = shown_value(&writer.replace(target, Part::Status, value)?, &view);
            }
            writer.settle();
            Ok(value)
        })
    }

    /// Lets a container of a pod say something, which its log tells from then on, behind what it said before.
    pub fn log(&self, namespace: &str, pod: &str, container: &str, text: &str) {
        let mut logs = self.api.logs.lock().unwrap_or_else(PoisonError::into_inner);
        logs.say(namespace, pod, container, text);
    }

    /// Deletes an object as a request would: one that has finalizers is only marked.
    ///
    /// # Errors
    ///
    /// The refusal that a request would get.
    pub fn delete(&self, resource: &str, namespace: &str, name: &str) -> Result<(), Status> {
        let mut store = self.api.store();
        let resource = store.catalog.get(resource).cloned().ok_or_else(Status::no_resource)?;
        let view = resource.stored_view();
        deep::with_stack(store.deepest() + 1, || {
            let mut writer = Writer::new(&mut store, self.api.clock.now());
            let target = Target { view: &view, namespace, name };
            let deleted = writer.delete(target, &Default::default(), None, None);
            writer.settle();
            deleted.map(drop)
        })
    }
}

/// What the direct access of tests deals in: values that are safe on any stack.
const SHALLOW: usize = 64;

/// Whether the server itself keeps the status of these objects.
fn writes_status(view: &View) -> bool {
    matches!(&*view.resource.key, NAMESPACES | DEFINITIONS)
}

pub(crate) fn shown_value(written: &Written, view: &View) -> Value {
    match written {
        Written::Object { object, .. } => {
            deep::parse(&object.shown(view)).expect("what the store serialized parses")
        }
        Written::Gone(status) => status.clone(),
    }
}
