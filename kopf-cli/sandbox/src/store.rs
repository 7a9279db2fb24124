//! All objects and the order of their changes: one writer, one global revision.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

use crate::{
    admission::{
        Configured, GROUP,
        parameters::{Kind, Remembered},
    },
    builtin::{SERVICES, Taken},
    controllers::Duties,
    ids::Ids,
    object::{Header, Stored, key_of},
    resources::{Catalog, Resource, View},
    ring::{Bounds, Event, Ring},
    tokens::{Keepers, legacy::SECRETS},
};

/// Namespaces (empty for cluster-scoped objects) and the names in them, in the order in which lists give objects.
type Objects = BTreeMap<String, BTreeMap<String, Arc<Stored>>>;

/// The state of a sandbox; behind one lock, so that the order of revisions is the order of events.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) catalog: Catalog,
    pub(crate) ids: Ids,
    pub(crate) ring: Ring,
    pub(crate) duties: Duties,
    objects: BTreeMap<Arc<str>, Objects>,
    revision: u64,
    deepest: usize,
    /// By how many levels defaults may make objects deeper, at most.
    reach: usize,
    news: watch::Sender<u64>,
    /// Which objects say that they belong to a uid.
    dependents: HashMap<String, BTreeSet<Place>>,
    /// The changes that no controller has seen yet.
    unseen: Vec<Arc<Event>>,
    /// Who else has a say about writes; `None` where that has to be read anew.
    admission: Option<Option<Arc<Configured>>>,
    /// What services have been given; `None` where that has to be read anew.
    taken: Option<Taken>,
    /// Which secrets keep tokens of which accounts.
    keepers: Keepers,
    /// Which resources may have objects that nobody can read, and since when.
    pub(crate) unreadable: HashMap<Arc<str>, Timestamp>,
    /// What policies still see as parameters, though it cannot be listed any more.
    pub(crate) remembered: Remembered,
}

/// Where an object is, among all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) resource: Arc<str>,
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl Place {
    pub(crate) fn of(resource: &Arc<str>, object: &Stored) -> Place {
        let Header { namespace, name, .. } = &object.header;
        Place { resource: Arc::clone(resource), namespace: namespace.clone(), name: name.clone() }
    }
}

impl Store {
    pub(crate) fn new(ids: Ids, bounds: Bounds, revision: u64) -> Self {
        Store {
            catalog: Catalog::built_in(),
            ids,
            ring: Ring::new(bounds, revision),
            duties: Duties::default(),
            objects: BTreeMap::new(),
            revision,
            deepest: 0,
            reach: 0,
            news: watch::Sender::new(revision),
            dependents: HashMap::new(),
            unseen: Vec::new(),
            admission: None,
            taken: None,
            keepers: Keepers::default(),
            unreadable: HashMap::new(),
            remembered: Remembered::new(),
        }
    }

    /// Who else has a say about writes, if anybody; to be called on a stack that the store's objects need.
    pub(crate) fn admission(&mut self) -> Option<Arc<Configured>> {
        if self.admission.is_none() {
            let configured = Configured::read(self).map(Arc::new);
            let is_bound =
                |kind: &Kind| configured.as_ref().is_some_and(|configured| configured.is_bound_with(kind));
            self.remembered.retain(|kind, _| is_bound(kind));
            self.admission = Some(configured);
        }
        self.admission.clone().flatten()
    }

    /// What services have been given; to be called on a stack that the store's objects need.
    pub(crate) fn taken(&mut self) -> &Taken {
        let services = self.objects.get(SERVICES);
        self.taken.get_or_insert_with(|| {
            let mut taken = Taken::default();
            let objects = services.into_iter().flat_map(BTreeMap::values).flat_map(BTreeMap::values);
            objects.for_each(|service| taken.add(&service.value()));
            taken
        })
    }

    /// The names of the secrets that keep tokens of an account.
    pub(crate) fn keepers(&self, account: &Stored) -> impl Iterator<Item = &String> {
        self.keepers.of(account)
    }

