//! Creating, changing and deleting objects by the API's rules.
//!
//! The stages of a write, in the order in which kube-apiserver has them: the body is decoded (or the patch applied, and the
//! outcome decoded), pruned and defaulted by its schema, all in [`Incoming::decode`]; plugins
//! [change](Writer::let_plugins_change) it, and then webhooks; it is given its place and what the server alone decides; a
//! service is [given](kinds::allot) its addresses; its kind completes it ([`kinds::prepare`]); it is
//! [validated](Writer::validate), plugins [judge](Writer::let_plugins_judge) it, and then others; and it is
//! [committed](Writer::commit).

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{
    admission::{Admission, Operation},
    builtin,
    incoming::{Incoming, Refused, take_apart},
    json as deep, kinds,
    list::parse_uint,
    managed::{self, Managed, same_but_times},
    meta,
    object::{self, Kept, Stored},
    reading,
    resources::{NAMESPACES, Resource, View},
    schema::Part,
    status::{About, Status},
    store::Store,
    stranded,
    strict::Strictness,
    tables::Decoder,
    times::Exactness,
    user::User,
};

mod admit;
mod apply;
mod changes;
mod evict;
mod finalize;
mod grace;
mod owners;
mod patching;
mod removal;

use changes::{
    check_uid, check_version, forbidden_changes, keep_identity, keep_to_part, put_or_remove,
    unqualified_finalizer, wants_otherwise,
};

use owners::Moment;

pub(crate) use changes::other_uid;
pub(crate) use patching::patched;
pub(crate) use removal::Preconditions;

/// How large an object may become: what etcd takes in one request.
const MAX_OBJECT: usize = 1_572_864;
/// How large it may be for a server to ask etcd at all.
const MAX_MESSAGE: usize = 2 * 1024 * 1024;
/// Who owns what the server writes of its own accord.
pub(crate) const SERVER: &str = "kube-apiserver";
/// How often a generated name may be taken before creation is given up.
const NAME_ATTEMPTS: usize = 8;

/// A write under way: the store, locked, and the moment that it is said to happen at.
pub(crate) struct Writer<'a> {
    pub(crate) store: &'a mut Store,
    pub(crate) now: Timestamp,
    /// Everything is done but the writing.
    pub(crate) dry_run: bool,
    /// How bodies are read, and what the answer warns of.
    pub(crate) strictness: Strictness,
    /// Who owns from now on what is written.
    pub(crate) manager: String,
    /// Others who have a say.
    pub(crate) admission: Option<&'a mut Admission>,
    /// Whose write it is, if it is a request.
    pub(crate) author: Option<Author<'a>>,
}

/// Who writes, and the object that the request names; empty where it is to be made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Author<'a> {
    pub(crate) user: &'a User,
    pub(crate) asked: &'a str,
    /// Whether roles say who may do what.
    pub(crate) rbac: bool,
}

/// What a write answers with: an object in its storage version, or a `Status` of success.
#[derive(Debug)]
pub(crate) enum Written {
    Object { code: u16, object: Kept },
    Gone(Value),
}

/// Where an object is: the version it is spoken of in, its namespace (empty if cluster-scoped) and name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) view: &'a View,
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
}

/// An object that is to be changed: as it is kept, and read.
#[derive(Clone, Copy)]
struct Current<'a> {
    stored: &'a Stored,
    value: &'a Value,
}

/// An object as it was: whole, and its metadata.
#[derive(Clone, Copy)]
struct Before<'a> {
    whole: &'a Value,
    metadata: &'a Map<String, Value>,
}

