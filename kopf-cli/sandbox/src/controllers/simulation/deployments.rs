//! Deployments: each has a replica set of its present template, which has the pods that are wanted, and tells how it stands.
//!
//! A paused one makes no set, and keeps the pods that it has. What is told of it is in `status` and `paused`, in
//! `conditions` what is said besides numbers; `rolling` knows how many pods it may lack.

mod conditions;
mod paused;
mod rolling;
mod status;

use std::sync::Arc;

use serde_json::{Value, json};

use super::{HASH, Owner, PODS, REPLICA_SETS, change, hash_of, refusals};
use crate::{
    object::Stored,
    status::Status,
    store::{Place, Store},
    write::Writer,
};

/// The annotation that counts the templates of a deployment.
const ROLLOUT: &str = "deployment.kubernetes.io/revision";
/// The annotations by which a replica set knows how many pods its deployment wants, and has at most.
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
const MOST: &str = "deployment.kubernetes.io/max-replicas";

/// Brings a deployment a step further.
pub(super) fn run(writer: &mut Writer<'_>, owner: &Owner<'_>) -> Result<(), Status> {
    let rollout = Rollout::of(writer.store, owner);
    rollout.scale_sets(writer)?;
    if owner.value["spec"]["paused"] == true {
        return rollout.pause(writer);
    }
    if rollout.current().is_none() {
        rollout.make_set(writer)?;
    }
    rollout.count_revision(writer)?;
    rollout.tell(writer)
}

/// A deployment and its sets.
struct Rollout<'a> {
    owner: &'a Owner<'a>,
    sets: Vec<Arc<Stored>>,
    /// The word for its present template.
    hash: String,
    /// Which of its templates the present one is.
    revision: u64,
    /// How many pods sets are told that it wants, however many there will be.
    desired: u64,
}

impl<'a> Rollout<'a> {
    fn of(store: &Store, owner: &'a Owner<'a>) -> Self {
        let mut rollout = Rollout {
            owner,
            sets: owner.own(store, REPLICA_SETS),
            hash: hash_of(&owner.value["spec"]["template"]),
            revision: 0,
            desired: owner.value["spec"]["replicas"].as_u64().unwrap_or(1),
        };
        let latest = rollout.sets.iter().map(|set| revision_of(set)).max().unwrap_or_default();
        rollout.revision = match rollout.current() {
            Some(set) if revision_of(set) == latest => latest,
            // Anybody may have written any number there.
            _ => latest.saturating_add(1),
        };
        rollout
    }

    /// The set of the present template.
    fn current(&self) -> Option<&Arc<Stored>> {
        self.sets.iter().find(|set| self.is_current(set))
    }

    fn is_current(&self, set: &Stored) -> bool {
        set.header.labels.get(HASH).is_some_and(|known| known == self.hash)
    }

    /// The name of the set of the present template.
    fn set_name(&self) -> String {
        format!("{}-{}", self.owner.name(), self.hash)
    }

    /// What the annotations of its sets tell of it.
    fn annotations(&self) -> [(&'static str, String); 2] {
        let most = self.desired.saturating_add(rolling::may_add(&self.owner.value, self.desired));
        [(DESIRED, self.desired.to_string()), (MOST, most.to_string())]
    }

    /// Lets its sets have as many pods as they are to have, and the present one say which it is.
    fn scale_sets(&self, writer: &mut Writer<'_>) -> Result<(), Status> {
        let is_paused = self.owner.value["spec"]["paused"] == true;
        let alone = paused::scaled(&self.sets, self.current());
        let replicas = |set: &Stored| match is_paused {
            true => alone.filter(|alone| alone.header.uid == set.header.uid).map(|_| self.desired),
            false => Some(if self.is_current(set) { self.desired } else { 0 }),
        };
        for set in &self.sets {
            change(writer, &Place::of(&REPLICA_SETS.into(), set), |value| {
                if let Some(replicas) = replicas(set) {
                    scale(value, replicas);
                    for (annotation, said) in self.annotations() {
                        value["metadata"]["annotations"][annotation] = said.into();
                    }
                }
                if self.is_current(set) {
                    value["metadata"]["annotations"][ROLLOUT] = self.revision.to_string().into();
                }
            })?;
        }
        Ok(())
    }

    /// Tells how it stands while it is paused.
    fn pause(&self, writer: &mut Writer<'_>) -> Result<(), Status> {
        if self.current().is_some() {
            self.count_revision(writer)?;
        }
        let sets = self.owner.own(writer.store, REPLICA_SETS);
        let current = sets.iter().find(|set| self.is_current(set)).map(|set| set.value());
        let sets: Vec<Value> = sets.iter().map(|set| set.value()).collect();
        let status = paused::status(self.owner, &sets, current.as_ref(), writer.now);
        self.owner.tell(writer, Some(status))
    }

    /// Makes the set of the present template.
    fn make_set(&self, writer: &mut Writer<'_>) -> Result<(), Status> {
        let spec = &self.owner.value["spec"];
        let (mut template, mut selector) = (spec["template"].clone(), spec["selector"].clone());
        template["metadata"]["labels"][HASH] = self.hash.as_str().into();
        selector["matchLabels"][HASH] = self.hash.as_str().into();
        let mut set = json!({
            "metadata": {
                "name": self.set_name(),
                "labels": template["metadata"]["labels"],
                "annotations": { ROLLOUT: self.revision.to_string() },
            },
            "spec": { "replicas": self.desired, "selector": selector, "template": template },
        });
        for (annotation, said) in self.annotations() {
            set["metadata"]["annotations"][annotation] = said.into();
        }
        self.owner.make(writer, REPLICA_SETS, set, &json!({}))
    }

    /// Lets the deployment say which of its templates the present one is.
    fn count_revision(&self, writer: &mut Writer<'_>) -> Result<(), Status> {
        self.owner.change(writer, |value| {
            value["metadata"]["annotations"][ROLLOUT] = self.revision.to_string().into()
        })
    }

    /// Tells how it stands, once its set has made its pods or says that they are refused: till then it is seen again.
    fn tell(&self, writer: &mut Writer<'_>) -> Result<(), Status> {
        let (owner, name) = (self.owner, self.set_name());
        let set = writer.store.get(REPLICA_SETS, &owner.place.namespace, &name).cloned();
        let there = set.as_ref().map_or(0, |set| pods_of(writer.store, set));
        let status = if there >= owner.wanted() {
            Some(status::complete(owner, &name, writer.now))
        } else {
            let refusal = set.and_then(|set| refusals::told(&set.value()).cloned());
            refusal.map(|refusal| status::refused(owner, there, &name, refusal, writer.now))
        };
        owner.tell(writer, status)
    }
}

/// Lets a set want so many pods, which is another generation of it.
fn scale(set: &mut Value, replicas: u64) {
    if set["spec"]["replicas"] != replicas {
        let generation = set["metadata"]["generation"].as_u64().unwrap_or(1);
        set["metadata"]["generation"] = generation.saturating_add(1).into();
        set["spec"]["replicas"] = replicas.into();
    }
}

/// Which of the templates of its deployment a set is of, by its own word.
fn revision_of(set: &Stored) -> u64 {
    let value = set.value();
    let said = value["metadata"]["annotations"][ROLLOUT].as_str();
    said.and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// How many pods a set has.
fn pods_of(store: &Store, set: &Stored) -> u64 {
    let places = store.dependents(&set.header.uid).filter(|place| &*place.resource == PODS);
    let pods = places.filter_map(|place| store.at(place));
    pods.filter(|pod| !pod.header.deleting).count() as u64
}