    /// Sees to what is known of the objects of a resource, one of which has changed.
    fn reconsider(&mut self, resource: &Resource, before: Option<&Stored>, now: Option<&Stored>) {
        if resource.key.ends_with(GROUP) {
            self.admission = None;
        }
        if let Some(taken) = self.taken.as_mut().filter(|_| &*resource.key == SERVICES) {
            before.into_iter().for_each(|service| taken.release(&service.value()));
            now.into_iter().for_each(|service| taken.add(&service.value()));
        }
        if &*resource.key == SECRETS {
            before.into_iter().for_each(|secret| self.keepers.remove(secret));
            now.into_iter().for_each(|secret| self.keepers.add(secret));
        }
    }

    /// The revision of the latest change.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// The levels of the deepest object that there ever was, and what defaults may add to them: what a stack must hold to work
    /// on any of them.
    pub(crate) fn deepest(&self) -> usize {
        self.deepest + self.reach
    }

    /// Tells of each change.
    pub(crate) fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    pub(crate) fn get(&self, key: &str, namespace: &str, name: &str) -> Option<&Arc<Stored>> {
        self.objects.get(key)?.get(namespace)?.get(name)
    }

    /// All objects of a resource, or those of one namespace, in order.
    pub(crate) fn list(&self, key: &str, namespace: Option<&str>) -> Vec<Arc<Stored>> {
        self.in_order(key, namespace).cloned().collect()
    }

    fn in_order(&self, key: &str, namespace: Option<&str>) -> impl Iterator<Item = &Arc<Stored>> {
        let objects = self.objects.get(key);
        let mut homes: Vec<_> = match namespace {
            None => objects.into_iter().flatten().collect(),
            Some(namespace) => {
                objects.and_then(|objects| objects.get_key_value(namespace)).into_iter().collect()
            }
        };
        homes.sort_by(|(one, _), (other, _)| key_of((one, "")).cmp(key_of((other, ""))));
        homes.into_iter().flat_map(|(_, inside)| inside.values())
    }

    /// The list as it was at `revision`; `None` where history no longer reaches back so far.
    pub(crate) fn list_at(
        &self,
        key: &str,
        namespace: Option<&str>,
        revision: u64,
    ) -> Option<Vec<Arc<Stored>>> {
        let changes = self.ring.after(revision)?.filter(|event| {
            &*event.resource == key && namespace.is_none_or(|wanted| wanted == event.object.header.namespace)
        });
        // What has changed since was as it was before the first change.
        let mut then: BTreeMap<(&str, &str), Option<&Arc<Stored>>> = BTreeMap::new();
        for event in changes {
            then.entry(event.object.place()).or_insert(event.previous.as_ref());
        }
        let unchanged = self.in_order(key, namespace).filter(|object| !then.contains_key(&object.place()));
        let mut objects: Vec<&Arc<Stored>> = unchanged.collect();
        objects.extend(then.values().flatten());
        objects.sort_by(|one, other| key_of(one.place()).cmp(key_of(other.place())));
        Some(objects.into_iter().cloned().collect())
    }

    /// All objects with the keys of their resources.
    pub(crate) fn everything(&self) -> Vec<(Arc<str>, Arc<Stored>)> {
        let resources = self.objects.iter();
        let objects = resources.flat_map(|(key, objects)| {
            objects.values().flatten().map(|(_, object)| (Arc::clone(key), Arc::clone(object)))
        });
        objects.collect()
    }

    /// Puts in an object as it was, its version included, and tells nobody.
    pub(crate) fn restore(&mut self, resource: &Resource, value: &Value, revision: u64) -> Arc<Stored> {
        let object = Arc::new(Stored::found(resource, value, revision));
        self.deepest = self.deepest.max(object.header.depth);
        let before = self.place(resource, &object);
        self.relate(&resource.key, &object);
        self.reconsider(resource, before.as_deref(), Some(&object));
        object
    }

    /// Goes on from a revision, if it is not past it, and knows nothing of what was before.
    pub(crate) fn begin_at(&mut self, revision: u64) {
        self.revision = self.revision.max(revision);
        self.ring = Ring::new(self.ring.bounds(), self.revision);
        self.news.send_replace(self.revision);
    }

