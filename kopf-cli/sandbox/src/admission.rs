//! Who else is asked about a write: webhooks and policies, as the objects of the store name them.
//!
//! A write is an attempt. It goes on, under the store's lock, to where others have to be asked, and is given up there with
//! the question. Who attempted it lets go of the lock, has the question answered, and attempts it again: where all is as it
//! was the answer is at hand, and where somebody has written meanwhile there is another question. So no call holds up the
//! store, what is admitted is what is written, and a conflict is found as ever.

mod call;
mod chain;
mod configured;
mod declared;
mod expressions;
mod faults;
mod own_variables;
pub(crate) mod parameters;
mod policies;
mod review;
mod rules;
mod services;
mod trust;
pub(crate) mod typechecking;
mod verdict;

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

pub(crate) use configured::{Configured, GROUP, complete};
pub(crate) use faults::{faults, name_fault};
use policies::Cases;
pub(crate) use policies::POLICIES;

use crate::{
    api::Api,
    ids::Ids,
    json as deep,
    object::LabelSet,
    protobuf::layout,
    rbac::Rights,
    resources::{NAMESPACES, Resource, View},
    status::{About, Status},
    store::Store,
    user::User,
};

/// How often others may be asked anew because somebody else has written meanwhile.
const MOST_ROUNDS: u32 = 20;

/// What is about to be done with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Update,
    Delete,
}

impl Operation {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Operation::Create => "CREATE",
            Operation::Update => "UPDATE",
            Operation::Delete => "DELETE",
        }
    }

    fn options(self) -> &'static str {
        match self {
            Operation::Create => "CreateOptions",
            Operation::Update => "UpdateOptions",
            Operation::Delete => "DeleteOptions",
        }
    }
}

/// An object as text, which may be as deep as objects are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document {
    text: Bytes,
    depth: usize,
}

impl Document {
    /// An object of a resource; to be called on a stack that it needs.
    pub(crate) fn of(value: &Value, resource: &Resource) -> Self {
        // A custom resource may be called as something is that is built in.
        if resource.rules.custom {
            Document::of_text(deep::sorted(value).into(), deep::depth_of_value(value))
        } else {
            Document::of_built_in(value)
        }
    }

    /// An object of a kind that is built in, unless somebody has made another of it; to be called on a stack that it needs.
    pub(crate) fn of_built_in(value: &Value) -> Self {
        let text = layout::known_text(value).unwrap_or_else(|| deep::sorted(value));
        Document::of_text(text.into(), deep::depth_of_value(value))
    }

    pub(crate) fn of_text(text: Bytes, depth: usize) -> Self {
        Document { text, depth }
    }

    /// Looks at the object on a stack that it needs.
    pub(crate) fn read<T>(&self, look: impl FnOnce(Value) -> T) -> T {
        // To work on it may double it.
        deep::with_stack(2 * self.depth, || look(deep::parse(&self.text).unwrap_or_default()))
    }
}

/// The request that others are asked about.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) view: View,
    /// Empty where the whole object is meant.
    pub(crate) subresource: &'static str,
    /// Empty where the object has none.
    pub(crate) namespace: String,
    /// Whether it is one of all objects that are deleted: then no name is told.
    pub(crate) collection: bool,
    pub(crate) user: User,
    /// Whether roles say who may do what.
    pub(crate) rbac: bool,
    pub(crate) dry_run: bool,
    pub(crate) options: Map<String, Value>,
}

impl Subject {
    fn is_a_namespace(&self) -> bool {
        &*self.view.resource.key == NAMESPACES
    }

    /// The namespace that it counts as being in: a namespace is in itself.
    fn home<'a>(&'a self, name: &'a str) -> &'a str {
        if self.is_a_namespace() { name } else { &self.namespace }
    }

    /// Who may do what, for expressions that ask.
    fn rights(&self, store: &Store) -> Rights {
        if self.rbac { Rights::of(store) } else { Rights::All }
    }

    /// What reviews and expressions are told of the request, but for the objects; `view` is what they see it as.
    fn request(&self, round: &Round, view: &View) -> Value {
        let kind = |view: &View| {
            let version = view.version();
            match self.subresource {
                "scale" => json!({ "group": "autoscaling", "version": "v1", "kind": "Scale" }),
                "eviction" => json!({ "group": "policy", "version": "v1", "kind": "Eviction" }),
                _ => json!({ "group": version.group, "version": version.name, "kind": view.resource.kind }),
            }
        };
        let resource = |view: &View| {
            let version = view.version();
            json!({ "group": version.group, "version": version.name, "resource": view.resource.plural })
        };
        let mut request = json!({
            "kind": kind(view),
            "resource": resource(view),
            "requestKind": kind(&self.view),
            "requestResource": resource(&self.view),
            "operation": round.operation.name(),
            "userInfo": self.user.to_value(),
            "dryRun": self.dry_run,
            "options": self.options(round.operation),
        });
        let rest = [
            ("subResource", self.subresource),
            ("requestSubResource", self.subresource),
            ("name", &*round.name),
            ("namespace", self.home(&round.name)),
        ];
        for (field, value) in rest.into_iter().filter(|(_, value)| !value.is_empty()) {
            request[field] = value.into();
        }
        request
    }

    fn options(&self, operation: Operation) -> Value {
        let mut options = json!({ "kind": operation.options(), "apiVersion": "meta.k8s.io/v1" });
        if self.dry_run {
            options["dryRun"] = json!(["All"]);
        }
        for (name, value) in &self.options {
            options[name.as_str()] = value.clone();
        }
        options
    }

