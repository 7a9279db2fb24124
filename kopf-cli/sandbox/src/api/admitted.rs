//! Writes that others have a say about: attempted until nobody is left to be asked.

use http::{HeaderValue, Response, header};
use serde_json::{Map, Value};

use super::{Ask, Part, refuse};
use crate::{
    admission::{Admission, Subject},
    body::Body,
    deletion::Deletion,
    json as deep, kinds,
    status::Status,
    store::Store,
    strict::Strictness,
    write::{Target, Writer, Written},
};

impl Ask<'_> {
    /// Makes `attempt` until no question is open; those that there are, are answered in between.
    pub(super) async fn admitted<T>(
        &self,
        admission: &mut Option<Admission>,
        mut attempt: impl FnMut(&mut Option<Admission>) -> Result<T, Status>,
    ) -> Result<T, Status> {
        loop {
            let outcome = attempt(admission);
            let Some(others) = admission else { return outcome };
            if !others.ask(self.api).await {
                return outcome;
            }
        }
    }

    /// Those who have a say about a write, if anybody has. To be called on a stack that the store's objects need.
    pub(super) fn others<'a>(
        &self,
        store: &mut Store,
        admission: &'a mut Option<Admission>,
        dry_run: bool,
        options: impl FnOnce() -> Map<String, Value>,
    ) -> Option<&'a mut Admission> {
        if admission.is_none() {
            *admission = Admission::begin(store, self.api.clock.now(), || Subject {
                view: self.view.clone(),
                subresource: match self.part {
                    Part::Status => "status",
                    Part::Scale => "scale",
                    Part::Finalize => "finalize",
                    Part::Approval => "approval",
                    Part::Eviction => "eviction",
                    Part::Stream(stream) => stream,
                    Part::Whole | Part::Log => "",
                },
                namespace: self.namespace().to_owned(),
                collection: self.path.name.is_none(),
                user: self.user.clone(),
                rbac: self.api.access.rbac,
                dry_run,
                options: options(),
            });
        }
        admission.as_mut()
    }

    /// The options of a write that others are told.
    pub(super) fn told(&self) -> Map<String, Value> {
        let options =
            ["fieldManager", "fieldValidation"].into_iter().map(|name| (name, self.query.get(name)));
        let said = options.filter(|(_, value)| !value.is_empty());
        said.map(|(name, value)| (name.to_owned(), value.into())).collect()
    }

    pub(super) async fn delete(&self) -> Result<Response<Body>, Status> {
        let how = self.deletion()?;
        kinds::may_be_asked_to_go(&self.view.resource, self.target().name, &self.view)?;
        self.admitted(&mut None, |admission| {
            let mut strictness = Strictness::default();
            let outcome = self.expel(self.target(), &how, admission, &mut strictness);
            let mut response =
                outcome.and_then(|written| self.written(written)).unwrap_or_else(|status| refuse(&status));
            warn(&mut response, admission.as_ref(), strictness);
            Ok(response)
        })
        .await
    }

    pub(super) async fn delete_collection(&self) -> Result<Response<Body>, Status> {
        if !self.view.resource.rules.delete_collection {
            return Err(Status::method_not_allowed());
        }
        let how = self.deletion()?;
        let listing = self.doomed()?;
        let mut warned = Strictness::default();
        let left = kinds::left_behind(&self.view.resource, how.policy.is_some());
        left.into_iter().for_each(|warning| warned.warn(warning));
        for object in &listing.objects {
            let (namespace, name) = (&object.header.namespace, &object.header.name);
            let target = Target { view: &self.view, namespace, name };
            let (mut others, mut own) = (None, Strictness::default());
            let gone = self.admitted(&mut others, |others| self.expel(target, &how, others, &mut own)).await;
            warned.take_over(&own);
            others.iter().flat_map(Admission::warnings).for_each(|warning| warned.warn(warning));
            match gone {
                // What goes with another object of the list is gone already.
                Ok(_) | Err(Status { code: 404, .. }) => {}
                Err(status) => return Err(status),
            }
        }
        let mut response = self.show_list(&listing)?;
        warn(&mut response, None, warned);
        Ok(response)
    }

    fn expel(
        &self,
        target: Target<'_>,
        how: &Deletion,
        admission: &mut Option<Admission>,
        strictness: &mut Strictness,
    ) -> Result<Written, Status> {
        let mut store = self.api.store();
        deep::with_stack(store.deepest() + 1, || {
            let admission = self.others(&mut store, admission, how.dry_run, || how.told.clone());
            let now = admission.as_ref().map_or_else(|| self.api.clock.now(), |others| others.began);
            let mut writer = Writer { dry_run: how.dry_run, admission, ..Writer::new(&mut store, now) };
            let grace = how.told.get("gracePeriodSeconds").and_then(Value::as_i64);
            let written = writer.delete(target, &how.preconditions, how.policy, grace);
            writer.settle();
            *strictness = std::mem::take(&mut writer.strictness);
            written
        })
    }

    fn deletion(&self) -> Result<Deletion, Status> {
        let content_type = self.request.header(header::CONTENT_TYPE);
        Deletion::parse(self.body()?, content_type, &self.query)
    }
}

/// Puts what is warned of, by the sandbox and by others, into an answer.
pub(super) fn warn(response: &mut Response<Body>, others: Option<&Admission>, mut strictness: Strictness) {
    for warning in others.into_iter().flat_map(Admission::warnings) {
        strictness.warn(warning);
    }
    for warning in strictness.headers() {
        if let Ok(warning) = HeaderValue::try_from(warning) {
            response.headers_mut().append(header::WARNING, warning);
        }
    }
}