/// Whether it is known already who owns what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owners {
    /// Who writes comes to own what the write changes.
    Updated,
    /// The object that is written says it.
    Applied,
    /// It says that, too, and who holds the namespace that it is.
    Finalized,
    /// It says that, too, and nothing but its scale is changed.
    Scaled,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(store: &'a mut Store, now: Timestamp) -> Self {
        Writer {
            store,
            now,
            dry_run: false,
            strictness: Strictness::default(),
            manager: String::new(),
            admission: None,
            author: None,
        }
    }

    /// Makes a new object.
    pub(crate) fn create(&mut self, view: &View, namespace: &str, body: Value) -> Result<Written, Status> {
        let mut object =
            Incoming::decode(body, view, Decoder::Json, &mut self.strictness).map_err(Refused::of_a_body)?;
        object.check_version(view)?;
        object.settle_namespace(view, namespace)?;
        self.unite_owners(&mut object, Moment::Sent);
        let Incoming { metadata, rest, .. } = &mut object;
        wipe(metadata);
        kinds::default(&view.resource, metadata, rest);
        let managed = self.managed(view, Part::Whole).update(None, &mut object);
        self.make(view, namespace, object, managed)
    }

    /// Makes a new object, of which it is known who owns what.
    fn make(
        &mut self,
        view: &View,
        namespace: &str,
        mut object: Incoming,
        managed: Option<Value>,
    ) -> Result<Written, Status> {
        put_or_remove(&mut object.metadata, "managedFields", managed);
        let resource = &view.resource;
        let name = meta::text(&object.metadata, "name").to_owned();
        if self.store.catalog.is_going(&resource.key) {
            let why = "create not allowed while custom resource definition is terminating";
            return Err(Status::forbidden(view.about(&name), why));
        }
        self.check_home(resource, namespace, &name, view)?;
        wipe(&mut object.metadata);
        let target = Target { view, namespace, name: &name };
        self.let_plugins_change(target, &mut object, None)?;
        self.let_change(target, Operation::Create, &mut object, None)?;
        self.unite_owners(&mut object, Moment::Changed);
        self.let_grant(target, &object, None)?;
        let name = self.settle_name(&mut object, view, namespace)?;
        let uid = self.new_uid();
        object.metadata.insert("uid".to_owned(), uid.into());
        object.metadata.remove("generation");
        object.metadata.insert("creationTimestamp".to_owned(), seconds(self.now).into());
        if resource.rules.generation {
            object.metadata.insert("generation".to_owned(), 1.into());
        }
        if view.version().status && !kinds::comes_with_status(resource) {
            object.rest.shift_remove("status");
        }
        kinds::allot(self.store, view, &mut object, None, self.dry_run)?;
        if builtin::is_signed(&resource.key) {
            builtin::ask(&mut object.rest, self.author.map(|author| author.user));
        }
        let warned = kinds::prepare(resource, &mut object.metadata, &mut object.rest, None, self.now)?;
        warned.iter().for_each(|warning| self.strictness.warn(warning));
        if object.unlabelled {
            kinds::share_labels(resource, &mut object.metadata, &object.rest);
        }
        kinds::check_group(resource, &object.rest)?;
        let target = Target { view, namespace, name: &name };
        self.validate(target, &mut object, None, Part::Whole)?;
        self.let_plugins_judge(target, &mut object, None)?;
        self.let_judge(target, Operation::Create, Some(&mut object), None)?;
        // What is no number is none, and goes.
        let version = object.metadata.shift_remove("resourceVersion");
        let version = version.and_then(|version| parse_uint(version.as_str()?).ok());
        if version.is_some_and(|version| version != 0) && !self.dry_run {
            return Err(Status::internal("resourceVersion should not be set on objects to be created"));
        }
        if let Some(there) = self.store.get(&resource.key, namespace, &name) {
            return Err(Status::already_exists(view.about(&name), there.header.deleting));
        }
        self.commit(view, object.whole(view), 201)
    }

    /// Replaces an object, or a part of it.
    pub(crate) fn replace(&mut self, target: Target<'_>, part: Part, body: Value) -> Result<Written, Status> {
        let view = target.view;
        let mut object =
            Incoming::decode(body, view, Decoder::Json, &mut self.strictness).map_err(Refused::of_a_body)?;
        object.check_version(view)?;
        object.settle_namespace(view, target.namespace)?;
        object.check_name(target.name)?;
        self.unite_owners(&mut object, Moment::Sent);
        let current = self.store.get(&view.resource.key, target.namespace, target.name).cloned();
        let Some(current) = current else {
            if view.resource.rules.create_on_update && part == Part::Whole {
                check_uid(&object, target, "", self.dry_run)?;
                object.metadata.remove("resourceVersion");
                let mut body = object.whole(view);
                object::show(&mut body, view);
                return self.create(view, target.namespace, body);
            }
            return Err(Status::not_found(view.about(target.name)));
        };
        stranded::check_change(view, &current)?;
        check_uid(&object, target, &current.header.uid, self.dry_run)?;
        let current = Current { stored: &current, value: &current.read(view) };
        self.update(target, current, object, part, Owners::Updated)
    }

    fn update(
        &mut self,
        target: Target<'_>,
        Current { stored: current, value: old }: Current<'_>,
        mut object: Incoming,
        part: Part,
        owners: Owners,
    ) -> Result<Written, Status> {
        let view = target.view;
        let resource = &view.resource;
        let status = part != Part::Whole;
        let is_whole = !status && matches!(owners, Owners::Updated | Owners::Applied);
        kinds::default(resource, &mut object.metadata, &mut object.rest);
        let managed = match owners {
            Owners::Updated => self.managed(view, part).update(Some(old), &mut object),
            Owners::Applied | Owners::Finalized | Owners::Scaled => {
                object.metadata.get("managedFields").cloned()
            }
        };
        put_or_remove(&mut object.metadata, "managedFields", managed);
        if owners != Owners::Finalized {
            kinds::hold(resource, &mut object.rest, old);
        }
        if is_whole {
            self.let_plugins_change(target, &mut object, Some(old))?;
        }
        self.let_change(target, Operation::Update, &mut object, Some(current))?;
        self.unite_owners(&mut object, Moment::Changed);
        let (old_metadata, old_rest) = take_apart(old);
        self.let_grant(target, &object, Some((&old_metadata, &old_rest)))?;
        check_version(&object, target, current)?;
        object.check_versioned()?;
        let managed = object.metadata.shift_remove("managedFields");
        keep_to_part(&mut object, view, part, (&old_metadata, &old_rest));
        object.as_sent(|object, _| kinds::keep(resource, part, &mut object.rest, old, self.now));
        keep_identity(&mut object.metadata, &old_metadata);
        put_or_remove(&mut object.metadata, "managedFields", managed);
        if !status {
            kinds::allot(self.store, view, &mut object, Some(old), self.dry_run)?;
        }
        kinds::prepare(resource, &mut object.metadata, &mut object.rest, Some(old), self.now)?;
        let otherwise = wants_otherwise(&object.rest, &old_rest, view);
        let is_new = kinds::is_new_generation(resource, &old_metadata, &object.metadata, otherwise);
        if is_new
            && !status
            && let Some(generation) = kinds::generation(resource, &old_metadata)
        {
            object.metadata.insert("generation".to_owned(), (generation + 1).into());
        }
        let before = Before { whole: old, metadata: &old_metadata };
        self.validate(target, &mut object, Some(before), part)?;
        self.let_sign(target, part, &object.rest, old)?;
        if is_whole {
            self.let_plugins_judge(target, &mut object, Some(old))?;
        }
        self.let_judge(target, Operation::Update, Some(&mut object), Some(current))?;
        self.conclude(view, current, object, (old_metadata, old_rest))
    }

    /// Writes an object that has become another one; where nothing holds it any more that was to go, it goes.
    fn conclude(
        &mut self,
        view: &View,
        current: &Stored,
        mut object: Incoming,
        (mut old_metadata, old_rest): (Map<String, Value>, Map<String, Value>),
    ) -> Result<Written, Status> {
        let resource = &view.resource;
        old_metadata.sort_keys();
        object.metadata.sort_keys();
        let owned = old_metadata.shift_remove("managedFields");
        let owns = object.metadata.shift_remove("managedFields");
        let same_owners = same_but_times(owned.as_ref(), owns.as_ref());
        let is_same = same_owners && object.metadata == old_metadata && object.rest == old_rest;
        put_or_remove(&mut object.metadata, "managedFields", if is_same { owned } else { owns });
        if is_same && is_stored_so(view, current, &object) {
            return Ok(Written::object(200, current));
        }
        let released = grace::is_over(&object.metadata) && meta::finalizers(&object.metadata).is_empty();
        let was_held = !current.header.finalizers.is_empty() || kinds::held(resource, &old_rest);
        if released && was_held && !kinds::held(resource, &object.rest) {
            // The update itself is not written: the answer has the old version, and the removal is the next one.
            let answer = Stored::sent(view, object.whole(view), current.header.revision);
            if !self.dry_run {
                self.vanish(resource, current);
            }
            return Ok(Written::object(200, &answer));
        }
        self.commit(view, object.whole(view), 200)
    }

    /// The account of owners, as this write changes it.
    fn managed<'m>(&'m self, view: &'m View, part: Part) -> Managed<'m> {
        Managed { view, manager: &self.manager, subresource: part.subresource(), now: self.now }
    }

    /// Refuses an object that is not valid by all rules of its kind; `old` is what it was.
    fn validate(
        &mut self,
        target: Target<'_>,
        object: &mut Incoming,
        old: Option<Before<'_>>,
        part: Part,
    ) -> Result<(), Status> {
        let view = target.view;
        if part == Part::Whole {
            object.check_kind(view, target.name)?;
        }
        let mut causes = meta::faults(&object.metadata, view);
        causes.extend(managed::faults(object.metadata.get("managedFields")));
        if let Some(old) = old {
            causes.extend(forbidden_changes(old.metadata, &object.metadata));
        }
        object.as_sent(|object, empties| {
            // What was does not differ from what is by what is only said to be empty now.
            let was = old.map(|old| empties.in_old(old.whole));
            object.as_whole(view, |object| {
                let whole = was.as_deref();
                causes.extend(kinds::faults(view, object, whole, part, empties));
                let Some(schema) = &view.version().schema else {
                    let warned = causes.is_empty().then(|| kinds::warnings(view, object, whole, part));
                    return warned.iter().flatten().for_each(|warning| self.strictness.warn(warning));
                };
                let scale = view.version().scale.as_ref();
                let of_scale = scale.map_or_else(Vec::new, |scale| scale.faults(object, part));
                let warnings = schema.check(object, whole, part, of_scale, &mut causes);
                warnings.iter().for_each(|warning| self.strictness.warn(warning));
            })
        });
        if !causes.is_empty() {
            return Err(Status::invalid(view.about_kind(target.name), causes));
        }
        if part == Part::Whole && view.resource.rules.custom {
            let known = old.map(|old| meta::finalizers(old.metadata)).unwrap_or_default();
            let added = meta::finalizers(&object.metadata).into_iter().filter(|name| !known.contains(name));
            added.filter_map(unqualified_finalizer).for_each(|warning| self.strictness.warn(&warning));
        }
        Ok(())
    }

    /// Writes a whole object that is sent in the version of `view`.
    pub(crate) fn commit(&mut self, view: &View, value: Value, code: u16) -> Result<Written, Status> {
        let resource = &view.resource;
        // Others may have been asked, and its definition changed meanwhile.
        let Some(now) = self.store.catalog.get(&resource.key).cloned() else {
            return Err(Status::no_resource());
        };
        let written = match self.dry_run {
            true => Stored::sent(view, value, self.store.revision()),
            false => self.store.next(view, value),
        };
        let written = if Arc::ptr_eq(&now, resource) { written } else { written.redefined(&now) };
        if written.header.depth > deep::MAX_DEPTH {
            return Err(Status::bad_request("exceeded max depth"));
        }
        // What would be written is sent to no etcd.
        if self.dry_run {
            return Ok(Written::object(code, &written));
        }
        check_size(&written)?;
        let before = kinds::before_write(self.store, resource, &written.header.name);
        let stored = self.store.put(resource, written);
        kinds::after_write(self.store, resource, &stored, before.as_deref(), self.now)?;
        Ok(Written::object(code, &stored))
    }

    fn settle_name(&mut self, object: &mut Incoming, view: &View, namespace: &str) -> Result<String, Status> {
        let name = meta::text(&object.metadata, "name").to_owned();
        let base = meta::text(&object.metadata, "generateName").to_owned();
        if !name.is_empty() || base.is_empty() && !kinds::names_itself(&view.resource) {
            return Ok(name);
        }
        for _ in 0..NAME_ATTEMPTS {
            let name = self.new_name(&base);
            if self.store.get(&view.resource.key, namespace, &name).is_none() {
                object.metadata.insert("name".to_owned(), name.as_str().into());
                self.keep_name(&name);
                return Ok(name);
            }
        }
        Err(Status::already_exists(view.about(&base), false))
    }

    fn check_home(
        &self,
        resource: &Resource,
        namespace: &str,
        name: &str,
        view: &View,
    ) -> Result<(), Status> {
        if !resource.namespaced {
            return Ok(());
        }
        let Some(home) = self.store.get(NAMESPACES, "", namespace) else {
            let about = About { kind: NAMESPACES, group: "", name: namespace };
            return Err(Status::not_found(about));
        };
        if home.header.deleting {
            return Err(Status::terminating(view.about(name), namespace));
        }
        Ok(())
    }
}

