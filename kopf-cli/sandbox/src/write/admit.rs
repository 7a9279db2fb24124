//! Where a write is shown to those who have a say about it.

use serde_json::{Map, Value};

use super::{Author, Target, Writer};
use crate::{
    admission::{Document, Operation, Round, Stage},
    builtin,
    incoming::{Halves, Incoming, Refused},
    json as deep,
    kinds::PODS,
    meta,
    object::{self, Stored},
    printed,
    rbac::{Granting, may_sign},
    resources::View,
    schema::Part,
    status::Status,
    strict::Strictness,
    tables::Decoder,
};

impl Writer<'_> {
    /// Lets the plugins of the server change the object, which is as it was sent, or refuse it.
    pub(super) fn let_plugins_change(
        &mut self,
        target: Target<'_>,
        object: &mut Incoming,
        old: Option<&Value>,
    ) -> Result<(), Status> {
        let Target { view, namespace, .. } = target;
        if view.resource.rules.custom {
            return Ok(());
        }
        let is_somebodys = &*view.resource.key == PODS && old.is_none() && self.store.duties.service_accounts;
        let volume = is_somebodys.then(|| self.new_volume());
        object.as_sent(|object, _| {
            let names = [target.name, meta::text(&object.metadata, "generateName"), "Unknown"];
            let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default().to_owned();
            let write = builtin::Write { store: self.store, view, namespace, name: &name };
            builtin::admit(&write, &mut object.metadata, &mut object.rest, old, volume.as_deref())
        })
    }

    /// Lets others change the object, which is as it was sent.
    pub(super) fn let_change(
        &mut self,
        target: Target<'_>,
        operation: Operation,
        object: &mut Incoming,
        old: Option<&Stored>,
    ) -> Result<(), Status> {
        if self.admission.is_none() {
            return Ok(());
        }
        let view = target.view;
        let Some(changed) = self.show(target, Stage::Mutating, operation, Some(object), old)? else {
            return Ok(());
        };
        let decoded = changed.read(|value| {
            let api_version = value["apiVersion"].as_str().unwrap_or_default();
            if view.resource.rules.custom && api_version != view.api_version() {
                let why = format!("request to convert CR from an invalid group/version: {api_version}");
                return Err(Status::internal(why));
            }
            // What others put in is pruned without a word.
            Incoming::decode(value, view, Decoder::Json, &mut Strictness::silent())
                .map_err(Refused::of_a_body)
        });
        *object = decoded?;
        object.settle_namespace(view, target.namespace)
    }

    /// Refuses roles and bindings that would give more than whoever writes them has.
    pub(super) fn let_grant(
        &self,
        target: Target<'_>,
        object: &Incoming,
        old: Option<Halves<'_>>,
    ) -> Result<(), Status> {
        let Some(Author { user, asked, rbac: true }) = self.author else { return Ok(()) };
        let (resource, namespace) = (&target.view.resource, target.namespace);
        let object = (&object.metadata, &object.rest);
        let (key, plural) = (&*resource.key, &*resource.plural);
        Granting { user, key, plural, namespace, asked, object, old }.check(self.store)
    }

    /// Refuses to grant a certificate, or to sign it, to whom its signer does not let do so.
    pub(super) fn let_sign(
        &self,
        target: Target<'_>,
        part: Part,
        rest: &Map<String, Value>,
        old: &Value,
    ) -> Result<(), Status> {
        let view = target.view;
        let Some(Author { user, rbac: true, .. }) = self.author else { return Ok(()) };
        if !builtin::is_signed(&view.resource.key) {
            return Ok(());
        }
        let verb = match part {
            Part::Whole => return Ok(()),
            Part::Status if rest.get("status").unwrap_or(&Value::Null) == &old["status"] => return Ok(()),
            Part::Status => "sign",
            Part::Approval => "approve",
        };
        let signer = old["spec"]["signerName"].as_str().unwrap_or_default();
        if may_sign(self.store, user, verb, signer) {
            return Ok(());
        }
        let why =
            format!("user not permitted to {verb} requests with signerName {}", printed::quoted(signer));
        Err(Status::forbidden(view.about(target.name), &why))
    }

    /// Lets others refuse the object, which is as it would be written.
    pub(super) fn let_judge(
        &mut self,
        target: Target<'_>,
        operation: Operation,
        object: Option<&mut Incoming>,
        old: Option<&Stored>,
    ) -> Result<(), Status> {
        if self.admission.is_none() {
            return Ok(());
        }
        self.show(target, Stage::Validating, operation, object, old).map(drop)
    }

    /// Lets the plugins of the server refuse the object, which is as it would be written.
    pub(super) fn let_plugins_judge(
        &mut self,
        target: Target<'_>,
        object: &mut Incoming,
        old: Option<&Value>,
    ) -> Result<(), Status> {
        let Target { view, namespace, name } = target;
        if view.resource.rules.custom {
            return Ok(());
        }
        let write = builtin::Write { store: self.store, view, namespace, name };
        let warnings = object
            .as_sent(|object, _| object.as_whole(view, |object| builtin::judge(&write, object, old)))?;
        warnings.iter().for_each(|warning| self.strictness.warn(warning));
        Ok(())
    }

    /// Lets others refuse a deletion.
    pub(super) fn let_go(&mut self, target: Target<'_>, current: &Stored) -> Result<(), Status> {
        if self.admission.is_none() {
            return Ok(());
        }
        self.show(target, Stage::Mutating, Operation::Delete, None, Some(current))?;
        self.show(target, Stage::Validating, Operation::Delete, None, Some(current)).map(drop)
    }

    fn show(
        &mut self,
        target: Target<'_>,
        stage: Stage,
        operation: Operation,
        object: Option<&mut Incoming>,
        old: Option<&Stored>,
    ) -> Result<Option<Document>, Status> {
        let Some(admission) = self.admission.as_deref_mut() else { return Ok(None) };
        let view = target.view;
        let object = object.map(|object| document(object, view));
        let old = old.map(|old| Document::of_text(old.shown(view), old.depth(view)));
        let round = Round::new(stage, operation, target.name, object, old);
        let answer = admission.admit(self.store, round);
        // What others warn of stands where they were asked.
        admission.warnings_at(stage).iter().for_each(|warning| self.strictness.warn(warning));
        answer
    }

    /// A uid for a new object, the same in all attempts to make it.
    pub(super) fn new_uid(&mut self) -> String {
        match self.admission.as_deref_mut() {
            Some(admission) => admission.uid(&mut self.store.ids),
            None => self.store.ids.uid(),
        }
    }

    /// A name that begins with `base`, or is a uid where that is empty; the same in all attempts.
    pub(super) fn new_name(&mut self, base: &str) -> String {
        let kept = self.admission.as_deref_mut().and_then(|admission| admission.drawn_name().take());
        let ids = &mut self.store.ids;
        kept.unwrap_or_else(|| if base.is_empty() { ids.uid() } else { ids.name(base) })
    }

    /// The name of the volume that the tokens of a new pod are in, the same in all attempts.
    fn new_volume(&mut self) -> String {
        let ids = &mut self.store.ids;
        match self.admission.as_deref_mut() {
            Some(admission) => admission.volume(|| ids.name(builtin::VOLUME)),
            None => ids.name(builtin::VOLUME),
        }
    }

    /// Takes down the name that was drawn, for the next attempt.
    pub(super) fn keep_name(&mut self, name: &str) {
        if let Some(admission) = self.admission.as_deref_mut() {
            *admission.drawn_name() = Some(name.to_owned());
        }
    }
}

fn document(object: &mut Incoming, view: &View) -> Document {
    object.metadata.sort_keys();
    object.as_whole(view, |value| {
        if view.version().storage {
            Document::of(value, &view.resource)
        } else {
            deep::with_stack(deep::depth_of_value(value), || {
                let mut value = value.clone();
                object::show(&mut value, view);
                Document::of(&value, &view.resource)
            })
        }
    })
}
