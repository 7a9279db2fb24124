//! Reviews: read as objects are, and answered without being kept.

use http::{Method, Response, header};
use serde_json::{Map, Value};

use super::{Ask, admitted::warn, json_answer, refuse};
use crate::{
    body::Body,
    incoming::{Incoming, Refused},
    json as deep,
    managed::Managed,
    media::{self, Format},
    protobuf::layout,
    reviews::{self, Review},
    status::Status,
    strict::Strictness,
    tables::Decoder,
};

/// What a server has to say of an object itself.
const OF_THE_SERVER: [&str; 5] =
    ["creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "selfLink", "uid"];

impl Ask<'_> {
    /// Answers a question.
    pub(super) fn review(&self) -> Result<Response<Body>, Status> {
        if self.request.method != Method::POST {
            return Err(Status::method_not_allowed());
        }
        let mut strictness = Strictness::default();
        let outcome = self.reviewed(&mut strictness);
        let mut response = outcome.unwrap_or_else(|status| refuse(&status));
        warn(&mut response, None, strictness);
        Ok(response)
    }

    fn reviewed(&self, strictness: &mut Strictness) -> Result<Response<Body>, Status> {
        let body = self.body()?;
        let format = media::format(self.request.header(header::CONTENT_TYPE))?;
        // A question that is not kept may be asked as if it were not to be.
        self.query.dry_run("CreateOptions")?;
        let manager = self.manager("CreateOptions", false)?;
        *strictness = Strictness::of(&self.query, "CreateOptions")?;
        let deepest = match format {
            Format::Json => deep::depth_of_text(body).min(deep::MAX_DEPTH),
            Format::Yaml | Format::Protobuf => deep::MAX_DEPTH,
        };
        deep::with_stack(deepest, || {
            let object = self.parse_body(body, format, &self.view.resource.kind, strictness)?;
            let view = &self.view;
            let decoded = Incoming::decode(object, view, Decoder::Json, strictness);
            let mut object = decoded.map_err(Refused::of_a_body)?;
            object.settle_namespace(view, self.namespace())?;
            let kind = &*view.resource.kind;
            reviews::complete(kind, &mut object.rest);
            let (now, subresource) =
                (self.api.clock.now(), self.path.subresource.as_deref().unwrap_or_default());
            let managed = Managed { view, manager: &manager, subresource, now }.update(None, &mut object);
            let Incoming { mut metadata, rest, .. } = object;
            keep(&mut metadata, subresource.is_empty(), managed);
            let (store, access) = (&mut *self.api.store(), &self.api.access);
            let mut review = Review { store, access, user: &self.user, path: &self.path, now };
            Ok(json_answer(201, layout::text(&review.answer(kind, metadata, &rest)?)))
        })
    }
}

/// Leaves of metadata what is not the server's to say; of an object that is named by the path that stays, too.
pub(super) fn keep(metadata: &mut Map<String, Value>, nameless: bool, managed: Option<Value>) {
    let wiped = OF_THE_SERVER.iter().filter(|_| nameless);
    wiped.for_each(|field| {
        metadata.shift_remove(*field);
    });
    metadata.shift_remove("managedFields");
    metadata.extend(managed.map(|managed| ("managedFields".to_owned(), managed)));
}