impl Written {
    fn object(code: u16, stored: &Stored) -> Self {
        Written::Object { code, object: stored.kept() }
    }
}

/// Takes out what the server alone decides of an object that is made.
fn wipe(metadata: &mut Map<String, Value>) {
    for field in ["creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "uid"] {
        metadata.remove(field);
    }
}

/// Whether what is said of an object in the version of `view`, which is what it shows, is stored just so: what is said again as
/// it was is stored by the definition of now.
fn is_stored_so(view: &View, current: &Stored, object: &Incoming) -> bool {
    let is_shown_so = reading::is_as_read(current.header.edition, &view.resource, view.version());
    if !view.resource.rules.custom || is_shown_so {
        return true;
    }
    let whole = Incoming::new(object.metadata.clone(), object.rest.clone()).whole(view);
    Stored::sent(view, whole, current.header.revision).bytes == current.bytes
}

/// Refuses what is too large for etcd, which is not sent the version of an object: that is the revision that it is written at.
fn check_size(written: &Stored) -> Result<(), Status> {
    let version = r#""resourceVersion":"","#.len() + written.header.revision.to_string().len();
    let size = written.bytes.len().saturating_sub(version);
    if size > MAX_MESSAGE {
        let why = format!("trying to send message larger than max ({size} vs. {MAX_MESSAGE})");
        return Err(Status::internal(format!("rpc error: code = ResourceExhausted desc = {why}")));
    }
    if size > MAX_OBJECT {
        return Err(Status::internal("etcdserver: request is too large"));
    }
    Ok(())
}

/// A moment as objects give it: RFC 3339 in whole seconds.
pub(crate) fn seconds(moment: Timestamp) -> String {
    Exactness::Seconds.print(moment)
}
