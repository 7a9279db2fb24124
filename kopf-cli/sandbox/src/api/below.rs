//! Requests to what is below an object and is no part of it: its scale, and what its containers have said.

use std::sync::PoisonError;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde_json::{Map, Value};

use super::{Ask, answer, bodies::parse_patch, json_answer};
use crate::{
    body::Body,
    form::{Sheet, pick},
    json as deep, list,
    logs::LogOptions,
    media, patch,
    request::{Action, Patching},
    sandbox::shown_value,
    scale::Scale,
    schema::{Node, Types},
    status::Status,
    strict::Strictness,
    write::{Target, Writer, other_uid},
};

/// How deep a scale may be.
const SHALLOW: usize = 64;

impl Ask<'_> {
    /// The object that the request is below of, as it is shown.
    fn above(&self) -> Result<Bytes, Status> {
        let store = self.api.store();
        let asked = list::parse_revision(self.query.get("resourceVersion"))
            .map_err(|why| Status::internal(format!("resourceVersion: {why}")))?;
        if asked > store.revision() {
            return Err(Status::too_new(asked, store.revision()));
        }
        let found = store.get(&self.view.resource.key, self.namespace(), self.name());
        let found = found.ok_or_else(|| Status::not_found(self.view.about(self.name())))?;
        Ok(found.shown(&self.view))
    }

    fn scaling(&self) -> Result<&Scale, Status> {
        self.view.version().scale.as_ref().ok_or_else(Status::no_resource)
    }

    pub(super) fn scale(&self) -> Result<Response<Body>, Status> {
        let object = self.above()?;
        let scaling = self.scaling()?;
        let scale = read(&object, |object| scaling.of(object, &self.view))?;
        self.show_scale(&scale.ok_or_else(|| scaling.unset())?)
    }

    fn show_scale(&self, scale: &Value) -> Result<Response<Body>, Status> {
        let sheet = Sheet::of_scales(&self.view, self.api.clock.now());
        let shown = self.form(false)?.show(&scale.to_string().into(), SHALLOW, sheet, true);
        Ok(json_answer(200, shown))
    }

    /// Changes how many replicas are wanted: a merge patch of the object, which goes the way of all patches.
    pub(super) fn rescale(&self, action: Action) -> Result<Response<Body>, Status> {
        let body = self.body()?;
        if deep::depth_of_text(body) > SHALLOW {
            return Err(Status::bad_request(format!("a scale has no more than {SHALLOW} levels")));
        }
        let content_type = self.request.header(header::CONTENT_TYPE);
        let patching = match action {
            Action::Patch => Some(media::patching(content_type, &self.view.resource)?),
            _ => None,
        };
        if patching == Some(Patching::Apply) {
            return Err(Status::not_implemented("server-side apply of a scale"));
        }
        let manager =
            self.manager(if patching.is_some() { "PatchOptions" } else { "UpdateOptions" }, false)?;
        let format = if patching.is_none() { self.format()? } else { media::Format::Json };
        let kind = if patching.is_some() { "PatchOptions" } else { "UpdateOptions" };
        let dry_run = self.query.dry_run(kind)?;
        let mut strictness = Strictness::of(&self.query, kind)?;
        let scaling = self.scaling()?;
        let mut store = self.api.store();
        deep::with_stack(store.deepest() + SHALLOW, || {
            let found = store.get(&self.view.resource.key, self.namespace(), self.name()).cloned();
            let object = found.ok_or_else(|| Status::not_found(self.view.about(self.name())))?;
            let object = deep::parse(&object.shown(&self.view)).map_err(Status::internal)?;
            let scale = match patching {
                None => self.parse_body(body, format, &mut strictness)?,
                Some(patching) => {
                    let old = scaling.of(&object, &self.view);
                    let counted = old.is_some();
                    let mut scale = old.unwrap_or_else(|| scaling.show(&object, None));
                    apply(&mut scale, patching, &parse_patch(body, patching, &mut strictness)?)?;
                    if !counted && scale["spec"]["replicas"].is_null() {
                        return Err(scaling.emptied());
                    }
                    scale
                }
            };
            let change = scaling.change(&scale, &object, &self.view)?;
            let target = Target { view: &self.view, namespace: self.namespace(), name: self.name() };
            let (uid, asked) = (pick(&object, "metadata.uid"), pick(&scale, "metadata.uid"));
            if !asked.is_empty() && asked != uid {
                return Err(other_uid(target, asked, uid));
            }
            let now = self.api.clock.now();
            let through = Some("scale");
            let mut writer = Writer { dry_run, strictness, manager, through, ..Writer::new(&mut store, now) };
            let written = writer.patch(target, false, Patching::Merge, &change);
            writer.settle();
            let written = written?;
            let object = shown_value(&written, &self.view);
            self.show_scale(&scaling.of(&object, &self.view).ok_or_else(|| scaling.unset())?)
        })
    }

    pub(super) fn log(&self) -> Result<Response<Body>, Status> {
        let options = LogOptions::parse(&self.query, self.name())?;
        media::negotiate(self.request.header(header::ACCEPT), false)?;
        let pod = self.above()?;
        let logs = self.api.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let said = read(&pod, |pod| logs.read(pod, &options))??;
        Ok(match said {
            Some(said) => answer(200, "text/plain", Body::whole(said)),
            None => {
                let mut nothing = answer(204, "text/plain", Body::whole(""));
                *nothing.status_mut() = StatusCode::NO_CONTENT;
                nothing.headers_mut().remove(header::CONTENT_TYPE);
                nothing
            }
        })
    }
}

/// Looks at an object on a stack that its depth needs.
fn read<T>(object: &[u8], look: impl FnOnce(&Value) -> T) -> Result<T, Status> {
    deep::with_stack(deep::depth_of_text(object), || {
        let object = deep::parse(object).map_err(Status::internal)?;
        Ok(look(&object))
    })
}

/// Applies a patch to a scale, in which there are no lists.
fn apply(scale: &mut Value, patching: Patching, change: &Value) -> Result<(), Status> {
    match (patching, change) {
        (Patching::Json, _) => patch::apply(scale, change),
        (_, Value::Null) => Ok(()),
        (Patching::Merge, Value::Object(_)) => {
            patch::merge(scale, change);
            Ok(())
        }
        (Patching::Strategic, Value::Object(change)) => {
            let mut types = Types::default();
            let root = types.add(Node::default());
            patch::strategic::merge(scale, Map::clone(change), types.shape(root))
        }
        _ => Err(Status::bad_request("json: cannot unmarshal into Go value of type map[string]interface {}")),
    }
}