    /// Forgets all objects, and what they define.
    pub(crate) fn forget(&mut self) {
        self.objects.clear();
        self.dependents.clear();
        self.unseen.clear();
        self.admission = None;
        self.taken = None;
        self.keepers = Keepers::default();
        self.unreadable.clear();
        self.remembered.clear();
        self.catalog = Catalog::built_in();
    }

    /// All objects of a namespace.
    pub(crate) fn of_namespace(&self, namespace: &str) -> Vec<(Arc<str>, Arc<Stored>)> {
        let resources = self.objects.iter().flat_map(|(key, objects)| {
            let inside = objects.get(namespace).into_iter().flat_map(BTreeMap::values);
            inside.map(|object| (Arc::clone(key), Arc::clone(object)))
        });
        resources.collect()
    }

    pub(crate) fn at(&self, place: &Place) -> Option<&Arc<Stored>> {
        self.get(&place.resource, &place.namespace, &place.name)
    }

    /// Where the objects are that say they belong to the object with this uid.
    pub(crate) fn dependents(&self, uid: &str) -> impl Iterator<Item = &Place> {
        self.dependents.get(uid).into_iter().flatten()
    }

    /// All objects that say they belong to others, with the keys of their resources.
    pub(crate) fn owned(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<Stored>)> {
        let all = self.objects.iter().flat_map(|(key, objects)| {
            objects.values().flat_map(BTreeMap::values).map(move |object| (key, object))
        });
        all.filter(|(_, object)| !object.header.owners.is_empty())
    }

    /// The changes since they were taken last.
    pub(crate) fn take_unseen(&mut self) -> Vec<Arc<Event>> {
        std::mem::take(&mut self.unseen)
    }

    /// Keeps account of whom an object says it belongs to.
    fn relate(&mut self, resource: &Arc<str>, object: &Stored) {
        for owner in &object.header.owners {
            self.dependents.entry(owner.uid.clone()).or_default().insert(Place::of(resource, object));
        }
    }

    fn unrelate(&mut self, resource: &Arc<str>, object: &Stored) {
        for owner in &object.header.owners {
            if let Some(dependents) = self.dependents.get_mut(&owner.uid) {
                dependents.remove(&Place::of(resource, object));
                if dependents.is_empty() {
                    self.dependents.remove(&owner.uid);
                }
            }
        }
    }

    /// An object that is sent in the version of `view` as the next revision would have it; to be called on a stack that its
    /// depth needs.
    pub(crate) fn next(&self, view: &View, mut value: Value) -> Stored {
        let revision = self.revision + 1;
        value["metadata"]["resourceVersion"] = revision.to_string().into();
        Stored::sent(view, value, revision)
    }

    /// Sees to what is known of the objects of a resource that is defined otherwise now; `alike` where they are read as they were.
    pub(crate) fn redefine(&mut self, resource: &Resource, alike: bool) {
        self.reach = self.reach.max(resource.reach);
        let before = self.catalog.get(&resource.key).map(|before| before.edition).filter(|_| alike);
        let objects = self.objects.get_mut(&resource.key).into_iter().flat_map(BTreeMap::values_mut);
        objects.flat_map(BTreeMap::values_mut).for_each(|object| {
            let redefined = before.map(|before| object.renumbered(before, resource.edition));
            *object = Arc::new(redefined.unwrap_or_else(|| object.redefined(resource)));
        });
    }

    /// Keeps an object, new or not, that was made for the next revision.
    pub(crate) fn put(&mut self, resource: &Resource, next: Stored) -> Arc<Stored> {
        let object = self.advance(next);
        let previous = self.place(resource, &object);
        if let Some(previous) = &previous {
            self.unrelate(&resource.key, previous);
        }
        self.relate(&resource.key, &object);
        self.tell(resource, Arc::clone(&object), previous, false);
        object
    }