    /// What the request is about: an object of its resource, or the scale of one, or its eviction.
    fn document(&self, value: &Value) -> Document {
        match self.subresource {
            "scale" | "eviction" => Document::of_built_in(value),
            _ => Document::of(value, &self.view.resource),
        }
    }

    fn about<'a>(&'a self, round: &'a Round) -> About<'a> {
        let name = if round.name.is_empty() { "Unknown" } else { &round.name };
        self.view.about(name)
    }
}

/// Whether others may change an object, or only have their say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Mutating,
    Validating,
}

/// One question to others; equal questions have equal answers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Round {
    pub(crate) stage: Stage,
    pub(crate) operation: Operation,
    pub(crate) name: String,
    pub(crate) object: Option<Document>,
    pub(crate) old: Option<Document>,
    /// The labels of the namespace that the object is in.
    labels: Option<LabelSet>,
}

impl Round {
    pub(crate) fn new(
        stage: Stage,
        operation: Operation,
        name: &str,
        object: Option<Document>,
        old: Option<Document>,
    ) -> Self {
        Round { stage, operation, name: name.to_owned(), object, old, labels: None }
    }
}

/// What others have said: the object as they have left it.
type Answer = Result<Option<Document>, Status>;

/// What others say about one request, over all attempts at it.
#[derive(Debug)]
pub(crate) struct Admission {
    configured: Arc<Configured>,
    subject: Subject,
    answered: BTreeMap<Stage, (Round, Answer)>,
    open: Option<(Round, Cases)>,
    rounds: u32,
    warnings: BTreeMap<Stage, Vec<String>>,
    /// When the first attempt was: all are said to be of that moment.
    pub(crate) began: Timestamp,
    /// What is drawn at random stays as it is over all attempts.
    drawn: [Option<String>; 3],
}

impl Admission {
    /// What others have to say about a request; `None` where nobody has a say, which costs nothing to know.
    pub(crate) fn begin(
        store: &mut Store,
        now: Timestamp,
        subject: impl FnOnce() -> Subject,
    ) -> Option<Self> {
        let configured = store.admission()?;
        let subject = subject();
        // Whoever could keep these from being changed could never be got rid of.
        if subject.view.resource.key.ends_with(GROUP) || !configured.concerns(&subject) {
            return None;
        }
        Some(Admission {
            configured,
            subject,
            answered: BTreeMap::new(),
            open: None,
            rounds: 0,
            warnings: BTreeMap::new(),
            began: now,
            drawn: [None, None, None],
        })
    }

    /// What others make of the object, in the version of the request; `None` where they leave it as it is.
    ///
    /// # Errors
    ///
    /// Their refusal; or any, where they are still to be [asked](Admission::ask).
    pub(crate) fn admit(&mut self, store: &Store, mut round: Round) -> Result<Option<Document>, Status> {
        if self.subject.collection && round.operation == Operation::Delete {
            round.name.clear();
        }
        let home = self.subject.home(&round.name);
        round.labels = store.get(NAMESPACES, "", home).map(|home| home.header.labels.clone());
        if let Some((asked, answer)) = self.answered.get(&round.stage)
            && *asked == round
        {
            return answer.clone();
        }
        let cases = match round.stage {
            Stage::Mutating => Cases::default(),
            Stage::Validating => Cases::gather(&self.configured.policies, store, &self.subject, &round),
        };
        if cases.is_empty() && !self.configured.has_hooks(&self.subject, &round) {
            return Ok(None);
        }
        self.open = Some((round, cases));
        Err(Status::unavailable())
    }

    /// Has the open question answered; whether there was one.
    pub(crate) async fn ask(&mut self, api: &Api) -> bool {
        let Some((round, cases)) = self.open.take() else { return false };
        self.rounds += 1;
        let answer = if self.rounds > MOST_ROUNDS {
            Err(Status::modified(self.subject.about(&round)))
        } else {
            let Admission { configured, subject, warnings, .. } = self;
            let warnings = warnings.entry(round.stage).or_default();
            // To evaluate may double a value.
            let judge = || cases.judge(&configured.policies, subject, &round, warnings);
            match deep::with_stack(2 * cases.depth(&round), judge) {
                Ok(()) => chain::run(configured, api, subject, &round, warnings).await,
                Err(refusal) => Err(refusal),
            }
        };
        self.answered.insert(round.stage, (round, answer));
        true
    }

    /// What others warn of at a stage.
    pub(crate) fn warnings_at(&self, stage: Stage) -> &[String] {
        self.warnings.get(&stage).map_or(&[], Vec::as_slice)
    }

    /// All that others warn of.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = &String> {
        self.warnings.values().flatten()
    }

    /// The uid of the object that is made.
    pub(crate) fn uid(&mut self, ids: &mut Ids) -> String {
        self.drawn[0].get_or_insert_with(|| ids.uid()).clone()
    }

    /// The name that was made up in an earlier attempt.
    pub(crate) fn drawn_name(&mut self) -> &mut Option<String> {
        &mut self.drawn[1]
    }

    /// The name of the volume of the pod that is made.
    pub(crate) fn volume(&mut self, draw: impl FnOnce() -> String) -> String {
        self.drawn[2].get_or_insert_with(draw).clone()
    }
}
