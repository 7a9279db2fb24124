//! Writes of objects: what is read of a request first, and what is done with the store in hand.

use http::{Response, header};
use serde_json::Value;

use super::{Ask, Part, admitted::warn, bodies, refuse};
use crate::{
    admission::Admission,
    body::Body,
    json as deep,
    media::{self, Format},
    request::{Action, Patching},
    schema,
    status::Status,
    strict::Strictness,
    write::{Author, Writer, Written},
};

/// How an object is written, by the request but for its body.
struct How {
    action: Action,
    patching: Option<Patching>,
    force: bool,
    dry_run: bool,
    manager: String,
}

impl Ask<'_> {
    /// Makes an object, or changes one.
    pub(super) fn write(
        &self,
        action: Action,
        admission: &mut Option<Admission>,
    ) -> Result<Response<Body>, Status> {
        let body = self.body()?;
        let patching = match action {
            Action::Patch => {
                Some(media::patching(self.request.header(header::CONTENT_TYPE), &self.view.resource)?)
            }
            _ => None,
        };
        let format = match patching {
            Some(Patching::Apply) => Format::Yaml,
            Some(_) => Format::Json,
            None => self.format()?,
        };
        let kind = match action {
            Action::Create => "CreateOptions",
            Action::Patch => "PatchOptions",
            _ => "UpdateOptions",
        };
        let dry_run = self.query.dry_run(kind)?;
        let (applies, force) = (patching == Some(Patching::Apply), self.query.flag("force"));
        let manager = self.manager(kind, applies)?;
        let mut strictness = Strictness::of(&self.query, kind)?;
        let deepest = match format {
            Format::Json => deep::depth_of_text(body),
            // A level of YAML may be a single space wide, and aliases are paths of their own; in protobuf there is JSON.
            Format::Yaml | Format::Protobuf => deep::MAX_DEPTH,
        };
        let deepest = deepest.min(deep::MAX_DEPTH);
        let answer = deep::with_stack(deepest, || {
            let object = match patching {
                Some(patching) => {
                    let custom = self.view.resource.rules.custom;
                    bodies::parse_patch(body, patching, custom, &mut strictness)?
                }
                None => self.parse_body(body, format, &self.view.resource.kind, &mut strictness)?,
            };
            let how = How { action, patching, force, dry_run, manager };
            let written = self.commit(how, object, deepest, admission, &mut strictness)?;
            self.written(written)
        });
        let mut response = answer.unwrap_or_else(|status: Status| refuse(&status));
        warn(&mut response, admission.as_ref(), strictness);
        Ok(response)
    }

    /// What of the object is written.
    fn written_part(&self) -> schema::Part {
        match self.part {
            Part::Status => schema::Part::Status,
            Part::Approval => schema::Part::Approval,
            Part::Whole | Part::Scale | Part::Log | Part::Finalize | Part::Eviction | Part::Stream(_) => {
                schema::Part::Whole
            }
        }
    }

    /// Writes what the body was read as; the store is held for that alone.
    fn commit(
        &self,
        how: How,
        object: Value,
        depth: usize,
        admission: &mut Option<Admission>,
        strictness: &mut Strictness,
    ) -> Result<Written, Status> {
        let How { action, patching, force, dry_run, manager } = how;
        let mut store = self.api.store();
        deep::with_stack(depth + store.deepest(), || {
            let strict = std::mem::take(strictness);
            let others = self.others(&mut store, admission, dry_run, || self.told());
            let now = others.as_ref().map_or_else(|| self.api.clock.now(), |others| others.began);
            let base = Writer::new(&mut store, now);
            let author = Author { user: &self.user, asked: self.name(), rbac: self.api.access.rbac };
            let mut writer = Writer {
                strictness: strict,
                dry_run,
                manager,
                admission: others,
                author: Some(author),
                ..base
            };
            let written = match (action, patching) {
                (Action::Create, _) => writer.create(&self.view, self.namespace(), object),
                (_, Some(Patching::Apply)) => writer.apply(self.target(), self.written_part(), object, force),
                _ if self.part == Part::Finalize => writer.finalize(self.target(), object),
                (_, Some(patching)) => writer.patch(self.target(), self.written_part(), patching, &object),
                _ => writer.replace(self.target(), self.written_part(), object),
            };
            writer.settle();
            *strictness = writer.strictness;
            written
        })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue, Method};

    use super::*;
    use crate::{
        Sandbox,
        api::Request,
        media::Answer,
        request::{Path, Query},
        user::User,
    };

    /// Refuses a body with the store held by somebody else: to wait for it would be to wait for ever.
    #[track_caller]
    fn check(action: Action, media: &'static str, body: &'static str, expected: &str) {
        let sandbox = Sandbox::builder().build().unwrap();
        let path = "/api/v1/namespaces/default/configmaps/x";
        let Path::Resource(parsed) = Path::parse(path) else { unreachable!("it is a path of a resource") };
        let request = Request {
            method: Method::PUT,
            path: path.to_owned(),
            query: String::new(),
            user: User::admin(),
            headers: HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(media))]),
            body: Some(Bytes::from_static(body.as_bytes())),
        };
        let store = sandbox.api.store();
        let ask = Ask {
            api: &sandbox.api,
            user: User::admin(),
            view: store.catalog.view("", "v1", "configmaps").unwrap(),
            path: parsed,
            query: Query::parse("fieldManager=m"),
            request: &request,
            part: Part::Whole,
            answer: Answer::Json,
        };
        let refused = ask.write(action, &mut None).unwrap();
        drop(store);
        let said = refused.body().bytes().map(|said| String::from_utf8_lossy(said).into_owned());
        assert!(said.as_ref().is_some_and(|said| said.contains(expected)), "{said:?}");
    }

    #[test]
    fn a_body_is_read_before_the_store_is_taken() {
        check(Action::Create, "application/json", "{", "json parse error");
        check(Action::Update, "application/yaml", "a: [", "unrecognized");
        check(Action::Patch, "application/merge-patch+json", "{", "invalid JSON patch");
        check(Action::Patch, "application/apply-patch+yaml", "- 1", "error decoding patch");
    }
}