    /// Takes an object out, and gives it as it was last; the stack must hold [`Store::deepest`].
    pub(crate) fn remove(&mut self, resource: &Resource, namespace: &str, name: &str) -> Option<Arc<Stored>> {
        let previous = self.displace(resource, namespace, name)?;
        let last = self.advance(previous.at(resource, self.revision + 1));
        self.unrelate(&resource.key, &previous);
        self.tell(resource, Arc::clone(&last), Some(previous), true);
        Some(last)
    }

    /// Puts an object where it belongs, and gives out what was there.
    fn place(&mut self, resource: &Resource, object: &Arc<Stored>) -> Option<Arc<Stored>> {
        let Header { namespace, name, .. } = &object.header;
        let objects = self.objects.entry(Arc::clone(&resource.key)).or_default();
        let objects = match objects.get_mut(namespace) {
            Some(objects) => objects,
            None => objects.entry(namespace.clone()).or_default(),
        };
        objects.insert(name.clone(), Arc::clone(object))
    }

    fn displace(&mut self, resource: &Resource, namespace: &str, name: &str) -> Option<Arc<Stored>> {
        let objects = self.objects.get_mut(&resource.key)?;
        let inside = objects.get_mut(namespace)?;
        let displaced = inside.remove(name);
        if inside.is_empty() {
            objects.remove(namespace);
        }
        displaced
    }

    fn advance(&mut self, next: Stored) -> Arc<Stored> {
        self.revision = next.header.revision;
        self.deepest = self.deepest.max(next.header.depth);
        Arc::new(next)
    }

    fn tell(
        &mut self,
        resource: &Resource,
        object: Arc<Stored>,
        previous: Option<Arc<Stored>>,
        removal: bool,
    ) {
        self.reconsider(
            resource,
            previous.as_deref(),
            Some(&object).filter(|_| !removal).map(|object| &**object),
        );
        let event = Arc::new(Event::new(Arc::clone(&resource.key), object, previous, removal));
        self.unseen.push(Arc::clone(&event));
        self.ring.push(event);
        self.news.send_replace(self.revision);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn store() -> (Store, Arc<Resource>) {
        let store = Store::new(Ids::new(Some(1)), Bounds { events: 10, bytes: 10_000 }, 0);
        let resource = Arc::clone(store.catalog.get("configmaps").unwrap());
        (store, resource)
    }

    fn put(store: &mut Store, resource: &Arc<Resource>, name: &str) -> Arc<Stored> {
        let config_map = json!({ "metadata": { "namespace": "n", "name": name } });
        store.put(resource, store.next(&resource.stored_view(), config_map))
    }

    fn names(objects: Option<Vec<Arc<Stored>>>) -> Vec<String> {
        objects.unwrap().iter().map(|object| object.header.name.clone()).collect()
    }

    #[test]
    fn each_change_is_a_revision() {
        let (mut store, resource) = store();
        let first = put(&mut store, &resource, "a");
        let second = put(&mut store, &resource, "a");
        assert_eq!((first.header.revision, second.header.revision), (1, 2));
        assert_eq!(second.value()["metadata"]["resourceVersion"], "2");
        store.remove(&resource, "n", "a");
        assert_eq!(store.revision(), 3);
        store.remove(&resource, "n", "a");
        assert_eq!(store.revision(), 3, "what is gone cannot go again");
    }

    #[test]
    fn the_past_can_be_listed_while_it_is_remembered() {
        let (mut store, resource) = store();
        put(&mut store, &resource, "a");
        put(&mut store, &resource, "b");
        store.remove(&resource, "n", "a");
        put(&mut store, &resource, "c");
        assert_eq!(names(store.list_at("configmaps", None, 2)), ["a", "b"]);
        assert_eq!(names(store.list_at("configmaps", None, 3)), ["b"]);
        assert_eq!(names(store.list_at("configmaps", Some("other"), 3)), [""; 0]);
        assert_eq!(names(Some(store.list("configmaps", Some("n")))), ["b", "c"]);
        store.ring.compact();
        assert!(store.list_at("configmaps", None, 3).is_none());
    }
}
